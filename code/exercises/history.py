"""The exercises of the chapter "A short history"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def excitation(rng):
    """Return a batch with all kinds of rows: below, at and above threshold, inhibited or not."""
    threshold = int(rng.integers(2, 4))
    d, k = threshold + 2, 3
    counts = np.repeat([threshold - 1, threshold, threshold + 1], 3)
    exciting = np.array([rng.permutation(np.arange(d) < c).astype(int) for c in counts])
    active = np.tile([0, 1, k], 3)
    inhibiting = np.array([rng.permutation(np.arange(k) < c).astype(int) for c in active])
    order = rng.permutation(len(counts))
    return exciting[order], inhibiting[order], threshold


def cells(exciting, inhibiting, threshold):
    """Return what each cell does."""
    return ((exciting.sum(axis=1) >= threshold) & ~inhibiting.any(axis=1)).astype(int)


def samples(rng):
    """Return inputs, targets 1 and -1, start weights and bias, and a learning rate."""
    n, d = int(rng.integers(4, 8)), int(rng.integers(2, 4))
    y = rng.choice([-1.0, 1.0], size=n)
    return rng.normal(size=(n, d)), y, rng.normal(size=d), rng.uniform(0.5, 1), 0.1


def delta_rule(x, y, w, b, alpha):
    """One pass, sample by sample."""
    for x_i, y_i in zip(x, y, strict=True):
        error = w @ x_i + b - y_i
        w, b = w - alpha * error * x_i, b - alpha * error
    return w, b


def delta_rule_folded(x, y, w, b, alpha):
    """The same with the bias as last weight."""
    x1, w1 = np.column_stack([x, np.ones(len(x))]), np.append(w, b)
    for i in range(len(x)):
        w1 = w1 + alpha * (y[i] - x1[i] @ w1) * x1[i]
    return w1[:-1], w1[-1]


def delta_rule_at_once(x, y, w, b, alpha):
    """All errors from the start weights."""
    error = x @ w + b - y
    return w - alpha * error @ x, b - alpha * error.sum()


def delta_rule_fixed_bias(x, y, w, b, alpha):
    """The weights move, the bias does not."""
    for x_i, y_i in zip(x, y, strict=True):
        w = w - alpha * (w @ x_i + b - y_i) * x_i
    return w, b


def delta_rule_on_decisions(x, y, w, b, alpha):
    """With the sign instead of the weighted sum."""
    for x_i, y_i in zip(x, y, strict=True):
        error = np.sign(w @ x_i + b) - y_i
        w, b = w - alpha * error * x_i, b - alpha * error
    return w, b


def sweep(a, w, order=None):
    """Visit units one at a time; a unit that sees 0 stays."""
    a = a.copy()
    for j in range(len(a)) if order is None else order:
        z = w[j] @ a
        a[j] = a[j] if z == 0 else np.sign(z)
    return a


def sweep_by_flips(a, w):
    """Flip a unit if that lowers the energy."""
    for j in range(len(a)):
        flipped = np.where(np.arange(len(a)) == j, -a, a)
        if flipped @ w @ flipped > a @ w @ a:
            a = flipped
    return a


def at_once(a, w):
    """All units from the old state."""
    z = w @ a
    return np.where(z == 0, a, np.sign(z))


def zero_is_off(a, w):
    """A unit that sees 0 becomes -1."""
    a = a.copy()
    for j in range(len(a)):
        a[j] = 1 if w[j] @ a > 0 else -1
    return a


def raised(a, w):
    """Uphill."""
    return sweep(a, -w)


WRONG_SWEEPS = (
    at_once,
    zero_is_off,
    raised,
    lambda a, w: sweep(a, w, range(len(a) - 1, -1, -1)),
)


def memory(rng):
    """Return a state and symmetric integer weights for which the wrong sweeps differ."""
    while True:
        d = int(rng.integers(6, 10))
        w = np.triu(rng.integers(-2, 3, size=(d, d)), 1).astype(float)
        w += w.T
        a = rng.choice([-1.0, 1.0], size=d)
        right = sweep(a, w)
        if all(not np.array_equal(right, wrong(a, w)) for wrong in WRONG_SWEEPS):
            return a, w


def growth(rng):
    """Return years and counts that grow, with scatter."""
    n = int(rng.integers(6, 10))
    years = np.sort(rng.choice(np.arange(1985, 2025), size=n, replace=False)).astype(float)
    return years, 10 ** (4 + rng.uniform(0.15, 0.25) * (years - 1985) + rng.normal(size=n) / 3)


def slope(x, y):
    """Of the least-squares line."""
    x = x - x.mean()
    return x @ y / (x @ x)


EXERCISES = [
    Exercise(
        name="history-cells",
        reference=cells,
        variant=lambda e, i, threshold: np.array(
            [int(sum(on) >= threshold and sum(off) == 0) for on, off in zip(e, i, strict=True)]
        ),
        inputs=excitation,
        mistakes=(
            Mistake(
                "Your cell needs more than the threshold. Reaching it is enough: use >=.",
                lambda e, i, threshold: cells(e, i, threshold + 1),
            ),
            Mistake(
                "You ignored the inhibiting inputs. One that is on keeps the cell silent.",
                lambda e, i, threshold: cells(e, 0 * i, threshold),
            ),
            Mistake(
                "You subtracted the inhibiting inputs from the sum. In this cell one of them is a "
                "veto, however many exciting inputs are on.",
                lambda e, i, threshold: (e.sum(axis=1) - i.sum(axis=1) >= threshold).astype(int),
            ),
            Mistake(
                "Your cell is silent only if all inhibiting inputs are on. One is enough: any, "
                "not all.",
                lambda e, i, threshold: ((e.sum(axis=1) >= threshold) & ~i.all(axis=1)).astype(int),
            ),
        ),
        hints=(
            "Two conditions for each row: enough exciting inputs, and no inhibiting one.",
            "exciting.sum(axis=1) >= threshold, and ~inhibiting.any(axis=1); join them with &.",
        ),
    ),
    Exercise(
        name="history-delta",
        reference=delta_rule,
        variant=delta_rule_folded,
        inputs=samples,
        mistakes=(
            Mistake(
                "You computed all errors with the start weights. Update after each sample, and "
                "compute the next z with the new weights.",
                delta_rule_at_once,
            ),
            Mistake(
                "You used the decision, the sign of z, as the perceptron does. The delta rule "
                "compares z itself with the target.",
                delta_rule_on_decisions,
            ),
            Mistake(
                "You went uphill: with z - y the step has a minus sign.",
                lambda x, y, w, b, alpha: delta_rule(x, y, w, b, -alpha),
            ),
            Mistake(
                "You did not change the bias. It moves by -alpha (z - y) for each sample.",
                delta_rule_fixed_bias,
            ),
        ),
        hints=(
            "A loop over the samples; in it z, the error z - y, then both updates.",
            "w, b = w - alpha * (z - y_i) * x_i, b - alpha * (z - y_i)",
        ),
    ),
    Exercise(
        name="history-sweep",
        reference=sweep,
        variant=sweep_by_flips,
        inputs=memory,
        edge_cases=((np.array([1.0, 1.0]), np.array([[0.0, -1.0], [-1.0, 0.0]])),),
        mistakes=(
            Mistake(
                "You updated all units at once. Each unit must see the changes of those before it.",
                at_once,
            ),
            Mistake(
                "You set units that see z = 0. They stay as they are.",
                zero_is_off,
            ),
            Mistake(
                "You went uphill: a unit takes the sign of z, not the opposite one.",
                raised,
            ),
            Mistake(
                "You visited the units from the last to the first. Begin with unit 0.",
                WRONG_SWEEPS[3],
            ),
        ),
        hints=(
            "A loop over j; z = W[j] @ a, with a as it is now.",
            "Copy a first. If z is not 0, a[j] = np.sign(z).",
        ),
    ),
    Exercise(
        name="history-doubling",
        reference=lambda years, counts: 1 / slope(years, np.log2(counts)),
        variant=lambda years, counts: np.log(2) / np.polyfit(years - 2000, np.log(counts), 1)[0],
        inputs=growth,
        mistakes=(
            Mistake(
                "That is the time for a factor of e. Use logarithms to base 2, or multiply by "
                "the logarithm of 2.",
                lambda years, counts: 1 / slope(years, np.log(counts)),
            ),
            Mistake(
                "That is the time for a factor of 10. Use logarithms to base 2.",
                lambda years, counts: 1 / slope(years, np.log10(counts)),
            ),
            Mistake(
                "That is doublings a year. The doubling time is its inverse.",
                lambda years, counts: slope(years, np.log2(counts)),
            ),
            Mistake(
                "You used only the first and the last point. Fit a line to all of them.",
                lambda years, counts: (years[-1] - years[0]) / np.log2(counts[-1] / counts[0]),
            ),
        ),
        hints=(
            "The slope of a line through log2(counts) is the number of doublings a year.",
            "With x = years - years.mean() the slope is x @ y / (x @ x); return its inverse.",
        ),
    ),
]
