"""What every layer is: parameters, their gradients, ``forward`` and ``backward``."""

import re

import numpy as np

from scratch import activations, config, initializers


class Symbol:
    """The output of a layer that has not run yet: a shape, and where it comes from.

    ``Input`` makes the first one; calling a layer on a symbol makes the next. ``Model``
    follows them back to find its graph. Keras calls this a KerasTensor.
    """

    def __init__(self, shape, layer=None, parents=()):
        self.shape = (None, *shape)  # None is the batch axis
        self.layer = layer
        self.parents = parents

    def __repr__(self):
        return f"Symbol(shape={self.shape})"


def Input(shape):
    """Start a model: a symbol for arrays of shape ``(batch, *shape)``. It computes nothing.

    Raises:
        ValueError: if ``shape`` is not a tuple of positive whole numbers.

    >>> Input((28, 28, 1))
    Symbol(shape=(None, 28, 28, 1))
    """
    shape = (shape,) if isinstance(shape, int) else shape
    if not isinstance(shape, (tuple, list)) or not all(
        isinstance(size, (int, np.integer)) and size > 0 for size in shape
    ):
        raise ValueError(f"Input needs a tuple of positive sizes, such as (784,), not {shape!r}")
    return Symbol(map(int, shape))


InputLayer = Input  # Keras has both names; here the input is a symbol, never a layer


class Layer:
    """One step of a network, with the two methods that training needs.

    * ``forward(inputs, training=False)`` returns the outputs and keeps what backward needs.
    * ``backward(grad_outputs)`` takes the gradient of the loss with respect to the
      outputs, fills ``grads`` (the same names and shapes as ``params``), and returns the
      gradient with respect to the inputs.

    Attributes:
        params: trainable arrays by name.
        grads: their gradients, after ``backward``.
        state: arrays that are saved but not trained.
    """

    merges = False  # True for a layer with several inputs

    def __init__(self, name=None):
        self.name = name
        self.dtype = config.floatx()
        self.params, self.grads, self.state = {}, {}, {}
        self.input = self.output = None
        self.built = False
        self.needs_input_grad = True  # a model switches it off where nobody asks

    def __call__(self, inputs, training=False):
        """Extend a graph (given a symbol) or compute (given an array)."""
        several = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        symbolic = all(isinstance(item, Symbol) for item in several)
        if not symbolic and any(isinstance(item, Symbol) for item in several):
            raise ValueError(f"{type(self).__name__} takes all symbols or all arrays, not both")
        if self.merges != isinstance(inputs, (list, tuple)):
            raise ValueError(
                f"{type(self).__name__} takes {'a list of inputs' if self.merges else 'one input'}"
                f", not {type(inputs).__name__}"
            )
        if not symbolic:
            several = [np.asarray(item, dtype=self.dtype) for item in several]
        shapes = [tuple(item.shape[1:]) for item in several]
        if not self.built:
            self.build(shapes if self.merges else shapes[0])
            self.built = True
        if not symbolic:
            return self.forward(several if self.merges else several[0], training)
        if self.output is not None:
            raise ValueError(
                f"this {type(self).__name__} layer already has a place in a graph; "
                "make a new layer for each place"
            )
        self.input = inputs
        self.output = Symbol(self.output_shape(shapes if self.merges else shapes[0]), self, several)
        return self.output

    def build(self, input_shape):
        """Make the parameters for inputs of shape ``(batch, *input_shape)``."""

    def output_shape(self, input_shape):
        """Return the shape of one output, without the batch axis."""
        return input_shape

    def forward(self, inputs, training=False):
        """Return the outputs."""
        raise NotImplementedError

    def backward(self, grad_outputs):
        """Return the gradient with respect to the inputs, and fill ``grads``."""
        raise NotImplementedError

    def get_config(self):
        """Return the arguments that make this layer again, as plain values."""
        return {}

    def add_param(self, name, shape, initializer):
        """Make one trainable array, and room for its gradient."""
        self.params[name] = initializer(shape, self.dtype)
        self.grads[name] = np.zeros(shape, self.dtype)

    def get_weights(self):
        """Return copies of the parameters, then of the state, in Keras's order."""
        return [array.copy() for array in (*self.params.values(), *self.state.values())]

    def set_weights(self, weights):
        """Copy a list of arrays, as ``get_weights`` returns it, into this layer.

        Raises:
            ValueError: if the number of arrays or a shape does not match.
        """
        own = [*self.params.values(), *self.state.values()]
        shapes = [np.shape(array) for array in weights]
        if shapes != [array.shape for array in own]:
            raise ValueError(
                f"layer {self.name or type(self).__name__} has weights of shapes "
                f"{[array.shape for array in own]}, but got {shapes}"
            )
        for array, new in zip(own, weights, strict=True):
            array[...] = new

    def count_params(self):
        """Return the number of trainable and other weights."""
        return sum(array.size for array in (*self.params.values(), *self.state.values()))

    def require(self, inputs, ndim, channels):
        """Raise a ValueError unless the inputs have this rank and this last axis."""
        if inputs.ndim != ndim or inputs.shape[-1] != channels:
            expected = ", ".join(["batch"] + ["…"] * (ndim - 2) + [str(channels)])
            raise ValueError(
                f"{type(self).__name__} expected inputs of shape ({expected}), got {inputs.shape}"
            )


