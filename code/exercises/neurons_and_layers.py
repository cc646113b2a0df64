"""The exercises of the chapter "Neurons and layers"."""

from itertools import pairwise

import numpy as np

from exercises.checker import Exercise, Mistake


def relu(z):
    """Element by element."""
    return np.maximum(z, 0)


def softmax(z, axis=1):
    """Along one axis, without overflow."""
    exp = np.exp(z - z.max(axis=axis, keepdims=True))
    return exp / exp.sum(axis=axis, keepdims=True)


def one_neuron(rng):
    """Return an input (d,), weights (d,) and a bias, with a positive pre-activation."""
    d = rng.integers(3, 7)
    x, w, b = rng.normal(size=d), rng.normal(size=d), rng.uniform(0.5, 1)
    return (x, w, b) if w @ x > 0 else (-x, w, b)


def points_and_plane(rng):
    """Return points (n, d), weights (d,) and a bias."""
    n, d = rng.integers(3, 8, size=2)
    return rng.normal(size=(n, d)), rng.normal(size=d), rng.normal()


def sizes(rng):
    """Return the sizes of a network with at least one hidden layer."""
    return ([int(size) for size in rng.integers(2, 50, size=rng.integers(3, 6))],)


def square_layer(rng):
    """Return inputs (n, d), a square kernel (d, d) and a bias (d,); n differs from d."""
    d = rng.integers(3, 6)
    return rng.normal(size=(d + 3, d)), rng.normal(size=(d, d)), rng.normal(size=d)


def two_square_layers(rng):
    """Return kernels (d, d) and biases (d,) of two layers."""
    d = rng.integers(3, 6)
    return (*(rng.normal(size=s) for s in ((d, d), d, (d, d), d)),)


def logits(rng):
    """Return logits (n, k)."""
    return (rng.normal(size=rng.integers(3, 7, size=2)),)


def layer_by_loops(x, w, b):
    """Unit by unit."""
    return np.stack([relu(x @ w[:, k] + b[k]) for k in range(len(b))], axis=1)


def one_layer(w1, b1, w2, b2):
    """The layer that two linear ones collapse into, read off from what they compute."""
    d = len(w1)
    bias = (np.zeros(d) @ w1 + b1) @ w2 + b2
    return (np.eye(d) @ w1 + b1) @ w2 + b2 - bias, bias


