"""The comparison of outputs can fail: each kind of damage to a chapter is noticed.

A chapter is cut after its first figure, damaged in one place, and given to the same
checks that `make test` runs: nbval, and the rules in test_notebooks.py.
"""

import copy
import os
import re
import subprocess
import sys

import nbformat
import pytest
import test_notebooks
from notebooks import ROOT, code_cells, load

CHAPTER = ROOT / "chapters" / "3_math" / "backpropagation.ipynb"


@pytest.fixture(scope="module")
def chapter():
    """The beginning of a real chapter, up to its first figure."""
    notebook = load(CHAPTER)
    for position, cell in enumerate(notebook.cells):
        if any("image/svg+xml" in output.get("data", {}) for output in cell.get("outputs", [])):
            notebook.cells = notebook.cells[: position + 1]
            return notebook
    raise AssertionError("the chapter has no figure")


def nbval_passes(notebook, folder):
    """Run nbval as the Makefile does, and return whether it passed."""
    path = folder / "chapter.ipynb"
    nbformat.write(notebook, path)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "pytest", "--nbval", str(path)]
    options = ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder)]
    result = subprocess.run(
        command + options, env=environment, capture_output=True, text=True, cwd=folder, timeout=300
    )
    assert result.returncode in (0, 1), result.stdout + result.stderr
    return result.returncode == 0


def figure_output(notebook):
    """Return the output that holds the figure."""
    return next(
        output
        for cell in code_cells(notebook)
        for output in cell.outputs
        if "image/svg+xml" in output.get("data", {})
    )


def change_a_digit(notebook):
    output = code_cells(notebook)[1].outputs[0]
    before = output.text
    output.text = re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), before)
    assert output.text != before


def change_a_point(notebook):
    """Move one point of one curve by a hundredth of a point."""
    output = figure_output(notebook)
    before = output.data["image/svg+xml"]

    def move(match):
        return f"{match[1]}{float(match[2]) + 0.01:.2f}"

    output.data["image/svg+xml"] = re.sub(r"(L \d+\.\d+ )(\d+\.\d+)", move, before, count=1)
    assert output.data["image/svg+xml"] != before


def delete_the_figure(notebook):
    for cell in code_cells(notebook):
        cell.outputs = [o for o in cell.outputs if "image/svg+xml" not in o.get("data", {})]


def empty_a_cell(notebook):
    """Remove the outputs of a cell that prints, but keep its count."""
    code_cells(notebook)[1].outputs = []


def test_the_chapter_passes_as_it_is(chapter, tmp_path):
    assert nbval_passes(chapter, tmp_path)


@pytest.mark.parametrize(
    "damage", [change_a_digit, change_a_point, delete_the_figure, empty_a_cell]
)
def test_nbval_notices(chapter, tmp_path, damage):
    damaged = copy.deepcopy(chapter)
    damage(damaged)
    assert not nbval_passes(damaged, tmp_path)


def test_the_rules_notice_a_cleared_cell(tmp_path):
    """nbval passes over a cell that has neither count nor outputs; the rules do not."""
    notebook = load(CHAPTER)
    path = tmp_path / "chapter.ipynb"
    nbformat.write(notebook, path)
    test_notebooks.test_every_code_cell_was_executed_in_order(path)
    cell = code_cells(notebook)[1]
    cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    with pytest.raises(AssertionError):
        test_notebooks.test_every_code_cell_was_executed_in_order(path)


@pytest.mark.parametrize(
    ("rule", "damage"),
    [
        (
            test_notebooks.test_no_stderr_and_no_error,
            lambda cell: cell.outputs.append(
                nbformat.v4.new_output("stream", name="stderr", text="a warning")
            ),
        ),
        (
            test_notebooks.test_every_figure_is_compared_and_has_alt_text,
            lambda cell: cell.outputs.append(
                nbformat.v4.new_output("display_data", data={"image/svg+xml": "<svg/>"})
            ),
        ),
        (
            test_notebooks.test_no_output_is_excused_from_comparison,
            lambda cell: cell.metadata.update(tags=["nbval-ignore-output"]),
        ),
        (
            test_notebooks.test_no_path_address_or_time_in_outputs,
            lambda cell: cell.outputs.append(
                nbformat.v4.new_output("stream", name="stdout", text="/home/reader/x.npz")
            ),
        ),
        (
            test_notebooks.test_printed_numbers_are_short,
            lambda cell: cell.outputs.append(
                nbformat.v4.new_output("stream", name="stdout", text="0.12345678")
            ),
        ),
    ],
)
def test_the_rules_can_fail(tmp_path, rule, damage):
    notebook = load(CHAPTER)
    path = tmp_path / "chapter.ipynb"
    nbformat.write(notebook, path)
    rule(path)
    damage(code_cells(notebook)[1])
    nbformat.write(notebook, path)
    with pytest.raises(AssertionError):
        rule(path)