class ActivatedLayer(Layer):
    """A layer that computes logits ``z`` and then an activation ``a = f(z)``.

    A subclass defines ``pre_activation(inputs)`` and ``backward_logits(grad_z)``.
    """

    def __init__(self, activation=None, name=None):
        super().__init__(name)
        self.activation, self.activation_backward = activations.get(activation)

    def forward(self, inputs, training=False):
        self.logits = self.pre_activation(inputs)
        self.outputs = self.activation(self.logits)
        return self.outputs

    def backward(self, grad_outputs):
        """Go back through the activation, then through the rest."""
        return self.backward_logits(
            self.activation_backward(grad_outputs, self.logits, self.outputs)
        )


class Weighted(ActivatedLayer):
    """What Dense and Conv2D share: a kernel, a bias, and how they start."""

    def __init__(self, activation, use_bias, kernel_initializer, bias_initializer, name):
        super().__init__(activation, name)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

    @property
    def kernel(self):
        """The weights that multiply the inputs."""
        if not self.built:
            raise ValueError(
                f"this {type(self).__name__} layer has no weights yet: "
                "call it, layer(inputs), before layer.forward(inputs)"
            )
        return self.params["kernel"]

    @property
    def bias(self):
        """One number added to each output channel."""
        return self.params["bias"]

    def add_kernel_and_bias(self, kernel_shape):
        """Make the kernel, and a bias as long as its last axis."""
        self.add_param("kernel", kernel_shape, self.kernel_initializer)
        if self.use_bias:
            self.add_param("bias", kernel_shape[-1:], self.bias_initializer)

    def get_config(self):
        """Return the arguments that matter to a trained layer."""
        return {"activation": self.activation.__name__, "use_bias": self.use_bias}


def positive(name, value):
    """Return a positive whole number, or raise a ValueError that names it."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} must be a positive whole number, not {value!r}")
    return int(value)


def pair(name, value):
    """Return ``(height, width)`` from one number or two.

    >>> pair("strides", 2), pair("kernel_size", (3, 5))
    ((2, 2), (3, 5))
    """
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{name} must be one number or two, not {value!r}")
    return tuple(positive(name, number) for number in values)


def snake_case(class_name):
    """Return Keras's name for a class.

    >>> snake_case("MaxPooling2D"), snake_case("Dense")
    ('max_pooling2d', 'dense')
    """
    return re.sub(r"(?<=[a-z0-9])([A-Z][a-z])", r"_\1", class_name).lower()
