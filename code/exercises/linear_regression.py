"""The exercises of the chapter "Linear regression"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def with_one(X):
    """Append the constant input 1: (n, d) -> (n, d + 1)."""
    return np.hstack([X, np.ones((len(X), 1))])


def line(rng):
    """Return inputs and targets, both (n,), and neither mean is 0."""
    x = rng.normal(size=rng.integers(4, 9)) + 1.5
    return x, 2 * x - 1 + rng.normal(size=len(x))


def fit(x, y):
    """Slope and intercept."""
    centred = x - x.mean()
    w = centred @ (y - y.mean()) / (centred @ centred)
    return w, y.mean() - w * x.mean()


def regression(rng):
    """Return X (n, d), y (n,), w (d,) and b."""
    n, d = rng.integers(4, 8), rng.integers(2, 4)
    return rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), rng.normal()


def gradient(X, y, w, b):
    """Of the mean squared error."""
    residual = X @ w + b - y
    return 2 * X.T @ residual / len(y), 2 * residual.mean()


def two_sets(rng):
    """Return training and test inputs, (n, d) and (m, d), with different means."""
    d = rng.integers(2, 5)
    scale, shift = rng.uniform(1, 10, size=d), rng.normal(size=d)
    train = rng.normal(size=(rng.integers(5, 9), d)) * scale + shift
    return train, rng.normal(size=(rng.integers(3, 5), d)) * scale + shift + 2


def limit(X):
    """The largest learning rate."""
    Z = with_one(X)
    return 2 / np.linalg.eigvalsh(2 * Z.T @ Z / len(Z)).max()


def epoch_arguments(rng):
    """Return X, y, w, b, order, batch size and learning rate; the last batch is smaller."""
    d = rng.integers(1, 4)
    order = rng.permutation(11)
    start = rng.normal(size=d), rng.normal()
    return rng.normal(size=(11, d)), rng.normal(size=11), *start, order, 4, 0.1


def epoch(X, y, w, b, order, batch_size, learning_rate, step=gradient):
    """One pass over the batches."""
    for start in range(0, len(X), batch_size):
        part = order[start : start + batch_size]
        grad_w, grad_b = step(X[part], y[part], w, b)
        w, b = w - learning_rate * grad_w, b - learning_rate * grad_b
    return w, b


def epoch_variant(X, y, w, b, order, batch_size, learning_rate):
    """The same with the bias folded in."""
    Z, v = with_one(X)[order], np.append(w, b)
    for rows, targets in zip(
        np.split(Z, range(batch_size, len(Z), batch_size)),
        np.split(y[order], range(batch_size, len(Z), batch_size)),
        strict=True,
    ):
        v = v - 2 * learning_rate * np.mean((rows @ v - targets)[:, None] * rows, axis=0)
    return v[:-1], v[-1]


def old_weights(X, y, w, b, order, batch_size, learning_rate):
    """All gradients at the weights of the start."""
    new_w, new_b = w, b
    for start in range(0, len(X), batch_size):
        part = order[start : start + batch_size]
        grad_w, grad_b = gradient(X[part], y[part], w, b)
        new_w, new_b = new_w - learning_rate * grad_w, new_b - learning_rate * grad_b
    return new_w, new_b


def full_batches_only(X, y, w, b, order, batch_size, learning_rate):
    """The rest of the samples is dropped."""
    whole = len(X) // batch_size * batch_size
    return epoch(
        X[order[:whole]], y[order[:whole]], w, b, np.arange(whole), batch_size, learning_rate
    )


EXERCISES = [
    Exercise(
        name="linreg-fit",
        reference=fit,
        variant=lambda x, y: tuple(np.linalg.lstsq(with_one(x[:, None]), y, rcond=None)[0]),
        inputs=line,
        mistakes=(
            Mistake(
                "Your slope is that of a line through the origin, sum(xy) / sum(x²). Subtract the "
                "means of x and y first.",
                lambda x, y: (x @ y / (x @ x), y.mean() - x @ y / (x @ x) * x.mean()),
            ),
            Mistake(
                "You returned the intercept first. The order is w, b.",
                lambda x, y: fit(x, y)[::-1],
            ),
            Mistake(
                "You divided by the variance of y. The slope is the covariance over the variance "
                "of x, the input.",
                lambda x, y: (
                    np.cov(x, y)[0, 1] / np.var(y, ddof=1),
                    y.mean() - np.cov(x, y)[0, 1] / np.var(y, ddof=1) * x.mean(),
                ),
            ),
            Mistake(
                "Your slope is right, but your intercept is the mean of y. Subtract w times the "
                "mean of x.",
                lambda x, y: (fit(x, y)[0], y.mean()),
            ),
            Mistake(
                "Your slope mixes a covariance divided by n - 1 (np.cov) with a variance divided "
                "by n (np.var). Use the same divisor in both, or none.",
                lambda x, y: (
                    np.cov(x, y)[0, 1] / np.var(x),
                    y.mean() - np.cov(x, y)[0, 1] / np.var(x) * x.mean(),
                ),
            ),
        ),
        hints=(
            "The best line goes through the mean point, so only the slope has to be found.",
            "w = sum((x - x̄)(y - ȳ)) / sum((x - x̄)²), and b = ȳ - w x̄.",
        ),
    ),
    Exercise(
        name="linreg-gradient",
        reference=gradient,
        variant=lambda X, y, w, b: (
            np.mean([2 * (x @ w + b - t) * x for x, t in zip(X, y, strict=True)], axis=0),
            np.mean([2 * (x @ w + b - t) for x, t in zip(X, y, strict=True)]),
        ),
        inputs=regression,
        mistakes=(
            Mistake(
                "Your gradient is n times too large: divide by the number of samples, because the "
                "loss is a mean.",
                lambda X, y, w, b: (2 * X.T @ (X @ w + b - y), 2 * np.sum(X @ w + b - y)),
            ),
            Mistake(
                "The factor 2 of the derivative of a square is missing. (Half of the mean squared "
                "error would not have it.)",
                lambda X, y, w, b: (X.T @ (X @ w + b - y) / len(y), np.mean(X @ w + b - y)),
            ),
            Mistake(
                "This is the sum over the samples without the factor 2: the gradient of half the "
                "sum of squares. The loss here is the mean.",
                lambda X, y, w, b: (X.T @ (X @ w + b - y), np.sum(X @ w + b - y)),
            ),
            Mistake(
                "Your gradient has the wrong sign: the residual is prediction minus target.",
                lambda X, y, w, b: tuple(-part for part in gradient(X, y, w, b)),
            ),
            Mistake(
                "You forgot the bias in the prediction: X @ w + b.",
                lambda X, y, w, b: gradient(X, y, w, 0.0),
            ),
        ),
        hints=(
            "First the residual, X @ w + b - y, of shape (n,). Both gradients are made from it.",
            "2 * X.T @ residual / n for the weights, 2 * residual.mean() for the bias.",
        ),
    ),
    Exercise(
        name="linreg-standardise",
        reference=lambda train, test: (
            (train - train.mean(axis=0)) / train.std(axis=0),
            (test - train.mean(axis=0)) / train.std(axis=0),
        ),
        variant=lambda train, test: tuple(
            np.split(
                (np.vstack([train, test]) - np.sum(train, axis=0) / len(train))
                / np.sqrt(np.mean(train**2, axis=0) - np.mean(train, axis=0) ** 2),
                [len(train)],
            )
        ),
        inputs=two_sets,
        mistakes=(
            Mistake(
                "You scaled the test data with their own mean and standard deviation. Use those "
                "of the training data for both.",
                lambda train, test: (
                    (train - train.mean(axis=0)) / train.std(axis=0),
                    (test - test.mean(axis=0)) / test.std(axis=0),
                ),
            ),
            Mistake(
                "You took one mean and one standard deviation over all columns. Each input has "
                "its own: axis=0.",
                lambda train, test: (
                    (train - train.mean()) / train.std(),
                    (test - train.mean()) / train.std(),
                ),
            ),
            Mistake(
                "You divided by the variance. Divide by its square root, the standard deviation.",
                lambda train, test: (
                    (train - train.mean(axis=0)) / train.var(axis=0),
                    (test - train.mean(axis=0)) / train.var(axis=0),
                ),
            ),
            Mistake(
                "You computed mean and standard deviation over training and test data together. "
                "The test data must not be looked at.",
                lambda train, test: tuple(
                    (part - np.vstack([train, test]).mean(axis=0))
                    / np.vstack([train, test]).std(axis=0)
                    for part in (train, test)
                ),
            ),
        ),
        hints=(
            "A mean and a standard deviation for each column: axis=0.",
            "Compute both from the training inputs, and use them for both arrays.",
        ),
    ),
    Exercise(
        name="linreg-limit",
        reference=limit,
        variant=lambda X: len(X) / np.linalg.svd(with_one(X), compute_uv=False)[0] ** 2,
        inputs=lambda rng: (rng.normal(size=(rng.integers(5, 12), rng.integers(1, 4))) + 1,),
        mistakes=(
            Mistake(
                "You left the bias out. Append a column of ones to X first.",
                lambda X: 2 / np.linalg.eigvalsh(2 * X.T @ X / len(X)).max(),
            ),
            Mistake(
                "You left out the 1/n: this is the limit for a sum of squares. The loss is a mean.",
                lambda X: limit(X) / len(X),
            ),
            Mistake(
                "You returned 1 / λmax. The limit is 2 / λmax.",
                lambda X: limit(X) / 2,
            ),
            Mistake(
                "You left out the factor 2 of the second derivative, H = 2/n XᵀX.",
                lambda X: 2 * limit(X),
            ),
            Mistake(
                "You used the smallest eigenvalue. The steepest direction decides: the largest.",
                lambda X: 2 / np.linalg.eigvalsh(2 * with_one(X).T @ with_one(X) / len(X)).min(),
            ),
        ),
        hints=(
            "The matrix of second derivatives is 2/n times XᵀX, with a column of ones in X.",
            "np.linalg.eigvalsh gives its eigenvalues; the limit is 2 over the largest.",
        ),
    ),
    Exercise(
        name="linreg-epoch",
        reference=epoch,
        variant=epoch_variant,
        inputs=epoch_arguments,
        mistakes=(
            Mistake(
                "You computed every gradient with the weights of the start. Each batch uses the "
                "weights that the batch before has left.",
                old_weights,
            ),
            Mistake(
                "You left out the last, smaller batch. It is a batch, too.",
                full_batches_only,
            ),
            Mistake(
                "You took the samples in their stored order. Use the indices in `order`.",
                lambda X, y, w, b, order, *rest: epoch(X, y, w, b, np.arange(len(X)), *rest),
            ),
            Mistake(
                "You summed over each batch. Divide by its size: the gradient is a mean.",
                lambda *arguments: epoch(
                    *arguments,
                    step=lambda X, y, w, b: tuple(len(X) * g for g in gradient(X, y, w, b)),
                ),
            ),
            Mistake(
                "You divided the last batch by the batch size, but it is smaller. Divide by the "
                "number of samples in it.",
                lambda X, y, w, b, order, size, rate: epoch(
                    X,
                    y,
                    w,
                    b,
                    order,
                    size,
                    rate,
                    step=lambda X, y, w, b: tuple(len(X) / size * g for g in gradient(X, y, w, b)),
                ),
            ),
            Mistake(
                "You stepped along the gradient. Subtract it.",
                lambda X, y, w, b, order, size, rate: epoch(X, y, w, b, order, size, -rate),
            ),
        ),
        hints=(
            "Loop over the starts 0, batch_size, 2 batch_size, ...; a slice of `order` says which.",
            "part = order[start : start + batch_size]; gradient of X[part], y[part]; step.",
        ),
    ),
]
