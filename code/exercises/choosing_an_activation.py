"""The exercises of the chapter "How do I choose an activation function?"."""

import numpy as np
from scratch.activations import sigmoid

from exercises.checker import Exercise, Mistake


def logits_and_targets(rng):
    """Return logits (n,), some of them large, and targets 0 or 1 (n,)."""
    n = int(rng.integers(3, 8))
    return rng.normal(scale=4, size=n), rng.integers(0, 2, size=n).astype(float)


def relu_layer(rng):
    """Return inputs (n, d), a kernel (d, units) and a bias (units,), with some units dead."""
    n, d, units = int(rng.integers(5, 9)), int(rng.integers(2, 5)), 24
    return rng.uniform(size=(n, d)), rng.normal(size=(d, units)), rng.normal(size=units)


def tanh_layer(rng):
    """Return pre-activations (n, m) and the kernel (m, units) of the layer behind."""
    n, m, units = (int(size) for size in rng.permutation(np.arange(3, 9))[:3])
    return rng.normal(size=(n, m)), rng.normal(size=(m, units))


def two_layers(rng):
    """Return the kernels and biases of a network with one hidden layer."""
    d, m, k = (int(size) for size in rng.permutation(np.arange(2, 7))[:3])
    return (
        rng.normal(size=(d, m)),
        rng.normal(size=m),
        rng.normal(size=(m, k)),
        rng.normal(size=k),
    )


