"""The exercises of the chapter "Activation functions"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def gradients_and_slope(rng):
    """Return dL/da and z, both (n, units), with z of both signs, and a slope."""
    shape = rng.integers(3, 7, size=2)
    z = rng.normal(size=shape)
    z[0, :2] = rng.uniform(0.5, 1), -rng.uniform(0.5, 1)
    return rng.normal(size=shape), z, rng.uniform(0.05, 0.4)


def far_and_near(rng):
    """Return pre-activations (n,): some moderate, one huge, one very negative."""
    z = rng.normal(size=rng.integers(5, 9)) * 3
    z[:4] = rng.uniform(800, 1000), -rng.uniform(800, 1000), 1.5, -1.5
    return (rng.permutation(z),)


def tanh_activations(rng):
    """Return activations (n, units) of tanh: unlike shares in each unit, both signs."""
    n, units = rng.integers(6, 10), rng.integers(3, 5)
    z = rng.uniform(-2, 2, size=(n, units))
    z[0] = rng.uniform(3.1, 4, size=units)  # saturated: above 2.99
    z[1] = -rng.uniform(3.1, 4, size=units)
    z[2, 0] = 3.5
    z[3] = -rng.uniform(2.7, 2.9, size=units)  # steep enough, although a is below -0.99
    return (np.tanh(z),)


def softmax_batch(rng):
    """Return dL/dp and probabilities, both (n, k) with n other than k."""
    k = rng.integers(3, 6)
    exp = np.exp(rng.normal(size=(k + 2, k)))
    return rng.normal(size=(k + 2, k)), exp / exp.sum(axis=1, keepdims=True)


def jacobian_by_rows(grad_p, p):
    """Sample by sample, with the full table of derivatives."""
    return np.stack([(np.diag(q) - np.outer(q, q)) @ g for g, q in zip(grad_p, p, strict=True)])


def leaky_by_copy(grad_a, z, slope):
    """Scale a copy where z is not positive."""
    grad_z = grad_a.copy()
    grad_z[z <= 0] *= slope
    return grad_z


EXERCISES = [
    Exercise(
        name="activation-leaky",
        reference=lambda grad_a, z, slope: grad_a * np.where(z > 0, 1, slope),
        variant=leaky_by_copy,
        inputs=gradients_and_slope,
        mistakes=(
            Mistake(
                "You returned the derivative f'(z). Multiply it by grad_a: that is the chain rule.",
                lambda grad_a, z, slope: np.where(z > 0, 1, slope),
            ),
            Mistake(
                "That is the backward pass of ReLU. Where z is negative, the slope remains.",
                lambda grad_a, z, slope: grad_a * (z > 0),
            ),
            Mistake(
                "You asked for the sign of grad_a. Which side of the kink counts depends on z.",
                lambda grad_a, z, slope: grad_a * np.where(grad_a > 0, 1, slope),
            ),
            Mistake(
                "Your sides are swapped: the slope belongs to negative z, 1 to positive z.",
                lambda grad_a, z, slope: grad_a * np.where(z > 0, slope, 1),
            ),
            Mistake(
                "You multiplied by f(z), the output. The backward pass multiplies by f'(z).",
                lambda grad_a, z, slope: grad_a * np.where(z > 0, z, slope * z),
            ),
        ),
        hints=(
            "The derivative is 1 where z > 0 and the slope elsewhere.",
            "np.where(z > 0, 1, slope), times grad_a.",
        ),
    ),
    Exercise(
        name="activation-softplus",
        reference=lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
        variant=lambda z: np.logaddexp(0, z),
        inputs=far_and_near,
        edge_cases=((np.array([1000.0, -1000.0, 0.0]),),),
        mistakes=(
            Mistake(
                "You typed the formula in. exp(z) overflows for z above 709; take the exponential "
                "of -abs(z) only.",
                lambda z: np.log1p(np.exp(z)),
            ),
            Mistake(
                "That is ReLU, the limit. Add the logarithm of 1 + exp(-abs(z)).",
                lambda z: np.maximum(z, 0),
            ),
            Mistake(
                "You left out max(z, 0). log(1 + exp(-abs(z))) is only the rest.",
                lambda z: np.log1p(np.exp(-np.abs(z))),
            ),
            Mistake(
                "You added z for negative z, too. For those, log(1 + exp(z)) is all: use "
                "max(z, 0).",
                lambda z: z + np.log1p(np.exp(-np.abs(z))),
            ),
            Mistake(
                "Your formula z + log(1 + exp(-z)) is right for positive z and overflows for very "
                "negative ones. Use abs(z).",
                lambda z: z + np.log1p(np.exp(-z)),
            ),
        ),
        hints=(
            "log(1 + exp(z)) = z + log(1 + exp(-z)). Which of the two is safe for which sign?",
            "np.maximum(z, 0) plus np.log1p of an exponential that is at most 1.",
        ),
    ),
    Exercise(
        name="activation-saturated",
        reference=lambda a: np.mean(1 - a**2 < 0.01, axis=0),
        variant=lambda a: (np.abs(np.arctanh(a)) > np.arctanh(np.sqrt(0.99))).sum(axis=0) / len(a),
        inputs=tanh_activations,
        mistakes=(
            Mistake(
                "You averaged over the units. The samples are in the rows: axis=0.",
                lambda a: np.mean(1 - a**2 < 0.01, axis=1),
            ),
            Mistake(
                "You returned one number. Each unit has its own share: mean over axis 0 only.",
                lambda a: np.mean(1 - a**2 < 0.01),
            ),
            Mistake(
                "That is the derivative of the sigmoid, a(1 - a). For tanh it is 1 - a**2.",
                lambda a: np.mean(a * (1 - a) < 0.01, axis=0),
            ),
            Mistake(
                "You compared a with 0.99. Saturated is where the derivative 1 - a**2 is below "
                "0.01, and on both sides.",
                lambda a: np.mean(a > 0.99, axis=0),
            ),
            Mistake(
                "You treated a as z and applied tanh once more. The derivative is 1 - a**2.",
                lambda a: np.mean(1 - np.tanh(a) ** 2 < 0.01, axis=0),
            ),
            Mistake(
                "You counted the samples. The share is the count divided by n.",
                lambda a: np.sum(1 - a**2 < 0.01, axis=0),
            ),
        ),
        hints=(
            "The derivative of tanh is 1 - a**2, and its maximum is 1.",
            "1 - a**2 < 0.01 is a table of yes and no; take its mean over the samples.",
        ),
    ),
    Exercise(
        name="activation-softmax-backward",
        reference=lambda grad_p, p: p * (grad_p - (grad_p * p).sum(axis=1, keepdims=True)),
        variant=jacobian_by_rows,
        inputs=softmax_batch,
        mistakes=(
            Mistake(
                "You treated softmax as a function of one number, with derivative p(1 - p). Each "
                "p_k depends on all logits; the entries beside the diagonal are missing.",
                lambda grad_p, p: grad_p * p * (1 - p),
            ),
            Mistake(
                "You summed over the samples. The sum runs over the classes of one sample: axis=1.",
                lambda grad_p, p: p * (grad_p - (grad_p * p).sum(axis=0)),
            ),
            Mistake(
                "You forgot the p in front of the bracket.",
                lambda grad_p, p: grad_p - (grad_p * p).sum(axis=1, keepdims=True),
            ),
            Mistake(
                "You subtracted the sum of grad_p. Each term must be weighted with its p first.",
                lambda grad_p, p: p * (grad_p - grad_p.sum(axis=1, keepdims=True)),
            ),
            Mistake(
                "You only have the diagonal's first part, p times grad_p. Subtract the weighted "
                "mean of grad_p from it.",
                lambda grad_p, p: p * grad_p,
            ),
        ),
        hints=(
            "Take grad_p, subtract its mean weighted with p, and multiply by p.",
            "The weighted mean of a row is (grad_p * p).sum(axis=1, keepdims=True).",
        ),
    ),
]
