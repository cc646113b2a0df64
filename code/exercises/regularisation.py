"""The exercises of the chapter "Regularisation"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def step_inputs(rng):
    """Return parameters, a gradient, a learning rate and a strength."""
    d = rng.integers(3, 7)
    return (
        rng.normal(size=d),
        rng.normal(size=d),
        float(rng.uniform(0.1, 0.5)),
        float(rng.uniform(0.2, 0.9)),
    )


def dropout(a, random, rate):
    """Drop where the random number is below the rate, scale the rest."""
    return a * (random >= rate) / (1 - rate)


def dropout_inputs(rng):
    """Return activations, random numbers (at least one drops, one does not) and a rate."""
    shape = rng.integers(3, 6, size=2)
    random = rng.random(shape)
    random[0, 0], random[1, 1] = 0.01, 0.99
    return rng.normal(size=shape), random, float(rng.uniform(0.15, 0.4))


def early_stop(losses, patience, late=0, reset=True, previous=False):
    """Return the best epoch and the number of epochs run; the options are mistakes."""
    best, best_epoch, wait, last = np.inf, 0, 0, np.inf
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, best_epoch = loss, epoch
            wait = 0 if reset else wait
        elif previous and loss < last:
            wait = 0
        else:
            wait += 1
        last = loss
        if wait >= patience + late:
            break
    return best_epoch, epoch + 1


def early_stop_at_once(losses, patience):
    """The same for all epochs together: how long ago was the last new lowest loss?"""
    epochs = np.arange(len(losses))
    before = np.concatenate([[np.inf], np.minimum.accumulate(losses)[:-1]])
    latest = np.maximum.accumulate(np.where(losses < before, epochs, 0))
    tired = np.flatnonzero(epochs - latest >= patience)
    last = tired[0] if tired.size else epochs[-1]
    return latest[last], last + 1


def losses_and_patience(rng):
    """Return losses that fall (with one bump), rise unevenly and reach a late minimum."""
    patience = int(rng.integers(2, 5))
    down = 2 - 0.2 * np.arange(rng.integers(4, 7)) + rng.uniform(0, 0.05)
    down = np.concatenate([down[:1], down[:1] + 0.1, down[1:]])
    up = down[-1] + 0.5 - 0.05 * np.arange(patience)  # falling, but above the lowest
    after = np.concatenate([[up[-1] + 0.1], [down[-1] - 0.5], down[-1] + 0.1 * np.arange(1, 8)])
    return np.concatenate([down, up, after]), patience


def norm_parts(x, epsilon):
    """Return the standardised inputs and what they were divided by."""
    root = np.sqrt(x.var(axis=0) + epsilon)
    return (x - x.mean(axis=0)) / root, root


def norm_gradient(x, delta, w, epsilon, mean=True, variance=True):
    """The gradient of batch normalisation for its inputs; the options are mistakes."""
    zeta, root = norm_parts(x, epsilon)
    inner = delta - mean * delta.mean(axis=0) - variance * zeta * (delta * zeta).mean(axis=0)
    return w / root * inner


def norm_gradient_by_jacobian(x, delta, w, epsilon):
    """Channel by channel, with the matrix of all derivatives."""
    zeta, root = norm_parts(x, epsilon)
    n = len(x)
    columns = []
    for k in range(x.shape[1]):
        jacobian = (np.eye(n) - 1 / n - np.outer(zeta[:, k], zeta[:, k]) / n) / root[k]
        columns.append(jacobian @ (w[k] * delta[:, k]))
    return np.stack(columns, axis=1)


def norm_inputs(rng):
    """Return inputs, error signals, scales and epsilon."""
    n, channels = rng.integers(5, 9), rng.integers(2, 5)
    x = rng.normal(2, 1.5, size=(n, channels))
    scales = rng.uniform(1.2, 2, channels)
    return x, rng.normal(size=(n, channels)), scales, float(rng.uniform(0.05, 0.2))


EXERCISES = [
    Exercise(
        name="regularise-step",
        reference=lambda w, g, rate, strength: w - rate * (g + strength * w),
        variant=lambda w, g, rate, strength: (1 - rate * strength) * w - rate * g,
        inputs=step_inputs,
        mistakes=(
            Mistake(
                "You left out the penalty. Its gradient, strength times w, belongs to g.",
                lambda w, g, rate, strength: w - rate * g,
            ),
            Mistake(
                "Your penalty is not multiplied by the learning rate. Add strength * w to the "
                "gradient, then multiply the sum by the learning rate.",
                lambda w, g, rate, strength: w - rate * g - strength * w,
            ),
            Mistake(
                "Your penalty pushes the parameters away from 0. Its gradient is added to g.",
                lambda w, g, rate, strength: w - rate * (g - strength * w),
            ),
            Mistake(
                "Your penalty is twice as strong. The half in the penalty cancels the 2 of the "
                "derivative: strength * w.",
                lambda w, g, rate, strength: w - rate * (g + 2 * strength * w),
            ),
            Mistake(
                "You shrank the parameters after the step, so the step was shrunk, too. Shrink "
                "the old parameters.",
                lambda w, g, rate, strength: (1 - rate * strength) * (w - rate * g),
            ),
            Mistake(
                "You added the value of the penalty. Add its gradient, one number a parameter.",
                lambda w, g, rate, strength: w - rate * (g + strength / 2 * (w @ w)),
            ),
        ),
        hints=(
            "The loss with penalty has the gradient g + strength * w. Take an ordinary step "
            "with it.",
            "w - learning_rate * (g + strength * w)",
        ),
    ),
    Exercise(
        name="regularise-dropout",
        reference=dropout,
        variant=lambda a, random, rate: np.where(random < rate, 0, a / (1 - rate)),
        inputs=dropout_inputs,
        mistakes=(
            Mistake(
                "You did not scale what is left. Divide it by 1 - rate, so that the mean stays.",
                lambda a, random, rate: a * (random >= rate),
            ),
            Mistake(
                "You kept what should be dropped. An activation is dropped where its random "
                "number is less than the rate.",
                lambda a, random, rate: a * (random < rate) / (1 - rate),
            ),
            Mistake(
                "You divided by the rate. Divide by the share that is kept, 1 - rate.",
                lambda a, random, rate: a * (random >= rate) / rate,
            ),
            Mistake(
                "You multiplied by 1 - rate, which makes the mean even smaller. Divide by it.",
                lambda a, random, rate: a * (random >= rate) * (1 - rate),
            ),
            Mistake(
                "You scaled everything and dropped nothing. Multiply by the mask as well.",
                lambda a, random, rate: a / (1 - rate),
            ),
        ),
        hints=(
            "Two factors: a mask of zeros and ones, and a number that makes up for the loss.",
            "kept = random >= rate; then a * kept / (1 - rate)",
        ),
    ),
    Exercise(
        name="regularise-early-stop",
        reference=early_stop,
        variant=early_stop_at_once,
        inputs=losses_and_patience,
        edge_cases=(
            (np.array([3.0, 2.0, 1.0]), 2),
            (np.array([1.0, 0.5, 0.5, 0.5, 0.4]), 2),
            (np.array([1.0, 2.0, 0.5]), 1),
        ),
        mistakes=(
            Mistake(
                "You took the lowest loss of all epochs. Those after the stop are never run.",
                lambda losses, patience: (
                    np.argmin(losses),
                    early_stop(losses, patience)[1],
                ),
            ),
            Mistake(
                "You compare with the epoch before. Compare with the lowest loss so far.",
                lambda losses, patience: early_stop(losses, patience, previous=True),
            ),
            Mistake(
                "You stop one epoch too late. Stop as soon as `patience` epochs brought nothing.",
                lambda losses, patience: early_stop(losses, patience, late=1),
            ),
            Mistake(
                "You never set the counter back. After a new lowest loss it starts from 0.",
                lambda losses, patience: early_stop(losses, patience, reset=False),
            ),
            Mistake(
                "You keep the weights of the last epoch. Keep those of the best one.",
                lambda losses, patience: (
                    early_stop(losses, patience)[1] - 1,
                    early_stop(losses, patience)[1],
                ),
            ),
            Mistake(
                "You count the best epoch from 1. Count it from 0.",
                lambda losses, patience: (
                    early_stop(losses, patience)[0] + 1,
                    early_stop(losses, patience)[1],
                ),
            ),
            Mistake(
                "You returned the last epoch instead of how many were run. It is one more.",
                lambda losses, patience: (
                    early_stop(losses, patience)[0],
                    early_stop(losses, patience)[1] - 1,
                ),
            ),
        ),
        hints=(
            "Keep the lowest loss and its epoch. How many epochs ago was it?",
            "If loss < best: remember both. Otherwise break if epoch - best_epoch >= patience. "
            "Return best_epoch, epoch + 1.",
        ),
    ),
    Exercise(
        name="regularise-norm",
        reference=norm_gradient,
        variant=norm_gradient_by_jacobian,
        inputs=norm_inputs,
        mistakes=(
            Mistake(
                "You treated mean and variance as constants. Both depend on every input of the "
                "batch.",
                lambda x, delta, w, eps: norm_gradient(x, delta, w, eps, False, False),
            ),
            Mistake(
                "The way through the variance is missing: subtract zeta times the mean of delta "
                "* zeta.",
                lambda x, delta, w, eps: norm_gradient(x, delta, w, eps, True, False),
            ),
            Mistake(
                "The way through the mean is missing: subtract the mean of delta.",
                lambda x, delta, w, eps: norm_gradient(x, delta, w, eps, False, True),
            ),
            Mistake(
                "You left out the scale w. Every error signal passes through it.",
                lambda x, delta, w, eps: norm_gradient(x, delta, np.ones_like(w), eps),
            ),
            Mistake(
                "You did not divide by S, the root of variance plus epsilon.",
                lambda x, delta, w, eps: norm_gradient(x, delta, w, eps) * norm_parts(x, eps)[1],
            ),
            Mistake(
                "You left epsilon out. S is the root of variance plus epsilon.",
                lambda x, delta, w, eps: norm_gradient(x, delta, w, 0.0),
            ),
            Mistake(
                "You took sums over the batch. Both corrections are means.",
                lambda x, delta, w, eps: norm_gradient(x, delta, w, eps, len(x), len(x)),
            ),
        ),
        hints=(
            "First S and zeta, column by column. Then three terms: delta, its mean, and zeta "
            "times a mean.",
            "w / S * (delta - delta.mean(axis=0) - zeta * (delta * zeta).mean(axis=0))",
        ),
    ),
]
