"""The exercises of the chapter "The perceptron in NumPy"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def whole_batch(rng):
    """Return whole-numbered inputs (n, d), weights (d,) and a bias, so that z = 0 occurs."""
    n, d = rng.integers(6, 10), rng.integers(2, 5)
    X = rng.integers(-3, 4, size=(n, d)).astype(float)
    return X, rng.integers(1, 4, size=d).astype(float), float(rng.integers(1, 4))


def one_sample(rng):
    """Return weights, bias, one input and its label; whole numbers, both kinds of answer."""
    d = int(rng.integers(2, 5))
    w, x = (rng.integers(1, 4, size=d).astype(float) for _ in range(2))
    return w, float(rng.integers(1, 4)), x * rng.choice([-1, 1]), int(rng.choice([-1, 1]))


def separated(rng):
    """Return inputs (n, d), labels (n,), and weights and bias that separate them."""
    n, d = int(rng.integers(4, 9)), int(rng.integers(2, 5))
    X, w, b = rng.normal(size=(n, d)), rng.normal(size=d), rng.normal()
    return X, np.where(X @ w + b >= 0, 1, -1), w, float(b)


def bound(X, y, w, b, fold=True, unit=True, center=np.min):
    """Margin, radius and Novikoff's bound; the options make the usual mistakes."""
    length = np.sqrt(w @ w + b * b) if unit else 1.0
    gamma = center(y * (X @ w + b)) / length
    R = np.max(np.sqrt(np.sum(X**2, axis=1) + fold))
    return gamma, R, (R / gamma) ** 2


def bound_by_hand(X, y, w, b):
    """Sample by sample, in plain Python."""
    rows = [[*x, 1.0] for x in X]
    long = [*w, b]
    length = sum(v * v for v in long) ** 0.5
    gammas = [
        c * sum(p * q for p, q in zip(x, long, strict=True)) for x, c in zip(rows, y, strict=True)
    ]
    gamma = min(gammas) / length
    R = max(sum(v * v for v in x) ** 0.5 for x in rows)
    return gamma, R, R * R / gamma**2


def kernel_and_sample(rng):
    """Return a kernel (d, K), an input (d,) and the right class."""
    d, k = rng.integers(2, 5), rng.integers(3, 6)
    return rng.normal(size=(d, k)), rng.normal(size=d), int(rng.integers(k))


def move(W, x, up, down, size=1.0):
    """Return a copy of the kernel with x added to the columns `up`, subtracted from `down`."""
    W = W.copy()
    W[:, up] += size * x[:, None]
    W[:, down] -= size * x[:, None]
    return W


def winner(W, x):
    """The class with the highest score."""
    return int(np.argmax(x @ W))


def all_losers_down(W, x, c):
    """On a mistake, lower every class but the right one."""
    if winner(W, x) == c:
        return W.copy()
    return move(W, x, [c], [k for k in range(W.shape[1]) if k != c])


def samples(rng):
    """Return inputs with a constant 1 (n, d), noisy labels and a number of epochs."""
    n, d = int(rng.integers(6, 12)), int(rng.integers(2, 5))
    Z = np.hstack([rng.normal(size=(n, d)), np.ones((n, 1))])
    return Z, np.where(rng.random(n) < 0.5, 1, -1), int(rng.integers(2, 5))


def path(Z, y, epochs):
    """Return the weights after every step (steps, d) and whether it was an update (steps,)."""
    w, weights, updated = np.zeros(Z.shape[1]), [], []
    for _ in range(epochs):
        for z, c in zip(Z, y, strict=True):
            wrong = c * (z @ w) <= 0
            w = w + wrong * c * z
            weights.append(w)
            updated.append(wrong)
    return np.array(weights), np.array(updated)


def averaged_by_age(Z, y, epochs):
    """The mean without a running sum: each update counts as many steps as are left."""
    w, mean, steps = np.zeros(Z.shape[1]), np.zeros(Z.shape[1]), epochs * len(Z)
    for t in range(steps):
        z, c = Z[t % len(Z)], y[t % len(Z)]
        if c * np.dot(w, z) <= 0:
            w = w + c * z
            mean = mean + (steps - t) / steps * c * z
    return mean


