"""The corrections: all errors are there, and every one that a program can show is shown."""

import ast
import sys

import pytest
from docutils.nodes import make_id
from notebooks import CHAPTERS, ROOT, code_cells, load, prose
from test_site import SITE, Page

sys.path.insert(0, str(ROOT / "book" / "_ext"))
from corrections import records

ALL = [record for group in records(ROOT / "book" / "corrections").values() for record in group]
PROVABLE = 90  # no program can show the other nine
KINDS = {
    "crash", "wrong result", "formula", "concept", "obsolete", "omission", "notation",
    "numerics", "side effect", "trap", "wording",
}  # fmt: skip
names = {str(path.relative_to(ROOT / "chapters").with_suffix("")) for path in CHAPTERS}
each_record = pytest.mark.parametrize("record", ALL, ids=lambda record: record["id"])


def test_all_99_errors_are_there_once():
    assert sorted(record["id"] for record in ALL) == [f"E{k:02}" for k in range(1, 100)]


def test_the_provable_ones_are_proven():
    assert sum("proof" in record for record in ALL) >= PROVABLE


@each_record
def test_a_record_says_everything(record):
    assert record["kind"] in KINDS
    assert 10 <= len(record["title"]) <= 70
    for place in record["where"]:
        assert place["article"] in range(1, 6)
        assert isinstance(place["section"], str)
    for key in ("claimed", "right", "why"):
        assert len(record[key]) >= 30, key
    assert ("proof" in record) != ("not_runnable" in record)
    assert record["chapters"]
    assert set(record["chapters"]) <= names


def fixed(node):
    """Return whether an expression has the same value whatever the program did."""
    return not any(isinstance(part, (ast.Name, ast.Call, ast.Attribute)) for part in ast.walk(node))


@pytest.mark.parametrize(
    "record", [record for record in ALL if "proof" in record], ids=lambda record: record["id"]
)
def test_a_proof_is_one_cell_that_asserts(record):
    """nbval runs the cell; the assertion compares what the cell computed."""
    notebook = load(ROOT / "chapters" / f"{record['proof']}.ipynb")
    cells = [c for c in code_cells(notebook) if record["id"] in c.metadata.get("tags", [])]
    assert len(cells) == 1
    asserts = [n for n in ast.walk(ast.parse(cells[0].source)) if isinstance(n, ast.Assert)]
    assert asserts, "no assertion"
    assert not any(fixed(statement.test) for statement in asserts)
    assert f"### {record['id']}: {record['title']}" in prose(notebook).splitlines()


def test_the_page_shows_every_record():
    page = Page((SITE / "book" / "corrections.html").read_text(encoding="utf-8"))
    for record in ALL:
        assert record["id"].lower() in page.ids
        if "proof" in record:
            section = make_id(f"{record['id']}: {record['title']}")
            assert f"../chapters/{record['proof']}.html#{section}" in page.links


def test_every_chapter_of_a_record_shows_its_box():
    for name in {chapter for record in ALL for chapter in record["chapters"]}:
        page = Page((SITE / "chapters" / f"{name}.html").read_text(encoding="utf-8"))
        for record in ALL:
            shown = f"../../book/corrections.html#{record['id'].lower()}" in page.links
            assert shown == (name in record["chapters"]), record["id"]
