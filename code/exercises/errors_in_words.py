"""The exercises of the chapter "Errors in print: words": find the bug."""

import itertools

import numpy as np

from exercises.checker import Exercise, Mistake


def relu(z):
    """``max(z, 0)``, entry by entry."""
    return np.maximum(z, 0)


def dense_layer(rng):
    """Return inputs (n, d), a kernel (d, units) and a bias (units,)."""
    n, d, units = rng.integers(12, 20), rng.integers(2, 5), rng.integers(4, 7)
    return rng.normal(size=(n, d)), rng.normal(size=(d, units)), rng.normal(size=units)


def relu_by_mask(x, w, b):
    """Set what is negative to 0."""
    z = np.einsum("ij,jk->ik", x, w) + b
    return z * (z > 0)


def two_layer_weights(rng):
    """Return inputs (n, d) and the weights of two layers, with two outputs."""
    n, d, units = rng.integers(12, 20), rng.integers(2, 4), rng.integers(4, 7)
    first = rng.normal(size=(d, units)), rng.normal(size=units)
    second = rng.normal(size=(units, 2)), rng.normal(size=2)
    for array in second:  # the first output is negative for every sample
        array[..., 0] = -np.abs(array[..., 0])
    return rng.normal(size=(n, d)), *first, *second


def two_layers(x, w1, b1, w2, b2):
    """Forward pass with a ReLU layer."""
    return relu(x @ w1 + b1) @ w2 + b2


def two_layers_by_units(x, w1, b1, w2, b2):
    """Add the contribution of each hidden unit."""
    outputs = np.zeros((len(x), len(b2))) + b2
    for k in range(len(b1)):
        outputs = outputs + np.outer(relu(x @ w1[:, k] + b1[k]), w2[k])
    return outputs


def merged(x, w1, b1, w2, b2):
    """Without the ReLU: one product."""
    return x @ (w1 @ w2) + (b1 @ w2 + b2)


def linear_data(rng):
    """Return inputs (n, d), targets (n,), weights (d,), a rate and a number of steps."""
    n, d = rng.integers(8, 15), rng.integers(2, 4)
    x, w = rng.normal(size=(n, d)), rng.normal(size=d)
    return x, 3 + rng.normal(size=n), w, rng.uniform(0.05, 0.2), int(rng.integers(3, 7))


def train(x, y, w, rate, steps, update=1.0, once=False, total=False, late=False):
    """Gradient descent; ``once`` keeps the first gradient, ``late`` measures after the step."""
    losses, grad = [], None
    for _ in range(steps):
        error = x @ w - y
        if grad is None or not once:
            grad = x.T @ error / (1 if total else len(x))
        losses.append(np.mean(error**2) / 2)
        w = w - update * rate * grad
    if late:
        losses = [*losses[1:], np.mean((x @ w - y) ** 2) / 2]
    return w, np.array(losses)


def train_by_normal_equations(x, y, w, rate, steps):
    """With the matrix and the vector of the normal equations, made once."""
    matrix, vector, losses = x.T @ x / len(x), x.T @ y / len(x), []
    while len(losses) < steps:
        losses.append((w @ matrix @ w - 2 * w @ vector + y @ y / len(y)) / 2)
        w = w - rate * (matrix @ w - vector)
    return w, np.array(losses)


def tanh_network(rng):
    """Return inputs (n, d), targets (n, 1) and the weights of two layers."""
    n, d, units = rng.integers(4, 9), rng.integers(2, 4), rng.integers(2, 5)
    first = rng.normal(size=(d, units)), rng.normal(size=units)
    second = rng.normal(size=(units, 1)), rng.normal(size=1)
    return rng.normal(size=(n, d)), 2 + rng.normal(size=(n, 1)), *first, *second


def hidden_signals(x, y, w1, b1, w2, b2, weights=True, slope=True, mean=True):
    """Error signals of the tanh layer, with parts that can be left out."""
    a = np.tanh(x @ w1 + b1)
    g = (a @ w2 + b2 - y) / (len(x) if mean else 1)
    return (g @ w2.T if weights else g) * (1 - a**2 if slope else np.ones_like(a))


