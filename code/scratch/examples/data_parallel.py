"""Data-parallel training of one network in several processes, with TensorFlow's own engine.

On one computer, two processes that talk over the loopback interface::

    python -m scratch.examples.data_parallel --workers 2 --steps 20 --folder run

On several computers, the same command on each of them, with the environment variable
``TF_CONFIG`` that lists all addresses and says which one this is. The folder must then be
one that all of them see. Run the command again after a crash: training goes on from the
last checkpoint in the folder.

TensorFlow is imported by the workers only. The process that starts them needs no more than
Python, waits for them, and never leaves one behind: it ends them all when one fails, when
time is up, and when it is interrupted; and a worker ends itself when it loses its parent.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from scratch import datasets
from scratch.layers.base import positive
from scratch.utils import is_number

SIZES = (784, 32, 10)
FAILED, PEER_LOST, PORT_TAKEN = 1, 74, 75  # exit codes of a worker
ATTEMPTS = 3  # a port that was free may be taken before the worker binds it
HAS_PARENT = "SCRATCH_HAS_PARENT"  # environment variable: standard input ends with the parent
QUIET = {  # for workers on this computer: exact, on the processor, without messages
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "no_proxy": "127.0.0.1",
}


class WorkerError(RuntimeError):
    """A worker failed; all were stopped. ``log`` is the end of what it wrote."""

    def __init__(self, message, log=""):
        super().__init__(message)
        self.log = log


@dataclass(frozen=True)
class Result:
    """What a run leaves in its folder.

    Attributes:
        losses: step -> mean loss over the whole batch, before the update of that step.
        weights: kernels and biases after the last step.
    """

    losses: dict
    weights: list


def order_of_digits(steps, batch_size, seed=0):
    """Return which digits of MNIST come in which place, batch after batch: ``(n,)``.

    Every epoch has an order of its own. All follow from the seed, so that each worker, and a
    run that resumes, finds the same digits in the same batch.
    """
    rng = np.random.default_rng(seed)
    epochs = -(-steps * batch_size // 60000)
    order = np.concatenate([rng.permutation(60000) for _ in range(epochs)])
    return order[: steps * batch_size]


def digits(steps, batch_size, seed=0):
    """Return inputs ``(steps * batch_size, 784)`` and labels: batch after batch, in order."""
    (x, y), _ = datasets.load_mnist()
    order = order_of_digits(steps, batch_size, seed)
    return x[order].reshape(-1, 784) / 255, y[order].astype(int)


def initial_weights(seed=0):
    """Return kernels and biases of the network 784-32-10: He's normal numbers, and zeros."""
    rng = np.random.default_rng(seed)
    weights = []
    for d, units in pairwise(SIZES):
        weights += [rng.normal(size=(d, units)) * np.sqrt(2 / d), np.zeros(units)]
    return weights


def build_training(strategy, batch_size, learning_rate):
    """Return a Keras model, its optimizer, and the function that takes one step on a batch."""
    import keras
    import tensorflow as tf

    with strategy.scope():  # every variable made here is kept equal on all workers
        model = keras.Sequential(
            [
                keras.Input((SIZES[0],)),
                keras.layers.Dense(SIZES[1], activation="relu"),
                keras.layers.Dense(SIZES[2]),
            ]
        )
        model.set_weights(initial_weights())
        optimizer = keras.optimizers.Adam(learning_rate)
        optimizer.build(model.trainable_variables)
        loss_function = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="none"
        )

    def step_on_part(x, y):
        with tf.GradientTape() as tape:
            losses = loss_function(y, model(x, training=True))
            loss = tf.reduce_sum(losses) / batch_size  # of the whole batch, not of the part
        gradients = tape.gradient(loss, model.trainable_variables)
        # Sums the gradients over the workers; a sum of our own would count them twice
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    @tf.function
    def step(x, y):
        parts = strategy.run(step_on_part, args=(x, y))
        return strategy.reduce(tf.distribute.ReduceOp.SUM, parts, axis=None)

    return model, optimizer, step


def distributed_batches(strategy, first, steps, batch_size):
    """Return the batches from number ``first`` on; each worker gets its part of each one."""
    import tensorflow as tf

    (x, y), _ = datasets.load_mnist()
    x, y = tf.constant(x.reshape(-1, 784)), tf.constant(y.astype(int))
    order = order_of_digits(steps, batch_size)[first * batch_size :]
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    dataset = tf.data.Dataset.from_tensor_slices(order).batch(batch_size, drop_remainder=True)
    dataset = dataset.map(
        lambda places: (tf.cast(tf.gather(x, places), tf.float64) / 255, tf.gather(y, places))
    ).with_options(options)
    return strategy.experimental_distribute_dataset(dataset)


