"""The exercises of the chapter "The NumPy CNN"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def parts(rng):
    """Return gradients (workers, p) and unequal numbers of samples."""
    workers, p = rng.integers(2, 5), rng.integers(3, 7)
    return rng.normal(size=(workers, p)), rng.permutation(np.arange(1, workers + 1) * 3)


def vector(rng):
    """Return a vector and the shapes of the arrays in it."""
    a, b, c = (int(size) for size in rng.integers(2, 5, size=3))
    shapes = [(a, b), (b,), (b, c), (c,)]
    return rng.normal(size=sum(int(np.prod(shape)) for shape in shapes)), shapes


def unit(rng):
    """Return an image, a place in a feature map, the field and the distance."""
    field, apart = int(rng.integers(4, 8)), int(rng.integers(2, 4))
    r = int(rng.integers(1, 4))
    return rng.normal(size=(28, 26)), r, r + 2, field, apart


def block(rng):
    """Return inputs (n, d), a kernel (d, d) and a gradient (n, d)."""
    n, d = rng.integers(3, 6, size=2)
    return rng.normal(size=(n, d)), rng.normal(size=(d, d)), rng.normal(size=(n, d))


def split(w, shapes, order="C"):
    """Cut the vector at the running sums of the sizes."""
    cuts = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    pieces = np.split(w, cuts)
    return [piece.reshape(shape, order=order) for piece, shape in zip(pieces, shapes, strict=True)]


def split_by_popping(w, shapes):
    """Take one number after the other from the front."""
    numbers = iter(w)
    return [
        np.array([next(numbers) for _ in range(int(np.prod(shape)))]).reshape(shape)
        for shape in shapes
    ]


def split_from_start(w, shapes):
    """The mistake: every array begins at the first number."""
    return [w[: int(np.prod(shape))].reshape(shape) for shape in shapes]


def split_reversed(w, shapes):
    """The mistake: the arrays are taken from the end."""
    return split(w, shapes[::-1])[::-1]


def cut(image, r, q, field, apart):
    """What a unit sees."""
    return image[r * apart : r * apart + field, q * apart : q * apart + field]


def cut_by_index(image, r, q, field, apart):
    """Row and column numbers first."""
    inside = np.arange(field)
    return np.take(np.take(image, r * apart + inside, axis=0), q * apart + inside, axis=1)


def residual_backward(x, w, g):
    """Branch and skip."""
    grad_z = g * (x @ w > 0)
    return x.T @ grad_z, g + grad_z @ w.T


def residual_backward_by_samples(x, w, g):
    """One sample after the other, with the matrix of derivatives."""
    grad_w, grad_x = np.zeros_like(w), np.zeros_like(x)
    for i, (x_i, g_i) in enumerate(zip(x, g, strict=True)):
        slope = np.diag((w.T @ x_i > 0).astype(float))
        grad_w += np.outer(x_i, slope @ g_i)
        grad_x[i] = (np.eye(len(w)) + w @ slope) @ g_i
    return grad_w, grad_x


EXERCISES = [
    Exercise(
        name="npcnn-combine",
        reference=lambda gradients, sizes: sizes / sizes.sum() @ gradients,
        variant=lambda gradients, sizes: np.average(gradients, axis=0, weights=sizes),
        inputs=parts,
        mistakes=(
            Mistake(
                "You took the plain mean of the workers. A worker with more samples counts more: "
                "weigh with n_k / n.",
                lambda gradients, sizes: gradients.mean(axis=0),
            ),
            Mistake(
                "You added the gradients without their shares. Each is a mean already; weigh it "
                "with n_k / n.",
                lambda gradients, sizes: gradients.sum(axis=0),
            ),
            Mistake(
                "You multiplied by the sizes and did not divide by n. The shares must add up to 1.",
                lambda gradients, sizes: sizes @ gradients,
            ),
            Mistake(
                "You multiplied by the sizes and divided by the number of workers. Divide by the "
                "number of all samples.",
                lambda gradients, sizes: sizes @ gradients / len(sizes),
            ),
            Mistake(
                "You divided each gradient by the size of its part. It is a mean over its part "
                "already.",
                lambda gradients, sizes: (gradients / sizes[:, None]).sum(axis=0),
            ),
        ),
        hints=(
            "The share of worker k is sizes[k] over the sum of all sizes.",
            "(sizes / sizes.sum()) @ gradients",
        ),
    ),
    Exercise(
        name="npcnn-split",
        reference=split,
        variant=split_by_popping,
        inputs=vector,
        mistakes=(
            Mistake(
                "Every array of yours begins at the first number. Move `start` on after each.",
                split_from_start,
            ),
            Mistake(
                "You filled the arrays column by column. NumPy's own order, and ours, is row by "
                "row.",
                lambda w, shapes: split(w, shapes, order="F"),
            ),
            Mistake(
                "You took the arrays from the end of the vector. The first one takes the first "
                "numbers.",
                split_reversed,
            ),
            Mistake(
                "Your pieces are flat. Give each its shape: .reshape(shape).",
                lambda w, shapes: [piece.ravel() for piece in split(w, shapes)],
            ),
        ),
        hints=(
            "How many numbers does each array take, and where does it start?",
            "stop = start + np.prod(shape); w[start:stop].reshape(shape); start = stop",
        ),
    ),
    Exercise(
        name="npcnn-cut",
        reference=cut,
        variant=cut_by_index,
        inputs=unit,
        mistakes=(
            Mistake(
                "You forgot the distance. One unit further is `apart` pixels further.",
                lambda image, r, q, field, apart: image[r : r + field, q : q + field],
            ),
            Mistake(
                "You moved the window by its own size. Windows overlap; they are `apart` pixels "
                "apart.",
                lambda image, r, q, field, apart: cut(
                    np.pad(image, ((0, 60), (0, 60))), r, q, field, field
                ),
            ),
            Mistake(
                "You swapped row and column: r counts rows, the first axis.",
                lambda image, r, q, field, apart: cut(image, q, r, field, apart),
            ),
            Mistake(
                "You put the unit in the middle of its window. Without padding, the window of unit "
                "(r, q) starts at pixel (r * apart, q * apart).",
                lambda image, r, q, field, apart: np.pad(image, field // 2)[
                    r * apart : r * apart + field, q * apart : q * apart + field
                ],
            ),
        ),
        hints=(
            "Where does the window of the unit (0, 0) start? Where that of (0, 1)?",
            "image[r * apart : r * apart + field, and the same for q]",
        ),
    ),
    Exercise(
        name="npcnn-residual",
        reference=residual_backward,
        variant=residual_backward_by_samples,
        inputs=block,
        mistakes=(
            Mistake(
                "You forgot the skip connection: the input also gets g itself.",
                lambda x, w, g: (
                    residual_backward(x, w, g)[0],
                    residual_backward(x, w, g)[1] - g,
                ),
            ),
            Mistake(
                "You forgot the ReLU in the branch: its gradient is 0 where x W is negative.",
                lambda x, w, g: (x.T @ g, g + g @ w.T),
            ),
            Mistake(
                "Your ReLU also stops the skip connection. It stands in the branch only.",
                lambda x, w, g: (
                    residual_backward(x, w, g)[0],
                    g * (x @ w > 0) + (g * (x @ w > 0)) @ w.T,
                ),
            ),
            Mistake(
                "You decided by the output x + relu(x W) where the ReLU is open. Ask x W.",
                lambda x, w, g: (
                    x.T @ (g * (x + np.maximum(x @ w, 0) > 0)),
                    g + (g * (x + np.maximum(x @ w, 0) > 0)) @ w.T,
                ),
            ),
            Mistake(
                "You went back through W instead of its transpose.",
                lambda x, w, g: (
                    residual_backward(x, w, g)[0],
                    g + (g * (x @ w > 0)) @ w,
                ),
            ),
        ),
        hints=(
            "Two paths lead from x to the output: the skip and the branch. Add their gradients.",
            "grad_z = g * (x @ w > 0), then x.T @ grad_z and g + grad_z @ w.T",
        ),
    ),
]
