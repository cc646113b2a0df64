"""The convolutional layer, as matrix products."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from scratch.layers.base import Weighted, pair, positive


def window_shape(size, window, strides, padding):
    """Return the output size and the padding (before, after) along each image axis.

    ``valid`` fits windows inside the image; ``same`` pads so that a stride of 1 keeps
    the size, with the odd pixel of padding after the image, as Keras does.

    >>> window_shape((28, 28), (3, 3), (1, 1), "valid")
    ((26, 26), ((0, 0), (0, 0)))
    >>> window_shape((28, 28), (3, 3), (2, 2), "same")
    ((14, 14), ((0, 1), (0, 1)))
    """
    if padding == "valid":
        out = tuple((n - k) // s + 1 for n, k, s in zip(size, window, strides, strict=True))
        return out, ((0, 0), (0, 0))
    out = tuple(-(-n // s) for n, s in zip(size, strides, strict=True))
    total = [
        max((m - 1) * s + k - n, 0) for m, n, k, s in zip(out, size, window, strides, strict=True)
    ]
    return out, tuple((t // 2, t - t // 2) for t in total)


def pad_image(inputs, padding, value=0.0):
    """Pad the two image axes of ``(n, h, w, c)``, if there is anything to pad."""
    if padding == ((0, 0), (0, 0)):
        return inputs
    return np.pad(inputs, ((0, 0), *padding, (0, 0)), constant_values=value)


def crop_image(padded, padding):
    """Undo ``pad_image``."""
    (top, bottom), (left, right) = padding
    return padded[:, top : padded.shape[1] - bottom, left : padded.shape[2] - right]


class Windowed:
    """What convolution and pooling share: a window, strides and padding over an image."""

    def set_window(self, window_name, window, strides, padding):
        """Check and keep the three."""
        if padding not in ("valid", "same"):
            raise ValueError(f'padding must be "valid" or "same", not {padding!r}')
        self.window = pair(window_name, window)
        self.strides = pair("strides", strides)
        self.padding = padding

    def check_image(self, input_shape):
        """Raise a ValueError unless the window fits into the image."""
        name = type(self).__name__
        if len(input_shape) != 3:
            shape = ", ".join(["batch", *map(str, input_shape)])
            raise ValueError(
                f"{name} expected inputs of shape (batch, height, width, channels), got ({shape})"
            )
        if self.padding == "valid" and any(np.less(input_shape[:2], self.window)):
            raise ValueError(
                f"{name}: a window of {self.window} does not fit into an image of {input_shape[:2]}"
            )

    def image_shape(self, size):
        """Return the output size and the padding for an image of this size."""
        return window_shape(size, self.window, self.strides, self.padding)


class Conv2D(Windowed, Weighted):
    r"""Slide one small dense layer over an image (a cross-correlation):

    .. math::

        z_{n,i,j,f} = b_f + \sum_{u,v,c} w_{u,v,c,f}\; x_{n,\,is+u,\,js+v,\,c}

    With the windows copied into the rows of a patch matrix :math:`P`, that is
    :math:`Z = P W + \mathbf 1 b^\top`, and backward, with
    :math:`G = \partial L / \partial Z`,

    .. math::

        \frac{\partial L}{\partial W} = P^\top G, \qquad
        \frac{\partial L}{\partial x_{n,\,is+u,\,js+v}} \mathrel{+}= W_{u,v}\, G_{n,i,j}
        \quad\text{for each offset } (u, v).

    Shapes: inputs ``(n, h, w, channels)``, kernel ``(kh, kw, channels, filters)``, bias
    ``(filters,)``, outputs ``(n, oh, ow, filters)``.

    Raises:
        ValueError: for inputs that are not images, channels that do not match, or a
            window larger than the image.

    Reference: LeCun et al. (1998). The patch matrix: Chellapilla et al. (2006).

    >>> layer = Conv2D(1, 2, kernel_initializer="ones")
    >>> layer(np.arange(9.0).reshape(1, 3, 3, 1))[0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        name=None,
    ):
        super().__init__(activation, use_bias, kernel_initializer, bias_initializer, name)
        self.filters = positive("filters", filters)
        self.set_window("kernel_size", kernel_size, strides, padding)

    def build(self, input_shape):
        """Make the kernel ``(kh, kw, channels, filters)`` and the bias ``(filters,)``."""
        self.check_image(input_shape)
        self.add_kernel_and_bias((*self.window, input_shape[-1], self.filters))

    def output_shape(self, input_shape):
        """``(h, w, channels) -> (oh, ow, filters)``."""
        return (*self.image_shape(input_shape[:2])[0], self.filters)

    def patches(self, x, blocks=(1, 1)):
        """Return the patch matrix: one row a window, ``kh * kw * channels`` columns.

        Memory is copied in the order in which it runs. With many channels that is along
        a window's row, ``kw * channels`` numbers at a time. With one channel these runs
        would be 3 numbers long, so the transpose is written, along whole image rows.

        The rows run over ``(n, oh, ow)``. A max pooling that comes next wants them in
        ``blocks`` of its own shape, ``(ph, pw)``: all windows that stand first in their
        pooling window, then all that stand second, and so on. Windows that the pooling
        drops at the edge are left out.
        """
        windows = sliding_window_view(x, self.window, axis=(1, 2))
        windows = windows[:, :: self.strides[0], :: self.strides[1]]  # (n, oh, ow, c, kh, kw)
        (n, oh, ow, c), (ph, pw) = windows.shape[:4], blocks
        windows = windows[:, : oh - oh % ph, : ow - ow % pw]
        windows = windows.reshape(n, oh // ph, ph, ow // pw, pw, c, *self.window)  # a view
        columns = c * self.window[0] * self.window[1]
        if c == 1:
            return windows.transpose(6, 7, 5, 2, 4, 0, 1, 3).reshape(columns, -1).T
        return windows.transpose(2, 4, 0, 1, 3, 6, 7, 5).reshape(-1, columns)

    def products(self, inputs, blocks=(1, 1)):
        """Return ``P W``, one row a window, and the size ``(oh, ow)`` of the outputs."""
        self.require(inputs, 4, self.kernel.shape[2])
        self.check_image(inputs.shape[1:])
        size, self.pads = self.image_shape(inputs.shape[1:3])
        padded = pad_image(inputs, self.pads)
        self.padded_shape = padded.shape
        self.rows = self.patches(padded, blocks)
        return self.rows @ self.kernel.reshape(-1, self.filters), size

    def pre_activation(self, inputs):
        """Return ``Z = P W + b`` as an image."""
        z, (oh, ow) = self.products(inputs)
        if self.use_bias:  # added to whole image rows: NumPy is slow on short ones
            image_rows = z.reshape(-1, ow * self.filters)
            image_rows += np.tile(self.bias, ow)
        return z.reshape(-1, oh, ow, self.filters)

    def backward_logits(self, grad_z):
        """Fill the gradients of kernel and bias; return that of the inputs."""
        rows = grad_z.reshape(-1, self.filters)
        self.backward_kernel(rows)
        if self.use_bias:
            self.backward_bias(rows)
        return self.backward_inputs(grad_z) if self.needs_input_grad else None

    def backward_kernel(self, rows):
        """Fill the gradient of the kernel, ``P.T G``."""
        np.matmul(self.rows.T, rows, out=self.grads["kernel"].reshape(-1, self.filters))

    def backward_bias(self, rows):
        """Fill the gradient of the bias: column sums, as a product, at the speed of BLAS."""
        np.matmul(np.ones(len(rows), rows.dtype), rows, out=self.grads["bias"])

    def backward_inputs(self, grad_z):
        """Return the gradient of the inputs: one product for each place in the window."""
        n, oh, ow, _ = grad_z.shape
        rows, (sh, sw) = grad_z.reshape(-1, self.filters), self.strides
        grad = np.zeros(self.padded_shape, grad_z.dtype)
        for u, v in np.ndindex(self.window):
            share = (rows @ self.kernel[u, v].T).reshape(n, oh, ow, -1)
            grad[:, u : u + sh * oh : sh, v : v + sw * ow : sw] += share
        return crop_image(grad, self.pads)

    def get_config(self):
        return {
            "filters": self.filters,
            "kernel_size": self.window,
            "strides": self.strides,
            "padding": self.padding,
            **super().get_config(),
        }
