"""The sources' programs run here and on Keras: only the import lines change."""

import re

import pytest
from helpers import assert_close
from scratch import datasets
from source_programs import MNIST, PROGRAMS

IMPORT = re.compile(r"^from keras\b", flags=re.MULTILINE)


def ported(text):
    """Return a Keras program for this library: ``from scratch`` instead of ``from keras``."""
    return IMPORT.sub("from scratch", text)


@pytest.mark.parametrize("name", PROGRAMS)
def test_only_import_lines_change(name):
    before = (MNIST + PROGRAMS[name]["model"] + PROGRAMS[name]["training"]).splitlines()
    after = ported("\n".join(before)).splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) >= 2
    for a, b in changed:
        assert a.startswith("from keras") and b == a.replace("from keras", "from scratch", 1)
    assert "keras" not in "\n".join(after)
    assert "scratch" not in "\n".join(before)


@pytest.mark.parametrize(
    ("name", "weights"), [("cnn", 93_322), ("functional", 203_530), ("narrow", 8_070)]
)
def test_program_ends_with_the_same_weights_and_losses(keras, monkeypatch, name, weights):
    """100 batches of 32 real digits, float64, from the same starting weights."""
    # Keras would download MNIST; the package has it
    monkeypatch.setattr(keras.datasets.mnist, "load_data", datasets.load_mnist)
    program, mine, theirs = PROGRAMS[name], {}, {}
    exec(MNIST + program["model"], theirs)
    exec(ported(MNIST + program["model"]), mine)
    assert type(theirs["model"]).__module__.startswith("keras.")
    assert type(mine["model"]).__module__.startswith("scratch.")
    mine["model"].set_weights(theirs["model"].get_weights())
    exec(program["training"], theirs)
    exec(ported(program["training"]), mine)

    assert mine["model"].count_params() == weights
    assert mine["model"].optimizer.iterations == int(theirs["model"].optimizer.iterations) == 100
    for a, b in zip(mine["model"].get_weights(), theirs["model"].get_weights(), strict=True):
        assert_close(a, b, 1e-8)
    assert mine["history"].history.keys() == theirs["history"].history.keys()
    for key, values in mine["history"].history.items():
        assert_close(values, theirs["history"].history[key], 1e-8)
    assert_close(mine["scores"], theirs["scores"], 1e-8)
    assert mine["scores"][1] > 0.4  # both learn: chance is 0.1
