"""Execute chapters in place, so that a second run changes no byte.

Usage: python notebooks.py [CHAPTER.ipynb ...]      (default: all of them)
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python"}
KEPT = ("tags", "mystnb")  # cell metadata that means something


def normalise(notebook):
    """Drop what differs between machines and runs; number the cells 1, 2, 3, ..."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    count = 0
    for position, cell in enumerate(notebook.cells):
        cell.id = f"cell-{position + 1:02d}"
        cell.metadata = {key: cell.metadata[key] for key in KEPT if key in cell.metadata}
        cell.pop("attachments", None)
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            output.pop("transient", None)
            if "metadata" in output:
                output.metadata = {}
            if output.output_type == "execute_result":
                output.execution_count = count
        cell.outputs = merge_streams(cell.outputs)


def merge_streams(outputs):
    """Join neighbouring pieces of one stream: how text is cut into pieces depends on timing."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def execute(path):
    """Run one notebook from top to bottom and write it back."""
    notebook = nbformat.read(path, as_version=4)
    started = time.perf_counter()
    try:
        NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": path.parent}},
        ).execute()
    except CellExecutionError as error:
        sys.exit(f"\n{path.relative_to(ROOT)} stopped:\n{error}")
    normalise(notebook)
    nbformat.validate(notebook)
    text = nbformat.writes(notebook, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {time.perf_counter() - started:.0f} s", flush=True)


def main():
    """Execute the named chapters, or all."""
    paths = [Path(name).resolve() for name in sys.argv[1:]]
    for path in paths or sorted((ROOT / "chapters").rglob("*.ipynb")):
        execute(path)


if __name__ == "__main__":
    main()
