"""What several test files share: random arrays away from kinks, a case for every layer."""

import numpy as np
from scratch import layers


def draw(shape, seed=0):
    """Normal numbers."""
    return np.random.default_rng(seed).normal(size=shape)


def away_from_zero(shape, seed=0):
    """Numbers of both signs, none nearer to 0 than 0.1: no kink of a ReLU is close."""
    x = draw(shape, seed)
    return np.sign(x) * (0.1 + np.abs(x))


def distinct(shape, seed=0):
    """Numbers that differ by 0.01 or more, in random order: no maximum is a close call."""
    size = int(np.prod(shape))
    steps = np.random.default_rng(seed).permutation(size)
    return (steps - size / 2).reshape(shape) * 0.01


def one_hot(n, classes, seed=0):
    """Random one-hot rows."""
    return np.eye(classes)[np.random.default_rng(seed).integers(classes, size=n)]


def assert_close(actual, expected, tolerance=1e-10):
    """Compare arrays; the tolerance is relative to the largest expected number, or 1."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, (actual.shape, expected.shape)
    if actual.size:
        deviation = np.max(np.abs(actual - expected)) / max(1.0, np.max(np.abs(expected)))
        assert deviation <= tolerance, f"off by {deviation:.3g}, allowed is {tolerance:.0e}"


# name -> (what makes the layer, from scratch.layers or keras.layers; the shape of one input)
LAYER_CASES = {
    "dense": (lambda l: l.Dense(4, activation="tanh"), (3,)),
    "dense without bias": (lambda l: l.Dense(4, use_bias=False), (3,)),
    "dense of rank 3": (lambda l: l.Dense(4, activation="sigmoid"), (5, 3)),
    "dense with softmax": (lambda l: l.Dense(4, activation="softmax"), (3,)),
    "conv, one channel": (lambda l: l.Conv2D(3, 3), (6, 5, 1)),
    "conv, three channels": (lambda l: l.Conv2D(2, (3, 2), activation="tanh"), (5, 6, 3)),
    "conv, same": (lambda l: l.Conv2D(2, 3, padding="same", activation="elu"), (5, 4, 2)),
    "conv, same, even window": (lambda l: l.Conv2D(2, 2, padding="same"), (5, 4, 2)),
    "conv, strides": (lambda l: l.Conv2D(2, 3, strides=2), (8, 7, 2)),
    "conv, same, strides": (
        lambda l: l.Conv2D(2, (3, 2), strides=(2, 3), padding="same", use_bias=False),
        (6, 7, 2),
    ),
    "conv, strides over the window": (lambda l: l.Conv2D(2, 2, strides=3), (8, 8, 1)),
    "conv, window is the image": (lambda l: l.Conv2D(3, 4), (4, 4, 2)),
    "max pooling": (lambda l: l.MaxPooling2D(2), (6, 4, 2)),
    "max pooling, odd image": (lambda l: l.MaxPooling2D((2, 3)), (7, 8, 2)),
    "max pooling, overlapping": (lambda l: l.MaxPooling2D(3, strides=2), (7, 8, 2)),
    "max pooling, same": (lambda l: l.MaxPooling2D(3, strides=2, padding="same"), (6, 5, 2)),
    "max pooling, same, overlapping": (
        lambda l: l.MaxPooling2D((3, 2), strides=1, padding="same"),
        (4, 5, 2),
    ),
    "max pooling, gaps": (lambda l: l.MaxPooling2D(2, strides=3), (8, 7, 1)),
    "average pooling": (lambda l: l.AveragePooling2D(2), (6, 5, 2)),
    "average pooling, overlapping": (lambda l: l.AveragePooling2D(3, strides=2), (7, 8, 2)),
    "average pooling, same": (
        lambda l: l.AveragePooling2D(3, strides=2, padding="same"),
        (6, 5, 2),
    ),
    "average pooling, same, overlapping": (
        lambda l: l.AveragePooling2D((2, 3), strides=1, padding="same"),
        (4, 5, 2),
    ),
    "global average pooling": (lambda l: l.GlobalAveragePooling2D(), (4, 5, 3)),
    "flatten": (lambda l: l.Flatten(), (4, 5, 3)),
    # A power of 2: Keras rounds the scale to float32 on the way to float64
    "rescaling": (lambda l: l.Rescaling(1 / 256, offset=-0.5), (4, 3)),
    "batch normalization": (lambda l: l.BatchNormalization(), (4,)),
    "batch normalization of images": (lambda l: l.BatchNormalization(momentum=0.9), (3, 4, 2)),
    "activation": (lambda l: l.Activation("relu"), (4,)),
    "dropout": (lambda l: l.Dropout(0.4, seed=1), (6,)),
    "add": (lambda l: l.Add(), (3, 2)),
}


def make_case(name, module=layers, batch=3, seed=0):
    """Return the layer of a case, and inputs far from its kinks (a list for Add)."""
    make, shape = LAYER_CASES[name]
    draw_inputs = distinct if name.startswith("max") else away_from_zero
    x = draw_inputs((batch, *shape), seed)
    return make(module), [x, x[::-1] + 1, x * 2] if name == "add" else x


def randomize(layer, seed=0):
    """Give a built layer weights in general position: no bias 0, no variance 1."""
    generator = np.random.default_rng(seed)
    layer.set_weights([generator.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])


def snapshot(arrays):
    """Copy an array, or a list of them."""
    return [a.copy() for a in arrays] if isinstance(arrays, list) else arrays.copy()
