"""The exercises of the chapter "Optimizers"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def parameters_and_squares(rng):
    """Return parameters, gradients, mean squares (d,), a rate and rho."""
    d = rng.integers(3, 7)
    g = rng.uniform(0.5, 2, size=d) * rng.choice([-1, 1], size=d)
    return rng.normal(size=d), g, rng.uniform(3, 8, size=d), 0.1, rng.uniform(0.6, 0.9)


def rmsprop(w, g, v, alpha, rho):
    """One step of RMSprop."""
    v = rho * v + (1 - rho) * g * g
    return w - alpha * g / np.sqrt(v + 1e-7), v


def rmsprop_by_entries(w, g, v, alpha, rho):
    """The same, one parameter after the other."""
    new_v = [a + (1 - rho) * (b**2 - a) for a, b in zip(v, g, strict=True)]
    new_w = [a - alpha * b * (c + 1e-7) ** -0.5 for a, b, c in zip(w, g, new_v, strict=True)]
    return np.array(new_w), np.array(new_v)


def divided(mean):
    """Return a step that divides by the root of another mean."""

    def answer(w, g, v, alpha, rho):
        v = mean(g, v, rho)
        return w - alpha * g / np.sqrt(np.abs(v) + 1e-7), v

    return answer


def two_curvatures(rng):
    """Return the smallest and the largest curvature."""
    low = rng.uniform(0.2, 0.8)
    return low, low * rng.uniform(5, 200)


def best_momentum(low, high):
    """Best rate, beta and factor."""
    factor = (high**0.5 - low**0.5) / (high**0.5 + low**0.5)
    return 4 / (high**0.5 + low**0.5) ** 2, factor**2, factor


def best_momentum_by_kappa(low, high):
    """The same, from the factor backwards: the flattest axis has the double root."""
    kappa = high / low
    factor = 1 - 2 / (np.sqrt(kappa) + 1)
    return (1 - factor) ** 2 / low, factor * factor, factor


def state_of_adam(rng):
    """Return parameters, gradients, both means (d,), the step, a rate and a strength."""
    d = rng.integers(3, 7)
    signs = rng.choice([-1, 1], size=(2, d))
    return (
        rng.uniform(1, 2, size=d) * signs[0],
        rng.uniform(0.5, 2, size=d) * signs[1],
        rng.normal(size=d),
        rng.uniform(0.5, 2, size=d),
        int(rng.integers(2, 20)),
        rng.uniform(0.05, 0.2),
        rng.uniform(0.2, 0.5),
    )


def adam(w, g, m, v, t, alpha):
    """One step of Adam."""
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return w - alpha * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7), m, v


def adamw(w, g, m, v, t, alpha, mu):
    """Decay, then a step of Adam."""
    return adam((1 - alpha * mu) * w, g, m, v, t, alpha)


def adamw_by_difference(w, g, m, v, t, alpha, mu):
    """The same: moving means as corrections, and the decay subtracted."""
    new_m, new_v = m + 0.1 * (g - m), v + 0.001 * (g**2 - v)
    step = new_m / (1 - 0.9**t) / ((new_v / (1 - 0.999**t)) ** 0.5 + 1e-7)
    return w - alpha * (step + mu * w), new_m, new_v


def decay_last(w, g, m, v, t, alpha, mu):
    """A step of Adam, then the decay."""
    w, m, v = adam(w, g, m, v, t, alpha)
    return (1 - alpha * mu) * w, m, v


def without_correction(w, g, m, v, t, alpha, mu):
    """No bias correction."""
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return (1 - alpha * mu) * w - alpha * m / (np.sqrt(v) + 1e-7), m, v


EXERCISES = [
    Exercise(
        name="optimizers-rmsprop",
        reference=rmsprop,
        variant=rmsprop_by_entries,
        inputs=parameters_and_squares,
        mistakes=(
            Mistake(
                "You added up the squares, as AdaGrad does. RMSprop takes a moving mean: "
                "rho * v + (1 - rho) * g * g.",
                divided(lambda g, v, rho: v + g * g),
            ),
            Mistake(
                "You left out the factor 1 - rho, so v is a decaying sum and not a mean.",
                divided(lambda g, v, rho: rho * v + g * g),
            ),
            Mistake(
                "Your factors are exchanged: rho belongs to the old v, 1 - rho to the new square.",
                divided(lambda g, v, rho: (1 - rho) * v + rho * g * g),
            ),
            Mistake(
                "You did not square the gradient. v is the mean of the squares.",
                divided(lambda g, v, rho: rho * v + (1 - rho) * g),
            ),
            Mistake(
                "You divided by the old v. First update v, then take the step with it.",
                lambda w, g, v, alpha, rho: (
                    w - alpha * g / np.sqrt(v + 1e-7),
                    rho * v + (1 - rho) * g * g,
                ),
            ),
            Mistake(
                "The gradient is missing from your step, so it does not know its direction.",
                lambda w, g, v, alpha, rho: (
                    w - alpha / np.sqrt(rmsprop(w, g, v, alpha, rho)[1] + 1e-7),
                    rmsprop(w, g, v, alpha, rho)[1],
                ),
            ),
            Mistake(
                "You divided by v. Divide by its root, which has the unit of a gradient.",
                lambda w, g, v, alpha, rho: (
                    w - alpha * g / (rmsprop(w, g, v, alpha, rho)[1] + 1e-7),
                    rmsprop(w, g, v, alpha, rho)[1],
                ),
            ),
        ),
        hints=(
            "Two lines: the moving mean of the squares, then the step divided by its root.",
            "v = rho * v + (1 - rho) * g**2, and w - alpha * g / np.sqrt(v + 1e-7).",
        ),
    ),
    Exercise(
        name="optimizers-best-momentum",
        reference=best_momentum,
        variant=best_momentum_by_kappa,
        inputs=two_curvatures,
        edge_cases=((1.0, 100.0),),
        mistakes=(
            Mistake(
                "Your beta is the factor itself. It is the square of the factor, because the "
                "product of the two roots is beta.",
                lambda low, high: (best_momentum(low, high)[0], *[best_momentum(low, high)[2]] * 2),
            ),
            Mistake(
                "You used kappa instead of its root in the factor: that is gradient descent.",
                lambda low, high: (
                    best_momentum(low, high)[0],
                    ((high - low) / (high + low)) ** 2,
                    (high - low) / (high + low),
                ),
            ),
            Mistake(
                "Your rate is 2 / (low + high), the best one of gradient descent. For momentum it "
                "is 4 / (sqrt(high) + sqrt(low))^2.",
                lambda low, high: (2 / (low + high), *best_momentum(low, high)[1:]),
            ),
            Mistake(
                "You forgot to square the sum of the roots in the rate.",
                lambda low, high: (4 / (high**0.5 + low**0.5), *best_momentum(low, high)[1:]),
            ),
            Mistake(
                "Your third number is beta. The factor by which a step shrinks the distance is "
                "its root.",
                lambda low, high: (
                    *best_momentum(low, high)[:2],
                    best_momentum(low, high)[1],
                ),
            ),
        ),
        hints=(
            "With the root of kappa = high / low, the factor is (root - 1) / (root + 1).",
            "beta is factor**2, and the rate 4 / (np.sqrt(high) + np.sqrt(low)) ** 2.",
        ),
    ),
    Exercise(
        name="optimizers-adamw",
        reference=adamw,
        variant=adamw_by_difference,
        inputs=state_of_adam,
        mistakes=(
            Mistake(
                "You added the penalty to the gradient, so m and v see it. That is Adam with L2. "
                "Shrink w instead, and leave g alone.",
                lambda w, g, m, v, t, alpha, mu: adam(w, g + mu * w, m, v, t, alpha),
            ),
            Mistake(
                "You shrank the parameters after the step, the step included. Shrink them first.",
                decay_last,
            ),
            Mistake(
                "You shrank by 1 - mu. The decay is multiplied by the learning rate: "
                "1 - alpha * mu.",
                lambda w, g, m, v, t, alpha, mu: adam((1 - mu) * w, g, m, v, t, alpha),
            ),
            Mistake(
                "There is no decay in your step: that is Adam.",
                lambda w, g, m, v, t, alpha, mu: adam(w, g, m, v, t, alpha),
            ),
            Mistake(
                "You left out the bias correction: divide m by 1 - 0.9**t and v by 1 - 0.999**t.",
                without_correction,
            ),
            Mistake(
                "You returned the corrected m and v. Keep the means as they are; correct them "
                "only for the step.",
                lambda w, g, m, v, t, alpha, mu: (
                    adamw(w, g, m, v, t, alpha, mu)[0],
                    adamw(w, g, m, v, t, alpha, mu)[1] / (1 - 0.9**t),
                    adamw(w, g, m, v, t, alpha, mu)[2] / (1 - 0.999**t),
                ),
            ),
        ),
        hints=(
            "A step of Adam from (1 - alpha * mu) * w instead of w.",
            "m = 0.9 * m + 0.1 * g; v = 0.999 * v + 0.001 * g * g; divide them by 1 - 0.9**t and "
            "1 - 0.999**t for the step only.",
        ),
    ),
]
