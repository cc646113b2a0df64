r"""Activation functions, each with its backward pass.

An activation maps the pre-activation ``z`` to the output ``a = f(z)``, element by
element (softmax: row by row). Its backward pass takes :math:`\partial L / \partial a`
and returns :math:`\partial L / \partial z`. For an element-wise function that is
:math:`\partial L / \partial a \odot f'(z)`; many derivatives are cheapest in terms of
``a``, so a backward pass is given both ``z`` and ``a``.

Derived in the chapter "Backpropagation". Names and defaults are those of Keras.
"""

import math

import numpy as np

from scratch.utils import lookup

_erf = np.vectorize(math.erf, otypes=[float])  # NumPy has no error function of its own


def linear(z):
    """``f(z) = z``."""
    return z


def linear_backward(grad_a, z, a):
    """``f'(z) = 1``."""
    return grad_a


def relu(z):
    """``f(z) = max(0, z)`` (Nair and Hinton, 2010).

    >>> relu(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 2.])
    """
    # NumPy's fast loop wants two arrays, so 0 comes as one sample of zeros
    return np.maximum(z, np.zeros_like(z[:1])) if np.ndim(z) else np.maximum(z, 0)


def relu_backward(grad_a, z, a):
    """``f'(z) = 1 if z > 0 else 0``; at the kink, 0 is used, as Keras does."""
    return grad_a * (a > 0)


def leaky_relu(z, negative_slope=0.2):
    """``f(z) = z if z > 0 else negative_slope * z`` (Maas et al., 2013)."""
    return np.where(z > 0, z, negative_slope * z)


def leaky_relu_backward(grad_a, z, a, negative_slope=0.2):
    """``f'(z) = 1 if z > 0 else negative_slope``."""
    return np.where(z > 0, grad_a, negative_slope * grad_a)


def elu(z):
    """``f(z) = z if z > 0 else exp(z) - 1`` (Clevert et al., 2015)."""
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def elu_backward(grad_a, z, a):
    """``f'(z) = 1 if z > 0 else exp(z)``, and ``exp(z) = a + 1`` there."""
    return grad_a * np.where(z > 0, 1, a + 1)


def sigmoid(z):
    """``f(z) = 1 / (1 + exp(-z))``, without overflow for any ``z``.

    ``exp`` is only taken of ``-abs(z)``, which cannot overflow.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def sigmoid_backward(grad_a, z, a):
    """``f'(z) = a (1 - a)``."""
    return grad_a * (a * (1 - a))


def tanh(z):
    """``f(z) = (exp(z) - exp(-z)) / (exp(z) + exp(-z))``, computed without overflow."""
    return np.tanh(z)


def tanh_backward(grad_a, z, a):
    """``f'(z) = 1 - a ** 2``."""
    return grad_a * (1 - a * a)


def softplus(z):
    """``f(z) = log(1 + exp(z))``, a smooth ReLU (Dugas et al., 2001)."""
    return np.logaddexp(0, z)


def softplus_backward(grad_a, z, a):
    """``f'(z) = sigmoid(z)``."""
    return grad_a * sigmoid(z)


def silu(z):
    """``f(z) = z * sigmoid(z)``, also called swish (Elfwing et al., 2018)."""
    return z * sigmoid(z)


def silu_backward(grad_a, z, a):
    """``f'(z) = s + a (1 - s)`` with ``s = sigmoid(z)``."""
    s = sigmoid(z)
    return grad_a * (s + a * (1 - s))


def gelu(z):
    """``f(z) = z * Phi(z)``, Phi the normal distribution function (Hendrycks, 2016)."""
    return z * (0.5 * (1 + _erf(z / math.sqrt(2)))).astype(z.dtype)


def gelu_backward(grad_a, z, a):
    """``f'(z) = Phi(z) + z * phi(z)``, phi the normal density."""
    cdf = 0.5 * (1 + _erf(z / math.sqrt(2)))
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    return grad_a * (cdf + z * density).astype(z.dtype)


def softmax(z):
    """``f(z)_k = exp(z_k) / sum_j exp(z_j)`` over the last axis.

    The largest entry is subtracted first: it cancels, and nothing overflows.

    >>> softmax(np.array([[1000.0, 1000.0]]))
    array([[0.5, 0.5]])
    """
    exp = np.exp(z - z.max(axis=-1, keepdims=True))
    exp /= exp.sum(axis=-1, keepdims=True)
    return exp


def softmax_backward(grad_a, z, a):
    """``grad_z = a * (grad_a - sum_j grad_a_j a_j)``: the Jacobian, never stored."""
    return a * (grad_a - (grad_a * a).sum(axis=-1, keepdims=True))


# One dictionary for names: activation -> (function, backward)
ACTIVATIONS = {
    "linear": (linear, linear_backward),
    "relu": (relu, relu_backward),
    "leaky_relu": (leaky_relu, leaky_relu_backward),
    "elu": (elu, elu_backward),
    "sigmoid": (sigmoid, sigmoid_backward),
    "tanh": (tanh, tanh_backward),
    "softplus": (softplus, softplus_backward),
    "silu": (silu, silu_backward),
    "swish": (silu, silu_backward),
    "gelu": (gelu, gelu_backward),
    "softmax": (softmax, softmax_backward),
}


def get(activation):
    """Return the pair (function, backward) for a name, a function of this module, or None.

    Raises:
        ValueError: for an unknown name or function.

    >>> function, backward = get("tanh")
    >>> round(float(function(1.0)), 4)
    0.7616
    """
    if activation is None:
        activation = "linear"
    if callable(activation):
        for pair in ACTIVATIONS.values():
            if activation is pair[0]:
                return pair
        raise ValueError(
            f"{activation!r} is not a function of scratch.activations, so its backward pass is "
            "not known; give a name, or add the pair to ACTIVATIONS"
        )
    return lookup("activation", activation, ACTIVATIONS)
