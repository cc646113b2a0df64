r"""Losses: one number for how wrong the predictions are, and its gradient.

Every loss is a mean over the batch (and, for MSE, MAE, hinge and binary cross-entropy,
over the outputs of a sample), so a learning rate keeps its meaning when the batch grows.
Labels come first: ``loss(y_true, y_pred)``.

A loss defines one method, ``value_and_gradient``; the gradient is
:math:`\partial L / \partial \hat y` and has the shape of ``y_pred``.
"""

import numpy as np

from scratch.activations import sigmoid
from scratch.config import EPSILON, floatx
from scratch.utils import lookup, whole_numbers


def as_floats(y_pred):
    """Return the predictions as an array of floats; targets take on its type."""
    y_pred = np.asarray(y_pred)
    return y_pred if y_pred.dtype.kind == "f" else y_pred.astype(floatx())


class Loss:
    """Base: ``loss(y_true, y_pred)`` is a float, ``loss.gradient(...)`` an array."""

    belongs_to = None  # the activation whose logits this loss is best computed from
    from_logits = False

    def __call__(self, y_true, y_pred):
        return self.value_and_gradient(y_true, as_floats(y_pred))[0]

    def gradient(self, y_true, y_pred):
        """Return the gradient of the loss with respect to ``y_pred``."""
        return self.value_and_gradient(y_true, as_floats(y_pred))[1]

    def value_and_gradient(self, y_true, y_pred):
        """Return both."""
        raise NotImplementedError

    def targets(self, y_true, y_pred):
        """Return the targets as an array of the shape and type of the predictions.

        A missing last axis of length 1 is added; nothing else is broadcast, because
        ``(n,)`` against ``(n, 1)`` would silently become ``(n, n)``.
        """
        y = np.asarray(y_true)
        if y.ndim == y_pred.ndim - 1 and y_pred.shape[-1] == 1:
            y = y[..., np.newaxis]
        if y.shape != y_pred.shape:
            hint = ""
            if self.belongs_to == "softmax" and y.ndim < y_pred.ndim:
                hint = (
                    "; integer labels belong to sparse_categorical_crossentropy, "
                    "or make them one-hot with utils.to_categorical"
                )
            raise ValueError(
                f"{type(self).__name__} needs y_true and y_pred of one shape, "
                f"got {np.shape(y_true)} and {y_pred.shape}{hint}"
            )
        if not y.size:
            raise ValueError(
                f"{type(self).__name__} needs at least one sample, got shape {y.shape}"
            )
        return y.astype(y_pred.dtype, copy=False)

    def shares(self, y_true, y_pred):
        """Return the targets, if they are probabilities, 0 to 1."""
        y = self.targets(y_true, y_pred)
        if y.min() < 0 or y.max() > 1:
            raise ValueError(
                f"{type(self).__name__} needs targets between 0 and 1, "
                f"but they run from {y.min():g} to {y.max():g}"
            )
        return y


class MeanSquaredError(Loss):
    r""":math:`L = \frac1n \sum_i (\hat y_i - y_i)^2`, gradient :math:`\frac2n(\hat y - y)`.

    Raises:
        ValueError: if the shapes differ (so for every loss here).

    >>> MeanSquaredError()([1.0, 2.0], [1.0, 4.0])
    2.0
    """

    def value_and_gradient(self, y_true, y_pred):
        error = y_pred - self.targets(y_true, y_pred)
        return float(np.mean(error * error)), error * (2 / error.size)


class MeanAbsoluteError(Loss):
    r""":math:`L = \frac1n \sum_i |\hat y_i - y_i|`, gradient :math:`\frac1n\operatorname{sign}`.

    >>> MeanAbsoluteError()([1.0, 2.0], [1.0, 4.0])
    1.0
    """

    def value_and_gradient(self, y_true, y_pred):
        error = y_pred - self.targets(y_true, y_pred)
        return float(np.mean(np.abs(error))), np.sign(error) / error.size


class Hinge(Loss):
    r""":math:`L = \frac1n \sum_i \max(0,\, 1 - y_i \hat y_i)` for labels -1 and 1.

    Labels 0 and 1 are read as -1 and 1, as Keras does. Reference: Cortes and Vapnik (1995).

    >>> Hinge()([-1.0, 1.0], [-2.0, 0.5])
    0.25
    """

    def value_and_gradient(self, y_true, y_pred):
        y = self.targets(y_true, y_pred)
        if np.all((y == 0) | (y == 1)):
            y = 2 * y - 1
        margin = 1 - y * y_pred
        # At the kink itself the slope counts, as in Keras
        return float(np.mean(np.maximum(margin, 0))), -y * (margin >= 0) / y.size


