"""The exercises of the chapter "A network by hand"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def sigmoid(z):
    """Element by element."""
    return 1 / (1 + np.exp(-z))


def network(rng):
    """Return inputs (n, d), targets (n, 1) and the parameters of a network with one output."""
    n, d, units = rng.integers(3, 7, size=3)
    y = rng.integers(0, 2, size=(n, 1)).astype(float)
    kernels = rng.normal(size=(d, units)), rng.normal(size=(units, 1))
    biases = rng.normal(size=units), rng.normal(size=1)
    return rng.normal(size=(n, d)), y, kernels[0], biases[0], kernels[1], biases[1]


def forward_inputs(rng):
    """Return the inputs and the four parameter arrays."""
    x, _, *params = network(rng)
    return x, *params


def backward_inputs(rng):
    """Return what the backward pass of a ReLU network needs; some hidden units are off."""
    x, y, w1, b1, w2, b2 = network(rng)
    a1 = np.maximum(x @ w1 + b1, 0)
    a1[0, 0], a1[-1, -1] = 0.0, 0.7  # at least one off and one on
    return x, y, a1, sigmoid(a1 @ w2 + b2), w2


def step_inputs(rng):
    """Return the data, the four parameter arrays and a learning rate."""
    return *network(rng), float(rng.uniform(0.2, 1.5))


def backward(x, y, a1, p, w2, slope, share=None):
    """Return the gradients, given the derivative of the hidden activation."""
    g2 = (p - y) / (len(x) if share is None else share)
    g1 = (g2 @ w2.T) * slope
    return x.T @ g1, g1.sum(axis=0), a1.T @ g2, g2.sum(axis=0)


def backward_by_samples(x, y, a1, p, w2):
    """Add up the outer products of the single samples."""
    n = len(x)
    grads = [0.0, 0.0, 0.0, 0.0]
    for x_i, y_i, a_i, p_i in zip(x, y, a1, p, strict=True):
        delta2 = p_i - y_i
        delta1 = np.where(a_i > 0, w2 @ delta2, 0.0)
        parts = np.outer(x_i, delta1), delta1, np.outer(a_i, delta2), delta2
        grads = [grad + part / n for grad, part in zip(grads, parts, strict=True)]
    return tuple(grads)


def step(x, y, w1, b1, w2, b2, rate, sign=1, share=None, early=False, double=False):
    """Take one step with the tanh network; the options are the mistakes."""
    a1 = np.tanh(x @ w1 + b1)
    p = sigmoid(a1 @ w2 + b2)
    g2 = (p - y) / (len(x) if share is None else share)
    if double:
        g2 = g2 * p * (1 - p)
    new_w2 = w2 - sign * rate * a1.T @ g2
    g1 = (g2 @ (new_w2 if early else w2).T) * (1 - a1 * a1)
    return (
        w1 - sign * rate * x.T @ g1,
        b1 - sign * rate * g1.sum(axis=0),
        new_w2,
        b2 - sign * rate * g2.sum(axis=0),
    )


def step_by_einsum(x, y, w1, b1, w2, b2, rate):
    """The same step, with the products written as sums over indices."""
    a1 = np.tanh(np.einsum("nd,du->nu", x, w1) + b1)
    error = (sigmoid(np.einsum("nu,uk->nk", a1, w2) + b2) - y) * (rate / len(x))
    hidden = np.einsum("nk,uk->nu", error, w2) / np.cosh(np.arctanh(a1)) ** 2
    return (
        w1 - np.einsum("nd,nu->du", x, hidden),
        b1 - np.einsum("nu->u", hidden),
        w2 - np.einsum("nu,nk->uk", a1, error),
        b2 - np.einsum("nk->k", error),
    )


EXERCISES = [
    Exercise(
        name="hand-forward",
        reference=lambda x, w1, b1, w2, b2: sigmoid(np.tanh(x @ w1 + b1) @ w2 + b2),
        variant=lambda x, w1, b1, w2, b2: np.array(
            [1 / (1 + np.exp(-w2.T @ np.tanh(w1.T @ row + b1) - b2)) for row in x]
        ),
        inputs=forward_inputs,
        mistakes=(
            Mistake(
                "You left out the sigmoid at the end: these are the logits. A probability is "
                "the sigmoid of the logit.",
                lambda x, w1, b1, w2, b2: np.tanh(x @ w1 + b1) @ w2 + b2,
            ),
            Mistake(
                "Your hidden layer has no activation, so the two layers are worth only one. "
                "Apply tanh to X @ W1 + b1.",
                lambda x, w1, b1, w2, b2: sigmoid((x @ w1 + b1) @ w2 + b2),
            ),
            Mistake(
                "Your hidden layer uses the sigmoid. In this network it is tanh.",
                lambda x, w1, b1, w2, b2: sigmoid(sigmoid(x @ w1 + b1) @ w2 + b2),
            ),
            Mistake(
                "You forgot the biases. Add b1 before the tanh and b2 before the sigmoid.",
                lambda x, w1, b1, w2, b2: sigmoid(np.tanh(x @ w1) @ w2),
            ),
        ),
        hints=(
            "Two lines: first the hidden activations (n, units), then the output (n, 1).",
            "A1 = np.tanh(X @ W1 + b1), and then the sigmoid of A1 @ W2 + b2.",
        ),
    ),
    Exercise(
        name="hand-backward",
        reference=lambda x, y, a1, p, w2: backward(x, y, a1, p, w2, a1 > 0),
        variant=backward_by_samples,
        inputs=backward_inputs,
        mistakes=(
            Mistake(
                "Your gradients are n times too large: the loss is a mean, so G2 is (p - y) / n.",
                lambda x, y, a1, p, w2: backward(x, y, a1, p, w2, a1 > 0, share=1),
            ),
            Mistake(
                "You used 1 - a², the derivative of tanh. For ReLU it is 1 where a > 0, else 0.",
                lambda x, y, a1, p, w2: backward(x, y, a1, p, w2, 1 - a1 * a1),
            ),
            Mistake(
                "You left out the derivative of the ReLU: no error signal passes a unit that "
                "is off. Multiply G1 by (A1 > 0).",
                lambda x, y, a1, p, w2: backward(x, y, a1, p, w2, 1.0),
            ),
            Mistake(
                "You multiplied by the activation instead of its derivative. The derivative of "
                "ReLU is 1 where A1 > 0, else 0.",
                lambda x, y, a1, p, w2: backward(x, y, a1, p, w2, a1),
            ),
            Mistake(
                "You multiplied p - y by p(1 - p). With cross-entropy this factor has cancelled.",
                lambda x, y, a1, p, w2: backward(
                    x, y, a1, p, w2, a1 > 0, share=len(x) / (p * (1 - p))
                ),
            ),
        ),
        hints=(
            "G2 = (p - y) / n, and G1 = (G2 @ W2.T) times the derivative of the ReLU.",
            "Kernels: X.T @ G1 and A1.T @ G2. Biases: the sums of G1 and G2 over the batch.",
        ),
    ),
    Exercise(
        name="hand-step",
        reference=step,
        variant=step_by_einsum,
        inputs=step_inputs,
        mistakes=(
            Mistake(
                "You updated W2 before computing G1. The error signal of the hidden layer needs "
                "the W2 of the forward pass: first all gradients, then all updates.",
                lambda *arguments: step(*arguments, early=True),
            ),
            Mistake(
                "You went uphill: subtract the learning rate times the gradient.",
                lambda *arguments: step(*arguments, sign=-1),
            ),
            Mistake(
                "Your step is n times too large: the loss is a mean, so G2 is (p - y) / n.",
                lambda *arguments: step(*arguments, share=1),
            ),
            Mistake(
                "You forgot the learning rate: subtract learning_rate times the gradient.",
                lambda *arguments: step(*arguments[:-1], 1.0),
            ),
            Mistake(
                "You multiplied p - y by p(1 - p). With cross-entropy this factor has cancelled.",
                lambda *arguments: step(*arguments, double=True),
            ),
        ),
        hints=(
            "Use the functions of the chapter: forward, backward, update.",
            "Compute all four gradients first. Then return W1 - rate * gW1, and so on.",
        ),
    ),
]
