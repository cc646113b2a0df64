"""The checker: run the learner's function, compare it, and name the mistake."""

import contextlib
import copy
import ctypes
import importlib
import inspect
import io
import pkgutil
import threading
import traceback
import warnings
from dataclasses import dataclass, field

import numpy as np
from scratch.utils import lookup

TRIALS = 5  # random inputs a check
TIME_LIMIT = 10  # seconds for one call
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
        if module.name not in ("checker", "questions"):
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
    if isinstance(answer, type):
        return f"Give check a function, not the class {answer.__name__}."
    if not callable(answer):
        return f"Give check the function itself, not {type(answer).__name__}: check({name!r}, f)"
    rng = np.random.default_rng()
    cases = [*exercise.edge_cases, *(exercise.inputs(rng) for _ in range(TRIALS))]
    calls, wrong = [], None
    for arguments in cases:
        calls.append(Call(answer, arguments))
        wrong = wrong or calls[-1].complaint() or compare(exercise, calls[-1])
        if not calls[-1].finished:
            break
    if wrong is None:
        return f"Correct: {name}, on {len(cases)} inputs."
    message = named_mistake(exercise, calls) or wrong
    printed = next((call.printed for call in calls if call.printed), "")
    return message + (f"\nYour function printed:\n{printed}" if printed else "")


class Call:
    """One call of the learner's function, in a thread of its own, so that it can be stopped.

    Attributes:
        result: what it returned.
        error: what it raised, or None.
        printed: the beginning of what it printed.
        finished: False if it had to be stopped.
    """

    def __init__(self, function, arguments):
        self.function, self.arguments = function, arguments
        self.given = copy.deepcopy(arguments)
        self.result = self.error = None
        output = io.StringIO()
        worker = threading.Thread(target=self.run, daemon=True)
        with contextlib.redirect_stdout(output), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the verdict says what is wrong, not a warning
            try:
                worker.start()
            except RuntimeError:  # a browser starts no threads: call it here, without a limit
                self.run()
            else:
                worker.join(TIME_LIMIT)
            self.finished = not worker.is_alive()
            if not self.finished:  # raise SystemExit inside the endless loop
                thread = ctypes.c_ulong(worker.ident)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(SystemExit))
                worker.join(1)
        lines = output.getvalue().splitlines()
        self.printed = "\n".join([*lines[:10], *(["..."] if len(lines) > 10 else [])])

    def run(self):
        """Call the function and keep what it returns or raises."""
        try:
            with np.errstate(all="ignore"):
                self.result = self.function(*self.given)
        except BaseException as error:  # also exit(), which would end the thread in silence
            self.error = error

    def complaint(self):
        """Return what is wrong with the call itself, or None."""
        if not self.finished:
            return (
                f"Your function was stopped after {TIME_LIMIT} seconds. "
                "Is there a loop that never ends?"
            )
        if isinstance(self.error, NotImplementedError):
            return "Not attempted yet. Replace the `raise NotImplementedError` with your own code."
        if self.error is not None:
            return self.arity() or (
                f"Your function raised {type(self.error).__name__} in line {self.line()}: "
                f"{self.error}"
            )
        if self.result is None or self.result is Ellipsis:
            return (
                "Not attempted yet: your function returned None. "
                "Replace the `...` with your own code."
            )
        if not same(self.given, self.arguments):
            return "Your function changed its arguments. Compute new arrays instead."
        return None

    def arity(self):
        """Say how many arguments come, if the function takes another number of them."""
        try:
            inspect.signature(self.function).bind(*self.arguments)
        except TypeError as error:
            return f"Your function is called with {len(self.arguments)} argument(s): {error}."
        except ValueError:  # some built-in functions have no signature
            pass
        return None

    def line(self):
        """Return the line of the learner's code where the error came up."""
        frames = traceback.extract_tb(self.error.__traceback__)
        code = getattr(self.function, "__code__", None)
        own = [frame.lineno for frame in frames if code and frame.filename == code.co_filename]
        return own[-1] if own else frames[-1].lineno


def compare(exercise, call):
    """Return how the result of a call differs from the reference's, or None."""
    return difference(call.result, exercise.reference(*copy.deepcopy(call.arguments)))


def parts(value):
    """Return a tuple of arrays for one result or several."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def same(a, b):
    """Whether two tuples of arguments hold the same numbers."""
    return all(
        np.array_equal(x, y, equal_nan=x.dtype.kind == "f") if isinstance(x, np.ndarray) else True
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
            a = np.asarray(a)
            a = None if a.dtype.kind == "c" else a.astype(float)
        except Exception:  # a submitted object may do anything when it is read
            a = None
        if a is None:
            kind = type(got[number - 1]).__name__
            return f"{which} should hold real numbers, but it is of type {kind}."
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


def named_mistake(exercise, calls):
    """Return the message of the known mistake that gives the same results, or None."""
    if any(call.complaint() for call in calls):
        return None
    for mistake in exercise.mistakes:
        if all(agrees(mistake.function, call) for call in calls):
            return mistake.message
    return None


def agrees(mistake, call):
    """Whether a wrong function returns what the learner's function returned."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return difference(call.result, mistake(*copy.deepcopy(call.arguments))) is None
    except Exception:
        return False
