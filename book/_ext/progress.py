"""The page of all exercises: by chapter, with difficulty, concepts and a box to tick."""

import json
import re
from pathlib import Path

import yaml
from book_site import EVERYDAY, glossary_terms

PAGE = "book/exercises"
EXERCISE = re.compile(r"\{exercise\}[^\n]*\n:label: (\S+)\n(.*?)\n(?=```|````)", re.S)
CONCEPTS = 3  # at most, for each exercise


def exercises(text):
    """Return the exercises in the text of a chapter: label, stars, kind, body."""
    found = []
    for label, body in EXERCISE.findall(text):
        question = body.split(":::{admonition}")[0]
        stars = re.search(r"★+", question)[0]
        kind = re.search(r"\*([^*]+?)[.:]?\*", question)
        found.append((label, stars, kind[1] if kind else "", question))
    return found


def concepts(question, terms):
    """Return the terms of the glossary that a question uses, the first ones first."""
    places = {}
    for term in terms:
        match = re.search(rf"\b{re.escape(term)}s?\b", question, re.I)
        if match and not any(term.lower() in longer.lower() for longer in places):
            places[term] = match.start()
    return sorted(places, key=places.get)[:CONCEPTS]


def table(folder, chapter, terms):
    """Return the table of one chapter as MyST text, and how many exercises it has."""
    cells = json.loads((folder / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    title = re.search(r"^# (.+)$", text, re.M)[1]
    lines = [
        f"### {title}",
        "",
        "| done | exercise | difficulty | about |",
        "|---|---|---|---|",
    ]
    found = exercises(text)
    for number, (label, stars, kind, question) in enumerate(found, start=1):
        box = f'<input type="checkbox" class="done" id="done-{label}" aria-label="{label} is done">'
        about = ", ".join(f"{{term}}`{term}`" for term in concepts(question, terms))
        link = f"{{ref}}`{number} · {kind} <{label}>`"
        lines.append(f"| {box} | {link} | {stars} | {about} |")
    checked = len(set(re.findall(r'^check\("([^"]+)"', code, re.M)))
    return lines, len(found), checked


def write_page(app, document, source):
    """Put the tables at the place of the comment on the page."""
    if document != PAGE:
        return
    folder = Path(app.srcdir)
    contents = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))
    terms = [term for term in glossary_terms(folder) if term.lower() not in EVERYDAY.split()]
    lines, total, checked_total = [], 0, 0
    for part in contents["parts"]:
        chapters = [entry["file"] for entry in part["chapters"]]
        chapters = [chapter for chapter in chapters if chapter.startswith("chapters/")]
        if chapters:
            lines += [f"## {part['caption'].split(' · ')[1]}", ""]
        for chapter in chapters:
            rows, count, checked = table(folder, chapter, terms)
            lines += [*rows, ""]
            total += count
            checked_total += checked
    source[0] = (
        source[0]
        .replace("<!-- exercises -->", "\n".join(lines))
        .replace("<!-- total -->", str(total))
        .replace("<!-- checked -->", str(checked_total))
    )


def depend_on_chapters(app, env, added, changed, removed):
    """Make the page again when any chapter was changed."""
    return [PAGE] if any(name.startswith("chapters/") for name in added | changed) else []


def setup(app):
    """Register with Sphinx."""
    app.connect("source-read", write_page)
    app.connect("env-get-outdated", depend_on_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
