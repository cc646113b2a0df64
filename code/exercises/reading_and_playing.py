"""The exercises of the chapter "Applications: reading and playing"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def guesses(rng):
    """Return probabilities (n, K) and the letters that came (n,)."""
    n, K = rng.integers(4, 9), rng.integers(3, 6)
    p = rng.uniform(0.1, 1, size=(n, K))
    return p / p.sum(axis=1, keepdims=True), rng.integers(0, K, size=n)


def mean_bits(p, answers):
    """The mean surprise."""
    return -np.mean(np.log2(p[np.arange(len(answers)), answers]))


def letter_pairs(rng):
    """Return last letters, following letters, K and extra; some pairs occur often."""
    K = int(rng.integers(3, 6))
    last = np.concatenate([[0, 0, 0, 1], rng.integers(0, K, size=20)])
    following = np.concatenate([[1, 1, 1, 2], rng.integers(0, K, size=20)])
    return last, following, K, float(rng.uniform(0.2, 0.8))


def pair_table(last, following, K, extra):
    """Count all pairs, add a little, divide each row by its sum."""
    table = np.full((K, K), extra)
    np.add.at(table, (last, following), 1)
    return table / table.sum(axis=1, keepdims=True)


def pair_counts(last, following, K):
    """The counts alone."""
    return np.bincount(K * last + following, minlength=K * K).reshape(K, K)


def pair_table_once(last, following, K, extra):
    """The mistake of += with repeated indices."""
    table = np.full((K, K), extra)
    table[last, following] += 1
    return table / table.sum(axis=1, keepdims=True)


def row_by_row(p, temperature):
    """By logarithms, one row at a time."""
    result = np.zeros_like(p)
    for i, row in enumerate(p):
        z = np.log(row) / temperature
        result[i] = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    return result


def raised(p, power, axis=1):
    """Raise and divide by the sums."""
    return p**power / (p**power).sum(axis=axis, keepdims=True)


def match_values(n, sign=-1, start=1, most=3, best=max):
    """The values, and by its options the usual wrong ones."""
    V = [start]
    for m in range(1, n + 1):
        V.append(sign * best(V[m - taken] for taken in range(1, most + 1) if taken <= m))
    return np.array(V)


EXERCISES = [
    Exercise(
        name="reading-bits",
        reference=lambda p, answers: (mean_bits(p, answers), 2 ** mean_bits(p, answers)),
        variant=lambda p, answers: (
            -sum(np.log2(row[k]) for row, k in zip(p, answers, strict=True)) / len(p),
            np.prod([row[k] for row, k in zip(p, answers, strict=True)]) ** (-1 / len(p)),
        ),
        inputs=guesses,
        mistakes=(
            Mistake(
                "You used the natural logarithm. Bits need np.log2.",
                lambda p, answers: (
                    mean_bits(p, answers) * np.log(2),
                    2 ** (mean_bits(p, answers) * np.log(2)),
                ),
            ),
            Mistake(
                "The sign is wrong: the logarithm of a probability is negative, the surprise is "
                "positive.",
                lambda p, answers: (-mean_bits(p, answers), 2 ** -mean_bits(p, answers)),
            ),
            Mistake(
                "You returned the sum. Take the mean over the letters.",
                lambda p, answers: (
                    len(p) * mean_bits(p, answers),
                    2 ** (len(p) * mean_bits(p, answers)),
                ),
            ),
            Mistake(
                "You took the logarithm of the mean probability. Take the mean of the logarithms.",
                lambda p, answers: (
                    -np.log2(np.mean(p[np.arange(len(p)), answers])),
                    1 / np.mean(p[np.arange(len(p)), answers]),
                ),
            ),
            Mistake(
                "Your perplexity is a power of e. With bits it is a power of 2.",
                lambda p, answers: (mean_bits(p, answers), np.exp(mean_bits(p, answers))),
            ),
        ),
        hints=(
            "First the probability that each row gave to its letter, then -log2 of it.",
            "mean = -np.mean(np.log2(p[np.arange(len(p)), answers])); return mean, 2**mean",
        ),
    ),
    Exercise(
        name="reading-counts",
        reference=pair_table,
        variant=lambda last, following, K, extra: (
            (pair_counts(last, following, K) + extra)
            / (np.bincount(last, minlength=K)[:, None] + K * extra)
        ),
        inputs=letter_pairs,
        mistakes=(
            Mistake(
                "You counted each pair only once: += with repeated indices does not add up. Use "
                "np.add.at.",
                pair_table_once,
            ),
            Mistake(
                "Your rows and columns are exchanged: one row for each *last* letter.",
                lambda last, following, K, extra: pair_table(following, last, K, extra),
            ),
            Mistake(
                "Your whole table adds up to 1. Each row must: it is a distribution over the next "
                "letter.",
                lambda last, following, K, extra: (
                    (pair_counts(last, following, K) + extra) / (len(last) + K * K * extra)
                ),
            ),
            Mistake(
                "You left out the extra in the sum, so your rows do not add up to 1.",
                lambda last, following, K, extra: (
                    (pair_counts(last, following, K) + extra)
                    / np.maximum(np.bincount(last, minlength=K)[:, None], 1)
                ),
            ),
            Mistake(
                "You returned the counts. Divide each row by its sum.",
                lambda last, following, K, extra: pair_counts(last, following, K) + extra,
            ),
        ),
        hints=(
            "Start with a table full of extra, and add 1 at (last, following) for each pair.",
            "np.add.at(table, (last, following), 1), then divide by the sums of the rows.",
        ),
    ),
    Exercise(
        name="reading-temperature",
        reference=lambda p, temperature: raised(p, 1 / temperature),
        variant=row_by_row,
        inputs=lambda rng: (
            guesses(rng)[0],
            float(rng.choice([rng.uniform(0.3, 0.7), rng.uniform(1.5, 3)])),
        ),
        mistakes=(
            Mistake(
                "You raised to the power of the temperature. The power is 1 / temperature.",
                lambda p, temperature: raised(p, temperature),
            ),
            Mistake(
                "Your rows do not add up to 1. Divide each by its sum.",
                lambda p, temperature: p ** (1 / temperature),
            ),
            Mistake(
                "You divided by the sums of the columns. Each row is a distribution: axis=1, "
                "keepdims=True.",
                lambda p, temperature: raised(p, 1 / temperature, axis=0),
            ),
            Mistake(
                "You divided the probabilities by the temperature. That factor cancels again; "
                "raise them to a power.",
                lambda p, temperature: p / temperature / (p / temperature).sum(1, keepdims=True),
            ),
        ),
        hints=(
            "p ** (1 / temperature) makes large entries dominate if the temperature is small.",
            "raised = p ** (1 / temperature); raised / raised.sum(axis=1, keepdims=True)",
        ),
    ),
    Exercise(
        name="playing-matches",
        reference=match_values,
        variant=lambda n: np.where(np.arange(n + 1) % 4 == 0, 1, -1),
        inputs=lambda rng: (int(rng.integers(9, 30)),),
        edge_cases=((1,), (4,)),
        mistakes=(
            Mistake(
                "You left out the minus sign. What is good for the one who moves next is bad for "
                "the one who has just moved.",
                lambda n: match_values(n, sign=1),
            ),
            Mistake(
                "You started with V(0) = -1. Who has just moved took the last match and has won: "
                "V(0) = 1.",
                lambda n: match_values(n, start=-1),
            ),
            Mistake(
                "You let the opponent choose the worst move. The opponent takes the largest value.",
                lambda n: match_values(n, best=min),
            ),
            Mistake(
                "You allow only 1 or 2 matches. Three may be taken, too.",
                lambda n: match_values(n, most=2),
            ),
            Mistake(
                "You returned a list. The numbers are right; make it an array: np.array(V).",
                lambda n: match_values(n).tolist(),
            ),
            Mistake(
                "You returned V(n) alone. Return all the values V(0), ..., V(n).",
                lambda n: match_values(n)[-1],
            ),
        ),
        hints=(
            "V(0) = 1. For one match the opponent takes it: V(1) = -V(0).",
            "V(m) = -max(V(m - 1), V(m - 2), V(m - 3)), without negative numbers of matches.",
        ),
    ),
]
