"""The exercises of the chapter "Errors in print: formulas"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def labels_and_probabilities(rng):
    """Return labels (n,) of both kinds, and probabilities (n,)."""
    n = int(rng.integers(4, 9))
    y = (np.arange(n) % 2).astype(float)
    return rng.permutation(y), rng.uniform(0.05, 0.95, size=n)


def entropy_terms(y, p):
    """One term for each sample."""
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def rows_and_probabilities(rng):
    """Return one-hot rows (n, K) and probabilities (n, K)."""
    n, k = int(rng.integers(3, 7)), int(rng.integers(3, 6))
    exp = np.exp(rng.normal(size=(n, k)))
    return np.eye(k)[rng.integers(k, size=n)], exp / exp.sum(axis=1, keepdims=True)


def input_and_signal(rng):
    """Return an input (d,) and an error signal (units,) that does not add up to 0."""
    d, units = int(rng.integers(2, 5)), int(rng.integers(5, 8))
    return rng.normal(size=d), rng.normal(size=units) + 0.5


def summed_gradients(x, delta):
    """The same sum over all units for every weight and bias."""
    total = np.full(len(delta), delta.sum())
    return np.outer(x, total), total


def signals(rng):
    """Return error signals (n, m), a kernel (units, m) and tanh outputs (n, units)."""
    n, m, units = int(rng.integers(5, 8)), int(rng.integers(2, 4)), int(rng.integers(3, 5))
    a = rng.uniform(0.3, 0.9, size=(n, units)) * rng.choice([-1, 1], size=(n, units))
    return rng.normal(size=(n, m)), rng.normal(size=(units, m)), a


def signal_by_samples(g2, w2, a1):
    """Sample by sample and unit by unit."""
    g1 = np.zeros(a1.shape)
    for i, k in np.ndindex(a1.shape):
        g1[i, k] = sum(w2[k] * g2[i]) * (1 - a1[i, k]) * (1 + a1[i, k])
    return g1


def walk(rng):
    """Return parameters (d,), gradients (steps, d) of both signs, a rate and an epsilon."""
    d, steps = int(rng.integers(2, 5)), int(rng.integers(3, 7))
    gradients = rng.uniform(0.3, 2, size=(steps, d)) * rng.choice([-1, 1], size=(steps, d))
    gradients[0, 0] = -abs(gradients[0, 0])
    return rng.normal(size=d), gradients, rng.uniform(0.05, 0.5), 1e-10


def adagrad(w, gradients, rate, epsilon):
    """Step by step."""
    v = np.zeros_like(w)
    for g in gradients:
        v = v + g * g
        w = w - rate * g / (np.sqrt(v) + epsilon)
    return w


def adagrad_at_once(w, gradients, rate, epsilon):
    """All steps at once, with a cumulative sum."""
    roots = np.sqrt(np.cumsum(gradients**2, axis=0))
    return w - rate * np.sum(gradients / (roots + epsilon), axis=0)


def adagrad_as_printed(w, gradients, rate, epsilon):
    """The root of the gradient itself."""
    for g in gradients:
        w = w - rate / (np.sqrt(g) + epsilon)
    return w


def adagrad_without_gradient(w, gradients, rate, epsilon):
    """The sum of squares, but no gradient in the step."""
    roots = np.sqrt(np.cumsum(gradients**2, axis=0))
    return w - rate * np.sum(1 / (roots + epsilon), axis=0)


def adagrad_without_sum(w, gradients, rate, epsilon):
    """Only the latest square."""
    return w - rate * np.sum(gradients / (abs(gradients) + epsilon), axis=0)


def adagrad_without_root(w, gradients, rate, epsilon):
    """Divided by the sum of squares."""
    return w - rate * np.sum(gradients / (np.cumsum(gradients**2, axis=0) + epsilon), axis=0)


def adam_walk(rng):
    """Return what ``walk`` returns, with two decay factors before epsilon."""
    w, gradients, rate, epsilon = walk(rng)
    return w, gradients, rate, rng.uniform(0.7, 0.95), rng.uniform(0.98, 0.999), epsilon


def adam(w, gradients, rate, beta_1, beta_2, epsilon, factors=(True, True), correct=(True, True)):
    """Adam; the factors 1 - beta and the corrections of the two moments can be left out."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1 if factors[0] else 1) * g
        v = beta_2 * v + (1 - beta_2 if factors[1] else 1) * g * g
        m_hat = m / (1 - beta_1**t) if correct[0] else m
        v_hat = v / (1 - beta_2**t) if correct[1] else v
        w = w - rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return w


def adam_by_weights(w, gradients, rate, beta_1, beta_2, epsilon):
    """The corrected moments as weighted means of all gradients so far."""
    for t in range(1, len(gradients) + 1):
        ages = np.arange(t)[::-1]
        m = np.average(gradients[:t], axis=0, weights=beta_1**ages)
        v = np.average(gradients[:t] ** 2, axis=0, weights=beta_2**ages)
        w = w - rate * m / (np.sqrt(v) + epsilon)
    return w


