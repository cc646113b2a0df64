"""The exercises of the chapter "Forward propagation"."""

from functools import reduce
from math import comb

import numpy as np

from exercises.checker import Exercise, Mistake


def relu(z):
    """Element by element."""
    return np.maximum(z, 0)


def run(x, kernels, biases, hidden=relu, output=lambda z: z):
    """Go through a network with one activation inside and another at the end."""
    for w, b in zip(kernels[:-1], biases[:-1], strict=True):
        x = hidden(x @ w + b)
    return output(x @ kernels[-1] + biases[-1])


def square_network(rng):
    """Return inputs (n, d), square kernels and biases; the last bias pulls outputs below 0."""
    d, depth = int(rng.integers(4, 7)), int(rng.integers(2, 5))
    kernels = [rng.normal(size=(d, d)) for _ in range(depth)]
    biases = [rng.normal(size=d) for _ in range(depth)]
    biases[-1] = biases[-1] - 30 * rng.uniform(1, 2, size=d)
    return rng.normal(size=(d + 4, d)), kernels, biases


def one_layer(rng):
    """Return a network of a single layer."""
    return rng.normal(size=(5, 3)), [rng.normal(size=(3, 3))], [rng.normal(size=3) - 9]


def standardised_layer(rng):
    """Return mean (d,), spread (d,), a square kernel (d, d) and a bias (d,)."""
    d = int(rng.integers(3, 7))
    return (
        rng.normal(size=d),
        rng.uniform(1.5, 4, size=d),
        rng.normal(size=(d, d)),
        rng.normal(size=d),
    )


def fold_by_probing(mean, spread, w, b):
    """Read the layer off from what it does to zero and to the unit vectors."""
    d = len(mean)
    at_zero = ((np.zeros(d) - mean) / spread) @ w + b
    return ((np.eye(d) - mean) / spread) @ w + b - at_zero, at_zero


def units_and_inputs(rng):
    """Return m and d with 2 <= d < m."""
    m = int(rng.integers(5, 15))
    return m, int(rng.integers(2, m - 1))


def regions_by_recursion(m, d):
    """Count by putting in one hyperplane after the other."""
    if m == 0 or d == 0:
        return 1
    return regions_by_recursion(m - 1, d) + regions_by_recursion(m - 1, d - 1)


def uneven_nodes(rng):
    """Return m + 1 increasing nodes, not equally spaced, and a value for each."""
    m = int(rng.integers(4, 9))
    return np.cumsum(rng.uniform(0.2, 2, size=m + 1)), rng.normal(size=m + 1)


def weights_by_solving(x, y):
    """Find the weights from the values at the nodes: a triangular system."""
    return np.linalg.solve(relu(x[1:, None] - x[:-1]), y[1:] - y[0])