EXERCISES = [
    Exercise(
        name="neuron-forward",
        reference=lambda x, w, b: relu(w @ x + b),
        variant=lambda x, w, b: (z := sum(x * w) + b) * (z > 0),
        inputs=one_neuron,
        edge_cases=((np.array([1.0, 2.0, 1.0]), np.array([-1.0, -1.0, 2.0]), -3.0),),
        mistakes=(
            Mistake(
                "You applied ReLU to the inputs. It comes after the weighted sum: it sees z, one "
                "number.",
                lambda x, w, b: w @ relu(x) + b,
            ),
            Mistake(
                "You returned the pre-activation z. The output of the neuron is f(z).",
                lambda x, w, b: w @ x + b,
            ),
            Mistake(
                "You added the bias after ReLU. It belongs into the weighted sum.",
                lambda x, w, b: relu(w @ x) + b,
            ),
            Mistake(
                "You left out the bias.",
                lambda x, w, b: relu(w @ x),
            ),
            Mistake(
                "You applied ReLU to each product. First add everything up, then apply it once.",
                lambda x, w, b: relu(w * x).sum() + b,
            ),
        ),
        hints=(
            "First z, the weighted sum of the inputs plus the bias. Then a = f(z).",
            "z = w @ x + b, and ReLU is max(z, 0).",
        ),
    ),
    Exercise(
        name="neuron-distance",
        reference=lambda x, w, b: (x @ w + b) / np.linalg.norm(w),
        variant=lambda x, w, b: np.array([sum(row * w) + b for row in x]) / sum(w**2) ** 0.5,
        inputs=points_and_plane,
        mistakes=(
            Mistake(
                "You returned z. Divide by the length of w to get a distance.",
                lambda x, w, b: x @ w + b,
            ),
            Mistake(
                "You divided by the squared length of w. Divide by its length.",
                lambda x, w, b: (x @ w + b) / (w @ w),
            ),
            Mistake(
                "You left out the bias: those are distances to the parallel plane through the "
                "origin.",
                lambda x, w, b: x @ w / np.linalg.norm(w),
            ),
            Mistake(
                "Your distances have no sign. Points on the side that w points away from have a "
                "negative distance.",
                lambda x, w, b: abs(x @ w + b) / np.linalg.norm(w),
            ),
            Mistake(
                "You divided only the weighted sum by the length of w. The bias must be divided, "
                "too: put brackets around the sum.",
                lambda x, w, b: x @ w / np.linalg.norm(w) + b,
            ),
        ),
        hints=(
            "z is the signed distance times the length of w.",
            "All z at once are X @ w + b; divide by np.linalg.norm(w).",
        ),
    ),
    Exercise(
        name="neuron-count",
        reference=lambda sizes: sum((d + 1) * k for d, k in pairwise(sizes)),
        variant=lambda sizes: int(np.dot(sizes[:-1], sizes[1:])) + sum(sizes) - sizes[0],
        inputs=sizes,
        edge_cases=(([784, 256, 10],), ([784, 10, 10, 10],)),
        mistakes=(
            Mistake(
                "You counted the weights only. Each unit has a bias, too.",
                lambda sizes: sum(d * k for d, k in pairwise(sizes)),
            ),
            Mistake(
                "You gave the input layer biases. It computes nothing and has no parameters.",
                lambda sizes: sum(d * k for d, k in pairwise(sizes)) + sum(sizes),
            ),
            Mistake(
                "You counted one bias for each layer. Each unit has its own.",
                lambda sizes: sum(d * k for d, k in pairwise(sizes)) + len(sizes) - 1,
            ),
            Mistake(
                "You added a bias for each input of a layer. There is one for each unit: "
                "(d + 1) times units.",
                lambda sizes: sum(d * (k + 1) for d, k in pairwise(sizes)),
            ),
        ),
        hints=(
            "Go through neighbouring sizes (d, units). What does one layer have?",
            "zip(sizes[:-1], sizes[1:]) gives the pairs; each adds (d + 1) * units.",
        ),
    ),
    Exercise(
        name="neuron-layer",
        reference=lambda x, w, b: relu(x @ w + b),
        variant=layer_by_loops,
        inputs=square_layer,
        mistakes=(
            Mistake(
                "Your kernel is transposed. It has shape (d, units), one column a unit: X @ W. "
                "It only ran because this kernel is square.",
                lambda x, w, b: relu(x @ w.T + b),
            ),
            Mistake(
                "You returned the pre-activations Z. Apply ReLU to them.",
                lambda x, w, b: x @ w + b,
            ),
            Mistake(
                "You left out the biases.",
                lambda x, w, b: relu(x @ w),
            ),
            Mistake(
                "You added the biases after ReLU. They belong into the weighted sum.",
                lambda x, w, b: relu(x @ w) + b,
            ),
            Mistake(
                "You returned one column a sample. Keep samples in rows: shape (n, units).",
                lambda x, w, b: relu(x @ w + b).T,
            ),
        ),
        hints=(
            "All pre-activations are one matrix product; which shapes fit: (n, d) and (d, units)?",
            "np.maximum(X @ W + b, 0)",
        ),
    ),
    Exercise(
        name="neuron-collapse",
        reference=lambda w1, b1, w2, b2: (w1 @ w2, b1 @ w2 + b2),
        variant=one_layer,
        inputs=two_square_layers,
        mistakes=(
            Mistake(
                "You added the biases. The first bias passes through the second kernel: "
                "b1 @ W2 + b2.",
                lambda w1, b1, w2, b2: (w1 @ w2, b1 + b2),
            ),
            Mistake(
                "Your kernels are in the wrong order. Rows pass through W1 first: W1 @ W2.",
                lambda w1, b1, w2, b2: (w2 @ w1, b1 @ w2 + b2),
            ),
            Mistake(
                "You forgot the first bias. It passes through the second kernel: b1 @ W2 + b2.",
                lambda w1, b1, w2, b2: (w1 @ w2, b2),
            ),
            Mistake(
                "You forgot the second bias. It is added as it is: b1 @ W2 + b2.",
                lambda w1, b1, w2, b2: (w1 @ w2, b1 @ w2),
            ),
            Mistake(
                "You multiplied the kernels element by element. Use the matrix product @.",
                lambda w1, b1, w2, b2: (w1 * w2, b1 @ w2 + b2),
            ),
            Mistake(
                "You multiplied W2 by b1 as a column. In our rows it is b1 @ W2.",
                lambda w1, b1, w2, b2: (w1 @ w2, w2 @ b1 + b2),
            ),
        ),
        hints=(
            "Multiply out (X @ W1 + b1) @ W2 + b2 and collect what stands with X.",
            "The kernel is W1 @ W2; the rest, without X, is the bias.",
        ),
    ),
    Exercise(
        name="neuron-softmax",
        reference=softmax,
        variant=lambda z: 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2),
        inputs=logits,
        edge_cases=((np.array([[600.0, 599.0, 0.0], [0.0, 0.5, 1.0]]),),),
        mistakes=(
            Mistake(
                "Your softmax runs over the batch (axis 0). Each row is one sample: axis 1.",
                lambda z: softmax(z, axis=0),
            ),
            Mistake(
                "Your whole array adds up to 1. Each row must: sum with axis=1, keepdims=True.",
                lambda z: softmax(z, axis=None),
            ),
            Mistake(
                "You divided the exponentials by nothing. Divide each row by its sum.",
                lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
            ),
            Mistake(
                "That is the sigmoid of each logit. In a softmax the classes share one sum.",
                lambda z: 1 / (1 + np.exp(-z)),
            ),
        ),
        hints=(
            "Exponentials of each row, divided by their sum. What can you subtract first?",
            "exp = np.exp(Z - Z.max(axis=1, keepdims=True)); divide by exp.sum(axis=1, "
            "keepdims=True).",
        ),
    ),
]
