"""The exercises of the chapter "Errors in print: code": broken functions to repair."""

import numpy as np

from exercises.checker import Exercise, Mistake


def sigmoid(z):
    """``1 / (1 + exp(-z))``."""
    return 1 / (1 + np.exp(-z))


def probabilities(rng):
    """Return probabilities (n,) and labels (n,) of both classes."""
    n = int(rng.integers(5, 12))
    return rng.uniform(0.05, 0.95, size=n), rng.permutation(np.arange(n) % 2).astype(float)


def points_near_a_line(rng):
    """Return inputs (n,), targets (n,), a weight and a bias."""
    n = int(rng.integers(5, 12))
    x = rng.normal(size=n)
    return x, 2 * x + 1 + rng.normal(size=n), rng.normal(), rng.normal()


def line_gradients(x, y, w, b):
    """Return the derivatives of half the mean square for w and b."""
    residual = w * x + b - y
    return np.mean(residual * x), np.mean(residual)


def line_gradients_by_matrix(x, y, w, b):
    """With the bias as the weight of a constant input."""
    table = np.column_stack([x, np.ones(len(x))])
    gradient = table.T @ (table @ np.array([w, b]) - y) / len(x)
    return gradient[0], gradient[1]


def small_images(rng):
    """Return a batch of images (n, height, width), uint8, none with a white pixel."""
    n, height = int(rng.integers(3, 6)), int(rng.integers(3, 5))
    return (rng.integers(10, 200, size=(n, height, height + 2)).astype(np.uint8),)


def class_probabilities(rng):
    """Return probabilities (n, K) and labels (n,), of which the first is not the likeliest."""
    n, classes = int(rng.integers(5, 9)), int(rng.integers(3, 6))
    p = rng.dirichlet(np.full(classes, 2.0), size=n) * 0.95 + 0.05 / classes
    labels = rng.integers(0, classes, size=n)
    labels[0] = p[0].argmin()
    return p, labels


def unit_and_batch(rng):
    """Return inputs (n, d), labels (n, 1), a kernel (d, 1) and a bias (1,)."""
    n, d = int(rng.integers(4, 8)), int(rng.integers(2, 4))
    y = rng.permutation(np.arange(n) % 2).astype(float)[:, None]
    return rng.normal(size=(n, d)), y, rng.normal(size=(d, 1)), rng.normal(size=1)


def unit_gradients(x, y, kernel, bias, for_kernel="plain", for_x="plain", mean=True):
    """Return the gradients for the kernel and for the inputs, with a factor on the error."""
    p = sigmoid(x @ kernel + bias)
    factors = {"plain": 1, "slope": p * (1 - p), "inverse": 1 / (p * (1 - p))}
    error = (p - y) / (len(x) if mean else 1)
    return x.T @ (error * factors[for_kernel]), (error * factors[for_x]) @ kernel.T


def unit_gradients_by_samples(x, y, kernel, bias):
    """Sample by sample."""
    for_kernel, for_x = np.zeros_like(kernel), np.zeros_like(x)
    for i, (row, target) in enumerate(zip(x, y[:, 0], strict=True)):
        error = (sigmoid(row @ kernel[:, 0] + bias[0]) - target) / len(x)
        for_kernel[:, 0] += error * row
        for_x[i] = error * kernel[:, 0]
    return for_kernel, for_x


def data_and_rates(rng):
    """Return inputs (n, d), targets (n,), a start (d,), learning rates and a step count."""
    n, d = int(rng.integers(6, 12)), int(rng.integers(2, 4))
    rates = np.cumsum(rng.uniform(0.05, 0.12, size=int(rng.integers(2, 4))))
    start = 1 + rng.random(size=d)
    return rng.normal(size=(n, d)), rng.normal(size=n), start, rates, int(rng.integers(2, 6))


def runs(x, y, start, rates, steps, restart="rate", origin=1, aliased=False):
    """Train once for each rate; ``restart`` says when the weights go back to the start."""
    results, w = [], origin * start
    for rate in rates:
        if restart == "rate":
            w = origin * start
        for _ in range(steps):
            if restart == "step":
                w = origin * start
            w = w - rate * x.T @ (x @ w - y) / len(x)
        results.append(w)
    return np.array([results[-1]] * len(results) if aliased else results)


