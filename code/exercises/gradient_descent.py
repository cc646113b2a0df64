"""The exercises of the chapter "Gradient descent"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def positive_matrix(rng):
    """Return a symmetric matrix with well separated positive eigenvalues."""
    d = rng.integers(3, 6)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    values = np.append(rng.uniform(1.5, 6, size=d - 2), [rng.uniform(0.3, 0.8), rng.uniform(8, 12)])
    matrix = turn * values @ turn.T
    return ((matrix + matrix.T) / 2,)


def rate_and_factor(rate):
    """Return a wrong answer that has another rate, and the factor that belongs to it."""

    def answer(H):
        values = np.linalg.eigvalsh(H)
        alpha = rate(values)
        return alpha, np.abs(1 - alpha * values).max()

    return answer


def best(H):
    """Best rate and factor."""
    values = np.linalg.eigvalsh(H)
    return 2 / (values[0] + values[-1]), (values[-1] - values[0]) / (values[-1] + values[0])


def best_by_singular_values(H):
    """The same: the singular values of such a matrix are its eigenvalues."""
    high, *_, low = np.linalg.svd(H, compute_uv=False)
    kappa = high / low
    return 2 / (low * (1 + kappa)), (kappa - 1) / (kappa + 1)


def bowl(curvature, centre, floor):
    """Return a quadratic loss with the same curvature in all directions."""
    return lambda theta: floor + 0.5 * curvature * np.sum((theta - centre) ** 2)


def line_search_case(rng):
    """Return a quadratic loss, a place, the gradient there and a rate that is too long."""
    d = rng.integers(3, 6)
    curvature, centre = rng.uniform(0.3, 0.5), rng.normal(size=d)
    g = rng.normal(size=d)
    g *= rng.uniform(0.55, 0.575) / np.linalg.norm(g)
    rate = rng.uniform(1.15, 1.65) / curvature * 2.0 ** rng.integers(1, 5)
    return bowl(curvature, centre, rng.uniform(1, 2)), centre + g / curvature, g, rate


def halve_until(accepts, again=0):
    """Return a line search with another condition; it gives up after 60 halvings."""

    def answer(loss, theta, g, learning_rate):
        for _ in range(60):
            if accepts(loss, theta, g, learning_rate):
                break
            learning_rate = learning_rate / 2
        return learning_rate / 2**again

    return answer


def armijo(loss, theta, g, rate):
    """Whether the step keeps half of what the slope promises."""
    return loss(theta - rate * g) <= loss(theta) - 0.5 * rate * (g @ g)


def backtrack(loss, theta, g, learning_rate):
    """Halve until Armijo's condition holds."""
    while not armijo(loss, theta, g, learning_rate):
        learning_rate = learning_rate / 2
    return learning_rate


def backtrack_from_a_list(loss, theta, g, learning_rate):
    """The first of all halved rates that is good."""
    rates = learning_rate * 0.5 ** np.arange(60)
    return next(
        rate for rate in rates if loss(theta) - loss(theta - rate * g) >= rate * sum(g * g) / 2
    )


def single_gradients(rng):
    """Return gradients (n, parameters) of single samples and a batch size."""
    n = int(rng.integers(8, 15))
    return rng.normal(size=(n, rng.integers(3, 6))) + rng.normal(), int(rng.integers(3, 7))


def spread(gradients):
    """The mean squared length of the deviations from the mean gradient."""
    return np.mean(np.sum((gradients - gradients.mean(axis=0)) ** 2, axis=1))


def batch_error(gradients, B):
    """The expected squared error of a batch drawn without replacement."""
    return spread(gradients) / B * (len(gradients) - B) / (len(gradients) - 1)


