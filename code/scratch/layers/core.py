"""Layers that reshape, scale, drop, normalise or add, with little or nothing to learn."""

import numpy as np

from scratch import config, initializers
from scratch.layers.base import ActivatedLayer, Layer
from scratch.utils import is_number


class Activation(ActivatedLayer):
    """Apply an activation function on its own: ``a = f(z)``.

    Shapes: any, unchanged.

    Raises:
        ValueError: for an unknown activation.

    >>> Activation("relu")(np.array([[-1.0, 2.0]]))
    array([[0., 2.]])
    """

    def pre_activation(self, inputs):
        """The inputs are the logits."""
        return inputs

    def backward_logits(self, grad_z):
        """The logits are the inputs."""
        return grad_z

    def get_config(self):
        return {"activation": self.activation.__name__}


class Flatten(Layer):
    """Lay out each sample as one row: ``(n, h, w, c) -> (n, h * w * c)``.

    >>> Flatten()(np.zeros((2, 3, 3, 64))).shape
    (2, 576)
    """

    def output_shape(self, input_shape):
        """The product of the sizes."""
        return (int(np.prod(input_shape)),)

    def forward(self, inputs, training=False):
        self.input_shape = inputs.shape
        return inputs.reshape(len(inputs), -1)

    def backward(self, grad_outputs):
        return grad_outputs.reshape(self.input_shape)


class Rescaling(Layer):
    """Compute ``x * scale + offset``, for example pixels 0-255 to 0-1 inside a model.

    >>> Rescaling(1 / 255)(np.array([[0.0, 255.0]]))
    array([[0., 1.]])
    """

    def __init__(self, scale, offset=0.0, name=None):
        super().__init__(name)
        self.scale, self.offset = float(scale), float(offset)

    def forward(self, inputs, training=False):
        """Return ``x * scale + offset``."""
        return inputs * self.scale + self.offset

    def backward(self, grad_outputs):
        """Return the gradient times ``scale``."""
        return grad_outputs * self.scale

    def get_config(self):
        return {"scale": self.scale, "offset": self.offset}


class Dropout(Layer):
    """In training, set a share ``rate`` of the inputs to 0 and scale up the rest.

    ``y = x * mask / (1 - rate)``, so that the mean stays the same; outside training, the
    inputs pass unchanged.

    Raises:
        ValueError: if ``rate`` is not in ``[0, 1)``.

    Reference: Srivastava et al. (2014).

    >>> config.set_random_seed(0)
    >>> Dropout(0.5)(np.ones((1, 4)), training=True)
    array([[2., 0., 0., 0.]])
    """

    def __init__(self, rate, seed=None, name=None):
        super().__init__(name)
        if not is_number(rate) or not 0 <= rate < 1:
            raise ValueError(f"the dropout rate must be in [0, 1), not {rate!r}")
        self.rate = float(rate)
        self.generator = None if seed is None else np.random.default_rng(seed)

    def forward(self, inputs, training=False):
        """Drop, in training."""
        self.mask = None
        if not training or self.rate == 0:
            return inputs
        generator = self.generator or config.rng()
        kept = generator.random(inputs.shape) >= self.rate
        self.mask = kept.astype(inputs.dtype) / (1 - self.rate)
        return inputs * self.mask

    def backward(self, grad_outputs):
        """What was dropped gets no gradient."""
        return grad_outputs if self.mask is None else grad_outputs * self.mask

    def get_config(self):
        return {"rate": self.rate}


class BatchNormalization(Layer):
    r"""Give every channel mean 0 and variance 1 over the batch, then a learned scale.

    .. math::

        \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y = \gamma \hat x + \beta

    In training :math:`\mu, \sigma^2` come from the batch, and moving averages of them are
    kept for use outside training. Backward, with :math:`g = \partial L / \partial y` and
    means over the batch,

    .. math::

        \frac{\partial L}{\partial x} = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}
        \left(g - \overline{g} - \hat x\, \overline{g \hat x}\right).

    Shapes: ``(n, ..., channels)``, unchanged; gamma, beta and the averages ``(channels,)``.

    Reference: Ioffe and Szegedy (2015).
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, name=None):
        super().__init__(name)
        fine = is_number(momentum) and is_number(epsilon) and 0 <= momentum <= 1 and epsilon > 0
        if not fine:
            raise ValueError(
                "BatchNormalization needs a momentum in [0, 1] and a positive epsilon, "
                f"not {momentum!r} and {epsilon!r}"
            )
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        """Make gamma and beta, and the two averages."""
        channels = input_shape[-1:]
        self.add_param("gamma", channels, initializers.Ones())
        self.add_param("beta", channels, initializers.Zeros())
        self.state["moving_mean"] = np.zeros(channels, self.dtype)
        self.state["moving_variance"] = np.ones(channels, self.dtype)

    def forward(self, inputs, training=False):
        """Normalise; in training, by the batch, and update the averages."""
        self.require(inputs, inputs.ndim, len(self.params["gamma"]))
        self.training = training
        axes = tuple(range(inputs.ndim - 1))
        if training:
            mean, variance = inputs.mean(axis=axes), inputs.var(axis=axes)
            for name, batch in (("moving_mean", mean), ("moving_variance", variance)):
                self.state[name] *= self.momentum
                self.state[name] += (1 - self.momentum) * batch
        else:
            mean, variance = self.state["moving_mean"], self.state["moving_variance"]
        self.scale = self.params["gamma"] / np.sqrt(variance + self.epsilon)
        self.normalised = (inputs - mean) / np.sqrt(variance + self.epsilon)
        return self.normalised * self.params["gamma"] + self.params["beta"]

    def backward(self, grad_outputs):
        """Go back through the normalisation; in training also through mean and variance."""
        axes = tuple(range(grad_outputs.ndim - 1))
        aligned = grad_outputs * self.normalised
        self.grads["gamma"][...] = aligned.sum(axis=axes)
        self.grads["beta"][...] = grad_outputs.sum(axis=axes)
        if not self.training:
            return grad_outputs * self.scale
        centred = grad_outputs - grad_outputs.mean(axis=axes)
        return self.scale * (centred - self.normalised * aligned.mean(axis=axes))

    def get_config(self):
        return {"momentum": self.momentum, "epsilon": self.epsilon}


class Add(Layer):
    """Add several inputs of one shape; the join of a residual block (He et al., 2016).

    Raises:
        ValueError: for fewer than two inputs, or shapes that differ.

    >>> Add()([np.ones((1, 2)), np.ones((1, 2))])
    array([[2., 2.]])
    """

    merges = True

    def build(self, input_shape):
        """Check the shapes; there is nothing to learn."""
        if len(input_shape) < 2 or len(set(input_shape)) != 1:
            raise ValueError(f"Add needs two or more inputs of one shape, got {input_shape}")

    def output_shape(self, input_shape):
        """The shape that all inputs have."""
        return input_shape[0]

    def forward(self, inputs, training=False):
        """Return the sum."""
        shapes = [x.shape for x in inputs]
        if len(set(shapes)) != 1:  # NumPy would broadcast some of them
            raise ValueError(f"Add needs two or more inputs of one shape, got {shapes}")
        self.count = len(inputs)
        return sum(inputs[1:], inputs[0])

    def backward(self, grad_outputs):
        """Every input gets the same gradient."""
        return [grad_outputs] * self.count
