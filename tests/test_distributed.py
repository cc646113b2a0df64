"""Two real processes train one network; one dies; training goes on; nobody stays behind."""

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import psutil
import pytest
from scratch import Input, Sequential, layers, losses, optimizers
from scratch.examples import data_parallel
from scratch.examples.data_parallel import launch, run_together

STEPS, BATCH, RATE = 12, 32, 0.002
SETTINGS = {"steps": STEPS, "batch_size": BATCH, "learning_rate": RATE, "every": 4, "timeout": 100}
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
# A parent that starts one process which loses it, and prints that process's number
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""
CHILD = """
from scratch.examples.data_parallel import end_with_parent
end_with_parent()
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def no_process_is_left():
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    after = psutil.Process().children(recursive=True)
    assert [child.cmdline() for child in after if child.pid not in before] == []


def alone():
    """The same training with scratch, in this process: losses and weights."""
    model = Sequential([Input((784,)), layers.Dense(32, activation="relu"), layers.Dense(10)])
    model.compile(optimizers.Adam(RATE), losses.SparseCategoricalCrossentropy(from_logits=True))
    model.set_weights(data_parallel.initial_weights())
    x, y = data_parallel.digits(STEPS, BATCH)
    values = {}
    for step in range(1, STEPS + 1):
        part = slice((step - 1) * BATCH, step * BATCH)
        values[step] = model.train_on_batch(x[part], y[part])
    return values, model.get_weights()


def assert_same_training(result, values, weights):
    assert list(result.losses) == list(values)
    np.testing.assert_allclose(list(result.losses.values()), list(values.values()), rtol=1e-10)
    for ours, theirs in zip(result.weights, weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_two_processes_train_like_one_and_survive_the_loss_of_a_worker(tmp_path):
    values, weights = alone()

    with pytest.raises(data_parallel.WorkerError, match=r"worker 1 of 2 .* after step 8$"):
        launch(tmp_path, workers=2, crash=(1, 11), **SETTINGS)
    assert data_parallel.done_steps(tmp_path) == 8
    for worker in (0, 1):
        noted = data_parallel.read_losses(tmp_path, worker)
        assert set(range(1, 10)) <= set(noted) <= set(range(1, 11))
        for step, loss in noted.items():
            assert loss == pytest.approx(values[step], rel=1e-10)

    shutil.copytree(tmp_path, tmp_path.with_name("taken-over"))
    assert_same_training(launch(tmp_path, workers=2, **SETTINGS), values, weights)
    assert data_parallel.read_losses(tmp_path, 0) == data_parallel.read_losses(tmp_path, 1)

    # One process takes over from the checkpoint of two, started from the command line
    folder = tmp_path.with_name("taken-over")
    command = [sys.executable, "-m", "scratch.examples.data_parallel", "--workers", "1"]
    command += ["--folder", str(folder), "--steps", str(STEPS), "--batch-size", str(BATCH)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1] == f"step {STEPS}: loss {values[STEPS]:.4f}"
    with np.load(folder / "weights.npz") as file:
        found = [file[name] for name in file.files]
    result = data_parallel.Result(data_parallel.read_losses(folder), found)
    assert_same_training(result, values, weights)


# ---- nobody stays behind; these processes are cheap


def run(commands, tmp_path, timeout=30):
    logs = [tmp_path / f"{number}.txt" for number in range(len(commands))]
    return run_together(commands, [os.environ] * len(commands), logs, timeout)


def test_all_that_end_well_are_waited_for(tmp_path):
    assert run([[sys.executable, "-c", "print(1)"]] * 2, tmp_path) == [0, 0]
    assert (tmp_path / "1.txt").read_text() == "1\n"


def test_when_one_fails_the_others_are_stopped(tmp_path):
    assert run([SLEEPER, [sys.executable, "-c", "raise SystemExit(3)"]], tmp_path) == [None, 3]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_when_one_is_killed_the_others_are_stopped(tmp_path):
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run([SLEEPER, [sys.executable, "-c", kill]], tmp_path) == [None, -signal.SIGKILL]


def test_when_time_is_up_all_are_stopped_even_if_they_ignore_a_polite_request(tmp_path):
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    with pytest.raises(TimeoutError, match="after 1 seconds"):
        run([SLEEPER, [sys.executable, "-c", stubborn]], tmp_path, timeout=1)


def test_when_starting_fails_those_that_run_are_stopped(tmp_path):
    with pytest.raises(FileNotFoundError):
        run([SLEEPER, ["no-such-program"]], tmp_path)


def test_when_interrupted_all_are_stopped(tmp_path, monkeypatch):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(data_parallel.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run([SLEEPER, SLEEPER], tmp_path)


def test_a_worker_ends_when_its_parent_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE, text=True
    )
    with parent:
        child = psutil.Process(int(parent.stdout.readline()))
        assert child.is_running()
        parent.kill()
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_port_that_is_taken_meanwhile_is_tried_again(tmp_path, monkeypatch):
    answers = [[data_parallel.PORT_TAKEN, None], [None, 1]]
    monkeypatch.setattr(data_parallel, "run_together", lambda *arguments: answers.pop(0))
    for number in (0, 1):
        (tmp_path / f"log-{number}.txt").write_text(f"last words of {number}")
    with pytest.raises(data_parallel.WorkerError, match="worker 1 of 2") as caught:
        launch(tmp_path)
    assert answers == []
    assert caught.value.log == "last words of 1"


def test_the_worker_that_failed_is_named_not_the_one_that_lost_it(tmp_path, monkeypatch):
    codes = [data_parallel.PEER_LOST, 1]
    monkeypatch.setattr(data_parallel, "run_together", lambda *arguments: codes)
    (tmp_path / "log-1.txt").write_text("")
    with pytest.raises(data_parallel.WorkerError, match="worker 1 of 2 ended with exit code 1"):
        launch(tmp_path)


# ---- bad arguments, before anything is started


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"workers": 0}, "workers must be a positive whole number"),
        ({"workers": 2.0}, "workers must be a positive whole number"),
        ({"steps": -1}, "steps must be a positive whole number"),
        ({"every": 0}, "every must be a positive whole number"),
        ({"workers": 3}, "64 samples cannot be cut into 3 equal parts"),
        ({"learning_rate": 0}, "learning_rate must be a positive number"),
        ({"learning_rate": float("nan")}, "learning_rate must be a positive number"),
        ({"crash": (2, 1)}, "numbered 0 to 1"),
        ({"crash": (0, 21)}, "steps 1 to 20"),
    ],
)
def test_settings_that_cannot_work(tmp_path, monkeypatch, settings, message):
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(ValueError, match=message):
        launch(tmp_path / "new", **settings)
    assert not (tmp_path / "new").exists()


def test_a_folder_of_another_run_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    (tmp_path / "settings.json").write_text('{"batch_size": 64, "learning_rate": 0.1}')
    with pytest.raises(ValueError, match="other settings"):
        launch(tmp_path)
    (tmp_path / "settings.json").unlink()
    (tmp_path / "checkpoints").mkdir()
    state = 'model_checkpoint_path: "ckpt-30"\nall_model_checkpoint_paths: "ckpt-25"\n'
    (tmp_path / "checkpoints" / "checkpoint").write_text(state)
    assert data_parallel.done_steps(tmp_path) == 30
    with pytest.raises(ValueError, match="at step 30 already"):
        launch(tmp_path)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("two workers", "TF_CONFIG lists no cluster"),
        ('{"cluster": {"worker": ["a:1"]}}', "TF_CONFIG lists no cluster"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"index": 1}}', "but no worker 1"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"index": 0}}', "lists 1 workers, not 2"),
    ],
)
def test_a_cluster_that_cannot_work(tmp_path, monkeypatch, capsys, config, message):
    monkeypatch.setenv("TF_CONFIG", config)
    assert data_parallel.main(["--folder", str(tmp_path), "--workers", "2"]) == 2
    assert message in capsys.readouterr().err


def test_digits_do_not_depend_on_where_a_run_ends():
    x, y = data_parallel.digits(3, 8)
    longer_x, longer_y = data_parallel.digits(5, 8)
    np.testing.assert_array_equal(x, longer_x[:24])
    np.testing.assert_array_equal(y, longer_y[:24])


def test_a_crash_on_the_command_line(capsys):
    options = data_parallel.parse(["--folder", "run", "--crash", "1:13"])
    assert options["crash"] == (1, 13)
    with pytest.raises(SystemExit):
        data_parallel.parse(["--folder", "run", "--crash", "13"])
    assert "'13' is no WORKER:STEP" in capsys.readouterr().err


def test_of_a_repeated_step_the_last_loss_counts(tmp_path):
    lines = [f"{step} {loss.hex()}\n" for step, loss in [(1, 0.5), (2, 0.4), (2, 0.3)]]
    (tmp_path / "losses-0.txt").write_text("".join(lines))
    assert data_parallel.read_losses(tmp_path) == {1: 0.5, 2: 0.3}
