"""Callbacks: code that ``fit`` calls at fixed moments."""

import warnings

from tqdm import tqdm


class Callback:
    """Base: override the moments you need. ``self.model`` is the model that trains."""

    model = None

    def on_train_begin(self):
        """Before the first epoch."""

    def on_epoch_begin(self, epoch):
        """Before each epoch, counted from 0."""

    def on_batch_end(self, batch, loss):
        """After each update, with the loss of that batch."""

    def on_epoch_end(self, epoch, logs):
        """After each epoch, with a dictionary of losses and metrics."""

    def on_train_end(self):
        """After the last epoch."""


class History(Callback):
    """Keep every epoch's logs; ``fit`` makes one and returns it.

    Attributes:
        epoch: the epochs, counted from 0.
        history: name -> list with one value an epoch.
    """

    def on_train_begin(self):
        """Start empty."""
        self.epoch, self.history = [], {}

    def on_epoch_end(self, epoch, logs):
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)


class EarlyStopping(Callback):
    """Stop when a watched value has not improved for ``patience`` epochs.

    Args:
        monitor: the name of the value, such as ``"val_loss"``.
        min_delta: the smallest change that counts as an improvement.
        patience: how many epochs without improvement are allowed.
        mode: ``"min"``, ``"max"``, or ``"auto"`` (max for accuracies).
        restore_best_weights: whether to end with the weights of the best epoch.

    Reference: Prechelt (1998).
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0.0,
        patience=0,
        mode="auto",
        restore_best_weights=False,
    ):
        if mode not in ("auto", "min", "max"):
            raise ValueError(f'mode must be "auto", "min" or "max", not {mode!r}')
        self.monitor, self.min_delta, self.patience = monitor, abs(min_delta), patience
        upward = mode == "max" or (mode == "auto" and "acc" in monitor)
        self.sign = 1 if upward else -1
        self.restore_best_weights = restore_best_weights

    def on_train_begin(self):
        """Forget earlier runs."""
        self.best, self.best_weights, self.wait, self.stopped_epoch = None, None, 0, 0

    def on_epoch_end(self, epoch, logs):
        """Compare with the best so far."""
        if self.monitor not in logs:
            warnings.warn(
                f"EarlyStopping watches {self.monitor!r}, but there is only {', '.join(logs)}",
                stacklevel=2,
            )
            return
        score = self.sign * logs[self.monitor]
        if self.best is None or score > self.best + self.min_delta:
            self.best, self.wait = score, 0
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self):
        """Go back to the best weights, if asked."""
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)


class LambdaCallback(Callback):
    """Make a callback from one function ``on_epoch_end(epoch, logs)``."""

    def __init__(self, on_epoch_end):
        self.function = on_epoch_end

    def on_epoch_end(self, epoch, logs):
        self.function(epoch, logs)


class ProgressBar(Callback):
    """A tqdm bar over the batches of each epoch; ``fit(verbose=1)`` adds it."""

    def __init__(self, epochs, batches):
        self.epochs, self.batches = epochs, batches

    def on_epoch_begin(self, epoch):
        self.bar = tqdm(total=self.batches, desc=f"Epoch {epoch + 1}/{self.epochs}")

    def on_batch_end(self, batch, loss):
        self.bar.update()

    def on_epoch_end(self, epoch, logs):
        """Show the values and close it."""
        self.bar.set_postfix({name: f"{value:.4f}" for name, value in logs.items()})
        self.bar.close()


class EpochPrinter(Callback):
    """One printed line an epoch, without times; ``fit(verbose=2)`` adds it."""

    def __init__(self, epochs):
        self.epochs = epochs

    def on_epoch_end(self, epoch, logs):
        values = " - ".join(f"{name}: {value:.4f}" for name, value in logs.items())
        print(f"Epoch {epoch + 1}/{self.epochs} - {values}")
