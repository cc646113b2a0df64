"""Small helpers: names looked up with a hint, one-hot labels, and an exact Keras."""

import difflib
import math
import numbers
import os

import numpy as np

from scratch.config import floatx, set_random_seed

__all__ = ["exact_keras", "lookup", "set_random_seed", "to_categorical"]


def lookup(kind, name, table):
    """Return ``table[name]``, or raise a ValueError that proposes the nearest name.

    >>> lookup("colour", "gren", {"green": 1, "blue": 2})
    Traceback (most recent call last):
    ...
    ValueError: unknown colour 'gren': did you mean 'green'? Known: blue, green
    """
    if isinstance(name, str) and name in table:
        return table[name]
    near = difflib.get_close_matches(str(name), table, n=1)
    hint = f" did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"unknown {kind} {name!r}:{hint} Known: {', '.join(sorted(table))}")


def is_number(value):
    """Say whether this is a finite real number, and not a text or a list."""
    return isinstance(value, numbers.Real) and math.isfinite(value)


def whole_numbers(name, values):
    """Return the values as an integer array, or raise a ValueError if they are not whole.

    >>> whole_numbers("labels", [0.0, 2.0])
    array([0, 2])
    """
    values = np.asarray(values)
    if values.dtype.kind not in "iubf":
        raise ValueError(f"{name} must be whole numbers, but their type is {values.dtype}")
    fractions = values[values != np.floor(values)]
    if fractions.size:  # NaN is among them: it equals nothing
        raise ValueError(f"{name} must be whole numbers, but one is {fractions[0]:g}")
    return values.astype(np.intp)


def to_categorical(labels, num_classes=None):
    """Turn integer labels into one-hot rows.

    Shapes: labels ``(n,)`` or ``(n, 1)`` -> ``(n, num_classes)``.

    Raises:
        ValueError: if the labels are not integers in ``0 .. num_classes - 1``.

    >>> to_categorical([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    labels = np.asarray(labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise ValueError(f"labels must have shape (n,), not {labels.shape}")
    labels = whole_numbers("labels", labels)
    if labels.size == 0:
        raise ValueError("need at least one label, got none")
    num_classes = labels.max() + 1 if num_classes is None else num_classes
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"labels must lie in 0 .. {num_classes - 1}, "
            f"but they run from {labels.min()} to {labels.max()}"
        )
    return np.eye(num_classes, dtype=floatx())[labels]


def silent_keras():
    """Import Keras on TensorFlow without start-up messages; return the module."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # errors only
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # and no message about oneDNN
    import keras

    return keras


def exact_keras(seed=0, floatx="float64"):
    """Import Keras so that its numbers can be compared: silent, exact, seeded.

    It chooses the TensorFlow back end, silences TensorFlow's start-up messages, sets
    the float type, asks for deterministic operations, and seeds Python, NumPy and Keras.

    Returns:
        The module ``keras``.
    """
    keras = silent_keras()
    import tensorflow as tf

    keras.config.set_floatx(floatx)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    return keras
