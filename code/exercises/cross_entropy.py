"""The exercises of the chapter "Logistic regression and softmax: likelihood and convexity"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def sigmoid(z):
    """One over one plus e to the minus z."""
    return 1 / (1 + np.exp(-z))


def two_distributions(rng):
    """Return two distributions over the same classes, all entries positive."""
    classes = rng.integers(3, 7)
    return rng.dirichlet(np.full(classes, 2.0)), rng.dirichlet(np.full(classes, 2.0))


def divergence(y, p):
    """Sum of y log(y / p), where terms with y = 0 count as 0."""
    there = y > 0
    return np.sum(y[there] * np.log(y[there] / p[there]))


def inputs_and_weights(rng):
    """Return X (n, k) and w (k,); n differs from k."""
    k = rng.integers(2, 5)
    return rng.normal(size=(k + rng.integers(4, 8), k)), rng.normal(size=k)


def penalised_task(rng):
    """Return X (n, k), labels (n,), w (k,) and a penalty."""
    X, w = inputs_and_weights(rng)
    y = rng.integers(0, 2, size=len(X)).astype(float)
    return X, y, 0.5 * w + 0.3, rng.uniform(0.05, 0.3)


def hessian(X, w):
    """Of the mean binary cross-entropy."""
    p = sigmoid(X @ w)
    return (X.T * (p * (1 - p))) @ X / len(X)


def hessian_by_samples(X, w):
    """Sample by sample."""
    total = np.zeros((len(w), len(w)))
    for x in X:
        p = sigmoid(x @ w)
        total = total + p * (1 - p) * np.outer(x, x)
    return total / len(X)


def newton(X, y, w, strength, in_gradient=1.0, in_hessian=1.0, sign=1.0):
    """One step; the factors say how the penalty enters."""
    g = X.T @ (sigmoid(X @ w) - y) / len(y) + in_gradient * strength * w
    H = hessian(X, w) + in_hessian * strength * np.eye(len(w))
    return w - sign * np.linalg.solve(H, g)


def newton_by_least_squares(X, y, w, strength):
    """Weighted least squares, with one invented sample for each weight."""
    p = sigmoid(X @ w)
    root = np.sqrt(p * (1 - p) / len(y))
    rows = np.vstack([root[:, None] * X, np.sqrt(strength) * np.eye(len(w))])
    targets = np.append(root * (X @ w + (y - p) / (p * (1 - p))), np.zeros(len(w)))
    return np.linalg.lstsq(rows, targets, rcond=None)[0]


def newton_sum(X, y, w, strength):
    """The sum of the losses in place of their mean."""
    p = sigmoid(X @ w)
    H = (X.T * (p * (1 - p))) @ X + strength * np.eye(len(w))
    return w - np.linalg.solve(H, X.T @ (p - y) + strength * w)


EXERCISES = [
    Exercise(
        name="xent-kl",
        reference=divergence,
        variant=lambda y, p: float(
            sum(a * (np.log(a) - np.log(b)) for a, b in zip(y, p, strict=True) if a > 0)
        ),
        inputs=two_distributions,
        edge_cases=((np.array([0.0, 1.0, 0.0]), np.array([0.2, 0.5, 0.3])),),
        mistakes=(
            Mistake(
                "You swapped the two distributions. The weights in the sum are y, the truth: "
                "sum(y * log(y / p)).",
                lambda y, p: np.sum(p * np.log(p / y)),
            ),
            Mistake(
                "You returned the cross-entropy. Subtract the entropy of y from it.",
                lambda y, p: -np.sum(y * np.log(p)),
            ),
            Mistake(
                "Your sign is turned. The divergence is never negative: log(y / p), not "
                "log(p / y).",
                lambda y, p: -divergence(y, p),
            ),
            Mistake(
                "You took the mean over the classes. The terms are weighted by y already: sum "
                "them.",
                lambda y, p: divergence(y, p) / len(y),
            ),
            Mistake(
                "You used the logarithm to base 2. In this book log is the natural logarithm, "
                "np.log.",
                lambda y, p: divergence(y, p) / np.log(2),
            ),
        ),
        hints=(
            "Choose the classes with y > 0 first; the others contribute nothing.",
            "there = y > 0; np.sum(y[there] * np.log(y[there] / p[there]))",
        ),
    ),
    Exercise(
        name="xent-hessian",
        reference=hessian,
        variant=hessian_by_samples,
        inputs=inputs_and_weights,
        mistakes=(
            Mistake(
                "You left out the factor 1/n. The loss is a mean, and so is its Hessian.",
                lambda X, w: hessian(X, w) * len(X),
            ),
            Mistake(
                "You left out the weights p(1 - p). That is half the Hessian of least squares.",
                lambda X, w: X.T @ X / len(X),
            ),
            Mistake(
                "You weighted the samples with p. The derivative of the sigmoid is p(1 - p).",
                lambda X, w: (X.T * sigmoid(X @ w)) @ X / len(X),
            ),
            Mistake(
                "You weighted the samples with the square of p(1 - p). Multiply only one of the "
                "two factors X by it.",
                lambda X, w: (X.T * (sigmoid(X @ w) * (1 - sigmoid(X @ w))) ** 2) @ X / len(X),
            ),
            Mistake(
                "You kept only the diagonal. The Hessian has the mixed derivatives beside it.",
                lambda X, w: np.diag(np.diag(hessian(X, w))),
            ),
        ),
        hints=(
            "p = sigmoid(X @ w) has shape (n,), and so has p * (1 - p): one number for each row.",
            "X.T @ (X * (p * (1 - p))[:, None]) / len(X)",
        ),
    ),
    Exercise(
        name="xent-newton",
        reference=newton,
        variant=newton_by_least_squares,
        inputs=penalised_task,
        mistakes=(
            Mistake(
                "You forgot the penalty in the Hessian. Its second derivatives are the strength, "
                "on the diagonal.",
                lambda X, y, w, strength: newton(X, y, w, strength, in_hessian=0),
            ),
            Mistake(
                "You forgot the penalty in the gradient. It adds the strength times w.",
                lambda X, y, w, strength: newton(X, y, w, strength, in_gradient=0),
            ),
            Mistake(
                "You forgot the penalty altogether. It adds strength * w to the gradient and "
                "the strength to the diagonal of the Hessian.",
                lambda X, y, w, strength: newton(X, y, w, strength, in_gradient=0, in_hessian=0),
            ),
            Mistake(
                "Your penalty is twice as large as it should be. The derivative of a square brings "
                "a 2, and the 1/2 in front cancels it.",
                lambda X, y, w, strength: newton(X, y, w, strength, in_gradient=2, in_hessian=2),
            ),
            Mistake(
                "Your step goes uphill. Subtract the solution of H h = g from the weights.",
                lambda X, y, w, strength: newton(X, y, w, strength, sign=-1),
            ),
            Mistake(
                "You took the sum of the losses, but the penalty belongs to their mean: divide "
                "gradient and Hessian of the cross-entropy by n.",
                newton_sum,
            ),
        ),
        hints=(
            "Gradient and Hessian of the cross-entropy, then add strength * w and strength * I.",
            "w - np.linalg.solve(H + strength * np.eye(len(w)), g + strength * w)",
        ),
    ),
]
