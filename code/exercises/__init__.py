"""Exercises that check themselves, offline.

>>> from exercises import check, hint
>>> check("backprop-sigmoid", lambda grad_a, a: None)
Not attempted yet: your function returned None. Replace the `...` with your own code.

A checker runs your function on fresh random inputs, compares it with a reference, and,
when it is wrong, looks whether the mistake is one that it knows by name. It never raises.
"""

from exercises.checker import Exercise, Mistake, check, hint
from exercises.questions import quiz

__all__ = ["Exercise", "Mistake", "check", "hint", "quiz"]
