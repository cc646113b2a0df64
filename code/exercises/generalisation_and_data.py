"""The exercises of the chapter "Generalisation and data"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def width_and_models(rng):
    """Return a width, a probability of failure and a number of models."""
    return rng.uniform(0.01, 0.05), rng.uniform(0.01, 0.2), int(rng.integers(5, 1000))


def losses_and_weights(rng):
    """Return losses (n,) and unequal positive weights (n,) with a sum unlike n."""
    n = int(rng.integers(6, 20))
    return rng.uniform(0.2, 4, n), rng.uniform(2, 3) * rng.exponential(size=n) + 0.05


def answers_of_a_classifier(rng):
    """Return probabilities (m,) and two unequal counts."""
    p = rng.uniform(0.1, 0.9, size=int(rng.integers(4, 10)))
    return p, int(rng.integers(100, 300)), int(rng.integers(400, 900))


def probabilities_and_labels(rng):
    """Return probabilities (n, K) and labels (n,), made so that every mistake shows.

    Each class has samples that agree with their label, more surely in higher classes, then
    some whose answer is another class, surely or hardly.
    """
    K = int(rng.integers(3, 6))
    rows, labels = [], []

    def add(label, answer, p):
        row = rng.uniform(0.5, 1, K)
        row[answer] = 0
        row *= (1 - p) / row.sum()
        row[answer] = p
        rows.append(row)
        labels.append(label)

    for k in range(K):
        for _ in range(10):
            add(k, k, 0.6 + 0.3 * k / (K - 1) + rng.uniform(-0.02, 0.02))
    for answer, p in ((0, 0.72), (0, 0.75), (K - 1, 0.7), (K - 1, 0.72), (K - 1, 0.97), (1, 0.45)):
        label = int(rng.choice([k for k in range(K) if k != answer]))
        add(label, answer, p + rng.uniform(-0.01, 0.01))
    add(K - 1, K - 1, 0.97)
    order = rng.permutation(len(rows))
    return np.array(rows)[order], np.array(labels)[order]


def samples(delta, eta, models):
    """The bound, solved for n and rounded up."""
    return int(np.ceil(np.log(2 * models / eta) / (2 * delta**2)))


def samples_by_search(delta, eta, models):
    """The smallest n by bisection."""
    low, high = 0, 1
    while 2 * models * np.exp(-2 * high * delta**2) > eta:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if 2 * models * np.exp(-2 * middle * delta**2) > eta:
            low = middle
        else:
            high = middle
    return high


def weighted(losses, q):
    """Weighted mean and effective sample size."""
    return np.sum(q * losses) / np.sum(q), np.sum(q) ** 2 / np.sum(q**2)


def weighted_by_shares(losses, q):
    """With weights that add up to 1."""
    shares = q / q.sum()
    return float(shares @ losses), 1 / float(shares @ shares)


def ratio(p, n_train, n_use):
    """The odds, corrected for the counts."""
    return p / (1 - p) * n_train / n_use


def ratio_by_logarithms(p, n_train, n_use):
    """The same, from log-odds."""
    return np.exp(np.log(p) - np.log1p(-p) + np.log(n_train) - np.log(n_use))


def thresholds(P, labels):
    """The mean probability of each class over the samples labelled with it."""
    return np.array([P[labels == k, k].mean() for k in range(P.shape[1])])


def flags(P, labels):
    """Confident learning in its simplest form."""
    answer = P.argmax(axis=1)
    return (answer != labels) & (P.max(axis=1) >= thresholds(P, labels)[answer])


def flags_one_by_one(P, labels):
    """The same with loops."""
    limit, found = [], []
    for k in range(P.shape[1]):
        limit.append(np.mean([p[k] for p, c in zip(P, labels, strict=True) if c == k]))
    for p, c in zip(P, labels, strict=True):
        best = int(np.argmax(p))
        found.append(best != c and p[best] >= limit[best])
    return np.array(found)


def flags_with(P, labels, limit):
    """With other thresholds, one for each sample."""
    return (P.argmax(axis=1) != labels) & (P.max(axis=1) >= limit)


EXERCISES = [
    Exercise(
        name="general-samples",
        reference=samples,
        variant=samples_by_search,
        inputs=width_and_models,
        edge_cases=((0.01, 0.05, 1),),
        mistakes=(
            Mistake(
                "You left out the number of models. Each of them may fail: 2 N instead of 2.",
                lambda delta, eta, models: samples(delta, eta, 1),
            ),
            Mistake(
                "You counted one side only. The error may be too high or too low: 2 N, not N.",
                lambda delta, eta, models: samples(delta, 2 * eta, models),
            ),
            Mistake(
                "You divided by 2 delta. The width enters squared.",
                lambda delta, eta, models: int(np.ceil(np.log(2 * models / eta) / (2 * delta))),
            ),
            Mistake(
                "You rounded down. One sample fewer than needed keeps no promise: round up.",
                lambda delta, eta, models: samples(delta, eta, models) - 1,
            ),
            Mistake(
                "You divided by delta squared and forgot the 2 of the exponent.",
                lambda delta, eta, models: int(np.ceil(np.log(2 * models / eta) / delta**2)),
            ),
        ),
        hints=(
            "Take logarithms of 2 N exp(-2 n delta^2) <= eta and solve for n.",
            "n >= log(2 N / eta) / (2 delta^2); np.ceil rounds up, int makes it whole.",
        ),
    ),
    Exercise(
        name="general-weights",
        reference=weighted,
        variant=weighted_by_shares,
        inputs=losses_and_weights,
        mistakes=(
            Mistake(
                "Your mean is divided by n. Divide by the sum of the weights.",
                lambda losses, q: (np.mean(q * losses), weighted(losses, q)[1]),
            ),
            Mistake(
                "Your mean ignores the weights.",
                lambda losses, q: (np.mean(losses), weighted(losses, q)[1]),
            ),
            Mistake(
                "Your effective size is upside down. It must be n for equal weights.",
                lambda losses, q: (weighted(losses, q)[0], 1 / weighted(losses, q)[1]),
            ),
            Mistake(
                "In the effective size square the sum of the weights, not the sum of squares.",
                lambda losses, q: (weighted(losses, q)[0], np.sum(q) / np.sum(q**2)),
            ),
            Mistake(
                "You returned the two values in the wrong order: first the mean loss.",
                lambda losses, q: weighted(losses, q)[::-1],
            ),
        ),
        hints=(
            "Multiply each loss by its weight, add up, and divide by the sum of the weights.",
            "np.sum(q * losses) / np.sum(q) and np.sum(q) ** 2 / np.sum(q ** 2).",
        ),
    ),
    Exercise(
        name="general-odds",
        reference=ratio,
        variant=ratio_by_logarithms,
        inputs=answers_of_a_classifier,
        mistakes=(
            Mistake(
                "You returned the odds. They are n_use / n_train times too large: undo the counts.",
                lambda p, n_train, n_use: p / (1 - p),
            ),
            Mistake(
                "You multiplied by n_use / n_train. Undo the counts: multiply by n_train / n_use.",
                lambda p, n_train, n_use: p / (1 - p) * n_use / n_train,
            ),
            Mistake(
                "Your ratio is upside down: it grows where use is rare.",
                lambda p, n_train, n_use: 1 / ratio(p, n_train, n_use),
            ),
            Mistake(
                "You used the probability itself. The ratio of the densities comes from the odds.",
                lambda p, n_train, n_use: p * n_train / n_use,
            ),
        ),
        hints=(
            "In the odds p / (1 - p) the denominator of Bayes' rule cancels. What is left?",
            "p / (1 - p) = n_use p_use / (n_train p_train); solve for p_use / p_train.",
        ),
    ),
    Exercise(
        name="general-flags",
        reference=flags,
        variant=flags_one_by_one,
        inputs=probabilities_and_labels,
        mistakes=(
            Mistake(
                "You flagged every disagreement. The probability must also reach the threshold.",
                lambda P, labels: P.argmax(axis=1) != labels,
            ),
            Mistake(
                "You used the threshold of the label. Use that of the most probable class.",
                lambda P, labels: flags_with(P, labels, thresholds(P, labels)[labels]),
            ),
            Mistake(
                "You returned True where the label is trusted. Mark the suspicious ones.",
                lambda P, labels: ~flags(P, labels),
            ),
            Mistake(
                "You used one threshold for all classes. Each class has its own.",
                lambda P, labels: flags_with(P, labels, thresholds(P, labels).mean()),
            ),
            Mistake(
                "You flagged confident samples that agree with their label. Ask for a "
                "disagreement, too.",
                lambda P, labels: P.max(axis=1) >= thresholds(P, labels)[P.argmax(axis=1)],
            ),
        ),
        hints=(
            "thresholds[k] is the mean of P[labels == k, k]. The answer of a row is its argmax.",
            "(answer != labels) & (P.max(axis=1) >= thresholds[answer])",
        ),
    ),
]
