"""The exercises of the chapter "Questions when it does not work"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def rare_labels(rng):
    """Return true and predicted labels, 0 or 1: hits, misses, false and no alarms."""
    hits, misses, wrong = (int(k) for k in (rng.integers(6, 9), rng.integers(1, 5), 5))
    rest = int(rng.integers(30, 60))
    y_true = np.repeat([1, 1, 0, 0], [hits, misses, wrong, rest])
    y_pred = np.repeat([1, 0, 1, 0], [hits, misses, wrong, rest])
    order = rng.permutation(len(y_true))
    return y_true[order], y_pred[order]


def rare(y_true, y_pred):
    """Return accuracy, recall and precision of class 1."""
    hits = np.sum((y_true == 1) & (y_pred == 1))
    return np.mean(y_true == y_pred), hits / np.sum(y_true == 1), hits / np.sum(y_pred == 1)


def rare_by_matrix(y_true, y_pred):
    """The same from a confusion matrix."""
    table = np.bincount(2 * y_true + y_pred, minlength=4).reshape(2, 2)
    return (
        np.trace(table) / table.sum(),
        table[1, 1] / table[1].sum(),
        table[1, 1] / table[:, 1].sum(),
    )


def rare_swapped(y_true, y_pred):
    """Recall and precision in the wrong order."""
    share, recall, precision = rare(y_true, y_pred)
    return share, precision, recall


def rare_of_all(y_true, y_pred):
    """Hits divided by all samples."""
    hits = np.mean((y_true == 1) & (y_pred == 1))
    return np.mean(y_true == y_pred), hits, hits


def rare_of_class_0(y_true, y_pred):
    """For class 0."""
    return rare(1 - y_true, 1 - y_pred)


def curves(rng):
    """Return training and validation losses (networks, 30), three of each kind."""
    t, rows = np.arange(30), []
    for _ in range(3):
        top = rng.uniform(2, 3)
        wave = 0.01 * rng.normal(size=(2, 30))
        falling = 0.1 + top * np.exp(-t / rng.uniform(4, 6))
        up, low = rng.uniform(0.02, 0.03), rng.uniform(0.3, 0.5)
        rows += [
            (0, top + 0.3 * t + wave[0], top + 0.3 * t + wave[1]),  # rises
            (0, np.where(t == 9, np.inf, falling + low), falling + low),  # recovers
            (1, top * (1 - 0.0005 * t), top * (1 - 0.0004 * t)),
            (2, falling, np.where(t < 12, 0.4 + falling, 0.4 + falling[12] + up * (t - 12))),
            (3, falling + low, falling + low + 0.3),  # a gap, and nothing wrong
        ]
    order = rng.permutation(len(rows))
    return np.array([rows[k][1] for k in order]), np.array([rows[k][2] for k in order])


def diagnose(train, val, check_all=True, against="lowest", still_first=False):
    """0 diverges, 1 stands still, 2 learns by heart, 3 healthy."""
    found = []
    for loss, new in zip(train, val, strict=True):
        broken = check_all and not np.isfinite(loss).all()
        diverges = broken or loss[-1] > loss[0]
        still = loss[-1] > 0.95 * loss[0]
        limit = {"lowest": 1.1 * new.min(), "first": 1.1 * new[0], "training": 1.1 * loss[-1]}
        tests = [(diverges, 0), (still, 1), (new[-1] > limit[against], 2)]
        if still_first:
            tests = [tests[1], tests[0], tests[2]]
        found.append(next((kind for true, kind in tests if true), 3))
    return np.array(found)


def diagnose_at_once(train, val):
    """All networks together; a later line overrules an earlier one."""
    first, last = train[:, 0], train[:, -1]
    kind = np.where(val[:, -1] > 1.1 * val.min(axis=1), 2, 3)
    kind = np.where(last > 0.95 * first, 1, kind)
    return np.where((last > first) | ~np.isfinite(train).all(axis=1), 0, kind)


def table_with_holes(rng):
    """Return training and new features with missing entries, at least one in each column."""
    d = int(rng.integers(2, 5))
    scales = rng.uniform(1, 20, d)
    x, new = rng.normal(3, 1, (12, d)) * scales, rng.normal(4, 1.5, (6, d)) * scales
    for j in range(d):
        x[rng.choice(12, 2, replace=False), j] = -999
        new[rng.choice(6, 2, replace=False), j] = -999
    return x, new


def with_nan(x):
    """Put NaN in place of -999."""
    return np.where(x == -999, np.nan, x)


def prepare(x, new):
    """Standardise by the training part, 0 for what is missing, and append the flags."""
    x, missing = with_nan(x), new == -999
    known = (new - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0)
    return np.hstack([np.where(missing, 0, known), missing])


def prepare_by_columns(x, new):
    """Column by column."""
    values, flags = [], []
    for old, column in zip(x.T, new.T, strict=True):
        old = old[old != -999]
        flags.append([float(e == -999) for e in column])
        values.append([0.0 if e == -999 else (e - old.mean()) / old.std() for e in column])
    return np.array([*values, *flags]).T


def prepare_as_numbers(x, new):
    """Mean and standard deviation with -999 among the numbers."""
    missing = new == -999
    return np.hstack([np.where(missing, 0, (new - x.mean(axis=0)) / x.std(axis=0)), missing])


def prepare_zero_first(x, new):
    """Zero in the original unit."""
    x, missing = with_nan(x), new == -999
    filled = np.where(missing, 0, new)
    return np.hstack([(filled - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0), missing])


def prepare_filled_std(x, new):
    """The training part is filled before its standard deviation is taken."""
    x = with_nan(x)
    return prepare(np.where(np.isnan(x), np.nanmean(x, axis=0), x), new)


EXERCISES = [
    Exercise(
        name="fix-rare",
        reference=rare,
        variant=rare_by_matrix,
        inputs=rare_labels,
        edge_cases=((np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])),),
        mistakes=(
            Mistake(
                "Recall and precision have changed places. Recall asks: how many of the true "
                "ones were found? Precision: how many of the alarms were right?",
                rare_swapped,
            ),
            Mistake(
                "You divided the hits by all samples. Recall divides by the true ones, precision "
                "by the predicted ones.",
                rare_of_all,
            ),
            Mistake(
                "These are recall and precision of class 0, the common one. Count class 1.",
                rare_of_class_0,
            ),
        ),
        hints=(
            "The hits are the samples with y_true == 1 and y_pred == 1. Both shares need them.",
            "recall = hits / np.sum(y_true == 1), precision = hits / np.sum(y_pred == 1).",
        ),
    ),
    Exercise(
        name="fix-diagnose",
        reference=diagnose,
        variant=diagnose_at_once,
        inputs=curves,
        mistakes=(
            Mistake(
                "You looked at the first and the last loss only. A loss that was infinite in "
                "between goes unseen: ask np.isfinite for the whole row.",
                lambda train, val: diagnose(train, val, check_all=False),
            ),
            Mistake(
                "You compared the last validation loss with the first one. A network can learn "
                "by heart and still end below its start. Compare with the lowest.",
                lambda train, val: diagnose(train, val, against="first"),
            ),
            Mistake(
                "You compared the validation loss with the training loss. A gap is normal; "
                "what tells is that the validation loss rises. Compare with its lowest value.",
                lambda train, val: diagnose(train, val, against="training"),
            ),
            Mistake(
                "You asked first whether the loss stands still. A loss that rises is above 95 % "
                "of its start as well; ask whether it diverges before that.",
                lambda train, val: diagnose(train, val, still_first=True),
            ),
        ),
        hints=(
            "Go through the kinds in the order 0, 1, 2 and give 3 to what is left.",
            "0: not np.isfinite(loss).all() or loss[-1] > loss[0]; 1: loss[-1] > 0.95 * loss[0]; "
            "2: val[-1] > 1.1 * val.min().",
        ),
    ),
    Exercise(
        name="fix-prepare",
        reference=prepare,
        variant=prepare_by_columns,
        inputs=table_with_holes,
        mistakes=(
            Mistake(
                "You took mean and standard deviation of the new data. The network was trained "
                "on features scaled by the training part; new ones need the same numbers.",
                lambda x, new: prepare(new, new),
            ),
            Mistake(
                "The -999 of the training part went into mean and standard deviation as if "
                "they were measured. Leave them out.",
                prepare_as_numbers,
            ),
            Mistake(
                "You filled the holes with 0 before scaling. In the original unit 0 can be far "
                "from the mean; fill after scaling, where 0 is the mean.",
                prepare_zero_first,
            ),
            Mistake(
                "You filled the training part before you took its standard deviation. Filled "
                "entries lie on the mean and make it too small: use np.nanstd.",
                prepare_filled_std,
            ),
            Mistake(
                "The scaled features are right. Now append the flags: 1 where a number was "
                "missing, as d more columns.",
                lambda x, new: prepare(x, new)[:, : x.shape[1]],
            ),
        ),
        hints=(
            "Put np.nan in place of -999; np.nanmean and np.nanstd leave it out. Of which array?",
            "np.hstack([np.where(missing, 0, scaled), missing]) with missing = X_new == -999.",
        ),
    ),
]
