"""Change the reference solution of every exercise in small ways: the checker must see it.

A mutant is the reference with one operator, number, comparison or function name exchanged, or
one statement left out. A mutant that the checker calls correct has survived. Code that the
reference never runs (one function often serves reference and mistakes) is not counted. Some
survivors compute the same as the reference on every input, so not all can be caught; at
least 95 % are.
"""

import ast
import copy
import importlib
import inspect
from functools import partial

import pytest
from exercises import checker
from exercises.checker import all_exercises, verdict

EXERCISES = all_exercises()
CAUGHT = 0.95
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
NAMES = {
    "mean": "sum", "sum": "mean", "max": "min", "min": "max", "maximum": "minimum",
    "minimum": "maximum", "argmax": "argmin", "argmin": "argmax", "exp": "tanh", "log": "sqrt",
    "sqrt": "exp", "tanh": "exp", "zeros": "ones", "ones": "zeros", "zeros_like": "ones_like",
    "ones_like": "zeros_like", "abs": "sign", "cumsum": "cumprod", "sin": "cos", "cos": "sin",
}  # fmt: skip


def changes(node):
    """Return (place, function) for each change to a node; the function gets a copy of it."""
    found = []
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in OPERATORS:
        found.append((node, lambda n: setattr(n, "op", OPERATORS[type(n.op)]())))
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS:
        found.append((node, lambda n: n.ops.__setitem__(0, OPERATORS[type(n.ops[0])]())))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        found.append((node, lambda n: setattr(n, "value", not n.value)))
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        found.append((node, lambda n: setattr(n, "value", n.value + 1)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        found.append((node, lambda n: setattr(n, "op", ast.UAdd())))
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        found.append((node, lambda n: setattr(n, "attr", NAMES[n.attr])))
    if isinstance(node, ast.Name) and node.id in NAMES:
        found.append((node, lambda n: setattr(n, "id", NAMES[n.id])))
    body = getattr(node, "body", None)
    if isinstance(body, list):
        for k, statement in enumerate(body):
            if isinstance(statement, (ast.AugAssign, ast.For)):
                found.append((statement, lambda n, k=k: n.body.__setitem__(k, ast.Pass())))
    return found


def fails(node):
    """Make a node raise, to find out whether it ever runs."""
    if isinstance(node, ast.stmt):
        return ast.parse("raise RuntimeError").body[0]
    return ast.parse("(lambda: [][0])()", mode="eval").body


def replaced(tree, old, new):
    """Return a tree with one node in place of another."""

    class Replace(ast.NodeTransformer):
        def visit(self, node):
            return new if node is old else self.generic_visit(node)

    return Replace().visit(tree)


def mutants(exercise):
    """Yield (description, function, probe) for every mutant of the reference of an exercise.

    The probe is the reference with the place of the change made to raise.
    """
    reference = exercise.reference
    module = importlib.import_module(reference.__module__)
    tree = ast.parse(inspect.getsource(module))
    line = reference.__code__.co_firstlineno
    own = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.Lambda)) and node.lineno == line
    )
    positions = {id(node): k for k, node in enumerate(ast.walk(tree))}
    strict = {
        id(n.value) for n in ast.walk(own) if isinstance(n, ast.keyword) and n.arg == "strict"
    }

    def reference_of(changed):
        namespace = {"__name__": module.__name__}
        exec(compile(ast.fix_missing_locations(changed), module.__file__, "exec"), namespace)
        return {each.name: each for each in namespace["EXERCISES"]}[exercise.name].reference

    def probe(position):
        changed = copy.deepcopy(tree)
        place = list(ast.walk(changed))[position]
        return reference_of(replaced(changed, place, fails(place)))

    for node in ast.walk(own):
        for where, change in changes(node) if id(node) not in strict else []:
            changed = copy.deepcopy(tree)
            place = list(ast.walk(changed))[positions[id(node)]]
            change(place)
            text = f"line {where.lineno}: {ast.unparse(place)[:80]}"
            yield text, reference_of(changed), partial(probe, positions[id(where)])


def survivors(exercise):
    """Return how many mutants an exercise has, and the ones that its checker calls correct."""
    alive, count = [], 0
    for description, mutant, probe in mutants(exercise):
        count += 1
        if verdict(exercise.name, mutant).startswith("Correct"):
            if verdict(exercise.name, probe()).startswith("Correct"):
                count -= 1  # the reference never comes here
            else:
                alive.append(f"{exercise.name}, {description}")
    return count, alive


def test_the_checkers_see_mutants(monkeypatch):
    monkeypatch.setattr(checker, "TIME_LIMIT", 0.5)
    total, alive = 0, []
    for exercise in EXERCISES.values():
        count, survived = survivors(exercise)
        total += count
        alive += survived
    report = "\n".join(alive)
    assert total > 5 * len(EXERCISES), "too few mutants"
    assert len(alive) <= (1 - CAUGHT) * total, f"{len(alive)} of {total} survived:\n{report}"
    print(f"{total - len(alive)} of {total} mutants caught; survivors:\n{report}")


def test_a_mutant_that_changes_nothing_survives():
    """The measurement can fail: a checker that accepts everything lets all mutants live."""
    exercise = EXERCISES["backprop-sigmoid"]
    count, alive = survivors(exercise)
    assert count >= 2
    assert not alive
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checker, "difference", lambda result, expected: None)
        assert len(survivors(exercise)[1]) == count
