"""Where a chapter runs: in JupyterLite without threads, and on Colab by its first cell."""

import threading
from urllib.parse import urljoin

import nbformat
import pytest
from exercises.checker import verdict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebooks import CHAPTERS, ROOT, load, tool

first_cell, lite = tool("first_cell"), tool("lite")


@pytest.fixture
def no_threads(monkeypatch):
    """Python in a browser, as far as threads go."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)


def test_the_checker_works_without_threads(no_threads):
    def wrong(grad_a, a):
        print("seen")
        return 1 / 0

    def stops(grad_a, a):
        raise SystemExit

    assert verdict("backprop-sigmoid", lambda g, a: g * a * (1 - a)).startswith("Correct")
    assert verdict("backprop-sigmoid", lambda g, a: None).startswith("Not attempted yet")
    assert "raised ZeroDivisionError in line" in verdict("backprop-sigmoid", wrong)
    assert verdict("backprop-sigmoid", wrong).endswith("Your function printed:\nseen")
    assert "raised SystemExit" in verdict("backprop-sigmoid", stops)


@pytest.mark.parametrize(
    ("code", "runs"),
    [
        ("import numpy as np\nfrom sklearn.datasets import load_iris", True),
        ("from scratch import Sequential, layers  # Keras's words", True),
        ("import tensorflow as tf", False),
        ("x = 1\nimport keras", False),
        ("from keras import layers", False),
        ("from scratch.utils import exact_keras\nkeras = exact_keras()", False),
        ("from scratch.parallel import DataParallel", False),
        ("import subprocess", False),
    ],
)
def test_what_runs_in_a_browser(code, runs):
    assert lite.runs_in_a_browser(new_notebook(cells=[new_code_cell(code)])) == runs


def test_every_chapter_is_in_jupyterlite_as_itself_or_as_a_note(tmp_path):
    here, elsewhere = lite.stage_chapters(tmp_path)
    assert {ROOT / name for name in here + elsewhere} == set(CHAPTERS)
    assert "chapters/4_code/perceptron.ipynb" in here
    assert "chapters/4_code/digits_with_keras.ipynb" in elsewhere
    for name in here:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()
    for name in elsewhere:
        note = load(tmp_path / name)
        nbformat.validate(note)
        assert lite.BINDER + name in note.cells[0].source
        titles = [book.cells[0].source.splitlines()[0] for book in (note, load(ROOT / name))]
        assert titles[0] == titles[1]


def test_the_kernel_of_jupyterlite_finds_our_wheels():
    data = lite.settings(["ours-1-py3-none-any.whl"])["jupyter-config-data"]
    packages = data["litePluginSettings"][lite.KERNEL_PLUGIN]["loadPyodideOptions"]["packages"]
    site = "https://example.org/book/lite/"
    worker = f"{site}extensions/@jupyterlite/pyodide-kernel-extension/static/comlink.worker.js"
    assert urljoin(worker, packages[-1]) == f"{site}pypi/ours-1-py3-none-any.whl"
    assert packages[:-1] == ["numpy", "matplotlib"]


@pytest.fixture
def chapter():
    """A chapter of two cells of code, executed, without the first cell."""
    result = new_output("execute_result", data={"text/plain": "2"}, execution_count=2)
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell("import numpy as np", execution_count=1),
        new_code_cell("1 + 1", execution_count=2, outputs=[result], metadata={"tags": ["E29"]}),
    ]
    return new_notebook(cells=cells)


def test_the_first_cell_is_put_behind_the_title_and_the_others_keep_their_outputs(chapter):
    assert first_cell.put_first(chapter)
    title, first, *others = chapter.cells
    assert title.source == "# Title"
    assert first_cell.is_right(first)
    assert [cell.execution_count for cell in (first, *others)] == [1, 2, 3]
    assert others[1].outputs[0].data["text/plain"] == "2"
    assert others[1].outputs[0].execution_count == 3
    assert others[1].metadata.tags == ["E29"]
    assert [cell.id for cell in chapter.cells] == ["cell-01", "cell-02", "cell-03", "cell-04"]
    nbformat.validate(chapter)


def test_a_second_run_changes_nothing(chapter):
    first_cell.put_first(chapter)
    before = nbformat.writes(chapter)
    assert not first_cell.put_first(chapter)
    assert nbformat.writes(chapter) == before


def test_an_older_form_is_replaced(chapter):
    first_cell.put_first(chapter)
    chapter.cells[1].source += "\n# as it was once"
    assert first_cell.put_first(chapter)
    assert [cell.cell_type for cell in chapter.cells] == ["markdown", "code", "code", "code"]
    assert first_cell.is_right(chapter.cells[1])


def test_the_first_cell_does_nothing_where_the_library_is():
    space = {}  # without get_ipython: calling it would raise
    exec(first_cell.SOURCE, space)
    assert "find_spec" in space


def test_the_first_cell_installs_where_the_library_is_missing(monkeypatch):
    class Shell:
        def run_line_magic(self, name, line):
            self.ran = name, line

    shell = Shell()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    exec(first_cell.SOURCE, {"get_ipython": lambda: shell})
    name, line = shell.ran
    assert name == "pip"
    assert "--no-deps" in line.split()
    assert "git+https://github.com/perceptron-to-cnn/book" in line.split()
