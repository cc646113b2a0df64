"""The exercises of the chapter "Digits with scratch"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def answers(rng, n, share):
    """Return true digits (n,) and answers of which about this share is right."""
    y_true = rng.integers(0, 10, size=n)
    wrong = rng.random(n) > share
    return y_true, np.where(wrong, (y_true + rng.integers(1, 10, size=n)) % 10, y_true)


def one_model(rng):
    """Return true digits and answers, both (n,)."""
    return answers(rng, int(rng.integers(30, 60)), rng.uniform(0.6, 0.9))


def two_models(rng):
    """Return true digits and the answers of two models, each (n,)."""
    n = int(rng.integers(40, 80))
    y_true, first = answers(rng, n, 0.6)
    second = np.where(rng.random(n) > 0.3, y_true, first)
    return y_true, first, second


def count_matrix(rng):
    """Return a confusion matrix (K, K) without an empty row or column."""
    K = int(rng.integers(3, 7))
    return (rng.integers(1, 9, size=(K, K)) + np.diag(rng.integers(5, 30, size=K)),)


def loss_curve(rng):
    """Return validation losses (epochs,) that fall and then wander, and a patience."""
    epochs = int(rng.integers(8, 20))
    curve = 1 / np.arange(1, epochs + 1) + 0.3 * rng.random(epochs)
    return curve, int(rng.integers(1, 4))


def share_and_error(y_true, y_pred):
    """Accuracy and standard error."""
    accuracy = np.mean(y_true == y_pred)
    return accuracy, np.sqrt(accuracy * (1 - accuracy) / len(y_true))


def by_counting(y_true, y_pred):
    """The same, from the number of right answers."""
    n, right = len(y_true), sum(int(a == b) for a, b in zip(y_true, y_pred, strict=True))
    return right / n, (right * (n - right)) ** 0.5 / n**1.5


def stop(val_losses, patience):
    """Epochs run, and the index of the best of them."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch + 1, best
    return len(val_losses), best


def stop_by_minima(val_losses, patience):
    """The same: stop at the first epoch whose last ``patience`` losses set no new minimum."""
    lowest = np.minimum.accumulate(val_losses)
    for epoch in range(patience, len(val_losses)):
        if lowest[epoch] == lowest[epoch - patience]:
            return epoch + 1, int(np.argmin(val_losses[: epoch + 1]))
    return len(val_losses), int(np.argmin(val_losses))


def stop_without_reset(val_losses, patience):
    """Counts every bad epoch, in a row or not."""
    best, bad = 0, 0
    for epoch, loss in enumerate(val_losses[1:], start=1):
        if loss < val_losses[best]:
            best = epoch
        else:
            bad += 1
        if bad >= patience:
            return epoch + 1, best
    return len(val_losses), best


def stop_against_previous(val_losses, patience):
    """Compares with the epoch before instead of the best so far."""
    bad = 0
    for epoch in range(1, len(val_losses)):
        bad = bad + 1 if val_losses[epoch] >= val_losses[epoch - 1] else 0
        if bad >= patience:
            return epoch + 1, int(np.argmin(val_losses[: epoch + 1]))
    return len(val_losses), int(np.argmin(val_losses))


def differences(y_true, first, second):
    """1 where only the second is right, -1 where only the first is."""
    return (second == y_true).astype(float) - (first == y_true)


def paired(y_true, first, second):
    """Difference in accuracy and its standard error."""
    d = differences(y_true, first, second)
    return d.mean(), d.std() / np.sqrt(len(d))


def paired_by_counting(y_true, first, second):
    """The same, from the numbers of digits that only one of the two reads."""
    n = len(y_true)
    gained = int(np.sum((second == y_true) & (first != y_true)))
    lost = int(np.sum((second != y_true) & (first == y_true)))
    mean = (gained - lost) / n
    return mean, (((gained + lost) / n - mean**2) / n) ** 0.5


def unpaired(y_true, first, second):
    """Adds the two standard errors as if the digits were different ones."""
    a, b = share_and_error(y_true, first), share_and_error(y_true, second)
    return b[0] - a[0], np.hypot(a[1], b[1])