def train_as_worker(folder, steps, batch_size, learning_rate, every, crash=None):
    """Train as the one worker that ``TF_CONFIG`` names; resume if there is a checkpoint.

    All workers save, since saving may need all of them, but only the first, the chief,
    saves to the place from which a run resumes.
    """
    from scratch.utils import exact_keras

    exact_keras()
    import tensorflow as tf

    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    number = strategy.cluster_resolver.task_id
    model, optimizer, step = build_training(strategy, batch_size, learning_rate)
    done = tf.Variable(0, dtype=tf.int64, trainable=False)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer, done=done)
    latest = tf.train.latest_checkpoint(folder / "checkpoints")
    if latest:
        checkpoint.restore(latest).assert_existing_objects_matched()
    place = "checkpoints" if number == 0 else f"checkpoints-of-worker-{number}"
    manager = tf.train.CheckpointManager(checkpoint, folder / place, max_to_keep=2)

    first = int(done.numpy())
    batches = iter(distributed_batches(strategy, first, steps, batch_size))
    for current in range(first + 1, steps + 1):
        if crash == (number, current):
            os._exit(FAILED)  # at once, without a farewell, as if the power had failed
        loss = float(step(*next(batches)))
        done.assign(current)
        with open(folder / f"losses-{number}.txt", "a", encoding="utf-8") as file:
            file.write(f"{current} {loss.hex()}\n")
        if current % every == 0 or current == steps:
            manager.save(checkpoint_number=current)
    if number == 0:
        np.savez(folder / "weights.npz", *model.get_weights())


def done_steps(folder):
    """Return the number of the step after which the last checkpoint was written, or 0."""
    state = Path(folder) / "checkpoints" / "checkpoint"
    if not state.exists():
        return 0
    found = re.search(r'model_checkpoint_path: ".*ckpt-(\d+)"', state.read_text("utf-8"))
    return int(found[1])


def read_losses(folder, worker=0):
    """Return step -> loss as one worker noted them; of a repeated step, the last one."""
    lines = (Path(folder) / f"losses-{worker}.txt").read_text("utf-8").splitlines()
    return {int(step): float.fromhex(loss) for step, loss in map(str.split, lines)}