EXERCISES = [
    Exercise(
        name="perceptron-predict",
        reference=lambda X, w, b: np.where(X @ w + b >= 0, 1, -1),
        variant=lambda X, w, b: np.array([2 * (sum(x * w) + b >= 0) - 1 for x in X]),
        inputs=whole_batch,
        edge_cases=(
            # On the line; right of it only thanks to the bias; far on either side
            (
                np.array([[1.0, -3.0], [0.0, -1.0], [2.0, 2.0], [-3.0, 0.0]]),
                np.array([1.0, 1.0]),
                2.0,
            ),
        ),
        mistakes=(
            Mistake(
                "Your labels are 0 and 1. In this chapter they are -1 and +1: "
                "np.where(condition, 1, -1).",
                lambda X, w, b: (X @ w + b >= 0).astype(int),
            ),
            Mistake(
                "You left out the bias. Without it the line always runs through the origin.",
                lambda X, w, b: np.where(X @ w >= 0, 1, -1),
            ),
            Mistake(
                "Samples on the line, z = 0, get -1. The step function answers +1 there: use >=.",
                lambda X, w, b: np.where(X @ w + b > 0, 1, -1),
            ),
            Mistake(
                "np.sign gives 0 for samples on the line, but an answer is -1 or +1.",
                lambda X, w, b: np.sign(X @ w + b),
            ),
            Mistake(
                "You returned the weighted sum z. Put it through the step function.",
                lambda X, w, b: X @ w + b,
            ),
        ),
        hints=(
            "First z = X @ w + b, of shape (n,), then the step function.",
            "np.where(z >= 0, 1, -1)",
        ),
    ),
    Exercise(
        name="perceptron-update",
        reference=lambda w, b, x, y: (w + y * x, b + y) if y * (x @ w + b) <= 0 else (w, b),
        variant=lambda w, b, x, y: (
            w + (y * (sum(w * x) + b) <= 0) * y * x,
            b + y * int(y * (sum(w * x) + b) <= 0),
        ),
        inputs=one_sample,
        edge_cases=(
            (np.array([1.0, 2.0]), 1.0, np.array([1.0, -1.0]), 1),  # on the line
            (np.array([1.0, 2.0]), 1.0, np.array([1.0, 1.0]), 1),  # right
            (np.array([1.0, 2.0]), 1.0, np.array([1.0, 1.0]), -1),  # wrong
            (np.array([1.0, 2.0]), 1.0, np.array([-2.0, -1.0]), 1),  # wrong
        ),
        mistakes=(
            Mistake(
                "You update after right answers, too. The rule changes something only on a "
                "mistake, y z <= 0.",
                lambda w, b, x, y: (w + y * x, b + y),
            ),
            Mistake(
                "You forgot to update the bias: on a mistake, b + y.",
                lambda w, b, x, y: (w + y * x, b) if y * (x @ w + b) <= 0 else (w, b),
            ),
            Mistake(
                "A sample on the line, z = 0, counts as a mistake, or learning from zero weights "
                "would never start: use <=, not <.",
                lambda w, b, x, y: (w + y * x, b + y) if y * (x @ w + b) < 0 else (w, b),
            ),
            Mistake(
                "Your update has the wrong sign: it makes the mistake worse. Add y x.",
                lambda w, b, x, y: (w - y * x, b - y) if y * (x @ w + b) <= 0 else (w, b),
            ),
            Mistake(
                "You add x whatever the label is. Add y x, so that a label -1 subtracts it.",
                lambda w, b, x, y: (w + x, b + 1) if y * (x @ w + b) <= 0 else (w, b),
            ),
        ),
        hints=(
            "Is y * (x @ w + b) positive? Then the answer is right: return w and b as they are.",
            "Otherwise return w + y * x and b + y.",
        ),
    ),
    Exercise(
        name="perceptron-bound",
        reference=bound,
        variant=bound_by_hand,
        inputs=separated,
        mistakes=(
            Mistake(
                "Your margin belongs to weights of another length than 1. Divide it by the length "
                "of (w, b).",
                lambda X, y, w, b: bound(X, y, w, b, unit=False),
            ),
            Mistake(
                "Your radius leaves out the constant input 1 that carries the bias.",
                lambda X, y, w, b: bound(X, y, w, b, fold=False),
            ),
            Mistake(
                "Your margin is a mean. It is the smallest value: the bound needs y w·x >= gamma "
                "for every sample.",
                lambda X, y, w, b: bound(X, y, w, b, center=np.mean),
            ),
            Mistake(
                "Your bound is R / gamma. Square it.",
                lambda X, y, w, b: (*bound(X, y, w, b)[:2], bound(X, y, w, b)[2] ** 0.5),
            ),
            Mistake(
                "You divided the margin by the length of w alone. With the bias folded in, the "
                "vector of length 1 is (w, b).",
                lambda X, y, w, b: (
                    np.min(y * (X @ w + b)) / np.linalg.norm(w),
                    bound(X, y, w, b)[1],
                    (bound(X, y, w, b)[1] * np.linalg.norm(w) / np.min(y * (X @ w + b))) ** 2,
                ),
            ),
        ),
        hints=(
            "Long inputs: np.hstack([X, np.ones((len(X), 1))]). Long weights: np.append(w, b).",
            "gamma = smallest y * (Z @ w_long) over the length of w_long; R = largest length of a "
            "row of Z; bound = (R / gamma)².",
        ),
    ),
    Exercise(
        name="perceptron-multiclass",
        reference=lambda W, x, c: move(W, x, [c], [winner(W, x)]),
        variant=lambda W, x, c: (
            W + np.outer(x, np.eye(W.shape[1])[c] - np.eye(W.shape[1])[winner(W, x)])
        ),
        inputs=kernel_and_sample,
        edge_cases=(
            (np.array([[1.0, 0.0, -1.0], [0.5, 2.0, 1.0]]), np.array([1.0, 1.0]), 1),  # right
            (np.array([[1.0, 0.0, -1.0], [0.5, 2.0, 1.0]]), np.array([1.0, 1.0]), 2),  # wrong
        ),
        mistakes=(
            Mistake(
                "You only raise the right class. Lower the class that won, too.",
                lambda W, x, c: move(W, x, [c], []) if winner(W, x) != c else W.copy(),
            ),
            Mistake(
                "You only lower the class that won. Raise the right class, too.",
                lambda W, x, c: move(W, x, [], [winner(W, x)]) if winner(W, x) != c else W.copy(),
            ),
            Mistake(
                "The signs are exchanged: add x to the right class, subtract it from the winner.",
                lambda W, x, c: move(W, x, [winner(W, x)], [c]),
            ),
            Mistake(
                "You lower every other class. Only the class that won is moved down.",
                all_losers_down,
            ),
        ),
        hints=(
            "The winner is k = np.argmax(x @ W). A class is a column of the kernel.",
            "On a copy: W[:, c] += x and W[:, k] -= x.",
        ),
    ),
    Exercise(
        name="perceptron-averaged",
        reference=lambda Z, y, epochs: path(Z, y, epochs)[0].mean(axis=0),
        variant=averaged_by_age,
        inputs=samples,
        mistakes=(
            Mistake(
                "You returned the last weights. Return the mean of the weights over all steps.",
                lambda Z, y, epochs: path(Z, y, epochs)[0][-1],
            ),
            Mistake(
                "You averaged over the updates only. Weights that survive many samples must count "
                "for each of them.",
                lambda Z, y, epochs: path(Z, y, epochs)[0][path(Z, y, epochs)[1]].mean(axis=0),
            ),
            Mistake(
                "You averaged once an epoch. Add the weights to the sum after every sample.",
                lambda Z, y, epochs: path(Z, y, epochs)[0][len(Z) - 1 :: len(Z)].mean(axis=0),
            ),
            Mistake(
                "You returned the sum. Divide it by the number of steps, epochs * len(Z).",
                lambda Z, y, epochs: path(Z, y, epochs)[0].sum(axis=0),
            ),
            Mistake(
                "Your sum takes the weights before each sample. Add them after the update.",
                lambda Z, y, epochs: path(Z, y, epochs)[0][:-1].sum(axis=0) / (epochs * len(Z)),
            ),
        ),
        hints=(
            "Train as always, and keep a running sum next to w. Add w to it after each sample.",
            "total += w stands outside the if; at the end return total / (epochs * len(Z)).",
        ),
    ),
]
