"""Concept questions: choose an answer, read why it is right or wrong.

The questions of a chapter are data, in quizzes/<chapter>.json, in the format of jupyterquiz,
which shows them. Words between backticks become code, between dollars formulas.
"""

import difflib
import html
import json
import random
import re
from pathlib import Path

QUIZZES = Path(__file__).parent / "quizzes"
# Colours with a contrast of at least 4.5 : 1 between text and ground
COLORS = {
    "--jq-multiple-choice-bg": "#1f3a5f",
    "--jq-many-choice-bg": "#4a2c5e",
    "--jq-mc-button-bg": "#f5f5f5",
    "--jq-mc-button-border": "#767676",
    "--jq-incorrect-color": "#b3261e",
    "--jq-correct-color": "#006b3c",
    "--jq-text-color": "#ffffff",
}


def questions(chapter):
    """Return the questions of a chapter, as jupyterquiz wants them.

    Raises
    ------
    ValueError
        If the chapter has no questions; the message names the nearest chapter that has.
    """
    file = QUIZZES / f"{chapter}.json"
    if not file.exists():
        known = sorted(path.stem for path in QUIZZES.glob("*.json"))
        near = difflib.get_close_matches(str(chapter), known, n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise ValueError(f"No questions for the chapter {chapter!r}; {advice}")
    return json.loads(file.read_text(encoding="utf-8"), object_hook=marked_up)


def marked_up(record):
    """Return a question or an answer with its texts as HTML: code between backticks."""
    return {
        key: re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(value, quote=False))
        if isinstance(value, str)
        else value
        for key, value in record.items()
    }


def quiz(chapter):
    """Show the questions of a chapter; the output is the same every time.

    jupyterquiz draws the names of its HTML elements at random, so it is given a seed, and
    the state of Python's generator is put back.
    """
    from jupyterquiz import display_quiz

    state = random.getstate()
    random.seed(chapter)
    try:
        display_quiz(questions(chapter), colors=COLORS, border_radius=6, max_width=720)
    finally:
        random.setstate(state)