def hidden_signals_by_samples(x, y, w1, b1, w2, b2):
    """Sample by sample, unit by unit."""
    signals = np.zeros((len(x), len(b1)))
    for i, row in enumerate(x):
        z = w1.T @ row + b1
        error = (w2[:, 0] @ np.tanh(z) + b2[0] - y[i, 0]) / len(x)
        for k in range(len(b1)):
            signals[i, k] = error * w2[k, 0] / np.cosh(z[k]) ** 2
    return signals


def hidden_against_target(x, y, w1, b1, w2, b2):
    """Compare the hidden activations with the target."""
    a = np.tanh(x @ w1 + b1)
    return (a - y) / len(x) * (1 - a**2)


def points_of_a_curve(rng):
    """Return training and validation points, and degrees; neither end of the list is best."""
    degrees = (1, 2, 3, 5, 7, 9)
    while True:
        x, x_val = np.linspace(-1, 1, 12), rng.uniform(-1, 1, 40)
        y, y_val = (np.sin(3 * t) + rng.normal(0, 0.2, len(t)) for t in (x, x_val))
        best = choose(x, y, x_val, y_val, degrees)[0]
        if 1 < best < 7:
            return x, y, x_val, y_val, degrees


def squared_error(c, x, y):
    """Mean squared error of a polynomial."""
    return np.mean((np.polyval(c, x) - y) ** 2)


def choose(x, y, x_val, y_val, degrees):
    """Return the degree with the smallest validation error, and that error."""
    scores = [(squared_error(np.polyfit(x, y, k), x_val, y_val), k) for k in degrees]
    error, degree = min(scores)
    return degree, error


def choose_with_chebyshev(x, y, x_val, y_val, degrees):
    """In another basis, with the arg min of an array."""
    basis, errors = np.polynomial.chebyshev.chebvander, []
    for degree in degrees:
        c = np.linalg.lstsq(basis(x, degree), y, rcond=None)[0]
        errors.append(np.mean((basis(x_val, degree) @ c - y_val) ** 2))
    return degrees[int(np.argmin(errors))], min(errors)


def choose_by_training(x, y, x_val, y_val, degrees):
    """Let the training error decide."""
    degree = min((squared_error(np.polyfit(x, y, k), x, y), k) for k in degrees)[1]
    return degree, squared_error(np.polyfit(x, y, degree), x_val, y_val)


def choose_and_report_training(x, y, x_val, y_val, degrees):
    """Choose rightly, return the training error."""
    degree, _ = choose(x, y, x_val, y_val, degrees)
    return degree, squared_error(np.polyfit(x, y, degree), x, y)


def choose_place(x, y, x_val, y_val, degrees):
    """Return the place in the list."""
    degree, error = choose(x, y, x_val, y_val, degrees)
    return degrees.index(degree), error


def choose_fitted_to_validation(x, y, x_val, y_val, degrees):
    """Fit and judge on the same points, the validation points."""
    return choose_by_training(x_val, y_val, x_val, y_val, degrees)


def deep_network(rng):
    """Return inputs (n, d), targets (n, 2) and three or four kernels."""
    n, depth = int(rng.integers(4, 8)), int(rng.integers(3, 5))
    sizes = [*(int(k) for k in rng.integers(2, 5, size=depth)), 2]
    kernels = [rng.normal(size=shape) for shape in itertools.pairwise(sizes)]
    return rng.normal(size=(n, sizes[0])), 2 + rng.normal(size=(n, 2)), kernels


def forward(x, kernels):
    """Return all activations; the last layer is linear."""
    activations = [x]
    for w in kernels[:-1]:
        activations.append(np.tanh(activations[-1] @ w))
    return [*activations, activations[-1] @ kernels[-1]]


