"""The exercises of the chapter "Convolution from scratch"."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from exercises.checker import Exercise, Mistake


def axis_sizes(rng):
    """Return the size of an axis, a window and a stride."""
    return int(rng.integers(6, 30)), int(rng.integers(2, 6)), int(rng.integers(1, 4))


def images(rng):
    """Return images (n, h, w, c) that are not square, a window and a stride."""
    n, c = rng.integers(2, 4, size=2)
    h, w = rng.integers(6, 9), rng.integers(9, 12)
    return rng.normal(size=(n, h, w, c)), int(rng.integers(2, 4)), int(rng.integers(2, 4))


def error_signals(rng):
    """Return error signals (oh, ow) and a square kernel (u, u)."""
    u = rng.integers(2, 4)
    return rng.normal(size=rng.integers(u + 1, u + 5, size=2)), rng.normal(size=(u, u))


def tied_map(rng):
    """Return a map (h, w) of a few whole numbers, so with ties, and a gradient."""
    h, w = rng.integers(2, 5, size=2)
    x = rng.integers(-2, 2, size=(2 * h, 2 * w)).astype(float)
    x[:2, :2] = 3.0  # one block is flat for certain
    x[2:4, 2:4] = [[0.0, 5.0], [5.0, 1.0]]
    return x, rng.normal(size=(h, w))


def stack(rng):
    """Return the windows and strides of a few layers."""
    depth = rng.integers(2, 6)
    return rng.integers(2, 6, size=depth), rng.integers(2, 4, size=depth)


def same_padding(size, window, stride):
    """Zeros before and after, for ceil(size / stride) outputs."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def same_padding_by_search(size, window, stride):
    """Add zeros in turn, after and before, until the last window fits."""
    outputs = len(range(0, size, stride))
    before = after = 0
    while (outputs - 1) * stride + window > before + size + after:
        if after == before:
            after += 1
        else:
            before += 1
    return before, after


def patches(x, u, stride, order=(0, 1, 2, 4, 5, 3)):
    """One row a window."""
    windows = sliding_window_view(x, (u, u), axis=(1, 2))[:, ::stride, ::stride]
    return windows.transpose(order).reshape(-1, u * u * x.shape[-1])


def patches_by_rows(x, u, stride):
    """One window after the other."""
    starts = [range(0, size - u + 1, stride) for size in x.shape[1:3]]
    return np.array(
        [x[i, r : r + u, q : q + u].ravel() for i in range(len(x)) for r in starts[0]
         for q in starts[1]]
    )  # fmt: skip


def image_gradient(g, w):
    """Shift and add."""
    (oh, ow), (uh, uw) = g.shape, w.shape
    grad = np.zeros((oh + uh - 1, ow + uw - 1))
    for u, v in np.ndindex(w.shape):
        grad[u : u + oh, v : v + ow] += w[u, v] * g
    return grad


def image_gradient_full(g, w):
    """A full convolution with the turned kernel."""
    uh, uw = w.shape
    padded = np.pad(g, ((uh - 1, uh - 1), (uw - 1, uw - 1)))
    return np.einsum("rquv,uv->rq", sliding_window_view(padded, w.shape), w[::-1, ::-1])


def image_gradient_overwritten(g, w):
    """The mistake: = instead of +=."""
    (oh, ow), (uh, uw) = g.shape, w.shape
    grad = np.zeros((oh + uh - 1, ow + uw - 1))
    for u, v in np.ndindex(w.shape):
        grad[u : u + oh, v : v + ow] = w[u, v] * g
    return grad


def image_gradient_valid(g, w):
    """The mistake: windows inside only."""
    return np.einsum("rquv,uv->rq", sliding_window_view(g, w.shape), w[::-1, ::-1])


def blocks(x):
    """``(h, w) -> (h / 2, w / 2, 4)``."""
    h, w = x.shape[0] // 2, x.shape[1] // 2
    return x.reshape(h, 2, w, 2).transpose(0, 2, 1, 3).reshape(h, w, 4)


def image(cut):
    """Undo ``blocks``."""
    h, w, _ = cut.shape
    return cut.reshape(h, w, 2, 2).transpose(0, 2, 1, 3).reshape(2 * h, 2 * w)


def pool_backward(x, g):
    """The first winner gets it."""
    return image((blocks(x).argmax(axis=2)[..., None] == np.arange(4)) * g[..., None])


