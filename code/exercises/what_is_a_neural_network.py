"""The exercises of the chapter "What is a neural network?"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def sigmoid(z):
    """Squeeze numbers into the range from 0 to 1."""
    return 1 / (1 + np.exp(-z))


def one_unit(rng):
    """Return one input (d,), weights (d,) and a bias."""
    d = rng.integers(3, 8)
    return rng.uniform(size=d), rng.normal(size=d), rng.normal()


def answers(rng):
    """Return probabilities (n, k) and labels (n,), about half of them right."""
    n, k = rng.integers(8, 20), rng.integers(3, 6)
    p = rng.dirichlet(np.ones(k), size=n)
    return p, np.where(rng.random(n) < 0.5, p.argmax(axis=1), rng.integers(0, k, size=n))


def one_step(rng):
    """Return pictures (n, d), targets (n,), weights, a bias and a learning rate."""
    n, d = rng.integers(3, 8, size=2)
    y = np.arange(n) % 2
    return rng.uniform(size=(n, d)), y, rng.normal(size=d), rng.normal(), rng.uniform(0.1, 1)


def step(x, y, w, b, learning_rate):
    """One step of gradient descent on the mean loss."""
    error = sigmoid(x @ w + b) - y
    return w - learning_rate * error @ x / len(x), b - learning_rate * error.mean()


def summed_step(x, y, w, b, learning_rate):
    """Without the division by n."""
    error = sigmoid(x @ w + b) - y
    return w - learning_rate * error @ x, b - learning_rate * error.sum()


def uphill_step(x, y, w, b, learning_rate):
    """With the wrong sign."""
    return step(x, y, w, b, -learning_rate)


def hasty_step(x, y, w, b, learning_rate):
    """The bias from an error that was computed with the new weights."""
    new_w, _ = step(x, y, w, b, learning_rate)
    return new_w, step(x, y, new_w, b, learning_rate)[1]


def step_without_sigmoid(x, y, w, b, learning_rate):
    """With the weighted sum as the answer."""
    error = x @ w + b - y
    return w - learning_rate * error @ x / len(x), b - learning_rate * error.mean()


def step_by_loops(x, y, w, b, learning_rate):
    """Example by example."""
    grad_w, grad_b = np.zeros_like(w), 0.0
    for row, target in zip(x, y, strict=True):
        error = sigmoid(sum(a * c for a, c in zip(row, w, strict=True)) + b) - target
        grad_w += error * row / len(x)
        grad_b += error / len(x)
    return w - learning_rate * grad_w, b - learning_rate * grad_b


EXERCISES = [
    Exercise(
        name="intro-unit",
        reference=lambda x, w, b: sigmoid(w @ x + b),
        variant=lambda x, w, b: 0.5 + 0.5 * np.tanh(0.5 * (sum(x * w) + b)),
        inputs=one_unit,
        mistakes=(
            Mistake(
                "You left out the bias. Add b to the weighted sum, before the sigmoid.",
                lambda x, w, b: sigmoid(w @ x),
            ),
            Mistake(
                "You returned the weighted sum z. The probability is sigmoid(z).",
                lambda x, w, b: w @ x + b,
            ),
            Mistake(
                "You added the bias after the sigmoid. It belongs into the sum: sigmoid(w·x + b).",
                lambda x, w, b: sigmoid(w @ x) + b,
            ),
            Mistake(
                "The sign of z is wrong: sigmoid(z) = 1 / (1 + exp(-z)), with a minus.",
                lambda x, w, b: sigmoid(-(w @ x + b)),
            ),
            Mistake(
                "You applied the sigmoid to each product. First add everything up, then apply "
                "it once.",
                lambda x, w, b: sigmoid(w * x + b),
            ),
        ),
        hints=(
            "First the weighted sum with the bias, then the sigmoid of it.",
            "z = w @ x + b, and the answer is 1 / (1 + np.exp(-z)).",
        ),
    ),
    Exercise(
        name="intro-accuracy",
        reference=lambda p, labels: np.mean(p.argmax(axis=1) == labels),
        variant=lambda p, labels: (
            sum(max(range(len(r)), key=r.__getitem__) == c for r, c in zip(p, labels, strict=True))
            / len(labels)
        ),
        inputs=answers,
        mistakes=(
            Mistake(
                "That is the number of right answers. The accuracy is their share: divide by n.",
                lambda p, labels: np.sum(p.argmax(axis=1) == labels),
            ),
            Mistake(
                "That is the share of wrong answers. The accuracy is one minus it.",
                lambda p, labels: np.mean(p.argmax(axis=1) != labels),
            ),
            Mistake(
                "That is the mean confidence. It does not use the labels; compare the answers "
                "with them.",
                lambda p, labels: p.max(axis=1).mean(),
            ),
            Mistake(
                "That is the mean probability of the right class. Accuracy counts only whether "
                "the largest probability is in the right place.",
                lambda p, labels: p[np.arange(len(p)), labels].mean(),
            ),
        ),
        hints=(
            "Which column is the largest in each row? Compare with the labels.",
            "p.argmax(axis=1) == labels is an array of True and False; its mean is a share.",
        ),
    ),
    Exercise(
        name="intro-step",
        reference=step,
        variant=step_by_loops,
        inputs=one_step,
        mistakes=(
            Mistake(
                "Your step is n times too long: divide by the number of pictures, because the "
                "loss is a mean.",
                summed_step,
            ),
            Mistake(
                "Your step goes uphill. Subtract the gradient, and take the error as p - y.",
                uphill_step,
            ),
            Mistake(
                "Your bias uses an error computed with the new weights. First all gradients, "
                "then all updates.",
                hasty_step,
            ),
            Mistake(
                "You compared the weighted sum with the target. Put it through the sigmoid first.",
                step_without_sigmoid,
            ),
            Mistake(
                "The bias did not move. It is a parameter, too, and learns like a weight.",
                lambda x, y, w, b, rate: (step(x, y, w, b, rate)[0], b),
            ),
        ),
        hints=(
            "The error of each picture is sigmoid(X @ w + b) - y, of shape (n,).",
            "The mean of error times picture is error @ X / len(X); for the bias, error.mean().",
        ),
    ),
]
