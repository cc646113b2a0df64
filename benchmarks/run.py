"""Measure the library against its peers, and train on all of MNIST. By hand: `make benchmarks`.

Two results are written to benchmarks/results/, and the book reads them:

    speed.json       three networks, float32, batch 32 and 128, one and two threads, training
                     and prediction: Keras, PyTorch, scikit-learn, scratch and the bare matrix
                     products take turns, so that all meet the same machine
    full_mnist.json  five epochs of the convolutional network on all 60,000 images

Times of one machine mean nothing on another; the ratios of one run do.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
COMMAND = "make benchmarks"
NETWORKS = ("cnn", "784-256-10", "784-10-10-10")
BATCH_SIZES = (32, 128)
THREADS = (1, 2)
SPEED_IMAGES = 3200
ROUNDS = 5
EPOCHS = 5
SEEDS = (0, 1, 2)


def images():
    """Return MNIST as float32 from 0 to 1, after setting all that must precede the imports."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import keras
    from scratch import config, datasets

    config.set_floatx("float32")
    keras.config.set_floatx("float32")
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    x_train, x_test = (x.astype("float32") / 255 for x in (x_train, x_test))
    return (x_train, y_train), (x_test, y_test)


def seed_all(seed):
    """Seed everything that draws random numbers."""
    import keras
    from scratch import config

    keras.utils.set_random_seed(seed)
    config.set_random_seed(seed)


def take_turns(contenders, action):
    """Return name -> seconds of each round; everybody has one turn in each round."""
    seconds = {name: [] for name in contenders}
    for round_number in range(ROUNDS + 1):
        for name, contender in contenders.items():
            start = time.perf_counter()
            getattr(contender, action)()
            if round_number:  # the first round compiles and warms up
                seconds[name].append(time.perf_counter() - start)
    return seconds


def measure_speed(threads):
    """Print the rows of the table for one number of threads, as JSON."""
    (x, y), _ = images()
    x, y = x[:SPEED_IMAGES], y[:SPEED_IMAGES]
    import contenders as peers
    import numpy as np
    import torch

    torch.set_num_threads(threads)
    rows = []
    for network in NETWORKS:
        for batch_size in BATCH_SIZES:
            seed_all(0)
            found = peers.contenders(
                network, x[:SPEED_IMAGES], y[:SPEED_IMAGES], batch_size, threads
            )
            for action in ("train", "predict"):
                active = found
                if action == "predict":
                    active = {key: found[key] for key in found if key != "scratch_parallel"}
                seconds = take_turns(active, action)
                keras = np.array(seconds["keras"])
                milliseconds = {
                    key: round(1000 * float(np.median(value)) * batch_size / SPEED_IMAGES, 4)
                    for key, value in seconds.items()
                }
                ratios = {
                    key: round(float(np.median(keras / np.array(value))), 2)
                    for key, value in seconds.items()
                }
                row = {"network": network, "batch_size": batch_size, "threads": threads}
                row |= {"action": action, "ms_per_step": milliseconds, "times_keras": ratios}
                if (network, action) == ("cnn", "train"):
                    row["profile"] = profile(peers.Fitted(peers.scratch, *found["scratch"].data))
                rows.append(row)
                print(row, file=sys.stderr, flush=True)
    print(json.dumps(rows))


def profile(contender):
    """Return part of a training step -> its share of the time, for a scratch model."""
    model, spent = contender.model, {}

    def timed(owner, method, label):
        function = getattr(owner, method)

        def run(*arguments, **keywords):
            start = time.perf_counter()
            result = function(*arguments, **keywords)
            spent[label] = spent.get(label, 0.0) + time.perf_counter() - start
            return result

        setattr(owner, method, run)

    for position, step, _ in model.steps:
        layer = model.layers[position - 1]
        name = layer.name
        if step is not layer:  # a convolution and its pooling are one step
            name = f"{step.convolution.name} + {name}"
        timed(step, "forward", f"{name} forward")
        timed(step, "backward", f"{name} backward")
    timed(model.layers[-1], "backward_logits", f"{model.layers[-1].name} backward")
    timed(model.optimizer, "update", "optimizer")
    start = time.perf_counter()
    contender.train()
    total = time.perf_counter() - start
    shares = {label: round(seconds / total, 4) for label, seconds in spent.items()}
    return shares | {"everything else": round(1 - sum(spent.values()) / total, 4)}


def speed_in_children():
    """Return all rows; thread counts are fixed when a process starts, so each has its own."""
    rows = []
    for threads in THREADS:
        number = str(threads)
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
        # Each library chooses its own kernels for this processor: no override stands
        own = {name: value for name, value in os.environ.items() if "OPENBLAS_" not in name}
        environment = own | dict.fromkeys(names, number)
        command = [sys.executable, __file__, "--threads", number]
        result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        rows += json.loads(result.stdout.splitlines()[-1])
    return rows


def train_fully():
    """Return test accuracy and loss after each epoch of the CNN on all of MNIST."""
    (x, y), (x_test, y_test) = images()
    import contenders as peers
    import keras
    import scratch

    x, x_test = x[..., None], x_test[..., None]
    runs = []
    for seed in SEEDS:
        for name, framework in {"scratch": scratch, "keras": keras}.items():
            seed_all(seed)
            model = peers.compiled(peers.cnn, framework)
            run = {"framework": name, "seed": seed, "test_accuracy": [], "test_loss": []}
            for epoch in range(EPOCHS):
                model.fit(x, y, batch_size=32, verbose=0)
                loss, accuracy = model.evaluate(x_test, y_test, batch_size=200, verbose=0)
                run["test_accuracy"].append(round(float(accuracy), 4))
                run["test_loss"].append(round(float(loss), 4))
                print(f"{name} seed {seed} epoch {epoch + 1}: {accuracy:.4f}", flush=True)
            runs.append(run)
    return runs


def write(name, content):
    """Write a result with what is needed to read it."""
    packages = ("numpy", "keras", "tensorflow-cpu", "torch", "scikit-learn")
    record = {
        "command": COMMAND,
        "floatx": "float32",
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
        "cores": os.cpu_count(),
        **content,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / name).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"wrote benchmarks/results/{name}")


def main():
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["speed", "full"], help="one of the two measurements")
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.threads:
        measure_speed(chosen.threads)
        return
    if chosen.only != "full":
        rows = speed_in_children()
        write("speed.json", {"images": SPEED_IMAGES, "rounds": ROUNDS, "rows": rows})
    if chosen.only != "speed":
        runs = train_fully()
        write("full_mnist.json", {"epochs": EPOCHS, "batch_size": 32, "runs": runs})


if __name__ == "__main__":
    main()
