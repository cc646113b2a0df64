"""Build the book as one PDF or one EPUB file. `make pdf` and `make epub` call this.

Usage: python paper.py pdf|epub
"""

import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
NAME = "from-perceptron-to-cnn"
# What serves the site alone
SITE_ONLY = ["notfound.extension", "sphinx_sitemap", "sphinxext.opengraph", "sphinx.ext.viewcode"]
PACKAGES = (
    "texlive-xetex texlive-latex-extra texlive-lang-chinese lmodern latexmk fonts-dejavu "
    "librsvg2-bin"
)


def missing():
    """Return what `make pdf` needs and this system lacks."""
    programs = ["xelatex", "latexmk", "makeindex", "rsvg-convert"]
    lacking = [name for name in programs if shutil.which(name) is None]
    if shutil.which("kpsewhich"):
        for file in (
            "xeCJK.sty",
            "newunicodechar.sty",
            "FandolSong-Regular.otf",
            "latinmodern-math.otf",
        ):
            if subprocess.run(["kpsewhich", file], capture_output=True).returncode:
                lacking.append(file)
    return lacking


def configuration():
    """Write the configuration for paper, made from that of the site, and return its place."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    title = config["title"]
    version = metadata.version("from-perceptron-to-cnn")
    config["latex"] = {
        "latex_engine": "xelatex",
        "latex_documents": {"targetname": f"{NAME}.tex", "title": title},
    }
    sphinx = config["sphinx"]
    kept = [name for name in sphinx["extra_extensions"] if name not in SITE_ONLY]
    sphinx["extra_extensions"] = [*kept, "paper"]
    places = {**sphinx["local_extensions"], "paper": "book/_ext"}
    sphinx["local_extensions"] = {name: str(ROOT / place) for name, place in places.items()}
    config["bibtex_bibfiles"] = [str(ROOT / file) for file in config["bibtex_bibfiles"]]
    unwanted = ("html_", "mathjax", "ogp_", "sitemap_", "notfound_", "exercise_style")
    settings = {
        name: value for name, value in sphinx["config"].items() if not name.startswith(unwanted)
    }
    sphinx["config"] = settings | {
        "project": title,
        "version": version,
        "html_static_path": ["book/_paper"],
        "html_css_files": ["paper.css"],
        "html_domain_indices": False,
        "html_math_renderer": "mathml",
        "nb_mime_priority_overrides": [
            [builder, kind, priority]
            for builder in ("latex", "epub")
            for kind, priority in (
                ("image/svg+xml", 5),
                ("text/html", None),
                ("application/javascript", None),
            )
        ],
        "epub_title": title,
        "epub_basename": NAME,
        "epub_author": config["author"],
        "epub_publisher": config["author"],
        "epub_copyright": config["copyright"],
        "epub_identifier": "https://perceptron-to-cnn.github.io/book/",
        "epub_scheme": "URL",
        "epub_language": "en",
        "epub_show_urls": "no",
        "epub_tocdepth": 2,
        "epub_exclude_files": ["index.html", ".buildinfo"],
        "epub_tocscope": "includehidden",
        "epub_use_index": False,
    }
    place = BUILD / "paper" / "_config.yml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return place


def run(*command, folder=ROOT):
    """Run a command; stop if it fails."""
    environment = {"LATEXOPTS": "", "LATEXMKOPTS": "", **os.environ}
    if subprocess.run(command, cwd=folder, env=environment).returncode:
        sys.exit(f"\n{Path(command[0]).name} stopped; the messages above say where.\n")


def main():
    kind = sys.argv[1]
    if kind == "pdf" and missing():
        sys.exit(
            f"\nA PDF needs LaTeX, and this is missing: {', '.join(missing())}.\n"
            f"On Debian and Ubuntu:\n    sudo apt install {PACKAGES}\n"
        )
    builder = (
        ["--builder", "latex"] if kind == "pdf" else ["--builder=custom", "--custom-builder=epub"]
    )
    book = Path(sys.executable).with_name("jupyter-book")
    where = ["--path-output", str(BUILD / "paper"), "--config", str(configuration())]
    folder = BUILD / "paper" / "_build" / ("latex" if kind == "pdf" else "epub")
    if kind == "epub":
        shutil.rmtree(folder, ignore_errors=True)  # every file there would go into the book
    run(str(book), "build", ".", *where, *builder, "-n", "--keep-going")
    if kind == "pdf":
        for file in folder.glob(f"{NAME}.*"):  # an interrupted run leaves half a file
            if file.suffix != ".tex":
                file.unlink()
        print("Typesetting; this takes some minutes", flush=True)
        run(
            "latexmk",
            "-xelatex",
            "-silent",
            "-interaction=nonstopmode",
            f"{NAME}.tex",
            folder=folder,
        )
        log = (folder / f"{NAME}.log").read_text(encoding="utf-8", errors="replace")
        for sign in sorted(set(re.findall(r"Missing character: There is no (\S+)", log))):
            print(f"No font has the sign {sign}: add it to PREAMBLE in book/_ext/paper.py")
    shutil.copy(folder / f"{NAME}.{kind}", BUILD)
    size = (BUILD / f"{NAME}.{kind}").stat().st_size / 1e6
    print(f"\nDone: _build/{NAME}.{kind}, {size:.1f} MB")


if __name__ == "__main__":
    main()
