"""Every symbol of a numbered equation is in the table of notation, or in its chapter's list."""

import re

import pytest
from notebooks import CHAPTERS, ROOT, load, name, prose

NOTATION = ROOT / "book" / "notation.md"

# Names of functions, relations and layout: all other commands stand for symbols
COMMANDS = """
    frac dfrac tfrac sqrt sum prod int lim log ln exp max min sup inf tanh sinh cosh sin cos arg
    det dim Pr partial nabla cdot times odot le leq ge geq ne neq approx equiv sim in notin to
    leftarrow xleftarrow rightarrow xrightarrow Rightarrow Longrightarrow Leftrightarrow
    Longleftrightarrow iff implies mapsto longmapsto infty dots ldots cdots vdots ddots quad qquad
    left right middle big Big bigl bigr Bigl Bigr bigg biggl biggr Biggl Biggr top lVert rVert
    Vert lvert rvert vert langle rangle lfloor rfloor lceil rceil mid colon pm mp ll gg propto
    underbrace overbrace overset underset substack limits displaystyle textstyle mathrel mathop
    mathord prime cup cap subset subseteq forall exists binom star circ ast perp mathbf boldsymbol
    mathcal mathbb mathrm mathsf hat tilde bar dot check overline begin end square uparrow
    downarrow circledast otimes longrightarrow boxed widehat iint
"""
NOT_SYMBOLS = set(COMMANDS.split())
WORDS = r"\\(?:text|textbf|operatorname|mathrm|texttt|begin|end)\*?\s*\{[^{}]*\}"
ACCENTS = r"\\(?:hat|tilde|bar|dot|check|overline)(?![A-Za-z])"
FONTS = (
    r"\\(mathbf|boldsymbol|mathcal|mathbb|mathsf)\s*"
    r"(?:\{\s*(\\?[A-Za-z]+)\s*\}|(\\[A-Za-z]+|[A-Za-z]))"
)


def symbols(formula):
    """Return the symbols of a formula; vectors and matrices as ``bold:x``.

    Accents (a hat, a bar) belong to the symbol below them, subscripts are symbols of
    their own, and words are none.
    """
    formula = re.sub(ACCENTS, " ", re.sub(WORDS, " ", formula))
    found = set()

    def keep(match):
        kind = {"mathbf": "bold", "boldsymbol": "bold"}.get(match[1], match[1])
        found.add(f"{kind}:{(match[2] or match[3]).lstrip(chr(92))}")
        return " "

    formula = re.sub(FONTS, keep, formula)
    for command, letter in re.findall(r"\\([A-Za-z]+)|([A-Za-z])", formula):
        if letter or command not in NOT_SYMBOLS:
            found.add(letter or command)
    return found


def tables():
    """Return the symbols of the whole book, and chapter -> symbols of that chapter alone."""
    everywhere, alone = set(), {}
    for line in NOTATION.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 4 or "$" not in cells[1]:
            continue
        found = set().union(*map(symbols, re.findall(r"\$([^$]+)\$", cells[1])))
        chapters = re.findall(r"\{doc\}`[^`]*?(\w+)`", cells[3])
        if not chapters:
            everywhere |= found
        for chapter in chapters:
            alone.setdefault(chapter, set()).update(found)
    return everywhere, alone


def numbered_equations(text):
    """Return the formulas that carry a number."""
    pieces = re.split(r"\$\$", text)
    return [
        formula
        for formula, behind in zip(pieces[1::2], pieces[2::2], strict=False)
        if re.match(r" *\(eq-", behind)
    ]


def unknown(path):
    """Return the symbols of a chapter that no table has."""
    everywhere, alone = tables()
    known = everywhere | alone.get(path.stem, set())
    known |= {symbol.removeprefix("bold:") for symbol in known}  # w_k is an entry of bold w
    used = set().union(set(), *map(symbols, numbered_equations(prose(load(path)))))
    return used - known


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_each_symbol_of_a_numbered_equation_is_in_the_notation(path):
    assert numbered_equations(prose(load(path))), "a chapter without a numbered equation"
    assert unknown(path) == set()


def test_symbols_of_single_chapters_are_used_there():
    text = {path.stem: prose(load(path)) for path in CHAPTERS}
    for chapter, listed in tables()[1].items():
        displayed = r"\$\$(.+?)\$\$"
        formulas = re.findall(displayed, text[chapter], re.S)
        formulas += re.findall(r"\$([^$]+)\$", re.sub(displayed, " ", text[chapter], flags=re.S))
        used = set().union(*map(symbols, formulas))
        assert listed <= used | {symbol.removeprefix("bold:") for symbol in used}, chapter


def test_no_symbol_stands_twice_in_the_table_of_the_whole_book():
    text = NOTATION.read_text(encoding="utf-8").split("## Accents")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if re.match(r"\| \$", line)]
    assert len(rows) == len(set(rows))


def test_the_reader_of_formulas():
    assert symbols(r"\frac{\partial L}{\partial \mathbf W^{(l)}}") == {"L", "bold:W", "l"}
    assert symbols(r"\hat{\mathbf y} = \sigma(z) \text{ for all } \boldsymbol{\theta}") == {
        *("bold:y", "sigma", "z", "bold:theta")
    }
    assert numbered_equations("$$ a = b $$ and $$ c $$ (eq-x-y)") == [" c "]
