"""The exercises of the chapter "Tools of the trade: arrays"."""

import math
from itertools import zip_longest

import numpy as np

from exercises.checker import Exercise, Mistake


def image_and_amount(rng):
    """Return a grey image, uint8, with pixels that would run over, and a number to add."""
    image = rng.integers(0, 256, size=rng.integers(4, 8, size=2)).astype(np.uint8)
    image[0, :3] = 60, 180, 250
    return image, int(rng.integers(90, 121))


def predictions_and_targets(rng):
    """Return predictions (n, 1) and targets (n,)."""
    n = rng.integers(4, 9)
    return rng.normal(size=(n, 1)), 3 * rng.normal(size=n)


def table(rng):
    """Return samples (n, d), n different from d; two columns are constant."""
    d = rng.integers(3, 6)
    x = rng.normal(3, 2, size=(d + 4, d))
    whole, tenth = rng.choice(d, size=2, replace=False)
    x[:, whole] = rng.integers(1, 9)  # the mean is exact, the spread 0
    x[:, tenth] = 0.1  # the mean of 7, 8 or 9 of them is rounded, the spread is not 0
    return (x,)


def two_sets(rng):
    """Return points (n, d) and (m, d); n, m and d differ."""
    n, m, d = rng.choice(np.arange(3, 9), size=3, replace=False)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d))


def two_shapes(rng):
    """Return two shapes that fit, of different length, such as (4, 1, 3) and (5, 1)."""
    a, b, c = (int(size) for size in rng.choice(np.arange(2, 9), size=3, replace=False))
    return (a, 1, c), (b, 1)


def standardise(x, axis=0):
    """With columns that do not vary set to 0."""
    constant = np.ptp(x, axis=axis, keepdims=True) == 0
    spread = np.where(constant, 1, x.std(axis=axis, keepdims=True))
    return (x - x.mean(axis=axis, keepdims=True)) / spread


def standardise_by_columns(x):
    """One column after the other."""
    result = np.zeros(x.shape)
    for k, column in enumerate(x.T):
        if column.max() > column.min():
            result[:, k] = (column - column.mean()) / math.sqrt(np.var(column))
    return result


def distances(x, y):
    """All differences at once."""
    return np.sqrt(((x[:, None] - y) ** 2).sum(axis=-1))


def distances_by_squares(x, y):
    """By multiplying out."""
    squares = (x**2).sum(axis=1)[:, None] - 2 * x @ y.T + (y**2).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0))


def aligned(s, t, size):
    """Pad the shorter shape with ones on its left, and combine the sizes axis by axis."""
    pairs = zip_longest(reversed(s), reversed(t), fillvalue=1)
    return tuple(size(a, b) for a, b in pairs)[::-1]


def brighter(image, amount):
    """Stop at 255."""
    return np.minimum(image.astype(int) + amount, 255).astype(np.uint8)


