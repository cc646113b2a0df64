"""The exercises of the chapter "Tools of the trade: derivatives"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def cubic(rng):
    """Return a polynomial of degree three, a place and a step that is not tiny."""
    a, b, c, d = rng.uniform(0.5, 2, size=4)
    return lambda x: a * x**3 + b * x**2 + c * x + d, rng.uniform(0.5, 1), rng.uniform(0.1, 0.3)


def sigmoid(x):
    """Element by element."""
    return 1 / (1 + np.exp(-x))


def one_layer(rng):
    """Return an input (d,), a square kernel (d, d) and a bias (d,)."""
    d = rng.integers(3, 6)
    return rng.normal(size=d), rng.normal(size=(d, d)), rng.normal(size=d)


def narrow_layer():
    """Return an input (3,), a kernel (3, 2) and a bias (2,)."""
    kernel = np.array([[0.5, -1.0], [1.5, 0.2], [-0.3, 0.8]])
    return np.array([1.0, -0.5, 0.25]), kernel, np.array([0.1, -0.2])


def activations(x, w, b):
    """The outputs of the layer, (units,)."""
    return np.tanh(w.T @ x + b)


def jacobian_by_loops(x, w, b):
    """Entry by entry."""
    d, units = w.shape
    result = np.zeros((units, d))
    for k in range(units):
        z = sum(w[j, k] * x[j] for j in range(d)) + b[k]
        for j in range(d):
            result[k, j] = w[j, k] / np.cosh(z) ** 2
    return result


def vector_and_matrix(rng):
    """Return a vector (d,) and a square matrix (d, d) that is not symmetric."""
    d = rng.integers(3, 6)
    return rng.normal(size=d), rng.normal(size=(d, d))


EXERCISES = [
    Exercise(
        name="derivative-central",
        reference=lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        variant=lambda f, x, h: ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h) / 2,
        inputs=cubic,
        mistakes=(
            Mistake(
                "That is the forward quotient. The central one uses f(x + h) and f(x - h).",
                lambda f, x, h: (f(x + h) - f(x)) / h,
            ),
            Mistake(
                "You divided by h. The two places are 2 h apart.",
                lambda f, x, h: (f(x + h) - f(x - h)) / h,
            ),
            Mistake(
                "That is the backward quotient. The central one uses f(x + h) and f(x - h).",
                lambda f, x, h: (f(x) - f(x - h)) / h,
            ),
            Mistake(
                "Mind the brackets: `/ 2 * h` divides by 2 and multiplies by h. Write / (2 * h).",
                lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h,
            ),
        ),
        hints=(
            "Rise over run, with one place to the right of x and one to the left.",
            "(f(x + h) - f(x - h)) / (2 * h)",
        ),
    ),
    Exercise(
        name="derivative-swish",
        reference=lambda x: sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x)),
        variant=lambda x: (1 + np.exp(-x) * (1 + x)) / (1 + np.exp(-x)) ** 2,
        inputs=lambda rng: (rng.normal(size=rng.integers(3, 8)),),
        edge_cases=((np.array([0.0, 1.0, -1.0]),),),
        mistakes=(
            Mistake(
                "You took only one half of the product rule, x' times the sigmoid. Add x times "
                "the derivative of the sigmoid.",
                sigmoid,
            ),
            Mistake(
                "You took only one half of the product rule, x times the derivative of the "
                "sigmoid. Add x' times the sigmoid, and x' is 1.",
                lambda x: x * sigmoid(x) * (1 - sigmoid(x)),
            ),
            Mistake(
                "You multiplied the derivatives of the two factors. The product rule is "
                "f'g + f g'.",
                lambda x: sigmoid(x) * (1 - sigmoid(x)),
            ),
            Mistake(
                "You lost the factor x in the second term: it is x times the derivative of the "
                "sigmoid.",
                lambda x: sigmoid(x) + sigmoid(x) * (1 - sigmoid(x)),
            ),
            Mistake(
                "You used 1 - s², as for tanh. The derivative of the sigmoid is s(1 - s).",
                lambda x: sigmoid(x) + x * (1 - sigmoid(x) ** 2),
            ),
        ),
        hints=(
            "It is a product of x and the sigmoid: f'g + f g' with f = x.",
            "s + x * s * (1 - s), with s = 1 / (1 + np.exp(-x)).",
        ),
    ),
    Exercise(
        name="derivative-jacobian",
        reference=lambda x, w, b: (1 - activations(x, w, b) ** 2)[:, None] * w.T,
        variant=jacobian_by_loops,
        inputs=one_layer,
        edge_cases=(narrow_layer(),),
        mistakes=(
            Mistake(
                "You returned the transpose. A Jacobian has one row for each output and one "
                "column for each input.",
                lambda x, w, b: w * (1 - activations(x, w, b) ** 2),
            ),
            Mistake(
                "You left out the derivative of tanh. Multiply row k by 1 - a_k².",
                lambda x, w, b: w.T,
            ),
            Mistake(
                "You used a(1 - a), the derivative of the sigmoid. For tanh it is 1 - a².",
                lambda x, w, b: (lambda a: (a * (1 - a))[:, None] * w.T)(activations(x, w, b)),
            ),
            Mistake(
                "You put the pre-activation into 1 - a². Put in the output of tanh.",
                lambda x, w, b: (1 - (w.T @ x + b) ** 2)[:, None] * w.T,
            ),
            Mistake(
                "You left out the bias in the pre-activation.",
                lambda x, w, b: (1 - activations(x, w, 0 * b) ** 2)[:, None] * w.T,
            ),
        ),
        hints=(
            "Row k: the derivative of tanh at unit k, times the weights of unit k.",
            "a = np.tanh(W.T @ x + b); (1 - a**2)[:, None] multiplies the rows of W.T.",
        ),
    ),
    Exercise(
        name="derivative-quadratic",
        reference=lambda x, a: (a + a.T) @ x,
        variant=lambda x, a: a @ x + x @ a,
        inputs=vector_and_matrix,
        mistakes=(
            Mistake(
                "2 A x is right for symmetric matrices only. x occurs on both sides of A: there "
                "is a term with A and one with its transpose.",
                lambda x, a: 2 * a @ x,
            ),
            Mistake(
                "You differentiated only the x on the left. Add the term for the one on the right.",
                lambda x, a: a @ x,
            ),
            Mistake(
                "You differentiated only the x on the right. Add the term for the one on the left.",
                lambda x, a: a.T @ x,
            ),
            Mistake(
                "You counted the term with the transpose twice. The other term has A itself.",
                lambda x, a: 2 * a.T @ x,
            ),
            Mistake(
                "You returned the value of the function. The gradient has the shape of x.",
                lambda x, a: x @ a @ x,
            ),
        ),
        hints=(
            "Move x by Delta, multiply out, and collect what is linear in Delta: two terms.",
            "(A + A.T) @ x",
        ),
    ),
]
