"""Draw the cover picture in two colour schemes: `python tools/pictures.py`."""

from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "book" / "_static"

SEVEN = [  # a small 7, one character a pixel
    "........",
    ".######.",
    ".....##.",
    "....##..",
    "...##...",
    "...##...",
    "..##....",
    "........",
]


def circle(x, y, r, fill, stroke):
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" stroke="{stroke}" stroke-width="2"/>'


def line(x1, y1, x2, y2, stroke):
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{stroke}" stroke-width="1.5"/>'


def label(x, text, ink):
    return (
        f'<text x="{x}" y="190" text-anchor="middle" font-size="17" fill="{ink}" '
        f'font-family="sans-serif">{text}</text>'
    )


def pixels(x, y, size, ink, ground):
    parts = []
    for row, text in enumerate(SEVEN):
        for column, mark in enumerate(text):
            fill = ink if mark == "#" else ground
            parts.append(
                f'<rect x="{x + column * size}" y="{y + row * size}" width="{size - 1}" '
                f'height="{size - 1}" fill="{fill}"/>'
            )
    return parts


def draw(ink, ground, paper, blue, orange):
    parts = []
    # 1: one neuron
    for y in (45, 85, 125):
        parts += [line(40, y, 120, 85, blue), circle(40, y, 9, paper, ink)]
    parts += [circle(120, 85, 16, orange, ink), label(80, "a neuron", ink)]
    # 2: a layer
    for y in (35, 65, 95, 125):
        for target in (50, 85, 120):
            parts.append(line(215, y, 290, target, blue))
        parts.append(circle(215, y, 8, paper, ink))
    parts += [circle(290, y, 11, orange, ink) for y in (50, 85, 120)]
    parts.append(label(252, "a layer", ink))
    # 3: a filter on an image
    parts += pixels(385, 28, 14, ink, ground)
    parts.append(
        f'<rect x="426" y="55" width="43" height="43" fill="none" stroke="{orange}" '
        'stroke-width="4"/>'
    )
    parts.append(label(441, "a convolution", ink))
    # 4: the answer
    heights = [4, 3, 6, 8, 3, 4, 3, 96, 5, 9]
    for k, height in enumerate(heights):
        fill = orange if height == max(heights) else blue
        parts.append(
            f'<rect x="{560 + k * 17}" y="{135 - height}" width="13" height="{height}" '
            f'fill="{fill}"/>'
        )
        parts.append(
            f'<text x="{566 + k * 17}" y="152" text-anchor="middle" font-size="12" fill="{ink}" '
            f'font-family="sans-serif">{k}</text>'
        )
    parts.append(label(642, "an answer: seven", ink))
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 205">\n{body}\n</svg>\n'


if __name__ == "__main__":
    light = draw("#1b2733", "#e3e8ed", "#ffffff", "#0072B2", "#E69F00")
    dark = draw("#e8edf2", "#3a4652", "#1b2733", "#56B4E9", "#E69F00")
    (STATIC / "path.svg").write_text(light)
    (STATIC / "path-dark.svg").write_text(dark)
