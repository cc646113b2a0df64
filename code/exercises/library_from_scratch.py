"""The exercises of the chapter "A library from scratch"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def two_tables(rng):
    """Return targets and predictions, both (n, k)."""
    shape = tuple(rng.integers(2, 6, size=2))
    return rng.normal(size=shape), rng.normal(size=shape)


def scale_inputs(rng):
    """Return inputs (n, d), factors (d,) and a gradient (n, d), with n and d different."""
    n = int(rng.integers(3, 6))
    d = n + int(rng.integers(1, 3))
    return rng.normal(size=(n, d)), rng.normal(size=d), rng.normal(size=(n, d))


def residual_inputs(rng):
    """Return inputs (n, d), a kernel (d, d) and a gradient (n, d)."""
    n, d = rng.integers(2, 6, size=2)
    return rng.normal(size=(n, d)), rng.normal(size=(d, d)), rng.normal(size=(n, d))


def adam_inputs(rng):
    """Return parameters, gradient, moments, number of the step, learning rate."""
    size = int(rng.integers(3, 7))
    w, g, m = rng.normal(size=(3, size))
    v = rng.uniform(0.5, 2, size=size)
    return w, g, m, v, int(rng.integers(2, 40)), float(rng.uniform(0.001, 0.01))


def residual(x, w, grad, slope=True, around=True, through=True):
    """Return the gradients of x + tanh(x w); the options leave parts out."""
    grad_z = grad * (1 - np.tanh(x @ w) ** 2) if slope else grad
    return around * grad + through * (grad_z @ w.T), x.T @ grad_z


def residual_by_jacobian(x, w, grad):
    """The same, one sample at a time, with the Jacobian of the block written out."""
    grad_x, grad_w = np.zeros_like(x), np.zeros_like(w)
    for i, (x_i, grad_i) in enumerate(zip(x, grad, strict=True)):
        slope = 1 / np.cosh(x_i @ w) ** 2
        jacobian = np.eye(len(x_i)) + slope[:, None] * w.T  # dy_k / dx_j
        grad_x[i] = jacobian.T @ grad_i
        grad_w += np.outer(x_i, slope * grad_i)
    return grad_x, grad_w


def adam(w, g, m, v, t, rate, factor=True, square=True, correct=True, root=True, keep=True):
    """Take one step of Adam; the options are the mistakes."""
    m = 0.9 * m + (0.1 if factor else 1) * g
    v = 0.999 * v + (0.001 if factor else 1) * (g * g if square else np.abs(g))
    m_hat = m / (1 - 0.9**t) if correct else m
    v_hat = v / (1 - 0.999**t) if correct else v
    step = rate * m_hat / ((np.sqrt(v_hat) if root else v_hat) + 1e-7)
    return (w - step, m, v) if keep else (w - step, m_hat, v_hat)


def adam_in_one_factor(w, g, m, v, t, rate):
    """The same step, with both corrections in one factor."""
    m = m + 0.1 * (g - m)
    v = v + 0.001 * (g**2 - v)
    root = (1 - 0.999**t) ** 0.5
    return w - rate * root / (1 - 0.9**t) * m / (v**0.5 + 1e-7 * root), m, v


EXERCISES = [
    Exercise(
        name="library-mse",
        reference=lambda y, p: (np.mean((p - y) ** 2), 2 * (p - y) / p.size),
        variant=lambda y, p: (
            sum((a - b) ** 2 for a, b in zip(p.ravel(), y.ravel(), strict=True)) / p.size,
            (p - y) / (0.5 * p.shape[0] * p.shape[1]),
        ),
        inputs=two_tables,
        mistakes=(
            Mistake(
                "Your gradient lacks the factor 2: the derivative of a square is twice its base.",
                lambda y, p: (np.mean((p - y) ** 2), (p - y) / p.size),
            ),
            Mistake(
                "Your gradient lacks the factor 1 / (n k): the loss is a mean over all entries.",
                lambda y, p: (np.mean((p - y) ** 2), 2 * (p - y)),
            ),
            Mistake(
                "You divided the gradient by n only. The mean is over all entries, n times k.",
                lambda y, p: (np.mean((p - y) ** 2), 2 * (p - y) / len(p)),
            ),
            Mistake(
                "Your gradient has the wrong sign. It is the derivative with respect to y_pred, "
                "so it is positive where the prediction is too large.",
                lambda y, p: (np.mean((p - y) ** 2), 2 * (y - p) / p.size),
            ),
            Mistake(
                "Your value is a sum. The loss is the mean over all entries.",
                lambda y, p: (np.sum((p - y) ** 2), 2 * (p - y)),
            ),
        ),
        hints=(
            "Compute error = y_pred - y_true once; both results follow from it.",
            "The value is np.mean(error ** 2), the gradient 2 * error / error.size.",
        ),
    ),
    Exercise(
        name="library-scale",
        reference=lambda x, scale, grad: (grad * scale, (grad * x).sum(axis=0)),
        variant=lambda x, scale, grad: (
            grad @ np.diag(scale),
            np.einsum("nd,nd->d", grad, x),
        ),
        inputs=scale_inputs,
        mistakes=(
            Mistake(
                "You took the mean over the batch for scale. It is the sum: the 1/n is already in "
                "the gradient that comes from the loss.",
                lambda x, scale, grad: (grad * scale, (grad * x).mean(axis=0)),
            ),
            Mistake(
                "Your gradient for scale does not contain x. The output is x * scale, so its "
                "derivative with respect to scale is x.",
                lambda x, scale, grad: (grad * scale, grad.sum(axis=0)),
            ),
            Mistake(
                "You did not sum over the batch: all samples share one scale, so its gradient "
                "has shape (d,).",
                lambda x, scale, grad: (grad * scale, grad * x),
            ),
            Mistake(
                "Your gradient for x lacks the factor scale: the derivative of x * scale with "
                "respect to x.",
                lambda x, scale, grad: (grad, (grad * x).sum(axis=0)),
            ),
            Mistake(
                "You divided by scale. Going back, the gradient is multiplied by it, as going "
                "forwards.",
                lambda x, scale, grad: (grad / scale, (grad * x).sum(axis=0)),
            ),
        ),
        hints=(
            "One entry: y = x * scale. Its derivatives are scale (for x) and x (for scale).",
            "For x: grad * scale. For scale: grad * x, summed over the batch, axis 0.",
        ),
    ),
    Exercise(
        name="library-residual",
        reference=residual,
        variant=residual_by_jacobian,
        inputs=residual_inputs,
        mistakes=(
            Mistake(
                "You forgot the path around the layer. The input reaches the output twice, so "
                "add grad itself to what comes back through tanh.",
                lambda x, w, grad: residual(x, w, grad, around=False),
            ),
            Mistake(
                "You forgot the path through the layer: the gradient for x has two parts.",
                lambda x, w, grad: residual(x, w, grad, through=False),
            ),
            Mistake(
                "You left out the derivative of tanh, 1 - tanh(z)².",
                lambda x, w, grad: residual(x, w, grad, slope=False),
            ),
            Mistake(
                "You multiplied the kernel from the wrong side or not transposed. Forwards it is "
                "x @ w, so backwards it is grad_z @ w.T.",
                lambda x, w, grad: (
                    grad + (grad * (1 - np.tanh(x @ w) ** 2)) @ w,
                    residual(x, w, grad)[1],
                ),
            ),
        ),
        hints=(
            "Let grad_z be grad times the derivative of tanh at z = x @ w.",
            "For w: x.T @ grad_z. For x: grad (around) plus grad_z @ w.T (through).",
        ),
    ),
    Exercise(
        name="library-adam",
        reference=adam,
        variant=adam_in_one_factor,
        inputs=adam_inputs,
        mistakes=(
            Mistake(
                "You left out the bias correction: divide m by 1 - 0.9**t and v by 1 - 0.999**t.",
                lambda *arguments: adam(*arguments, correct=False),
            ),
            Mistake(
                "You left out the factors 1 - beta: m and v are means, not sums.",
                lambda *arguments: adam(*arguments, factor=False),
            ),
            Mistake(
                "Your v is a mean of the gradient's size. It should be that of its square.",
                lambda *arguments: adam(*arguments, square=False),
            ),
            Mistake(
                "You divided by v instead of its square root.",
                lambda *arguments: adam(*arguments, root=False),
            ),
            Mistake(
                "You returned the corrected moments. Keep the uncorrected ones: the next step "
                "corrects them anew.",
                lambda *arguments: adam(*arguments, keep=False),
            ),
            Mistake(
                "You counted the step from 0 or one too far: t is already 1 in the first step.",
                lambda w, g, m, v, t, rate: adam(w, g, m, v, t + 1, rate),
            ),
        ),
        hints=(
            "Four lines: m, v, the two corrected copies, the step.",
            "m_hat = m / (1 - 0.9**t), v_hat = v / (1 - 0.999**t), with the new m and v.",
        ),
    ),
]
