"""The exercises of the chapter "Loss functions"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def row_and_column(rng):
    """Return targets (n,) and predictions (n, 1)."""
    n = rng.integers(4, 9)
    return rng.normal(size=n), rng.normal(size=(n, 1))


def near_and_far(rng):
    """Return targets (n,), predictions (n,) with errors on both sides of the threshold, and it."""
    n, threshold = rng.integers(5, 9), rng.uniform(1.3, 2)
    y = rng.normal(size=n)
    error = rng.uniform(0.1, 0.9, size=n) * threshold
    error[:3] = threshold * rng.uniform(1.5, 3, size=3)
    return y, y + rng.permutation(error * rng.choice([-1, 1], size=n)), threshold


def above_and_below(rng):
    """Return targets (n,), predictions (n,), more below than above, and a share."""
    n = rng.integers(5, 9)
    y, size = rng.normal(size=n), rng.uniform(0.2, 1, size=n)
    size[:2] *= -0.5
    return y, y - size, rng.uniform(0.7, 0.95)


def labels_and_logits(rng):
    """Return labels (n,) and logits (n, k) with n > k and two rows of huge entries."""
    k = rng.integers(3, 6)
    n = k + 3
    z = rng.normal(size=(n, k))
    z[0] += rng.uniform(800, 1000)
    z[1] -= rng.uniform(800, 1000)
    return rng.integers(0, k, size=n), z


def huber(y, p, threshold):
    """The mean value and its gradient."""
    error = p - y
    size = np.abs(error)
    value = np.where(size <= threshold, error**2 / 2, threshold * size - threshold**2 / 2)
    return value.mean(), np.clip(error, -threshold, threshold) / len(y)


def huber_by_parts(y, p, threshold):
    """The error is cut into a part up to the threshold and the rest."""
    size = abs(p - y)
    part = np.minimum(size, threshold)
    return np.mean(part * (size - part / 2)), np.sign(p - y) * part / y.size


def quantile(y, p, share):
    """Share times too little, the rest times too much."""
    return np.mean(np.where(y > p, share * (y - p), (1 - share) * (p - y)))


def log_sum_exp(z, axis=1):
    """Along one axis, without overflow."""
    largest = z.max(axis=axis, keepdims=True)
    return np.log(np.exp(z - largest).sum(axis=axis)) + largest.squeeze(axis)


def picked(labels, z):
    """The logit of the right class of each row."""
    return z[np.arange(len(z)), labels]


EXERCISES = [
    Exercise(
        name="loss-shapes",
        reference=lambda y, p: np.mean((p[:, 0] - y) ** 2),
        variant=lambda y, p: sum((b - a) ** 2 for a, b in zip(y, p.ravel(), strict=True)) / len(y),
        inputs=row_and_column,
        mistakes=(
            Mistake(
                "Your difference has shape (n, n): every prediction against every target. Use "
                "y_pred[:, 0], or y_true[:, None].",
                lambda y, p: np.mean((p - y) ** 2),
            ),
            Mistake(
                "You returned the sum. Divide by n: a loss is a mean.",
                lambda y, p: np.sum((p[:, 0] - y) ** 2),
            ),
            Mistake(
                "You returned half the mean. The mean squared error has no one half.",
                lambda y, p: np.mean((p[:, 0] - y) ** 2) / 2,
            ),
            Mistake(
                "That is the mean absolute error. Square the errors.",
                lambda y, p: np.mean(np.abs(p[:, 0] - y)),
            ),
            Mistake(
                "You took the root. The mean squared error is the mean itself.",
                lambda y, p: np.sqrt(np.mean((p[:, 0] - y) ** 2)),
            ),
        ),
        hints=(
            "What shape does y_pred - y_true have? It should have n entries.",
            "y_pred[:, 0] has shape (n,), like y_true.",
        ),
    ),
    Exercise(
        name="loss-huber",
        reference=huber,
        variant=huber_by_parts,
        inputs=near_and_far,
        mistakes=(
            Mistake(
                "Your line does not meet the parabola: subtract threshold**2 / 2 beyond the "
                "threshold.",
                lambda y, p, t: (
                    np.mean(np.where(abs(p - y) <= t, (p - y) ** 2 / 2, t * abs(p - y))),
                    np.clip(p - y, -t, t) / len(y),
                ),
            ),
            Mistake(
                "You used the threshold 1. Beyond the threshold the slope is the threshold, and "
                "the constant threshold**2 / 2.",
                lambda y, p, t: huber(y, p, 1),
            ),
            Mistake(
                "Your value is right, but the gradient is that of the half squared error. Clip it.",
                lambda y, p, t: (huber(y, p, t)[0], (p - y) / len(y)),
            ),
            Mistake(
                "Your gradient is n times too large: the loss is a mean, so divide it by n.",
                lambda y, p, t: (huber(y, p, t)[0], np.clip(p - y, -t, t)),
            ),
            Mistake(
                "Your gradient has the wrong sign. The error is y_pred - y_true.",
                lambda y, p, t: (huber(y, p, t)[0], np.clip(y - p, -t, t) / len(y)),
            ),
            Mistake(
                "You returned sums. Divide both by n.",
                lambda y, p, t: tuple(len(y) * part for part in huber(y, p, t)),
            ),
        ),
        hints=(
            "Two cases: error**2 / 2, and threshold * abs(error) - threshold**2 / 2.",
            "np.where for the value; the gradient is the clipped error divided by n.",
        ),
    ),
    Exercise(
        name="loss-quantile",
        reference=quantile,
        variant=lambda y, p, s: np.maximum(s * (y - p), (s - 1) * (y - p)).sum() / y.size,
        inputs=above_and_below,
        mistakes=(
            Mistake(
                "Your weights are swapped. The share belongs to answers that are too small, "
                "y_true > y_pred.",
                lambda y, p, s: quantile(y, p, 1 - s),
            ),
            Mistake(
                "You weighted both sides with share. Too large an answer costs 1 - share.",
                lambda y, p, s: s * np.mean(np.abs(y - p)),
            ),
            Mistake(
                "Your loss is negative for answers that are too large. Both sides cost something: "
                "take y_pred - y_true there.",
                lambda y, p, s: np.mean(np.where(y > p, s, 1 - s) * (y - p)),
            ),
            Mistake(
                "You squared the errors. This loss is made of straight lines.",
                lambda y, p, s: np.mean(np.where(y > p, s, 1 - s) * (y - p) ** 2),
            ),
            Mistake(
                "You returned the sum. Divide by n.",
                lambda y, p, s: len(y) * quantile(y, p, s),
            ),
        ),
        hints=(
            "np.where(y_true > y_pred, ..., ...): what does each side cost?",
            "share * (y_true - y_pred) on one side, (1 - share) * (y_pred - y_true) on the other.",
        ),
    ),
    Exercise(
        name="loss-sparse",
        reference=lambda labels, z: np.mean(log_sum_exp(z) - picked(labels, z)),
        variant=lambda labels, z: (
            np.mean(np.logaddexp.reduce(z, axis=1)) - picked(labels, z).mean()
        ),
        inputs=labels_and_logits,
        edge_cases=((np.array([1, 0]), np.array([[1000.0, 0.0, -1000.0], [0.5, 1.0, 0.0]])),),
        mistakes=(
            Mistake(
                "You typed the formula in, and it overflows for large logits. Take the largest "
                "logit of each row out of the sum.",
                lambda labels, z: np.mean(np.log(np.exp(z).sum(axis=1)) - picked(labels, z)),
            ),
            Mistake(
                "You returned the sum over the samples. Take the mean.",
                lambda labels, z: np.sum(log_sum_exp(z) - picked(labels, z)),
            ),
            Mistake(
                "The sign is turned round: that is the mean log-probability. The loss is its "
                "negative.",
                lambda labels, z: np.mean(picked(labels, z) - log_sum_exp(z)),
            ),
            Mistake(
                "You forgot to add the largest logit again after taking it out of the sum.",
                lambda labels, z: np.mean(
                    log_sum_exp(z) - z.max(axis=1) - picked(labels, z),
                ),
            ),
            Mistake(
                "You picked whole columns: z[:, labels] has shape (n, n). Pick one entry a row.",
                lambda labels, z: np.mean(log_sum_exp(z)[:, None] - z[:, labels]),
            ),
            Mistake(
                "You took the logit of the largest class instead of the right one.",
                lambda labels, z: np.mean(log_sum_exp(z) - z.max(axis=1)),
            ),
        ),
        hints=(
            "-log p of the right class is log-sum-exp of the row minus the logit of that class.",
            "Subtract z.max(axis=1, keepdims=True) before np.exp, and add it again after np.log.",
        ),
    ),
]
