"""The exercises of the chapter "Scale"."""

from itertools import pairwise

import numpy as np

from exercises.checker import Exercise, Mistake


def network_and_training(rng):
    """Return the sizes of a network with hidden layers, samples and epochs."""
    sizes = [int(size) for size in rng.integers(3, 40, size=rng.integers(3, 6))]
    return sizes, int(rng.integers(50, 500)), int(rng.integers(2, 9))


def noisy_law(rng):
    """Return sizes (m,) and losses (m,) near a power law."""
    m = int(rng.integers(4, 8))
    n = 100.0 * 2 ** np.arange(m)
    zeta, noise = rng.uniform(0.2, 0.6), rng.uniform(0.02, 0.1, size=m)
    return n, rng.uniform(2, 8) * n**-zeta * np.exp(noise * rng.choice([-1, 1], size=m))


def law_and_target(rng):
    """Return B, zeta, E and a loss above E."""
    floor = rng.uniform(0.05, 0.5)
    return rng.uniform(2, 8), rng.uniform(0.2, 0.6), floor, floor + rng.uniform(0.05, 0.8)


def law_and_budget(rng):
    """Return A, eta, B, zeta and C; the exponents differ clearly."""
    eta = rng.uniform(0.2, 0.4)
    constants = rng.uniform(100, 600), eta, rng.uniform(700, 2000), eta + rng.uniform(0.05, 0.2)
    return *constants, 10 ** rng.uniform(18, 25)


def weights(sizes):
    """Products of neighbouring sizes."""
    return [d * units for d, units in pairwise(sizes)]


def operations(sizes, n, epochs):
    """Six for each weight; four in the first layer."""
    return n * epochs * (6 * sum(weights(sizes)) - 2 * weights(sizes)[0])


def operations_by_layer(sizes, n, epochs):
    """Product by product."""
    total = 0
    for layer, count in enumerate(weights(sizes)):
        products = 2 if layer == 0 else 3
        total += 2 * products * count
    return total * n * epochs


def line(n, loss):
    """Slope and intercept in natural logarithms."""
    return np.polyfit(np.log(n), np.log(loss), 1)


def power_law(n, loss):
    """B and zeta."""
    slope, intercept = line(n, loss)
    return np.exp(intercept), -slope


def power_law_by_hand(n, loss):
    """The closed form of the least-squares line."""
    x, y = np.log10(n), np.log10(loss)
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return 10 ** (y.mean() - slope * x.mean()), -slope


def from_the_ends(n, loss):
    """The line through the first and the last point."""
    zeta = np.log(loss[0] / loss[-1]) / np.log(n[-1] / n[0])
    return loss[0] * n[0] ** zeta, zeta


def samples_needed(B, zeta, E, target):
    """Solve the law for n."""
    return np.inf if target <= E else (B / (target - E)) ** (1 / zeta)


def samples_by_logarithms(B, zeta, E, target):
    """The same, by logarithms."""
    return np.exp((np.log(B) - np.log(target - E)) / zeta) if target > E else float("inf")


def best_split(A, eta, B, zeta, C, *, ratio=None, budget=None, share=None):
    """The closed form of the optimum; the keywords make it wrong."""
    ratio = eta * A / (zeta * B) if ratio is None else ratio
    budget = C / 6 if budget is None else budget
    share = zeta / (eta + zeta) if share is None else share
    N = ratio ** (1 / (eta + zeta)) * budget**share
    return N, budget / N


def best_split_by_bisection(A, eta, B, zeta, C):
    """Bisect the derivative of the loss with respect to log N."""
    low, high = 0.0, np.log(C / 6)
    for _ in range(200):
        x = (low + high) / 2
        slope = -eta * A * np.exp(-eta * x) + zeta * B * np.exp(-zeta * (np.log(C / 6) - x))
        low, high = (x, high) if slope < 0 else (low, x)
    return np.exp(x), np.exp(np.log(C / 6) - x)


