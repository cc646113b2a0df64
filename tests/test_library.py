"""What the library promises beyond its formulas: seeds, types, files, callbacks, data."""

import code as standard_code
import gzip
import io
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import helpers
import numpy as np
import pytest
import scratch
from scratch import (
    Input,
    Model,
    Sequential,
    activations,
    callbacks,
    config,
    datasets,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    plots,
    saving,
    utils,
)
from scratch.parallel import DataParallel

ROOT = Path(__file__).resolve().parents[1]
X = np.random.default_rng(0).normal(size=(20, 6, 6, 2))
LABELS = np.arange(20) % 3


def every_layer_model():
    """Return a functional model that holds every layer of the library."""
    x = Input((6, 6, 2))
    h = layers.Rescaling(0.5, offset=0.1)(x)
    h = layers.Conv2D(3, 3, padding="same", activation="relu")(h)
    branch = layers.Conv2D(3, (3, 2), padding="same", use_bias=False)(h)
    branch = layers.BatchNormalization(momentum=0.7, epsilon=0.01)(branch)
    h = layers.Add()([branch, h])
    h = layers.Activation("gelu")(h)
    h = layers.MaxPooling2D((2, 3), strides=1, padding="same")(h)
    h = layers.AveragePooling2D(2, strides=(1, 2))(h)
    pooled = layers.GlobalAveragePooling2D()(h)
    flat = layers.Dense(3, activation="elu", name="bottleneck")(layers.Flatten()(h))
    h = layers.Dropout(0.25)(layers.Add()([pooled, flat]))
    return Model(x, layers.Dense(3, activation="softmax")(h))


def small_model(units=4):
    return Sequential([Input((3,)), layers.Dense(units, "tanh"), layers.Dense(2)])


def small_data(n=12):
    return helpers.draw((n, 3)), helpers.draw((n, 2), 1)


def train(model, **options):
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(X, LABELS, **({"epochs": 2, "batch_size": 8, "verbose": 0} | options))


def assert_same_arrays(these, those):
    for a, b in zip(these, those, strict=True):
        np.testing.assert_array_equal(a, b)


# ---- seeds and float types


def test_the_same_seed_gives_the_same_weights_and_training():
    runs = []
    for seed in (3, 3, 4):
        config.set_random_seed(seed)
        model = every_layer_model()
        history = train(model)  # shuffles, drops out
        runs.append((model.get_weights(), history.history["loss"]))
    assert_same_arrays(runs[0][0], runs[1][0])
    assert runs[0][1] == runs[1][1]
    assert runs[0][1] != runs[2][1]


def test_a_seeded_initializer_ignores_the_shared_generator():
    make = scratch.initializers.HeNormal
    np.testing.assert_array_equal(make(seed=1)((3, 4)), make(seed=1)((3, 4)))
    assert np.any(make()((3, 4)) != make()((3, 4)))


