"""The exercises of the chapter "Initialisation"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def fans(shape):
    """Fan in and fan out: the last two sizes, each times the window."""
    window = int(np.prod(shape[:-2]))
    return window * shape[-2], window * shape[-1]


def fans_by_loop(shape):
    """Multiply the sizes of the window one by one."""
    *window, inputs, outputs = shape
    for size in window:
        inputs, outputs = inputs * size, outputs * size
    return inputs, outputs


def kernel_shape(rng):
    """Return the shape of a convolution's kernel, with unlike channels and filters."""
    size, channels = int(rng.integers(2, 6)), int(rng.integers(2, 20))
    return ((size, size, channels, channels + int(rng.integers(1, 20))),)


def level_variance(z, a, d):
    """The variance that keeps the mean square: d Var(w) mean(a^2) = mean(z^2)."""
    return np.mean(z**2) / (d * np.mean(a**2))


def before_and_after(rng):
    """Return pre-activations (n, d), their activations, and d."""
    d = int(rng.integers(5, 40))
    z = rng.normal(rng.uniform(0.2, 0.5), 1.3, size=(50, d))
    return z, np.tanh(z) if rng.random() < 0.5 else np.maximum(z, 0), d


def backward_factor(slopes, kernel):
    """Root of mean f'^2, times the number of outputs, times the variance of the weights."""
    return np.sqrt(np.mean(slopes**2) * kernel.shape[1] * kernel.var())


def slopes_and_kernel(rng):
    """Return f'(z) of shape (n, d), and the kernel (d, m) behind it, with d unlike m."""
    d = int(rng.integers(5, 20))
    m = d + int(rng.integers(3, 20))
    return rng.uniform(0.2, 0.9, size=(30, d)), rng.normal(0, 0.3, size=(d, m))


def limit(shape):
    """The limit of the uniform distribution, by Glorot's rule."""
    return np.sqrt(6 / sum(fans(shape)))


EXERCISES = [
    Exercise(
        name="initial-fans",
        reference=fans,
        variant=fans_by_loop,
        inputs=kernel_shape,
        edge_cases=(((784, 256),), ((3, 3, 1, 32),)),
        mistakes=(
            Mistake(
                "You swapped the two: fan in belongs to the inputs, the last axis but one.",
                lambda shape: fans(shape)[::-1],
            ),
            Mistake(
                "You counted channels only. A unit of a convolution sums a whole window, so both "
                "numbers are multiplied by its size.",
                lambda shape: (shape[-2], shape[-1]),
            ),
            Mistake(
                "You multiplied all sizes except the last for both numbers. Fan out has the last "
                "size instead of the last but one.",
                lambda shape: (fans(shape)[0], fans(shape)[0]),
            ),
        ),
        hints=(
            "The last two sizes of the shape are inputs and outputs. What comes before is the "
            "window.",
            "window = int(np.prod(shape[:-2])) is 1 for a dense kernel, since a product of "
            "nothing is 1.",
        ),
    ),
    Exercise(
        name="initial-limit",
        reference=limit,
        variant=lambda shape: (3 * (2 / (fans(shape)[0] + fans(shape)[1]))) ** 0.5,
        inputs=kernel_shape,
        edge_cases=(((784, 256),),),
        mistakes=(
            Mistake(
                "That is the standard deviation. A uniform distribution from -r to r has the "
                "variance r**2 / 3, so r is sqrt(3) times as large.",
                lambda shape: np.sqrt(2 / sum(fans(shape))),
            ),
            Mistake(
                "You used fan in alone: that is He's limit. Glorot's rule has the sum of both.",
                lambda shape: np.sqrt(6 / fans(shape)[0]),
            ),
            Mistake(
                "You returned r squared. Take the root.",
                lambda shape: 6 / sum(fans(shape)),
            ),
        ),
        hints=(
            "Glorot's variance is 2 / (fan in + fan out).",
            "Set r**2 / 3 equal to it and solve for r.",
        ),
    ),
    Exercise(
        name="initial-level",
        reference=level_variance,
        variant=lambda z, a, d: float((z * z).sum() / (a * a).sum()) / d,
        inputs=before_and_after,
        mistakes=(
            Mistake(
                "You used variances. What a weighted sum passes on is the mean square, and "
                "activations rarely have mean 0.",
                lambda z, a, d: z.var() / (d * a.var()),
            ),
            Mistake(
                "You forgot the number of inputs: d terms are added up, so divide by d.",
                lambda z, a, d: np.mean(z**2) / np.mean(a**2),
            ),
            Mistake(
                "Upside down: the smaller the activations, the larger the weights must be.",
                lambda z, a, d: np.mean(a**2) / (d * np.mean(z**2)),
            ),
        ),
        hints=(
            "By the formula of the variance, the next pre-activations have the mean square "
            "d * Var(w) * mean(a**2).",
            "They shall have the mean square that z has. Solve for Var(w).",
        ),
    ),
    Exercise(
        name="initial-backward",
        reference=backward_factor,
        variant=lambda slopes, kernel: (
            ((slopes**2).sum() / slopes.size * kernel.shape[1] * np.square(kernel.std())) ** 0.5
        ),
        inputs=slopes_and_kernel,
        mistakes=(
            Mistake(
                "You took the number of inputs of the kernel. On the way back a unit collects "
                "from the units it feeds: kernel.shape[1] of them.",
                lambda slopes, kernel: np.sqrt(np.mean(slopes**2) * kernel.shape[0] * kernel.var()),
            ),
            Mistake(
                "You returned the factor of the mean square. The root is asked for.",
                lambda slopes, kernel: np.mean(slopes**2) * kernel.shape[1] * kernel.var(),
            ),
            Mistake(
                "You squared the mean of the slopes. It is the mean of the squares that counts.",
                lambda slopes, kernel: np.mean(slopes) * np.sqrt(kernel.shape[1] * kernel.var()),
            ),
        ),
        hints=(
            "Equation (in-backward): three factors under one root.",
            "np.mean(slopes**2), kernel.shape[1] and kernel.var().",
        ),
    ),
]
