"""Every checked exercise is tested software."""

import ast
import copy
import re
import threading

import exercises
import numpy as np
import pytest
from exercises import checker
from exercises.checker import all_exercises, verdict
from notebooks import CHAPTERS, load

EXERCISES = all_exercises()
each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))


@each_exercise
def test_stub_is_not_attempted(exercise):
    assert verdict(exercise.name, lambda *arguments: None).startswith("Not attempted yet")
    assert verdict(exercise.name, lambda *arguments: ...).startswith("Not attempted yet")


@each_exercise
def test_two_right_answers_pass(exercise):
    assert verdict(exercise.name, exercise.reference).startswith("Correct")
    assert verdict(exercise.name, exercise.variant).startswith("Correct")


@each_exercise
def test_the_two_right_answers_are_different_code(exercise):
    codes = [f.__code__.co_code for f in (exercise.reference, exercise.variant)]
    constants = [f.__code__.co_consts for f in (exercise.reference, exercise.variant)]
    assert codes[0] != codes[1] or constants[0] != constants[1]


@each_exercise
def test_each_mistake_is_named(exercise):
    assert len(exercise.mistakes) >= 3
    messages = [mistake.message for mistake in exercise.mistakes]
    assert len(set(messages)) == len(messages)
    for mistake in exercise.mistakes:
        for _ in range(3):  # fresh inputs each time
            assert verdict(exercise.name, mistake.function) == mistake.message


@each_exercise
def test_wrong_answers_are_rejected(exercise):
    """Answers of a wrong shape, type, or count, and ones that raise or print nonsense."""

    def scaled(*arguments):
        result = exercise.reference(*arguments)
        if isinstance(result, tuple):
            return tuple(np.asarray(part, float) * 1.01 + 0.01 for part in result)
        return np.asarray(result, float) * 1.01 + 0.01

    def changes_inputs(*arguments):
        result = copy.deepcopy(exercise.reference(*arguments))
        for argument in arguments:
            if isinstance(argument, np.ndarray) and argument.size:
                argument[...] = argument + 1
        return result

    def raises(*arguments):
        raise KeyError("oh")

    bad = {
        "wrong value": scaled,
        "text": lambda *arguments: "seven",
        "not a number": lambda *arguments: (
            np.full(np.shape(exercise.reference(*arguments)), np.nan)
            if not isinstance(exercise.reference(*arguments), tuple)
            else float("nan")
        ),
        "raises": raises,
        "takes nothing": lambda: 1,
    }
    for what, answer in bad.items():
        assert not verdict(exercise.name, answer).startswith("Correct"), what
    rng = np.random.default_rng(0)
    if any(isinstance(argument, np.ndarray) for argument in exercise.inputs(rng)):
        assert "changed its arguments" in verdict(exercise.name, changes_inputs)


@each_exercise
def test_hints(exercise, capsys):
    assert len(exercise.hints) == 2
    exercises.hint(exercise.name)
    exercises.hint(exercise.name, 2)
    printed = capsys.readouterr().out
    assert all(hint in printed for hint in exercise.hints)


def test_messages_say_what_is_wrong():
    def crash(grad_a, a):
        return undefined_name  # noqa: F821

    assert "did you mean 'backprop-sigmoid'" in verdict("backprop-sigmoi", len)
    assert "raised NameError in line" in verdict("backprop-sigmoid", crash)
    assert "the function itself" in verdict("backprop-sigmoid", 3)
    assert "has shape (1,), but it should have shape" in verdict(
        "backprop-sigmoid", lambda grad_a, a: np.ones(1)
    )
    assert "should return 3 value(s)" in verdict("backprop-dense", lambda x, g, w: x)
    assert "should hold real numbers" in verdict("backprop-sigmoid", lambda grad_a, a: "x")
    assert "holds NaN" in verdict("backprop-sigmoid", lambda grad_a, a: a * np.nan)
    assert "wrong value at index" in verdict("backprop-sigmoid", lambda grad_a, a: a * 0)