def signals(x, y, kernels, slope=True, again=False, last=False, sign=1):
    """Error signals from the last layer to the first, with things that go wrong."""
    activations = forward(x, kernels)
    g = sign * (activations[-1] - y) / len(x)
    if last:
        g = g * (1 - np.tanh(activations[-1]) ** 2)
    found = [g]
    for w, a in zip(kernels[:0:-1], activations[-2:0:-1], strict=True):
        g = (g @ w.T) * (1 - a**2 if slope else 1) / (len(x) if again else 1)
        found.append(g)
    return tuple(found[::-1])


def signals_forwards(x, y, kernels):
    """From the first layer to the last: all but two find zeros."""
    activations = forward(x, kernels)
    found = [np.zeros_like(a) for a in activations[1:]]
    found[-1] = (activations[-1] - y) / len(x)
    for k in range(len(kernels) - 1):
        found[k] = (found[k + 1] @ kernels[k + 1].T) * (1 - activations[k + 1] ** 2)
    return tuple(found)


def signals_recursive(x, y, kernels):
    """The signals of the layers behind come from a call of the function itself."""
    if len(kernels) == 1:
        return ((x @ kernels[0] - y) / len(x),)
    a = np.tanh(x @ kernels[0])
    behind = signals_recursive(a, y, kernels[1:])
    return (behind[0] @ kernels[1].T * (1 - a * a), *behind)


