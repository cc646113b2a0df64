"""The book on paper: questions with lettered answers, solutions at the end, formulas as MathML."""

import html
import json
import sys
from xml.etree import ElementTree

import pytest
from notebooks import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
paper = pytest.importorskip("paper")  # not without the packages of the extra `paper`

CHAPTERS = sorted((ROOT / "chapters").rglob("*.ipynb"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_solutions_stand_at_the_end(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = paper.on_paper(ROOT, notebook)["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells)
    before, after = text.split("\n## Solutions\n")
    assert "{solution-" not in before and "{exercise}" not in after
    assert after.count("{solution-start}") == after.count("{solution-end}") > 0
    assert "quiz(" not in text
    old = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    new = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(new) == len(old) - before.count("quiz-questions")


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"\lVert\mathbf g\rVert", "‖"),
        (r"\begin{aligned} a &= b, & c &= d \\ e &= f \end{aligned}", "mtable"),
        (r"\boldsymbol\theta", "𝜽"),
        (r"\Bigl\lceil x \Bigr\rceil", "⌈"),
    ],
)
def test_formulas(tex, wanted):
    result = paper.mathml(tex, True)
    ElementTree.fromstring(result)
    result = html.unescape(result)
    assert wanted in result and "\\" not in result


def test_pictures_are_enlarged_by_whole_pixels():
    svg = next(
        "".join(output["data"]["image/svg+xml"])
        for path in CHAPTERS
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if "pixelated" in "".join(output.get("data", {}).get("image/svg+xml", ""))
    )
    assert len(paper.enlarge(svg)) > len(svg)
    ElementTree.fromstring(paper.plain_svg(svg))
