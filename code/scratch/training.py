"""Training: compile, fit, evaluate and predict, with Keras's arguments and return values."""

import numpy as np

from scratch import callbacks as callbacks_module
from scratch import config, losses, optimizers
from scratch import metrics as metrics_module
from scratch.layers.base import positive


class Trainer:
    """The part of a model that trains it. The model brings ``forward`` and ``backward``."""

    optimizer = loss = None
    stop_training = False

    def compile(self, optimizer="rmsprop", loss=None, metrics=()):
        """Choose how to train: an optimizer, a loss and metrics, as names or objects.

        Raises:
            ValueError: for an unknown name, with the nearest one that is known.
        """
        if loss is None:
            raise ValueError('compile needs a loss, for example loss="mse"')
        if isinstance(metrics, str):
            raise ValueError(f"metrics must be a list, such as [{metrics!r}], not {metrics!r}")
        chosen = (
            optimizers.get(optimizer),
            losses.get(loss),
            [*map(metrics_module.get, metrics or ())],
        )
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

    def require_compiled(self):
        """Raise a ValueError if there is no optimizer and loss."""
        if self.loss is None:
            raise ValueError("the model is not compiled: call compile(optimizer, loss) first")


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
