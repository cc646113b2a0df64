"""Learning-rate schedules: the learning rate as a function of the step, counted from 0."""

import math


class LearningRateSchedule:
    """Base: ``schedule(step)`` returns the learning rate of that step."""

    def __call__(self, step):
        raise NotImplementedError


class ExponentialDecay(LearningRateSchedule):
    """``initial * decay_rate ** (step / decay_steps)``; with ``staircase``, in whole powers.

    >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20)
    0.025
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False):
        self.initial, self.steps = initial_learning_rate, decay_steps
        self.rate, self.staircase = decay_rate, staircase

    def __call__(self, step):
        power = step // self.steps if self.staircase else step / self.steps
        return self.initial * self.rate**power


class InverseTimeDecay(LearningRateSchedule):
    """``initial / (1 + decay_rate * step / decay_steps)``.

    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)(10)
    0.05
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate):
        self.initial, self.steps, self.rate = initial_learning_rate, decay_steps, decay_rate

    def __call__(self, step):
        return self.initial / (1 + self.rate * step / self.steps)


class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[k]`` up to and including step ``boundaries[k]``, then the next value.

    Raises:
        ValueError: unless there is one value more than boundaries.

    >>> schedule = PiecewiseConstantDecay([10], [0.1, 0.01])
    >>> schedule(10), schedule(11)
    (0.1, 0.01)
    """

    def __init__(self, boundaries, values):
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"need one value more than boundaries, got {len(values)} and {len(boundaries)}"
            )
        self.boundaries, self.values = list(boundaries), list(values)

    def __call__(self, step):
        return self.values[sum(step > boundary for boundary in self.boundaries)]


class CosineDecay(LearningRateSchedule):
    """Half a cosine from the start down to ``alpha`` times it, after a linear warm-up.

    Without ``warmup_target`` there is no warm-up. Reference: Loshchilov and Hutter (2017).

    >>> round(CosineDecay(0.1, decay_steps=10)(5), 6)
    0.05
    """

    def __init__(
        self, initial_learning_rate, decay_steps, alpha=0.0, warmup_target=None, warmup_steps=0
    ):
        self.initial, self.steps, self.alpha = initial_learning_rate, decay_steps, alpha
        self.target, self.warmup_steps = warmup_target, warmup_steps

    def __call__(self, step):
        top, warmup = self.initial, 0
        if self.target is not None:
            top, warmup = self.target, self.warmup_steps
            if step < warmup:
                return self.initial + (top - self.initial) * step / warmup
        progress = min((step - warmup) / self.steps, 1)
        return top * (self.alpha + (1 - self.alpha) * (1 + math.cos(math.pi * progress)) / 2)
