"""The exercises of the chapter "Speed: where the time goes"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def image(rng):
    """Return height, width, channels, filters, kernel, stride, with an image not square."""
    kernel, stride = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    height, width = (int(side) for side in rng.choice(np.arange(9, 30), 2, replace=False))
    return height, width, int(rng.integers(2, 9)), int(rng.integers(2, 9)), kernel, stride


def operations(height, width, channels, filters, kernel, stride):
    """Twice the places, times the length of the sum, times the filters."""
    rows, columns = (height - kernel) // stride + 1, (width - kernel) // stride + 1
    return 2 * rows * columns * kernel**2 * channels * filters


def operations_by_loop(height, width, channels, filters, kernel, stride):
    """Count place by place."""
    count = 0
    for _ in range(0, height - kernel + 1, stride):
        for _ in range(0, width - kernel + 1, stride):
            count += 2 * kernel * kernel * channels * filters
    return count


def times(rng):
    """Return the times of two programs, with a slow first round."""
    ours, theirs = rng.uniform(1, 3, size=(2, 9))
    ours[0] *= 20
    theirs[0] *= 90
    return ours, theirs


def median_by_sorting(ours, theirs):
    """The mean of the two in the middle of eight."""
    ratios = sorted(t / o for o, t in list(zip(ours, theirs, strict=True))[1:])
    middle = len(ratios) // 2
    return (ratios[middle - 1] + ratios[middle]) / 2


EXERCISES = [
    Exercise(
        name="speed-conv-operations",
        reference=operations,
        variant=operations_by_loop,
        inputs=image,
        mistakes=(
            Mistake(
                "You counted the multiplications only. Each comes with an addition: times 2.",
                lambda *sizes: operations(*sizes) // 2,
            ),
            Mistake(
                "You left out the stride: the kernel does not visit every place.",
                lambda h, w, c, f, k, s: operations(h, w, c, f, k, 1),
            ),
            Mistake(
                "You left out the channels: each window is as deep as the input.",
                lambda h, w, c, f, k, s: operations(h, w, 1, f, k, s),
            ),
            Mistake(
                "You counted height x width places. A kernel without padding fits at fewer: "
                "(side - kernel) // stride + 1.",
                lambda h, w, c, f, k, s: 2 * h * w * k * k * c * f,
            ),
        ),
        hints=(
            "The patch matrix has one row a place, kernel * kernel * channels columns.",
            "2 * rows * columns * kernel**2 * channels * filters, with "
            "rows = (height - kernel) // stride + 1, and columns likewise.",
        ),
    ),
    Exercise(
        name="speed-amdahl",
        reference=lambda share, workers: 1 / ((1 - share) + share / workers),
        variant=lambda share, workers: workers / (workers - share * (workers - 1)),
        inputs=lambda rng: (float(rng.uniform(0.1, 0.9)), int(rng.integers(2, 50))),
        mistakes=(
            Mistake(
                "That is the time, not the speed-up. Take 1 over it.",
                lambda share, workers: (1 - share) + share / workers,
            ),
            Mistake(
                "You divided the part that cannot be cut. It is the other one that shrinks.",
                lambda share, workers: 1 / (share + (1 - share) / workers),
            ),
            Mistake(
                "That would be the share of perfect speed-up; the uncut part still takes its time.",
                lambda share, workers: share * workers,
            ),
            Mistake(
                "You left out the part that cannot be cut.",
                lambda share, workers: workers / share,
            ),
        ),
        hints=(
            "Let the whole take time 1 with one worker. How long does each part take with w?",
            "Time (1 - share) + share / workers; the speed-up is 1 over that.",
        ),
    ),
    Exercise(
        name="speed-ratio",
        reference=lambda ours, theirs: np.median(theirs[1:] / ours[1:]),
        variant=median_by_sorting,
        inputs=times,
        mistakes=(
            Mistake(
                "The wrong way round: our program is faster when its time is smaller, so "
                "theirs / ours.",
                lambda ours, theirs: np.median(ours[1:] / theirs[1:]),
            ),
            Mistake(
                "You kept the first round, in which programs compile and memory is allocated.",
                lambda ours, theirs: np.median(theirs / ours),
            ),
            Mistake(
                "You divided the medians. Divide round by round first: what disturbed a round "
                "disturbed both programs in it.",
                lambda ours, theirs: np.median(theirs[1:]) / np.median(ours[1:]),
            ),
            Mistake(
                "You took the mean, which a single disturbed round can move. Take the median.",
                lambda ours, theirs: np.mean(theirs[1:] / ours[1:]),
            ),
        ),
        hints=(
            "One ratio a round, without the first; then one number for all of them.",
            "np.median(theirs[1:] / ours[1:])",
        ),
    ),
]