class BinaryCrossentropy(Loss):
    r""":math:`L = -\frac1n \sum_i [y_i \log p_i + (1 - y_i) \log(1 - p_i)]`.

    From logits :math:`z`, with :math:`p = \sigma(z)`, the stable form is
    :math:`\frac1n\sum_i [\log(1 + e^{z_i}) - y_i z_i]`, with gradient
    :math:`\frac1n(\sigma(z) - y)`. From probabilities, they are clipped to
    ``[EPSILON, 1 - EPSILON]`` first.

    Args:
        from_logits: whether ``y_pred`` holds logits instead of probabilities.

    Reference: the chapter "Backpropagation".

    >>> round(BinaryCrossentropy()([1.0, 0.0], [0.5, 0.5]), 4)
    0.6931
    """

    belongs_to = "sigmoid"

    def __init__(self, from_logits=False):
        self.from_logits = from_logits

    def value_and_gradient(self, y_true, y_pred):
        y = self.shares(y_true, y_pred)
        if self.from_logits:
            value = np.mean(np.logaddexp(0, y_pred) - y * y_pred)
            return float(value), (sigmoid(y_pred) - y) / y.size
        p = np.clip(y_pred, EPSILON, 1 - EPSILON)
        value = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        inside = p == y_pred  # where the clip acted, the loss is flat
        return float(value), inside * (p - y) / (p * (1 - p)) / y.size


class CategoricalCrossentropy(Loss):
    r""":math:`L = -\frac1n \sum_i \sum_k y_{ik} \log p_{ik}` for one-hot targets.

    From logits, with :math:`p = \operatorname{softmax}(z)`, the stable form is
    :math:`-\frac1n \sum_{ik} y_{ik}\,(z_{ik} - \log\sum_j e^{z_{ij}})`, with gradient
    :math:`\frac1n (p - y)`. From probabilities, rows are first divided by their sum.

    Args:
        from_logits: whether ``y_pred`` holds logits instead of probabilities.

    Shapes: ``y_true`` and ``y_pred`` ``(n, classes)``.

    >>> round(CategoricalCrossentropy()([[1.0, 0.0]], [[0.25, 0.75]]), 4)
    1.3863
    """

    belongs_to = "softmax"

    def __init__(self, from_logits=False):
        self.from_logits = from_logits

    def value_and_gradient(self, y_true, y_pred):
        y = self.shares(y_true, y_pred)
        n = y_pred.size // y_pred.shape[-1]
        if self.from_logits:
            z = y_pred - y_pred.max(axis=-1, keepdims=True)
            p = np.exp(z)
            total = p.sum(axis=-1, keepdims=True)
            p /= total
            value = -np.sum(y * (z - np.log(total))) / n
            return float(value), (p * y.sum(axis=-1, keepdims=True) - y) / n
        total = y_pred.sum(axis=-1, keepdims=True)
        share = y_pred / total
        p = np.clip(share, EPSILON, 1 - EPSILON)
        value = -np.sum(y * np.log(p)) / n
        grad_p = -y * (p == share) / p / n  # where the clip acted, the loss is flat
        return float(value), (grad_p - np.sum(grad_p * share, axis=-1, keepdims=True)) / total


class SparseCategoricalCrossentropy(CategoricalCrossentropy):
    r""":math:`L = -\frac1n \sum_i \log p_{i,c_i}`: the same loss, for integer labels c.

    Shapes: ``y_true`` ``(n,)`` or ``(n, 1)``, ``y_pred`` ``(n, classes)``.

    Raises:
        ValueError: for one-hot labels, or labels outside ``0 .. classes - 1``.

    >>> round(SparseCategoricalCrossentropy()([0], [[0.25, 0.75]]), 4)
    1.3863
    """

    def targets(self, y_true, y_pred):
        """Return the one-hot rows of the labels."""
        labels, classes = np.asarray(y_true), y_pred.shape[-1]
        if labels.ndim == y_pred.ndim and labels.shape[-1] == 1:
            labels = labels[..., 0]
        if labels.shape != y_pred.shape[:-1]:
            raise ValueError(
                "SparseCategoricalCrossentropy needs integer labels of shape "
                f"{y_pred.shape[:-1]}, got {np.shape(y_true)}; one-hot labels belong to "
                "categorical_crossentropy"
            )
        if not labels.size:
            raise ValueError(f"{type(self).__name__} needs at least one label, got none")
        labels = whole_numbers("labels", labels)
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(
                f"labels must lie in 0 .. {classes - 1}, because the model has {classes} "
                f"outputs, but they run from {labels.min()} to {labels.max()}"
            )
        y = np.zeros(y_pred.shape, y_pred.dtype)
        rows = y.reshape(-1, classes)
        rows[np.arange(len(rows)), labels.ravel()] = 1
        return y

    shares = targets  # one-hot rows are probabilities already


LOSSES = {
    "mse": MeanSquaredError,
    "mean_squared_error": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
    "hinge": Hinge,
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}


def get(loss):
    """Return a loss for a name, or the loss itself.

    Raises:
        ValueError: for an unknown name, or an object that is not a loss.
    """
    return loss if isinstance(loss, Loss) else lookup("loss", loss, LOSSES)()