def arrays_inside(thing, seen):
    """Yield all arrays that an object holds, however deep."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from arrays_inside(value, seen)
    elif isinstance(thing, (list, tuple)):
        for value in thing:
            yield from arrays_inside(value, seen)
    elif type(thing).__module__.startswith("scratch"):
        yield from arrays_inside(vars(thing), seen)


@pytest.mark.parametrize("optimizer", optimizers.OPTIMIZERS)
def test_a_float32_model_holds_no_float64(optimizer):
    config.set_floatx("float32")
    model = every_layer_model()
    model.compile(optimizer, "sparse_categorical_crossentropy")
    model.fit(X, LABELS, epochs=1, batch_size=8, verbose=0)
    _, outputs = model.loss_and_gradients(X, LABELS)
    model.backward(np.ones_like(outputs))
    found = [a for a in arrays_inside(model, set()) if a.dtype.kind == "f"]
    assert len(found) > 30  # parameters, gradients, what forward keeps, the optimizer's vectors
    assert {a.dtype.name for a in found} == {"float32"}
    assert model.predict(X).dtype == outputs.dtype == np.float32


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_activations_keep_float32(name):
    function, backward = activations.get(name)
    z = helpers.draw((3, 4)).astype(np.float32)
    a = function(z)
    assert a.dtype == np.float32
    assert backward(np.ones_like(z), z, a).dtype == np.float32


@pytest.mark.parametrize("name", losses.LOSSES)
def test_losses_keep_float32(name):
    y_pred = np.full((4, 3), 0.25, np.float32)
    y = np.arange(4) % 3 if name.startswith("sparse") else helpers.one_hot(4, 3)
    loss = losses.get(name)
    assert loss.gradient(y, y_pred).dtype == np.float32
    if hasattr(loss, "from_logits") and loss.belongs_to:
        assert type(loss)(from_logits=True).gradient(y, y_pred).dtype == np.float32


def test_a_loaded_model_keeps_its_float_type(tmp_path):
    config.set_floatx("float32")
    model = small_model()
    config.set_floatx("float64")
    model.save(tmp_path / "model.npz")
    loaded = models.load_model(tmp_path / "model.npz")
    assert loaded.predict(small_data()[0]).dtype == np.float32
    assert config.floatx() == "float64"


# ---- no layer writes on its caller's arrays


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("case", helpers.LAYER_CASES)
def test_a_layer_leaves_its_callers_arrays_alone(case, training):
    layer, x = helpers.make_case(case)
    before = helpers.snapshot(x)
    y = layer(x, training=training)
    grad = helpers.draw(y.shape, 1)
    grad_before, y_before = grad.copy(), y.copy()
    first = helpers.snapshot(layer.backward(grad))
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(grad, grad_before)
    np.testing.assert_array_equal(y, y_before)
    assert_same_arrays(layer.backward(grad), first)  # and backward can be repeated


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_an_activation_leaves_its_callers_arrays_alone(name):
    layer = layers.Activation(name)
    x, grad = helpers.draw((3, 4)), helpers.draw((3, 4), 1)
    copies = x.copy(), grad.copy()
    layer(x)
    layer.backward(grad)
    assert_same_arrays((x, grad), copies)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_a_loss_leaves_its_callers_arrays_alone(name):
    y_pred = np.random.default_rng(0).uniform(0.1, 0.9, (4, 3))
    y = LABELS[:4].copy() if name.startswith("sparse") else helpers.one_hot(4, 3)
    copies = y.copy(), y_pred.copy()
    losses.get(name).value_and_gradient(y, y_pred)
    assert_same_arrays((y, y_pred), copies)


def test_fit_leaves_the_data_alone():
    x, y = X.copy(), LABELS.copy()
    train(every_layer_model(), validation_split=0.2)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, LABELS)


# ---- weights


def test_get_and_set_weights_copy():
    model = small_model()
    weights = model.get_weights()
    weights[0][...] = 7
    assert np.all(model.get_weights()[0] != 7)
    model.set_weights(weights)
    weights[0][...] = 8
    assert np.all(model.get_weights()[0] == 7)


def test_parameters_and_gradients_are_views_into_one_vector():
    model = small_model()
    before = model.get_weights()
    model.compile("sgd", "mse")
    model.train_on_batch(*small_data())
    assert model.w.shape == model.g.shape == (model.count_params(),)
    for layer in model.layers:
        for name, param in layer.params.items():
            assert np.shares_memory(param, model.w)
            assert np.shares_memory(layer.grads[name], model.g)
    model.w[...] = 1.5
    assert all(np.all(w == 1.5) for w in model.get_weights())
    assert model.layers[0].kernel[0, 0] == 1.5
    model.set_weights(before)
    np.testing.assert_array_equal(model.w, np.concatenate([w.ravel() for w in before]))


def two_models(shared_first):
    """Return two models that share one layer, and the layer."""
    x = Input((3,))
    shared = layers.Dense(2, name="shared")
    if shared_first:
        h = shared(x)
        return Model(x, layers.Dense(2)(h)), Model(x, layers.Dense(2)(h)), shared
    h = shared(x)  # here a layer of its own comes first in each model
    pair = [Model(x, layers.Add()([layers.Dense(2)(x), h])) for _ in range(2)]
    return *pair, shared


@pytest.mark.parametrize("shared_first", [True, False])
def test_two_models_that_share_a_layer_both_train_it(shared_first):
    first, second, shared = two_models(shared_first)
    x, y = small_data()
    for model in (first, second):
        model.compile(optimizers.SGD(0.1), "mse")
    for model in (first, second, first, second, first):
        before = [w.copy() for layer in model.layers for w in layer.params.values()]
        kernel = shared.kernel.copy()
        loss = model.train_on_batch(x, y)
        after = [w for layer in model.layers for w in layer.params.values()]
        assert all(np.any(a != b) for a, b in zip(before, after, strict=True))
        assert np.any(shared.kernel != kernel)
        assert model.evaluate(x, y) < loss  # a small step downhill helps
    np.testing.assert_array_equal(
        first.get_layer("shared").get_weights()[0], second.get_layer("shared").get_weights()[0]
    )


def test_a_layer_added_after_training_is_trained():
    model = small_model()
    x, y = small_data()
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    model.add(layers.Dense(2))
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(x, y, verbose=0)
    assert all(np.any(a != b) for a, b in zip(before, model.get_weights(), strict=True))


def test_a_part_of_a_trained_model_shares_its_weights():
    x = Input((3,))
    h = layers.Dense(4, "tanh")(x)
    whole, part = Model(x, layers.Dense(2)(h)), Model(x, h)
    whole.compile("sgd", "mse")
    whole.fit(*small_data(), verbose=0)
    assert_same_arrays(part.get_weights(), whole.get_weights()[:2])


@pytest.mark.parametrize("size", [(9, 9), (10, 13)], ids=str)
@pytest.mark.parametrize("pool", [2, 3, (1, 2)], ids=str)
@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("strides", [1, 2])
def test_convolution_and_pooling_in_one_step_equal_the_two_layers(
    size, pool, use_bias, channels, strides
):
    """Also with rows that pooling drops, and with ties: whole numbers make many."""
    rng = np.random.default_rng(0)
    x = rng.integers(-1, 2, (4, *size, channels)).astype(float)
    convolution = layers.Conv2D(5, 2, strides=strides, activation="relu", use_bias=use_bias)
    pooling = layers.MaxPooling2D(pool)
    model = Sequential([Input((*size, channels)), convolution, pooling])
    assert len(model.steps) == 1
    model.set_weights([rng.integers(-2, 3, w.shape).astype(float) for w in model.get_weights()])

    together = model.forward(x)
    grad = rng.normal(size=together.shape)
    grad_x = model.backward(grad)
    grads = [array.copy() for array in convolution.grads.values()]

    np.testing.assert_array_equal(together, pooling.forward(convolution.forward(x)))
    np.testing.assert_allclose(grad_x, convolution.backward(pooling.backward(grad)), atol=1e-12)
    for ours, theirs in zip(grads, convolution.grads.values(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize(
    ("activation", "pooling"),
    [
        ("tanh", layers.MaxPooling2D(2)),
        ("relu", layers.MaxPooling2D(3, strides=2)),
        ("relu", layers.MaxPooling2D(2, padding="same")),
        ("relu", layers.AveragePooling2D(2)),
    ],
)
def test_other_pairs_of_layers_stay_two_steps(activation, pooling):
    model = Sequential([Input((8, 8, 1)), layers.Conv2D(2, 3, activation=activation), pooling])
    assert len(model.steps) == 2


def test_a_convolution_that_feeds_two_layers_stays_a_step_of_its_own():
    x = Input((6, 6, 1))
    image = layers.Conv2D(2, 3, activation="relu")(x)
    left, right = layers.MaxPooling2D(2)(image), layers.AveragePooling2D(2)(image)
    model = Model(x, layers.Add()([left, right]))
    assert len(model.steps) == len(model.layers) == 4
    assert [len(model.backward(model.forward(np.ones((3, 6, 6, 1)))))] == [3]


def test_a_model_without_weights_can_be_fitted_and_evaluated():
    model = Sequential([Input((3,)), layers.Rescaling(2.0)])
    model.compile("sgd", "mse")
    x = small_data()[0]
    history = model.fit(x, 2 * x, verbose=0)
    assert history.history["loss"] == [0.0]


def test_a_sequential_model_without_input_is_built_by_fit():
    model = Sequential([layers.Flatten(), layers.Dense(4, "relu"), layers.Dense(3, "softmax")])
    train(model)
    assert model.count_params() == 72 * 4 + 4 + 4 * 3 + 3
    assert [layer.name for layer in model.layers] == ["flatten", "dense", "dense_1"]
    assert model.predict(X).shape == (20, 3)


def test_the_docstring_model_whose_input_is_also_added_trains():
    x = Input((4,))
    model = Model(x, layers.Add()([x, layers.Dense(4, activation="relu")(x)]))
    model.compile("adam", "mse")
    data = helpers.draw((8, 4))
    history = model.fit(data, 3 * data, epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_predict_evaluate_and_call_do_not_depend_on_the_batch_size():
    model = every_layer_model()
    train(model)
    whole = model.predict(X, batch_size=20)
    assert not np.shares_memory(whole, X)
    np.testing.assert_allclose(model.predict(X, batch_size=7), whole, rtol=1e-12)
    np.testing.assert_allclose(model(X), whole, rtol=1e-12)
    np.testing.assert_allclose(
        model.evaluate(X, LABELS, batch_size=3), model.evaluate(X, LABELS, batch_size=20)
    )


def test_shuffling_keeps_inputs_and_targets_together_and_sees_each_sample_once():
    seen = []

    def watch(y_true, y_pred):
        seen.extend(np.ravel(y_true))
        np.testing.assert_allclose(np.ravel(y_pred) * 10, np.ravel(y_true))
        return 0.0

    x = np.arange(10.0).reshape(10, 1)
    model = Sequential([Input((1,)), layers.Rescaling(1.0)])
    model.compile("sgd", "mse", metrics=[watch])
    model.rehearse = lambda y: None  # it shows made-up predictions
    model.fit(x, 10 * x, batch_size=3, epochs=2, verbose=0)
    first, second = seen[:10], seen[10:]
    assert sorted(first) == sorted(second) == list(10 * x[:, 0])
    assert first != second and first != sorted(first)


# ---- saving


def test_save_and_load_with_every_layer(tmp_path):
    model = every_layer_model()
    assert {type(layer).__name__ for layer in model.layers} == set(layers.LAYERS)
    train(model)  # so that averages and biases are no longer what they start with
    path = tmp_path / "model.npz"
    model.save(path)
    loaded = models.load_model(path)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert_same_arrays(loaded.get_weights(), model.get_weights())
    assert [l.name for l in loaded.layers] == [l.name for l in model.layers]
    assert [l.get_config() for l in loaded.layers] == [l.get_config() for l in model.layers]
    assert loaded.parents == model.parents
    train(loaded)  # it can go on


@pytest.mark.parametrize("case", helpers.LAYER_CASES)
def test_save_and_load_of_one_layer(tmp_path, case):
    if case == "add":
        pytest.skip("Add has no place in a Sequential model; the model above has it")
    layer, x = helpers.make_case(case)
    model = Sequential([Input(x.shape[1:]), layer])
    helpers.randomize(layer)
    model.save(tmp_path / "model.npz")
    loaded = models.load_model(tmp_path / "model.npz")
    assert type(loaded) is Sequential
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_save_and_load_of_each_activation(tmp_path, name):
    model = Sequential([Input((3,)), layers.Dense(4, name), layers.Activation(name)])
    model.save(tmp_path / "model.npz")
    x = helpers.draw((5, 3))
    np.testing.assert_array_equal(
        models.load_model(tmp_path / "model.npz").predict(x), model.predict(x)
    )


def test_a_loaded_sequential_model_can_grow(tmp_path):
    small_model().save(tmp_path / "model.npz")
    loaded = models.load_model(tmp_path / "model.npz")
    loaded.add(layers.Dense(5))
    assert loaded.predict(small_data()[0]).shape == (12, 5)


def test_sizes_that_are_numpy_integers_can_be_saved(tmp_path):
    model = Sequential([Input((np.int64(3),)), layers.Dense(np.int32(2))])
    model.save(tmp_path / "model.npz")
    assert models.load_model(tmp_path / "model.npz").count_params() == 8


def test_an_interrupted_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    model = small_model()
    model.save(path)
    before, old = path.read_bytes(), model.get_weights()

    def interrupted(file, **arrays):
        file.write(b"PK half of a fi")
        raise KeyboardInterrupt

    monkeypatch.setattr(saving.np, "savez_compressed", interrupted)
    model.set_weights([w + 1 for w in old])
    with pytest.raises(KeyboardInterrupt):
        model.save(path)
    assert path.read_bytes() == before
    assert_same_arrays(models.load_model(path).get_weights(), old)


# ---- callbacks and progress


def test_history_keeps_every_epoch():
    history = train(every_layer_model(), epochs=3, validation_split=0.25)
    assert history.epoch == [0, 1, 2]
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 3 for values in history.history.values())
    assert all(type(v) is float for values in history.history.values() for v in values)


def test_no_epochs_give_an_empty_history():
    history = train(every_layer_model(), epochs=0)
    assert history.epoch == [] and history.history == {}


def test_callbacks_are_called_in_order():
    calls = []

    class Log(callbacks.Callback):
        """Write down every call."""

        def on_train_begin(self):
            calls.append("train begin")

        def on_epoch_begin(self, epoch):
            calls.append(f"epoch {epoch} begin")

        def on_batch_end(self, batch, loss):
            assert np.isfinite(loss)
            calls.append(f"batch {batch}")

        def on_epoch_end(self, epoch, logs):
            assert self.model.loss is not None and logs["loss"] > 0
            calls.append(f"epoch {epoch} end")

        def on_train_end(self):
            calls.append("train end")

    model = small_model()
    model.compile("sgd", "mse")
    model.fit(*small_data(), batch_size=8, epochs=2, verbose=0, callbacks=Log())
    epoch = ["epoch {} begin", "batch 0", "batch 1", "epoch {} end"]
    expected = [line.format(k) for k in range(2) for line in epoch]
    assert calls == ["train begin", *expected, "train end"]


def test_lambda_callback_sees_epochs_and_values():
    seen = []
    model = small_model()
    model.compile("sgd", "mse")
    watch = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append((epoch, logs)))
    history = model.fit(*small_data(), epochs=2, verbose=0, callbacks=[watch])
    assert [epoch for epoch, _ in seen] == [0, 1]
    assert [logs["loss"] for _, logs in seen] == history.history["loss"]


class Script(callbacks.Callback):
    """Set the watched value and the weights by hand, epoch by epoch."""

    def __init__(self, name, values):
        self.name, self.values = name, values

    def on_epoch_end(self, epoch, logs):
        logs[self.name] = self.values[epoch]
        self.model.set_weights([np.full_like(w, epoch) for w in self.model.get_weights()])


@pytest.mark.parametrize(
    ("options", "values", "epochs", "best"),
    [
        ({"patience": 0}, [3, 2, 2, 1, 1], 3, 2),
        ({"patience": 1}, [3, 2, 4, 1], 3, 2),
        ({"patience": 2, "restore_best_weights": True}, [3, 1, 2, 2, 0], 4, 1),
        ({"patience": 2, "min_delta": 0.5}, [3, 2.8, 2.4, 2.3, 2.2, 0], 5, 4),
        ({"mode": "max", "patience": 1, "restore_best_weights": True}, [1, 3, 2, 1, 9], 3, 1),
        ({"monitor": "val_accuracy", "restore_best_weights": True}, [0.1, 0.5, 0.4, 0.9], 3, 1),
        ({"patience": 9, "restore_best_weights": True}, [3, 1, 2, 5, 4], 5, 1),
    ],
)
def test_early_stopping_on_a_script(options, values, epochs, best):
    """``best`` is the epoch whose weights remain."""
    model = small_model()
    model.compile("sgd", "mse")
    stopper = callbacks.EarlyStopping(**options)
    script = Script(stopper.monitor, values)
    for _ in range(2):  # a second training starts afresh
        history = model.fit(
            *small_data(), epochs=len(values), verbose=0, callbacks=[script, stopper]
        )
        assert len(history.epoch) == epochs
        assert all(np.all(w == best) for w in model.get_weights())


def test_verbose_1_draws_a_progress_bar(capsys):
    train(every_layer_model(), epochs=2, batch_size=5, verbose=1)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Epoch 1/2" in err and "Epoch 2/2" in err
    assert "4/4" in err and "accuracy=" in err


def test_verbose_2_prints_a_line_an_epoch(capsys):
    history = train(every_layer_model(), epochs=2, verbose=2)
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"Epoch 2/2 - loss: {history.history['loss'][1]:.4f} - accuracy: ")


def test_verbose_0_is_silent(capsys):
    train(every_layer_model(), verbose=0)
    assert capsys.readouterr() == ("", "")


# ---- metrics and small helpers


def test_confusion_matrix_counts_pairs():
    y_true, y_pred = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0]
    matrix = metrics.confusion_matrix(y_true, y_pred, 3)
    np.testing.assert_array_equal(matrix, [[1, 1, 0], [0, 1, 0], [1, 0, 2]])
    assert matrix.sum() == 6


def test_accuracy_follows_the_shapes():
    p = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert metrics.accuracy([0, 0], p) == 0.5
    assert metrics.accuracy([[0], [0]], p) == 0.5
    assert metrics.accuracy([[1, 0], [0, 1]], p) == 1.0
    assert metrics.accuracy([1, 1], [[0.9], [0.2]]) == 0.5


def test_to_categorical():
    np.testing.assert_array_equal(utils.to_categorical([[1], [0]]), [[0, 1], [1, 0]])
    config.set_floatx("float32")
    assert utils.to_categorical([0, 1]).dtype == np.float32


# ---- data


def test_mnist_is_the_real_one():
    (x_train, y_train), (x_test, y_test) = datasets.mnist.load_data()
    assert x_train.shape == (60000, 28, 28) and x_test.shape == (10000, 28, 28)
    assert y_train.shape == (60000,) and y_test.shape == (10000,)
    assert {a.dtype.name for a in (x_train, y_train, x_test, y_test)} == {"uint8"}
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]  # known to every reader
    assert np.bincount(y_train).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert x_train.mean() == pytest.approx(33.318421, abs=1e-6)
    assert x_test.mean() == pytest.approx(33.791225, abs=1e-6)


def test_spoken_digits():
    digits = datasets.load_spoken_digits()
    assert digits.signals.shape == (480, digits.lengths.max())
    assert np.abs(digits.signals).max() == pytest.approx(1, abs=1e-12)
    ends = digits.signals[np.arange(480), digits.lengths - 1]
    assert np.abs(ends).max() < 0.1 and digits.lengths.min() > 0.1 * digits.rate
    for row, length in zip(digits.signals, digits.lengths, strict=True):
        assert np.abs(row[:length]).max() > 0.99 and not row[length:].any()
    # 24 voices say ten words twice, once slower and once faster
    combined = (digits.voices * 10 + digits.labels) * 2 + digits.takes
    assert sorted(combined) == list(range(480)) and len(set(digits.voice_names)) == 24
    durations = [digits.lengths[digits.takes == take].mean() for take in (0, 1)]
    assert durations[0] > durations[1]


def test_first_names():
    names = datasets.load_first_names()
    assert len(names) == len(set(names)) == 8403 and names == sorted(names)
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert {"ada", "alan", "grace"} <= set(names)


def test_moby_dick():
    text = datasets.load_moby_dick()
    assert text.startswith("CHAPTER 1. Loomings.\n\nCall me Ishmael. Some years ago—never mind")
    assert text.endswith("cosy, loving pair.\n") and len(text) == 109575
    assert text.count("\n\nCHAPTER ") == 9 and "\r" not in text


@pytest.mark.parametrize("name", ["spoken_digits", "first_names", "moby_dick"])
def test_a_damaged_or_missing_data_file(tmp_path, name):
    original = getattr(datasets, f"{name.upper()}_PATH")
    load, copy = getattr(datasets, f"load_{name}"), tmp_path / original.name
    with pytest.raises(FileNotFoundError, match=rf"{original.name} is missing; reinstall"):
        load(copy)
    copy.write_bytes(original.read_bytes())
    load(copy)
    copy.write_bytes(original.read_bytes()[:-1])
    with pytest.raises(ValueError, match=rf"{original.name} is damaged: its SHA-256 is .*;"):
        load(copy)


def run_python(program, **environment):
    """Run a program in a fresh Python at the repository root; return what it prints."""
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def idx(array):
    """Return an array in the format of the MNIST family: a header, then bytes."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.tobytes()


