"""Build JupyterLite into the site, under lite/: the NumPy chapters run inside the browser.

What a reader's browser needs beyond our own files is Pyodide, Python for browsers with
NumPy and Matplotlib. It comes from Pyodide's own server, and only when JupyterLite starts a
kernel: the pages of the book never ask for it.

A chapter that needs Keras, threads or other processes is represented by a note that says
where it runs.
"""

import json
import re
import shutil
import subprocess
import sys

import nbformat
from notebooks import KERNEL, LANGUAGE, ROOT

SITE = ROOT / "_build" / "html"
STAGE = ROOT / "_build" / "lite"  # what JupyterLite is built from
KERNEL_EXTENSION = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
KERNEL_PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
# What a browser cannot run
BEYOND = re.compile(
    r"\b(tensorflow|exact_keras|silent_keras|load_fashion_mnist|fashion_mnist|subprocess"
    r"|DataParallel|scratch\.parallel|scratch\.examples)\b|^\s*(import|from) keras\b",
    re.M,
)
# Loaded with the kernel. NumPy and Matplotlib are Pyodide's; the others are pure Python and ours
FROM_PYODIDE = ["numpy", "matplotlib"]
BUNDLED = ["comm", "jupyterquiz", "tqdm"]
BINDER = "https://mybinder.org/v2/gh/perceptron-to-cnn/book/main?urlpath=lab/tree/"
ABOUT = """\
# From Perceptron to CNN, inside your browser

The chapters in the folder `chapters` run here without a server and without an installation.
Your changes are kept in this browser only, so download what you want to keep.

- The first cell takes a while: Python, NumPy and Matplotlib are fetched from Pyodide's server
  (cdn.jsdelivr.net). Nothing that you write is sent anywhere.
- A browser computes several times more slowly than a program of its own, and with one thread.
- `check` cannot stop an endless loop here. Restart the kernel instead.
- Keras does not run in a browser. Chapters that need it lead to Binder.
"""
NOTE = """\
# {title}

This chapter needs more than a browser can run (Keras, or several threads). \
[Open it in Binder]({binder}{path}), or run it on your own computer.
"""


def source_of(notebook):
    """Return all code of a notebook as one text."""
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def runs_in_a_browser(notebook):
    """Whether a chapter gets by with NumPy, Matplotlib and what else Pyodide has."""
    return BEYOND.search(source_of(notebook)) is None


def stage_chapters(folder):
    """Copy the chapters that run in a browser, write notes for the others; return both lists."""
    here, elsewhere = [], []
    for path in sorted((ROOT / "chapters").rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        name = path.relative_to(ROOT).as_posix()
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        notebook = nbformat.read(path, as_version=4)
        if runs_in_a_browser(notebook):
            shutil.copyfile(path, target)
            here.append(name)
            continue
        title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
        text = NOTE.format(title=title, binder=BINDER, path=name)
        note = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "language_info": LANGUAGE})
        note.cells = [nbformat.v4.new_markdown_cell(text, id="cell-01")]
        nbformat.write(note, target)
        elsewhere.append(name)
    (folder / "about.md").write_text(ABOUT, encoding="utf-8")
    return here, elsewhere


def build_wheels(folder):
    """Put wheels of the book's library and of the bundled packages into a folder."""
    copy = STAGE / "source"  # a build inside the repository would leave files there
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".ipynb_checkpoints")
    shutil.copytree(ROOT / "code", copy / "code", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copyfile(ROOT / name, copy / name)
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    versions = [re.search(rf"^{name}==[\w.]+", pinned, re.M)[0] for name in BUNDLED]
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", folder, copy, *versions], check=True)
    return sorted(path.name for path in folder.glob("*.whl"))


def settings(wheels):
    """Return JupyterLite's settings: the kernel loads our wheels when it starts.

    Pyodide resolves their addresses against the kernel's worker, four folders below lite/.
    """
    packages = [*FROM_PYODIDE, *(f"../../../../pypi/{wheel}" for wheel in wheels)]
    kernel = {"loadPyodideOptions": {"packages": packages}}
    data = {"appName": "From Perceptron to CNN", "litePluginSettings": {KERNEL_PLUGIN: kernel}}
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}


def main():
    """Stage everything, then build."""
    if not SITE.exists():
        sys.exit("there is no site yet: run `make book` first")
    shutil.rmtree(STAGE, ignore_errors=True)
    shutil.rmtree(SITE / "lite", ignore_errors=True)
    here, elsewhere = stage_chapters(STAGE / "contents")
    (STAGE / "wheels").mkdir()
    wheels = build_wheels(STAGE / "wheels")
    (STAGE / "jupyter-lite.json").write_text(json.dumps(settings(wheels), indent=1))
    options = {
        "LiteBuildConfig": {
            "apps": ["lab"],
            "contents": ["contents"],
            "output_dir": str(SITE / "lite"),
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "no_libarchive": True,
            # The kernel alone, whatever else is installed in this environment
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [f"{sys.prefix}/{KERNEL_EXTENSION}"],
        },
        "PipliteAddon": {"piplite_urls": ["wheels"]},
    }
    (STAGE / "jupyter_lite_config.json").write_text(json.dumps(options, indent=1))
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", "."]
    done = subprocess.run(command, cwd=STAGE, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    size = sum(path.stat().st_size for path in (SITE / "lite").rglob("*") if path.is_file())
    print(f"{len(here)} chapters run in the browser, {len(elsewhere)} lead to Binder")
    print(f"_build/html/lite: {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
