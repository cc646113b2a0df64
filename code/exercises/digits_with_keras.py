"""The exercises of the chapter "Digits with Keras"."""

import math
from itertools import pairwise

import numpy as np

from exercises.checker import Exercise, Mistake


def network_sizes(rng):
    """Return the sizes of a dense network, inputs first."""
    return ([int(size) for size in rng.integers(2, 30, size=int(rng.integers(3, 6)))],)


def fit_arguments(rng):
    """Return the number of samples, batch size, epochs and validation split."""
    batch_size = int(rng.integers(7, 40))
    n = batch_size * int(rng.integers(20, 40)) + int(rng.integers(1, batch_size))
    return n, batch_size, int(rng.integers(2, 6)), float(rng.choice([0.1, 0.2, 0.3]))


def labelled(rng):
    """Return inputs (n, d), labels (n,) and a share."""
    n = int(rng.integers(11, 30))
    x = rng.normal(size=(n, 3))
    return x, rng.integers(0, 10, size=n), float(rng.choice([0.15, 0.25, 0.35]))


def batch_and_kernels(rng):
    """Return x (n, d), one-hot rows (n, K), two kernels and a learning rate."""
    n, d, units, K = (int(k) for k in rng.integers(3, 7, size=4))
    y = np.eye(K)[rng.integers(0, K, size=n)]
    kernels = rng.normal(size=(d, units)), rng.normal(size=(units, K))
    return rng.normal(size=(n, d)), y, *kernels, 0.5