EXERCISES = [
    Exercise(
        name="descent-best-rate",
        reference=best,
        variant=best_by_singular_values,
        inputs=positive_matrix,
        edge_cases=((np.diag([1.0, 3.0]),),),
        mistakes=(
            Mistake(
                "Your rate is 1 / the largest eigenvalue. That one is safe; the best is "
                "2 / (smallest + largest).",
                rate_and_factor(lambda values: 1 / values[-1]),
            ),
            Mistake(
                "Your rate is the limit, 2 / the largest eigenvalue. There the steepest "
                "coordinate no longer shrinks: divide by smallest + largest.",
                rate_and_factor(lambda values: 2 / values[-1]),
            ),
            Mistake(
                "Your rate is 1 / (smallest + largest). It should be twice that: the two factors "
                "meet where 1 - rate * smallest = rate * largest - 1.",
                rate_and_factor(lambda values: 1 / (values[0] + values[-1])),
            ),
            Mistake(
                "Your rate is 2 / the trace, the sum of all eigenvalues. Only the smallest and "
                "the largest count.",
                lambda H: (2 / np.trace(H), best(H)[1]),
            ),
            Mistake(
                "Your second number is the condition number. The factor is "
                "(kappa - 1) / (kappa + 1).",
                lambda H: (best(H)[0], np.linalg.cond(H)),
            ),
            Mistake(
                "Your factor is 1 - 1 / kappa, which belongs to the rate 1 / largest. For the "
                "best rate it is (kappa - 1) / (kappa + 1).",
                lambda H: (best(H)[0], 1 - 1 / np.linalg.cond(H)),
            ),
        ),
        hints=(
            "The best rate makes the factors of the flattest and the steepest direction equal in "
            "size.",
            "values = np.linalg.eigvalsh(H); the rate is 2 / (values[0] + values[-1]), the factor "
            "the difference over the sum.",
        ),
    ),
    Exercise(
        name="descent-backtrack",
        reference=backtrack,
        variant=backtrack_from_a_list,
        inputs=line_search_case,
        edge_cases=(
            (bowl(0.5, np.zeros(2), 1.0), np.array([1.0, 0.5]), np.array([0.5, 0.25]), 3.8),
            (bowl(0.5, np.zeros(2), 1.0), np.array([1.0, 0.5]), np.array([0.5, 0.25]), 0.1),
        ),
        mistakes=(
            Mistake(
                "You accept any step that lowers the loss. Armijo's condition asks for at least "
                "half of rate * |g|^2.",
                halve_until(lambda loss, theta, g, rate: loss(theta - rate * g) < loss(theta)),
            ),
            Mistake(
                "You ask for a decrease of |g|^2 / 2, without the rate. The slope promises "
                "rate * |g|^2.",
                halve_until(
                    lambda loss, theta, g, rate: (
                        loss(theta - rate * g) <= loss(theta) - 0.5 * (g @ g)
                    )
                ),
            ),
            Mistake(
                "You used the length of g. The promised decrease has the squared length, g @ g.",
                halve_until(
                    lambda loss, theta, g, rate: (
                        loss(theta - rate * g) <= loss(theta) - 0.5 * rate * np.linalg.norm(g)
                    )
                ),
            ),
            Mistake(
                "You halve once too often. Return the first rate that satisfies the condition.",
                halve_until(armijo, again=1),
            ),
            Mistake(
                "You returned the first rate without a test. Halve it as long as the condition "
                "is violated.",
                lambda loss, theta, g, learning_rate: learning_rate,
            ),
        ),
        hints=(
            "Loop as long as the new loss is too large; in the loop, halve the rate.",
            "while loss(theta - rate * g) > loss(theta) - 0.5 * rate * (g @ g): rate = rate / 2",
        ),
    ),
    Exercise(
        name="descent-batch-variance",
        reference=batch_error,
        variant=lambda gradients, B: (
            gradients.var(axis=0, ddof=1).sum() * (1 / B - 1 / len(gradients))
        ),
        inputs=single_gradients,
        mistakes=(
            Mistake(
                "That is the error with replacement, s^2 / B. Without, multiply by "
                "(n - B) / (n - 1).",
                lambda gradients, B: spread(gradients) / B,
            ),
            Mistake(
                "Your last factor is (n - B) / n. It is (n - B) / (n - 1), so that it is 1 for "
                "B = 1.",
                lambda gradients, B: spread(gradients) / B * (1 - B / len(gradients)),
            ),
            Mistake(
                "You forgot to divide by the batch size.",
                lambda gradients, B: batch_error(gradients, B) * B,
            ),
            Mistake(
                "You returned the root. The question is for the mean of the squares.",
                lambda gradients, B: batch_error(gradients, B) ** 0.5,
            ),
            Mistake(
                "You averaged over the parameters, too. The squared length of a vector is the "
                "sum over its entries.",
                lambda gradients, B: batch_error(gradients, B) / gradients.shape[1],
            ),
            Mistake(
                "You took the squared lengths of the gradients themselves. Subtract their mean "
                "first.",
                lambda gradients, B: (
                    np.mean(np.sum(gradients**2, axis=1))
                    / B
                    * (len(gradients) - B)
                    / (len(gradients) - 1)
                ),
            ),
        ),
        hints=(
            "Three factors: the spread of the single gradients, 1 / B, and the one for drawing "
            "without replacement.",
            "deviations = gradients - gradients.mean(axis=0); spread = "
            "np.mean(np.sum(deviations**2, axis=1)); times (n - B) / (n - 1) / B.",
        ),
    ),
]
