"""What the book needs on paper (PDF) and in an e-book (EPUB), where nothing can be clicked.

tools/paper.py adds this extension for `make pdf` and `make epub`; the site does without it.
Questions are printed with lettered answers; what explains them and the solutions of the
exercises go to a section "Solutions" at the end of each chapter. The PDF collects these
sections in an appendix.
"""

import base64
import html
import io
import json
import posixpath
import re
import subprocess
import unicodedata
from functools import cache
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert
from PIL import Image
from sphinx import addnodes
from sphinx.builders.epub3 import Epub3Builder
from sphinx.builders.latex import LaTeXBuilder
from sphinx.builders.latex.nodes import thebibliography
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.transforms.post_transforms.images import ImageConverter
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx_exercise.nodes import is_exercise_node, solution_node

logger = logging.getLogger(__name__)
ZOOM = 0.8  # the words in a figure are then as large as those of the text
SHARP = 16  # pixels in a printed image for each pixel of a small picture, at most
WIDE = 120  # characters of TeX in a formula that may be wider than a line
STYLES = ("basic.css", "pygments.css", "epub.css", "paper.css", "file.png")  # of the e-book
REPEATED = {"exercise-content", "solution-content"}
LONG = 30  # rows of a table that Sphinx lets break over pages
SOLUTION = re.compile(r"^```\{solution-(start|end)\}.*\n(?::.*\n)*```[ \t]*$", re.M)
DARK = re.compile(r"^```\{image\}[^`]*only-dark[^`]*```\n", re.M)
REASONS = (
    "Every answer, right or wrong, says why.",
    "What is right and what is wrong stands in the solutions, with the reasons.",
)
REWORDED = {
    " The ticks stay in this browser, on your machine; nothing is sent.": "",
    ":width: 100%": ":width: 80%",
}
BOX = re.compile(r"<input[^>]*>")

PREAMBLE = r"""
\usepackage{etoolbox}
\usepackage{unicode-math}
\setmathfont{latinmodern-math.otf}
\usepackage{xeCJK}
\setCJKmainfont{FandolSong-Regular}[Extension=.otf, BoldFont=FandolSong-Bold,
  ItalicFont=FandolKai-Regular]
\setCJKsansfont{FandolHei-Regular}[Extension=.otf, BoldFont=FandolHei-Bold]
\setCJKmonofont{FandolFang-Regular}[Extension=.otf]
% Signs that Chinese and Latin text share are Latin here
\xeCJKDeclareCharClass{Default}{"00B7,"00D7,"2013,"2014,"2018,"2019,"201C,"201D,"2026,"2190->"22FF,
  "25A0->"26FF}
\xeCJKsetup{CJKspace=true}
% Signs that the text font lacks
\usepackage{newunicodechar}
\newfontfamily\signs{DejaVu Sans}[Scale=MatchLowercase]
\newcommand\sign[2]{\newunicodechar{#1}{\ifmmode #2\else{\signs #1}\fi}}
\sign{★}{\bigstar}\sign{☆}{\star}\sign{✓}{\checkmark}\sign{✗}{\times}\sign{○}{\circ}
\sign{●}{\bullet}\sign{□}{\square}\sign{∎}{\blacksquare}\sign{√}{\surd}\sign{→}{\rightarrow}
\sign{←}{\leftarrow}\sign{ᵀ}{{}^\top}\sign{₀}{{}_0}\sign{₁}{{}_1}\sign{₂}{{}_2}\sign{ȳ}{\bar y}
\sign{λ}{\lambda}\sign{π}{\pi}
% The parts carry their numbers in their titles
\renewcommand\thepart{}
\AtBeginDocument{\renewcommand\partname{}\renewcommand\contentsname{Contents}%
  \setcounter{tocdepth}{0}\hypersetup{bookmarksdepth=1}}
\addto\captionsenglish{\renewcommand\partname{}\renewcommand\contentsname{Contents}}
\newenvironment{sphinxVerbatimInput}{}{}
\newenvironment{sphinxVerbatimOutput}
  {\sphinxsetup{VerbatimColor={gray}{1}, VerbatimBorderColor={gray}{1}, pre_padding=0pt}}{}
\emergencystretch=3em
% A formula a little too wide is made smaller
\newsavebox\wide
\newcommand\fit[1]{\sbox\wide{$\displaystyle #1$}%
  \ifdim\wd\wide>\dimexpr\linewidth-4em\relax
    \vcenter{\hbox{\resizebox{\dimexpr\linewidth-4em}{!}{\usebox\wide}}}\else #1\fi}
% The list of references stands in the chapter "References"
\makeatletter
\renewenvironment{sphinxthebibliography}[1]%
  {\let\chapter\@gobbletwo\begin{thebibliography}{#1}}{\end{thebibliography}}
\makeatother
\setlength{\headheight}{14pt}
"""
ELEMENTS = {
    "papersize": "a4paper",
    "pointsize": "11pt",
    "extraclassoptions": "oneside,openany",
    "geometry": r"\usepackage[a4paper, hmargin=2cm, top=2.3cm, bottom=2.4cm]{geometry}",
    "fontpkg": r"""
\setmainfont{lmroman10-regular}[Extension=.otf, BoldFont=lmroman10-bold,
  ItalicFont=lmroman10-italic, BoldItalicFont=lmroman10-bolditalic]
\setsansfont{lmsans10-regular}[Extension=.otf, BoldFont=lmsans10-bold,
  ItalicFont=lmsans10-oblique, BoldItalicFont=lmsans10-boldoblique]
\setmonofont{DejaVu Sans Mono}[Scale=0.8]
""",
    "fncychap": r"\usepackage[Bjarne]{fncychap}",
    "fvset": r"\fvset{fontsize=\fontsize{9.4}{12}\selectfont}",
    "sphinxsetup": "VerbatimColor={gray}{0.96}, VerbatimBorderColor={gray}{0.86}, "
    "TitleColor={rgb}{0,0,0}, InnerLinkColor={rgb}{0.12,0.23,0.37}, "
    "OuterLinkColor={rgb}{0.12,0.23,0.37}, verbatimhintsturnover=false, "
    "noteBorderColor={gray}{0.6}, hintBorderColor={gray}{0.6}",
    "preamble": PREAMBLE,
}


