"""The exercises of the chapter "From CNNs to large models"."""

import numpy as np
from scratch.activations import softmax

from exercises.checker import Exercise, Mistake


def queries_and_keys(rng):
    """Return as many queries as keys, of a width that differs from their number."""
    n, d_k = rng.integers(3, 6), rng.integers(6, 10)
    return rng.normal(size=(n, d_k)), rng.normal(size=(n, d_k))


def queries_keys_values(rng):
    """Return queries, keys and values for a text of a few places."""
    n, d_k = rng.integers(3, 6), rng.integers(2, 6)
    return tuple(rng.normal(size=(n, d_k)) for _ in range(3))


def one_by_one(Q, K):
    """One query after the other."""
    result = np.zeros((len(Q), len(K)))
    for i, q in enumerate(Q):
        exp = np.exp([q @ k / len(q) ** 0.5 for k in K])
        result[i] = exp / exp.sum()
    return result


def scores(Q, K):
    """The scaled scores."""
    return Q @ K.T / np.sqrt(Q.shape[1])


def causal(Q, K, V, seen=None):
    """Attention in which place i sees the places that the table allows."""
    seen = np.tri(len(Q), dtype=bool) if seen is None else seen
    return softmax(np.where(seen, scores(Q, K), -np.inf)) @ V


def causal_row_by_row(Q, K, V):
    """Each place attends to the texts that ends with it."""
    rows = [softmax(scores(Q[i : i + 1], K[: i + 1])) @ V[: i + 1] for i in range(len(Q))]
    return np.concatenate(rows)


def tokens_and_gradient(rng):
    """Return tokens of which some occur twice and one never, a gradient, and the vocabulary."""
    vocabulary, d = int(rng.integers(5, 9)), int(rng.integers(2, 5))
    tokens = np.concatenate([[0, 0, 0, 1, 1], rng.integers(0, vocabulary - 1, size=4)])
    return tokens, rng.normal(size=(len(tokens), d)), vocabulary


def gradient_by_loop(tokens, G, vocabulary):
    """Add row by row."""
    result = np.zeros((vocabulary, G.shape[1]))
    for token, row in zip(tokens, G, strict=True):
        result[token] += row
    return result


def added_once(tokens, G, vocabulary):
    """The mistake of += with repeated indices."""
    result = np.zeros((vocabulary, G.shape[1]))
    result[tokens] += G
    return result


def sizes(rng):
    """Return blocks, width, vocabulary and context."""
    return (
        int(rng.integers(2, 9)),
        8 * int(rng.integers(2, 9)),
        int(rng.integers(20, 90)),
        int(rng.integers(91, 140)),
    )


def block_parameters(d):
    """Attention, two dense layers, two layer normalisations."""
    return 4 * (d * d + d) + (d * 4 * d + 4 * d) + (4 * d * d + d) + 2 * 2 * d


