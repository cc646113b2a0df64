"""The rules of a chapter, so that no output can escape comparison."""

import ast
import importlib
import inspect
import re

import nbformat
import pytest
from notebooks import CHAPTERS, ROOT, code_cells, load, name, prose, table_of_contents, tool

each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=name)

first_cell = tool("first_cell")

FORBIDDEN_TAGS = {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "skip-execution"}


def outputs(path):
    """Yield (cell, output) over the stored outputs."""
    for cell in code_cells(load(path)):
        for output in cell.outputs:
            yield cell, output


def text_of(output):
    """Return all text in an output."""
    data = output.get("data", {})
    return "\n".join([output.get("text", ""), *(str(value) for value in data.values())])


def test_there_is_a_chapter_in_each_part():
    parts = {path.parent.name for path in CHAPTERS}
    assert parts == {"1_background", "2_concepts", "3_math", "4_code", "5_trends", "6_faq"}


@each_chapter
def test_notebook_is_valid_and_normalised(path):
    notebook = load(path)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "mystnb"}, cell.metadata


@each_chapter
def test_every_code_cell_was_executed_in_order(path):
    """nbval skips a cell without a count; so every cell has one, 1 to n."""
    counts = [cell.execution_count for cell in code_cells(load(path))]
    assert counts == list(range(1, len(counts) + 1))
    assert counts, "a chapter without code"


@each_chapter
def test_the_first_code_cell_installs_what_is_missing(path):
    cells = code_cells(load(path))
    assert first_cell.is_right(cells[0]), "run: .venv/bin/python tools/first_cell.py"
    assert [cell.source for cell in cells].count(first_cell.SOURCE) == 1


@each_chapter
def test_chapter_is_in_the_table_of_contents(path):
    assert str(path.relative_to(ROOT).with_suffix("")) in table_of_contents()


def test_every_entry_of_the_table_of_contents_exists():
    for entry in table_of_contents():
        assert any((ROOT / f"{entry}{ending}").exists() for ending in (".md", ".ipynb")), entry


def test_every_chapter_is_collected_by_nbval():
    """The file pattern of the test run finds each chapter: nothing is excluded."""
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for hole in ("--ignore", "norecursedirs", "nbval-lax", "sanitize", "--deselect", "-k "):
        assert hole not in config, hole
        assert hole not in makefile, hole
    assert "pytest chapters --nbval" in makefile


@each_chapter
def test_no_output_is_excused_from_comparison(path):
    for cell in code_cells(load(path)):
        assert not FORBIDDEN_TAGS & set(cell.metadata.get("tags", [])), cell.source
        for marker in ("NBVAL_", "PYTEST_VALIDATE"):
            assert marker not in cell.source, cell.source


@each_chapter
def test_every_figure_is_compared_and_has_alt_text(path):
    """Pictures are SVG, which nbval compares; it never compares PNG or JPEG."""
    for cell, output in outputs(path):
        kinds = set(output.get("data", {}))
        assert not kinds & {"image/png", "image/jpeg"}, cell.source
        if "image/svg+xml" in kinds:
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt) >= 40 and " " in alt, f"no alt text: {cell.source[:80]}"
            assert not re.search(r"\.(svg|png|jpg)\b", alt), alt


@each_chapter
def test_each_chapter_has_figures(path):
    figures = [o for _, o in outputs(path) if "image/svg+xml" in o.get("data", {})]
    assert len(figures) >= 3


@each_chapter
def test_no_stderr_and_no_error(path):
    for cell, output in outputs(path):
        assert output.output_type != "error", cell.source
        assert output.get("name") != "stderr", output.get("text")


@each_chapter
def test_no_path_address_or_time_in_outputs(path):
    for cell, output in outputs(path):
        text = text_of(output)
        for pattern in (
            r"(?<![\w/.])/(?:home|root|tmp|usr|work|Users)/",
            r"[A-Z]:\\",
            r"0x[0-9a-f]{6,}",
        ):
            assert not re.search(pattern, text), f"{pattern} in {cell.source[:80]}"


@each_chapter
def test_printed_numbers_are_short(path):
    """More than six significant digits show rounding, which differs between processors."""
    for cell, output in outputs(path):
        text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for number in re.findall(r"(?<![\w.])-?\d*\.\d+(?:e[-+]?\d+)?", text):
            digits = re.sub(r"e.*|[-.]", "", number).lstrip("0")
            assert len(digits) <= 6, f"{number} in {cell.source[:80]}"