def letter(number):
    """Return A, B, C, ... for 0, 1, 2, ..."""
    return chr(ord("A") + number)


def listed(texts, indent):
    """Return texts as an ordered list in Markdown."""
    pad = "\n" + " " * (indent + 3)
    return "\n".join(f"{' ' * indent}1. {pad.join(text.splitlines())}" for text in texts)


def questions(folder, chapter):
    """Return the questions of a chapter, and their answers, as MyST text."""
    file = Path(folder) / "code" / "exercises" / "quizzes" / f"{chapter}.json"
    asked, answered = [], []
    for number, record in enumerate(json.loads(file.read_text(encoding="utf-8")), start=1):
        answers = record["answers"]
        right = [letter(index) for index, answer in enumerate(answers) if answer.get("correct")]
        asked.append(
            listed([record["question"]], 0)
            + "\n\n"
            + listed([answer.get("answer", answer.get("value", "")) for answer in answers], 3)
        )
        answered.append(
            f"1. **Question {number}: {' and '.join(right)}**\n\n"
            + listed([answer.get("feedback", "") for answer in answers], 3)
        )
    return tuple(
        f"::::{{container}} {name}\n" + "\n\n".join(items) + "\n::::"
        for name, items in (("quiz-questions", asked), ("quiz-answers", answered))
    )


