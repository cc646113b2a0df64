"""The exercises of the chapter "Convolution"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def two_sequences(rng):
    """Return a kernel (u,) and a longer sequence (h,)."""
    u = rng.integers(2, 5)
    return rng.normal(size=u), rng.normal(size=u + rng.integers(2, 6))


def sizes(rng):
    """Return h, u, p, s, eta such that each part of the formula counts."""
    u, s, eta = (int(number) for number in rng.integers((3, 2, 2), (6, 4, 4)))
    p = int(rng.integers(2 * s, 2 * s + 4))  # so much that it cannot pass for place 0
    rest = int(rng.integers(1, s))  # the stride leaves some pixels unseen
    places = int(rng.integers(4, 12))
    return places * s + rest + eta * (u - 1) + 1 - p + 6 * s, u, p, s, eta


def square(rng):
    """Return a square matrix."""
    h = rng.integers(3, 8)
    return (rng.normal(size=(h, h)),)


def error_signals(rng):
    """Return error signals (m,), a kernel (u,) and a stride smaller than u."""
    s = int(rng.integers(2, 4))
    return rng.normal(size=rng.integers(3, 7)), rng.normal(size=s + rng.integers(1, 4)), s


def full(w, x):
    """Shift and add."""
    out = np.zeros(len(w) + len(x) - 1)
    for u, weight in enumerate(w):
        out[u : u + len(x)] += weight * x
    return out


def circular(w, x):
    """The mistake: the end falls onto the beginning."""
    out = np.zeros(len(w) + len(x) - 1)
    out[: len(x)] = sum(weight * np.roll(x, u) for u, weight in enumerate(w))
    return out


def output_size(h, u, p, s, eta):
    """The formula."""
    return (h + p - eta * (u - 1) - 1) // s + 1


def average_by_shifts(a):
    """Average over the shifts, then read off the first column."""
    moved = [np.roll(a, (k, k), axis=(0, 1)) for k in range(len(a))]
    return np.mean(moved, axis=0)[:, 0]


def average_by_diagonals(a, sign=1):
    """The mean along each circular diagonal."""
    h = len(a)
    j = np.arange(h)
    return np.array([a[(j + sign * k) % h, j].mean() for k in range(h)])


def transposed(g, w, s):
    """Each output hands its share to each pixel of its window."""
    out = np.zeros((len(g) - 1) * s + len(w))
    for r, signal in enumerate(g):
        out[r * s : r * s + len(w)] += signal * w
    return out


def transposed_spread(g, w, s):
    """Zeros between the signals, then a full convolution."""
    spread = np.zeros((len(g) - 1) * s + 1)
    spread[::s] = g
    return np.convolve(spread, w)


def transposed_overwritten(g, w, s):
    """The mistake: = instead of +=."""
    out = np.zeros((len(g) - 1) * s + len(w))
    for r, signal in enumerate(g):
        out[r * s : r * s + len(w)] = signal * w
    return out


EXERCISES = [
    Exercise(
        name="conv-full",
        reference=full,
        variant=lambda w, x: np.array(
            [
                sum(w[u] * x[r - u] for u in range(len(w)) if 0 <= r - u < len(x))
                for r in range(len(w) + len(x) - 1)
            ]
        ),
        inputs=two_sequences,
        edge_cases=((np.array([1.0, 2.0]), np.array([3.0, -1.0, 1.0])),),
        mistakes=(
            Mistake(
                "That is the cross-correlation. In a convolution w[u] meets x[r - u]: the kernel "
                "is read backwards.",
                lambda w, x: full(w[::-1], x),
            ),
            Mistake(
                "You kept only the places where the kernel lies inside (valid). Keep every "
                "overlap: H + U - 1 places.",
                lambda w, x: np.convolve(w, x, "valid"),
            ),
            Mistake(
                "You kept H places only. A full convolution has H + U - 1.",
                lambda w, x: full(w, x)[: len(x)],
            ),
            Mistake(
                "Your copies go round a circle: what leaves at the end comes back at the "
                "beginning. Let it go on to the right.",
                circular,
            ),
        ),
        hints=(
            "Think of polynomials: w[u] times x[j] belongs to place u + j.",
            "Start with zeros of length H + U - 1; for each u: out[u : u + H] += w[u] * x.",
        ),
    ),
    Exercise(
        name="conv-output-size",
        reference=output_size,
        variant=lambda h, u, p, s, eta: len(range(0, h + p - eta * (u - 1), s)),
        inputs=sizes,
        edge_cases=((28, 3, 2, 2, 3), (29, 4, 3, 3, 2)),
        mistakes=(
            Mistake(
                "You forgot place 0. The last place is the floor; there is one more of them.",
                lambda h, u, p, s, eta: output_size(h, u, p, s, eta) - 1,
            ),
            Mistake(
                "You left out the dilation. The kernel reaches over eta * (U - 1) + 1 pixels.",
                lambda h, u, p, s, eta: output_size(h, u, p, s, 1),
            ),
            Mistake(
                "You rounded up. A kernel that hangs over the end does not fit: round down.",
                lambda h, u, p, s, eta: -(-(h + p - eta * (u - 1) - 1) // s) + 1,
            ),
            Mistake(
                "You left out the padding. It makes the axis P pixels longer.",
                lambda h, u, p, s, eta: output_size(h, u, 0, s, eta),
            ),
            Mistake(
                "You left out the stride. Only every s-th place is computed.",
                lambda h, u, p, s, eta: output_size(h, u, p, 1, eta),
            ),
        ),
        hints=(
            "At place r the kernel ends at pixel r * s + eta * (U - 1). The last pixel is "
            "H + P - 1.",
            "Solve for r, round down with //, and count from 0.",
        ),
    ),
    Exercise(
        name="conv-average",
        reference=average_by_shifts,
        variant=average_by_diagonals,
        inputs=square,
        mistakes=(
            Mistake(
                "Your kernel is flipped: you took the first row of the average. The answer to a "
                "single point at place 0 is its first column.",
                lambda a: average_by_diagonals(a, sign=-1),
            ),
            Mistake(
                "You took the first column of A itself. Average over the shifts first.",
                lambda a: a[:, 0].copy(),
            ),
            Mistake(
                "You took the mean of each row. Average along the diagonals, where row minus "
                "column is the same.",
                lambda a: a.mean(axis=1),
            ),
            Mistake(
                "You added the shifted matrices. Divide by their number, H.",
                lambda a: average_by_diagonals(a) * len(a),
            ),
        ),
        hints=(
            "T^k A T^-k has rows and columns of A rolled by k. What happens to a diagonal?",
            "np.roll(A, (k, k), axis=(0, 1)) for all k, their mean, and its first column.",
        ),
    ),
    Exercise(
        name="conv-transposed",
        reference=transposed,
        variant=transposed_spread,
        inputs=error_signals,
        edge_cases=((np.array([1.0, 2.0, -1.0]), np.array([1.0, 0.5, 3.0]), 2),),
        mistakes=(
            Mistake(
                "You flipped the kernel. Output r hands g[r] * w[u] to pixel r * s + u, in order.",
                lambda g, w, s: transposed(g, w[::-1], s),
            ),
            Mistake(
                "You overwrote shares where windows overlap. Add them: use +=.",
                transposed_overwritten,
            ),
            Mistake(
                "You left out the stride. Output r begins at pixel r * s.",
                lambda g, w, s: np.convolve(g, w),
            ),
            Mistake(
                "You put s zeros between neighbours. They are s pixels apart, so s - 1 zeros lie "
                "between them.",
                lambda g, w, s: transposed(g, w, s + 1),
            ),
        ),
        hints=(
            "Start with zeros of length (m - 1) * s + U and go through the outputs.",
            "out[r * s : r * s + U] += g[r] * w",
        ),
    ),
]
