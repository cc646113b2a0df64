"""The fully connected layer."""

import numpy as np

from scratch.layers.base import Weighted, positive


class Dense(Weighted):
    r"""Connect every input to every unit: :math:`A = f(XW + \mathbf 1 b^\top)`.

    Backward, with :math:`G = \partial L / \partial Z`:

    .. math::

        \frac{\partial L}{\partial W} = X^\top G, \qquad
        \frac{\partial L}{\partial b} = \sum_i G_{i\cdot}, \qquad
        \frac{\partial L}{\partial X} = G W^\top

    Shapes: inputs ``(..., d)``, kernel ``(d, units)``, bias ``(units,)``, outputs
    ``(..., units)``.

    Raises:
        ValueError: for a bad number of units, or inputs whose last axis is not ``d``.

    Reference: derived in the chapter "Backpropagation".

    >>> layer = Dense(2, kernel_initializer="ones")
    >>> layer(np.array([[1.0, 2.0, 3.0]]))
    array([[6., 6.]])
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        name=None,
    ):
        super().__init__(activation, use_bias, kernel_initializer, bias_initializer, name)
        self.units = positive("units", units)

    def build(self, input_shape):
        """Make the kernel ``(d, units)`` and the bias ``(units,)``."""
        if len(input_shape) < 1:
            raise ValueError("Dense expected inputs of shape (batch, features), got (batch,)")
        self.add_kernel_and_bias((input_shape[-1], self.units))

    def output_shape(self, input_shape):
        """``(..., d) -> (..., units)``."""
        return (*input_shape[:-1], self.units)

    def pre_activation(self, inputs):
        """Return ``Z = X W + b``."""
        self.require(inputs, inputs.ndim, len(self.kernel))
        self.leading = inputs.shape[:-1]
        self.rows = inputs.reshape(-1, len(self.kernel))
        z = self.rows @ self.kernel
        if self.use_bias:
            z += self.bias
        return z.reshape(*self.leading, self.units)

    def backward_logits(self, grad_z):
        """Fill the gradients of kernel and bias; return that of the inputs."""
        rows = grad_z.reshape(-1, self.units)
        np.matmul(self.rows.T, rows, out=self.grads["kernel"])
        if self.use_bias:
            np.sum(rows, axis=0, out=self.grads["bias"])
        if self.needs_input_grad:
            return (rows @ self.kernel.T).reshape(*self.leading, -1)

    def get_config(self):
        return {"units": self.units, **super().get_config()}