def on_paper(folder, notebook):
    """Return a notebook with its questions in print and its solutions at the end."""
    kept, answers, solutions, inside = [], [], [], False

    def add(text):
        if text.strip():
            cell = {"cell_type": "markdown", "metadata": {}, "source": text.strip() + "\n"}
            (solutions if inside else kept).append(cell)

    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        quiz = re.search(r'^quiz\("(.+)"\)$', source, re.M)
        if cell["cell_type"] == "code" and quiz:
            asked, answered = questions(folder, quiz[1])
            add(asked)
            answers.append({"cell_type": "markdown", "metadata": {}, "source": answered})
        elif cell["cell_type"] == "markdown":
            start = 0
            for mark in SOLUTION.finditer(source):
                if mark[1] == "start":
                    add(source[start : mark.start()])
                    inside = True
                    start = mark.start()
                else:
                    add(source[start : mark.end()])
                    inside = False
                    start = mark.end()
            add(source[start:].replace(*REASONS))
        else:
            (solutions if inside else kept).append(cell)
    if answers or solutions:
        inside = False
        add("## Solutions")
    cells = kept + answers + solutions
    return {**notebook, "cells": [{**cell, "id": f"n{n}"} for n, cell in enumerate(cells)]}


def prepare(app, document, source):
    """Change a file before it is read."""
    if document.startswith("chapters/"):
        source[0] = json.dumps(on_paper(app.srcdir, json.loads(source[0])))
    else:
        text = BOX.sub(r"$\\square$", DARK.sub("", source[0]))
        text = re.sub(r"\|  \|$", "| – |", text, flags=re.M)  # no concept is named
        for said, printed in REWORDED.items():
            text = text.replace(said, printed)
        source[0] = text


def printed_length(text):
    """Return about how many letters wide a text is, its formulas included."""
    return len(re.sub(r"\\[A-Za-z]+", "x", re.sub(r"[{}_^ ]|\\mathbf", "", text)))


def simplify(app, doctree):
    """Replace what folds, floats or links as a whole by plain text."""
    for box in list(doctree.findall(nodes.container)):
        if {"quiz-questions", "quiz-answers"} & set(box["classes"]):
            for item in box.findall(nodes.list_item):
                for inner in item.findall(nodes.enumerated_list):
                    inner["enumtype"] = "upperalpha"
                    inner["suffix"] = "."
    for box in list(doctree.findall(nodes.admonition)):
        title = box.next_node(nodes.title)
        if "dropdown" in box["classes"] and title.astext() == "Hint":
            first = box.next_node(nodes.paragraph)
            first.insert(0, [nodes.emphasis("", "Hint."), nodes.Text(" ")])
            box.parent.replace(box, [child for child in box if child is not title])
    for mark in list(doctree.findall(nodes.raw)):
        if re.fullmatch(r"<br\s*/?>", mark.astext()):
            mark.replace_self(
                [
                    nodes.raw("", "<br/>", format="html"),
                    nodes.raw("", r"\newline{}", format="latex"),
                ]
            )
    for table in doctree.findall(nodes.table):
        rows = list(table.findall(nodes.row))
        if len(rows) > LONG:  # LaTeX does not find the widths of a table that breaks
            columns = list(zip(*[[cell.astext() for cell in row] for row in rows], strict=True))
            for column, spec in zip(columns, table.findall(nodes.colspec), strict=True):
                spec["colwidth"] = max(14, min(50, max(map(printed_length, column))))
            table["classes"] += ["colwidths-given"]
    for grid in list(doctree.findall(nodes.container)):
        if "sd-container-fluid" in grid["classes"]:
            grid.parent.replace(grid, cards(grid))


def with_class(node, name):
    """Yield the elements under a node that have a class."""
    return node.findall(lambda found: isinstance(found, nodes.Element) and name in found["classes"])


def cards(grid):
    """Return the cards of a grid as a list: title and text."""
    listing = nodes.bullet_list()
    for card in with_class(grid, "sd-card"):
        title = next(with_class(card, "sd-card-title"))
        body = nodes.paragraph("", "", nodes.strong("", title.astext()), nodes.Text(": "))
        for paragraph in card.findall(nodes.paragraph):
            if paragraph is not title:
                body += [child.deepcopy() for child in paragraph]
        listing += nodes.list_item("", body)
    return listing


class SharpConverter(ImageConverter):
    """SVG to PDF. Small pictures are enlarged first, or they would be blurred."""

    conversion_rules: ClassVar = [("image/svg+xml", "application/pdf")]

    def is_available(self):
        return True  # tools/paper.py has looked

    def convert(self, _from, _to):
        source, target = Path(_from), Path(_to)
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            svg = enlarge(source.read_text(encoding="utf-8"))
            command = ["rsvg-convert", "--format=pdf", f"--zoom={ZOOM}", f"--output={target}"]
            subprocess.run(command, input=svg.encode(), check=True)
        return True


