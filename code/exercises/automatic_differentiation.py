"""The exercises of the chapter "Automatic differentiation"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def dual_and_exponent(rng):
    """Return a value, a tangent and an exponent, all away from special numbers."""
    return (
        float(rng.uniform(1.3, 2.5)),
        float(rng.uniform(1.5, 3)),
        float(rng.uniform(2.5, 4)),
    )


def power_by_logarithm(x, t, p):
    """Use x ** p = exp(p log x)."""
    value = np.exp(p * np.log(x))
    return value, value * p * t / x


def branching_trace(rng):
    """Return three inputs and a trace in which an input and results are used twice."""
    trace = [("*", 0, 1), ("+", 3, 2), ("*", 4, 3), ("*", 5, 0), ("+", 6, 4)]
    for k in range(int(rng.integers(0, 4))):
        trace.append((str(rng.choice(["+", "*"])), 7 + k, int(rng.integers(0, 7 + k))))
    return rng.uniform(1.1, 1.9, size=3) * rng.permutation([1.0, 1.3, 1.7]), trace


def reverse(x, trace, add=True, order=reversed, own=False, local=False):
    """Go forwards, then backwards, with the switches of the known mistakes."""
    values = list(x)
    for name, i, j in trace:
        values.append(values[i] + values[j] if name == "+" else values[i] * values[j])
    grad = np.zeros(len(values))
    grad[-1] = 1
    for k in order(range(len(trace))):
        name, i, j = trace[k]
        g = 1 if local else grad[len(x) + k]
        slopes = (1, 1) if name == "+" else (values[j], values[i])
        for place, slope in zip((i, j), slopes[::-1] if own else slopes, strict=True):
            grad[place] = add * grad[place] + slope * g
    return grad


def gradient_by_tangents(x, trace):
    """Run once for each input, forwards."""
    gradient = []
    for direction in np.eye(len(x)):
        values, tangents = list(x), list(direction)
        for name, i, j in trace:
            a, b = values[i], values[j]
            if name == "+":
                tangents.append(tangents[i] + tangents[j])
            else:
                tangents.append(a * tangents[j] + tangents[i] * b)
            values.append(a + b if name == "+" else a * b)
        gradient.append(tangents[-1])
    return np.array(gradient)


def softmax_outputs(rng):
    """Return rows of probabilities and a gradient, both (n, K)."""
    n, k = (int(size) for size in rng.integers(3, 7, size=2))
    p = rng.uniform(0.2, 1, size=(n, k))
    return p / p.sum(axis=1, keepdims=True), rng.normal(size=(n, k))


def product_with_jacobians(p, g):
    """Build each Jacobian after all."""
    return np.stack(
        [(np.diag(q) - np.outer(q, q)) @ row for q, row in zip(p, g, strict=True)],
    )


def broadcast_gradient(rng):
    """Return a gradient (n, k, c) and a shape with one axis less and one of length 1."""
    n, k, c = (int(size) for size in rng.permutation([2, 3, 4, 5])[:3])
    return rng.normal(size=(n, k, c)), (1, c) if rng.random() < 0.5 else (k, 1)


def sum_front(g, shape):
    """Sum away the axes in front."""
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


def ones_of(shape):
    """The axes of length 1."""
    return tuple(axis for axis, length in enumerate(shape) if length == 1)


def sum_to(g, shape):
    """Sum away the axes in front, then those that were stretched."""
    return sum_front(g, shape).sum(axis=ones_of(shape), keepdims=True)


def sum_by_hand(g, shape):
    """Add every entry to the place it was copied from."""
    total = np.zeros(shape)
    for index in np.ndindex(g.shape):
        tail = index[g.ndim - len(shape) :]
        total[tuple(0 if n == 1 else k for k, n in zip(tail, shape, strict=True))] += g[index]
    return total


EXERCISES = [
    Exercise(
        name="autodiff-power",
        reference=lambda x, t, p: (x**p, p * x ** (p - 1) * t),
        variant=power_by_logarithm,
        inputs=dual_and_exponent,
        mistakes=(
            Mistake(
                "You left out the tangent: f'(x) must be multiplied by t.",
                lambda x, t, p: (x**p, p * x ** (p - 1)),
            ),
            Mistake(
                "You took the power of the tangent. A tangent is multiplied by f'(x).",
                lambda x, t, p: (x**p, t**p),
            ),
            Mistake(
                "The exponent of the derivative is p - 1, not p.",
                lambda x, t, p: (x**p, p * x**p * t),
            ),
            Mistake(
                "The factor p is missing in the derivative.",
                lambda x, t, p: (x**p, x ** (p - 1) * t),
            ),
        ),
        hints=(
            "The value is f(x), the tangent f'(x) times t. What is f' for a power?",
            "x**p, and p * x**(p - 1) * t.",
        ),
    ),
    Exercise(
        name="autodiff-reverse",
        reference=lambda x, trace: reverse(x, trace)[: len(x)],
        variant=gradient_by_tangents,
        inputs=branching_trace,
        edge_cases=((np.array([3.0, 2.0]), [("*", 0, 0), ("+", 2, 1)]),),
        mistakes=(
            Mistake(
                "A value that is used twice lost its first contribution: add to grad[i] with +=, "
                "do not overwrite it.",
                lambda x, trace: reverse(x, trace, add=False)[: len(x)],
            ),
            Mistake(
                "You went through the trace forwards. A line may pass its gradient on only when "
                "all later lines are done: go backwards.",
                lambda x, trace: reverse(x, trace, order=iter)[: len(x)],
            ),
            Mistake(
                "For a product you used the factor itself. Its partial derivative is the other "
                "factor.",
                lambda x, trace: reverse(x, trace, own=True)[: len(x)],
            ),
            Mistake(
                "You added up partial derivatives alone. Multiply each by the gradient of the "
                "result of its line.",
                lambda x, trace: reverse(x, trace, local=True)[: len(x)],
            ),
            Mistake(
                "You returned a derivative for every value. Return those of the inputs only, the "
                "first len(x).",
                lambda x, trace: reverse(x, trace),
            ),
        ),
        hints=(
            "Forwards: a list of all values. Backwards: a list of zeros of the same length, 1 at "
            "the end.",
            'For ("*", i, j) that made value k: grad[i] += grad[k] * values[j], and the same with '
            "i and j exchanged.",
        ),
    ),
    Exercise(
        name="autodiff-softmax",
        reference=lambda p, g: p * (g - (p * g).sum(axis=1, keepdims=True)),
        variant=product_with_jacobians,
        inputs=softmax_outputs,
        mistakes=(
            Mistake(
                "You used only the diagonal of the Jacobian. Every probability depends on all "
                "logits of its row.",
                lambda p, g: g * p * (1 - p),
            ),
            Mistake(
                "You subtracted the plain sum of g. It must be weighted with p.",
                lambda p, g: p * (g - g.sum(axis=1, keepdims=True)),
            ),
            Mistake(
                "The factor p before the bracket is missing.",
                lambda p, g: g - (p * g).sum(axis=1, keepdims=True),
            ),
            Mistake(
                "Your sum runs over the batch. Each row is one softmax: axis 1.",
                lambda p, g: p * (g - (p * g).sum(axis=0, keepdims=True)),
            ),
            Mistake(
                "Your sum runs over the whole array. Each row is one softmax: axis 1.",
                lambda p, g: p * (g - (p * g).sum()),
            ),
        ),
        hints=(
            "Collect the terms of the sum: which factor do all of them share?",
            "p * (g - s), where s is the sum of p * g over each row, with keepdims=True.",
        ),
    ),
    Exercise(
        name="autodiff-broadcast",
        reference=sum_to,
        variant=sum_by_hand,
        inputs=broadcast_gradient,
        edge_cases=(
            (np.arange(6.0).reshape(2, 3), (2, 3)),
            (np.arange(6.0).reshape(2, 3), (3,)),
            (np.arange(6.0).reshape(2, 3), ()),
        ),
        mistakes=(
            Mistake(
                "You took the mean. Every copy contributes, so the contributions are added up.",
                lambda g, shape: sum_to(g, shape) * np.prod(shape) / g.size,
            ),
            Mistake(
                "You summed the axes in front only. Axes of length 1 were stretched, too: sum "
                "over them with keepdims=True.",
                sum_front,
            ),
            Mistake(
                "You summed the stretched axes without keepdims=True, so the axis of length 1 is "
                "gone.",
                lambda g, shape: sum_front(g, shape).sum(axis=ones_of(shape)),
            ),
            Mistake(
                "You summed the stretched axes only. Broadcasting has put axes in front as well: "
                "sum them away.",
                lambda g, shape: g.sum(
                    axis=tuple(a + g.ndim - len(shape) for a in ones_of(shape)), keepdims=True
                ),
            ),
            Mistake(
                "You took one copy of the gradient. All copies contribute: sum over them.",
                lambda g, shape: g[(0,) * (g.ndim - len(shape))][tuple(slice(0, n) for n in shape)],
            ),
        ),
        hints=(
            "Count axes from the right. Which does shape lack, and which have length 1 in it?",
            "First g.sum over the leading g.ndim - len(shape) axes, then sum over the axes of "
            "length 1 with keepdims=True.",
        ),
    ),
]
