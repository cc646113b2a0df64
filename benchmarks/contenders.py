"""The same three networks in each framework, trained and used in the same way.

A contender has ``train()``, one epoch over the images in random order with Adam, and
``predict()``, the outputs for all images. Everything is float32.
"""

from itertools import pairwise

import keras
import numpy as np
import scratch
import torch
from scratch.parallel import DataParallel
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

LEARNING_RATE = 0.001


def cnn(framework):
    """The convolutional network of the book: 93,322 parameters."""
    layers = framework.layers
    return framework.Sequential(
        [
            framework.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def dense(*units):
    """A network of dense layers on 784 pixels, ReLU in between."""

    def build(framework):
        layers = framework.layers
        hidden = [layers.Dense(number, activation="relu") for number in units]
        return framework.Sequential(
            [framework.Input((784,)), *hidden, layers.Dense(10, activation="softmax")]
        )

    return build


# name -> (how Keras and scratch build it, hidden units of a dense network or None)
NETWORKS = {
    "cnn": (cnn, None),
    "784-256-10": (dense(256), (256,)),
    "784-10-10-10": (dense(10, 10), (10, 10)),
}


def compiled(build, framework):
    """Return the network with Adam, cross-entropy and accuracy, as the sources have it."""
    model = build(framework)
    optimizer = framework.optimizers.Adam(LEARNING_RATE)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Fitted:
    """Keras or scratch, through ``fit`` and ``predict``."""

    def __init__(self, framework, network, x, y, batch_size):
        self.data = (network, x, y, batch_size)
        self.model = compiled(NETWORKS[network][0], framework)
        self.x = x[..., np.newaxis] if network == "cnn" else x.reshape(-1, 784)
        self.y, self.batch_size = y, batch_size

    def train(self):
        self.model.fit(self.x, self.y, batch_size=self.batch_size, verbose=0)

    def predict(self):
        return self.model.predict(self.x, batch_size=self.batch_size, verbose=0)


class Parallel(Fitted):
    """scratch with the batch cut over two threads, one BLAS thread each."""

    def __init__(self, network, x, y, batch_size):
        super().__init__(scratch, network, x, y, batch_size)
        build = NETWORKS[network][0]
        self.trainer = DataParallel(lambda: compiled(build, scratch), workers=2)

    def train(self):
        with threadpool_limits(1, user_api="blas"):
            order = scratch.config.rng().permutation(len(self.x))
            for start in range(0, len(order), self.batch_size):
                part = order[start : start + self.batch_size]
                self.trainer.train_on_batch(self.x[part], self.y[part])


class Torch:
    """PyTorch, eager, with the usual loop."""

    def __init__(self, network, x, y, batch_size):
        nn, hidden = torch.nn, NETWORKS[network][1]
        if network == "cnn":
            self.model = nn.Sequential(
                *[nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)],
                *[nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)],
                *[nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten()],
                *[nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10)],
            )
            self.x = torch.from_numpy(x[:, np.newaxis])
        else:
            sizes = [784, *hidden, 10]
            parts = []
            for inputs, outputs in pairwise(sizes):
                parts += [nn.Linear(inputs, outputs), nn.ReLU()]
            self.model = nn.Sequential(*parts[:-1])
            self.x = torch.from_numpy(x.reshape(-1, 784))
        self.y, self.batch_size = torch.from_numpy(y.astype(np.int64)), batch_size
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), LEARNING_RATE)

    def train(self):
        right = torch.zeros((), dtype=torch.int64)
        for part in torch.randperm(len(self.x)).split(self.batch_size):
            self.optimizer.zero_grad()
            logits = self.model(self.x[part])
            loss = self.loss(logits, self.y[part])
            loss.backward()
            self.optimizer.step()
            right += (logits.argmax(1) == self.y[part]).sum()

    def predict(self):
        with torch.no_grad():
            parts = self.x.split(self.batch_size)
            return torch.cat([self.model(part).softmax(1) for part in parts]).numpy()


class Sklearn:
    """scikit-learn's MLPClassifier; dense networks only."""

    def __init__(self, network, x, y, batch_size):
        self.model = MLPClassifier(NETWORKS[network][1], batch_size=batch_size, alpha=0.0)
        self.x, self.y, self.batch_size = x.reshape(-1, 784), y, batch_size
        self.model.partial_fit(self.x[:batch_size], self.y[:batch_size], classes=range(10))

    def train(self):
        self.model.partial_fit(self.x, self.y)

    def predict(self):
        starts = range(0, len(self.x), self.batch_size)
        parts = [self.x[start : start + self.batch_size] for start in starts]
        return np.concatenate([self.model.predict_proba(part) for part in parts])


class Floor:
    """Only the matrix products that no NumPy program can do without, on made-up numbers."""

    def __init__(self, network, x, y, batch_size):
        self.batch_size, self.n = batch_size, len(x)
        n, hidden = batch_size, NETWORKS[network][1]
        if network == "cnn":  # (rows, inputs, outputs) of each layer's product
            shapes = [
                (n * 676, 9, 32),
                (n * 100, 288, 64),  # of 11 x 11 places, pooling keeps 10 x 10
                (n * 9, 576, 64),
                (n, 576, 64),
                (n, 64, 10),
            ]
        else:
            sizes = [784, *hidden, 10]
            shapes = [(n, a, b) for a, b in pairwise(sizes)]
        rng = np.random.default_rng(0)
        self.layers = [
            tuple(rng.random(s, np.float32) for s in ((r, a), (a, b), (r, b))) for r, a, b in shapes
        ]

    def train(self):
        for _ in range(0, self.n, self.batch_size):
            for k, (inputs, kernel, grad) in enumerate(self.layers):
                inputs @ kernel
                inputs.T @ grad
                if k:
                    grad @ kernel.T

    def predict(self):
        for _ in range(0, self.n, self.batch_size):
            for inputs, kernel, _ in self.layers:
                inputs @ kernel


def contenders(network, x, y, batch_size, threads):
    """Return name -> contender for one row of the table."""
    data = (network, x, y, batch_size)
    found = {"keras": Fitted(keras, *data), "scratch": Fitted(scratch, *data)}
    if threads > 1:
        found["scratch_parallel"] = Parallel(*data)
    found["torch"] = Torch(*data)
    if network != "cnn":
        found["sklearn"] = Sklearn(*data)
    found["floor"] = Floor(*data)
    return found