EXERCISES = [
    Exercise(
        name="attention-weights",
        reference=lambda Q, K: softmax(Q @ K.T / np.sqrt(Q.shape[1])),
        variant=one_by_one,
        inputs=queries_and_keys,
        mistakes=(
            Mistake(
                "You did not scale the scores. Divide them by the square root of the width d_k.",
                lambda Q, K: softmax(Q @ K.T),
            ),
            Mistake(
                "You divided by d_k, which is the variance. Divide by its square root.",
                lambda Q, K: softmax(Q @ K.T / Q.shape[1]),
            ),
            Mistake(
                "Your columns add up to 1. Take the softmax over the keys: each row, one query, "
                "must add up to 1.",
                lambda Q, K: softmax(scores(Q, K).T).T,
            ),
            Mistake(
                "You divided by the root of the number of keys. The width of a key, Q.shape[1], "
                "is meant.",
                lambda Q, K: softmax(Q @ K.T / np.sqrt(len(K))),
            ),
        ),
        hints=(
            "First the table of scores, Q @ K.T, with a row for each query; then scale it.",
            "S = Q @ K.T / np.sqrt(Q.shape[1]), then exp(S - largest of the row), divided by "
            "the sum of the row.",
        ),
    ),
    Exercise(
        name="attention-causal",
        reference=causal,
        variant=causal_row_by_row,
        inputs=queries_keys_values,
        mistakes=(
            Mistake(
                "There is no mask: your early places see later ones.",
                lambda Q, K, V: causal(Q, K, V, np.ones((len(Q), len(Q)), dtype=bool)),
            ),
            Mistake(
                "Your mask is the wrong way round: each place sees the future and not the past. "
                "Use np.tri, ones on and below the diagonal.",
                lambda Q, K, V: causal(Q, K, V, np.tri(len(Q), dtype=bool).T),
            ),
            Mistake(
                "You set forbidden scores to 0, but exp(0) is 1, so they still count. Set them "
                "to -np.inf.",
                lambda Q, K, V: softmax(scores(Q, K) * np.tri(len(Q))) @ V,
            ),
            Mistake(
                "You masked after the softmax, so your rows no longer add up to 1. Mask the "
                "scores, before the softmax.",
                lambda Q, K, V: (softmax(scores(Q, K)) * np.tri(len(Q))) @ V,
            ),
            Mistake(
                "You forbade the place itself too, so the first place sees nothing. Place i may "
                "see all places up to and including i.",
                lambda Q, K, V: causal(Q, K, V, np.tri(len(Q), k=-1, dtype=bool)),
            ),
        ),
        hints=(
            "np.tri(n, dtype=bool) is True where a place may look; np.where puts -np.inf "
            "elsewhere.",
            "S = np.where(np.tri(len(Q), dtype=bool), Q @ K.T / np.sqrt(Q.shape[1]), -np.inf)",
        ),
    ),
    Exercise(
        name="attention-embedding",
        reference=lambda tokens, G, vocabulary: np.eye(vocabulary)[tokens].T @ G,
        variant=gradient_by_loop,
        inputs=tokens_and_gradient,
        mistakes=(
            Mistake(
                "A token that occurs several times got only its last row: += with repeated "
                "indices does not add up. Use np.add.at.",
                added_once,
            ),
            Mistake(
                "You took the mean over the places of a token. The gradients add up.",
                lambda tokens, G, vocabulary: (
                    gradient_by_loop(tokens, G, vocabulary)
                    / np.maximum(np.bincount(tokens, minlength=vocabulary), 1)[:, None]
                ),
            ),
            Mistake(
                "You divided by the number of places. A mean over the batch is already in G.",
                lambda tokens, G, vocabulary: gradient_by_loop(tokens, G, vocabulary) / len(tokens),
            ),
            Mistake(
                "You left out the tokens that do not occur. The gradient has the shape of the "
                "table; their rows are 0.",
                lambda tokens, G, vocabulary: gradient_by_loop(tokens, G, vocabulary)[
                    np.unique(tokens)
                ],
            ),
        ),
        hints=(
            "Start with zeros of shape (vocabulary, d) and let every place add its row of G.",
            "np.add.at(result, tokens, G), or a product with the transposed one-hot rows.",
        ),
    ),
    Exercise(
        name="attention-parameters",
        reference=lambda D, d, vocabulary, N: (
            D * (12 * d * d + 13 * d) + (vocabulary + N) * d + 2 * d + (d + 1) * vocabulary
        ),
        variant=lambda D, d, vocabulary, N: (
            sum(block_parameters(d) for _ in range(D)) + d * (2 * vocabulary + N + 2) + vocabulary
        ),
        inputs=sizes,
        mistakes=(
            Mistake(
                "Your blocks have no biases and no normalisation: 13 d more in each.",
                lambda D, d, vocabulary, N: (
                    12 * D * d * d + (vocabulary + N) * d + 2 * d + (d + 1) * vocabulary
                ),
            ),
            Mistake(
                "You left out the table of positions, N rows of d numbers.",
                lambda D, d, vocabulary, N: (
                    D * block_parameters(d) + vocabulary * d + 2 * d + (d + 1) * vocabulary
                ),
            ),
            Mistake(
                "You left out the last normalisation, 2 d numbers.",
                lambda D, d, vocabulary, N: (
                    D * block_parameters(d) + (vocabulary + N) * d + (d + 1) * vocabulary
                ),
            ),
            Mistake(
                "You left out the output layer. It has a kernel of its own, and biases.",
                lambda D, d, vocabulary, N: D * block_parameters(d) + (vocabulary + N) * d + 2 * d,
            ),
            Mistake(
                "You counted one block. There are D of them.",
                lambda D, d, vocabulary, N: (
                    block_parameters(d) + (vocabulary + N) * d + 2 * d + (d + 1) * vocabulary
                ),
            ),
        ),
        hints=(
            "Five parts: tokens, positions, D blocks, the last normalisation, the output layer.",
            "D * (12 * d**2 + 13 * d) for the blocks; the output layer is dense, from d to the "
            "vocabulary.",
        ),
    ),
]
