"""The checker: run the learner's function, compare it, and name the mistake."""

import copy
import importlib
import pkgutil
import traceback
import warnings
from dataclasses import dataclass, field

import numpy as np
from scratch.utils import lookup

TRIALS = 5  # random inputs a check
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give, and what to tell them."""

    message: str
    function: callable


@dataclass(frozen=True)
class Exercise:
    """One checked exercise, as data.

    Attributes:
        name: how the notebook calls it, such as ``"perceptron-predict"``.
        reference: a right answer, a function.
        inputs: a function of a ``numpy.random.Generator`` that returns the arguments of
            one call as a tuple.
        mistakes: wrong answers that are recognised by what they return.
        hints: two steps towards the solution.
        variant: a second right answer, of another structure; the tests use it.
    """

    name: str
    reference: callable
    inputs: callable
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, str]
    variant: callable
    edge_cases: tuple = field(default=())


def all_exercises():
    """Return every exercise of the book by name; each module's are in its ``EXERCISES``."""
    import exercises

    found = {}
    for module in pkgutil.iter_modules(exercises.__path__):
        if module.name != "checker":
            loaded = importlib.import_module(f"exercises.{module.name}")
            found |= {exercise.name: exercise for exercise in loaded.EXERCISES}
    return found


def check(name, answer):
    """Check an answer, a function, and print what is right or wrong with it."""
    print(verdict(name, answer))


def hint(name, step=1):
    """Print the first or the second hint of an exercise."""
    exercise = all_exercises().get(name)
    if exercise is None:
        print(unknown(name))
    else:
        print(exercise.hints[min(max(step, 1), len(exercise.hints)) - 1])


def unknown(name):
    """Say that there is no such exercise, and which one may be meant."""
    try:
        lookup("exercise", name, all_exercises())
    except ValueError as error:
        return str(error)[:400]


def verdict(name, answer):
    """Return what ``check`` prints."""
    exercise = all_exercises().get(name)
    if exercise is None:
        return unknown(name)
    if not callable(answer):
        return f"Give check the function itself, not {type(answer).__name__}: check({name!r}, f)"
    rng = np.random.default_rng()
    cases = [*exercise.edge_cases, *(exercise.inputs(rng) for _ in range(TRIALS))]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the verdict says what is wrong, not a warning
        for arguments in cases:
            wrong = compare(exercise, answer, arguments)
            if wrong:
                return named_mistake(exercise, answer, cases) or wrong
    return f"Correct: {name}, on {len(cases)} inputs."


def compare(exercise, answer, arguments):
    """Return what is wrong with one call, or None."""
    given = copy.deepcopy(arguments)
    try:
        result = answer(*given)
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        if isinstance(error, NotImplementedError):
            return "Not attempted yet. Replace the `raise NotImplementedError` with your own code."
        return f"Your function raised {type(error).__name__} in line {line}: {error}"
    if result is None or result is Ellipsis:
        return (
            "Not attempted yet: your function returned None. Replace the `...` with your own code."
        )
    if not same(given, arguments):
        return "Your function changed its arguments. Compute new arrays and leave the inputs alone."
    expected = exercise.reference(*copy.deepcopy(arguments))
    return difference(result, expected)


def parts(value):
    """Return a tuple of arrays for one result or several."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def same(a, b):
    """Whether two tuples of arguments hold the same numbers."""
    return all(
        np.array_equal(x, y) if isinstance(x, np.ndarray) else True
        for x, y in zip(a, b, strict=True)
    )


def difference(result, expected):
    """Return how a result differs from the expected one, or None."""
    got, want = parts(result), parts(expected)
    if len(got) != len(want):
        return f"Your function should return {len(want)} value(s), but it returned {len(got)}."
    for number, (a, b) in enumerate(zip(got, want, strict=True), start=1):
        which = f"Value {number} of your result" if len(want) > 1 else "Your result"
        try:
            a = np.asarray(a, dtype=float)
        except (TypeError, ValueError):
            return f"{which} should hold numbers, but it is of type {type(a).__name__}."
        b = np.asarray(b, dtype=float)
        if a.shape != b.shape:
            return f"{which} has shape {a.shape}, but it should have shape {b.shape}."
        if np.isnan(a).any() and not np.isnan(b).any():
            return f"{which} holds NaN."
        close = np.isclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
        if not close.all():
            error = np.where(close, 0, np.abs(a - b))
            place = np.unravel_index(np.argmax(error), a.shape)
            where = f" at index {tuple(int(k) for k in place)}" if a.ndim else ""
            return (
                f"{which} has the right shape, but a wrong value{where}: "
                f"{a[place]:.6g} instead of {b[place]:.6g}."
            )
    return None


def named_mistake(exercise, answer, cases):
    """Return the message of the known mistake that gives the same results, or None."""
    for mistake in exercise.mistakes:
        if all(agrees(mistake.function, answer, arguments) for arguments in cases):
            return mistake.message
    return None


def agrees(mistake, answer, arguments):
    """Whether a wrong function and the answer return the same."""
    try:
        wrong = mistake(*copy.deepcopy(arguments))
        return difference(answer(*copy.deepcopy(arguments)), wrong) is None
    except Exception:
        return False