def pool_backward_by_places(x, g):
    """Ask the four places in turn; who reaches the maximum first takes it."""
    grad, free = np.zeros(x.shape), np.ones(g.shape, bool)
    largest = blocks(x).max(axis=2)
    for u, v in ((0, 0), (0, 1), (1, 0), (1, 1)):
        wins = free & (x[u::2, v::2] == largest)
        grad[u::2, v::2] = np.where(wins, g, 0)
        free &= ~wins
    return grad


def winners(x):
    """Everybody who equals the maximum."""
    cut = blocks(x)
    return cut == cut.max(axis=2, keepdims=True)


def receptive_field(windows, strides):
    """From the image on."""
    apart = np.concatenate([[1], np.cumprod(strides)[:-1]])
    return 1 + np.sum((np.asarray(windows) - 1) * apart)


def receptive_field_backwards(windows, strides):
    """From the unit back to the image: m outputs need (m - 1) s + u inputs."""
    rows = 1
    for window, stride in zip(windows[::-1], strides[::-1], strict=True):
        rows = (rows - 1) * stride + window
    return rows


EXERCISES = [
    Exercise(
        name="conv-same-padding",
        reference=same_padding,
        variant=same_padding_by_search,
        inputs=axis_sizes,
        edge_cases=((28, 3, 1), (28, 3, 2), (9, 2, 3), (7, 4, 2), (10, 2, 1), (6, 5, 1)),
        mistakes=(
            Mistake(
                "You put the extra zero before the image. By Keras's convention it goes after it.",
                lambda size, window, stride: same_padding(size, window, stride)[::-1],
            ),
            Mistake(
                "You always used window - 1 zeros. That is right for stride 1 only; with a larger "
                "stride the last window ends elsewhere.",
                lambda size, window, stride: ((window - 1) // 2, window - 1 - (window - 1) // 2),
            ),
            Mistake(
                "You rounded the number of outputs down. `same` wants ceil(size / stride) of them.",
                lambda size, window, stride: (
                    max((size // stride - 1) * stride + window - size, 0) // 2,
                    -(-max((size // stride - 1) * stride + window - size, 0) // 2),
                ),
            ),
            Mistake(
                "You padded both sides alike, so an odd total became one zero too many.",
                lambda size, window, stride: (same_padding(size, window, stride)[1],) * 2,
            ),
            Mistake(
                "Your padding can be negative. If the windows end inside the image, none is "
                "needed: take max(..., 0).",
                lambda size, window, stride: (
                    ((-(-size // stride) - 1) * stride + window - size) // 2,
                    -(-((-(-size // stride) - 1) * stride + window - size) // 2),
                ),
            ),
        ),
        hints=(
            "How many outputs are wanted? Where does the window of the last one end?",
            "total = max((ceil(size / stride) - 1) * stride + window - size, 0); half of it, "
            "rounded down, goes before.",
        ),
    ),
    Exercise(
        name="conv-patches",
        reference=patches,
        variant=patches_by_rows,
        inputs=images,
        mistakes=(
            Mistake(
                "Your columns are in the order (c, u, v). sliding_window_view puts the channels "
                "before the window: move them to the end.",
                lambda x, u, stride: patches(x, u, stride, (0, 1, 2, 3, 4, 5)),
            ),
            Mistake(
                "Your columns are in the order (v, u, c): rows and columns of the window are "
                "swapped.",
                lambda x, u, stride: patches(x, u, stride, (0, 1, 2, 5, 4, 3)),
            ),
            Mistake(
                "You forgot the stride: keep every stride-th window, [:, ::stride, ::stride].",
                lambda x, u, stride: patches(x, u, 1),
            ),
            Mistake(
                "Your stride acts on the rows of the image only. It moves the window along both "
                "axes.",
                lambda x, u, stride: (
                    sliding_window_view(x, (u, u), axis=(1, 2))[:, ::stride]
                    .transpose(0, 1, 2, 4, 5, 3)
                    .reshape(-1, u * u * x.shape[-1])
                ),
            ),
            Mistake(
                "Your windows run down the columns of the image first. The rows of the matrix "
                "belong to (i, r, q), with q fastest.",
                lambda x, u, stride: patches(x, u, stride, (0, 2, 1, 4, 5, 3)),
            ),
            Mistake(
                "You returned the transpose. One row a window, please.",
                lambda x, u, stride: patches(x, u, stride).T,
            ),
        ),
        hints=(
            "sliding_window_view(x, (U, U), axis=(1, 2)) has the shape (n, oh, ow, C, U, U).",
            "Slice [:, ::stride, ::stride], transpose(0, 1, 2, 4, 5, 3), reshape.",
        ),
    ),
    Exercise(
        name="conv-image-gradient",
        reference=image_gradient,
        variant=image_gradient_full,
        inputs=error_signals,
        mistakes=(
            Mistake(
                "Your kernel is turned the wrong way. As a sum over offsets it stays as it is; as "
                "a full convolution it is turned by half a turn.",
                lambda g, w: image_gradient(g, w[::-1, ::-1]),
            ),
            Mistake(
                "You overwrote instead of adding. A pixel is in several windows and gets the sum: "
                "+= and not =.",
                image_gradient_overwritten,
            ),
            Mistake(
                "You only used windows that lie inside the error signals. Put U - 1 zeros on each "
                "side first: the gradient is larger than g.",
                image_gradient_valid,
            ),
            Mistake(
                "You swapped the rows and columns of the kernel.",
                lambda g, w: image_gradient(g, w.T),
            ),
            Mistake(
                "You took a mean over the offsets. The effects of a pixel add up.",
                lambda g, w: image_gradient(g, w) / w.size,
            ),
        ),
        hints=(
            "Fix one offset (u, v). Which part of the image is fed into the places with it?",
            "grad[u : u + oh, v : v + ow] += w[u, v] * g for each offset.",
        ),
    ),
    Exercise(
        name="conv-pool-backward",
        reference=pool_backward,
        variant=pool_backward_by_places,
        inputs=tied_map,
        mistakes=(
            Mistake(
                "You paid everybody who equals the maximum, so a tied block hands out its gradient "
                "several times. Only the first winner gets it.",
                lambda x, g: image(winners(x) * g[..., None]),
            ),
            Mistake(
                "You shared the gradient among tied winners. The sum is right, but the convention "
                "is: the first in row order gets all of it.",
                lambda x, g: image(
                    winners(x) * (g / winners(x).sum(axis=2))[..., None],
                ),
            ),
            Mistake(
                "You paid the last winner of a tie. It goes to the first in row order.",
                lambda x, g: image(
                    (3 - blocks(x)[..., ::-1].argmax(axis=2)[..., None] == np.arange(4))
                    * g[..., None]
                ),
            ),
            Mistake(
                "You took the first winner in column order. Go along the rows of the block.",
                lambda x, g: pool_backward(x.T, g.T).T,
            ),
            Mistake(
                "You gave each number a quarter: that is average pooling.",
                lambda x, g: np.repeat(np.repeat(g, 2, axis=0), 2, axis=1) / 4,
            ),
        ),
        hints=(
            "In each block one number gets the whole gradient and three get 0.",
            "u, v = divmod(np.argmax(block), 2), since argmax returns the first maximum.",
        ),
    ),
    Exercise(
        name="conv-receptive-field",
        reference=receptive_field,
        variant=receptive_field_backwards,
        inputs=stack,
        edge_cases=(
            (np.array([3, 2, 3, 2, 3]), np.array([1, 2, 1, 2, 1])),
            (np.array([3, 5]), np.array([2, 3])),
        ),
        mistakes=(
            Mistake(
                "You ignored the strides. Behind a stride of 2 neighbours are two pixels apart.",
                lambda windows, strides: 1 + np.sum(windows - 1),
            ),
            Mistake(
                "You multiplied a window by its own stride. A stride matters for the layers behind "
                "it only.",
                lambda windows, strides: 1 + np.sum((windows - 1) * np.cumprod(strides)),
            ),
            Mistake(
                "You forgot the pixel to start with: the field before any layer is 1, not 0.",
                lambda windows, strides: receptive_field(windows, strides) - 1,
            ),
            Mistake(
                "You used the stride of the layer before only. The strides of all layers in front "
                "multiply.",
                lambda windows, strides: (
                    (1 + np.sum((windows - 1) * np.concatenate([[1], strides[:-1]])))
                    if len(windows) > 2
                    else receptive_field(windows, strides)
                ),
            ),
            Mistake(
                "You multiplied the windows. A window adds its size minus one, times the distance "
                "of its inputs.",
                lambda windows, strides: np.prod(windows),
            ),
        ),
        hints=(
            "Keep two numbers: the field so far, and how many pixels neighbouring units are apart.",
            "field += (window - 1) * apart, then apart *= stride.",
        ),
    ),
]
