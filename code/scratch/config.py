"""The two things that a whole program shares: a float type and a random generator.

The names are Keras's (``keras.config``). The one difference is the default float
type: float64, NumPy's own, because this library exists to be checked digit by digit.
"""

import numpy as np

EPSILON = 1e-7  # Keras's fuzz factor: probabilities are clipped to [EPSILON, 1 - EPSILON]

_shared = {"floatx": "float64", "rng": np.random.default_rng()}


def floatx():
    """Return the name of the float type that new layers use.

    >>> floatx()
    'float64'
    """
    return _shared["floatx"]


def set_floatx(value):
    """Set the float type of new layers: ``"float32"`` or ``"float64"``.

    Raises:
        ValueError: for any other name.
    """
    if value not in ("float32", "float64"):
        raise ValueError(f'floatx must be "float32" or "float64", not {value!r}')
    _shared["floatx"] = value


def set_random_seed(seed):
    """Restart the generator behind initial weights, shuffling and dropout.

    Raises:
        ValueError: if ``seed`` is not a non-negative integer.
    """
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed must be a non-negative integer, not {seed!r}")
    _shared["rng"] = np.random.default_rng(seed)


def rng():
    """Return the shared ``numpy.random.Generator``."""
    return _shared["rng"]