EXERCISES = [
    Exercise(
        name="bug-f-before-sum",
        reference=lambda x, w, b: relu(x @ w + b),
        variant=relu_by_mask,
        inputs=dense_layer,
        mistakes=(
            Mistake(
                "This is the bug as given: negative numbers come out, because ReLU is applied "
                "to the inputs. Apply it to the weighted sum with the bias.",
                lambda x, w, b: relu(x) @ w + b,
            ),
            Mistake(
                "Nothing is negative now, but ReLU is still applied to the inputs as well, so "
                "negative inputs are lost. Apply it to the weighted sum only.",
                lambda x, w, b: relu(relu(x) @ w + b),
            ),
            Mistake(
                "You add the bias after ReLU. It belongs to the weighted sum, before.",
                lambda x, w, b: relu(x @ w) + b,
            ),
            Mistake(
                "This is the weighted sum. Now ReLU is missing.",
                lambda x, w, b: x @ w + b,
            ),
        ),
        hints=(
            "A ReLU layer has two steps: z = ..., then a = f(z). Which one comes first here?",
            "Z = X @ W + b, then np.maximum(Z, 0).",
        ),
    ),
    Exercise(
        name="bug-merged-layers",
        reference=two_layers,
        variant=two_layers_by_units,
        inputs=two_layer_weights,
        mistakes=(
            Mistake(
                "This is the bug as given: without ReLU between them two layers are one, and "
                "XOR gets the answers of a straight line. Apply ReLU after the first layer.",
                merged,
            ),
            Mistake(
                "ReLU comes at the end now, where it cannot help: the two layers in front of it "
                "are still one product. Apply it between them.",
                lambda *arguments: relu(merged(*arguments)),
            ),
            Mistake(
                "ReLU is in the right place, but the output layer has one, too. It is linear.",
                lambda *arguments: relu(two_layers(*arguments)),
            ),
            Mistake(
                "You add the first bias after ReLU. It belongs to the weighted sum, before.",
                lambda x, w1, b1, w2, b2: (relu(x @ w1) + b1) @ w2 + b2,
            ),
        ),
        hints=(
            "Is relu(X @ W1) @ W2 the same as relu(X @ (W1 @ W2))? Try 1 and -1.",
            "Compute A1 = np.maximum(X @ W1 + b1, 0) first.",
        ),
    ),
    Exercise(
        name="bug-no-update",
        reference=train,
        variant=train_by_normal_equations,
        inputs=linear_data,
        mistakes=(
            Mistake(
                "This is the bug as given: all losses are equal, because the gradient is "
                "computed and never used. Update the weights in each step.",
                lambda *arguments: train(*arguments, update=0.0),
            ),
            Mistake(
                "There is an update now, and the loss grows: you add the gradient. Subtract it.",
                lambda *arguments: train(*arguments, update=-1.0),
            ),
            Mistake(
                "Every step uses the gradient of the first one. Compute it again in each step, "
                "with the new weights.",
                lambda *arguments: train(*arguments, once=True),
            ),
            Mistake(
                "Your gradient is a sum over the samples, but the loss is a mean. Divide by n.",
                lambda *arguments: train(*arguments, total=True),
            ),
            Mistake(
                "The weights are right, but your losses are those after each step. Measure "
                "before the update.",
                lambda *arguments: train(*arguments, late=True),
            ),
        ),
        hints=(
            "Which line uses what the backward line has computed?",
            "One more line in the loop: w = w - learning_rate * grad.",
        ),
    ),
    Exercise(
        name="bug-hidden-target",
        reference=hidden_signals,
        variant=hidden_signals_by_samples,
        inputs=tanh_network,
        mistakes=(
            Mistake(
                "This is the bug as given: the hidden activations are compared with the target, "
                "which the difference quotient contradicts. Only the output has a target; send "
                "its error back.",
                hidden_against_target,
            ),
            Mistake(
                "The error comes from the output now, but every hidden unit gets the same one. "
                "Send it back through the weights W2.",
                lambda *arguments: hidden_signals(*arguments, weights=False),
            ),
            Mistake(
                "The error goes back through W2, but the derivative of tanh is missing.",
                lambda *arguments: hidden_signals(*arguments, slope=False),
            ),
            Mistake(
                "The signals are n times too large: the loss is a mean over the samples.",
                lambda *arguments: hidden_signals(*arguments, mean=False),
            ),
        ),
        hints=(
            "Compute the error of the output first. It is the only one that has a target.",
            "G2 = (A1 @ W2 + b2 - Y) / len(X); then G2 @ W2.T times the derivative of tanh.",
        ),
    ),
    Exercise(
        name="bug-degree",
        reference=choose,
        variant=choose_with_chebyshev,
        inputs=points_of_a_curve,
        mistakes=(
            Mistake(
                "This is the bug as given: the largest degree wins always, because the training "
                "error decides. Let the validation error decide.",
                choose_by_training,
            ),
            Mistake(
                "The degree is right, but you return its training error. Return the error on "
                "the validation points.",
                choose_and_report_training,
            ),
            Mistake(
                "You return the place in the list of degrees. Return the degree itself.",
                choose_place,
            ),
            Mistake(
                "You fit the polynomials to the validation points as well, so they are no longer "
                "unseen. Fit to the training points.",
                choose_fitted_to_validation,
            ),
        ),
        hints=(
            "For each degree there are two errors. Which one tells about unseen data?",
            "Compute error from x_val and y_val, and compare those.",
        ),
    ),
    Exercise(
        name="bug-forward-signals",
        reference=signals,
        variant=signals_recursive,
        inputs=deep_network,
        mistakes=(
            Mistake(
                "This is the bug as given: the loop runs from the first layer to the last, and "
                "finds zeros where the signals of the next layer should be. Run it backwards.",
                signals_forwards,
            ),
            Mistake(
                "The order is right, but the derivative of tanh, 1 - A**2, got lost.",
                lambda x, y, kernels: signals(x, y, kernels, slope=False),
            ),
            Mistake(
                "You divide by n in every layer. The mean comes in once, at the output.",
                lambda x, y, kernels: signals(x, y, kernels, again=True),
            ),
            Mistake(
                "The last layer is linear: its signal has no factor from tanh.",
                lambda x, y, kernels: signals(x, y, kernels, last=True),
            ),
            Mistake(
                "All signals have the wrong sign: it is output minus target.",
                lambda x, y, kernels: signals(x, y, kernels, sign=-1),
            ),
        ),
        hints=(
            "signals[l] needs signals[l + 1]. Which of the two must be known first?",
            "for l in reversed(range(len(kernels) - 1)).",
        ),
    ),
]
