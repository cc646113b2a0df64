"""The exercises of the chapter "Linear regression: least squares and likelihood"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def targets_and_predictions(rng):
    """Return targets (n,) with a mean far from 0, and predictions (n,) that are too high."""
    y = rng.normal(size=rng.integers(5, 10)) + 3
    return y, y + 0.5 * rng.normal(size=len(y)) + 0.3


def r_squared(y_true, y_pred):
    """One minus the error over that of the mean."""
    return 1 - np.sum((y_pred - y_true) ** 2) / np.sum((y_true - y_true.mean()) ** 2)


def regression(rng):
    """Return inputs (n, d) that are not centred, and noisy targets (n,)."""
    d = rng.integers(2, 5)
    X = rng.normal(size=(d + rng.integers(5, 9), d)) + rng.uniform(1, 2, size=d)
    return X, X @ rng.normal(size=d) + 2 + rng.normal(size=len(X))


def penalised(rng):
    """Return inputs, targets and a penalty."""
    return *regression(rng), rng.uniform(0.1, 1)


def with_one(X):
    """Append the constant input 1: (n, d) -> (n, d + 1)."""
    return np.hstack([X, np.ones((len(X), 1))])


def standard_errors(X, y, used=None, ones=True):
    """Roots of the diagonal of the covariance; ``used`` is subtracted from n."""
    Z = with_one(X) if ones else X
    r = Z @ np.linalg.lstsq(Z, y, rcond=None)[0] - y
    variance = r @ r / (len(y) - (Z.shape[1] if used is None else used))
    return np.sqrt(variance * np.diag(np.linalg.inv(Z.T @ Z)))


def errors_by_qr(X, y):
    """The same from the triangular factor."""
    Q, R = np.linalg.qr(with_one(X))
    inverse = np.linalg.inv(R)
    s = np.linalg.norm(y - Q @ (Q.T @ y)) / np.sqrt(len(y) - len(R))
    return s * np.linalg.norm(inverse, axis=1)


def root_of_what_inverse(X, y):
    """One over the diagonal, instead of the diagonal of the inverse."""
    Z = with_one(X)
    r = Z @ np.linalg.lstsq(Z, y, rcond=None)[0] - y
    return np.sqrt(r @ r / (len(y) - Z.shape[1]) / np.diag(Z.T @ Z))


def ridge(X, y, strength):
    """Weights and a bias that is not penalised."""
    centred = X - X.mean(axis=0)
    matrix = centred.T @ centred + len(y) * strength * np.eye(X.shape[1])
    w = np.linalg.solve(matrix, centred.T @ (y - y.mean()))
    return w, y.mean() - w @ X.mean(axis=0)


def ridge_by_more_rows(X, y, strength):
    """Least squares with d invented samples, one for each weight."""
    d = X.shape[1]
    rows = np.hstack([np.sqrt(len(y) * strength) * np.eye(d), np.zeros((d, 1))])
    Z, t = np.vstack([with_one(X), rows]), np.append(y, np.zeros(d))
    w = np.linalg.lstsq(Z, t, rcond=None)[0]
    return w[:-1], w[-1]


def bias_penalised(X, y, strength):
    """The constant column is treated like the others."""
    Z = with_one(X)
    w = np.linalg.solve(Z.T @ Z + len(y) * strength * np.eye(Z.shape[1]), Z.T @ y)
    return w[:-1], w[-1]


def not_centred(X, y, strength):
    """Without a bias in the fit; it is added afterwards."""
    w = np.linalg.solve(X.T @ X + len(y) * strength * np.eye(X.shape[1]), X.T @ y)
    return w, y.mean() - w @ X.mean(axis=0)


EXERCISES = [
    Exercise(
        name="leastsq-r2",
        reference=r_squared,
        variant=lambda y, p: 1 - np.mean((p - y) ** 2) / np.var(y),
        inputs=targets_and_predictions,
        edge_cases=((np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.5, 1.0])),),
        mistakes=(
            Mistake(
                "You divided by the sum of the squared targets. Subtract their mean first: the "
                "comparison is with the model that always answers the mean.",
                lambda y, p: 1 - np.sum((p - y) ** 2) / np.sum(y**2),
            ),
            Mistake(
                "You returned the share that is not explained. Subtract it from 1.",
                lambda y, p: 1 - r_squared(y, p),
            ),
            Mistake(
                "You squared the correlation of targets and predictions. That ignores predictions "
                "that are too high or too steep; it equals R² only for a least-squares fit on its "
                "own data.",
                lambda y, p: np.corrcoef(y, p)[0, 1] ** 2,
            ),
            Mistake(
                "You divided the spread of the predictions by that of the targets. That equals R² "
                "only for a least-squares fit on its own data.",
                lambda y, p: np.sum((p - y.mean()) ** 2) / np.sum((y - y.mean()) ** 2),
            ),
            Mistake(
                "You took the mean of the predictions in the denominator. The comparison is with "
                "the mean of the targets.",
                lambda y, p: 1 - np.sum((p - y) ** 2) / np.sum((y - p.mean()) ** 2),
            ),
        ),
        hints=(
            "Two sums of squares: around the predictions, and around the mean of the targets.",
            "1 - np.sum((y_pred - y_true) ** 2) / np.sum((y_true - y_true.mean()) ** 2)",
        ),
    ),
    Exercise(
        name="leastsq-errors",
        reference=standard_errors,
        variant=errors_by_qr,
        inputs=regression,
        mistakes=(
            Mistake(
                "You divided the squared residuals by n. The fit has used up d + 1 directions: "
                "divide by n - d - 1.",
                lambda X, y: standard_errors(X, y, used=0),
            ),
            Mistake(
                "You divided by n - d. The bias is a fitted number, too: divide by n - d - 1.",
                lambda X, y: standard_errors(X, y, used=X.shape[1]),
            ),
            Mistake(
                "You returned variances. Standard errors are their square roots.",
                lambda X, y: standard_errors(X, y) ** 2,
            ),
            Mistake(
                "You forgot the column of ones: the model has a bias, and so the result has d + 1 "
                "entries.",
                lambda X, y: standard_errors(X, y, ones=False),
            ),
            Mistake(
                "You took one over the diagonal. First invert the whole matrix, then take the "
                "diagonal; the two agree only for perpendicular columns.",
                root_of_what_inverse,
            ),
        ),
        hints=(
            "Three steps: fit with the column of ones, the variance of the residuals, the "
            "diagonal of the inverse.",
            "np.sqrt(r @ r / (n - d - 1) * np.diag(np.linalg.inv(Z.T @ Z)))",
        ),
    ),
    Exercise(
        name="leastsq-ridge",
        reference=ridge,
        variant=ridge_by_more_rows,
        inputs=penalised,
        mistakes=(
            Mistake(
                "You penalised the bias as well. Centre the columns and the targets first; then "
                "there is no bias in the problem.",
                bias_penalised,
            ),
            Mistake(
                "Your penalty lacks the factor n. The loss is a mean: the matrix is "
                "X.T @ X + n * strength * I.",
                lambda X, y, strength: ridge(X, y, strength / len(y)),
            ),
            Mistake(
                "You did not centre the inputs and targets before solving. Then the weights have "
                "to do the work of the bias.",
                not_centred,
            ),
            Mistake(
                "Your weights are right, but your bias is the mean of y. Subtract w @ (mean of X).",
                lambda X, y, strength: (ridge(X, y, strength)[0], y.mean()),
            ),
            Mistake(
                "Your penalty is twice as large as it should be. Both terms have a factor 1/2, and "
                "both cancel the 2 of a derivative.",
                lambda X, y, strength: ridge(X, y, 2 * strength),
            ),
        ),
        hints=(
            "Subtract the means of the columns and of y, solve for the weights, then find b.",
            "w solves (A.T @ A + n * strength * I) w = A.T @ (y - mean); A is X minus its means.",
        ),
    ),
]