EXERCISES = [
    Exercise(
        name="digits-accuracy",
        reference=share_and_error,
        variant=by_counting,
        inputs=one_model,
        mistakes=(
            Mistake(
                "Your second value is the variance. The standard error is its square root.",
                lambda t, p: (np.mean(t == p), np.mean(t == p) * np.mean(t != p) / len(t)),
            ),
            Mistake(
                "Your second value does not get smaller with more digits. That is the spread of "
                "a single answer; divide by n under the root.",
                lambda t, p: (np.mean(t == p), np.std(t == p)),
            ),
            Mistake(
                "You forgot the factor 1 - accuracy. A perfect reader would have no uncertainty.",
                lambda t, p: (np.mean(t == p), np.sqrt(np.mean(t == p) / len(t))),
            ),
            Mistake(
                "Your first value is the share of wrong answers, not of right ones.",
                lambda t, p: (np.mean(t != p), share_and_error(t, p)[1]),
            ),
        ),
        hints=(
            "y_true == y_pred is an array of True and False; its mean is the accuracy.",
            "The standard error is sqrt(accuracy (1 - accuracy) / n), with n = len(y_true).",
        ),
    ),
    Exercise(
        name="digits-precision-recall",
        reference=lambda c: (np.diag(c) / c.sum(axis=0), np.diag(c) / c.sum(axis=1)),
        variant=lambda c: (
            np.array([c[k, k] / sum(c[j, k] for j in range(len(c))) for k in range(len(c))]),
            np.array([c[k, k] / sum(c[k, j] for j in range(len(c))) for k in range(len(c))]),
        ),
        inputs=count_matrix,
        mistakes=(
            Mistake(
                "You swapped the two. Precision divides by the column (what was said), recall by "
                "the row (what is true).",
                lambda c: (np.diag(c) / c.sum(axis=1), np.diag(c) / c.sum(axis=0)),
            ),
            Mistake(
                "You divided by all digits. Divide by the digits of one column or one row.",
                lambda c: (np.diag(c) / c.sum(), np.diag(c) / c.sum()),
            ),
            Mistake(
                "You divided by the wrong answers only. The right ones belong to the whole.",
                lambda c: (
                    np.diag(c) / (c.sum(axis=0) - np.diag(c)),
                    np.diag(c) / (c.sum(axis=1) - np.diag(c)),
                ),
            ),
        ),
        hints=(
            "np.diag(counts) holds the right answers of each class.",
            "counts.sum(axis=0) adds up each column, counts.sum(axis=1) each row.",
        ),
    ),
    Exercise(
        name="digits-early-stopping",
        reference=stop,
        variant=stop_by_minima,
        inputs=loss_curve,
        edge_cases=(
            (np.array([1.0, 0.5, 0.6, 0.4, 0.45, 0.3, 0.35, 0.36, 0.1]), 2),
            (np.array([1.0, 0.5, 0.7, 0.6, 0.55, 0.2, 0.1]), 3),
            (np.array([3.0, 2.0, 1.0]), 1),
        ),
        mistakes=(
            Mistake(
                "You counted bad epochs without starting again. A new lowest loss sets the "
                "count back to 0.",
                stop_without_reset,
            ),
            Mistake(
                "You compared each loss with the one before. Compare with the lowest so far: a "
                "curve can creep back and never reach a new low.",
                stop_against_previous,
            ),
            Mistake(
                "You stopped one epoch too late: after `patience` bad epochs, not after one more.",
                lambda losses, patience: stop(losses, patience + 1),
            ),
            Mistake(
                "Your best epoch lies after the stop. Those epochs are never run.",
                lambda losses, patience: (stop(losses, patience)[0], int(np.argmin(losses))),
            ),
        ),
        hints=(
            "Walk through the epochs and remember the index of the lowest loss so far.",
            "Stop as soon as epoch - best >= patience, and return epoch + 1 and best.",
        ),
    ),
    Exercise(
        name="digits-paired",
        reference=paired,
        variant=paired_by_counting,
        inputs=two_models,
        edge_cases=(
            (np.array([1, 2, 3, 4, 5]), np.array([1, 0, 0, 4, 0]), np.array([1, 2, 3, 0, 0])),
        ),
        mistakes=(
            Mistake(
                "You took the standard errors of two separate test sets. Here both models read "
                "the same digits: take the spread of the differences.",
                unpaired,
            ),
            Mistake(
                "Your difference has the wrong sign: second minus first.",
                lambda t, a, b: (-paired(t, a, b)[0], paired(t, a, b)[1]),
            ),
            Mistake(
                "You forgot to subtract the square of the mean difference under the root.",
                lambda t, a, b: (
                    paired(t, a, b)[0],
                    np.sqrt(np.mean(differences(t, a, b) ** 2) / len(t)),
                ),
            ),
            Mistake(
                "Your second value is the spread of one difference. That of the mean is smaller "
                "by the square root of n.",
                lambda t, a, b: (paired(t, a, b)[0], differences(t, a, b).std()),
            ),
        ),
        hints=(
            "d = (second == y_true) - (first == y_true), as floats, is 1, 0 or -1.",
            "The mean of d, and its standard deviation over the square root of n.",
        ),
    ),
]