def enlarge(svg):
    """Return an SVG whose pixelated pictures have many pixels for each of their own."""

    def larger(match):
        tag = match[0]
        if "pixelated" not in tag:
            return tag
        data = re.search(r"data:image/png;base64,([^\"]+)", tag)
        picture = Image.open(io.BytesIO(base64.b64decode(data[1])))
        factor = max(1, min(SHARP, 2000 // max(picture.size)))
        if picture.mode == "P":
            picture = picture.convert("RGBA")
        size = (picture.width * factor, picture.height * factor)
        file = io.BytesIO()
        picture.resize(size, Image.Resampling.NEAREST).save(file, "PNG", optimize=True)
        return tag.replace(data[1], base64.b64encode(file.getvalue()).decode())

    return re.sub(r"<image\b[^>]*>", larger, svg)


def raw(text):
    """Return LaTeX as it is."""
    return nodes.raw("", text + "\n", format="latex")


class of_file(nodes.General, nodes.Element):
    """A part of another file: references to its labels still find them."""


def visit_of_file(self, node):
    """Enter the other file."""
    self.curfilestack.append(node["docname"])


def depart_of_file(self, node):
    """Leave it."""
    self.curfilestack.pop()


class Appendix(SphinxPostTransform):
    """In the PDF: number the chapters from 1, and collect the solutions at the end."""

    default_priority = 710  # after the parts were made

    def run(self):
        if not isinstance(self.app.builder, LaTeXBuilder):
            return
        for formula in self.document.findall(nodes.math_block):
            text = formula.astext()
            if len(text) > WIDE and r"\begin" not in text and r"\\" not in text:
                formula.children = [nodes.Text(rf"\fit{{{text.strip()}}}")]
        registry = getattr(self.env, "sphinx_exercise_registry", {})
        solved = set()
        for node in list(self.document.findall(solution_node)):
            target = node["target_label"]
            solved.add(target)
            self.print_solution(node, target)
        for node in list(self.document.findall(is_exercise_node)):
            label = node["label"]
            place = raw(
                rf"\phantomsection\label{{\detokenize{{{registry[label]['docname']}:{label}}}}}"
            )
            node.parent.insert(node.parent.index(node), place)
            if label in solved:
                last = node[-1] if isinstance(node[-1], nodes.paragraph) else node
                last += raw(
                    r"\unskip\nobreak\hspace*{1em}\hspace*{\fill}"
                    rf"\mbox{{\small\itshape Solution: page~\pageref{{solution:{label}}}}}"
                )
        appendix = nodes.section("", nodes.title("", "Solutions"), ids=["all-solutions"])
        self.document.next_node(nodes.section).insert(1, raw(r"\markboth{}{}"))
        for part in self.parts():
            caption = part.next_node(nodes.title).astext()
            found = list(self.solutions(part))
            numbered = bool(found) or "·" in caption
            # \setcounter keeps front matter and reference out of the numbering
            part.parent.insert(0, raw(rf"\setcounter{{secnumdepth}}{{{1 if numbered else -1}}}"))
            if not found:
                continue
            chapter = nodes.section("", nodes.title("", caption.split(" · ")[-1]))
            for docname, section in found:
                section.parent.remove(section)
                section.next_node(nodes.title).replace_self(
                    nodes.title("", self.env.titles[docname].astext())
                )
                chapter += of_file("", section, docname=docname)
            appendix += chapter
        if len(appendix) > 1:
            self.document += raw(r"\setcounter{secnumdepth}{1}\appendix")
            self.document += appendix
            self.document += raw(r"\setcounter{secnumdepth}{-1}")

    def parts(self):
        """Return the sections that are parts, in order."""
        return [
            node[0][0]
            for node in self.document.children
            if isinstance(node, nodes.compound)
            and len(node)
            and isinstance(node[0][0], nodes.section)
        ]

    def solutions(self, part):
        """Yield the sections "Solutions" of the chapters of a part."""
        for section in list(part.findall(nodes.section)):
            title = section.next_node(nodes.title)
            if title is not None and title.astext() == "Solutions" and section["ids"]:
                file = section.parent
                while "docname" not in file.attributes or not str(file["docname"]).startswith(
                    "chapters/"
                ):
                    file = file.parent
                yield file["docname"], section

    def print_solution(self, node, target):
        """Print a solution as text under a bold line, not in a box."""
        record = self.env.sphinx_exercise_registry[node["label"]]
        label = f"{record['docname']}:{node['label']}"
        title, *content = node.children
        head = raw(
            rf"\needspace{{5\baselineskip}}\bigskip\noindent\phantomsection\label{{\detokenize{{{label}}}}}"
            rf"\label{{solution:{target}}}"
            rf"\hyperref[exercise:{target}]{{\textbf{{{title.astext()}}}}}\nopagebreak\par"
        )
        node.replace_self([head, *content])


class References(SphinxPostTransform):
    """In the PDF: put the list of references into its chapter, not after the last page."""

    default_priority = 760  # after Sphinx made it

    def run(self):
        if isinstance(self.app.builder, LaTeXBuilder):
            files = self.document.findall(addnodes.start_of_file)
            chapter = next(file for file in files if file["docname"] == "book/references")
            for listing in list(self.document.findall(thebibliography)):
                listing.parent.remove(listing)
                chapter.next_node(nodes.section).append(listing)


# ------------------------------------------------------------------------------- formulas


# What the converter does not know, as what it knows
KNOWN = {
    r"\mathrel": "",
    r"\lVert": r"\|",
    r"\rVert": r"\|",
    r"\arg": r"\operatorname{arg}",
    "{aligned}": "{align*}",
}
FENCES = {r"\|": "‖", r"\lceil": "⌈", r"\rceil": "⌉", r"\lfloor": "⌊", r"\rfloor": "⌋"}
# Of the variants of letters, MathML in readers knows none but "normal"; Unicode has them all
VARIANTS = {
    "bold-italic": "MATHEMATICAL BOLD ITALIC",
    "bold": "MATHEMATICAL BOLD",
    "sans-serif": "MATHEMATICAL SANS-SERIF",
    "script": "MATHEMATICAL SCRIPT",
    "double-struck": "MATHEMATICAL DOUBLE-STRUCK",
}
SCRIPT = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))  # they have names of their own
DOUBLE = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))


