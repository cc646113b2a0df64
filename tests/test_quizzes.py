"""The concept questions: complete data, the same output every time, in every chapter."""

import json
import random
import re

import pytest
from exercises.questions import QUIZZES, questions, quiz
from IPython.utils.capture import capture_output
from notebooks import CHAPTERS, code_cells, load, name

each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=name)


def raw(path):
    """Return the questions of a chapter as they are written."""
    return json.loads((QUIZZES / f"{path.stem}.json").read_text(encoding="utf-8"))


@each_chapter
def test_three_to_five_questions_and_every_answer_is_explained(path):
    asked = raw(path)
    assert 3 <= len(asked) <= 5
    assert len({question["question"] for question in asked}) == len(asked)
    for question in asked:
        answers = question["answers"]
        right = [answer["correct"] for answer in answers]
        assert 3 <= len(answers) <= 5, question["question"]
        assert all(isinstance(value, bool) for value in right)
        kinds = {"multiple_choice": sum(right) == 1, "many_choice": 2 <= sum(right) < len(right)}
        assert kinds[question["type"]], question["question"]
        assert len({answer["answer"] for answer in answers}) == len(answers)
        for answer in answers:
            assert len(answer["feedback"]) >= 25, answer
        explanations = [answer["feedback"] for answer in answers]
        assert len(set(explanations)) == len(explanations), question["question"]


@each_chapter
def test_formulas_and_code_are_closed(path):
    for question in raw(path):
        texts = [question["question"]]
        texts += [answer[key] for answer in question["answers"] for key in ("answer", "feedback")]
        for text in texts:
            assert len(re.findall(r"(?<!\\)\$", text)) % 2 == 0, text
            assert text.count("`") % 2 == 0, text
            assert "<" not in re.sub(r"\$[^$]*\$|`[^`]*`", "", text), f"HTML in {text}"
            assert "](" not in text, f"a link in {text}"


@each_chapter
def test_the_chapter_asks_its_questions(path):
    calls = [cell.source for cell in code_cells(load(path)) if "quiz(" in cell.source]
    assert len(calls) == 1
    assert f'quiz("{path.stem}")' in calls[0]


def test_no_questions_without_a_chapter():
    assert {file.stem for file in QUIZZES.glob("*.json")} == {path.stem for path in CHAPTERS}


def test_output_is_stable_and_python_keeps_its_random_state():
    random.seed(1)
    expected = random.random()
    random.seed(1)
    shown = []
    for _ in range(2):
        with capture_output() as captured:
            quiz("perceptron")
        shown.append([output.data for output in captured.outputs])
    assert shown[0] == shown[1]
    assert random.random() == expected


def test_words_are_escaped_and_code_is_marked(tmp_path, monkeypatch):
    monkeypatch.setattr("exercises.questions.QUIZZES", tmp_path)
    answer = {"answer": "`a < b`", "correct": True, "feedback": "$a<b$"}
    data = [{"question": "a < b & c?", "type": "multiple_choice", "answers": [answer]}]
    (tmp_path / "small.json").write_text(json.dumps(data), encoding="utf-8")
    (question,) = questions("small")
    assert question["question"] == "a &lt; b &amp; c?"
    assert question["answers"][0]["answer"] == "<code>a &lt; b</code>"
    assert question["answers"][0]["correct"] is True


def test_an_unknown_chapter_is_named_with_its_neighbour():
    with pytest.raises(ValueError, match=r"'percepton'; did you mean 'perceptron'\?"):
        questions("percepton")
