"""Measure the library against Keras, and train on all of MNIST. Run by hand: `make benchmarks`.

Two results are written to benchmarks/results/ and read by the book:

    speed.json       the three networks of the book, float32, batch 32 and 128: Keras and
                     scratch take turns, so that both meet the same machine; medians and ratios
    full_mnist.json  five epochs of the convolutional network on all 60,000 images

Times of one machine mean nothing on another; the ratios of one run do.
"""

import argparse
import json
import os
import platform
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import scratch
from scratch import config, datasets

RESULTS = Path(__file__).parent / "results"
FRAMEWORKS = {"keras": keras, "scratch": scratch}
BATCH_SIZES = (32, 128)
SPEED_IMAGES = 3200
ROUNDS = 9
EPOCHS = 5
SEEDS = (0, 1, 2)


def cnn(framework):
    """The convolutional network: 93,322 parameters."""
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
    """A network of dense layers, 784 inputs, ReLU in between."""

    def build(framework):
        layers = framework.layers
        hidden = [layers.Dense(number, activation="relu") for number in units]
        return framework.Sequential(
            [framework.Input((784,)), *hidden, layers.Dense(10, activation="softmax")]
        )

    return build


NETWORKS = {
    "cnn": (cnn, (-1, 28, 28, 1)),
    "784-256-10": (dense(256), (-1, 784)),
    "784-10-10-10": (dense(10, 10), (-1, 784)),
}


def compiled(build, framework):
    model = build(framework)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def seed_all(seed):
    keras.utils.set_random_seed(seed)
    config.set_random_seed(seed)


def measure_speed(x, y):
    """Return, for each network and batch size, milliseconds a step and the ratio."""
    rows = []
    for name, (build, shape) in NETWORKS.items():
        images = x[:SPEED_IMAGES].reshape(shape)
        for batch_size in BATCH_SIZES:
            seed_all(0)
            models = {key: compiled(build, value) for key, value in FRAMEWORKS.items()}
            times = {key: [] for key in models}
            for round_number in range(ROUNDS + 1):
                for key, model in models.items():
                    start = time.perf_counter()
                    model.fit(images, y[:SPEED_IMAGES], batch_size=batch_size, verbose=0)
                    if round_number:  # the first round compiles
                        times[key].append(time.perf_counter() - start)
            steps = SPEED_IMAGES / batch_size
            medians = {key: 1000 * float(np.median(times[key])) / steps for key in times}
            ratios = np.array(times["keras"]) / np.array(times["scratch"])
            row = {
                "network": name,
                "batch_size": batch_size,
                "ms_per_step": {key: round(value, 3) for key, value in medians.items()},
                "ratio": round(float(np.median(ratios)), 2),
                "ratio_range": [round(float(ratios.min()), 2), round(float(ratios.max()), 2)],
            }
            rows.append(row)
            print(f"{name:14} batch {batch_size:3}: {row['ratio']:.2f} times Keras", flush=True)
    return rows


def train_fully(train, test, frameworks, seeds):
    """Return test accuracy and loss after each epoch of the CNN on all of MNIST."""
    x, y = train
    runs = []
    for seed in seeds:
        for key in frameworks:
            seed_all(seed)
            model = compiled(cnn, FRAMEWORKS[key])
            run = {"framework": key, "seed": seed, "test_accuracy": [], "test_loss": []}
            for epoch in range(EPOCHS):
                model.fit(x, y, batch_size=32, verbose=0)
                loss, accuracy = model.evaluate(*test, batch_size=200, verbose=0)
                run["test_accuracy"].append(round(float(accuracy), 4))
                run["test_loss"].append(round(float(loss), 4))
                print(f"{key} seed {seed} epoch {epoch + 1}: {accuracy:.4f}", flush=True)
            runs.append(run)
    return runs


def write(name, command, content):
    RESULTS.mkdir(exist_ok=True)
    record = {
        "command": command,
        "floatx": config.floatx(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "keras": keras.__version__,
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "all cores"),
        "cores": os.cpu_count(),
        **content,
    }
    (RESULTS / name).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"wrote benchmarks/results/{name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["speed", "full"], help="one of the two measurements")
    only = parser.parse_args().only
    command = "make benchmarks"
    config.set_floatx("float32")
    keras.config.set_floatx("float32")
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    x_train, x_test = (x.astype("float32")[..., np.newaxis] / 255 for x in (x_train, x_test))
    if only != "full":
        rows = measure_speed(x_train, y_train)
        write("speed.json", command, {"images": SPEED_IMAGES, "rounds": ROUNDS, "rows": rows})
    if only != "speed":
        runs = train_fully((x_train, y_train), (x_test, y_test), FRAMEWORKS, SEEDS)
        write("full_mnist.json", command, {"epochs": EPOCHS, "batch_size": 32, "runs": runs})


if __name__ == "__main__":
    main()