def check_settings(folder, workers, steps, batch_size, learning_rate, every, crash):
    """Raise a ValueError for settings that cannot work, or that differ from the folder's."""
    for name in ("workers", "steps", "batch_size", "every"):
        positive(name, locals()[name])
    if not (is_number(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate must be a positive number, not {learning_rate!r}")
    if batch_size % workers:
        raise ValueError(f"{batch_size} samples cannot be cut into {workers} equal parts")
    if crash is not None and not (0 <= crash[0] < workers and 1 <= crash[1] <= steps):
        raise ValueError(
            f"crash names worker {crash[0]} and step {crash[1]}, but workers are numbered "
            f"0 to {workers - 1} and steps 1 to {steps}"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if done_steps(folder) > steps:
        raise ValueError(f"the folder is at step {done_steps(folder)} already, after {steps}")
    ours = {"batch_size": batch_size, "learning_rate": learning_rate}
    noted = folder / "settings.json"
    if noted.exists() and (theirs := json.loads(noted.read_text("utf-8"))) != ours:
        raise ValueError(f"the run in this folder has other settings: {theirs}, not {ours}")
    if not noted.exists():
        partial = folder / f"settings-{os.getpid()}.partial"
        partial.write_text(json.dumps(ours), encoding="utf-8")
        partial.replace(noted)  # in one piece, whoever else writes it


def free_addresses(count):
    """Return addresses on the loopback interface whose ports are free now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))  # 0: the system chooses
        return [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    finally:
        for each in sockets:
            each.close()


def stop(process):
    """End a process and all of its group, and wait until it is gone."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)  # TensorFlow does not heed SIGTERM
            else:
                process.kill()
    process.wait()
    if process.stdin:
        process.stdin.close()


def run_together(commands, environments, logs, timeout):
    """Run processes side by side until all have ended or one has failed; then stop the rest.

    Returns:
        The exit codes; None for a process that was stopped.

    Raises:
        TimeoutError: if they have not ended after ``timeout`` seconds.
    """
    started = []
    try:
        for command, environment, log in zip(commands, environments, logs, strict=True):
            with open(log, "wb") as file:
                started.append(
                    subprocess.Popen(
                        command,
                        env=environment,
                        stdin=subprocess.PIPE,  # ends when we end: see end_with_parent
                        stdout=file,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                )
        deadline = time.monotonic() + timeout
        while True:
            codes = [process.poll() for process in started]
            if any(codes) or None not in codes:
                return codes
            if time.monotonic() > deadline:
                raise TimeoutError(f"the workers were stopped after {timeout:g} seconds")
            time.sleep(0.02)
    finally:
        for process in started:
            stop(process)


def launch(
    folder,
    workers=2,
    steps=20,
    batch_size=64,
    learning_rate=0.002,
    every=5,
    crash=None,
    timeout=180,
):
    """Train in several processes on this computer; resume if the folder has a checkpoint.

    Args:
        folder: where checkpoints, losses, weights and logs go. It is made if need be.
        workers: the number of processes.
        steps: the step at which the run ends, counted from the first run in this folder.
        batch_size: samples in a step, over all workers.
        every: number of steps from one checkpoint to the next.
        crash: ``(worker, step)`` to let this worker end itself just before this step.
        timeout: seconds after which everything is stopped.

    Returns:
        A ``Result``.

    Raises:
        ValueError: for settings that cannot work, before anything is started.
        WorkerError: if a worker failed. All have ended then.
        TimeoutError: if time was up. All have ended then.
    """
    check_settings(folder, workers, steps, batch_size, learning_rate, every, crash)
    folder = Path(folder).resolve()
    command = [sys.executable, "-m", __name__ if __name__ != "__main__" else __spec__.name]
    command += ["--folder", str(folder), "--workers", str(workers), "--steps", str(steps)]
    command += ["--batch-size", str(batch_size), "--learning-rate", repr(learning_rate)]
    command += ["--every", str(every), *(["--crash", "{}:{}".format(*crash)] if crash else [])]
    logs = [folder / f"log-{number}.txt" for number in range(workers)]
    for _ in range(ATTEMPTS):
        cluster = {"worker": free_addresses(workers)}
        tasks = [{"type": "worker", "index": number} for number in range(workers)]
        configs = [json.dumps({"cluster": cluster, "task": task}) for task in tasks]
        shared = os.environ | QUIET | {HAS_PARENT: "1"}
        environments = [shared | {"TF_CONFIG": config} for config in configs]
        codes = run_together([command] * workers, environments, logs, timeout)
        if PORT_TAKEN not in codes:
            break
    if any(codes):
        failed = [k for k, code in enumerate(codes) if code]
        # A worker that only lost its peer is not the cause, if we know another
        cause = next((k for k in failed if codes[k] != PEER_LOST), failed[0])
        raise WorkerError(
            f"worker {cause} of {workers} ended with exit code {codes[cause]}; all were stopped. "
            f"Run again to go on after step {done_steps(folder)}",
            logs[cause].read_text("utf-8", errors="replace")[-2000:],
        )
    with np.load(folder / "weights.npz") as file:
        return Result(read_losses(folder), [file[name] for name in file.files])


def end_with_parent():
    """End this process when the one that started it is gone, however that ended."""

    def wait():
        os.read(0, 1)  # our end of a pipe; it returns when the other end is closed
        os._exit(FAILED)

    threading.Thread(target=wait, daemon=True).start()


def worker_of(config):
    """Return the number of this worker and of all workers from the text of ``TF_CONFIG``.

    >>> worker_of('{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"index": 1}}')
    (1, 2)
    """
    try:
        config = json.loads(config)
        number, workers = config["task"]["index"], len(config["cluster"]["worker"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"TF_CONFIG lists no cluster of workers and a task: {error!r}") from None
    if number not in range(workers):
        raise ValueError(f"TF_CONFIG has {workers} workers, but no worker {number}")
    return number, workers


def be_worker(arguments):
    """Run one worker and return its exit code."""
    if os.environ.get(HAS_PARENT):
        end_with_parent()
    folder = arguments.pop("folder")
    try:
        train_as_worker(folder, **arguments)
    except Exception as error:  # in the log, and for the parent as a number
        traceback.print_exc()
        if "Could not start gRPC server" in str(error):
            return PORT_TAKEN
        lost = type(error).__name__ in ("UnavailableError", "AbortedError", "CancelledError")
        return PEER_LOST if lost else FAILED
    return 0


def worker_and_step(text):
    """Read ``1:13`` as worker 1, step 13."""
    try:
        worker, step = map(int, text.split(":"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no WORKER:STEP, such as 1:13") from None
    return worker, step


def parse(arguments=None):
    """Return the command line as a dictionary."""
    parser = argparse.ArgumentParser(prog="data_parallel", description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="checkpoints and results")
    parser.add_argument("--workers", type=int, help="default: 2, or as many as TF_CONFIG lists")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=64, help="over all workers")
    parser.add_argument("--learning-rate", type=float, default=0.002)
    parser.add_argument("--every", type=int, default=5, help="steps between two checkpoints")
    parser.add_argument("--crash", type=worker_and_step, metavar="WORKER:STEP")
    parser.add_argument("--timeout", type=float, default=180, help="seconds, on one computer")
    return vars(parser.parse_args(arguments))


def main(arguments=None):
    """Be a worker if there is a ``TF_CONFIG``, else start some; return the exit code."""
    options = parse(arguments)
    timeout, config = options.pop("timeout"), os.environ.get("TF_CONFIG")
    try:
        if config:
            _, listed = worker_of(config)
            if options["workers"] not in (None, listed):
                raise ValueError(f"TF_CONFIG lists {listed} workers, not {options['workers']}")
            del options["workers"]
            if not os.environ.get(HAS_PARENT):  # else the parent has checked
                check_settings(workers=listed, **options)
            return be_worker(options)
        options["workers"] = 2 if options["workers"] is None else options["workers"]
        result = launch(**options, timeout=timeout)
    except (ValueError, TimeoutError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except WorkerError as error:
        print(f"{error.log}\nerror: {error}", file=sys.stderr)
        return FAILED
    for step, loss in result.losses.items():
        print(f"step {step}: loss {loss:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
