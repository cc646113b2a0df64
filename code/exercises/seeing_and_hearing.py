"""The exercises of the chapter "Applications: seeing and hearing"."""

import numpy as np

from exercises.checker import Exercise, Mistake

SIDE = 28


def box_pairs(rng):
    """Return two arrays of boxes (n, 4): pairs that overlap, then pairs that do not touch."""
    n = rng.integers(3, 6)
    start, side = rng.uniform(0, 20, size=(n, 2)), rng.uniform(6, 15, size=(n, 2))
    other_start = start + rng.uniform(1, 5, size=(n, 2))
    other_side = rng.uniform(6, 15, size=(n, 2))
    a = np.concatenate([start, start + side], axis=1)
    b = np.concatenate([other_start, other_start + other_side], axis=1)
    away = b + 60
    sideways = b + np.array([0, 60, 0, 60])
    return np.concatenate([a, a, a]), np.concatenate([b, away, sideways])


def box_iou(a, b, common_floor=0.0, both=None, union=True):
    """The right answer, and by its options the usual wrong ones."""
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    if common_floor is not None:
        sides = np.maximum(sides, common_floor)
    common = sides.prod(axis=1)
    areas = [(box[:, 2:] - box[:, :2]).prod(axis=1) for box in (a, b)]
    if both == "smaller":
        return common / np.minimum(*areas)
    return common / (areas[0] + areas[1] - common * union)


def box_iou_by_loops(a, b):
    """Pair by pair, with plain numbers."""
    result = []
    for (top, left, bottom, right), (t, l, u, r) in zip(a, b, strict=True):
        height = max(min(bottom, u) - max(top, t), 0)
        width = max(min(right, r) - max(left, l), 0)
        first, second = (bottom - top) * (right - left), (u - t) * (r - l)
        result.append(height * width / (first + second - height * width))
    return np.array(result)


def window_iou(corner, other):
    """IoU of windows of one side."""
    sides = np.maximum(SIDE - np.abs(np.subtract(corner, other)), 0)
    common = sides[..., 0] * sides[..., 1]
    return common / (2 * SIDE**2 - common)


def crowded_windows(rng):
    """Return corners (n, 2) and scores (n,).

    Each group is a chain: the second window overlaps the first and the third, which do
    not overlap each other, so it matters which windows one compares with.
    """
    corners, scores = [], []
    for group in range(rng.integers(2, 4)):
        start = np.array([100 * group, 0]) + rng.integers(0, 20, size=2)
        slope = np.array([2, 10 + rng.integers(0, 3)])
        corners += [start, start + slope, start + 2 * slope]
        scores += [0.9 + 0.01 * rng.random(), 0.7 + 0.1 * rng.random(), 0.3 * rng.random()]
    order = rng.permutation(len(scores))
    return np.array(corners)[order], np.array(scores)[order]


def suppress(corners, scores, order=None, with_dropped=False):
    """Greedy; by its options the usual wrong ones."""
    kept, seen = [], []
    for i in np.argsort(-scores) if order is None else order:
        if all(window_iou(corners[i], corners[j]) < 0.3 for j in (seen if with_dropped else kept)):
            kept.append(i)
        seen.append(i)
    return np.array(kept)


def suppress_by_rounds(corners, scores):
    """Take the best of those left, drop what it overlaps, repeat."""
    left, kept = np.arange(len(scores)), []
    while len(left):
        best = left[scores[left].argmax()]
        kept.append(best)
        left = left[(window_iou(corners[left], corners[best]) < 0.3) & (left != best)]
    return np.array(kept)


