"""The graph of a model: its layers in order, and the two passes over them."""

import numpy as np

from scratch.layers.base import Symbol, snake_case


def topological_order(inputs, outputs):
    """Return the symbols from ``inputs`` to ``outputs``, parents before children.

    Raises:
        ValueError: if the outputs depend on another input, or do not lead back to this one.
    """
    order, seen = [], set()

    def visit(symbol):
        if symbol in seen:
            return
        seen.add(symbol)
        if symbol.layer is None and symbol is not inputs:
            raise ValueError("the outputs depend on an Input that is not the model's input")
        if symbol is not inputs:
            for parent in symbol.parents:
                visit(parent)
        order.append(symbol)

    visit(outputs)
    if inputs not in seen:
        raise ValueError("the outputs do not depend on the inputs")
    order.remove(inputs)
    return [inputs, *order]


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
        self.input, self.output = inputs, outputs
        self.layers = [symbol.layer for symbol in symbols[1:]]
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

    def forward(self, x, training=False):
        """Return the outputs for inputs of shape ``(batch, ...)``, one layer after the other."""
        values = [x]
        for layer, parents in zip(self.layers, self.parents, strict=True):
            inputs = [values[k] for k in parents] if layer.merges else values[parents[0]]
            values.append(layer.forward(inputs, training))
        return values[-1]

    def backward(self, grad_outputs, from_logits=False, input_grad=True):
        """Go back through the layers, fill their ``grads``, return the input's gradient.

        A value that feeds several layers gets the sum of their gradients.

        Args:
            grad_outputs: the gradient with respect to the outputs, or, with
                ``from_logits``, with respect to the logits of the last layer.
            input_grad: whether the gradient with respect to the inputs is wanted; training
                does without it.
        """
        grads = [None] * len(self.layers) + [grad_outputs]
        for k in range(len(self.layers), 0, -1):
            layer, parents = self.layers[k - 1], self.parents[k - 1]
            layer.needs_input_grad = input_grad or parents != [0]
            if from_logits and k == len(self.layers):
                grad = layer.backward_logits(grads[k])
            else:
                grad = layer.backward(grads[k])
            layer.needs_input_grad = True
            for parent, share in zip(parents, grad if layer.merges else [grad], strict=True):
                grads[parent] = share if grads[parent] is None else grads[parent] + share
        return grads[0]

    def gather_parameters(self):
        """Move all parameters into one vector, and all gradients into another.

        Afterwards each layer's arrays are views into ``self.w`` and ``self.g``, so an
        optimizer works on the two vectors, in a few lines and at full speed.
        """
        pairs = [(layer, name) for layer in self.layers for name in layer.params]
        first = next((layer.params[name] for layer, name in pairs), None)
        if first is None or first.base is getattr(self, "w", self):
            return
        self.w = np.concatenate([layer.params[name].ravel() for layer, name in pairs])
        self.g = np.zeros_like(self.w)
        start = 0
        for layer, name in pairs:
            shape = layer.params[name].shape
            stop = start + layer.params[name].size
            layer.params[name] = self.w[start:stop].reshape(shape)
            layer.grads[name] = self.g[start:stop].reshape(shape)
            start = stop