EXERCISES = [
    Exercise(
        name="array-brighter",
        reference=brighter,
        variant=lambda image, amount: np.where(image > 255 - amount, 255, image + np.uint8(amount)),
        inputs=image_and_amount,
        mistakes=(
            Mistake(
                "Your pixels ran over: the sum was taken in uint8, so that 250 + 100 became 94. "
                "Convert to a larger type first; clipping afterwards comes too late.",
                lambda image, amount: image + np.uint8(amount),
            ),
            Mistake(
                "Some of your pixels are larger than 255. Cut them off there.",
                lambda image, amount: image.astype(int) + amount,
            ),
            Mistake(
                "You subtracted. Brighter means larger numbers.",
                lambda image, amount: np.maximum(image.astype(int) - amount, 0),
            ),
            Mistake(
                "You scaled the picture so that its brightest pixel is 255. Add the amount, and "
                "cut off what is larger.",
                lambda image, amount: (
                    (image.astype(float) + amount) / (image.astype(float) + amount).max() * 255
                ),
            ),
        ),
        hints=(
            "Which type holds 250 + 100? Add in that type, cut off, and convert back at the end.",
            "np.minimum(image.astype(int) + amount, 255).astype(np.uint8)",
        ),
    ),
    Exercise(
        name="array-mse",
        reference=lambda y_pred, y_true: np.mean((y_pred[:, 0] - y_true) ** 2),
        variant=lambda y_pred, y_true: (
            sum((p - y) ** 2 for p, y in zip(y_pred.ravel(), y_true, strict=True)) / len(y_true)
        ),
        inputs=predictions_and_targets,
        mistakes=(
            Mistake(
                "You averaged over all n * n pairs: (n, 1) against (n,) broadcasts. Give both the "
                "same shape first.",
                lambda y_pred, y_true: np.mean((y_pred - y_true) ** 2),
            ),
            Mistake(
                "You returned the sum of the squares. Divide by n.",
                lambda y_pred, y_true: np.sum((y_pred[:, 0] - y_true) ** 2),
            ),
            Mistake(
                "You returned the mean of the distances. Square them before the mean.",
                lambda y_pred, y_true: np.mean(abs(y_pred[:, 0] - y_true)),
            ),
            Mistake(
                "You squared the mean. Square each error first, then take the mean.",
                lambda y_pred, y_true: np.mean(y_pred[:, 0] - y_true) ** 2,
            ),
            Mistake(
                "You took a root at the end. The mean squared error has none.",
                lambda y_pred, y_true: np.sqrt(np.mean((y_pred[:, 0] - y_true) ** 2)),
            ),
        ),
        hints=(
            "Print the shape of y_pred - y_true. It should be (n,).",
            "np.mean((y_pred[:, 0] - y_true) ** 2)",
        ),
    ),
    Exercise(
        name="array-standardise",
        reference=standardise,
        variant=standardise_by_columns,
        inputs=table,
        mistakes=(
            Mistake(
                "A column that does not vary gave 0/0. Divide by 1 where all numbers are equal.",
                lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
            ),
            Mistake(
                "You asked whether the spread is 0. Rounding leaves a spread of 1e-17 in a column "
                "of 0.1. Ask for the range instead: np.ptp(X, axis=0) == 0.",
                lambda x: (x - x.mean(axis=0)) / np.where(x.std(axis=0) == 0, 1, x.std(axis=0)),
            ),
            Mistake(
                "You standardised the rows. Each column is one feature: axis 0.",
                lambda x: standardise(x, axis=1),
            ),
            Mistake(
                "You used one mean and one spread for the whole table. Each column has its own: "
                "axis=0.",
                lambda x: (x - x.mean()) / x.std(),
            ),
            Mistake(
                "You shifted the columns, but did not divide by their standard deviation.",
                lambda x: x - x.mean(axis=0),
            ),
            Mistake(
                "You divided by the variance. Divide by the standard deviation, its root.",
                lambda x: (x - x.mean(axis=0)) / np.where(np.ptp(x, axis=0) == 0, 1, x.var(axis=0)),
            ),
        ),
        hints=(
            "The mean and the spread of each column are reductions over axis 0.",
            "Divide by np.where(np.ptp(X, axis=0) == 0, 1, X.std(axis=0)).",
        ),
    ),
    Exercise(
        name="array-distances",
        reference=distances,
        variant=distances_by_squares,
        inputs=two_sets,
        mistakes=(
            Mistake(
                "You returned squared distances. Take the root.",
                lambda x, y: distances(x, y) ** 2,
            ),
            Mistake(
                "Your result is transposed. Row i belongs to sample i of X: shape (n, m).",
                lambda x, y: distances(x, y).T,
            ),
            Mistake(
                "You added up absolute differences. The Euclidean distance squares them and takes "
                "the root of the sum.",
                lambda x, y: abs(x[:, None] - y).sum(axis=-1),
            ),
            Mistake(
                "You took the mean over the d coordinates. Take their sum.",
                lambda x, y: np.sqrt(((x[:, None] - y) ** 2).mean(axis=-1)),
            ),
        ),
        hints=(
            "Which axis must be inserted where, so that (n, d) and (m, d) give (n, m, d)?",
            "difference = X[:, None, :] - Y; then the sum of squares over the last axis, and the "
            "root.",
        ),
    ),
    Exercise(
        name="array-broadcast",
        reference=lambda s, t: aligned(s, t, lambda a, b: b if a == 1 else a),
        variant=lambda s, t: np.broadcast_shapes(s, t),
        inputs=two_shapes,
        edge_cases=(((28, 28), (60, 28, 28)), ((3,), (0, 1)), ((1, 4), (4,))),
        mistakes=(
            Mistake(
                "You aligned the shapes at the left. They are aligned at the right, and the "
                "missing axes are put in front.",
                lambda s, t: tuple(b if a == 1 else a for a, b in zip_longest(s, t, fillvalue=1)),
            ),
            Mistake(
                "You returned the longer shape. An axis of size 1 is stretched to the size of the "
                "other array.",
                lambda s, t: max(s, t, key=len),
            ),
            Mistake(
                "You multiplied the sizes. Where both are the same, the result has that size.",
                lambda s, t: aligned(s, t, lambda a, b: a * b),
            ),
            Mistake(
                "You returned the sizes in reverse order.",
                lambda s, t: aligned(s, t, lambda a, b: b if a == 1 else a)[::-1],
            ),
            Mistake(
                "You took the larger size. That is not quite the rule: 1 against 0 gives 0. Take "
                "the size that is not 1.",
                lambda s, t: aligned(s, t, max),
            ),
            Mistake(
                "You took the smaller size. The axis of size 1 is the one that is stretched.",
                lambda s, t: aligned(s, t, min),
            ),
        ),
        hints=(
            "Put ones in front of the shorter shape until both have the same length.",
            "Then take for each axis b if a == 1 else a.",
        ),
    ),
]