EXERCISES = [
    Exercise(
        name="forward-network",
        reference=lambda x, kernels, biases: run(x, kernels, biases),
        variant=lambda x, kernels, biases: (
            reduce(
                lambda a, layer: relu(a @ layer[0] + layer[1]),
                zip(kernels[:-1], biases[:-1], strict=True),
                x,
            )
            @ kernels[-1]
            + biases[-1]
        ),
        inputs=square_network,
        edge_cases=(one_layer(np.random.default_rng(0)),),
        mistakes=(
            Mistake(
                "You applied ReLU to the output as well, so it cannot be negative. The last "
                "layer is linear.",
                lambda x, kernels, biases: run(x, kernels, biases, output=relu),
            ),
            Mistake(
                "There is no ReLU between your layers, so they collapse into one. Apply it after "
                "every layer but the last.",
                lambda x, kernels, biases: run(x, kernels, biases, hidden=lambda z: z),
            ),
            Mistake(
                "Your kernels are transposed. Samples are rows: A @ W. It only ran because these "
                "kernels are square.",
                lambda x, kernels, biases: run(x, [w.T for w in kernels], biases),
            ),
            Mistake(
                "You left out the biases. Every layer has its own.",
                lambda x, kernels, biases: run(x, kernels, [0 * b for b in biases]),
            ),
            Mistake(
                "You left out the biases of the hidden layers. Every layer has its own.",
                lambda x, kernels, biases: run(
                    x, kernels, [*(0 * b for b in biases[:-1]), biases[-1]]
                ),
            ),
        ),
        hints=(
            "Carry one array A through the layers. What happens to it in every layer, and what "
            "in every layer but the last?",
            "A = A @ W + b for each layer; A = np.maximum(A, 0) unless it is the last one.",
        ),
    ),
    Exercise(
        name="forward-fold",
        reference=lambda mean, spread, w, b: (w / spread[:, None], b - (mean / spread) @ w),
        variant=fold_by_probing,
        inputs=standardised_layer,
        mistakes=(
            Mistake(
                "You left the bias as it was. The means pass through the kernel, too: they are "
                "subtracted from the bias.",
                lambda mean, spread, w, b: (w / spread[:, None], b),
            ),
            Mistake(
                "You divided the columns of the kernel. The inputs run along its rows: "
                "W / spread[:, None].",
                lambda mean, spread, w, b: (w / spread, b - mean @ (w / spread)),
            ),
            Mistake(
                "You multiplied by the spread. The inputs are divided by it, and so is the kernel.",
                lambda mean, spread, w, b: (w * spread[:, None], b - (mean * spread) @ w),
            ),
            Mistake(
                "You added the means to the bias. They are subtracted from the inputs: the sign "
                "is minus.",
                lambda mean, spread, w, b: (w / spread[:, None], b + (mean / spread) @ w),
            ),
            Mistake(
                "In the bias you used the old kernel. The means are divided by the spread as well.",
                lambda mean, spread, w, b: (w / spread[:, None], b - mean @ w),
            ),
        ),
        hints=(
            "Multiply out ((x - mean) / spread) @ W + b and collect what stands with x.",
            "The kernel is W / spread[:, None]; what is left without x is b - (mean / spread) @ W.",
        ),
    ),
    Exercise(
        name="forward-regions",
        reference=lambda m, d: sum(comb(m, j) for j in range(d + 1)),
        variant=regions_by_recursion,
        inputs=units_and_inputs,
        edge_cases=((1, 1), (7, 1), (3, 5)),
        mistakes=(
            Mistake(
                "You counted all patterns, 2 to the power m. With more units than inputs some of "
                "them cannot occur: stop the sum at j = d.",
                lambda m, d: 2**m,
            ),
            Mistake(
                "You took only the last binomial. Add up all of them, j = 0 to d.",
                lambda m, d: comb(m, d),
            ),
            Mistake(
                "Your sum stops at d - 1. The last term is j = d: range(d + 1).",
                lambda m, d: sum(comb(m, j) for j in range(d)),
            ),
            Mistake(
                "Your sum starts at j = 1. The term j = 0 is the one region without any unit.",
                lambda m, d: sum(comb(m, j) for j in range(1, d + 1)),
            ),
            Mistake(
                "That is the count of a grid of m planes along each axis. Each unit is one "
                "hyperplane: add up binomials of m.",
                lambda m, d: (m + 1) ** d,
            ),
        ),
        hints=(
            "How many hyperplanes can meet in one place? One term for each number, from 0 on.",
            "sum(comb(m, j) for j in range(d + 1)).",
        ),
    ),
    Exercise(
        name="forward-interpolant",
        reference=lambda x, y: np.diff(np.diff(y) / np.diff(x), prepend=0),
        variant=weights_by_solving,
        inputs=uneven_nodes,
        mistakes=(
            Mistake(
                "You returned the slopes. All units on the left stay active, so each new unit "
                "adds only the change of slope.",
                lambda x, y: np.diff(y) / np.diff(x),
            ),
            Mistake(
                "The first weight is missing. Before the first node the slope is 0, so the first "
                "change is the first slope.",
                lambda x, y: np.diff(np.diff(y) / np.diff(x)),
            ),
            Mistake(
                "You did not divide by the widths of the intervals. A slope is a difference of "
                "values over a difference of nodes.",
                lambda x, y: np.diff(np.diff(y), prepend=0),
            ),
            Mistake(
                "You used one width for all intervals. Each has its own: np.diff(x).",
                lambda x, y: np.diff(np.diff(y), prepend=0) * (len(x) - 1) / (x[-1] - x[0]),
            ),
            Mistake(
                "Your signs are turned round. The change is the slope after the node minus the "
                "one before.",
                lambda x, y: -np.diff(np.diff(y) / np.diff(x), prepend=0),
            ),
        ),
        hints=(
            "First the slope of each interval. What must unit j add when it becomes active?",
            "slopes = np.diff(y) / np.diff(x); the weights are np.diff(slopes, prepend=0).",
        ),
    ),
]
