"""The exercises of the chapter "More than one machine"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def gradients_and_sizes(rng):
    """Return gradients (w, parameters) of parts of a batch, and unequal sizes (w,)."""
    w = int(rng.integers(3, 6))
    return rng.normal(size=(w, 4)), rng.permutation(np.arange(2, 9))[:w]


def weighted(gradients, sizes):
    """Weight each gradient by its share of the samples."""
    return sizes / sizes.sum() @ gradients


def weighted_by_loop(gradients, sizes):
    """Part by part."""
    total = np.zeros(gradients.shape[1])
    for gradient, size in zip(gradients, sizes, strict=True):
        total = total + gradient * size
    return total / sum(sizes)


def ring(rng):
    """Return sums (w, w) and the number of a step, which is not 0."""
    w = int(rng.integers(4, 7))
    return rng.normal(size=(w, w)), int(rng.integers(1, w - 1))


def pass_on(sums, step, shift=1, sign=-1, add=True):
    """Let every worker send one piece to its neighbour."""
    w = len(sums)
    result = sums.copy()
    for k in range(w):
        piece = (k + sign * step) % w
        receiver = (k + shift) % w
        result[receiver, piece] = sums[k, piece] + (sums[receiver, piece] if add else 0)
    return result


def pass_on_at_once(sums, step):
    """All workers in one line of NumPy."""
    k = np.arange(len(sums))
    piece = (k - step) % len(sums)
    result = sums.copy()
    result[(k + 1) % len(sums), piece] += sums[k, piece]
    return result


def pass_on_one_by_one(sums, step):
    """Wrong: send a piece of the next step, so that a sum which just arrived is sent again."""
    return pass_on(sums, step + 1)


def late(rng):
    """Return theta, learning rate, curvature, delay and number of steps."""
    return rng.uniform(1, 2), rng.uniform(0.1, 0.2), rng.uniform(1, 2), int(rng.integers(2, 5)), 12


def stale(theta, rate, curvature, delay, steps):
    """Return all positions; until the first gradient arrives, gradients are from the start."""
    path = [theta]
    for t in range(steps):
        path.append(path[-1] - rate * curvature * path[max(t - delay, 0)])
    return np.array(path)


def stale_with_a_queue(theta, rate, curvature, delay, steps):
    """Gradients wait in a queue."""
    queue = [curvature * theta] * delay
    path = [theta]
    for _ in range(steps):
        queue.append(curvature * theta)
        theta = theta - rate * queue.pop(0)
        path.append(theta)
    return np.array(path)


def skip_first(theta, rate, curvature, delay, steps):
    """Wrong: wait until a gradient has come."""
    path = [theta]
    for t in range(steps):
        old = path[t - delay] if t >= delay else 0.0
        path.append(path[-1] - rate * curvature * old)
    return np.array(path)


def from_the_old_place(theta, rate, curvature, delay, steps):
    """Wrong: start the step at the place of the gradient."""
    path = [theta]
    for t in range(steps):
        old = path[max(t - delay, 0)]
        path.append(old - rate * curvature * old)
    return np.array(path)


EXERCISES = [
    Exercise(
        name="machines-gradient",
        reference=weighted,
        variant=weighted_by_loop,
        inputs=gradients_and_sizes,
        mistakes=(
            Mistake(
                "You took the plain mean. A part with more samples must count more: weight each "
                "gradient by its share.",
                lambda gradients, sizes: gradients.mean(axis=0),
            ),
            Mistake(
                "You added the gradients without weights. Each is a mean over its own part.",
                lambda gradients, sizes: gradients.sum(axis=0),
            ),
            Mistake(
                "You weighted by the sizes, but did not divide by the number of all samples.",
                lambda gradients, sizes: sizes @ gradients,
            ),
            Mistake(
                "You divided by the number of workers. Divide by the number of all samples.",
                lambda gradients, sizes: sizes @ gradients / len(sizes),
            ),
        ),
        hints=(
            "The share of part k is sizes[k] / sizes.sum().",
            "A sum of rows with weights is a product: weights @ gradients.",
        ),
    ),
    Exercise(
        name="machines-ring",
        reference=pass_on,
        variant=pass_on_at_once,
        inputs=ring,
        mistakes=(
            Mistake(
                "You sent to worker k - 1. Each worker sends to the next one, k + 1.",
                lambda sums, step: pass_on(sums, step, shift=-1),
            ),
            Mistake(
                "You replaced the piece of the receiver. In this half it is added to.",
                lambda sums, step: pass_on(sums, step, add=False),
            ),
            Mistake(
                "You sent piece k + step. It is k - step: what a worker received in the step "
                "before, it passes on.",
                lambda sums, step: pass_on(sums, step, sign=1),
            ),
            Mistake(
                "You are a step ahead: in step 0 worker k sends piece k.",
                pass_on_one_by_one,
            ),
        ),
        hints=(
            "Worker k sends piece (k - step) % w to worker (k + 1) % w.",
            "Copy the array first, and read what is sent from the old one.",
        ),
    ),
    Exercise(
        name="machines-stale",
        reference=stale,
        variant=stale_with_a_queue,
        inputs=late,
        mistakes=(
            Mistake(
                "Your gradients are fresh. Take the gradient at the position of `delay` steps ago.",
                lambda theta, rate, curvature, delay, steps: stale(
                    theta, rate, curvature, 0, steps
                ),
            ),
            Mistake(
                "Your gradients are one step too old.",
                lambda theta, rate, curvature, delay, steps: stale(
                    theta, rate, curvature, delay + 1, steps
                ),
            ),
            Mistake(
                "Your steps start where the gradient was computed. They start at the newest "
                "position; only the gradient is old.",
                from_the_old_place,
            ),
            Mistake(
                "You waited for the first gradient. Here the first `delay` steps use the gradient "
                "at the start.",
                skip_first,
            ),
        ),
        hints=(
            "Keep all positions in a list; the gradient is curvature times one of them.",
            "In step t, t = 0, 1, ..., the gradient is that of position max(t - delay, 0).",
        ),
    ),
]
