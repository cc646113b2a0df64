"""The exercises of the chapter "Privacy and security"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def losses_and_threshold(rng):
    """Return losses (n,), who is a member (n,), and a threshold with a positive advantage."""
    n = int(rng.integers(20, 40))
    member = np.arange(n) < n // 3
    loss = np.where(member, rng.uniform(0, 1.5, n), rng.uniform(0.5, 3, n))
    loss[0], loss[-1], loss[-2] = 0.1, 2.9, 0.6  # each kind on its typical side, and one not
    order = rng.permutation(n)
    return loss[order], member[order], 0.9


def layer_and_length(rng):
    """Return X (n, d), G (n, units) and C such that some samples are clipped and some not."""
    n, d, units = (int(size) for size in rng.integers(5, 9, size=3))
    X, G = rng.normal(size=(n, d)), rng.normal(size=(n, units))
    length = np.sort(lengths(X, G))
    return X, G, float((length[n // 2 - 1] + length[n // 2]) / 2)


def divergences(rng):
    """Return orders, divergences of one step that rise with the order, steps and delta."""
    orders = np.arange(2, 40)
    return orders, orders * rng.uniform(1e-4, 4e-4), int(rng.integers(100, 400)), 1e-5


def points_and_line(rng):
    """Return X (n, d), answers y, weights w (d,) and a bias; y has both signs."""
    n, d = (int(size) for size in rng.integers(5, 9, size=2))
    y = rng.permutation(np.where(np.arange(n) < 2, -1.0, 1.0))
    return rng.normal(size=(n, d)), y, rng.normal(size=d), float(rng.uniform(0.5, 1))


def lengths(X, G):
    """Lengths of the gradients of kernel and bias together, sample by sample."""
    return np.sqrt((np.sum(X**2, axis=1) + 1) * np.sum(G**2, axis=1))


def clip(X, G, C, length=None):
    """Sum of the clipped gradients, with other lengths if given."""
    length = lengths(X, G) if length is None else length
    G = G / np.maximum(1, length / C)[:, np.newaxis]
    return X.T @ G, G.sum(axis=0)


def clip_one_by_one(X, G, C):
    """With every gradient formed."""
    kernel, bias = np.zeros((X.shape[1], G.shape[1])), np.zeros(G.shape[1])
    for x, g in zip(X, G, strict=True):
        whole = np.outer(np.append(x, 1), g)
        whole = whole * min(1, C / np.linalg.norm(whole))
        kernel, bias = kernel + whole[:-1], bias + whole[-1]
    return kernel, bias


def clip_the_sum(X, G, C):
    """The sum is clipped, as against exploding gradients."""
    kernel, bias = X.T @ G, G.sum(axis=0)
    factor = max(1, np.sqrt(np.sum(kernel**2) + np.sum(bias**2)) / C)
    return kernel / factor, bias / factor


def stretch(X, G, C):
    """Every gradient gets the length C, also the short ones."""
    G = G * (C / lengths(X, G))[:, np.newaxis]
    return X.T @ G, G.sum(axis=0)


def advantage_by_counting(loss, member, t):
    """Candidate by candidate."""
    hits = false_alarms = 0
    for value, inside in zip(loss, member, strict=True):
        if value <= t:
            hits, false_alarms = hits + bool(inside), false_alarms + (not inside)
    return hits / sum(member) - false_alarms / sum(~member)


def epsilon_by_loop(orders, divergence, steps, delta):
    """Order by order."""
    return min(
        steps * d - np.log(delta) / (order - 1) for order, d in zip(orders, divergence, strict=True)
    )


EXERCISES = [
    Exercise(
        name="privacy-advantage",
        reference=lambda loss, member, t: np.mean(loss[member] <= t) - np.mean(loss[~member] <= t),
        variant=advantage_by_counting,
        inputs=losses_and_threshold,
        mistakes=(
            Mistake(
                "You called candidates with a large loss members. Training makes the losses of "
                "members small: compare with <=.",
                lambda loss, member, t: np.mean(loss[member] > t) - np.mean(loss[~member] > t),
            ),
            Mistake(
                "You returned the true positive rate alone. Subtract the false positive rate.",
                lambda loss, member, t: np.mean(loss[member] <= t),
            ),
            Mistake(
                "You divided both counts by the number of all candidates. Divide by the number of "
                "members, and by the number of the others.",
                lambda loss, member, t: (
                    np.mean((loss <= t) & member) - np.mean((loss <= t) & ~member)
                ),
            ),
            Mistake(
                "You returned the accuracy of the attack. Subtract the two rates.",
                lambda loss, member, t: np.mean((loss <= t) == member),
            ),
        ),
        hints=(
            "The true positive rate is the share of the members with loss <= t.",
            "np.mean(loss[member] <= t) minus the same with ~member",
        ),
    ),
    Exercise(
        name="privacy-clip",
        reference=clip,
        variant=clip_one_by_one,
        inputs=layer_and_length,
        mistakes=(
            Mistake(
                "You clipped the sum. Clip the gradient of each sample, and then add up; otherwise "
                "one sample can still turn the whole sum.",
                clip_the_sum,
            ),
            Mistake(
                "You forgot the bias in the length: it adds 1 to the squared length of x.",
                lambda X, G, C: clip(
                    X, G, C, np.linalg.norm(X, axis=1) * np.linalg.norm(G, axis=1)
                ),
            ),
            Mistake(
                "You gave every gradient the length C. Clipping shortens the long ones and leaves "
                "the short ones alone.",
                stretch,
            ),
            Mistake(
                "You used the squared length. Take the square root.",
                lambda X, G, C: clip(X, G, C, lengths(X, G) ** 2),
            ),
            Mistake(
                "You returned the mean. Here the sum is wanted; the noise is added to it.",
                lambda X, G, C: tuple(part / len(X) for part in clip(X, G, C)),
            ),
            Mistake(
                "You did not clip. Multiply each row of the error signals by min(1, C / length).",
                lambda X, G, C: (X.T @ G, G.sum(axis=0)),
            ),
        ),
        hints=(
            "The squared length for one sample is (|x|^2 + 1) |delta|^2, with the bias.",
            "Divide each row of G by max(1, length / C). Then X.T @ G and the sum of the rows.",
        ),
    ),
    Exercise(
        name="privacy-epsilon",
        reference=lambda orders, divergence, steps, delta: np.min(
            steps * divergence + np.log(1 / delta) / (orders - 1)
        ),
        variant=epsilon_by_loop,
        inputs=divergences,
        mistakes=(
            Mistake(
                "You forgot the number of steps. The divergences add up over the steps.",
                lambda orders, divergence, steps, delta: np.min(
                    divergence + np.log(1 / delta) / (orders - 1)
                ),
            ),
            Mistake(
                "You multiplied the correction by the number of steps, too. It comes once, at the "
                "end.",
                lambda orders, divergence, steps, delta: (
                    steps * np.min(divergence + np.log(1 / delta) / (orders - 1))
                ),
            ),
            Mistake(
                "You divided by the order. The correction is log(1 / delta) / (order - 1).",
                lambda orders, divergence, steps, delta: np.min(
                    steps * divergence + np.log(1 / delta) / orders
                ),
            ),
            Mistake(
                "You took the largest value. Each order gives a valid bound, so take the smallest.",
                lambda orders, divergence, steps, delta: np.max(
                    steps * divergence + np.log(1 / delta) / (orders - 1)
                ),
            ),
            Mistake(
                "You added log(delta), which is negative. It is log(1 / delta).",
                lambda orders, divergence, steps, delta: np.min(
                    steps * divergence + np.log(delta) / (orders - 1)
                ),
            ),
        ),
        hints=(
            "First steps * divergence, one number for each order.",
            "Add log(1 / delta) / (orders - 1) and take the minimum.",
        ),
    ),
    Exercise(
        name="privacy-radius",
        reference=lambda X, y, w, b: y * (X @ w + b) / np.abs(w).sum(),
        variant=lambda X, y, w, b: np.array(
            [sign * (sum(x * w) + b) / np.linalg.norm(w, 1) for x, sign in zip(X, y, strict=True)]
        ),
        inputs=points_and_line,
        mistakes=(
            Mistake(
                "You divided by the Euclidean length of w. That is the distance if the change as a "
                "whole is limited; here each entry is: divide by the sum of absolute values.",
                lambda X, y, w, b: y * (X @ w + b) / np.linalg.norm(w),
            ),
            Mistake(
                "You divided by the largest weight. All entries may change at the same time: "
                "divide by the sum of absolute values.",
                lambda X, y, w, b: y * (X @ w + b) / np.abs(w).max(),
            ),
            Mistake(
                "You forgot the right answer y. For y = -1 the sum must stay negative.",
                lambda X, y, w, b: (X @ w + b) / np.abs(w).sum(),
            ),
            Mistake(
                "You took the absolute value. A wrong answer has a negative radius here.",
                lambda X, y, w, b: np.abs(X @ w + b) / np.abs(w).sum(),
            ),
            Mistake(
                "You left out the bias.",
                lambda X, y, w, b: y * (X @ w) / np.abs(w).sum(),
            ),
        ),
        hints=(
            "The answer is right as long as y (w x + b) is positive.",
            "A change of each entry by rho lowers it by at most rho times the sum of |w|.",
        ),
    ),
]