def styled(sign, variant):
    """Return a letter in a mathematical alphabet, or None if Unicode has none such."""
    special = {"script": SCRIPT, "double-struck": DOUBLE}.get(variant, {})
    if sign in special:
        return special[sign]
    name = unicodedata.name(sign, "")
    for before, after in (
        ("LATIN CAPITAL LETTER", "CAPITAL"),
        ("LATIN SMALL LETTER", "SMALL"),
        ("GREEK CAPITAL LETTER", "CAPITAL"),
        ("GREEK SMALL LETTER", "SMALL"),
        ("DIGIT", "DIGIT"),
    ):
        if name.startswith(before) and variant in VARIANTS:
            wanted = f"{VARIANTS[variant]} {after}{name.removeprefix(before)}"
            try:
                return unicodedata.lookup(wanted)
            except KeyError:
                return None
    return None


@cache
def mathml(tex, display):
    """Return TeX as MathML."""
    clean = re.sub(r"\\[A-Za-z]+|\{aligned\}", lambda match: KNOWN.get(match[0], match[0]), tex)
    try:
        result = convert(clean.strip(), display="block" if display else "inline")
        for name, sign in FENCES.items():
            result = result.replace(f">{name}<", f">{sign}<")
        result = re.sub(
            r"<mi>(&#x000[4-7][0-9A-F];)</mi>", r'<mi mathvariant="normal">\1</mi>', result
        )

        def letters(match):
            sign = styled(html.unescape(match[3]), match[2])
            return f"<{match[1]}>{sign}</{match[1]}>" if sign else match[0]

        result = re.sub(r'<(m[in]) mathvariant="([a-z-]+)">(&#x\w+;|.)</m[in]>', letters, result)
        ElementTree.fromstring(result)
    except Exception as error:  # the converter raises many kinds
        logger.warning("formula without MathML (%r): %s", error, tex)
        return f"<code>{html.escape(tex)}</code>"
    if "\\" in result:
        logger.warning("a command in a formula was not understood: %s in %s", tex, result)
    return result


