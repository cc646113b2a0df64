"""The exercises of the chapter "Efficiency and sustainability"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def layer_sizes(rng):
    """Return the batch, inputs, units and bytes a number; all sizes differ."""
    n, d, m = (int(size) for size in rng.choice(np.arange(3, 200), size=3, replace=False))
    return n, d, m, int(rng.choice([2, 4, 8]))


def kernel_and_inputs(rng):
    """Return W (d, m), X (n, d) with inputs of very different sizes, and a count."""
    d, m, n = int(rng.integers(9, 14)), int(rng.integers(5, 8)), int(rng.integers(15, 25))
    sizes = np.geomspace(0.02, 5, d)[rng.permutation(d)]
    X = sizes * rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.4)
    X[rng.integers(n), :] += 0.1 * sizes  # no input is always 0
    return rng.normal(size=(d, m)), X, int(d * m * rng.uniform(0.3, 0.7))


def signed_values(rng):
    """Return an array of both signs, not symmetric, and a number of bits."""
    x = np.concatenate([rng.uniform(-2, 0, size=15), rng.uniform(0, 7, size=25), [-2.3, 7.7]])
    return rng.permutation(x) * rng.uniform(0.5, 1.5), int(rng.integers(3, 6))


def data_and_rank(rng):
    """Return X (n, d), W (d, m) and a rank below both; input sizes differ."""
    d, m, n = int(rng.integers(8, 12)), int(rng.integers(5, 8)), int(rng.integers(20, 30))
    X = rng.normal(size=(n, d)) * np.geomspace(0.05, 5, d)[rng.permutation(d)]
    return X, rng.normal(size=(d, m)), int(rng.integers(2, 4))


def step_intensity(n, d, m, size):
    """Three products of the same three matrices' sizes."""
    return 2 * n * d * m / (size * (n * d + d * m + n * m))


def step_intensity_by_sizes(n, d, m, size):
    """The harmonic form."""
    return 2 / size / (1 / n + 1 / d + 1 / m)


def prune_kernel(W, X, count, *, scores=None):
    """Set the entries with the lowest scores to 0."""
    if scores is None:
        scores = np.abs(W) * np.sqrt(np.mean(X**2, axis=0))[:, np.newaxis]
    pruned = W.copy()
    pruned.ravel()[scores.ravel().argsort()[:count]] = 0
    return pruned


def prune_by_threshold(W, X, count):
    """Compare squares with the one of rank count."""
    squares = W**2 * np.sum(X**2, axis=0)[:, np.newaxis]
    return np.where(squares >= np.sort(squares, axis=None)[count], W, 0)


def quantise(x, bits, *, steps=None, rounding=np.round, low=None):
    """Codes, scale and zero point; the keywords make it wrong."""
    low = x.min() if low is None else low
    steps = 2**bits - 1 if steps is None else steps
    delta = (x.max() - low) / steps
    zero = np.round(-low / delta)
    return np.clip(rounding(x / delta) + zero, 0, 2**bits - 1), delta, zero


def quantise_by_search(x, bits):
    """The nearest of all representable numbers."""
    delta = np.ptp(x) / (2**bits - 1)
    zero = np.round(-x.min() / delta)
    grid = delta * (np.arange(2**bits) - zero)
    return np.abs(x[:, np.newaxis] - grid).argmin(axis=1), delta, zero


def low_rank_kernel(X, W, R):
    """Project on the right singular directions of X W."""
    Vt = np.linalg.svd(X @ W, full_matrices=False)[2]
    return W @ Vt[:R].T @ Vt[:R]


def low_rank_by_eigenvectors(X, W, R):
    """The directions as eigenvectors of (X W)^T X W."""
    _, vectors = np.linalg.eigh((X @ W).T @ (X @ W))
    chosen = vectors[:, -R:]
    return (W @ chosen) @ chosen.T


def truncated(W, R):
    """The first R terms of the singular value decomposition."""
    U, zeta, Vt = np.linalg.svd(W, full_matrices=False)
    return U[:, :R] * zeta[:R] @ Vt[:R]


def last_directions(X, W, R):
    """Keep the smallest singular values."""
    Vt = np.linalg.svd(X @ W, full_matrices=False)[2]
    return W @ Vt[-R:].T @ Vt[-R:]


def without_last_directions(X, W, R):
    """Remove R directions instead of keeping R."""
    Vt = np.linalg.svd(X @ W, full_matrices=False)[2]
    return W - W @ Vt[:R].T @ Vt[:R]


