"""What the tests of the chapters share."""

import importlib
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted(
    path for path in (ROOT / "chapters").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)


def name(path):
    """Return a short name for test reports."""
    return str(path.relative_to(ROOT / "chapters"))


def load(path):
    """Return a notebook."""
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    """Return its code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    """Return its text."""
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def tool(name):
    """Import a program of tools/, where the name of this module belongs to another one."""
    ours, places = sys.modules.pop(__name__), sys.path[:]
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path[:], sys.modules[__name__] = places, ours


def table_of_contents():
    """Return the files of the table of contents, without endings."""
    text = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    return re.findall(r"(?:root|file):\s*(\S+)", text)