def runs_side_by_side(x, y, start, rates, steps):
    """All rates at once, one row of weights for each."""
    w = np.tile(start, (len(rates), 1))
    for _ in range(steps):
        w = w - rates[:, None] * ((w @ x.T - y) @ x) / len(x)
    return w


def shared_gradients(x, y, w, b, outer_w=1, outer_b=1, inner=None):
    """Derivatives of half the mean square of ``w tanh(w x + b) + b``, path by path."""
    a = np.tanh(w * x + b)
    residual = w * a + b - y
    inside = residual * (1 - a * a) * (w if inner is None else inner)
    return np.mean(outer_w * residual * a + inside * x), np.mean(outer_b * residual + inside)


def shared_gradients_by_complex_step(x, y, w, b):
    """Follow a tiny imaginary step through the program."""

    def loss(w, b):
        return np.mean((w * np.tanh(w * x + b) + b - y) ** 2) / 2

    h = 1e-30
    return loss(w + 1j * h, b).imag / h, loss(w, b + 1j * h).imag / h


def large_logits(rng):
    """Return logits (n,) and labels (n,); large logits of both signs, right and wrong."""
    n = int(rng.integers(6, 10))
    large = rng.uniform(800, 1000, size=4) * np.array([1, -1, 1, -1])
    z = np.append(large, rng.normal(size=n - 4))
    y = np.append([1.0, 0.0, 0.0, 1.0], rng.integers(0, 2, size=n - 4))
    return z, y


def log_terms(p, y):
    """Return the terms of the cross-entropy, without the minus sign."""
    return y * np.log(p) + (1 - y) * np.log(1 - p)


