"""Fixtures: every test starts with the same seed and float type; Keras is imported once."""

import pytest
from scratch import config


@pytest.fixture(autouse=True)
def same_start():
    config.set_floatx("float64")
    config.set_random_seed(0)
    yield
    config.set_floatx("float64")


@pytest.fixture
def keras():
    """Keras in float64, seeded afresh, so that no test depends on those before it."""
    from scratch.utils import exact_keras

    return exact_keras(seed=0)