def angles(x):
    """All 2 pi k j / d."""
    d = len(x)
    return 2 * np.pi * np.outer(np.arange(d // 2 + 1), np.arange(d)) / d


def loud_stretches(rng):
    """Return power (frames,) and a threshold, with an event at either end and some inside."""
    quiet = [rng.uniform(0, 1, size=rng.integers(1, 4)) for _ in range(rng.integers(2, 5))]
    loud = [rng.uniform(2, 9, size=rng.integers(2, 5)) for _ in range(len(quiet) + 1)]
    pieces = [loud[0]]
    for silence, event in zip(quiet, loud[1:], strict=True):
        pieces += [silence, event]
    return np.concatenate(pieces), 1.5


def events(power, threshold):
    """Look where neighbours differ, with silence put at both ends."""
    change = np.diff(np.pad((power > threshold).astype(int), 1))
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def events_by_loop(power, threshold):
    """Walk through the frames."""
    starts, stops, inside = [], [], False
    for frame, value in enumerate([*power, -np.inf]):
        loud = value > threshold
        if loud and not inside:
            starts.append(frame)
        if inside and not loud:
            stops.append(frame)
        inside = loud
    return np.array(starts, dtype=int), np.array(stops, dtype=int)


def events_inside(power, threshold):
    """The mistake of forgetting the ends."""
    change = np.diff((power > threshold).astype(int))
    return np.flatnonzero(change == 1) + 1, np.flatnonzero(change == -1) + 1


EXERCISES = [
    Exercise(
        name="seeing-iou",
        reference=box_iou,
        variant=box_iou_by_loops,
        inputs=box_pairs,
        edge_cases=((np.array([[0.0, 0.0, 2.0, 4.0]]), np.array([[0.0, 0.0, 2.0, 4.0]])),),
        mistakes=(
            Mistake(
                "You counted the common part twice: subtract it from the sum of the two areas.",
                lambda a, b: box_iou(a, b, union=False),
            ),
            Mistake(
                "Boxes that do not touch have no common part, but you multiplied two negative "
                "sides. Replace negative sides by 0 first.",
                lambda a, b: box_iou(a, b, common_floor=None),
            ),
            Mistake(
                "You divided by the smaller area. Divide by the union of both boxes.",
                lambda a, b: box_iou(a, b, both="smaller"),
            ),
            Mistake(
                "You returned the area of the common part. Divide it by the union.",
                lambda a, b: np.maximum(
                    np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0
                ).prod(axis=1),
            ),
        ),
        hints=(
            "Top and left of the common part are the larger ones, bottom and right the smaller.",
            "common = height * width, both at least 0; IoU = common / (area + area - common).",
        ),
    ),
    Exercise(
        name="seeing-suppress",
        reference=suppress,
        variant=suppress_by_rounds,
        inputs=crowded_windows,
        mistakes=(
            Mistake(
                "You compared with all windows of a higher score. Compare only with those that "
                "you kept: a dropped window drops nothing.",
                lambda corners, scores: suppress(corners, scores, with_dropped=True),
            ),
            Mistake(
                "You started with the lowest score. Go from the highest to the lowest.",
                lambda corners, scores: suppress(corners, scores, order=np.argsort(scores)),
            ),
            Mistake(
                "You returned the kept windows in the order of the array. Return them with the "
                "best first.",
                lambda corners, scores: np.sort(suppress(corners, scores)),
            ),
            Mistake(
                "You returned corners. Return the indices of the kept windows.",
                lambda corners, scores: corners[suppress(corners, scores)],
            ),
            Mistake(
                "You kept every window and only sorted them. Drop those that overlap a kept one.",
                lambda corners, scores: np.argsort(-scores),
            ),
        ),
        hints=(
            "A loop over np.argsort(-scores), and a list of what you have kept so far.",
            "Keep i if all(window_iou(corners[i], corners[j]) < 0.3 for j in kept).",
        ),
    ),
    Exercise(
        name="hearing-power",
        reference=lambda x: (np.cos(angles(x)) @ x) ** 2 + (np.sin(angles(x)) @ x) ** 2,
        variant=lambda x: np.abs(np.fft.rfft(x)) ** 2,
        inputs=lambda rng: (rng.normal(size=2 * rng.integers(5, 12)),),
        mistakes=(
            Mistake(
                "You compared with the cosine only. Add the square of the sum with the sine, "
                "or the result depends on the phase.",
                lambda x: (np.cos(angles(x)) @ x) ** 2,
            ),
            Mistake(
                "You added the two sums and then squared. Square each sum, then add.",
                lambda x: (np.cos(angles(x)) @ x + np.sin(angles(x)) @ x) ** 2,
            ),
            Mistake(
                "You took the root. The power is the sum of the two squares itself.",
                lambda x: np.abs(np.fft.rfft(x)),
            ),
            Mistake(
                "You squared each product before adding. Add up first, then square.",
                lambda x: ((np.cos(angles(x)) * x) ** 2 + (np.sin(angles(x)) * x) ** 2).sum(1),
            ),
            Mistake(
                "You returned all d frequencies. Those above d/2 repeat the others: keep 0 to d/2.",
                lambda x: np.abs(np.fft.fft(x)) ** 2,
            ),
        ),
        hints=(
            "Two weighted sums for each frequency k, one with cosines, one with sines.",
            "With angle = 2 pi k j / d as a matrix, np.cos(angle) @ x holds all the first sums.",
        ),
    ),
    Exercise(
        name="hearing-events",
        reference=events,
        variant=events_by_loop,
        inputs=loud_stretches,
        edge_cases=((np.array([0.1, 0.2, 0.1]), 1.0), (np.array([3.0, 3.0]), 1.0)),
        mistakes=(
            Mistake(
                "You lost events at the beginning or at the end. Put a silent frame before and "
                "after the array.",
                events_inside,
            ),
            Mistake(
                "Your second array holds the last frame of each event. Return the first frame "
                "after it.",
                lambda power, threshold: (
                    events(power, threshold)[0],
                    events(power, threshold)[1] - 1,
                ),
            ),
            Mistake(
                "You returned the quiet stretches. Events are where the power is above the "
                "threshold.",
                lambda power, threshold: events(-power, -threshold),
            ),
            Mistake(
                "You returned the lengths of the events as the second array. Return where each "
                "of them ends.",
                lambda power, threshold: (
                    events(power, threshold)[0],
                    np.subtract(*events(power, threshold)[::-1]),
                ),
            ),
        ),
        hints=(
            "loud = power > threshold. An event begins where False is followed by True.",
            "np.diff of [0, *loud, 0] is 1 at each first frame and -1 at each frame after.",
        ),
    ),
]