EXERCISES = [
    Exercise(
        name="bug-code-sign",
        reference=lambda p, y: -np.mean(log_terms(p, y)),
        variant=lambda p, y: -np.log(np.where(y == 1, p, 1 - p)).sum() / len(y),
        inputs=probabilities,
        mistakes=(
            Mistake(
                "This is the original bug: the value is negative, and it falls while the answers "
                "get worse. Logarithms of probabilities are negative; a loss is minus their mean.",
                lambda p, y: np.mean(log_terms(p, y)),
            ),
            Mistake(
                "The minus reaches only the samples of class 1. It belongs in front of both terms.",
                lambda p, y: np.mean(-y * np.log(p) + (1 - y) * np.log(1 - p)),
            ),
            Mistake(
                "The sign is right, but the samples of class 0 cost nothing now. Keep the second "
                "term, (1 - y) log(1 - p).",
                lambda p, y: -np.mean(y * np.log(p)),
            ),
            Mistake(
                "The sign is right, but this is the sum over the samples. Take the mean.",
                lambda p, y: -np.sum(log_terms(p, y)),
            ),
        ),
        hints=(
            "What is the value for a nearly perfect prediction, and what for a bad one?",
            "One minus in front of the whole mean.",
        ),
    ),
    Exercise(
        name="bug-code-bias",
        reference=line_gradients,
        variant=line_gradients_by_matrix,
        inputs=points_near_a_line,
        mistakes=(
            Mistake(
                "This is the original bug: the bias gets the mean of squared errors, which is "
                "never negative, so the bias can only fall. Its derivative is the mean error.",
                lambda x, y, w, b: (line_gradients(x, y, w, b)[0], np.mean((w * x + b - y) ** 2)),
            ),
            Mistake(
                "The bias now has the sum of the errors and the weight their mean. Divide both "
                "by n.",
                lambda x, y, w, b: (line_gradients(x, y, w, b)[0], np.sum(w * x + b - y)),
            ),
            Mistake(
                "An absolute value has no sign, so the bias can still only fall. Take the mean "
                "of the errors as they are.",
                lambda x, y, w, b: (line_gradients(x, y, w, b)[0], np.mean(abs(w * x + b - y))),
            ),
            Mistake(
                "The bias got the gradient of the weight. The input of the bias is 1, not x.",
                lambda x, y, w, b: (line_gradients(x, y, w, b)[0],) * 2,
            ),
            Mistake(
                "You took target minus prediction. The gradient has the other sign.",
                lambda x, y, w, b: tuple(-g for g in line_gradients(x, y, w, b)),
            ),
        ),
        hints=(
            "Measure y in centimetres instead of metres: by what factor may a gradient grow?",
            "The bias is a weight whose input is always 1. Replace x by 1 in the first formula.",
        ),
    ),
    Exercise(
        name="bug-code-pixels",
        reference=lambda images: images.reshape(len(images), -1) / 255,
        variant=lambda images: np.stack([np.ravel(image) for image in images]) * (1 / 255),
        inputs=small_images,
        mistakes=(
            Mistake(
                "This is the original bug: one row an image, but with values up to 255. Divide "
                "by 255.",
                lambda images: images.reshape(len(images), -1).astype(float),
            ),
            Mistake(
                "The scale is right, but each row holds pixels of several images. Put the images "
                "first: reshape(len(images), -1).",
                lambda images: images.reshape(-1, len(images)).T / 255,
            ),
            Mistake(
                "// drops the fraction: everything below 255 became 0. Use /.",
                lambda images: images.reshape(len(images), -1) // 255,
            ),
            Mistake(
                "You divide by the brightest pixel of this batch, so the same image gets other "
                "numbers in another batch. Divide by 255.",
                lambda images: images.reshape(len(images), -1) / images.max(),
            ),
            Mistake(
                "The pixels of an image are read column by column. Rows come first.",
                lambda images: images.transpose(0, 2, 1).reshape(len(images), -1) / 255,
            ),
        ),
        hints=(
            "Print the smallest and the largest value of what the function returns.",
            "One division at the end, by the largest value that a pixel can have.",
        ),
    ),
    Exercise(
        name="bug-code-labels",
        reference=lambda p, labels: -np.mean(np.log(p[np.arange(len(p)), labels])),
        variant=lambda p, labels: -np.sum(np.eye(p.shape[1])[labels] * np.log(p)) / len(p),
        inputs=class_probabilities,
        mistakes=(
            Mistake(
                "This is the original bug: the label itself is a factor, so class 0 costs nothing "
                "and class 9 nine times the logarithms of all classes. Choose the entry with it.",
                lambda p, labels: -np.mean(np.sum(labels[:, None] * np.log(p), axis=1)),
            ),
            Mistake(
                "The one-hot rows are right, but the mean runs over all n K entries. Add up over "
                "the classes, then take the mean over the samples.",
                lambda p, labels: -np.mean(np.eye(p.shape[1])[labels] * np.log(p)),
            ),
            Mistake(
                "You took the largest probability, whatever the label. Take that of the label.",
                lambda p, labels: -np.mean(np.log(p.max(axis=1))),
            ),
            Mistake(
                "The classes count from 0 here: column 0 belongs to label 0. You are one off.",
                lambda p, labels: -np.mean(np.log(p[np.arange(len(p)), labels - 1])),
            ),
        ),
        hints=(
            "Which loss does a sample with label 0 get, however bad its prediction is?",
            "p[np.arange(len(p)), labels] takes one entry from each row.",
        ),
    ),
    Exercise(
        name="bug-code-twice",
        reference=unit_gradients,
        variant=unit_gradients_by_samples,
        inputs=unit_and_batch,
        mistakes=(
            Mistake(
                "This is the original bug: the gradient of the inputs has p(1 - p) once more, so "
                "it is at most a quarter of the right one. p - y is already the derivative for z.",
                lambda *arguments: unit_gradients(*arguments, for_x="slope"),
            ),
            Mistake(
                "Now both gradients have p(1 - p) once too often. It has cancelled in p - y.",
                lambda *arguments: unit_gradients(*arguments, for_kernel="slope", for_x="slope"),
            ),
            Mistake(
                "You divide by p(1 - p). That is the derivative for p; behind the sigmoid, for "
                "the inputs, the two factors cancel.",
                lambda *arguments: unit_gradients(*arguments, for_x="inverse"),
            ),
            Mistake(
                "The factor p(1 - p) is gone, but also the 1/n of the mean. Keep it.",
                lambda *arguments: unit_gradients(*arguments, mean=False),
            ),
        ),
        hints=(
            "Of what is `error` the derivative: of the loss for p, or for z = x @ kernel + bias?",
            "Both gradients start from the same `error`; one multiplies x.T, the other kernel.T.",
        ),
    ),
    Exercise(
        name="bug-code-restart",
        reference=runs,
        variant=runs_side_by_side,
        inputs=data_and_rates,
        mistakes=(
            Mistake(
                "This is the original bug: all rows are equal, because the list holds one and the "
                "same array, changed in place. Make a new array for each run.",
                lambda *arguments: runs(*arguments, restart="never", aliased=True),
            ),
            Mistake(
                "The rows differ now, but each run begins where the one before ended. Go back to "
                "the start for each rate.",
                lambda *arguments: runs(*arguments, restart="never"),
            ),
            Mistake(
                "Each run begins at zero. It should begin at `start`.",
                lambda *arguments: runs(*arguments, origin=0),
            ),
            Mistake(
                "You go back to the start before every step, so only one step is made. Do it once "
                "for each rate.",
                lambda *arguments: runs(*arguments, restart="step"),
            ),
        ),
        hints=(
            "Print `id(w)` each time that it goes into the list.",
            "Copy the start inside the outer loop: w = start.copy().",
        ),
    ),
    Exercise(
        name="bug-code-shared",
        reference=shared_gradients,
        variant=shared_gradients_by_complex_step,
        inputs=points_near_a_line,
        mistakes=(
            Mistake(
                "This is the original bug: only the way through the tanh is followed, so the "
                "difference quotients disagree. Add the way past it, for w and for b.",
                lambda *arguments: shared_gradients(*arguments, outer_w=0, outer_b=0),
            ),
            Mistake(
                "You added the outer way for w, but not for b, which stands outside as well.",
                lambda *arguments: shared_gradients(*arguments, outer_b=0),
            ),
            Mistake(
                "Now the outer way is there and the inner one is gone. Add the two.",
                lambda *arguments: shared_gradients(*arguments, inner=0),
            ),
            Mistake(
                "Both ways are there, but on the inner one the factor w of the outer weight got "
                "lost.",
                lambda *arguments: shared_gradients(*arguments, inner=1),
            ),
        ),
        hints=(
            "Write w1 for the outer weight and w2 for the inner one. What are the two derivatives?",
            "Set w1 = w2 = w and add them: mean(r * a) and mean(r * w * (1 - a**2) * x).",
        ),
    ),
    Exercise(
        name="bug-code-stable",
        reference=lambda z, y: np.mean(np.logaddexp(0, z) - y * z),
        variant=lambda z, y: np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-abs(z)))),
        inputs=large_logits,
        mistakes=(
            Mistake(
                "This is the original bug: NaN. For a large logit p is exactly 0 or 1, and "
                "0 * log(0) is not a number. Compute the loss from z, without p.",
                lambda z, y: -np.mean(log_terms(sigmoid(z), y)),
            ),
            Mistake(
                "Clipping p removes the NaN, but a confident wrong answer costs about 28 or less, "
                "however wrong it is. It should cost about |z|.",
                lambda z, y: -np.mean(log_terms(np.clip(sigmoid(z), 1e-12, 1 - 1e-12), y)),
            ),
            Mistake(
                "Clipping z removes the NaN, but every logit beyond 30 counts as 30, and its "
                "gradient is 0. Compute log(1 + exp(z)) in a form that cannot overflow.",
                lambda z, y: -np.mean(log_terms(sigmoid(np.clip(z, -30, 30)), y)),
            ),
            Mistake(
                "You replaced NaN and infinity by 0, so the worst answers cost nothing. Repair the "
                "formula, not its result.",
                lambda z, y: -np.mean(np.nan_to_num(log_terms(sigmoid(z), y), nan=0.0, neginf=0.0)),
            ),
        ),
        hints=(
            "Put p = 1/(1 + exp(-z)) into the loss and simplify on paper: log(1 + exp(z)) - y z.",
            "np.logaddexp(0, z) is log(1 + exp(z)), for every z.",
        ),
    ),
]