def probabilities(z):
    """Softmax of each row."""
    exp = np.exp(z - z.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def step(x, y, W1, W2, learning_rate):
    """First both gradients, then both updates."""
    A1 = np.maximum(x @ W1, 0)
    G2 = (probabilities(A1 @ W2) - y) / len(x)
    G1 = (G2 @ W2.T) * (A1 > 0)
    return W1 - learning_rate * x.T @ G1, W2 - learning_rate * A1.T @ G2


def step_by_samples(x, y, W1, W2, learning_rate):
    """The same, as a mean of outer products over the samples."""
    grad1, grad2 = np.zeros(W1.shape), np.zeros(W2.shape)
    for sample, target in zip(x, y, strict=True):
        z1 = W1.T @ sample
        a1 = np.where(z1 > 0, z1, 0)
        delta2 = probabilities((W2.T @ a1)[None])[0] - target
        grad2 += np.outer(a1, delta2) / len(x)
        grad1 += np.outer(sample, (W2 @ delta2) * (z1 > 0)) / len(x)
    return W1 - learning_rate * grad1, W2 - learning_rate * grad2


def updated_too_early(x, y, W1, W2, learning_rate):
    """Carries the error back through the new output kernel."""
    A1 = np.maximum(x @ W1, 0)
    G2 = (probabilities(A1 @ W2) - y) / len(x)
    W2 = W2 - learning_rate * A1.T @ G2
    G1 = (G2 @ W2.T) * (A1 > 0)
    return W1 - learning_rate * x.T @ G1, W2


def without_relu(x, y, W1, W2, learning_rate):
    """Forgets the derivative of ReLU."""
    A1 = np.maximum(x @ W1, 0)
    G2 = (probabilities(A1 @ W2) - y) / len(x)
    return W1 - learning_rate * x.T @ (G2 @ W2.T), W2 - learning_rate * A1.T @ G2


def total(sizes):
    """Number of parameters of a dense network."""
    return sum((d + 1) * units for d, units in pairwise(sizes))


def updates(n, batch_size, epochs, validation_split):
    """Number of steps that fit takes."""
    return epochs * math.ceil(int(n * (1 - validation_split)) / batch_size)


def parts_at(cut, x, y):
    """The parts before and after a place."""
    return x[:cut], y[:cut], x[cut:], y[cut:]


EXERCISES = [
    Exercise(
        name="keras-parameters",
        reference=total,
        variant=lambda sizes: int(np.dot(sizes[:-1], sizes[1:]) + np.sum(sizes[1:])),
        inputs=network_sizes,
        mistakes=(
            Mistake(
                "You left out the biases: each unit has one.",
                lambda sizes: int(np.dot(sizes[:-1], sizes[1:])),
            ),
            Mistake(
                "You gave a bias to each input of a layer instead of each unit.",
                lambda sizes: int(np.dot(sizes[:-1], sizes[1:]) + np.sum(sizes[:-1])),
            ),
            Mistake(
                "You gave biases to the input layer. It has no parameters; the first number says "
                "only how many inputs come in.",
                lambda sizes: total(sizes) + sizes[0],
            ),
            Mistake(
                "You counted the last layer only.",
                lambda sizes: (sizes[-2] + 1) * sizes[-1],
            ),
        ),
        hints=(
            "Each dense layer has a kernel (inputs, units) and a bias (units,).",
            "Add up (d + 1) * units over the pairs of neighbours: zip(sizes, sizes[1:]).",
        ),
    ),
    Exercise(
        name="keras-steps",
        reference=updates,
        variant=lambda n, batch_size, epochs, validation_split: sum(
            len(range(0, int(n * (1 - validation_split)), batch_size)) for _ in range(epochs)
        ),
        inputs=fit_arguments,
        edge_cases=((1000, 32, 3, 0.1), (60000, 32, 1, 0.0), (100, 64, 2, 0.2)),
        mistakes=(
            Mistake(
                "You rounded down. The last, smaller batch of an epoch is used as well.",
                lambda n, batch_size, epochs, share: epochs * (int(n * (1 - share)) // batch_size),
            ),
            Mistake(
                "You forgot the validation part: no step is taken on it.",
                lambda n, batch_size, epochs, share: epochs * math.ceil(n / batch_size),
            ),
            Mistake(
                "You counted one epoch only.",
                lambda n, batch_size, epochs, share: updates(n, batch_size, 1, share),
            ),
            Mistake(
                "You joined all epochs before cutting into batches. Each epoch ends with a batch "
                "of its own.",
                lambda n, batch_size, epochs, share: math.ceil(
                    epochs * int(n * (1 - share)) / batch_size
                ),
            ),
        ),
        hints=(
            "First the number of samples to train on: int(n * (1 - validation_split)).",
            "Divide by the batch size, round up, and multiply by the epochs.",
        ),
    ),
    Exercise(
        name="keras-split",
        reference=lambda x, y, share: parts_at(int(len(x) * (1 - share)), x, y),
        variant=lambda x, y, share: (
            *(part[: math.floor(len(part) * (1 - share))] for part in (x, y)),
            *(part[math.floor(len(part) * (1 - share)) :] for part in (x, y)),
        ),
        inputs=labelled,
        edge_cases=((np.arange(20.0).reshape(10, 2), np.arange(10), 0.25),),
        mistakes=(
            Mistake(
                "You held out the first part. Keras holds out the last.",
                lambda x, y, share: (
                    x[len(x) - int(len(x) * (1 - share)) :],
                    y[len(x) - int(len(x) * (1 - share)) :],
                    x[: len(x) - int(len(x) * (1 - share))],
                    y[: len(x) - int(len(x) * (1 - share))],
                ),
            ),
            Mistake(
                "The share is what is held out, and you trained on it. Cut at n (1 - share).",
                lambda x, y, share: parts_at(int(len(x) * share), x, y),
            ),
            Mistake(
                "The order is x_train, y_train, x_val, y_val. You returned both x first.",
                lambda x, y, share: (
                    x[: int(len(x) * (1 - share))],
                    x[int(len(x) * (1 - share)) :],
                    y[: int(len(x) * (1 - share))],
                    y[int(len(x) * (1 - share)) :],
                ),
            ),
            Mistake(
                "The cut is one place off: round n (1 - share) down, not up.",
                lambda x, y, share: parts_at(math.ceil(len(x) * (1 - share)), x, y),
            ),
        ),
        hints=(
            "cut = int(len(x) * (1 - share)) is the number of samples to train on.",
            "x[:cut] and y[:cut] come first, then x[cut:] and y[cut:].",
        ),
    ),
    Exercise(
        name="keras-training-step",
        reference=step,
        variant=step_by_samples,
        inputs=batch_and_kernels,
        mistakes=(
            Mistake(
                "You updated W2 before the error was carried back through it. First all "
                "gradients, then all updates.",
                updated_too_early,
            ),
            Mistake(
                "Your step is n times too long: the loss is a mean, so divide by the batch size.",
                lambda x, y, W1, W2, rate: step(x, y, W1, W2, rate * len(x)),
            ),
            Mistake(
                "You step uphill. Subtract the gradient.",
                lambda x, y, W1, W2, rate: step(x, y, W1, W2, -rate),
            ),
            Mistake(
                "You forgot the derivative of ReLU: multiply the hidden error by (A1 > 0).",
                without_relu,
            ),
        ),
        hints=(
            "Forward first: A1 = relu(x W1), P = softmax(A1 W2). Then G2 = (P - y) / n.",
            "G1 = (G2 @ W2.T) * (A1 > 0), with the old W2. The gradients are x.T @ G1, A1.T @ G2.",
        ),
    ),
]