def test_fashion_mnist_comes_from_keras_cache_without_a_network(tmp_path):
    images = np.arange(3 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)
    labels = np.array([9, 0, 3], np.uint8)
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for part, n in (("train", 3), ("t10k", 2)):
        for kind, array in (("images-idx3", images[:n]), ("labels-idx1", labels[:n])):
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
    program = """
import socket
import numpy as np

def refuse(*args, **kwargs):
    raise OSError("a test asked for the network")

socket.socket.connect = refuse
np.random.seed(5)
before = np.random.get_state()[1].tolist()
from scratch import datasets
(x, y), (x_test, y_test) = datasets.fashion_mnist.load_data()
print(x.shape, x.dtype, int(x.sum()), y.tolist(), x_test.shape, y_test.tolist())
import keras
print(keras.config.floatx(), np.random.get_state()[1].tolist() == before)
"""
    out = run_python(program, KERAS_HOME=str(tmp_path)).splitlines()
    assert out[0] == f"(3, 28, 28) uint8 {images.sum()} [9, 0, 3] (2, 28, 28) [9, 0]"
    assert out[1] == "float32 True"  # loading data neither seeds nor sets anything


# ---- figures


def test_round_svg_touches_coordinates_only():
    svg = (
        '<svg version="1.1" viewBox="0 0 1.23456 2"><path d="M -0.001 1.239 L 10.10 3"/>'
        '<use x="1.999" y="-2.3456"/><text style="font: 11.5555px">3.14159</text></svg>'
    )
    assert plots.round_svg(svg) == (
        '<svg version="1.1" viewBox="0 0 1.23456 2"><path d="M 0 1.24 L 10.1 3"/>'
        '<use x="2" y="-2.35"/><text style="font: 11.5555px">3.14159</text></svg>'
    )


