"""The exercises of the chapter "Questions about the basics"."""

import math

import numpy as np

from exercises.checker import Exercise, Mistake


def a_training(rng):
    """Return samples, batch size and epochs; the last batch has at most half the size."""
    batch_size = int(rng.integers(10, 60))
    rest = int(rng.integers(1, batch_size // 2))
    return int(rng.integers(3, 30)) * batch_size + rest, batch_size, int(rng.integers(2, 9))


def counted_updates(n, batch_size, epochs):
    """By going through the batches."""
    return sum(len(range(0, n, batch_size)) for _ in range(epochs))


def dead(x, w, b):
    """Count the units that are 0 for every sample."""
    return np.sum((x @ w + b <= 0).all(axis=0))


def dead_one_by_one(x, w, b):
    """Unit by unit."""
    return sum(max(x @ w[:, k] + b[k]) <= 0 for k in range(len(b)))


def alive(x, w, b):
    """Count the units that are positive for some sample."""
    return len(b) - dead(x, w, b)


def sometimes_zero(x, w, b):
    """Count the units that are 0 for at least one sample."""
    return np.sum((x @ w + b <= 0).any(axis=0))


def zeros(x, w, b):
    """Count the zeros of all units for all samples."""
    return np.sum(x @ w + b <= 0)


def silent_samples(x, w, b):
    """Count the samples for which every unit is 0."""
    return np.sum((x @ w + b <= 0).all(axis=1))


def without_bias(x, w, b):
    """Count dead units as if there were no biases."""
    return dead(x, w, 0 * b)


def a_layer(rng):
    """Return inputs, kernel and biases for which each way to count gives another number."""
    ways = (dead, alive, sometimes_zero, zeros, silent_samples, without_bias)
    while True:
        n, d, units = 6, 3, 12
        x, w = rng.uniform(0, 1, size=(n, d)), rng.normal(size=(d, units))
        b = rng.normal(-0.6, 0.6, size=units)
        if len({int(way(x, w, b)) for way in ways}) == len(ways):
            return x, w, b


def some_batches(rng):
    """Return the gradients of some batches and their sizes, all different."""
    batches, parameters = rng.integers(3, 6), rng.integers(4, 8)
    sizes = rng.permutation(np.arange(2, 40))[:batches].astype(float)
    return rng.normal(size=(batches, parameters)), sizes


def by_adding_up(gradients, sizes):
    """Batch by batch."""
    total = np.zeros(gradients.shape[1])
    for gradient, size in zip(gradients, sizes, strict=True):
        total += size * gradient
    return total / sum(sizes)


def some_answers(rng):
    """Return probabilities (n, classes) and labels, about half of them the likeliest class."""
    n, classes = int(rng.integers(12, 20)), int(rng.integers(3, 6))
    z = rng.normal(0, 2, size=(n, classes))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    other = (p.argmax(axis=1) + rng.integers(1, classes, size=n)) % classes
    return p, np.where(np.arange(n) % 2 == 0, p.argmax(axis=1), other)


def gap(p, y):
    """Return the mean largest probability minus the accuracy."""
    return p.max(axis=1).mean() - np.mean(p.argmax(axis=1) == y)


def gap_by_samples(p, y):
    """Sample by sample."""
    return sum(max(row) - (row[label] == max(row)) for row, label in zip(p, y, strict=True)) / len(
        y
    )


EXERCISES = [
    Exercise(
        name="faq-updates",
        reference=lambda n, batch_size, epochs: epochs * math.ceil(n / batch_size),
        variant=counted_updates,
        inputs=a_training,
        edge_cases=((100, 50, 3), (60_000, 32, 1), (5, 32, 4)),
        mistakes=(
            Mistake(
                "You rounded down. The samples that are left over form one more batch.",
                lambda n, batch_size, epochs: epochs * (n // batch_size),
            ),
            Mistake(
                "You rounded up once for the whole training. Each epoch has its own small last "
                "batch: round up, then multiply by the epochs.",
                lambda n, batch_size, epochs: math.ceil(epochs * n / batch_size),
            ),
            Mistake(
                "You counted one epoch only. Multiply by the number of epochs.",
                lambda n, batch_size, epochs: math.ceil(n / batch_size),
            ),
            Mistake(
                "You counted samples. There is one update for each batch, not for each sample.",
                lambda n, batch_size, epochs: epochs * n,
            ),
            Mistake(
                "You did not round. There is no fraction of an update: round up in each epoch.",
                lambda n, batch_size, epochs: epochs * n / batch_size,
            ),
        ),
        hints=(
            "How many batches has one epoch, the small last one included?",
            "epochs * -(-n // batch_size)",
        ),
    ),
    Exercise(
        name="faq-dead",
        reference=dead,
        variant=dead_one_by_one,
        inputs=a_layer,
        mistakes=(
            Mistake(
                "You counted the units that are 0 for at least one sample. A dead unit is 0 for "
                "all of them: .all(axis=0).",
                sometimes_zero,
            ),
            Mistake(
                "You left out the biases. They decide on which side of 0 the sums lie.",
                without_bias,
            ),
            Mistake(
                "You counted samples for which all units are 0. Units are in columns: "
                ".all(axis=0).",
                silent_samples,
            ),
            Mistake(
                "You counted single zeros. Count the columns that consist of zeros only.",
                zeros,
            ),
            Mistake(
                "You counted the units that are alive. The others are asked for.",
                alive,
            ),
        ),
        hints=(
            "Z = X @ W + b has one row a sample and one column a unit. Where is ReLU 0?",
            "(Z <= 0).all(axis=0) says for each unit whether it is dead; sum it.",
        ),
    ),
    Exercise(
        name="faq-batches",
        reference=lambda gradients, sizes: sizes @ gradients / sizes.sum(),
        variant=by_adding_up,
        inputs=some_batches,
        mistakes=(
            Mistake(
                "You took the plain mean. A small batch then counts as much as a large one: weight "
                "by the sizes.",
                lambda gradients, sizes: gradients.mean(axis=0),
            ),
            Mistake(
                "You added up the batch gradients. Each is a mean already; weight by the sizes and "
                "divide by their sum.",
                lambda gradients, sizes: gradients.sum(axis=0),
            ),
            Mistake(
                "You forgot to divide by the number of all samples: that is the gradient of the "
                "sum of the losses.",
                lambda gradients, sizes: sizes @ gradients,
            ),
            Mistake(
                "You divided by the number of batches. Divide by the number of samples.",
                lambda gradients, sizes: sizes @ gradients / len(sizes),
            ),
            Mistake(
                "You weighted by 1 / size. A large batch must count more, not less.",
                lambda gradients, sizes: (1 / sizes) @ gradients / np.sum(1 / sizes),
            ),
        ),
        hints=(
            "Size times batch gradient is the sum over the batch's samples.",
            "sizes @ gradients adds up these sums; divide by sizes.sum().",
        ),
    ),
    Exercise(
        name="faq-confidence",
        reference=gap,
        variant=gap_by_samples,
        inputs=some_answers,
        mistakes=(
            Mistake(
                "Your sign is turned round. The gap is positive if the network is too sure: mean "
                "probability minus accuracy.",
                lambda p, y: -gap(p, y),
            ),
            Mistake(
                "You took the probability of the right class. The network states that of its own "
                "answer, the largest.",
                lambda p, y: p[np.arange(len(y)), y].mean() - np.mean(p.argmax(axis=1) == y),
            ),
            Mistake(
                "You took the largest probability of each class (axis 0). Each row is one sample.",
                lambda p, y: p.max(axis=0).mean() - np.mean(p.argmax(axis=1) == y),
            ),
            Mistake(
                "You returned the mean largest probability. Subtract the accuracy.",
                lambda p, y: p.max(axis=1).mean(),
            ),
            Mistake(
                "You subtracted the number of right answers. Subtract their share, a mean.",
                lambda p, y: p.max(axis=1).mean() - np.sum(p.argmax(axis=1) == y),
            ),
        ),
        hints=(
            "How sure is it on average, and how often is it right?",
            "P.max(axis=1).mean() minus np.mean(P.argmax(axis=1) == y)",
        ),
    ),
]