def clipped_loss(z, y):
    """Return the cross-entropy of probabilities that were clipped."""
    p = np.clip(sigmoid(z), 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def explicit_dead(x, w, b):
    """Count dead units one by one."""
    return sum(all(row @ w[:, k] + b[k] <= 0 for row in x) for k in range(len(b)))


def slope(z):
    """The derivative of tanh."""
    return 1 - np.tanh(z) ** 2


EXERCISES = [
    Exercise(
        name="act-logit-loss",
        reference=lambda z, y: np.mean(np.logaddexp(0, z) - y * z),
        variant=lambda z, y: np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))),
        inputs=logits_and_targets,
        edge_cases=(
            (np.array([1000.0, -1000.0]), np.array([1.0, 0.0])),
            (np.array([1000.0, -1000.0, 0.5]), np.array([0.0, 1.0, 1.0])),
        ),
        mistakes=(
            Mistake(
                "You clipped the probability. That stops the nan, but a clipped loss is capped "
                "(near 16 for 1e-7) and flat where the answer is most wrong. Stay with the logit.",
                clipped_loss,
            ),
            Mistake(
                "You returned the sum. The loss is the mean over the samples.",
                lambda z, y: np.sum(np.logaddexp(0, z) - y * z),
            ),
            Mistake(
                "That is the loss for the target 0 only. Subtract y z, which brings the target in.",
                lambda z, y: np.mean(np.logaddexp(0, z)),
            ),
            Mistake(
                "The sign of y z is wrong: a large logit must lower the loss when the target is 1.",
                lambda z, y: np.mean(np.logaddexp(0, z) + y * z),
            ),
        ),
        hints=(
            "Put p = sigmoid(z) into the formula and simplify on paper, before any code.",
            "np.mean(np.logaddexp(0, z) - y * z)",
        ),
    ),
    Exercise(
        name="act-dead-units",
        reference=lambda x, w, b: np.sum((x @ w + b <= 0).all(axis=0)),
        variant=explicit_dead,
        inputs=relu_layer,
        edge_cases=(
            (
                np.array([[1.0, 0.0], [0.0, 1.0]]),
                np.array([[1.0, -1.0, -1.0, 1.0], [1.0, -1.0, 1.0, 1.0]]),
                np.array([0.0, 0.0, 0.0, -2.0]),
            ),
        ),
        mistakes=(
            Mistake(
                "You counted single zeros. A unit is dead when it is off for every sample.",
                lambda x, w, b: np.sum(x @ w + b <= 0),
            ),
            Mistake(
                "You counted units that are off for at least one sample; that is how ReLU works. "
                "Dead means off for all of them: .all, not .any.",
                lambda x, w, b: np.sum((x @ w + b <= 0).any(axis=0)),
            ),
            Mistake(
                "You forgot the bias. It can kill a unit, or keep it alive.",
                lambda x, w, b: np.sum((x @ w <= 0).all(axis=0)),
            ),
            Mistake(
                "You counted samples for which every unit is off. The samples are axis 0, so "
                "take .all(axis=0).",
                lambda x, w, b: np.sum((x @ w + b <= 0).all(axis=1)),
            ),
        ),
        hints=(
            "First the pre-activations, (n, units). Then ask of each unit: never above 0?",
            "(x @ w + b <= 0).all(axis=0), and count the True.",
        ),
    ),
    Exercise(
        name="act-signal-factor",
        reference=lambda z, w: np.sqrt(np.mean(slope(z) ** 2) * w.shape[1] * w.var()),
        variant=lambda z, w: (
            np.linalg.norm(np.cosh(z) ** -2) / z.size**0.5 * w.std() * w.shape[1] ** 0.5
        ),
        inputs=tanh_layer,
        mistakes=(
            Mistake(
                "You used the first size of the kernel. Going back, the sum runs over the units "
                "of the layer behind: the second size.",
                lambda z, w: np.sqrt(np.mean(slope(z) ** 2) * w.shape[0] * w.var()),
            ),
            Mistake(
                "That is the factor of the mean square. The factor of the size is its root.",
                lambda z, w: np.mean(slope(z) ** 2) * w.shape[1] * w.var(),
            ),
            Mistake(
                "You squared the mean of f'. Take the mean of the squares.",
                lambda z, w: np.sqrt(np.mean(slope(z)) ** 2 * w.shape[1] * w.var()),
            ),
            Mistake(
                "You used the derivative of the sigmoid, a(1 - a). For tanh it is 1 - a².",
                lambda z, w: np.sqrt(
                    np.mean((sigmoid(z) * (1 - sigmoid(z))) ** 2) * w.shape[1] * w.var()
                ),
            ),
        ),
        hints=(
            "Three factors under one root: the mean of f' squared, the units, the variance.",
            "np.sqrt(np.mean((1 - np.tanh(z) ** 2) ** 2) * w.shape[1] * w.var())",
        ),
    ),
    Exercise(
        name="act-tanh-twin",
        reference=lambda w1, b1, w2, b2: (w1 / 2, b1 / 2, w2 / 2, b2 + w2.sum(axis=0) / 2),
        variant=lambda w1, b1, w2, b2: (
            0.5 * w1,
            0.5 * b1,
            0.5 * w2,
            b2 + np.full(len(w2), 0.5) @ w2,
        ),
        inputs=two_layers,
        mistakes=(
            Mistake(
                "You forgot the constant 1/2 of sigma. Through the second kernel it adds half of "
                "each column sum to the last bias.",
                lambda w1, b1, w2, b2: (w1 / 2, b1 / 2, w2 / 2, b2),
            ),
            Mistake(
                "You went the wrong way: this turns a tanh network into a sigmoid network.",
                lambda w1, b1, w2, b2: (2 * w1, 2 * b1, 2 * w2, b2 - w2.sum(axis=0)),
            ),
            Mistake(
                "You left the hidden bias as it was. tanh(z / 2) halves all of z, the bias too.",
                lambda w1, b1, w2, b2: (w1 / 2, b1, w2 / 2, b2 + w2.sum(axis=0) / 2),
            ),
            Mistake(
                "The shift of the last bias is half as large as it should be: use the original "
                "second kernel for it, not the halved one.",
                lambda w1, b1, w2, b2: (w1 / 2, b1 / 2, w2 / 2, b2 + w2.sum(axis=0) / 4),
            ),
        ),
        hints=(
            "Write sigma(z) = 1/2 + tanh(z / 2) / 2 and put it into the second layer.",
            "Halve w1, b1 and w2; the constants 1/2 add w2.sum(axis=0) / 2 to b2.",
        ),
    ),
]
