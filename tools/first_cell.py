"""Make every notebook begin with the cell that installs the book's library where it is missing.

Usage: python first_cell.py [CHAPTER.ipynb ...]      (default: all of them)

Nothing is executed: the cell has no output, and the others keep theirs. The site leaves the
cell out; it is there in the file that a reader downloads or opens on Colab. A second run
changes nothing.
"""

import sys
from pathlib import Path

import nbformat
from notebooks import ROOT, normalise

# Without its dependencies: Colab has its own TensorFlow and kernel, and they must stay as they are
SOURCE = """\
from importlib.util import find_spec

if find_spec("scratch") is None:  # on Colab, for example: install the book's library
    get_ipython().run_line_magic(
        "pip", "install -q --no-deps git+https://github.com/perceptron-to-cnn/book jupyterquiz"
    )"""
TAGS = ["remove-cell"]
OPENING = SOURCE.partition("\n")[0]


def is_right(cell):
    """Whether a code cell is this cell, as it is now."""
    return (cell.source, cell.metadata.get("tags"), cell.outputs) == (SOURCE, TAGS, [])


def put_first(notebook):
    """Put the cell behind the title, in place of an older form of it; return whether it was not."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if code and is_right(code[0]):
        return False
    if code and code[0].source.startswith(OPENING):
        notebook.cells.remove(code[0])
    cell = nbformat.v4.new_code_cell(SOURCE, metadata={"tags": list(TAGS)})
    notebook.cells.insert(1, cell)
    normalise(notebook)
    return True


def main():
    """Change the named chapters, or all."""
    paths = [Path(name).resolve() for name in sys.argv[1:]]
    for path in paths or sorted((ROOT / "chapters").rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        notebook = nbformat.read(path, as_version=4)
        if put_first(notebook):
            nbformat.validate(notebook)
            text = nbformat.writes(notebook, indent=1, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
