r"""Initial weights.

A kernel's *fan in* is the number of inputs that one unit sums, its *fan out* the number
of units that one input feeds. For a kernel of shape ``(..., inputs, outputs)``, both
are multiplied by the sizes in front (the window of a convolution).

Glorot and Bengio (2010) keep the variance of signals and gradients level with
:math:`\operatorname{Var} w = 2 / (\text{fan in} + \text{fan out})`; He et al. (2015)
with :math:`2 / \text{fan in}`, because ReLU passes half of the signal.
"""

import numpy as np

from scratch.config import floatx, rng
from scratch.utils import lookup


def fans(shape):
    """Return ``(fan_in, fan_out)`` of a kernel of this shape.

    >>> fans((784, 256)), fans((3, 3, 32, 64))
    ((784, 256), (288, 576))
    """
    window = int(np.prod(shape[:-2]))
    return (shape[-2] * window, shape[-1] * window) if len(shape) > 1 else (shape[0], shape[0])


class Initializer:
    """Draw an array of the given shape: ``initializer(shape)``.

    Args:
        seed: an integer for a private generator, or None for the shared one.
    """

    def __init__(self, seed=None):
        self.seed = seed

    def __call__(self, shape, dtype=None):
        generator = rng() if self.seed is None else np.random.default_rng(self.seed)
        return np.asarray(self.draw(generator, tuple(shape)), dtype=dtype or floatx())

    def draw(self, generator, shape):
        """Return the values; every initializer defines this one method."""
        raise NotImplementedError


class Zeros(Initializer):
    """Every value 0, the usual start of a bias."""

    def draw(self, generator, shape):
        return np.zeros(shape)


class Ones(Initializer):
    """Every value 1."""

    def draw(self, generator, shape):
        return np.ones(shape)


def truncated_normal(generator, stddev, shape):
    """Draw normal numbers, again and again those beyond two standard deviations.

    What is left varies less, by the factor 0.8796, so more is drawn: ``stddev`` comes out.
    """
    values = generator.normal(size=shape)
    while (far := np.abs(values) > 2).any():
        values[far] = generator.normal(size=far.sum())
    return values * (stddev / 0.87962566103423978)


class RandomNormal(Initializer):
    """Normal with the given mean and standard deviation."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def draw(self, generator, shape):
        return generator.normal(self.mean, self.stddev, shape)


class RandomUniform(Initializer):
    """Uniform between ``minval`` and ``maxval``."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def draw(self, generator, shape):
        return generator.uniform(self.minval, self.maxval, shape)


class GlorotUniform(Initializer):
    """Uniform on ``[-r, r]`` with ``r = sqrt(6 / (fan_in + fan_out))``; Keras's default."""

    def draw(self, generator, shape):
        limit = np.sqrt(6 / sum(fans(shape)))
        return generator.uniform(-limit, limit, shape)


class GlorotNormal(Initializer):
    """Normal with variance ``2 / (fan_in + fan_out)``, cut off at two deviations."""

    def draw(self, generator, shape):
        return truncated_normal(generator, np.sqrt(2 / sum(fans(shape))), shape)


class HeUniform(Initializer):
    """Uniform on ``[-r, r]`` with ``r = sqrt(6 / fan_in)``, made for ReLU."""

    def draw(self, generator, shape):
        limit = np.sqrt(6 / fans(shape)[0])
        return generator.uniform(-limit, limit, shape)


class HeNormal(Initializer):
    """Normal with variance ``2 / fan_in``, cut off at two deviations, made for ReLU."""

    def draw(self, generator, shape):
        return truncated_normal(generator, np.sqrt(2 / fans(shape)[0]), shape)


INITIALIZERS = {
    "zeros": Zeros,
    "ones": Ones,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
}


def get(initializer):
    """Return an initializer for a name, or the callable itself.

    Raises:
        ValueError: for an unknown name.
    """
    if callable(initializer):
        return initializer
    return lookup("initializer", initializer, INITIALIZERS)()
