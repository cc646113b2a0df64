"""The exercises of the chapter "Interpretability"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def images_and_gradient(rng):
    """Return images and a gradient, both (n, h, w, 1)."""
    shape = (*rng.integers(2, 6, size=3), 1)
    return rng.uniform(0.1, 1, size=shape), rng.normal(size=shape)


def image_and_map(rng):
    """Return an image (h, w), a map with both signs, and how many pixels to delete."""
    shape = tuple(rng.integers(4, 8, size=2))
    return rng.uniform(0.1, 0.9, size=shape), rng.normal(size=shape), int(rng.integers(2, 7))


def scored_image(rng):
    """Return a smooth score of images, an image (h, w), and a patch size that divides it."""
    size = int(rng.integers(2, 4))
    rows, columns = rng.integers(2, 4, size=2)
    shape = (rows * size, columns * size)
    weights = rng.normal(size=shape)

    def score(images):
        return np.tanh(np.tensordot(images, weights, axes=2) / 4)

    return score, rng.uniform(0.1, 0.9, size=shape), size


def maps_and_gradient(rng):
    """Return activations and their gradient, both (h, w, filters)."""
    shape = (*rng.integers(2, 6, size=2), rng.integers(3, 6))
    return rng.uniform(0, 1, size=shape), rng.normal(size=shape)


def delete(image, importance, m, value=0.0):
    """The m largest numbers of the map say where."""
    flat = image.ravel().copy()
    flat[np.argsort(-importance.ravel())[:m]] = value
    return flat.reshape(image.shape)


def keep(image, importance, m):
    """The opposite: only the m most important pixels stay."""
    return image - delete(image, importance, m)


def occlusion(score, image, size, value=0.0, fresh=True, sign=1):
    """Cover one patch after the other."""
    result = np.zeros((image.shape[0] // size, image.shape[1] // size))
    before = score(image[np.newaxis])[0]
    covered = image.copy()
    for r, q in np.ndindex(result.shape):
        if fresh:
            covered = image.copy()
        covered[r * size : (r + 1) * size, q * size : (q + 1) * size] = value
        result[r, q] = sign * (before - score(covered[np.newaxis])[0])
    return result


def occlusion_at_once(score, image, size):
    """All covered images as one batch."""
    rows, columns = image.shape[0] // size, image.shape[1] // size
    mask = np.kron(np.eye(rows * columns).reshape(-1, rows, columns), np.ones((size, size)))
    return (score(image[np.newaxis]) - score(image * (1 - mask))).reshape(rows, columns)


def scores_only(score, image, size):
    """The score that is left, instead of the drop."""
    return score(image[np.newaxis])[0] - occlusion(score, image, size)


def grad_cam(maps, grad):
    """Mean gradient as weight, weighted sum, ReLU."""
    return np.maximum(maps @ grad.mean(axis=(0, 1)), 0)


EXERCISES = [
    Exercise(
        name="interp-gradient-input",
        reference=lambda x, gradient: (x * gradient)[..., 0],
        variant=lambda x, gradient: np.einsum("nhwc,nhwc->nhw", x, gradient),
        inputs=images_and_gradient,
        mistakes=(
            Mistake(
                "You dropped the signs. Gradient times input has them: some pixels speak against "
                "the class.",
                lambda x, gradient: np.abs(x * gradient)[..., 0],
            ),
            Mistake(
                "That is saliency: you returned the size of the gradient. Multiply the gradient "
                "by the image.",
                lambda x, gradient: np.abs(gradient)[..., 0],
            ),
            Mistake(
                "You returned the gradient itself. Multiply it by the image, pixel by pixel.",
                lambda x, gradient: gradient[..., 0],
            ),
            Mistake(
                "The values are right, but the channel axis is still there. A map has shape "
                "(n, h, w).",
                lambda x, gradient: x * gradient,
            ),
            Mistake(
                "You added up all pixels of an image. A map has one number for each pixel.",
                lambda x, gradient: (x * gradient).sum(axis=(1, 2, 3)),
            ),
        ),
        hints=(
            "One product for each pixel; then the last axis, of length 1, has to go.",
            "(x * gradient)[..., 0]",
        ),
    ),
    Exercise(
        name="interp-delete",
        reference=delete,
        variant=lambda image, importance, m: np.where(
            importance >= np.sort(importance, axis=None)[-m], 0.0, image
        ),
        inputs=image_and_map,
        mistakes=(
            Mistake(
                "You deleted the least important pixels. argsort begins with the smallest: sort "
                "the negative map.",
                lambda image, importance, m: delete(image, -importance, m),
            ),
            Mistake(
                "You dropped the signs of the map. A very negative pixel speaks against the "
                "class, so it is not important here.",
                lambda image, importance, m: delete(image, np.abs(importance), m),
            ),
            Mistake(
                "You painted the pixels white. Delete them by setting them to 0.",
                lambda image, importance, m: delete(image, importance, m, 1.0),
            ),
            Mistake(
                "You kept the important pixels and deleted all others.",
                keep,
            ),
            Mistake(
                "You deleted one pixel too few: take the first m places, [:m].",
                lambda image, importance, m: delete(image, importance, m - 1),
            ),
        ),
        hints=(
            "Flatten a copy of the image and the map; then one position means the same in both.",
            "flat[np.argsort(-importance.ravel())[:m]] = 0, then reshape to the image.",
        ),
    ),
    Exercise(
        name="interp-occlusion",
        reference=occlusion,
        variant=occlusion_at_once,
        inputs=scored_image,
        mistakes=(
            Mistake(
                "Your sign is the wrong way round. A drop is the score before, minus the score "
                "with the patch.",
                lambda score, image, size: occlusion(score, image, size, sign=-1),
            ),
            Mistake(
                "You returned the score that is left. Subtract it from the score of the whole "
                "image.",
                scores_only,
            ),
            Mistake(
                "Your patches pile up: each one is laid on the image that was covered before. "
                "Start every patch from a fresh copy.",
                lambda score, image, size: occlusion(score, image, size, fresh=False),
            ),
            Mistake(
                "Your patch is white. Cover the pixels with 0.",
                lambda score, image, size: occlusion(score, image, size, value=1.0),
            ),
        ),
        hints=(
            "Two loops over patches; each covers a fresh copy and compares two scores.",
            "covered[r * size : (r + 1) * size, q * size : (q + 1) * size] = 0, then "
            "score(image[np.newaxis])[0] - score(covered[np.newaxis])[0]",
        ),
    ),
    Exercise(
        name="interp-grad-cam",
        reference=grad_cam,
        variant=lambda maps, grad: np.clip(
            np.einsum("hwk,k->hw", maps, grad.sum(axis=(0, 1)) / (grad.shape[0] * grad.shape[1])),
            0,
            None,
        ),
        inputs=maps_and_gradient,
        mistakes=(
            Mistake(
                "You forgot the ReLU at the end: only what speaks for the class is kept.",
                lambda maps, grad: maps @ grad.mean(axis=(0, 1)),
            ),
            Mistake(
                "Your weights are sums. Take the mean of the gradient over the places.",
                lambda maps, grad: np.maximum(maps @ grad.sum(axis=(0, 1)), 0),
            ),
            Mistake(
                "You multiplied place by place. Grad-CAM first averages the gradient of each map "
                "to one weight.",
                lambda maps, grad: np.maximum((maps * grad).sum(axis=-1), 0),
            ),
            Mistake(
                "You applied ReLU to the weights. A map that speaks against the class must be "
                "subtracted before the ReLU.",
                lambda maps, grad: maps @ np.maximum(grad.mean(axis=(0, 1)), 0),
            ),
            Mistake(
                "You took the absolute value instead of the ReLU. What speaks against the class "
                "becomes 0.",
                lambda maps, grad: np.abs(maps @ grad.mean(axis=(0, 1))),
            ),
        ),
        hints=(
            "grad.mean(axis=(0, 1)) gives one weight for each filter.",
            "np.maximum(maps @ weights, 0): the product adds over the filters.",
        ),
    ),
]
