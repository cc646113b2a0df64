"""The exercises of the chapter "People: fairness, doubt and rules"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def answers_and_bins(rng):
    """Return confidences (n,), right or wrong (n,), and a number of bins."""
    n, bins = int(rng.integers(150, 300)), int(rng.integers(6, 13))
    confidence = rng.uniform(0.3, 0.999, size=n)
    return confidence, rng.random(n) < confidence - 0.15 * (confidence < 0.7), bins


def probabilities_and_costs(rng):
    """Return p (n, K), kappa and eta; half of the rows are nearly uniform."""
    K = int(rng.integers(5, 8))
    p = np.vstack([rng.dirichlet(np.full(K, a), size=150) for a in (0.4, 100)])
    return p, rng.uniform(0.25, 0.35), rng.uniform(0.05, 0.12)


def two_groups(rng):
    """Return y, yes and group; no rate has an empty condition."""
    n = int(rng.integers(200, 300))
    group = rng.integers(0, 2, size=n)
    y = rng.random(n) < np.where(group == 1, 0.35, 0.6)
    yes = rng.random(n) < 0.25 + 0.4 * y + 0.1 * group
    start = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    group[:8], y[:8], yes[:8] = start, [0, 0, 1, 1] * 2, [0, 1] * 4
    return y, yes, group


def offices(rng):
    """Return m, r and eta with eta < r < m."""
    eta = rng.uniform(0.01, 0.04)
    m = eta + rng.uniform(0.05, 0.2)
    return m, eta + rng.uniform(0.15, 0.4) * (m - eta), eta


def bin_of(confidence, bins):
    """The number of each confidence's bin."""
    return np.minimum((confidence * bins).astype(int), bins - 1)


def gaps_and_sizes(confidence, right, bins):
    """Accuracy minus confidence, and size, of each bin that is not empty."""
    place = bin_of(confidence, bins)
    filled = [place == j for j in range(bins) if np.any(place == j)]
    gaps = np.array([right[inside].mean() - confidence[inside].mean() for inside in filled])
    return gaps, np.array([inside.sum() for inside in filled])


def ece(confidence, right, bins):
    """Sum of absolute sums of right minus confidence, by bin."""
    gaps = np.bincount(bin_of(confidence, bins), weights=right - confidence)
    return np.abs(gaps).sum() / len(confidence)


def ece_by_bins(confidence, right, bins):
    """The definition, bin by bin."""
    gaps, sizes = gaps_and_sizes(confidence, right, bins)
    return np.sum(sizes / sizes.sum() * np.abs(gaps))


def signed_ece(confidence, right, bins):
    """Without the absolute value."""
    return np.mean(right) - np.mean(confidence)


def chow(p, kappa, eta):
    """The class, or -1."""
    return np.where(p.max(axis=1) > 1 - kappa - eta, p.argmax(axis=1), -1)


def chow_by_costs(p, kappa, eta):
    """The cheapest action, sample by sample."""
    actions = []
    for row in p:
        best = max(range(len(row)), key=row.__getitem__)
        actions.append(best if 1 - row[best] < kappa + eta else -1)
    return np.array(actions)


def four_rates(y, yes):
    """Share of yes, TP rate, FP rate and PPV of one group."""
    return np.array([yes.mean(), yes[y].mean(), yes[~y].mean(), y[yes].mean()])


def gaps(y, yes, group, four=four_rates):
    """Group 1 minus group 0."""
    return four(y[group == 1], yes[group == 1]) - four(y[group == 0], yes[group == 0])


def gaps_by_counts(y, yes, group):
    """From the four counts of each group."""
    rows = []
    for k in (0, 1):
        inside = group == k
        tp, fp = np.sum(inside & y & yes), np.sum(inside & ~y & yes)
        fn, tn = np.sum(inside & y & ~yes), np.sum(inside & ~y & ~yes)
        rows.append(
            [(tp + fp) / (tp + fp + fn + tn), tp / (tp + fn), fp / (fp + tn), tp / (tp + fp)]
        )
    return np.array(rows[1]) - np.array(rows[0])


def follow(m, r, eta):
    """Solve phi m + (1 - phi) eta = r, inside the interval."""
    return min(max((r - eta) / (m - eta), 0.0), 1.0)


def follow_by_bisection(m, r, eta):
    """Bisect the difference of the two offices."""
    low, high = 0.0, 1.0
    for _ in range(100):
        phi = (low + high) / 2
        low, high = (phi, high) if phi * m + (1 - phi) * eta < r else (low, phi)
    return (low + high) / 2


