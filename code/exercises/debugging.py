"""The exercises of the chapter "Debugging: a gallery of bugs"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def sigmoid(z):
    """``1 / (1 + exp(-z))``."""
    return 1 / (1 + np.exp(-z))


def logistic_data(rng):
    """Return inputs (n, d), labels (n,), weights, a bias, a learning rate and a step count."""
    d = int(rng.integers(2, 4))
    n = d + int(rng.integers(3, 8))
    y = (np.arange(n) % 2).astype(float)
    rate, steps = rng.uniform(0.1, 0.5), int(rng.integers(2, 5))
    return rng.normal(size=(n, d)), y, rng.normal(size=d), rng.normal(), rate, steps


def logistic(x, y, w, b, rate, steps, factor_w=None, factor_b=None):
    """Gradient descent; the gradients are sums times the factors, 1/n if not given."""
    factor_w = 1 / len(x) if factor_w is None else factor_w
    factor_b = factor_w if factor_b is None else factor_b
    for _ in range(steps):
        error = sigmoid(x @ w + b) - y
        w, b = w - rate * factor_w * x.T @ error, b - rate * factor_b * error.sum()
    return w, b


def logistic_by_einsum(x, y, w, b, rate, steps):
    """With the bias as one more weight."""
    x, w = np.column_stack([x, np.ones(len(x))]), np.append(w, b)
    for _ in range(steps):
        w = w - rate * np.mean((sigmoid(x @ w) - y)[:, None] * x, axis=0)
    return w[:-1], w[-1]


def logistic_old_and_new(x, y, w, b, rate, steps):
    """The bias from an error with the new weights."""
    for _ in range(steps):
        w = w - rate * x.T @ (sigmoid(x @ w + b) - y) / len(x)
        b = b - rate * np.mean(sigmoid(x @ w + b) - y)
    return w, b


def two_layers(rng):
    """Return inputs (n, d), targets (n, 1), two kernels and a learning rate."""
    n, d, units = rng.integers(3, 7), rng.integers(2, 4), rng.integers(2, 5)
    x, y = rng.normal(size=(n, d)), 2 + rng.normal(size=(n, 1))
    return x, y, rng.normal(size=(d, units)), rng.normal(size=(units, 1)), rng.uniform(0.2, 0.6)


def two_layer_step(x, y, w1, w2, rate, early=False, slope=True):
    """One step; ``early`` updates the second kernel before the first gradient is known."""
    a = np.tanh(x @ w1)
    g2 = (a @ w2 - y) / len(x)
    new = w2 - rate * a.T @ g2
    g1 = g2 @ (new if early else w2).T * (1 - a**2 if slope else 1)
    return w1 - rate * x.T @ g1, new


def two_layer_step_reversed(x, y, w1, w2, rate):
    """The first kernel early, and a second forward pass for the other."""
    new, _ = two_layer_step(x, y, w1, w2, rate)
    a = np.tanh(x @ new)
    return new, w2 - rate * a.T @ (a @ w2 - y) / len(x)


def two_layer_step_by_samples(x, y, w1, w2, rate):
    """Sample by sample."""
    g1, g2 = np.zeros_like(w1), np.zeros_like(w2)
    for row, target in zip(x, y, strict=True):
        a = np.tanh(w1.T @ row)
        delta = (w2.T @ a - target) / len(x)
        g2 += np.outer(a, delta)
        g1 += np.outer(row, (w2 @ delta) * (1 - a * a))
    return w1 - rate * g1, w2 - rate * g2


def two_tables(rng):
    """Return training and test data with d columns of different means and spreads."""
    d = rng.integers(2, 5)
    centre, spread = rng.normal(size=d), rng.uniform(0.5, 2, size=d)
    tables = [centre + spread * rng.normal(size=(rng.integers(4, 9), d)) for _ in range(2)]
    return tables[0], tables[1] + 0.5


def scaled_by(*sources, axis=0, ddof=0):
    """Return a function that scales two tables, each by a source: "train", "test", "all"."""

    def scale(train, test):
        tables = {"train": train, "test": test, "all": np.concatenate([train, test])}
        results = []
        for table, source in zip((train, test), sources, strict=True):
            known = tables[source]
            results.append((table - known.mean(axis=axis)) / known.std(axis=axis, ddof=ddof))
        return tuple(results)

    return scale


def scale_column_by_column(train, test):
    """One column after the other."""
    results = np.empty_like(train), np.empty_like(test)
    for j in range(train.shape[1]):
        mean = sum(train[:, j]) / len(train)
        std = (sum((train[:, j] - mean) ** 2) / len(train)) ** 0.5
        for result, table in zip(results, (train, test), strict=True):
            result[:, j] = (table[:, j] - mean) / std
    return results


def one_output(rng):
    """Return probabilities (n, 1) and labels (n,), of which 2 of 11 or more are wrong."""
    n = int(rng.choice([11, 13, 17]))
    y = rng.permutation(np.arange(n) % 3 == 0).astype(int)
    answers = y.copy()
    wrong = np.append(np.flatnonzero(y == 0)[:1], np.flatnonzero(y == 1)[:1])
    answers[wrong] = 1 - answers[wrong]
    return np.where(answers == 1, rng.uniform(0.6, 0.9, n), rng.uniform(0.1, 0.4, n))[:, None], y


def uneven_batches(rng):
    """Return inputs (n, d), targets (n,), weights (d,) and a size that leaves a short batch."""
    size = int(rng.integers(3, 6))
    n, d = size * int(rng.integers(2, 5)) + int(rng.integers(1, size)), int(rng.integers(2, 4))
    return rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), size


def batch_losses(x, y, w, size):
    """Return the mean squared error of each batch."""
    starts = range(0, len(x), size)
    return [np.mean((x[s : s + size] @ w - y[s : s + size]) ** 2) for s in starts]


def linear_data(rng):
    """Return inputs (n, d), targets (n,), weights (d,), a rate, steps, and parts that divide n."""
    parts = int(rng.integers(2, 5))
    n, d = parts * int(rng.integers(2, 5)), int(rng.integers(2, 4))
    x, rate, steps = rng.normal(size=(n, d)), rng.uniform(0.02, 0.1), int(rng.integers(3, 7))
    return x, rng.normal(size=n), rng.normal(size=d), rate, steps, parts


def descend(x, y, w, rate, steps, parts):
    """All samples at once; the parts make no difference."""
    for _ in range(steps):
        w = w - rate * 2 * x.T @ (x @ w - y) / len(x)
    return w


def accumulate(x, y, w, rate, steps, parts, reset="step", update="step", divide="samples"):
    """Add up the gradients of the parts, with the place of the reset and of the update."""
    total = np.zeros_like(w)
    for _ in range(steps):
        if reset == "step":
            total = np.zeros_like(w)
        for a, b in zip(np.split(x, parts), np.split(y, parts), strict=True):
            if reset == "part":
                total = np.zeros_like(w)
            total = total + 2 * a.T @ (a @ w - b) / len(x if divide == "samples" else a)
            if update == "part":
                w = w - rate * total
        if update == "step":
            w = w - rate * total
    return w


EXERCISES = [
    Exercise(
        name="debug-mean",
        reference=logistic,
        variant=logistic_by_einsum,
        inputs=logistic_data,
        mistakes=(
            Mistake(
                "This is the original bug: the gradients are sums over the samples. Divide by "
                "n, because the loss is a mean.",
                lambda x, y, w, b, rate, steps: logistic(x, y, w, b, rate, steps, 1),
            ),
            Mistake(
                "The gradient of the weights is a mean now, but that of the bias is still a sum.",
                lambda x, y, w, b, rate, steps: logistic(x, y, w, b, rate, steps, 1 / len(x), 1),
            ),
            Mistake(
                "You divide by n twice. The mean comes in once, in the error.",
                lambda x, y, w, b, rate, steps: logistic(x, y, w, b, rate, steps, 1 / len(x) ** 2),
            ),
            Mistake(
                "You divide by the number of features. The mean runs over the samples, len(x).",
                lambda x, y, w, b, rate, steps: logistic(x, y, w, b, rate, steps, 1 / x.shape[1]),
            ),
            Mistake(
                "The mean is right, but the bias is computed with weights that are already new. "
                "First all gradients, then all updates.",
                logistic_old_and_new,
            ),
        ),
        hints=(
            "Compare the formula of the gradient with that of the mean loss. What is missing?",
            "error = (p - y) / len(x). Both gradients inherit the factor from there.",
        ),
    ),
    Exercise(
        name="debug-early",
        reference=two_layer_step,
        variant=two_layer_step_by_samples,
        inputs=two_layers,
        mistakes=(
            Mistake(
                "This is the original bug: the gradient of W1 is computed with the new W2. "
                "First all gradients, then all updates.",
                lambda x, y, w1, w2, rate: two_layer_step(x, y, w1, w2, rate, early=True),
            ),
            Mistake(
                "Now W1 is updated too early, and the gradient of W2 sees the new W1. Both "
                "gradients belong to the old weights.",
                two_layer_step_reversed,
            ),
            Mistake(
                "The order is right, but the derivative of tanh, 1 - A1**2, got lost.",
                lambda x, y, w1, w2, rate: two_layer_step(x, y, w1, w2, rate, slope=False),
            ),
            Mistake(
                "The order is right, but the steps go uphill: subtract the gradients.",
                lambda x, y, w1, w2, rate: two_layer_step(x, y, w1, w2, -rate),
            ),
        ),
        hints=(
            "Which line changes W2, and which line uses it afterwards?",
            "Compute G1 before W2 changes, or keep the new W2 under another name.",
        ),
    ),
    Exercise(
        name="debug-scale",
        reference=scaled_by("train", "train"),
        variant=scale_column_by_column,
        inputs=two_tables,
        mistakes=(
            Mistake(
                "This is the original bug: the test data take part in mean and standard "
                "deviation. Only the training data may.",
                scaled_by("all", "all"),
            ),
            Mistake(
                "Each table is scaled by its own mean and standard deviation. Then equal samples "
                "look different on the two sides; use those of the training data for both.",
                scaled_by("train", "test"),
            ),
            Mistake(
                "You used one mean and one standard deviation for all columns. Use axis=0.",
                scaled_by("train", "train", axis=None),
            ),
            Mistake(
                "You divided by n - 1 in the standard deviation. Here it is the plain std().",
                scaled_by("train", "train", ddof=1),
            ),
            Mistake(
                "The test data are still unscaled. They go through the same formula.",
                lambda train, test: (scaled_by("train", "train")(train, test)[0], test),
            ),
        ),
        hints=(
            "At the time of training, the test data do not exist yet.",
            "mean and std from `train` with axis=0; apply both to `train` and to `test`.",
        ),
    ),
    Exercise(
        name="debug-accuracy",
        reference=lambda p, y: np.mean((p[:, 0] > 0.5) == y),
        variant=lambda p, y: 1 - np.abs(np.round(p) - y[:, None]).sum() / len(y),
        inputs=one_output,
        mistakes=(
            Mistake(
                "This is the original bug: (n, 1) against (n,) becomes (n, n), and every answer "
                "is compared with every label. Give both one shape.",
                lambda p, y: np.mean((p > 0.5) == y),
            ),
            Mistake(
                "argmax over a single column is always 0, so this is the share of class 0. "
                "With one output, use the threshold.",
                lambda p, y: np.mean(p.argmax(axis=1) == y),
            ),
            Mistake(
                "This is the number of right answers. The accuracy is their share.",
                lambda p, y: np.sum((p[:, 0] > 0.5) == y),
            ),
            Mistake(
                "This is the share of wrong answers.",
                lambda p, y: np.mean((p[:, 0] > 0.5) != y),
            ),
        ),
        hints=(
            "Print the shape of (p > 0.5) == y.",
            "Take the only column, p[:, 0], and compare it with y.",
        ),
    ),
    Exercise(
        name="debug-epoch",
        reference=lambda x, y, w, size: np.mean((x @ w - y) ** 2),
        variant=lambda x, y, w, size: np.average(
            batch_losses(x, y, w, size),
            weights=[min(size, len(x) - s) for s in range(0, len(x), size)],
        ),
        inputs=uneven_batches,
        mistakes=(
            Mistake(
                "This is the original bug: the loss of the last batch only.",
                lambda x, y, w, size: batch_losses(x, y, w, size)[-1],
            ),
            Mistake(
                "The mean of the batch means: the short last batch counts as much as a full one. "
                "Weight each batch by its number of samples.",
                lambda x, y, w, size: np.mean(batch_losses(x, y, w, size)),
            ),
            Mistake(
                "You added up the batch means. Weight them by the batch sizes, divide by n.",
                lambda x, y, w, size: np.sum(batch_losses(x, y, w, size)),
            ),
            Mistake(
                "You weighted every batch with batch_size, but the last one is shorter: use "
                "len(x[part]).",
                lambda x, y, w, size: size * np.sum(batch_losses(x, y, w, size)) / len(x),
            ),
            Mistake(
                "The short batch at the end is left out.",
                lambda x, y, w, size: np.mean(batch_losses(x, y, w, size)[:-1]),
            ),
        ),
        hints=(
            "What does the name `loss` hold after the loop?",
            "Add up the sums of squares of all batches, then divide by len(x).",
        ),
    ),
    Exercise(
        name="debug-accumulate",
        reference=accumulate,
        variant=descend,
        inputs=linear_data,
        mistakes=(
            Mistake(
                "This is the original bug: the sum is never set back to 0, so every step "
                "repeats all former ones.",
                lambda *arguments: accumulate(*arguments, reset="never"),
            ),
            Mistake(
                "You empty the sum before each part, so only the last part counts. Empty it "
                "once a step.",
                lambda *arguments: accumulate(*arguments, reset="part"),
            ),
            Mistake(
                "You update after each part. Collect the gradients of all parts with the same "
                "weights, then update once.",
                lambda *arguments: accumulate(*arguments, reset="part", update="part"),
            ),
            Mistake(
                "You divide by the size of a part, so the sum is `parts` times too large. "
                "Divide by the number of all samples.",
                lambda *arguments: accumulate(*arguments, divide="part"),
            ),
        ),
        hints=(
            "Print `total` at the start of the second step.",
            "Move `total = np.zeros_like(w)` into the outer loop, before the inner one.",
        ),
    ),
]