EXERCISES = [
    Exercise(
        name="efficiency-step",
        reference=step_intensity,
        variant=step_intensity_by_sizes,
        inputs=layer_sizes,
        mistakes=(
            Mistake(
                "You counted three products but the traffic of one. Each of the three moves its "
                "matrices.",
                lambda n, d, m, size: 3 * step_intensity(n, d, m, size),
            ),
            Mistake(
                "You counted the operations of one product but the traffic of three.",
                lambda n, d, m, size: step_intensity(n, d, m, size) / 3,
            ),
            Mistake(
                "You counted a multiply-add as one operation. It is two.",
                lambda n, d, m, size: step_intensity(n, d, m, size) / 2,
            ),
            Mistake(
                "Your result is for each number, not for each byte. Divide by the bytes a number.",
                lambda n, d, m, size: step_intensity(n, d, m, 1),
            ),
            Mistake(
                "You left out the matrix that each product writes. Reading is not all.",
                lambda n, d, m, size: 6 * n * d * m / (size * 2 * (n * d + d * m + n * m)),
            ),
            Mistake(
                "That is bytes for each operation. Turn the fraction over.",
                lambda n, d, m, size: 1 / step_intensity(n, d, m, size),
            ),
        ),
        hints=(
            "X W reads (n, d) and (d, m) and writes (n, m). What do X^T G and G W^T read and "
            "write, where G is (n, m)?",
            "6 n d m operations, and 3 (n d + d m + n m) numbers of `size` bytes each.",
        ),
    ),
    Exercise(
        name="efficiency-prune",
        reference=prune_kernel,
        variant=prune_by_threshold,
        inputs=kernel_and_inputs,
        mistakes=(
            Mistake(
                "You ranked by the size of the weight alone. Multiply by the root mean square of "
                "its input.",
                lambda W, X, count: prune_kernel(W, X, count, scores=np.abs(W)),
            ),
            Mistake(
                "You removed the entries with the highest scores. Remove the lowest.",
                lambda W, X, count: prune_kernel(
                    W, X, count, scores=-np.abs(W) * np.sqrt(np.mean(X**2, axis=0))[:, np.newaxis]
                ),
            ),
            Mistake(
                "You ranked signed weights, so the most negative ones go first. Take their "
                "absolute values.",
                lambda W, X, count: prune_kernel(
                    W, X, count, scores=W * np.sqrt(np.mean(X**2, axis=0))[:, np.newaxis]
                ),
            ),
            Mistake(
                "You removed all but `count` entries. `count` is how many become 0.",
                lambda W, X, count: prune_kernel(W, X, W.size - count - (2 * count == W.size)),
            ),
            Mistake(
                "You returned the scores' mask. Return the kernel itself, with zeros in it.",
                lambda W, X, count: (prune_kernel(W, X, count) != 0).astype(float),
            ),
        ),
        hints=(
            "Score: np.abs(W) times np.sqrt(np.mean(X**2, axis=0)), one number for each row of W.",
            "order = scores.ravel().argsort()[:count]; then pruned = W.copy() and "
            "pruned.ravel()[order] = 0.",
        ),
    ),
    Exercise(
        name="efficiency-quantise",
        reference=quantise,
        variant=quantise_by_search,
        inputs=signed_values,
        mistakes=(
            Mistake(
                "You divided the interval by the number of codes. Between 2^Q codes there are "
                "2^Q - 1 steps.",
                lambda x, bits: quantise(x, bits, steps=2**bits),
            ),
            Mistake(
                "You cut the digits off instead of rounding. The error doubles and gets a bias.",
                lambda x, bits: quantise(x, bits, rounding=np.floor),
            ),
            Mistake(
                "You used the interval from -max|x| to max|x|. It should run from the smallest "
                "to the largest value.",
                lambda x, bits: quantise(x, bits, low=-x.max()),
            ),
            Mistake(
                "You forgot the zero point in the codes: add it after rounding.",
                lambda x, bits: (
                    np.round(x / quantise(x, bits)[1]),
                    *quantise(x, bits)[1:],
                ),
            ),
            Mistake(
                "Your zero point has the wrong sign: it is the code of 0, so it is not negative.",
                lambda x, bits: (*quantise(x, bits)[:2], -quantise(x, bits)[2]),
            ),
            Mistake(
                "You returned the rounded values in the place of the codes.",
                lambda x, bits: (
                    quantise(x, bits)[1] * (quantise(x, bits)[0] - quantise(x, bits)[2]),
                    *quantise(x, bits)[1:],
                ),
            ),
        ),
        hints=(
            "First the scale, (largest - smallest) / (2**bits - 1); then the zero point, the "
            "rounded -smallest / scale.",
            "codes = np.clip(np.round(x / delta) + zero, 0, 2**bits - 1)",
        ),
    ),
    Exercise(
        name="efficiency-rank",
        reference=low_rank_kernel,
        variant=low_rank_by_eigenvectors,
        inputs=data_and_rank,
        mistakes=(
            Mistake(
                "That is the matrix closest to W itself. Use the singular directions of X @ W.",
                lambda X, W, R: truncated(W, R),
            ),
            Mistake(
                "You returned the product with X. Return the kernel, of shape (d, m).",
                lambda X, W, R: truncated(X @ W, R),
            ),
            Mistake(
                "You kept the directions with the smallest singular values. They come last.",
                last_directions,
            ),
            Mistake(
                "You removed the first R directions. Keep these, and drop the others.",
                without_last_directions,
            ),
            Mistake(
                "You left the result in R columns. Multiply by the directions once more to come "
                "back to m columns.",
                lambda X, W, R: W @ np.linalg.svd(X @ W, full_matrices=False)[2][:R].T,
            ),
        ),
        hints=(
            "_, _, Vt = np.linalg.svd(X @ W, full_matrices=False): the first R rows of Vt are the "
            "directions to keep.",
            "W @ Vt[:R].T @ Vt[:R]",
        ),
    ),
]