def adam_keeps_the_corrected(w, gradients, rate, beta_1, beta_2, epsilon):
    """The corrected moments are kept, and corrected again in the next step."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = (beta_1 * m + (1 - beta_1) * g) / (1 - beta_1**t)
        v = (beta_2 * v + (1 - beta_2) * g * g) / (1 - beta_2**t)
        w = w - rate * m / (np.sqrt(v) + epsilon)
    return w


EXERCISES = [
    Exercise(
        name="bug-entropy-mean",
        reference=lambda y, p: np.mean(entropy_terms(y, p)),
        variant=lambda y, p: -sum(np.log(np.where(y == 1, p, 1 - p))) / len(y),
        inputs=labels_and_probabilities,
        mistakes=(
            Mistake(
                "You return the sum over the samples: twice the data give twice the loss. Take "
                "the mean.",
                lambda y, p: np.sum(entropy_terms(y, p)),
            ),
            Mistake(
                "You divided the sum by 2. That is the mean for two samples only. Divide by the "
                "number of samples.",
                lambda y, p: np.sum(entropy_terms(y, p)) / 2,
            ),
            Mistake(
                "You lost the minus sign on the way. A logarithm of a probability is negative, "
                "and a loss is not.",
                lambda y, p: -np.mean(entropy_terms(y, p)),
            ),
            Mistake(
                "You return one term for each sample. Take their mean.",
                entropy_terms,
            ),
            Mistake(
                "You dropped the samples with label 0. They add -log(1 - p).",
                lambda y, p: -np.mean(y * np.log(p)),
            ),
        ),
        hints=(
            "The terms are right. What is done with them?",
            "Copies of the samples must not change the loss: np.mean instead of np.sum.",
        ),
    ),
    Exercise(
        name="bug-class-loss",
        reference=lambda y, p: -np.mean(np.sum(y * np.log(p), axis=1)),
        variant=lambda y, p: np.mean([-np.log(b[np.argmax(a)]) for a, b in zip(y, p, strict=True)]),
        inputs=rows_and_probabilities,
        edge_cases=((np.array([[1.0, 0, 0]]), np.array([[0.7, 0.2, 0.1]])),),
        mistakes=(
            Mistake(
                "You add -log(1 - p) for the classes that are not true: 0.6852 instead of 0.3567. "
                "That is the loss of separate yes-or-no questions. Behind a softmax only the true "
                "class counts.",
                lambda y, p: np.mean(np.sum(entropy_terms(y, p), axis=1)),
            ),
            Mistake(
                "You take a mean over the classes, too. Sum over the classes, and take the mean "
                "over the samples.",
                lambda y, p: -np.mean(y * np.log(p)),
            ),
            Mistake(
                "You still ask every class a yes-or-no question, and now take the mean over them. "
                "Drop the part with 1 - p.",
                lambda y, p: np.mean(entropy_terms(y, p)),
            ),
            Mistake(
                "You kept the classes that are not true and dropped the true one. It is the other "
                "way round: -log of the probability of the true class.",
                lambda y, p: -np.mean(np.sum((1 - y) * np.log(1 - p), axis=1)),
            ),
            Mistake(
                "You lost the minus sign. The loss is the mean of -log p of the true class.",
                lambda y, p: np.mean(np.sum(y * np.log(p), axis=1)),
            ),
        ),
        hints=(
            "The classes share one sum of probabilities. The true class alone is asked.",
            "Leave out the part with 1 - Y. Sum Y * np.log(P) over axis 1, then take the mean.",
        ),
    ),
    Exercise(
        name="bug-kernel-gradient",
        reference=lambda x, delta: (np.outer(x, delta), delta),
        variant=lambda x, delta: (np.array([[a * g for g in delta] for a in x]), 1 * delta),
        inputs=input_and_signal,
        edge_cases=((np.array([1.0, -2.0]), np.array([0.5, -0.75, 0.25])),),
        mistakes=(
            Mistake(
                "You sum the error signals over the units. Behind a softmax this sum is 0, and "
                "nothing moves. A weight reaches one unit only: its gradient is that unit's "
                "signal times the input.",
                summed_gradients,
            ),
            Mistake(
                "Your kernel is right now, but the bias still gets the sum over the units. Its "
                "gradient is its own unit's signal.",
                lambda x, delta: (np.outer(x, delta), np.full(len(delta), delta.sum())),
            ),
            Mistake(
                "Your bias is right now, but the kernel still gets the sum over the units. Use "
                "each unit's own signal.",
                lambda x, delta: (summed_gradients(x, delta)[0], delta),
            ),
            Mistake(
                "You took the mean over the units instead of the sum. There is neither: each "
                "unit has its own signal.",
                lambda x, delta: tuple(part / len(delta) for part in summed_gradients(x, delta)),
            ),
            Mistake(
                "Your kernel gradient is transposed. It has the shape of the kernel, (d, units).",
                lambda x, delta: (np.outer(delta, x), delta),
            ),
        ),
        hints=(
            "A weight from input j to unit k changes z_k, and no other.",
            "np.outer(x, delta) for the kernel. What is the bias's input?",
        ),
    ),
    Exercise(
        name="bug-hidden-signal",
        reference=lambda g2, w2, a1: (g2 @ w2.T) * (1 - a1**2),
        variant=signal_by_samples,
        inputs=signals,
        mistakes=(
            Mistake(
                "You stop at the derivative for the hidden outputs A1, so the first layer fails "
                "the gradient check. Multiply by the slope of tanh to reach Z1.",
                lambda g2, w2, a1: g2 @ w2.T,
            ),
            Mistake(
                "A(1 - A) is the slope of the sigmoid. For tanh it is 1 - A².",
                lambda g2, w2, a1: (g2 @ w2.T) * a1 * (1 - a1),
            ),
            Mistake(
                "You divided by the slope. On the way back it is a factor.",
                lambda g2, w2, a1: (g2 @ w2.T) / (1 - a1**2),
            ),
            Mistake(
                "A1 already is tanh of Z1. You took tanh of it once more inside the slope.",
                lambda g2, w2, a1: (g2 @ w2.T) * (1 - np.tanh(a1) ** 2),
            ),
            Mistake(
                "You used the rule of ReLU, a slope of 1 or 0. For tanh it is 1 - A².",
                lambda g2, w2, a1: (g2 @ w2.T) * (a1 > 0),
            ),
        ),
        hints=(
            "G2 @ W2.T is the derivative for A1. One step is left, from A1 to Z1.",
            "The slope of tanh, in terms of its output, is 1 - A1**2; multiply by it.",
        ),
    ),
    Exercise(
        name="bug-adagrad",
        reference=adagrad,
        variant=adagrad_at_once,
        inputs=walk,
        edge_cases=((np.zeros(2), np.array([[0.0, 1.0], [1.0, -1.0]]), 0.1, 1e-8),),
        mistakes=(
            Mistake(
                "You take the root of the gradient itself: nan where it is negative, and huge "
                "steps where it is small. Keep the sum of the squares, and put the gradient into "
                "the step.",
                adagrad_as_printed,
            ),
            Mistake(
                "You keep the sum of squares now, but the gradient is still missing in the step, "
                "so every step goes down. Multiply the step by g.",
                adagrad_without_gradient,
            ),
            Mistake(
                "You use only the latest square, so each step is the learning rate. v is the sum "
                "of all squares so far: add to it.",
                adagrad_without_sum,
            ),
            Mistake(
                "You divide by the sum of squares. Divide by its root.",
                adagrad_without_root,
            ),
            Mistake(
                "Your steps go uphill. Subtract them.",
                lambda w, g, rate, epsilon: adagrad_at_once(w, g, -rate, epsilon),
            ),
        ),
        hints=(
            "v has to start at 0 before the loop and grow in each step. By what?",
            "v = v + g**2, and the step is learning_rate * g / (np.sqrt(v) + epsilon).",
        ),
    ),
    Exercise(
        name="bug-adam",
        reference=adam,
        variant=adam_by_weights,
        inputs=adam_walk,
        mistakes=(
            Mistake(
                "v is a sum here: it tends to 1/(1 - beta_2) times the square, and the steps "
                "shrink. And nothing corrects m for its start at 0. Add the factor 1 - beta_2, "
                "and divide both moments by 1 - beta**t.",
                lambda *a: adam(*a, factors=(True, False), correct=(False, False)),
            ),
            Mistake(
                "The factor is there, but no correction: the first steps are too long. Divide m by "
                "1 - beta_1**t and v by 1 - beta_2**t, with t from 1.",
                lambda *a: adam(*a, correct=(False, False)),
            ),
            Mistake(
                "The correction is there, but v still lacks the factor 1 - beta_2: your steps are "
                "far too short.",
                lambda *a: adam(*a, factors=(True, False)),
            ),
            Mistake(
                "You corrected v, but not m. Both start at 0.",
                lambda *a: adam(*a, correct=(False, True)),
            ),
            Mistake(
                "You corrected m, but not v. Both start at 0.",
                lambda *a: adam(*a, correct=(True, False)),
            ),
            Mistake(
                "You keep the corrected moments, so they are corrected again in the next step. "
                "Keep m and v as they are, and correct copies.",
                adam_keeps_the_corrected,
            ),
        ),
        hints=(
            "A moving mean has two factors that add up to 1: beta and 1 - beta.",
            "After t steps from 0 a moving mean is too small by 1 - beta**t. Divide by it, for the "
            "step only.",
        ),
    ),
]
