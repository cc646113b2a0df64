"""Pooling: one number for each window of each channel."""

import numpy as np

from scratch.layers.base import Layer
from scratch.layers.convolution import Windowed, crop_image, pad_image


class Pooling2D(Windowed, Layer):
    """What the two poolings share: shapes and padding."""

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", name=None):
        super().__init__(name)
        self.set_window("pool_size", pool_size, pool_size if strides is None else strides, padding)

    def build(self, input_shape):
        """Check that the window fits; there is nothing to learn."""
        self.check_image(input_shape)

    def output_shape(self, input_shape):
        """``(h, w, channels) -> (oh, ow, channels)``."""
        return (*self.image_shape(input_shape[:2])[0], input_shape[-1])

    def places(self, x):
        """Yield, for each place (u, v) in the window, the view of its numbers."""
        (sh, sw), (oh, ow) = self.strides, self.out
        for u, v in np.ndindex(self.window):
            yield x[:, u : u + sh * (oh - 1) + 1 : sh, v : v + sw * (ow - 1) + 1 : sw]

    def get_config(self):
        return {"pool_size": self.window, "strides": self.strides, "padding": self.padding}


class MaxPooling2D(Pooling2D):
    r"""Keep the largest number of each window:
    :math:`y_{n,i,j,c} = \max_{u,v} x_{n,\,is+u,\,js+v,\,c}`.

    Backward, the gradient goes to the winner. Ties go to the first winner in row order,
    as in Keras: on MNIST most windows of the first pooling are tied, all background.

    The maximum is a tournament: the places of the window challenge the champion one after
    the other. Who won is remembered as booleans, and backward undoes the matches.

    Shapes: ``(n, h, w, channels) -> (n, oh, ow, channels)``.

    Raises:
        ValueError: for inputs that are not images, or a window larger than the image.

    >>> pool = MaxPooling2D(2)
    >>> pool(np.array([[1.0, 5.0], [2.0, 3.0]]).reshape(1, 2, 2, 1)).item()
    5.0
    """

    def forward(self, inputs, training=False):
        self.check_image(inputs.shape[1:])
        self.out, self.pads = self.image_shape(inputs.shape[1:3])
        padded = pad_image(inputs, self.pads, value=-np.inf)
        self.padded_shape = padded.shape
        return self.tournament(self.places(padded))

    def tournament(self, entrants):
        """Return the champions, and remember which entrants beat the champion so far."""
        champion, *challengers = entrants
        self.won = []
        for challenger in challengers:
            self.won.append(challenger > champion)  # a tie keeps the earlier one
            champion = np.maximum(champion, challenger)
        return champion

    def backward(self, grad_outputs):
        """Hand each gradient to the winner of its window."""
        grad = np.zeros(self.padded_shape, grad_outputs.dtype)
        places = list(self.places(grad))
        overlap = any(np.less(self.strides, self.window))
        shares = [np.empty_like(grad_outputs) for _ in places] if overlap else places
        self.hand_back(grad_outputs, shares)
        if overlap:  # a number that was in several windows gets the sum
            for place, share in zip(places, shares, strict=True):
                place += share
        return crop_image(grad, self.pads)

    def hand_back(self, grad, shares):
        """Fill the share of each entrant: the last match is undone first."""
        champion = shares[0]
        champion[...] = grad
        for share, victory in zip(shares[:0:-1], self.won[::-1], strict=True):
            np.multiply(champion, victory, out=share)
            champion -= share


class AveragePooling2D(Pooling2D):
    r"""Take the mean of each window. Padding does not count, as in Keras.

    Backward, each of the :math:`m` numbers of a window gets the gradient over :math:`m`.

    Shapes: ``(n, h, w, channels) -> (n, oh, ow, channels)``.

    Raises:
        ValueError: for inputs that are not images, or a window larger than the image.

    >>> pool = AveragePooling2D(2)
    >>> pool(np.array([[1.0, 5.0], [2.0, 4.0]]).reshape(1, 2, 2, 1)).item()
    3.0
    """

    def forward(self, inputs, training=False):
        self.check_image(inputs.shape[1:])
        self.out, self.pads = self.image_shape(inputs.shape[1:3])
        padded = pad_image(inputs, self.pads)
        inside = pad_image(np.ones((1, *inputs.shape[1:3], 1), inputs.dtype), self.pads)
        self.padded_shape = padded.shape
        self.count = sum(self.places(inside))  # (1, oh, ow, 1)
        return sum(self.places(padded)) / self.count

    def backward(self, grad_outputs):
        """Share each gradient out over its window."""
        share = grad_outputs / self.count
        grad = np.zeros(self.padded_shape, grad_outputs.dtype)
        for place in self.places(grad):
            place += share
        return crop_image(grad, self.pads)


class GlobalAveragePooling2D(Layer):
    """Take the mean of each channel over the whole image.

    Shapes: ``(n, h, w, channels) -> (n, channels)``.

    Raises:
        ValueError: for inputs that are not images.

    >>> GlobalAveragePooling2D()(np.ones((1, 2, 2, 3)))
    array([[1., 1., 1.]])
    """

    def build(self, input_shape):
        """Check the rank; there is nothing to learn."""
        if len(input_shape) != 3:
            raise ValueError(
                "GlobalAveragePooling2D expected inputs of shape "
                f"(batch, height, width, channels), got rank {len(input_shape) + 1}"
            )

    def output_shape(self, input_shape):
        """``(h, w, channels) -> (channels,)``."""
        return input_shape[-1:]

    def forward(self, inputs, training=False):
        self.input_shape = inputs.shape
        return inputs.mean(axis=(1, 2))

    def backward(self, grad_outputs):
        """Share each gradient out over its image."""
        _, height, width, _ = self.input_shape
        share = grad_outputs[:, np.newaxis, np.newaxis, :] / (height * width)
        return np.broadcast_to(share, self.input_shape).copy()
