"""The exercises of the chapter "The convolutional network in Keras"."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from exercises.checker import Exercise, Mistake


def sizes(rng):
    """Return size, kernel, stride and total padding along one axis."""
    return tuple(int(rng.integers(*pair)) for pair in ((9, 40), (2, 6), (2, 5), (1, 5)))


def pixels(rng):
    """Return images (n, h, w) of whole numbers 0-255, never all black."""
    n, h, w = rng.integers(2, 6, size=3)
    return (rng.integers(1, 250, size=(n, h, w)).astype(np.uint8),)


def image_and_kernel(rng):
    """Return an image (h, w, c), a square kernel (u, u, c) and a bias."""
    h, w = rng.integers(5, 9, size=2)
    size, c = rng.integers(2, 4, size=2)
    return rng.normal(size=(h, w, c)), rng.normal(size=(size, size, c)), float(rng.normal())


def feature_map(rng):
    """Return a map (h, w) with positive and negative numbers."""
    return (rng.normal(size=rng.integers(4, 10, size=2)),)


def image_and_gradient(rng):
    """Return an image (h, w) and error signals (h - u + 1, w - v + 1)."""
    h, w = rng.integers(6, 10, size=2)
    u, v = rng.integers(2, 4, size=2)
    return rng.normal(size=(h, w)), rng.normal(size=(h - u + 1, w - v + 1))


def convolution(x, w, b):
    """One weighted sum at each place."""
    windows = sliding_window_view(x, w.shape)[:, :, 0]  # (oh, ow, u, v, c)
    return np.tensordot(windows, w, axes=3) + b


def convolution_by_offsets(x, w, b):
    """The image is moved instead of the kernel."""
    oh, ow = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    z = np.full((oh, ow), b)
    for u, v, c in np.ndindex(w.shape):
        z = z + w[u, v, c] * x[u : u + oh, v : v + ow, c]
    return z


def pool(x, function=np.max, size=2):
    """Apply a function to each block."""
    h, w = x.shape[0] // size, x.shape[1] // size
    blocks = x[: h * size, : w * size].reshape(h, size, w, size).transpose(0, 2, 1, 3)
    return function(blocks.reshape(h, w, -1), axis=2)


def pool_by_slices(x):
    """The four corners of all blocks."""
    x = x[: x.shape[0] // 2 * 2, : x.shape[1] // 2 * 2]
    rows = np.maximum(x[0::2], x[1::2])
    return np.maximum(rows[:, 0::2], rows[:, 1::2])


def kernel_gradient(x, g):
    """The error signals slide over the image."""
    return convolution(x[:, :, None], g[:, :, None], 0.0), g.sum()


def kernel_gradient_by_places(x, g):
    """Each place adds its window, times its error signal."""
    u, v = x.shape[0] - g.shape[0] + 1, x.shape[1] - g.shape[1] + 1
    places = np.ndindex(g.shape)
    return sum(g[r, q] * x[r : r + u, q : q + v] for r, q in places), sum(g.ravel())


EXERCISES = [
    Exercise(
        name="cnn-output-size",
        reference=lambda size, kernel, stride, padding: (size + padding - kernel) // stride + 1,
        variant=lambda size, kernel, stride, padding: len(
            range(0, size + padding - kernel + 1, stride)
        ),
        inputs=sizes,
        edge_cases=((28, 3, 1, 0), (11, 2, 2, 0), (10, 3, 2, 1), (13, 5, 3, 3)),
        mistakes=(
            Mistake(
                "You forgot the + 1. A kernel as large as the image fits at 1 place, not at 0.",
                lambda size, kernel, stride, padding: (size + padding - kernel) // stride,
            ),
            Mistake(
                "You added the 1 before dividing by the stride. Count the steps first, then add "
                "the place where the kernel starts.",
                lambda size, kernel, stride, padding: (size + padding - kernel + 1) // stride,
            ),
            Mistake(
                "You counted the padding twice. Here it is the total along the axis, before and "
                "after together.",
                lambda size, kernel, stride, padding: (size + 2 * padding - kernel) // stride + 1,
            ),
            Mistake(
                "You rounded up. A last step that does not fit is left out: use //.",
                lambda size, kernel, stride, padding: -(-(size + padding - kernel) // stride) + 1,
            ),
            Mistake(
                "Your result has a fraction. A number of places is whole: use // instead of /.",
                lambda size, kernel, stride, padding: (size + padding - kernel) / stride + 1,
            ),
        ),
        hints=(
            "How many steps can the kernel take from the first place to the last that fits?",
            "(size + padding - kernel) // stride steps, and one more place than steps.",
        ),
    ),
    Exercise(
        name="cnn-prepare",
        reference=lambda images: images[..., np.newaxis] / 255,
        variant=lambda images: np.expand_dims(images.astype(float), 3) * (1 / 255),
        inputs=pixels,
        mistakes=(
            Mistake(
                "The shape is right, but the pixels still run from 0 to 255. Divide by 255.",
                lambda images: images[..., np.newaxis],
            ),
            Mistake(
                "The pixels are scaled, but the channel axis is missing: x[..., np.newaxis].",
                lambda images: images / 255,
            ),
            Mistake(
                "Your channel axis stands before the rows. Keras wants channels last: "
                "(n, h, w, 1).",
                lambda images: images[:, np.newaxis] / 255,
            ),
            Mistake(
                "You divided by the largest pixel of these images. Then a pixel means something "
                "else in every data set. Divide by 255, always.",
                lambda images: images[..., np.newaxis] / images.max(),
            ),
            Mistake(
                "You flattened the images. A convolution needs rows and columns.",
                lambda images: images.reshape(len(images), -1) / 255,
            ),
            Mistake(
                "You used //, which rounds down, so every pixel becomes 0 or 1. Use /.",
                lambda images: images[..., np.newaxis] // 255,
            ),
        ),
        hints=(
            "Two steps: a number for each pixel from 0 to 1, and one more axis at the end.",
            "images[..., np.newaxis] / 255",
        ),
    ),
    Exercise(
        name="cnn-convolution",
        reference=convolution,
        variant=convolution_by_offsets,
        inputs=image_and_kernel,
        mistakes=(
            Mistake(
                "You turned the kernel by half a turn, as mathematics does. Networks compute the "
                "cross-correlation: leave it as it is.",
                lambda x, w, b: convolution(x, w[::-1, ::-1], b),
            ),
            Mistake(
                "You forgot the bias. Add b once to every sum.",
                lambda x, w, b: convolution(x, w, 0.0),
            ),
            Mistake(
                "You added the bias inside the sum, once for every weight. Add it once.",
                lambda x, w, b: convolution(x, w, b * w.size),
            ),
            Mistake(
                "You took the mean of the products. A convolution is their sum.",
                lambda x, w, b: convolution(x, w / w.size, b),
            ),
            Mistake(
                "You swapped the rows and columns of the kernel.",
                lambda x, w, b: convolution(x, w.transpose(1, 0, 2), b),
            ),
            Mistake(
                "Your last row and column are missing: the kernel fits at H - U + 1 places.",
                lambda x, w, b: convolution(x, w, b)[:-1, :-1],
            ),
        ),
        hints=(
            "For each place (r, q) cut the window x[r : r + U, q : q + V] and weigh it.",
            "z[r, q] = np.sum(w * x[r : r + U, q : q + V]) + b",
        ),
    ),
    Exercise(
        name="cnn-max-pool",
        reference=pool,
        variant=pool_by_slices,
        inputs=feature_map,
        edge_cases=((np.arange(20.0).reshape(4, 5),), (np.arange(-25.0, 0).reshape(5, 5),)),
        mistakes=(
            Mistake(
                "You took the mean of each block: that is average pooling. Take the maximum.",
                lambda x: pool(x, np.mean),
            ),
            Mistake(
                "Your blocks overlap: the window moved by 1. Move it by 2.",
                lambda x: sliding_window_view(x, (2, 2)).max(axis=(2, 3)),
            ),
            Mistake(
                "You kept the number that is largest in size, without its sign. -5 is less than 1.",
                lambda x: pool(np.abs(x)),
            ),
            Mistake(
                "You only kept the upper left number of each block. Compare all four.",
                lambda x: x[: x.shape[0] // 2 * 2 : 2, : x.shape[1] // 2 * 2 : 2],
            ),
            Mistake(
                "You took the minimum of each block.",
                lambda x: pool(x, np.min),
            ),
        ),
        hints=(
            "Cut off an odd last row and column, then look at blocks of 2 by 2.",
            "x.reshape(H, 2, W, 2).max(axis=(1, 3)), with H and W the halved sizes.",
        ),
    ),
    Exercise(
        name="cnn-kernel-gradient",
        reference=kernel_gradient,
        variant=kernel_gradient_by_places,
        inputs=image_and_gradient,
        mistakes=(
            Mistake(
                "You took means. The weight is used at every place, so the effects add up; the "
                "mean over the batch is already in g.",
                lambda x, g: (kernel_gradient(x, g / g.size)[0], g.mean()),
            ),
            Mistake(
                "Your gradient for the bias is a mean. The bias is added at every place, so it "
                "gets the sum.",
                lambda x, g: (kernel_gradient(x, g)[0], g.mean()),
            ),
            Mistake(
                "Your gradient for the kernel is turned by half a turn. Offset (u, v) meets the "
                "pixel x[r + u, q + v].",
                lambda x, g: (kernel_gradient(x, g)[0][::-1, ::-1], g.sum()),
            ),
            Mistake(
                "You turned the error signals by half a turn. That is needed for the gradient of "
                "the image, not of the kernel.",
                lambda x, g: kernel_gradient(x, g[::-1, ::-1]),
            ),
        ),
        hints=(
            "Fix one (u, v). Which pixel does w[u, v] meet at place (r, q)?",
            "grad_w[u, v] = np.sum(g * x[u : u + g.shape[0], v : v + g.shape[1]]), and the bias "
            "gets g.sum().",
        ),
    ),
]
