"""Metrics: what people watch. Each takes ``(y_true, y_pred)`` and returns a float."""

import numpy as np

from scratch import losses
from scratch.utils import lookup, whole_numbers


def reshaped(y_true, y_pred, shape, meaning):
    """Return the targets in this shape, or raise a ValueError that says what is needed."""
    y_true = np.asarray(y_true)
    if np.ndim(y_pred) == 0 or y_true.size != np.prod(shape) or not y_true.size:
        raise ValueError(
            f"this accuracy needs {meaning}, so y_true of shape {shape} for predictions of "
            f"shape {np.shape(y_pred)}, but got {y_true.shape}"
        )
    return y_true.reshape(shape)


def sparse_categorical_accuracy(y_true, y_pred):
    """Return the share of rows whose largest entry stands at the integer label.

    >>> sparse_categorical_accuracy([0, 1], [[0.9, 0.1], [0.8, 0.2]])
    0.5
    """
    y_pred = np.asarray(y_pred)
    labels = reshaped(y_true, y_pred, y_pred.shape[:-1], "one integer label a row")
    return float(np.mean(y_pred.argmax(axis=-1) == labels))


def categorical_accuracy(y_true, y_pred):
    """Return the share of rows whose largest entry stands where the one-hot label has its 1."""
    y_true = reshaped(y_true, y_pred, np.shape(y_pred), "one-hot rows")
    return sparse_categorical_accuracy(y_true.argmax(axis=-1), y_pred)


def binary_accuracy(y_true, y_pred):
    """Return the share of entries on the right side of 0.5."""
    y_pred = np.asarray(y_pred)
    y_true = reshaped(y_true, y_pred, y_pred.shape, "one label an entry")
    return float(np.mean((y_pred > 0.5) == y_true))


def accuracy(y_true, y_pred):
    """Return the accuracy that fits the shapes, as ``metrics=["accuracy"]`` does in Keras.

    One output: binary. Targets as wide as the outputs: one-hot. Otherwise: integer labels.
    """
    if np.shape(y_pred)[-1:] == (1,):
        return binary_accuracy(y_true, y_pred)
    if np.shape(y_true) == np.shape(y_pred):
        return categorical_accuracy(y_true, y_pred)
    return sparse_categorical_accuracy(y_true, y_pred)


def confusion_matrix(y_true, y_pred, num_classes):
    """Count the pairs: row = true class, column = predicted class.

    Shapes: labels ``(n,)`` and ``(n,)`` -> ``(num_classes, num_classes)``.

    Raises:
        ValueError: for labels outside ``0 .. num_classes - 1`` or unequal lengths.

    >>> confusion_matrix([0, 1, 1], [0, 1, 0], 2)
    array([[1, 0],
           [1, 1]])
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape or y_true.ndim != 1:
        raise ValueError(f"need two equally long label vectors, not {y_true.shape}, {y_pred.shape}")
    y_true, y_pred = whole_numbers("y_true", y_true), whole_numbers("y_pred", y_pred)
    for name, labels in (("y_true", y_true), ("y_pred", y_pred)):
        if labels.size and (labels.min() < 0 or labels.max() >= num_classes):
            raise ValueError(
                f"{name} must lie in 0 .. {num_classes - 1}, "
                f"but runs from {labels.min()} to {labels.max()}"
            )
    pairs = num_classes * y_true + y_pred
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


METRICS = {
    "accuracy": accuracy,
    "acc": accuracy,
    "binary_accuracy": binary_accuracy,
    "categorical_accuracy": categorical_accuracy,
    "sparse_categorical_accuracy": sparse_categorical_accuracy,
    **losses.LOSSES,
}


def get(metric):
    """Return ``(name, function)`` for a name or a function of ``(y_true, y_pred)``.

    Raises:
        ValueError: for an unknown name.
    """
    if callable(metric):
        return getattr(metric, "__name__", type(metric).__name__), metric
    found = lookup("metric", metric, METRICS)
    return metric, found() if isinstance(found, type) else found
