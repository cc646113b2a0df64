"""The exercises of the chapter "What learning means"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def targets(rng):
    """Return targets whose commonest class and whose mean differ between training and test."""
    first, second, third = rng.permutation(3)
    size = rng.integers(5, 9)
    y_train = rng.permutation(np.r_[np.full(size, first), np.full(size - 2, second), 0, 1, 2])
    y_test = rng.permutation(np.r_[np.full(size, second), np.full(size - 3, first), third])
    return y_train, rng.normal(size=len(y_train)), y_test, rng.normal(1, 1, size=len(y_test))


def baselines(y_train, t_train, y_test, t_test):
    """The accuracy of the commonest class, the squared error of the mean."""
    commonest = np.bincount(y_train).argmax()
    return np.mean(y_test == commonest), np.mean((t_test - t_train.mean()) ** 2)


def baselines_by_counting(y_train, t_train, y_test, t_test):
    """The same with sets and sums; the mean splits the error into two parts."""
    classes = list(y_train)
    commonest = max(sorted(set(classes)), key=classes.count)
    gap = t_test.mean() - t_train.mean()
    return list(y_test).count(commonest) / len(y_test), t_test.var() + gap**2


def game_tree(rng):
    """Return the arguments of one call: a tree of three or four moves."""
    return (branches(rng, rng.integers(3, 5)),)


def branches(rng, depth):
    """Return a tree with two or three moves everywhere, and results of the given depth."""
    if depth == 0:
        return float(rng.normal())
    return [branches(rng, depth - 1) for _ in range(rng.integers(2, 4))]


def minimax(tree, maximise=True):
    """The larger one first."""
    if not isinstance(tree, list):
        return tree
    values = [minimax(branch, not maximise) for branch in tree]
    return max(values) if maximise else min(values)


def negamax(tree):
    """Each player maximises; a result changes its sign with the player."""

    def best(tree, sign):
        if isinstance(tree, list):
            return max(-best(branch, -sign) for branch in tree)
        return sign * tree

    return best(tree, 1)


def folded(tree, combine):
    """Combine the values of the branches in the same way at every level."""
    if not isinstance(tree, list):
        return tree
    return combine([folded(branch, combine) for branch in tree])


def against_chance(tree, maximise=True):
    """The opponent picks at random."""
    if not isinstance(tree, list):
        return tree
    values = [against_chance(branch, not maximise) for branch in tree]
    return max(values) if maximise else sum(values) / len(values)


def squared_distances(x, x_new):
    """From each new row to each row: (m, n)."""
    return ((x_new[:, None] - x) ** 2).sum(axis=2)


def vote(classes):
    """The most frequent class of each row."""
    return np.array([np.bincount(row).argmax() for row in classes])


def neighbours(x, y, x_new, k):
    """The vote of the k nearest."""
    return vote(y[squared_distances(x, x_new).argsort(axis=1)[:, :k]])


def neighbours_by_loops(x, y, x_new, k):
    """One new row after the other."""
    answers = []
    for row in x_new:
        pairs = sorted((np.linalg.norm(row - other), c) for other, c in zip(x, y, strict=True))
        classes = [c for _, c in pairs[:k]]
        answers.append(max(sorted(set(classes)), key=classes.count))
    return np.array(answers)


def first_only(x, y, x_new, k):
    """The class of the nearest."""
    return y[squared_distances(x, x_new).argmin(axis=1)]


def farthest(x, y, x_new, k):
    """The vote of the k farthest."""
    return vote(y[squared_distances(x, x_new).argsort(axis=1)[:, -k:]])


def rounded_mean(x, y, x_new, k):
    """The mean of the class numbers."""
    return np.round(y[squared_distances(x, x_new).argsort(axis=1)[:, :k]].mean(axis=1))


def one_too_many(x, y, x_new, k):
    """The nearest is left out."""
    return vote(y[squared_distances(x, x_new).argsort(axis=1)[:, 1 : k + 1]])


def classified(rng):
    """Return training data, new inputs and an odd k, on which each mistake shows."""
    wrong = (first_only, farthest, rounded_mean, one_too_many)
    while True:
        x, x_new = rng.normal(size=(30, 2)), rng.normal(size=(25, 2))
        arguments = x, rng.integers(0, 3, size=30), x_new, int(rng.choice([3, 5]))
        right = neighbours(*arguments)
        if not any(np.array_equal(right, mistake(*arguments)) for mistake in wrong):
            return arguments


def samples_and_centres(rng):
    """Return samples (n, d), and some of them as centres (K, d), so that no group is empty."""
    x = rng.normal(size=(rng.integers(20, 30), rng.integers(2, 5)))
    return x, x[rng.choice(len(x), rng.integers(2, 5), replace=False)]


def one_round(x, centres):
    """Return the groups (n,) and the new centres (K, d)."""
    groups = squared_distances(centres, x).argmin(axis=1)
    return groups, np.stack([x[groups == k].mean(axis=0) for k in range(len(centres))])


def k_means_round(x, centres):
    """The new centres and their sum of squares."""
    groups, new = one_round(x, centres)
    return new, np.sum((x - new[groups]) ** 2)


def k_means_by_products(x, centres):
    """With a matrix of members; the sum of squares as a difference of squares."""
    members = np.eye(len(centres))[one_round(x, centres)[0]]  # (n, K)
    counts = members.sum(axis=0)  # (K,)
    new = members.T @ x / counts[:, None]
    return new, np.sum(x**2) - np.sum(counts[:, None] * new**2)


def old_sum(x, centres):
    """The sum of squares for the centres that were given."""
    groups, new = one_round(x, centres)
    return new, np.sum((x - centres[groups]) ** 2)


def plain_distances(x, centres):
    """The sum of distances, not squared."""
    groups, new = one_round(x, centres)
    return new, np.sum(np.linalg.norm(x - new[groups], axis=1))


def mean_of_squares(x, centres):
    """The mean over the samples."""
    new, total = k_means_round(x, centres)
    return new, total / len(x)


def medians(x, centres):
    """Medians in the place of means."""
    groups = one_round(x, centres)[0]
    new = np.stack([np.median(x[groups == k], axis=0) for k in range(len(centres))])
    return new, np.sum((x - new[groups]) ** 2)


EXERCISES = [
    Exercise(
        name="learning-baselines",
        reference=baselines,
        variant=baselines_by_counting,
        inputs=targets,
        mistakes=(
            Mistake(
                "You took the most frequent class of the test targets. A baseline learns from the "
                "training targets, as any method does.",
                lambda y, t, y_test, t_test: (
                    np.bincount(y_test).max() / len(y_test),
                    np.mean((t_test - t.mean()) ** 2),
                ),
            ),
            Mistake(
                "Your second number uses the mean of the test targets. Predict the training mean.",
                lambda y, t, y_test, t_test: (baselines(y, t, y_test, t_test)[0], t_test.var()),
            ),
            Mistake(
                "You measured on the training targets. Learn from them, and measure on the test "
                "targets.",
                lambda y, t, y_test, t_test: baselines(y, t, y, t),
            ),
            Mistake(
                "Your first number is the share of wrong answers. Accuracy is the share of right "
                "ones.",
                lambda y, t, y_test, t_test: (
                    1 - baselines(y, t, y_test, t_test)[0],
                    baselines(y, t, y_test, t_test)[1],
                ),
            ),
            Mistake(
                "You took the root of the second number. The mean squared error has none.",
                lambda y, t, y_test, t_test: (
                    baselines(y, t, y_test, t_test)[0],
                    baselines(y, t, y_test, t_test)[1] ** 0.5,
                ),
            ),
        ),
        hints=(
            "First the two answers, from the training targets. Then compare them with the test "
            "targets.",
            "np.mean(y_test == np.bincount(y_train).argmax()), and the mean of "
            "(t_test - t_train.mean()) ** 2.",
        ),
    ),
    Exercise(
        name="learning-minimax",
        reference=minimax,
        variant=negamax,
        inputs=game_tree,
        edge_cases=(([[1, 0], [0.5, 0.6]],), ([2.0, [1.0, 3.0]],)),
        mistakes=(
            Mistake(
                "You took the maximum for both players. After a move it is the other one's turn, "
                "and that one wants a small result.",
                lambda tree: folded(tree, max),
            ),
            Mistake(
                "You let the other player begin. The first level of the tree is a maximum.",
                lambda tree: minimax(tree, maximise=False),
            ),
            Mistake(
                "You averaged over the opponent's moves. That is right against a random opponent; "
                "minimax assumes the best one, so take the minimum.",
                against_chance,
            ),
            Mistake(
                "You took the minimum for both players. The first player takes the maximum.",
                lambda tree: folded(tree, min),
            ),
        ),
        hints=(
            "A function that calls itself on each branch, and says who is to move there.",
            "If the tree is no list return it; else collect the values of the branches with "
            "`not maximise`, and return their max or min.",
        ),
    ),
    Exercise(
        name="learning-neighbours",
        reference=neighbours,
        variant=neighbours_by_loops,
        inputs=classified,
        mistakes=(
            Mistake(
                "You answered with the nearest sample alone. Let the K nearest vote.",
                first_only,
            ),
            Mistake(
                "Your samples are the K farthest. Sort the distances upwards and take the first K.",
                farthest,
            ),
            Mistake(
                "You took the mean of the class numbers. Classes are names: take the most "
                "frequent.",
                rounded_mean,
            ),
            Mistake(
                "You left out the nearest sample. That is right only if the new inputs are the "
                "training samples themselves; take the first K.",
                one_too_many,
            ),
        ),
        hints=(
            "For each new row: the distances to all samples, the places of the K smallest, the "
            "classes there.",
            "nearest = squares.argsort(axis=1)[:, :K]; y[nearest] has shape (m, K); "
            "np.bincount(row).argmax() is the most frequent class of a row.",
        ),
    ),
    Exercise(
        name="learning-kmeans",
        reference=k_means_round,
        variant=k_means_by_products,
        inputs=samples_and_centres,
        mistakes=(
            Mistake(
                "Your sum belongs to the old centres. Use the new ones, with the same groups.",
                old_sum,
            ),
            Mistake(
                "You added distances. The measure of k-means adds squared distances.",
                plain_distances,
            ),
            Mistake(
                "You returned the mean of the squares. Return their sum.",
                mean_of_squares,
            ),
            Mistake(
                "Your centres are medians. The sum of squares is smallest at the mean.",
                medians,
            ),
        ),
        hints=(
            "First the groups, from the old centres. Then a mean for each group.",
            "new = np.stack([X[groups == k].mean(axis=0) for k in range(K)]), and the sum of "
            "(X - new[groups]) ** 2.",
        ),
    ),
]
