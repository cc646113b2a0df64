r"""Optimizers: from a gradient to a step.

All parameters of a model lie in one vector ``w``, and their gradients in one vector
``g``, so an optimizer is a few lines on whole vectors. ``update(w, g)`` changes ``w`` in
place. Below, :math:`\alpha` is the learning rate, :math:`g_t` the gradient at step
:math:`t`, and all products of vectors are element by element. Defaults are Keras's.
"""

import numpy as np

from scratch.optimizers import schedules
from scratch.utils import is_number, lookup


def check_share(name, value):
    """Raise a ValueError unless the value is a number in [0, 1)."""
    if not is_number(value) or not 0 <= value < 1:
        raise ValueError(f"{name} must be in [0, 1), not {value!r}")


class Optimizer:
    """Base. A subclass names the vectors it keeps (``slots``), and defines ``step``.

    Args:
        learning_rate: a positive number, or a schedule (a function of the step).
        weight_decay: if given, ``w`` is multiplied by ``1 - learning_rate * weight_decay``
            before each step: decoupled decay, as in AdamW.

    Raises:
        ValueError: for a learning rate that is not positive, or gradients that are not
            finite or not of the shape of the parameters.
    """

    slots = ()  # the names of the vectors that the optimizer keeps

    def __init__(self, learning_rate, weight_decay=None):
        if not callable(learning_rate) and not (is_number(learning_rate) and learning_rate > 0):
            raise ValueError(f"the learning rate must be a positive number, not {learning_rate!r}")
        if weight_decay is not None and not (is_number(weight_decay) and weight_decay >= 0):
            raise ValueError(f"weight_decay must be 0 or a positive number, not {weight_decay!r}")
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.iterations = 0

    def update(self, w, g):
        """Change the parameters ``w`` in place by one step against the gradient ``g``."""
        if w.shape != g.shape:
            raise ValueError(f"parameters have shape {w.shape}, but gradients {g.shape}")
        if not np.isfinite(g).all():
            raise ValueError(
                "a gradient is NaN or infinite: the training diverged; "
                "try a smaller learning rate, and look at the data"
            )
        if self.iterations == 0:
            self.kept = [np.full_like(w, self.initial_slot_value()) for _ in self.slots]
        if self.kept and self.kept[0].shape != w.shape:
            raise ValueError(
                f"this optimizer has trained {self.kept[0].size} parameters, and now there are "
                f"{w.size}: compile the model with a new optimizer"
            )
        rate = self.learning_rate
        if callable(rate):
            rate = rate(self.iterations)
        if self.weight_decay:
            w *= 1 - rate * self.weight_decay
        self.iterations += 1
        self.step(w, g, rate, *self.kept)

    def step(self, w, g, learning_rate, *kept):
        """Change ``w`` and the kept vectors in place."""
        raise NotImplementedError

    def initial_slot_value(self):
        """What the kept vectors start with."""
        return 0.0


class SGD(Optimizer):
    r"""Gradient descent, with momentum if asked.

    .. math:: w \leftarrow w - \alpha g

    .. math:: v \leftarrow \beta v - \alpha g, \qquad w \leftarrow w + v

    and Nesterov's variant :math:`w \leftarrow w + \beta v - \alpha g` with the new v.

    Reference: Polyak (1964), Sutskever et al. (2013).

    >>> w = np.array([1.0])
    >>> SGD(0.1).update(w, np.array([2.0]))
    >>> w
    array([0.8])
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, weight_decay=None):
        super().__init__(learning_rate, weight_decay)
        check_share("momentum", momentum)
        self.momentum, self.nesterov = momentum, nesterov
        self.slots = ("v",) if momentum else ()

    def step(self, w, g, learning_rate, v=None):
        if v is None:
            w -= learning_rate * g
            return
        v *= self.momentum
        v -= learning_rate * g
        w += self.momentum * v - learning_rate * g if self.nesterov else v


class Adagrad(Optimizer):
    r"""Divide by the root of the sum of all squared gradients (Duchi et al., 2011).

    .. math:: v \leftarrow v + g^2, \qquad w \leftarrow w - \alpha \frac{g}{\sqrt{v + \epsilon}}
    """

    slots = ("v",)

    def __init__(
        self,
        learning_rate=0.001,
        initial_accumulator_value=0.1,
        epsilon=1e-7,
        weight_decay=None,
    ):
        super().__init__(learning_rate, weight_decay)
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon

    def initial_slot_value(self):
        """Keras starts the sum at 0.1, which tames the first steps."""
        return self.initial_accumulator_value

    def step(self, w, g, learning_rate, v):
        v += g * g
        w -= learning_rate * g / np.sqrt(v + self.epsilon)


class RMSprop(Optimizer):
    r"""Divide by the root of a moving mean of squared gradients (Tieleman and Hinton, 2012).

    .. math::

        v \leftarrow \rho v + (1 - \rho) g^2, \qquad
        w \leftarrow w - \alpha \frac{g}{\sqrt{v + \epsilon}}
    """

    slots = ("v",)

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7, weight_decay=None):
        super().__init__(learning_rate, weight_decay)
        check_share("rho", rho)
        self.rho, self.epsilon = rho, epsilon

    def step(self, w, g, learning_rate, v):
        v *= self.rho
        v += (1 - self.rho) * g * g
        w -= learning_rate * g / np.sqrt(v + self.epsilon)


class Adam(Optimizer):
    r"""Moving means of the gradient and of its square, both corrected for their start at 0.

    .. math::

        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2

    .. math::

        w \leftarrow w - \alpha \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}
        \cdot \frac{m}{\sqrt v + \epsilon}

    Reference: Kingma and Ba (2015), the form before section 2.1, as Keras has it.

    >>> w = np.array([1.0])
    >>> Adam(0.1).update(w, np.array([2.0]))
    >>> w.round(4)  # the first step is the learning rate, whatever the gradient
    array([0.9])
    """

    slots = ("m", "v")

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=None
    ):
        super().__init__(learning_rate, weight_decay)
        check_share("beta_1", beta_1)
        check_share("beta_2", beta_2)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def step(self, w, g, learning_rate, m, v):
        # Keras takes these two powers of betas rounded to float32; so do we, to follow it
        # to the last digit. (1 - beta is not rounded.)
        power_1 = float(np.float32(self.beta_1)) ** self.iterations
        power_2 = float(np.float32(self.beta_2)) ** self.iterations
        # The kept m and v are the sums without their factors 1 - beta, which go into alpha
        # and epsilon once: whole passes over the vectors are saved, and nothing else changes.
        root = (1 - self.beta_2) ** 0.5
        alpha = learning_rate * (1 - power_2) ** 0.5 / (1 - power_1) * (1 - self.beta_1) / root
        m *= self.beta_1
        m += g
        v *= self.beta_2
        step = g * g
        v += step
        np.sqrt(v, out=step)
        step += self.epsilon / root
        np.divide(m, step, out=step)
        step *= alpha
        w -= step


class AdamW(Adam):
    """Adam with decoupled weight decay, 0.004 by default (Loshchilov and Hutter, 2019)."""

    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, weight_decay)


OPTIMIZERS = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def get(optimizer):
    """Return an optimizer for a name, or the optimizer itself.

    Raises:
        ValueError: for an unknown name, or an object that is not an optimizer.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    return lookup("optimizer", optimizer, OPTIMIZERS)()


__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "schedules"]