def test_a_figure_is_the_same_twice_and_hardly_moved_by_rounding():
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    plots.setup()
    texts = []
    for shift in (0, 0, 1e-9):
        figure, axis = plt.subplots()
        axis.plot(np.linspace(0, 1, 50) + shift, np.sin(np.linspace(0, 7, 50)))
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)
        texts.append(plots.round_svg(file.getvalue()))
    assert texts[0] == texts[1]
    assert len(texts[2]) == pytest.approx(len(texts[0]), rel=0.01)


def test_image_matrix_places_every_image():
    images = np.arange(1, 6)[:, None, None] * np.ones((5, 2, 3))
    matrix = plots.image_matrix(images, columns=3, gap=1, fill=-1)
    assert matrix.shape == (2 * 3 - 1, 3 * 4 - 1)
    for k in range(5):
        row, column = divmod(k, 3)
        block = matrix[3 * row : 3 * row + 2, 4 * column : 4 * column + 3]
        np.testing.assert_array_equal(block, images[k])
    assert np.all(matrix[2] == -1) and np.all(matrix[:, 3] == -1)  # gaps
    assert np.all(matrix[3:, 8:] == -1)  # the empty place


# ---- the package


def test_the_folder_code_does_not_hide_pythons_own_module():
    assert not (ROOT / "code" / "__init__.py").exists()
    library = Path(sysconfig.get_paths()["stdlib"]).resolve()
    assert Path(standard_code.__file__).resolve().parent == library
    out = run_python("import code, pdb; print(code.__file__, code.InteractiveConsole.__name__)")
    assert Path(out.split()[0]).resolve().parent == library


