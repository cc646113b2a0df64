"""The corrections: one record an error, in book/corrections/*.yaml, shown in two places.

The page book/corrections shows every record. Each chapter that a record names shows a box at
the end of its section "In the sources", with links to the records and to their proofs.
"""

import re
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes
from sphinx import addnodes

PAGE = "book/corrections"
GROUPS = {"errors_in_code": "Code", "errors_in_formulas": "Formulas", "errors_in_words": "Words"}


@cache
def records(folder):
    """Return the records of a folder, by the name of their file, in order."""
    return {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(Path(folder).glob("*.yaml"))
    }


def anchor(heading):
    """Return the anchor of a heading as MyST makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def proof_link(record):
    """Return the address of a record's proof, seen from the page, or None."""
    if "proof" in record:
        section = anchor(f"{record['id']}: {record['title']}")
        return f"../chapters/{record['proof']}.ipynb#{section}"
    return None


def entry(record):
    """Return a record as MyST text."""
    places = "; ".join(
        f"article {place['article']}, §{place['section']}" for place in record["where"]
    )
    taught = ", ".join(f"{{doc}}`../chapters/{chapter}`" for chapter in record["chapters"])
    link = proof_link(record)
    proof = (
        f"[the cell that shows it]({link})" if link else f"none: {record['not_runnable'].strip()}"
    )
    return f"""({record["id"].lower()})=
### {record["id"]}: {record["title"]}

*{record["kind"].capitalize()}; {places}*

**What is said.** {record["claimed"].strip()}

**What is right.** {record["right"].strip()}

**Why it matters.** {record["why"].strip()}

**Proof:** {proof}. **Taught in:** {taught}.
"""


def write_page(app, document, source):
    """Put all records at the place of the comment on the page."""
    if document == PAGE:
        text = []
        for name, group in records(Path(app.srcdir) / "book" / "corrections").items():
            text += [f"## {GROUPS[name]}\n", *map(entry, group)]
        source[0] = source[0].replace("<!-- records -->", "\n".join(text))


def add_box(app, doctree):
    """Add the box of a chapter at the end of its section "In the sources"."""
    chapter = app.env.docname.removeprefix("chapters/")
    groups = records(Path(app.srcdir) / "book" / "corrections").values()
    mine = [record for group in groups for record in group if chapter in record["chapters"]]
    if not mine:
        return
    section = next(
        node for node in doctree.findall(nodes.section) if "in-the-sources" in node["ids"]
    )
    box = nodes.admonition(classes=["note", "corrections"])
    box += nodes.title("", "Corrections, with their proofs")
    listing = nodes.bullet_list()
    for record in sorted(mine, key=lambda record: record["id"]):
        link = addnodes.pending_xref(
            refdomain="std",
            reftype="ref",
            reftarget=record["id"].lower(),
            refexplicit=True,
            refwarn=True,
        )
        link += nodes.inline("", f"{record['id']}: {record['title']}")
        listing += nodes.list_item("", nodes.paragraph("", "", link))
    box += listing
    section += box


def depend_on_records(app, env, added, changed, removed):
    """Read again the pages that show records, when a record was changed since."""
    folder = Path(app.srcdir) / "book" / "corrections"
    state = {path.name: path.stat().st_mtime_ns for path in sorted(folder.glob("*.yaml"))}
    stale = getattr(env, "corrections_state", None) != state
    env.corrections_state = state
    return [name for name in env.found_docs if stale and name.startswith((PAGE, "chapters/"))]


def setup(app):
    """Register with Sphinx."""
    app.connect("source-read", write_page)
    app.connect("doctree-read", add_box, priority=600)
    app.connect("env-get-outdated", depend_on_records)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
