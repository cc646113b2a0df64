"""What the site needs beyond its theme, in one small Sphinx extension."""

import json
import re
from functools import cache
from pathlib import Path

import pybtex.plugin
from docutils import nodes
from sphinx import addnodes

# Each citation looks its style up in the metadata of every installed package: once is enough
pybtex.plugin._load_entry_point = cache(pybtex.plugin._load_entry_point)

# Everyday words: only where a chapter sets them in bold are they meant as terms
EVERYDAY = """
    array axis bit class feature filter frame generator label margin mask parity pass patience
    representation shape step surprise tape temperature unit update velocity view weight
"""
# Where a word is no running text: it is a link already, code, a formula, or a heading
NOT_PROSE = (nodes.reference, addnodes.pending_xref, nodes.literal, nodes.math, nodes.title)


def drop_repeated_scripts(app, page, template, context, doctree):
    """Keep one copy of each inline script; the theme adds sphinx-thebe's a second time."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        body = getattr(script, "attributes", {}).get("body")
        if body is None or body not in seen:
            kept.append(script)
        seen.add(body)
    context["script_files"] = kept


def glossary_terms(folder):
    """Return the terms of the glossary, the longest first, so that phrases win over words."""
    body = (Path(folder) / "book" / "glossary.md").read_text(encoding="utf-8")
    body = body.split("```{glossary}\n")[1]
    return sorted(re.findall(r"^(\S.*)\n  \S", body, re.M), key=len, reverse=True)


def link_first_use(app, doctree):
    """Link each term of the glossary where a chapter uses it first."""
    if not app.env.docname.startswith("chapters/"):
        return
    terms = {term.lower(): term for term in glossary_terms(app.srcdir)}
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, terms)) + r")(s?)\b", re.I)
    for text in list(doctree.findall(nodes.Text)):
        parents, node = [], text.parent
        while node is not None:
            parents.append(node)
            node = node.parent
        in_prose = any(isinstance(parent, nodes.paragraph) for parent in parents)
        if not in_prose or any(isinstance(parent, NOT_PROSE) for parent in parents):
            continue
        pieces, end = [], 0
        for match in pattern.finditer(text):
            word = match[1].lower()
            if word not in terms or (
                word in EVERYDAY.split() and not isinstance(text.parent, nodes.strong)
            ):
                continue
            term = terms.pop(word)
            link = addnodes.pending_xref(
                refdomain="std", reftype="term", reftarget=term, refexplicit=True, refwarn=True
            )
            link += nodes.inline("", match[0], classes=["std", "std-term"])
            pieces += [nodes.Text(text[end : match.start()]), link]
            end = match.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(text[end:])])


def collect_definitions(app, page, template, context, doctree):
    """Write the glossary as a script, from which book.js shows definitions as hovers."""
    if page != "book/glossary" or doctree is None:
        return
    definitions = {}
    for item in doctree.findall(nodes.definition_list_item):
        body = item.next_node(nodes.definition)
        for formula in list(body.findall(nodes.math)):
            formula.replace_self(nodes.Text(rf"\({formula.astext()}\)"))
        for term in item.findall(nodes.term):
            definitions |= {name: body.astext() for name in term["ids"]}
    for name, text in definitions.items():  # "See unit." says nothing by itself
        other = re.match(r"See ([\w -]+)\.", text)
        if other and (found := definitions.get("term-" + other[1].replace(" ", "-"))):
            definitions[name] = f"{text} {found}"
    script = f"const GLOSSARY = {json.dumps(definitions, ensure_ascii=False)};\n"
    (Path(app.outdir) / "_static" / "glossary.js").write_text(script, encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    # The theme reports on itself in the console; a page has nothing to say there but errors
    app.add_js_file(None, body="console.log = () => {};", priority=0)
    app.connect("html-page-context", drop_repeated_scripts, priority=900)
    app.connect("html-page-context", collect_definitions)
    app.connect("doctree-read", link_first_use)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