EXERCISES = [
    Exercise(
        name="people-ece",
        reference=ece,
        variant=ece_by_bins,
        inputs=answers_and_bins,
        edge_cases=((np.array([1.0, 1.0, 0.55, 0.65]), np.array([True, False, True, False]), 10),),
        mistakes=(
            Mistake(
                "You left out the absolute value: bins above and below the diagonal cancel.",
                signed_ece,
            ),
            Mistake(
                "You took the plain mean over the bins. Weight each bin by its share of samples.",
                lambda confidence, right, bins: np.mean(
                    np.abs(gaps_and_sizes(confidence, right, bins)[0])
                ),
            ),
            Mistake(
                "You took the largest gap of all bins. The expected error is the weighted mean.",
                lambda confidence, right, bins: np.max(
                    np.abs(gaps_and_sizes(confidence, right, bins)[0])
                ),
            ),
            Mistake(
                "You took the absolute value sample by sample, |right - confidence|. Average "
                "inside each bin first.",
                lambda confidence, right, bins: np.mean(np.abs(right - confidence)),
            ),
            Mistake(
                "You squared the gaps. Take their absolute value.",
                lambda confidence, right, bins: (
                    np.sum(
                        gaps_and_sizes(confidence, right, bins)[0] ** 2
                        * gaps_and_sizes(confidence, right, bins)[1]
                    )
                    / len(confidence)
                ),
            ),
        ),
        hints=(
            "The bin of a confidence is the whole part of confidence * bins, and at most bins - 1.",
            "np.bincount(place, weights=right - confidence) adds up each bin; take absolute "
            "values, add, divide by n.",
        ),
    ),
    Exercise(
        name="people-chow",
        reference=chow,
        variant=chow_by_costs,
        inputs=probabilities_and_costs,
        mistakes=(
            Mistake(
                "You forgot that the person errs, too: asking costs kappa + eta.",
                lambda p, kappa, eta: chow(p, kappa, 0.0),
            ),
            Mistake(
                "You gave the person's errors the wrong sign: they make asking dearer, so that "
                "the machine answers more often.",
                lambda p, kappa, eta: chow(p, kappa, -eta),
            ),
            Mistake(
                "You compared the confidence with the cost of asking. Compare 1 minus the "
                "confidence, the cost of answering, with it.",
                lambda p, kappa, eta: np.where(p.max(axis=1) > kappa + eta, p.argmax(axis=1), -1),
            ),
            Mistake(
                "You ask when the machine is sure and answer when it is not. Turn the "
                "comparison round.",
                lambda p, kappa, eta: np.where(
                    p.max(axis=1) > 1 - kappa - eta, -1, p.argmax(axis=1)
                ),
            ),
            Mistake(
                "You never ask. Put -1 where asking is cheaper.",
                lambda p, kappa, eta: p.argmax(axis=1),
            ),
        ),
        hints=(
            "The best answer costs 1 - p.max(axis=1). Asking costs kappa, and the person's errors.",
            "np.where(p.max(axis=1) > 1 - kappa - eta, p.argmax(axis=1), -1)",
        ),
    ),
    Exercise(
        name="people-rates",
        reference=gaps,
        variant=gaps_by_counts,
        inputs=two_groups,
        mistakes=(
            Mistake(
                "You subtracted in the other order. Group 1 minus group 0 is asked for.",
                lambda y, yes, group: -gaps(y, yes, group),
            ),
            Mistake(
                "Your TP rate and PPV are exchanged. The TP rate selects y = 1, the PPV yes = 1.",
                lambda y, yes, group: gaps(y, yes, group)[[0, 3, 2, 1]],
            ),
            Mistake(
                "Your third number is the share of false answers among the yes. The FP rate "
                "selects those with y = 0.",
                lambda y, yes, group: gaps(
                    y,
                    yes,
                    group,
                    lambda y, yes: np.array(
                        [yes.mean(), yes[y].mean(), 1 - y[yes].mean(), y[yes].mean()]
                    ),
                ),
            ),
            Mistake(
                "You divided all four counts by the number of people. A conditional probability "
                "divides by those who meet the condition.",
                lambda y, yes, group: gaps(
                    y,
                    yes,
                    group,
                    lambda y, yes: np.array(
                        [yes.mean(), (y & yes).mean(), (~y & yes).mean(), (y & yes).mean()]
                    ),
                ),
            ),
        ),
        hints=(
            "For one group: yes.mean(), yes[y].mean(), and two more of this kind.",
            "np.array([yes.mean(), yes[y].mean(), yes[~y].mean(), y[yes].mean()]), for group 1 "
            "minus the same for group 0.",
        ),
    ),
    Exercise(
        name="people-follow",
        reference=follow,
        variant=follow_by_bisection,
        inputs=offices,
        edge_cases=((0.06, 0.005, 0.01), (0.06, 0.08, 0.01)),
        mistakes=(
            Mistake(
                "You returned the probability of looking. phi is the probability of following.",
                lambda m, r, eta: 1 - follow(m, r, eta),
            ),
            Mistake(
                "You left out the errors of the person who looks.",
                lambda m, r, eta: min(r / m, 1.0),
            ),
            Mistake(
                "Your quotient is upside down.",
                lambda m, r, eta: (m - eta) / (r - eta),
            ),
            Mistake(
                "The formula is right, but the result must stay between 0 and 1.",
                lambda m, r, eta: (r - eta) / (m - eta),
            ),
        ),
        hints=(
            "Set phi * m + (1 - phi) * eta equal to r and collect the terms with phi.",
            "(r - eta) / (m - eta), cut to the interval from 0 to 1.",
        ),
    ),
]
