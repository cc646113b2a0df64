"""The exercises of the chapter "How a network learns"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def shuffled_epoch(rng):
    """Return an order and a batch size that leaves a short last batch of 1 or 2."""
    size, full = int(rng.integers(6, 10)), rng.integers(2, 4)
    return rng.permutation(full * size + rng.integers(1, 3)), size


def cut(order, size, step=None):
    """Return slices of the given size, one every ``step``."""
    return tuple(order[s : s + size] for s in range(0, len(order), step or size))


def scores(rng):
    """Return accuracies (candidates, seeds): one steady, one lucky, one best on the test."""
    m = rng.integers(5, 8)
    steady, lucky, other, _ = chosen = rng.permutation(m)[:4]
    validation = rng.uniform(0.5, 0.6, size=(m, 3))
    validation[steady] = rng.uniform(0.8, 0.85, size=3)
    validation[lucky, rng.integers(3)] = rng.uniform(0.9, 0.95)
    test = rng.uniform(0.5, 0.6, size=(m, 3))
    test[chosen[0]] = rng.uniform(0.7, 0.8, size=3)
    test[other] = rng.uniform(0.9, 0.95, size=3)
    return validation, test


def choice(validation, test):
    """Mean over the seeds, largest first."""
    best = validation.mean(axis=1).argmax()
    return best, test[best].mean()


def choice_by_loop(validation, test):
    """The same, candidate by candidate."""
    best = 0
    for k, row in enumerate(validation):
        if sum(row) > sum(validation[best]):
            best = k
    return best, sum(test[best]) / len(test[best])


def batch_gradients(rng):
    """Return gradients (batches, parameters) and unequal sizes (batches,)."""
    m, d = rng.integers(3, 6, size=2)
    sizes = np.full(m, 8)
    sizes[-1] = rng.integers(1, 5)
    return rng.normal(size=(m, d)), sizes


def targets(rng):
    """Return targets (n,) and a k that divides n."""
    k = int(rng.integers(3, 6))
    return rng.normal(2, 1, size=k * rng.integers(2, 5)), k


def folds(y, k, centre):
    """Mean squared distance of each fold from ``centre(others, fold)``."""
    parts = np.split(y, k)
    return [
        np.mean((parts[j] - centre(np.concatenate(parts[:j] + parts[j + 1 :]), parts[j])) ** 2)
        for j in range(k)
    ]


def folds_at_once(y, k):
    """All folds in one array."""
    rows = y.reshape(k, -1)
    others = (y.sum() - rows.sum(axis=1)) / (len(y) - rows.shape[1])
    return np.mean((rows - others[:, None]) ** 2)


EXERCISES = [
    Exercise(
        name="learning-epoch",
        reference=lambda order, size: cut(order, size),
        variant=lambda order, size: tuple(np.split(order, range(size, len(order), size))),
        inputs=shuffled_epoch,
        edge_cases=((np.array([4, 0, 2, 1, 3]), 8), (np.array([3, 1, 0, 2]), 2)),
        mistakes=(
            Mistake(
                "You left out the last, short batch. Its samples would never be used in this "
                "order: round up the number of batches.",
                lambda order, size: cut(order[: len(order) // size * size], size),
            ),
            Mistake(
                "Your batches hold the numbers 0, 1, 2, ... Take them from order: it is "
                "shuffled for a reason.",
                lambda order, size: cut(np.arange(len(order)), size),
            ),
            Mistake(
                "Your batches overlap: each start is one further than the last. Go on by "
                "batch_size.",
                lambda order, size: cut(order, size, 1),
            ),
            Mistake(
                "You cut the data into batch_size pieces. batch_size is the number of samples "
                "in a batch, not the number of batches.",
                lambda order, size: tuple(np.array_split(order, size)),
            ),
            Mistake(
                "You made batches of nearly equal size. All but the last hold exactly "
                "batch_size samples.",
                lambda order, size: tuple(np.array_split(order, -(-len(order) // size))),
            ),
        ),
        hints=(
            "The batches start at 0, batch_size, 2 * batch_size, ... below len(order).",
            "order[start : start + batch_size] for start in range(0, len(order), batch_size)",
        ),
    ),
    Exercise(
        name="learning-choose",
        reference=choice,
        variant=choice_by_loop,
        inputs=scores,
        mistakes=(
            Mistake(
                "You chose by the test set. Then its score is too good: choose by validation, "
                "and only look up the test score of the chosen one.",
                lambda validation, test: choice(test, test),
            ),
            Mistake(
                "You chose the candidate with the luckiest seed. Compare means over the seeds.",
                lambda validation, test: (
                    best := int(validation.max(axis=1).argmax()),
                    test[best].mean(),
                ),
            ),
            Mistake(
                "You report the validation score of the winner. It is too good, because it was "
                "used for choosing: report the test score.",
                lambda validation, test: choice(validation, validation),
            ),
            Mistake(
                "You report the best seed on the test set. Report the mean over its seeds.",
                lambda validation, test: (
                    best := choice(validation, test)[0],
                    test[best].max(),
                ),
            ),
        ),
        hints=(
            "One number for each candidate: the mean of its row of validation.",
            "chosen = validation.mean(axis=1).argmax(); report test[chosen].mean().",
        ),
    ),
    Exercise(
        name="learning-combine",
        reference=lambda grads, sizes: sizes @ grads / sizes.sum(),
        variant=lambda grads, sizes: np.average(grads, axis=0, weights=sizes),
        inputs=batch_gradients,
        mistakes=(
            Mistake(
                "You took the plain mean over the batches. The short batch holds fewer samples "
                "and must count less: weights |B| / n.",
                lambda grads, sizes: grads.mean(axis=0),
            ),
            Mistake(
                "You added the gradients up. The loss is a mean, so weight them by |B| / n.",
                lambda grads, sizes: grads.sum(axis=0),
            ),
            Mistake(
                "You weighted by the sizes but did not divide by n, the sum of the sizes.",
                lambda grads, sizes: sizes @ grads,
            ),
            Mistake(
                "You weighted by the sizes and divided by the number of batches. Divide by the "
                "number of samples, the sum of the sizes.",
                lambda grads, sizes: sizes @ grads / len(sizes),
            ),
        ),
        hints=(
            "Each batch gradient is a mean over its samples; undo that mean, add up, and take "
            "the mean over all samples.",
            "n = sizes.sum(), and sizes @ grads adds up the rows with these weights.",
        ),
    ),
    Exercise(
        name="learning-folds",
        reference=lambda y, k: np.mean(folds(y, k, lambda others, fold: others.mean())),
        variant=folds_at_once,
        inputs=targets,
        edge_cases=((np.array([0.0, 1.0, 2.0, 9.0]), 2),),
        mistakes=(
            Mistake(
                "Your mean is that of all targets. It has seen the held-out fold: that is a "
                "leak. Use the other folds only.",
                lambda y, k: np.mean((y - y.mean()) ** 2),
            ),
            Mistake(
                "You predict the mean of the held-out fold itself. Use the mean of the others.",
                lambda y, k: np.mean(folds(y, k, lambda others, fold: fold.mean())),
            ),
            Mistake(
                "You held out the last fold only. Hold out each fold once, and take the mean.",
                lambda y, k: folds(y, k, lambda others, fold: others.mean())[-1],
            ),
            Mistake(
                "You added up the errors of the folds. Take their mean.",
                lambda y, k: sum(folds(y, k, lambda others, fold: others.mean())),
            ),
        ),
        hints=(
            "A loop over j: fold j is held out, the rest is concatenated and gives the mean.",
            "np.mean((folds[j] - others.mean()) ** 2) for each j, then the mean over j.",
        ),
    ),
]
