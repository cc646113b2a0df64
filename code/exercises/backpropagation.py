"""The exercises of the chapter "Backpropagation"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def batch(rng):
    """Return inputs (n, d), a gradient (n, units) and a kernel (d, units)."""
    n, d, units = rng.integers(2, 6, size=3)
    return rng.normal(size=(n, d)), rng.normal(size=(n, units)), rng.normal(size=(d, units))


def probabilities(rng):
    """Return logits (n, k) and integer labels (n,)."""
    n, k = rng.integers(2, 6, size=2)
    return rng.normal(size=(n, k)), rng.integers(0, k, size=n)


def softmax(z):
    """Row by row."""
    exp = np.exp(z - z.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def one_hot(labels, k):
    """Rows with a single 1."""
    return np.eye(k)[labels]


def sigmoid_inputs(rng):
    """Return a gradient and the outputs of a sigmoid, both (n, units)."""
    shape = tuple(rng.integers(2, 5, size=2))
    return rng.normal(size=shape), rng.uniform(0.05, 0.95, size=shape)


EXERCISES = [
    Exercise(
        name="backprop-sigmoid",
        reference=lambda grad_a, a: grad_a * a * (1 - a),
        variant=lambda grad_a, a: grad_a * (a - a**2),
        inputs=sigmoid_inputs,
        mistakes=(
            Mistake(
                "You returned only the derivative a(1 - a). Multiply it by the gradient that "
                "arrives from the loss: that is the chain rule.",
                lambda grad_a, a: a * (1 - a),
            ),
            Mistake(
                "You used 1 - a², the derivative of tanh. For the sigmoid it is a(1 - a).",
                lambda grad_a, a: grad_a * (1 - a**2),
            ),
            Mistake(
                "You applied the sigmoid once more. `a` is already the output of the sigmoid.",
                lambda grad_a, a: grad_a / (1 + np.exp(-a)) * (1 - 1 / (1 + np.exp(-a))),
            ),
        ),
        hints=(
            "The chain rule: the gradient for z is the gradient for a, times da/dz.",
            "da/dz = a(1 - a), element by element, so use * and not @.",
        ),
    ),
    Exercise(
        name="backprop-dense",
        reference=lambda x, g, w: (x.T @ g, g.sum(axis=0), g @ w.T),
        variant=lambda x, g, w: (
            np.einsum("ni,nj->ij", x, g),
            np.ones(len(g)) @ g,
            np.einsum("nj,ij->ni", g, w),
        ),
        inputs=batch,
        mistakes=(
            Mistake(
                "You divided by the batch size here. The mean is already in the gradient that "
                "comes from the loss; dividing twice makes every step n times too small.",
                lambda x, g, w: (x.T @ g / len(x), g.mean(axis=0), g @ w.T),
            ),
            Mistake(
                "Your gradient for the bias is a mean over the batch. It is the sum: the mean is "
                "already in the gradient that comes from the loss.",
                lambda x, g, w: (x.T @ g, g.mean(axis=0), g @ w.T),
            ),
            Mistake(
                "Your gradient for the bias is summed over the units. Sum over the batch, axis 0: "
                "there is one bias for each unit.",
                lambda x, g, w: (x.T @ g, g.sum(axis=1), g @ w.T),
            ),
            Mistake(
                "Your gradient for the kernel is transposed. It must have the shape of the "
                "kernel, (inputs, units): X.T @ G.",
                lambda x, g, w: (g.T @ x, g.sum(axis=0), g @ w.T),
            ),
        ),
        hints=(
            "Each gradient has the shape of what it belongs to. Which products give those shapes?",
            "Kernel: X.T @ G. Bias: the sum of G over the batch. Inputs: G @ W.T.",
        ),
    ),
    Exercise(
        name="backprop-softmax-loss",
        reference=lambda z, labels: (softmax(z) - one_hot(labels, z.shape[1])) / len(z),
        variant=lambda z, labels: np.array(
            [
                [(np.exp(r[k]) / np.exp(r).sum() - (k == c)) / len(z) for k in range(len(r))]
                for r, c in zip(z, labels, strict=True)
            ]
        ),
        inputs=probabilities,
        mistakes=(
            Mistake(
                "Your gradient is n times too large: divide by the batch size, because the loss "
                "is a mean.",
                lambda z, labels: softmax(z) - one_hot(labels, z.shape[1]),
            ),
            Mistake(
                "Your gradient has the wrong sign. It points uphill: p - y, not y - p.",
                lambda z, labels: (one_hot(labels, z.shape[1]) - softmax(z)) / len(z),
            ),
            Mistake(
                "You subtracted the labels from the logits. Take the softmax first.",
                lambda z, labels: (z - one_hot(labels, z.shape[1])) / len(z),
            ),
            Mistake(
                "Your softmax runs over the batch (axis 0). Each row is one sample: axis 1.",
                lambda z, labels: (softmax(z.T).T - one_hot(labels, z.shape[1])) / len(z),
            ),
        ),
        hints=(
            "Softmax and cross-entropy together have a very short gradient. See the derivation.",
            "(p - y) / n, with p = softmax of each row, and y the one-hot rows of the labels.",
        ),
    ),
]
