"""Models: layers put together, with Keras's methods."""

import numpy as np

from scratch import saving
from scratch.graph import Graph
from scratch.layers.base import Input, Layer, Symbol, positive
from scratch.training import Trainer

load_model = saving.load_model


class Model(Graph, Trainer):
    """The functional model: everything between two symbols.

    Args:
        inputs: what ``Input`` returned.
        outputs: what a layer returned; any graph without cycles in between.

    Raises:
        ValueError: if the outputs do not depend on the inputs, or on another input.

    >>> from scratch import layers
    >>> x = Input((4,))
    >>> h = layers.Dense(4, activation="relu")(x)
    >>> Model(x, layers.Add()([x, h])).count_params()
    20
    """

    def __init__(self, inputs, outputs):
        self.set_graph(inputs, outputs)

    def count_params(self):
        """Return the number of weights."""
        self.require_built()
        return sum(layer.count_params() for layer in self.layers)

    def get_weights(self):
        """Return copies of all weights, layer by layer, in Keras's order."""
        self.require_built()
        return [array for layer in self.layers for array in layer.get_weights()]

    def set_weights(self, weights):
        """Copy a list of arrays, as ``get_weights`` returns it (from Keras, too).

        Raises:
            ValueError: if the number of arrays or a shape does not match.
        """
        self.require_built()
        counts = [len(layer.params) + len(layer.state) for layer in self.layers]
        if len(weights) != sum(counts):
            raise ValueError(f"the model has {sum(counts)} weight arrays, but got {len(weights)}")
        start = 0
        for layer, count in zip(self.layers, counts, strict=True):
            layer.set_weights(weights[start : start + count])
            start += count

    def get_layer(self, name):
        """Return the layer of this name.

        Raises:
            ValueError: if there is none.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"no layer {name!r}; there are {', '.join(l.name for l in self.layers)}")

    def summary(self):
        """Print one line a layer: name, output shape, number of weights."""
        self.require_built()
        print(f"{'Layer (type)':34}{'Output shape':24}{'Param #':>10}")
        for layer in self.layers:
            label = f"{layer.name} ({type(layer).__name__})"
            print(f"{label:34}{layer.output.shape!s:24}{layer.count_params():>10,}")
        print(f"Total params: {self.count_params():,}")

    def save(self, path):
        """Save architecture and weights to a ``.npz`` file; see ``saving``."""
        self.require_built()
        saving.save_model(self, path)

    def require_built(self):
        """Raise a ValueError if the model has no shapes yet."""
        if not self.layers or not all(layer.built for layer in self.layers):
            raise ValueError(
                "the model has no weights yet: start it with Input(shape), or fit it first"
            )

    def check_data(self, x, y, batch_size):
        """Return the data as arrays, or raise a ValueError that says what is wrong."""
        positive("batch_size", batch_size)
        x = as_numbers("x", x)
        if len(x) == 0:
            raise ValueError("x holds no samples")
        if y is not None:
            y = as_numbers("y", y)
            if len(y) != len(x):
                raise ValueError(f"x has {len(x)} samples, but y has {len(y)}: shape {y.shape}")
        self.require_built()
        expected = self.input.shape[1:]
        if x.shape[1:] != expected:
            hint = ""
            if np.prod(x.shape[1:]) == np.prod(expected):
                hint = f"; x.reshape(-1, {', '.join(map(str, expected))}) has it"
            raise ValueError(
                f"the model expects inputs of shape (batch, {', '.join(map(str, expected))}), "
                f"got {x.shape}{hint}"
            )
        return x, y


class Sequential(Model):
    """A model that is one chain of layers.

    Args:
        layers: the layers in order; an ``Input`` first makes the weights at once, without
            it they are made by the first ``fit``.

    Raises:
        ValueError: for anything that is not a layer.

    >>> from scratch import layers
    >>> Sequential([Input((784,)), layers.Dense(10)]).count_params()
    7850
    """

    def __init__(self, layers=()):
        self.layers, self.input = [], None
        for layer in layers:
            self.add(layer)

    def add(self, layer):
        """Append one layer, or the ``Input`` at the start."""
        if isinstance(layer, Symbol) and self.input is None and not self.layers:
            self.input = self.output = layer
            return
        if not isinstance(layer, Layer) or layer.merges:
            name = type(layer).__name__
            raise ValueError(f"a Sequential model takes layers with one input, not {name}")
        if self.input is None:
            self.layers.append(layer)
        else:
            self.set_graph(self.input, layer(self.output))

    def build(self, input_shape):
        """Make the weights for inputs of shape ``(batch, *input_shape)``."""
        symbol = output = Input(input_shape)
        before = [layer.built for layer in self.layers]
        try:
            for layer in self.layers:
                output = layer(output)
        except Exception:  # leave no half-built model: the next data may fit
            for layer, built in zip(self.layers, before, strict=True):
                layer.input = layer.output = None
                layer.built = built
            raise
        self.set_graph(symbol, output)

    def check_data(self, x, y, batch_size):
        """Build on the first data that is any good, then check as any model."""
        if self.input is None and self.layers:
            x = as_numbers("x", x)
            if x.size and x.ndim > 1:
                self.build(x.shape[1:])
        return super().check_data(x, y, batch_size)


def as_numbers(name, values):
    """Return an array of finite numbers with a batch axis, or raise a ValueError."""
    try:
        values = np.asarray(values)
    except ValueError as error:  # lists of unequal lengths
        raise ValueError(f"{name} must be one rectangular array: {error}") from error
    if values.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold numbers, but its type is {values.dtype}")
    if values.ndim == 0:
        raise ValueError(f"{name} must have a batch axis, but it is the single number {values}")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"{name} holds NaN or infinity, first at {where}")
    return values
