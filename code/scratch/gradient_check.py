r"""Gradient checking: a derivative is believed when a difference quotient agrees.

The central difference :math:`\frac{f(x + h) - f(x - h)}{2h}` has an error of order
:math:`h^2`, plus rounding of order :math:`10^{-16} |f| / h` in float64. With
:math:`h = 10^{-5}` about ten digits are left.
"""

import numpy as np

from scratch import config


def numerical_gradient(function, x, step=1e-5):
    r"""Return the central difference quotients of a scalar function at an array.

    Each entry of ``x`` is moved by ``step`` both ways and put back, so ``function`` may
    use ``x`` itself or read it elsewhere, for example inside a layer.

    Raises:
        TypeError: if ``x`` is not a float64 array; float32 has too few digits for this.

    >>> x = np.array([1.0, 2.0])
    >>> numerical_gradient(lambda x: (x ** 2).sum(), x).round(6)
    array([2., 4.])
    """
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        kind = getattr(x, "dtype", type(x).__name__)
        raise TypeError(f"gradient checking needs a float64 array, not {kind}")
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        original = x[index]
        try:
            x[index] = original + step
            above = function(x)
            x[index] = original - step
            below = function(x)
        finally:  # put it back even if the function raises: x may be a layer's own array
            x[index] = original
        gradient[index] = (above - below) / (2 * step)
    return gradient


def repeatable(layers, function):
    """Return the function so that it has no memory and leaves no trace.

    Each call draws the same random numbers (dropout) and finds, and leaves, the layers'
    averages as they are now (batch normalisation).
    """
    private = [getattr(layer, "generator", None) for layer in layers]
    generators = [config.rng(), *(generator for generator in private if generator)]
    starts = [generator.bit_generator.state for generator in generators]
    arrays = [array for layer in layers for array in layer.state.values()]
    values = [array.copy() for array in arrays]

    def restore():
        for generator, start in zip(generators, starts, strict=True):
            generator.bit_generator.state = start
        for array, value in zip(arrays, values, strict=True):
            array[...] = value

    def run(*args):
        restore()
        try:
            return function(*args)
        finally:
            restore()

    return run


def relative_error(a, b):
    r"""Return :math:`\|a - b\| / (\|a\| + \|b\|)`, and 0 where both are zero.

    >>> relative_error(np.array([1.0]), np.array([1.0])), relative_error(np.zeros(2), np.zeros(2))
    (0.0, 0.0)
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"cannot compare shapes {a.shape} and {b.shape}")
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale else 0.0


def check_layer(layer, inputs, training=False, seed=0, step=1e-5):
    r"""Compare a layer's backward with difference quotients.

    The scalar is :math:`\sum_k r_k y_k` with random weights :math:`r`, so that every
    output counts. Random numbers are the same in every call, and the layer's averages stay.

    Returns:
        A dictionary with ``"inputs"`` and each parameter's name -> relative error. Below
        1e-6 is right; above 1e-2 is wrong; between, look for a kink.
    """
    inputs = [x.copy() for x in inputs] if layer.merges else inputs.copy()
    outputs = layer(inputs)  # builds it
    weights = np.random.default_rng(seed).normal(size=outputs.shape)

    forward = repeatable([layer], lambda: layer.forward(inputs, training=training))

    def scalar(_):
        return float(np.sum(weights * forward()))

    scalar(None)
    grad_inputs = layer.backward(weights)
    grads = {name: grad.copy() for name, grad in layer.grads.items()}
    errors = {}
    if layer.merges:
        errors["inputs"] = max(
            relative_error(grad, numerical_gradient(scalar, x, step))
            for grad, x in zip(grad_inputs, inputs, strict=True)
        )
    else:
        errors["inputs"] = relative_error(grad_inputs, numerical_gradient(scalar, inputs, step))
    for name, param in layer.params.items():
        errors[name] = relative_error(grads[name], numerical_gradient(scalar, param, step))
    return errors


def check_model(model, x, y, step=1e-5):
    """Compare the gradient of a compiled model's loss with difference quotients.

    Returns:
        A dictionary with ``"layer/parameter"`` -> relative error.
    """
    model.require_compiled()
    x, y = model.check_data(x, y, len(x))
    repeatable(model.layers, lambda: model.loss_and_gradients(x, y))()
    loss = repeatable(model.layers, lambda _: model.loss_on(x, y))
    errors = {}
    for layer in model.layers:
        for name, param in layer.params.items():
            numeric = numerical_gradient(loss, param, step)
            errors[f"{layer.name}/{name}"] = relative_error(layer.grads[name], numeric)
    return errors