def visit_inline(self, node):
    """Write a formula in a line."""
    self.body.append(mathml(node.astext(), display=False))
    raise nodes.SkipNode


def visit_block(self, node):
    """Write a formula of its own, with its number."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})</span>')
    self.body.append(mathml(node.astext(), display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def settle(app, config):
    """Settle LaTeX after sphinx-jupyterbook-latex had its say."""
    config.latex_theme = "manual"
    config.latex_elements = dict(ELEMENTS)
    config.latex_use_xindy = False
    config.latex_domain_indices = False


class Ebook(Epub3Builder):
    """Sphinx's EPUB, mended until epubcheck finds no fault."""

    def get_toc(self):
        super().get_toc()
        for item in self.refnodes:  # ours begins in a folder, which Sphinx does not expect
            item["refuri"] = posixpath.normpath(item["refuri"])

    def build_content(self):
        for file in (Path(self.outdir) / "_static").iterdir():
            if file.is_file() and file.name not in STYLES:
                file.unlink()
        super().build_content()

    def build_toc(self):
        super().build_toc()
        self.edit(
            "toc.ncx",
            lambda text: text.replace(
                'name="dtb:uid" content="unknown"',
                f'name="dtb:uid" content="{self.config.epub_identifier}"',
            ),
        )

    def build_epub(self):
        folder = Path(self.outdir)
        for picture in (folder / self.imagedir).glob("*.svg"):
            self.edit(picture.relative_to(folder), plain_svg)
        self.edit("content.opf", self.declare_formulas)
        super().build_epub()

    def declare_formulas(self, text):
        """Say in the list of files which of them have formulas."""

        def declared(match):
            page = (Path(self.outdir) / match[1]).read_text(encoding="utf-8")
            return (
                match[0].replace(" href=", ' properties="mathml" href=')
                if "<math" in page
                else match[0]
            )

        return re.sub(r'<item id="[^"]*" href="([^"]+\.xhtml)"[^>]*/>', declared, text)

    def edit(self, name, change):
        """Change a file that is part of the book."""
        file = Path(self.outdir) / name
        file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


def plain_svg(svg):
    """Return an SVG without what EPUB forbids."""
    svg = re.sub(r"<!DOCTYPE[^>]*>", "", svg)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<path(?![^>]* d=)", '<path d=""', svg)
    return re.sub(r'(<image\b[^>]*?) id="[^"]*"', r"\1", svg)


def only_text(app, page, template, context, doctree):
    """An e-book runs no scripts and needs no style but its own."""
    context["script_files"] = []
    context["body"] = re.sub(r"<script\b.*?</script>", "", context.get("body", ""), flags=re.S)
    context["css_files"] = [
        file
        for file in context["css_files"]
        if str(getattr(file, "filename", file)).endswith(STYLES)
    ]


def unique_ids(app, doctree, docname):
    """Remove the ids that sphinx-exercise gives to many elements of a page."""
    for node in doctree.findall(nodes.section):
        node["ids"] = [name for name in node["ids"] if name not in REPEATED]


def only_paper(app):
    """Do what only the e-book needs."""
    if app.builder.name == "epub":
        app.connect("html-page-context", only_text, priority=999)
        app.connect("doctree-resolved", unique_ids)


def setup(app):
    """Register with Sphinx."""
    app.add_node(of_file, latex=(visit_of_file, depart_of_file))
    app.add_builder(Ebook, override=True)
    app.add_post_transform(SharpConverter)
    app.add_post_transform(Appendix)
    app.add_post_transform(References)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("config-inited", settle, priority=900)
    app.connect("builder-inited", only_paper)
    app.connect("source-read", prepare, priority=900)
    app.connect("doctree-read", simplify, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