def test_importing_the_library_imports_no_framework():
    program = """
import sys
import scratch, scratch.gradient_check, scratch.plots
print([name for name in ("tensorflow", "keras", "jax", "torch", "sklearn") if name in sys.modules])
"""
    assert run_python(program).strip() == "[]"


@pytest.mark.parametrize(
    "path",
    [
        "models.Sequential",
        "models.Model",
        "models.load_model",
        "layers.Input",
        "utils.to_categorical",
        "optimizers.schedules.CosineDecay",
        "callbacks.EarlyStopping",
        "utils.set_random_seed",
        "config.set_floatx",
        "datasets.mnist.load_data",
        "losses.SparseCategoricalCrossentropy",
    ],
)
def test_names_are_where_keras_has_them(path):
    thing = scratch
    for name in path.split("."):
        thing = getattr(thing, name)
    assert callable(thing)


def parallel_and_plain(sizes):
    """Train the same CNN by one model and by two threads; return both losses and weights."""
    x = np.random.default_rng(0).normal(size=(sum(sizes), 8, 8, 1))
    y = np.random.default_rng(1).integers(0, 3, size=sum(sizes))

    def build():
        config.set_random_seed(0)
        model = Sequential(
            [
                Input((8, 8, 1)),
                layers.Conv2D(4, 3, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        return model

    plain, parallel = build(), DataParallel(build, workers=2)
    stops = np.cumsum(sizes)
    parts = [slice(stop - size, stop) for size, stop in zip(sizes, stops, strict=True)]
    losses = [[m.train_on_batch(x[part], y[part]) for part in parts] for m in (plain, parallel)]
    return losses, plain.get_weights(), parallel.model.get_weights()


def test_two_threads_train_as_one():
    """Also where the batch cannot be halved, or is smaller than the number of workers."""
    (one, two), plain, parallel = parallel_and_plain([32, 31, 7, 1, 16])
    np.testing.assert_allclose(one, two, rtol=1e-12)
    for a, b in zip(plain, parallel, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_parallel_refuses_moving_averages():
    def build():
        model = Sequential([Input((2,)), layers.BatchNormalization(), layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    with pytest.raises(ValueError, match="moving averages"):
        DataParallel(build)