EXERCISES = [
    Exercise(
        name="scale-operations",
        reference=operations,
        variant=operations_by_layer,
        inputs=network_and_training,
        edge_cases=(([5, 3], 10, 2),),
        mistakes=(
            Mistake(
                "You counted six for every weight. The first layer needs no gradient for its "
                "inputs: there it is four.",
                lambda sizes, n, epochs: 6 * n * epochs * sum(weights(sizes)),
            ),
            Mistake(
                "That is the forward pass alone. Add the two products of the backward pass.",
                lambda sizes, n, epochs: 2 * n * epochs * sum(weights(sizes)),
            ),
            Mistake(
                "You counted a multiply-add as one operation. It is two: a product and a sum.",
                lambda sizes, n, epochs: operations(sizes, n, epochs) // 2,
            ),
            Mistake(
                "You forgot the epochs: each sample is processed once in every epoch.",
                lambda sizes, n, epochs: operations(sizes, n, 1),
            ),
            Mistake(
                "You counted the biases as weights. Only the weights are in the products.",
                lambda sizes, n, epochs: (
                    operations(sizes, n, epochs) + 6 * n * epochs * sum(sizes[1:])
                ),
            ),
        ),
        hints=(
            "Three products a layer: forward, gradient of the kernel, gradient of the inputs. "
            "Which one is not needed in the first layer?",
            "With w = the sum of d * units over the layers: n * epochs * (6 * w - 2 * first), "
            "where first = sizes[0] * sizes[1].",
        ),
    ),
    Exercise(
        name="scale-fit",
        reference=power_law,
        variant=power_law_by_hand,
        inputs=noisy_law,
        mistakes=(
            Mistake(
                "You returned the slope of the line. The exponent zeta is the slope with the "
                "other sign.",
                lambda n, loss: (power_law(n, loss)[0], -power_law(n, loss)[1]),
            ),
            Mistake(
                "Your first value is log B. Undo the logarithm.",
                lambda n, loss: (np.log(power_law(n, loss)[0]), power_law(n, loss)[1]),
            ),
            Mistake(
                "You returned the two values in the wrong order: first B, then zeta.",
                lambda n, loss: power_law(n, loss)[::-1],
            ),
            Mistake(
                "You used the logarithm to base 10 on one axis and the natural one on the other. "
                "Use the same one on both.",
                lambda n, loss: (
                    power_law(n, loss)[0],
                    -np.polyfit(np.log10(n), np.log(loss), 1)[0],
                ),
            ),
            Mistake(
                "You drew the line through the first and the last point. Fit all of them.",
                from_the_ends,
            ),
            Mistake(
                "You fitted the loss itself to log n. Take the logarithm of the loss, too.",
                lambda n, loss: (lambda s, i: (i, -s))(*np.polyfit(np.log(n), loss, 1)),
            ),
        ),
        hints=(
            "Take logarithms of both arrays; then it is a straight line.",
            "slope, intercept = np.polyfit(np.log(n), np.log(loss), 1); B = exp(intercept).",
        ),
    ),
    Exercise(
        name="scale-samples",
        reference=samples_needed,
        variant=samples_by_logarithms,
        inputs=law_and_target,
        edge_cases=((4.0, 0.4, 0.3, 0.3), (4.0, 0.4, 0.3, 0.2)),
        mistakes=(
            Mistake(
                "You left out the floor: only the part of the loss above E falls.",
                lambda B, zeta, E, target: (B / target) ** (1 / zeta),
            ),
            Mistake(
                "You added the floor to the target. Subtract it.",
                lambda B, zeta, E, target: (B / (target + E)) ** (1 / zeta),
            ),
            Mistake(
                "You used zeta as the exponent. To undo a power, take the power 1 / zeta.",
                lambda B, zeta, E, target: np.inf if target <= E else (B / (target - E)) ** zeta,
            ),
            Mistake(
                "Your quotient is upside down: a lower target must need more samples.",
                lambda B, zeta, E, target: (
                    np.inf if target <= E else ((target - E) / B) ** (1 / zeta)
                ),
            ),
        ),
        hints=(
            "Subtract E on both sides, divide by B, then undo the power. What if nothing is left "
            "after the subtraction?",
            "np.inf if target <= E, else (B / (target - E)) ** (1 / zeta).",
        ),
    ),
    Exercise(
        name="scale-split",
        reference=best_split,
        variant=best_split_by_bisection,
        inputs=law_and_budget,
        mistakes=(
            Mistake(
                "You made the two terms of the loss equal. At the optimum the marginal gains are "
                "equal: eta A / N^eta = zeta B / n^zeta.",
                lambda A, eta, B, zeta, C: best_split(A, eta, B, zeta, C, ratio=A / B),
            ),
            Mistake(
                "You forgot the six: N times n is C / 6.",
                lambda A, eta, B, zeta, C: best_split(A, eta, B, zeta, C, budget=C),
            ),
            Mistake(
                "You exchanged the exponents: N grows with the power zeta / (eta + zeta) of the "
                "budget.",
                lambda A, eta, B, zeta, C: best_split(A, eta, B, zeta, C, share=eta / (eta + zeta)),
            ),
            Mistake(
                "You split the budget evenly, N = n. That is optimal only if the two terms have "
                "the same constants.",
                lambda A, eta, B, zeta, C: (np.sqrt(C / 6), np.sqrt(C / 6)),
            ),
            Mistake(
                "You returned the two values in the wrong order: first N, then n.",
                lambda A, eta, B, zeta, C: best_split(A, eta, B, zeta, C)[::-1],
            ),
        ),
        hints=(
            "Solve eta A / N^eta = zeta B / n^zeta together with n = C / (6 N).",
            "N = (eta * A / (zeta * B)) ** (1 / (eta + zeta)) * (C / 6) ** (zeta / (eta + zeta))",
        ),
    ),
]