@each_chapter
def test_opening_and_closing_sections(path):
    text = prose(load(path))
    assert re.match(r"# \S", text)
    assert "Before you start" in text
    for section in ("Summary", "Exercises", "In the sources", "Further reading"):
        assert re.search(rf"^## {section}$", text, re.M), section
    assert "{cite" in text


@each_chapter
def test_every_exercise_has_a_hint_and_a_folded_solution(path):
    text = prose(load(path))
    exercises = re.findall(
        r"\{exercise\}[^\n]*\n:label: (\S+)\n(.*?)(?=\n(?:```|````)\s*$)", text, re.S | re.M
    )
    labels = re.findall(r"\{exercise\}[^\n]*\n:label: (\S+)", text)
    assert 4 <= len(labels) <= 8
    solutions = re.findall(r"\{solution-start\} (\S+)\n:class: dropdown", text)
    assert sorted(solutions) == sorted(labels)
    assert text.count("{solution-start}") == text.count("{solution-end}") == len(labels)
    assert text.count(":class: tip dropdown") >= len(labels)
    assert len(exercises) == len(labels)
    for label, body in exercises:
        assert "★" in body, f"{label} has no difficulty"


@each_chapter
def test_equation_labels_are_unique_and_used_symbols_are_defined(path):
    text = prose(load(path))
    labels = re.findall(r"\$\$ *\((eq-[\w-]+)\)", text)
    assert len(labels) == len(set(labels))
    for used in re.findall(r"\{eq\}`(eq-[\w-]+)`", text):
        assert used in labels or any(
            used in prose(load(other)) for other in CHAPTERS if other != path
        ), used


def test_equation_labels_are_unique_over_the_book():
    labels = [
        label
        for path in CHAPTERS
        for label in re.findall(r"\$\$ *\((eq-[\w-]+)\)", prose(load(path)))
    ]
    assert len(labels) == len(set(labels))


def without_docstrings(tree):
    """Return the dump of a syntax tree without docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def library_definitions():
    """Return name -> source of every public function and class of the library."""
    found = {}
    for file in (ROOT / "code" / "scratch").rglob("*.py"):
        parts = file.relative_to(ROOT / "code").with_suffix("").parts
        module = importlib.import_module(".".join(p for p in parts if p != "__init__"))
        for key, value in vars(module).items():
            if getattr(value, "__module__", None) == module.__name__ and callable(value):
                found[key] = inspect.getsource(value)
    return found


@each_chapter
def test_cells_tagged_library_equal_the_library(path):
    library = library_definitions()
    for cell in code_cells(load(path)):
        if "library" not in cell.metadata.get("tags", []):
            continue
        definitions = [
            node
            for node in ast.parse(cell.source).body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        ]
        assert definitions, f"nothing to compare in {cell.source[:80]}"
        for node in definitions:
            ours = without_docstrings(ast.parse(library[node.name]).body[0])
            assert without_docstrings(node) == ours, f"{node.name} differs from the library"


def test_the_comparison_with_the_library_sees_a_change():
    source = library_definitions()["sigmoid_backward"]
    changed = source.replace("1 - a", "1 + a")
    assert changed != source
    assert without_docstrings(ast.parse(source)) != without_docstrings(ast.parse(changed))


@each_chapter
def test_cited_works_are_in_the_references(path):
    known = re.findall(r"@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text("utf-8"))
    assert len(known) == len(set(known))
    for keys in re.findall(r"\{cite:?\w*\}`([^`]+)`", prose(load(path))):
        for key in keys.split(","):
            assert key.strip() in known, key


def test_chapters_and_pages_speak_only_of_the_book():
    """No path of a machine, and nothing left over from writing."""
    for path in [*CHAPTERS, *(ROOT / "book").glob("*.md"), *ROOT.glob("*.md")]:
        if path.suffix == ".ipynb":
            text = "\n".join(cell.source for cell in load(path).cells)
        else:
            text = path.read_text(encoding="utf-8")
        for word in ("TODO", "FIXME", "XXX", "lorem", str(ROOT)):
            assert word not in text, f"{word} in {path.name}"
