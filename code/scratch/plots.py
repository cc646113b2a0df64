"""Figures: one style for the whole book, the same bytes on every machine."""

import hashlib
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

# Okabe and Ito's palette: told apart with any kind of colour vision
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]

STYLE = {
    "figure.figsize": (6.4, 3.6),
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.prop_cycle": mpl.cycler(color=COLORS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "lines.linewidth": 1.8,
    "image.cmap": "gray",
    "image.interpolation": "none",  # resampling differs between processors
    "svg.hashsalt": "scratch",  # else the ids in the file are random
}


def setup():
    """Set the style, and make notebooks show figures as reproducible SVG.

    Outside a notebook only the style is set.
    """
    plt.rcParams.update(STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None})
    formatter = shell.display_formatter.formatters["image/svg+xml"]
    draw = formatter.lookup_by_type(mpl.figure.Figure)
    formatter.for_type(mpl.figure.Figure, lambda figure: round_svg(draw(figure)))


def round_svg(svg):
    """Round the coordinates in an SVG text to 2 decimals, and number its ids.

    Float arithmetic differs in the last digits between processors. Six decimals of a
    point would show that, two do not; the picture is the same and half the size. Matplotlib
    makes ids from unrounded numbers, so they get new names, from the rounded text.

    >>> round_svg('<path d="M 1.23456 2 L 30.999999 4.5"/>')
    '<path d="M 1.23 2 L 31 4.5"/>'
    """

    def shorten(match):
        text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text

    number = re.compile(r"-?\d+\.\d+")
    places = re.compile(r'(?<= )(?:d|x|y|cx|cy|points)="[^"]*"|translate\([^)]*\)')
    svg = places.sub(lambda match: number.sub(shorten, match[0]), svg)
    ids = dict.fromkeys(re.findall(r'id="([a-z]+[0-9a-f]{10})"', svg))
    for count, name in enumerate(ids):
        svg = svg.replace(name, f"id-{count}-")
    digest = hashlib.sha256(svg.encode()).hexdigest()[:8]  # unlike in other figures of a page
    return re.sub(r"id-(\d+)-", rf"i{digest}-\1", svg)


def image_matrix(images, columns=10, gap=1, fill=1.0):
    """Lay out many small images as one: ``(n, h, w) -> (rows * (h + gap), columns * (w + gap))``.

    One large image is far smaller in the file than many axes. ``fill`` is the grey level
    of the gaps and of empty places.

    Raises:
        ValueError: if ``images`` is not of shape ``(n, h, w)``.

    >>> image_matrix(np.zeros((4, 28, 28)), columns=2).shape
    (57, 57)
    """
    images = np.asarray(images, dtype=float)
    if images.ndim != 3:
        raise ValueError(f"image_matrix needs images of shape (n, h, w), got {images.shape}")
    n, height, width = images.shape
    rows = -(-n // columns)
    canvas = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), float(fill))
    for k, image in enumerate(images):
        top, left = k // columns * (height + gap), k % columns * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return canvas


def show_images(images, columns=10, ax=None, fill=None, **imshow):
    """Draw many small images as one block on an axis without ticks; return the axis.

    ``fill`` is the value of the gaps; without it, the largest in the images.
    """
    ax = ax or plt.gca()
    matrix = image_matrix(images, columns, fill=np.max(images) if fill is None else fill)
    ax.imshow(matrix, **imshow)
    ax.set_axis_off()
    return ax