def test_an_endless_loop_is_stopped(monkeypatch):
    monkeypatch.setattr(checker, "TIME_LIMIT", 0.2)
    before = threading.active_count()

    def endless(grad_a, a):
        while True:
            a = a + 1

    assert "was stopped after 0.2 seconds" in verdict("backprop-sigmoid", endless)
    assert threading.active_count() == before


def test_the_checker_survives_what_is_submitted():
    """Nothing raises, nothing ends the session, and the message says what came."""

    class Nasty:
        def __array__(self, *arguments, **keywords):
            raise RuntimeError("no")

    def prints(grad_a, a):
        print("shape", a.shape)
        return a * 0

    def prints_much(grad_a, a):
        for number in range(1000):
            print(number)
        return a * 0

    def deep(grad_a, a):
        return deep(grad_a, a)

    def leaves(grad_a, a):
        raise SystemExit

    def in_a_library(grad_a, a):
        b = a
        return np.linalg.inv(b[0])

    name = "backprop-sigmoid"
    assert "not the class Nasty" in verdict(name, Nasty)
    assert "is called with 2 argument(s): too many" in verdict(name, lambda grad_a: grad_a)
    assert "is called with 2 argument(s): missing" in verdict(name, lambda x, y, z: x)
    assert "it is of type Nasty" in verdict(name, lambda grad_a, a: Nasty())
    assert "it is of type dict" in verdict(name, lambda grad_a, a: {})
    assert "real numbers" in verdict(name, lambda grad_a, a: a * 1j)
    assert "raised RecursionError" in verdict(name, deep)
    assert "raised SystemExit" in verdict(name, leaves)
    line = in_a_library.__code__.co_firstlineno + 2
    assert f"raised LinAlgError in line {line}" in verdict(name, in_a_library)
    assert "Your function printed:\nshape (" in verdict(name, prints)
    assert verdict(name, prints_much).endswith("8\n9\n...")


def test_a_function_without_a_signature_is_checked_too():
    assert "raised ValueError" in verdict("backprop-sigmoid", max)


def calls_of_check(notebook):
    """Yield (exercise name, cell, position) for each call of check in a notebook."""
    for position, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "check":
                yield ast.literal_eval(node.args[0]), cell, position


def test_every_exercise_stands_in_one_chapter_with_stub_and_solution():
    """The stub in the chapter is refused, and the solution that the chapter shows is accepted."""
    seen = {}
    for path in CHAPTERS:
        for exercise, cell, _ in calls_of_check(load(path)):
            printed = "".join(output.get("text", "") for output in cell.outputs)
            seen.setdefault(exercise, []).append((path, printed))
    assert set(seen) == set(EXERCISES)
    for exercise, found in seen.items():
        assert len({path for path, _ in found}) == 1, exercise
        assert any(f"Correct: {exercise}" in printed for _, printed in found), exercise
        assert any("Not attempted yet" in printed for _, printed in found), exercise


def test_solutions_in_chapters_are_inside_folded_solutions():
    for path in CHAPTERS:
        inside = False
        for cell in load(path).cells:
            if cell.cell_type == "markdown":
                starts = [m.start() for m in re.finditer(r"\{solution-start\}", cell.source)]
                ends = [m.start() for m in re.finditer(r"\{solution-end\}", cell.source)]
                if starts or ends:
                    inside = max(starts, default=-1) > max(ends, default=-1)
            elif any("Correct:" in output.get("text", "") for output in cell.outputs):
                assert inside, cell.source[:80]


def test_an_argument_that_holds_nan_is_not_called_changed():
    given = (np.array([1.0, np.nan]), np.array([1, 2]), np.array(["a"]))
    assert checker.same(given, copy.deepcopy(given))
    assert not checker.same(given, (np.array([2.0, np.nan]), *given[1:]))
