"""The exercises of the chapter "Optimizers at a glance"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def pushes(rng):
    """Return derivatives of both signs, a learning rate and a beta."""
    return rng.normal(1, 1, size=rng.integers(4, 8)), rng.uniform(0.01, 0.1), rng.uniform(0.7, 0.95)


def velocities(g, rate, beta, push=1.0):
    """Return all velocities of momentum."""
    v, found = 0.0, []
    for derivative in g:
        v = beta * v - push * rate * derivative
        found.append(v)
    return np.array(found)


def distance_at_once(g, rate, beta):
    """Each push goes on shrinking: a geometric series."""
    left = np.arange(len(g), 0, -1)
    return -rate * np.sum(g * (1 - beta**left) / (1 - beta))


def derivatives(rng):
    """Return derivatives far from 0, of both signs, and a learning rate."""
    size = rng.integers(4, 8)
    g = rng.uniform(0.3, 3, size=size) * np.where(np.arange(size) % 2, -1, 1)
    return g, rng.uniform(0.01, 0.2)


def adagrad_by_loop(g, rate):
    """One step after the other."""
    total, steps = 0.0, []
    for derivative in g:
        total += derivative * derivative
        steps.append(-rate * derivative * total**-0.5)
    return np.array(steps)


def schedule(rng):
    """Return a step (half of them during the warm-up), warmup, total and top."""
    warmup = int(rng.integers(5, 20))
    total = warmup + int(rng.integers(10, 50))
    step = rng.integers(1, warmup) if rng.random() < 0.5 else rng.integers(warmup + 1, total)
    return int(step), warmup, total, rng.uniform(0.1, 1)


EXERCISES = [
    Exercise(
        name="glance-momentum",
        reference=lambda g, rate, beta: velocities(g, rate, beta).sum(),
        variant=distance_at_once,
        inputs=pushes,
        mistakes=(
            Mistake(
                "You returned the last velocity. The distance is the sum of all velocities.",
                lambda g, rate, beta: velocities(g, rate, beta)[-1],
            ),
            Mistake(
                "You moved with the gradient. The velocity is pushed against it: "
                "v = beta * v - learning_rate * g.",
                lambda g, rate, beta: -velocities(g, rate, beta).sum(),
            ),
            Mistake(
                "That is plain gradient descent: no velocity is kept from step to step.",
                lambda g, rate, beta: -rate * g.sum(),
            ),
            Mistake(
                "You multiplied the new push by 1 - beta. That is a moving mean; momentum keeps a "
                "decaying sum.",
                lambda g, rate, beta: velocities(g, rate, beta, 1 - beta).sum(),
            ),
            Mistake(
                "You moved before you updated the velocity, so the last push is missing. First v, "
                "then the parameter.",
                lambda g, rate, beta: velocities(g, rate, beta)[:-1].sum(),
            ),
        ),
        hints=(
            "Keep two numbers, v and the distance, both 0 at first. Each derivative changes both.",
            "v = beta * v - learning_rate * derivative; distance += v",
        ),
    ),
    Exercise(
        name="glance-adagrad",
        reference=lambda g, rate: -rate * g / np.sqrt(np.cumsum(g**2)),
        variant=adagrad_by_loop,
        inputs=derivatives,
        mistakes=(
            Mistake(
                "You divided by the size of the present derivative only. AdaGrad adds up the "
                "squares of all derivatives so far.",
                lambda g, rate: -rate * g / np.sqrt(g**2),
            ),
            Mistake(
                "You left out the root. Divide by the root of the sum of squares.",
                lambda g, rate: -rate * g / np.cumsum(g**2),
            ),
            Mistake(
                "The derivative itself is missing from your step: it is multiplied by g, and "
                "turns with its sign.",
                lambda g, rate: -rate / np.sqrt(np.cumsum(g**2)),
            ),
            Mistake(
                "Your steps go uphill. The change of the parameter is minus the learning rate "
                "times ...",
                lambda g, rate: rate * g / np.sqrt(np.cumsum(g**2)),
            ),
            Mistake(
                "You divided by the root of the mean of the squares. AdaGrad's v is their sum.",
                lambda g, rate: -rate * g / np.sqrt(np.cumsum(g**2) / np.arange(1, len(g) + 1)),
            ),
        ),
        hints=(
            "v after step t is the sum of g**2 up to and including t.",
            "np.cumsum(g**2) holds v after each step; the step is -learning_rate * g / root of v.",
        ),
    ),
    Exercise(
        name="glance-warmup",
        reference=lambda step, warmup, total, top: (
            top * step / warmup if step < warmup else top * max(total - step, 0) / (total - warmup)
        ),
        variant=lambda step, warmup, total, top: float(
            np.interp(step, [0, warmup, total], [0, top, 0])
        ),
        inputs=schedule,
        edge_cases=((0, 10, 50, 0.5), (4, 10, 50, 0.5), (10, 10, 50, 0.5), (30, 10, 50, 0.5)),
        mistakes=(
            Mistake(
                "Your rate does not rise: it is top during the whole warm-up. Begin at 0.",
                lambda step, warmup, total, top: (
                    top if step < warmup else top * (total - step) / (total - warmup)
                ),
            ),
            Mistake(
                "Your rate does not fall after the warm-up. It has to reach 0 at step total.",
                lambda step, warmup, total, top: top * min(step / warmup, 1),
            ),
            Mistake(
                "Your fall is divided by total, so the rate jumps at the end of the warm-up. It "
                "takes total - warmup steps.",
                lambda step, warmup, total, top: (
                    top * step / warmup if step < warmup else top * (total - step) / total
                ),
            ),
            Mistake(
                "Your fall lasts total steps after the warm-up. It must end at step total.",
                lambda step, warmup, total, top: (
                    top * step / warmup if step < warmup else top * (1 - (step - warmup) / total)
                ),
            ),
        ),
        hints=(
            "Before warmup: a line from (0, 0) to (warmup, top). After it: one to (total, 0).",
            "Falling part: top * (total - step) / (total - warmup), but never below 0.",
        ),
    ),
]
