"""A convolution and the max pooling behind it, as one step: less to compute, less to move."""

import numpy as np

from scratch.activations import relu, relu_backward
from scratch.layers.convolution import Conv2D
from scratch.layers.pooling import MaxPooling2D


def can_be_pooled(before, layer):
    """Return whether two neighbouring layers can run as a ``PooledConvolution``."""
    return (
        type(before) is Conv2D
        and type(layer) is MaxPooling2D
        and before.activation is relu
        and layer.strides == layer.window
        and layer.padding == "valid"
    )


class PooledConvolution:
    r"""``Conv2D`` with ReLU, then ``MaxPooling2D``, with the same results.

    Adding a bias and ReLU never swap the order of two numbers, so both can wait until
    after the maximum, where there are fewer numbers:

    .. math:: \max_k \operatorname{relu}(z_k + b) = \operatorname{relu}(\max_k z_k + b)

    The winner of a window is the same wherever its gradient is not 0. The outputs of the
    convolution are computed in the order of the pooling window, first all that stand first
    in their window, then all that stand second. So each match of the tournament compares
    two whole blocks of memory, and what pooling drops at the edge is never computed.

    Shapes: inputs ``(n, h, w, channels)``, outputs ``(n, oh // ph, ow // pw, filters)``.
    """

    merges = False
    needs_input_grad = True

    def __init__(self, convolution, pooling):
        self.convolution, self.pooling = convolution, pooling

    def forward(self, inputs, training=False):
        """Return the pooled outputs."""
        window = self.pooling.window
        z, size = self.convolution.products(inputs, blocks=window)
        oh, ow = np.floor_divide(size, window)
        blocks = z.reshape(window[0] * window[1], len(inputs), oh, ow, -1)
        champion = self.pooling.tournament(blocks)
        if self.convolution.use_bias:
            champion += self.convolution.bias
        self.outputs = relu(champion)
        return self.outputs

    def backward(self, grad_outputs):
        """Go back through ReLU, bias, pooling and convolution."""
        convolution, (ph, pw) = self.convolution, self.pooling.window
        grad = relu_backward(grad_outputs, None, self.outputs)
        n, oh, ow, filters = grad.shape
        if convolution.use_bias:  # each number was added to one winner
            convolution.backward_bias(grad.reshape(-1, filters))
        blocks = np.empty((ph * pw, *grad.shape), grad.dtype)
        self.pooling.hand_back(grad, blocks)
        convolution.backward_kernel(blocks.reshape(-1, filters))
        if not self.needs_input_grad:
            return None
        image = blocks.reshape(ph, pw, n, oh, ow, filters).transpose(2, 3, 0, 4, 1, 5)
        return convolution.backward_inputs(image.reshape(n, oh * ph, ow * pw, filters))
