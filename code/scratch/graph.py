"""The graph of a model: its layers in order, and the two passes over them."""

import numpy as np

from scratch.layers.base import Symbol, snake_case
from scratch.layers.pooled_convolution import PooledConvolution, can_be_pooled


def topological_order(inputs, outputs):
    """Return the symbols from ``inputs`` to ``outputs``, parents before children.

    Of several such orders it is Keras's, so that lists of weights can be exchanged: the
    longest way to the output first, and among equals as met when walking back from there.

    Raises:
        ValueError: if the outputs depend on another input, or do not lead back to this one.
    """
    met, finished = {}, []

    def visit(symbol):
        if symbol in met:
            return
        met[symbol] = len(met)
        if symbol.layer is None and symbol is not inputs:
            raise ValueError("the outputs depend on an Input that is not the model's input")
        if symbol is not inputs:
            for parent in symbol.parents:
                visit(parent)
        finished.append(symbol)

    visit(outputs)
    if inputs not in met:
        raise ValueError("the outputs do not depend on the inputs")
    steps = dict.fromkeys(finished, 0)  # the longest way to the output
    for symbol in reversed(finished):
        for parent in () if symbol is inputs else symbol.parents:
            steps[parent] = max(steps[parent], steps[symbol] + 1)
    return sorted(finished, key=lambda symbol: (-steps[symbol], met[symbol]))


class Graph:
    """Layers joined from one input to one output, in any way without a cycle.

    Attributes:
        layers: the layers, parents before children.
        parents: for each layer, the positions of its inputs (0 is the model's input,
            ``k`` the output of ``layers[k - 1]``).
    """

    def set_graph(self, inputs, outputs):
        """Find the layers between two symbols, and name them."""
        for symbol in (inputs, outputs):
            if not isinstance(symbol, Symbol):
                raise ValueError(
                    "a model is made from the symbols that Input and layers return, "
                    f"not from {type(symbol).__name__}"
                )
        symbols = topological_order(inputs, outputs)
        layers = [symbol.layer for symbol in symbols[1:]]
        names = [layer.name for layer in layers if layer.name is not None]
        if len(set(names)) < len(names):
            raise ValueError(f"every layer needs a name of its own, got {', '.join(names)}")
        self.input, self.output, self.layers = inputs, outputs, layers
        self.parents = [
            [symbols.index(parent) for parent in symbol.parents] for symbol in symbols[1:]
        ]
        taken = {layer.name for layer in self.layers}
        for layer in self.layers:
            if layer.name is None:  # Keras's names: dense, dense_1, dense_2
                name, number = snake_case(type(layer).__name__), 0
                layer.name = name
                while layer.name in taken:
                    number += 1
                    layer.name = f"{name}_{number}"
                taken.add(layer.name)
        self.dtype = self.layers[0].dtype if self.layers else None
        self.set_steps()

    def set_steps(self):
        """Plan the passes: a step is a layer, or a convolution with its max pooling.

        Each step is ``(position of its output, what runs, positions of its inputs)``.
        """
        self.steps = []
        for position, layer in enumerate(self.layers, start=1):
            parents = self.parents[position - 1]
            before = parents[0]
            previous = self.layers[before - 1] if before else None
            alone = sum(before in others for others in self.parents) == 1
            if alone and can_be_pooled(previous, layer):
                self.steps = [step for step in self.steps if step[0] != before]
                layer, parents = PooledConvolution(previous, layer), self.parents[before - 1]
            self.steps.append((position, layer, parents))

    def forward(self, x, training=False):
        """Return the outputs for inputs of shape ``(batch, ...)``, one step after the other."""
        values = {0: x}
        for position, layer, parents in self.steps:
            inputs = [values[p] for p in parents] if layer.merges else values[parents[0]]
            values[position] = layer.forward(inputs, training)
        return values[len(self.layers)]

    def backward(self, grad_outputs, from_logits=False, input_grad=True):
        """Go back through the steps, fill the layers' ``grads``, return the input's gradient.

        A value that feeds several layers gets the sum of their gradients.

        Args:
            grad_outputs: the gradient with respect to the outputs, or, with
                ``from_logits``, with respect to the logits of the last layer.
            input_grad: whether the gradient with respect to the inputs is wanted; training
                does without it.
        """
        last = len(self.layers)
        grads = {last: grad_outputs}
        for position, layer, parents in reversed(self.steps):
            layer.needs_input_grad = input_grad or parents != [0]
            backward = layer.backward
            if from_logits and position == last:
                backward = layer.backward_logits
            grad = backward(grads.pop(position))
            layer.needs_input_grad = True
            for parent, share in zip(parents, grad if layer.merges else [grad], strict=True):
                if parent == 0 and not input_grad:
                    continue  # not wanted, and some layers have left it out
                grads[parent] = grads[parent] + share if parent in grads else share
        return grads.get(0)

    def gather_parameters(self):
        """Move all parameters into one vector, and all gradients into another.

        Afterwards each layer's arrays are views into ``self.w`` and ``self.g``, so an
        optimizer works on the two vectors, in a few lines and at full speed.
        """
        pairs = [(layer, name) for layer in self.layers for name in layer.params]
        w = getattr(self, "w", None)
        # Every array is looked at: a layer may be new, or since then in another model's vector
        if w is not None and all(layer.params[name].base is w for layer, name in pairs):
            return
        arrays = [layer.params[name].ravel() for layer, name in pairs]
        self.w = np.concatenate(arrays) if arrays else np.zeros(0, self.dtype)
        self.g = np.zeros_like(self.w)
        start = 0
        for layer, name in pairs:
            shape = layer.params[name].shape
            stop = start + layer.params[name].size
            layer.params[name] = self.w[start:stop].reshape(shape)
            layer.grads[name] = self.g[start:stop].reshape(shape)
            start = stop
