"""Models: layers put together, trained, evaluated and saved, with Keras's methods."""

import numpy as np

from scratch import callbacks as callbacks_module
from scratch import config, losses, metrics, optimizers, saving
from scratch.graph import Graph
from scratch.layers.base import Input, Layer, Symbol, positive

load_model = saving.load_model


class Model(Graph):
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

    optimizer = loss = None
    stop_training = False

    def __init__(self, inputs, outputs):
        self.set_graph(inputs, outputs)

    # ---- what is inside

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

    # ---- training

    def compile(self, optimizer="rmsprop", loss=None, metrics=()):
        """Choose how to train: an optimizer, a loss and metrics, as names or objects.

        Raises:
            ValueError: for an unknown name, with the nearest one that is known.
        """
        if loss is None:
            raise ValueError('compile needs a loss, for example loss="mse"')
        if isinstance(metrics, str):
            raise ValueError(f"metrics must be a list, such as [{metrics!r}], not {metrics!r}")
        chosen = optimizers.get(optimizer), losses.get(loss), [*map(metrics_get, metrics or ())]
        self.optimizer, self.loss, self.metrics = chosen  # all three, or nothing has changed

    def loss_and_gradients(self, x, y, training=True):
        """Run forward, loss and backward on one batch; leave the gradients in the layers.

        Returns:
            The loss, a float, and the predictions.
        """
        y_pred = self.forward(self.cast(x), training)
        value, grad, on_logits = self.loss_stage(y, y_pred)
        self.backward(grad, from_logits=on_logits, input_grad=False)
        return value, y_pred

    def loss_stage(self, y, y_pred):
        """Return the loss, its gradient, and whether that is with respect to logits.

        Softmax followed by a logarithm loses digits, and for p = 0 everything. Where the
        last activation and the loss belong together, both are computed from the logits, as
        Keras does. The gradient is then simply ``(p - y) / n``.
        """
        last = self.layers[-1]
        activation = getattr(last, "activation", None)
        on_logits = (
            not self.loss.from_logits
            and activation is not None
            and activation.__name__ == self.loss.belongs_to
        )
        if on_logits:
            loss = type(self.loss)(from_logits=True)
            return *loss.value_and_gradient(y, last.logits), True
        return *self.loss.value_and_gradient(y, y_pred), False

    def loss_on(self, x, y):
        """Return the loss of one batch, with the layers in training mode."""
        return self.loss_stage(y, self.forward(self.cast(x), training=True))[0]

    def train_on_batch(self, x, y):
        """Take one step: forward, loss, backward, update. Return the loss before it."""
        self.require_compiled()
        x, y = self.check_data(x, y, 1)
        self.rehearse(y)
        self.gather_parameters()
        value, _ = self.loss_and_gradients(x, y)
        self.optimizer.update(self.w, self.g)
        return value

    def fit(
        self,
        x,
        y,
        batch_size=32,
        epochs=1,
        verbose=1,
        callbacks=(),
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
    ):
        """Train, and return the ``History``.

        Args:
            x: inputs ``(n, ...)``, floats or integers.
            y: targets, one for each input.
            verbose: 0 silent, 1 a progress bar, 2 a line an epoch.
            validation_split: this share, from the end, is held out and evaluated.
            validation_data: ``(x, y)`` to evaluate after each epoch instead.
            shuffle: whether to draw a new order each epoch.

        Raises:
            ValueError: for unequal lengths, an empty batch, NaN or infinity in the data,
                or a shape that does not fit the model.
        """
        self.require_compiled()
        if epochs != 0:
            epochs = positive("epochs", epochs)
        x, y = self.check_data(x, y, batch_size)
        if validation_data is None and validation_split:
            cut = int(len(x) * (1 - validation_split))
            if not 0 < cut < len(x):
                raise ValueError(
                    f"validation_split={validation_split} leaves {cut} of {len(x)} to train on"
                )
            x, y, validation_data = x[:cut], y[:cut], (x[cut:], y[cut:])
        if validation_data is not None:
            if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
                raise ValueError("validation_data must be a pair (x, y)")
            validation_data = self.check_data(*validation_data, batch_size)
            self.rehearse(validation_data[1])
        self.rehearse(y)
        self.gather_parameters()
        batches = -(-len(x) // batch_size)
        history = callbacks_module.History()
        watchers = [*check_callbacks(callbacks), history]
        if verbose == 2:
            watchers.append(callbacks_module.EpochPrinter(epochs))
        elif verbose:
            watchers.append(callbacks_module.ProgressBar(epochs, batches))
        for callback in watchers:
            callback.model = self
            callback.on_train_begin()
        self.stop_training = False
        for epoch in range(epochs):
            for callback in watchers:
                callback.on_epoch_begin(epoch)
            order = config.rng().permutation(len(x)) if shuffle else None
            logs = self.train_epoch(x, y, order, batch_size, watchers)
            if validation_data is not None:
                held_out = self.evaluate(*validation_data, batch_size=batch_size, return_dict=True)
                logs |= {f"val_{name}": value for name, value in held_out.items()}
            for callback in watchers:
                callback.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        for callback in watchers:
            callback.on_train_end()
        return history

    def train_epoch(self, x, y, order, batch_size, watchers=()):
        """Take one step on each batch; return the means of loss and metrics."""
        totals = Means()
        for batch, start in enumerate(range(0, len(x), batch_size)):
            part = slice(start, start + batch_size)
            if order is not None:
                part = order[part]
            value, y_pred = self.loss_and_gradients(x[part], y[part])
            self.optimizer.update(self.w, self.g)
            totals.add(len(y_pred), self.values(value, y[part], y_pred))
            for callback in watchers:
                callback.on_batch_end(batch, value)
        return totals.result()

    def evaluate(self, x, y, batch_size=32, verbose=0, return_dict=False):
        """Return the loss, or ``[loss, *metrics]``, over some data; nothing is trained.

        Raises:
            ValueError: as ``fit``.
        """
        self.require_compiled()
        x, y = self.check_data(x, y, batch_size)
        totals = Means()
        for start in range(0, len(x), batch_size):
            part = slice(start, start + batch_size)
            y_pred = self.forward(self.cast(x[part]))
            loss = self.loss_stage(y[part], y_pred)[0]
            totals.add(len(y_pred), self.values(loss, y[part], y_pred))
        logs = totals.result()
        if return_dict:
            return logs
        return list(logs.values()) if self.metrics else logs["loss"]

    def predict(self, x, batch_size=32, verbose=0):
        """Return the outputs for inputs ``(n, ...)``.

        Raises:
            ValueError: as ``fit``.
        """
        x, _ = self.check_data(x, None, batch_size)
        starts = range(0, len(x), batch_size)
        return np.concatenate([self.forward(self.cast(x[s : s + batch_size])) for s in starts])

    def __call__(self, x, training=False):
        """Return the outputs for one array of inputs, as a single batch."""
        return self.forward(self.cast(self.check_data(x, None, 1)[0]), training)

    def values(self, loss, y, y_pred):
        """Return the loss and the metrics of one batch by name."""
        return {"loss": loss} | {name: function(y, y_pred) for name, function in self.metrics}

    # ---- checks

    def rehearse(self, y):
        """Show all targets to loss and metrics, with made-up predictions.

        Labels that do not fit raise here, before a single weight has changed.
        """
        for start in range(0, len(y), 4096):  # in parts, to save memory
            part = y[start : start + 4096]
            y_pred = np.full((len(part), *self.output.shape[1:]), 0.5, self.dtype)
            self.values(self.loss.value_and_gradient(part, y_pred)[0], part, y_pred)

    def cast(self, x):
        """Return the inputs in the model's float type."""
        return np.asarray(x, dtype=self.dtype)

    def require_built(self):
        """Raise a ValueError if the model has no shapes yet."""
        if not self.layers or not all(layer.built for layer in self.layers):
            raise ValueError(
                "the model has no weights yet: start it with Input(shape), or fit it first"
            )

    def require_compiled(self):
        """Raise a ValueError if there is no optimizer and loss."""
        if self.loss is None:
            raise ValueError("the model is not compiled: call compile(optimizer, loss) first")

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


def check_callbacks(callbacks):
    """Return a list of callbacks from one, several or None, or raise a ValueError."""
    if isinstance(callbacks, callbacks_module.Callback):
        return [callbacks]
    for callback in callbacks or ():
        if not isinstance(callback, callbacks_module.Callback):
            raise ValueError(f"callbacks must be objects such as EarlyStopping(), not {callback!r}")
    return list(callbacks or ())


class Means:
    """Means over batches of unequal size: every sample counts the same."""

    def __init__(self):
        self.count, self.sums = 0, {}

    def add(self, size, values):
        """Count the means of one batch."""
        self.count += size
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + size * value

    def result(self):
        """Return the means over all samples."""
        return {name: total / self.count for name, total in self.sums.items()}


metrics_get = metrics.get  # ``compile`` has an argument called metrics
