"""The library against Keras: the same weights in, the same numbers out, in float64.

All of it is compared in float64. In float32 two runs of Keras itself differ by far more
than an error in a formula would, as soon as the number of threads changes.
"""

import contextlib
import io

import helpers
import numpy as np
import pytest
import scratch
from scratch import activations, datasets, initializers, layers, losses, metrics, optimizers
from scratch.optimizers import schedules

assert_close = helpers.assert_close


def tensor(x):
    import tensorflow as tf

    return tf.convert_to_tensor(x)


def gradients(function, *variables):
    """Return the value of a TensorFlow function and its gradients, as arrays."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        for variable in variables:
            tape.watch(variable)
        value = function()
    grads = tape.gradient(value, variables, unconnected_gradients="zero")
    return value.numpy(), [grad.numpy() for grad in grads]


def copy_weights(source, target):
    """Copy weights, in either direction."""
    target.set_weights([np.array(array) for array in source.get_weights()])


# ---- layers


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("case", [name for name in helpers.LAYER_CASES if name != "dropout"])
def test_layer_forward_and_gradients(keras, case, training):
    layer, x = helpers.make_case(case)
    twin, _ = helpers.make_case(case, keras.layers)
    inputs = [tensor(item) for item in x] if isinstance(x, list) else tensor(x)
    layer(x)
    helpers.randomize(layer)
    twin(inputs)
    copy_weights(layer, twin)

    y = layer(x, training=training)
    upstream = helpers.draw(y.shape, 1)
    grad_x = layer.backward(upstream)
    watched = inputs if isinstance(inputs, list) else [inputs]
    out = []

    def scalar():
        out.append(twin(inputs, training=training))
        return keras.ops.sum(out[0] * upstream)

    _, grads = gradients(scalar, *watched, *(v.value for v in twin.trainable_variables))
    assert_close(y, out[0].numpy())
    for mine, theirs in zip(
        [*(grad_x if isinstance(grad_x, list) else [grad_x]), *layer.grads.values()],
        grads,
        strict=True,
    ):
        assert_close(mine, theirs)
    for mine, theirs in zip(layer.get_weights(), twin.get_weights(), strict=True):
        assert_close(mine, theirs)  # the moving averages, too


def test_batch_normalization_moving_averages_over_many_batches(keras):
    layer, twin = layers.BatchNormalization(), keras.layers.BatchNormalization()
    for seed in range(20):
        x = 3 * helpers.draw((8, 5), seed) + 1
        assert_close(layer(x, training=True), twin(x, training=True).numpy())
    for mine, theirs in zip(layer.get_weights(), twin.get_weights(), strict=True):
        assert_close(mine, theirs)
    assert_close(layer(x), twin(x).numpy())


def test_dropout_has_the_same_values_and_mean(keras):
    """The generators differ, so what is compared is the law: 0 or x / (1 - rate)."""
    x = np.ones((200, 200))
    for y in (
        layers.Dropout(0.3, seed=1)(x, training=True),
        keras.layers.Dropout(0.3, seed=1)(x, training=True).numpy(),
    ):
        assert_close(np.unique(y), [0, 1 / 0.7])
        assert abs(y.mean() - 1) < 0.02
    assert_close(layers.Dropout(0.3)(x), keras.layers.Dropout(0.3)(x).numpy(), 0)


# ---- ties in pooling: Keras gives the gradient to the first winner in row order

TIED_IMAGES = {
    "constant": np.ones((2, 6, 6, 2)),
    "zero": np.zeros((1, 6, 6, 1)),
    "negative": np.full((1, 7, 6, 1), -3.0),
    "integers": np.random.default_rng(0).integers(0, 3, (3, 7, 6, 2)).astype(float),
    "binary": np.random.default_rng(1).integers(0, 2, (3, 8, 8, 2)).astype(float),
}


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("window", "strides"), [(2, 2), (3, 2), (3, 1), ((2, 3), (1, 2))])
@pytest.mark.parametrize("image", TIED_IMAGES)
def test_max_pooling_breaks_ties_as_keras(keras, image, window, strides, padding):
    x = TIED_IMAGES[image]
    layer = layers.MaxPooling2D(window, strides, padding)
    twin = keras.layers.MaxPooling2D(window, strides, padding)
    y = layer(x)
    upstream = helpers.draw(y.shape)
    inputs = tensor(x)
    _, (grad,) = gradients(lambda: keras.ops.sum(twin(inputs) * upstream), inputs)
    assert_close(y, twin(inputs).numpy(), 0)
    assert_close(layer.backward(upstream), grad, 1e-14)


def test_max_pooling_breaks_ties_as_keras_on_real_digits(keras):
    (x, _), _ = datasets.load_mnist()
    x = x[:20, :, :, np.newaxis] / 255
    layer, inputs = layers.MaxPooling2D(2), tensor(x)
    y = layer(x)
    tied = np.isclose(x[:, ::2, ::2], y) & np.isclose(x[:, 1::2, 1::2], y)
    assert tied.mean() > 0.5  # else this test would show little
    upstream = helpers.draw(y.shape)
    twin = keras.layers.MaxPooling2D(2)
    _, (grad,) = gradients(lambda: keras.ops.sum(twin(inputs) * upstream), inputs)
    assert_close(layer.backward(upstream), grad, 1e-14)


# ---- activations


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_activation(keras, name):
    x = np.concatenate([3 * helpers.draw((6, 5)), [[0.0, -0.0, 30, -30, 1], [700, -700, 0, 1, 2]]])
    forward, backward = activations.get(name)
    inputs, upstream = tensor(x), helpers.draw(x.shape, 1)
    twin = getattr(keras.activations, name)
    _, (grad,) = gradients(lambda: keras.ops.sum(twin(inputs) * upstream), inputs)
    a = forward(x)
    # TensorFlow holds the slope 0.2 and the root of 2 in float32, even for float64 inputs
    tolerance = 1e-8 if name in ("leaky_relu", "gelu") else 1e-10
    assert_close(a, twin(inputs).numpy(), tolerance)
    assert_close(backward(upstream, x, a), grad, tolerance)


# ---- losses and metrics

CROSSENTROPIES = {
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
CLASSES = CROSSENTROPIES | {
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "hinge": "Hinge",
}


def targets_for(name, n=7, k=4):
    generator = np.random.default_rng(2)
    if name == "sparse_categorical_crossentropy":
        return generator.integers(k, size=n)
    if name == "categorical_crossentropy":
        return helpers.one_hot(n, k)
    if name in ("binary_crossentropy", "hinge"):
        return generator.integers(2, size=(n, k)).astype(float)
    return generator.normal(size=(n, k))


def assert_same_loss(loss, twin, y, y_pred, tolerance=1e-10):
    inputs = tensor(np.asarray(y_pred, dtype=float))
    value, (grad,) = gradients(lambda: twin(y, inputs), inputs)
    assert_close(loss(y, y_pred), value, tolerance)
    assert_close(loss.gradient(y, y_pred), grad, tolerance)


@pytest.mark.parametrize("name", CLASSES)
def test_loss_and_gradient(keras, name):
    y_pred = np.random.default_rng(1).uniform(0.05, 0.95, (7, 4))
    assert_same_loss(
        getattr(losses, CLASSES[name])(),
        getattr(keras.losses, CLASSES[name])(),
        targets_for(name),
        y_pred,
    )


@pytest.mark.parametrize("name", CROSSENTROPIES)
def test_loss_from_logits(keras, name):
    for scale in (1, 20, 400):  # at 400 a naive exponential overflows
        assert_same_loss(
            getattr(losses, CLASSES[name])(from_logits=True),
            getattr(keras.losses, CLASSES[name])(from_logits=True),
            targets_for(name),
            scale * helpers.draw((7, 4)),
        )


@pytest.mark.parametrize("name", CROSSENTROPIES)
def test_loss_of_certain_predictions_is_clipped(keras, name):
    y_pred = np.tile(np.eye(4), (2, 1))[:7]  # exactly 0 and 1: a log without a clip is infinite
    assert_same_loss(
        getattr(losses, CLASSES[name])(),
        getattr(keras.losses, CLASSES[name])(),
        targets_for(name),
        y_pred,
        # Keras's sparse loss divides by the row's sum again after the clip, 1e-7 from 1
        1e-6 if name.startswith("sparse") else 1e-10,
    )


def test_loss_of_hinge_at_its_kink_and_with_labels_of_both_kinds(keras):
    y_pred = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 1.0]])
    for y in ([[1.0, -1], [1, -1], [1, 1]], [[1.0, 0], [1, 0], [1, 1]]):
        assert_same_loss(losses.Hinge(), keras.losses.Hinge(), np.array(y), y_pred)


def test_loss_of_integer_predictions_keeps_fractions_of_the_targets():
    assert losses.MeanSquaredError()([0.5, 0.5], [1, 0]) == 0.25


@pytest.mark.parametrize("name", [*CLASSES, "mse", "mae"])
def test_metric_of_a_loss(keras, name):
    label, function = metrics.get(name)
    y_pred = np.random.default_rng(1).dirichlet(np.ones(4), 7)
    y = targets_for(CLASSES.get(name) and name)
    twin = keras.metrics.get(name)
    assert label == name
    assert_close(function(y, y_pred), np.mean(twin(y, y_pred)))


def test_accuracies(keras):
    generator = np.random.default_rng(0)
    y_pred = generator.dirichlet(np.ones(5), 40)
    y_pred[::4] = 0.2  # ties
    labels = generator.integers(5, size=40)
    rows, bits = np.eye(5)[labels], generator.integers(2, size=(40, 5))
    for name, y, p in [
        ("sparse_categorical_accuracy", labels, y_pred),
        ("categorical_accuracy", rows, y_pred),
        ("binary_accuracy", bits, np.where(y_pred > 0.3, y_pred, 0.5)),
    ]:
        expected = np.mean(getattr(keras.metrics, name)(y, p))
        assert_close(getattr(metrics, name)(y, p), expected, 1e-7)  # Keras counts in float32
        assert 0 < expected < 1


# ---- initializers


@pytest.mark.parametrize("shape", [(200, 300), (3, 3, 40, 60), (500,)])
@pytest.mark.parametrize("name", initializers.INITIALIZERS)
def test_initializer_has_the_same_limits_and_spread(keras, name, shape):
    mine = initializers.get(name)(shape)
    theirs = np.array(keras.initializers.get(name)(shape))
    assert mine.shape == theirs.shape
    if name in ("zeros", "ones"):
        assert_close(mine, theirs, 0)
        return
    tolerance = 0.02 if mine.size > 1000 else 0.2
    assert mine.std() == pytest.approx(theirs.std(), rel=tolerance)
    assert abs(mine.mean()) < 4 * mine.std() / mine.size**0.5
    if name != "random_normal":  # the others end somewhere
        assert np.abs(mine).max() == pytest.approx(np.abs(theirs).max(), rel=tolerance)


# ---- optimizers and schedules

# Keras turns some plain numbers (momentum, weight decay, Adagrad's 0.1) into float32 on the
# way to float64. These cases use sums of powers of 2, which survive that; the defaults lose
# digits in Keras, and have a wider tolerance.
OPTIMIZERS = {
    "sgd": ("SGD", {"learning_rate": 0.1}),
    "momentum": ("SGD", {"learning_rate": 0.05, "momentum": 0.875}),
    "nesterov": ("SGD", {"learning_rate": 0.05, "momentum": 0.875, "nesterov": True}),
    "sgd, weight decay": ("SGD", {"learning_rate": 0.1, "weight_decay": 2**-6}),
    "sgd, momentum and weight decay": (
        "SGD",
        {"learning_rate": 0.05, "momentum": 0.5, "weight_decay": 2**-6},
    ),
    "adagrad": ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.125}),
    "adagrad, weight decay": (
        "Adagrad",
        {"learning_rate": 0.1, "initial_accumulator_value": 0.25, "weight_decay": 2**-6},
    ),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01}),
    "rmsprop, rho": ("RMSprop", {"learning_rate": 0.01, "rho": 0.5, "weight_decay": 2**-5}),
    "adam": ("Adam", {"learning_rate": 0.01}),
    "adam, betas": ("Adam", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.9}),
    "adam, epsilon": ("Adam", {"learning_rate": 0.01, "epsilon": 0.125}),
    "adam, weight decay": ("Adam", {"learning_rate": 0.01, "weight_decay": 2**-4}),
    "adamw": ("AdamW", {"learning_rate": 0.01, "weight_decay": 2**-7}),
}


def follow(optimizer, twin, keras, steps=50, tolerance=1e-10):
    """Take the steps with both, on gradients that depend on where they are."""
    generator = np.random.default_rng(0)
    start = generator.normal(size=12)
    matrix = generator.normal(size=(12, 12)) / 4
    w = start.copy()
    parts = [
        keras.Variable(start[:8].reshape(2, 4), dtype="float64"),
        keras.Variable(start[8:], dtype="float64"),
    ]
    for _ in range(steps):
        noise = generator.normal(size=12)
        theirs = np.concatenate([np.ravel(part) for part in parts])
        assert_close(w, theirs, tolerance)
        grad = matrix.T @ (matrix @ theirs) + noise
        twin.apply([tensor(grad[:8].reshape(2, 4)), tensor(grad[8:])], parts)
        optimizer.update(w, matrix.T @ (matrix @ w) + noise)
    assert_close(w, np.concatenate([np.ravel(part) for part in parts]), tolerance)
    assert np.abs(w - start).max() > 0.01  # it moved


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_optimizer_over_50_steps(keras, case):
    name, options = OPTIMIZERS[case]
    optimizer = getattr(optimizers, name)(**options)
    follow(optimizer, getattr(keras.optimizers, name)(**options), keras)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {}),
        ("SGD", {"momentum": 0.9}),
        *((name, {}) for name in ("Adagrad", "RMSprop", "Adam", "AdamW")),
    ],
)
def test_optimizer_defaults_over_50_steps(keras, name, options):
    optimizer = getattr(optimizers, name)(**options)
    # 0.9 in float32 is off by 2e-8 of itself, and 50 steps carry that on
    tolerance = 1e-6 if options else 1e-10
    follow(optimizer, getattr(keras.optimizers, name)(**options), keras, tolerance=tolerance)


SCHEDULES = {
    "exponential": ("ExponentialDecay", (0.1, 10, 0.5)),
    "exponential, staircase": ("ExponentialDecay", (0.1, 10, 0.5, True)),
    "inverse time": ("InverseTimeDecay", (0.1, 10, 0.5)),
    "piecewise": ("PiecewiseConstantDecay", ([5, 20], [0.1, 0.05, 0.01])),
    "cosine": ("CosineDecay", (0.1, 30)),
    "cosine, alpha": ("CosineDecay", (0.1, 30, 0.1)),
    "cosine, warm-up": ("CosineDecay", (0.01, 30, 0.1, "cosine", 0.1, 10)),
}


def schedule_pair(keras, case):
    name, arguments = SCHEDULES[case]
    theirs = getattr(keras.optimizers.schedules, name)(*arguments)
    # Keras has a name (here "cosine") between alpha and the warm-up
    mine = getattr(schedules, name)(*(a for a in arguments if a != "cosine"))
    return mine, theirs


@pytest.mark.parametrize("case", SCHEDULES)
def test_schedule(keras, case):
    """Keras computes schedules in float32, whatever floatx is: 1e-6 is its last digit."""
    mine, theirs = schedule_pair(keras, case)
    for step in range(50):
        assert mine(step) == pytest.approx(float(theirs(step)), rel=1e-6, abs=1e-8), step


@pytest.mark.parametrize("case", SCHEDULES)
def test_optimizer_with_a_schedule_over_50_steps(keras, case):
    mine, theirs = schedule_pair(keras, case)
    follow(optimizers.Adam(mine), keras.optimizers.Adam(theirs), keras, tolerance=1e-5)


# ---- whole models


def small_classifier(framework, outputs=3, activation="softmax"):
    return framework.Sequential(
        [
            framework.Input((5,)),
            framework.layers.Dense(8, activation="relu"),
            framework.layers.BatchNormalization(momentum=0.8),
            framework.layers.Dense(outputs, activation=activation),
        ]
    )


def residual_model(framework, skip_first):
    """A residual block whose two branches have weights, joined in either order."""
    layers = framework.layers
    x = framework.Input((8, 8, 1))
    h = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    branch = layers.Conv2D(4, 3, padding="same", activation="relu")(h)
    branch = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(branch))
    skip = layers.Conv2D(4, 3, padding="same", use_bias=False)(h)
    h = layers.Add()([skip, branch] if skip_first else [branch, skip])
    h = layers.Activation("relu")(h)
    h = layers.AveragePooling2D(3, strides=2, padding="same")(h)
    h = layers.GlobalAveragePooling2D()(h)
    return framework.Model(x, layers.Dense(3, activation="softmax")(h))


def cnn(framework):
    """The convolutional network of the first source article."""
    layers = framework.layers
    return framework.Sequential(
        [
            framework.Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def twins(keras, make, *compile_args, **compile_kwargs):
    """Return a model of this library and one of Keras, compiled, with the same weights."""
    model, twin = make(scratch), make(keras)
    copy_weights(twin, model)
    for each in (model, twin):
        each.compile(*compile_args, **compile_kwargs)
    return model, twin


def classification_data(n=50, classes=3, shape=(5,)):
    generator = np.random.default_rng(0)
    return generator.normal(size=(n, *shape)), generator.integers(classes, size=n)


def assert_same_history(history, theirs):
    assert sorted(history.history) == sorted(theirs.history)  # Keras sorts the names
    assert history.epoch == theirs.epoch
    for name, values in history.history.items():
        assert_close(values, theirs.history[name])


def assert_same_weights(model, twin, tolerance=1e-10):
    for mine, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        assert_close(mine, theirs, tolerance)


FITS = {
    "sparse": (3, "softmax", "sparse_categorical_crossentropy", lambda y: y),
    "sparse, column": (3, "softmax", "sparse_categorical_crossentropy", lambda y: y[:, None]),
    "one-hot": (3, "softmax", "categorical_crossentropy", lambda y: np.eye(3)[y]),
    "binary": (1, "sigmoid", "binary_crossentropy", lambda y: y > 0),
    "regression": (1, "linear", "mse", lambda y: y * 0.7),
}


@pytest.mark.parametrize("case", FITS)
def test_fit_history_evaluate_and_predict(keras, case):
    outputs, activation, loss, targets = FITS[case]
    model, twin = twins(
        keras,
        lambda framework: small_classifier(framework, outputs, activation),
        "adam",
        loss,
        metrics=["accuracy"] if loss != "mse" else ["mae"],
    )
    x, y = classification_data()
    y = targets(y)
    y = y.astype(float) if y.dtype == bool else y
    options = {
        "batch_size": 16,  # so the last batch holds 2 of the 50
        "epochs": 3,
        "shuffle": False,
        "verbose": 0,
        "validation_data": (x[:20] + 0.1, y[:20]),
    }
    assert_same_history(model.fit(x, y, **options), twin.fit(x, y, **options))
    assert_same_weights(model, twin)
    mine, theirs = (each.evaluate(x, y, batch_size=16, verbose=0) for each in (model, twin))
    assert type(mine) is type(theirs) is list
    assert_close(mine, theirs)
    theirs = twin.evaluate(x, y, batch_size=16, verbose=0, return_dict=True)
    mine = model.evaluate(x, y, batch_size=16, verbose=0, return_dict=True)
    assert mine.keys() == theirs.keys()
    assert_close(model.predict(x, batch_size=16), twin.predict(x, batch_size=16, verbose=0))


def test_fit_with_validation_split_and_without_metrics(keras):
    model, twin = twins(keras, small_classifier, "sgd", "sparse_categorical_crossentropy")
    x, y = classification_data(53)
    options = {"epochs": 2, "shuffle": False, "verbose": 0, "validation_split": 0.3}
    assert_same_history(model.fit(x, y, **options), twin.fit(x, y, **options))
    assert_same_weights(model, twin)
    theirs = twin.evaluate(x, y, verbose=0)
    assert isinstance(model.evaluate(x, y), float)
    assert_close(model.evaluate(x, y), theirs)


@pytest.mark.parametrize("skip_first", [False, True])
def test_residual_model(keras, skip_first):
    model, twin = twins(
        keras,
        lambda framework: residual_model(framework, skip_first),
        "adam",
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    x, y = classification_data(20, shape=(8, 8, 1))
    assert_close(model.predict(x), twin.predict(x, verbose=0))
    options = {"batch_size": 8, "epochs": 3, "shuffle": False, "verbose": 0}
    assert_same_history(model.fit(x, y, **options), twin.fit(x, y, **options))
    assert_same_weights(model, twin, 1e-9)


STOPPERS = {
    "patience 0": {"monitor": "val_loss"},
    "patience 2": {"monitor": "val_loss", "patience": 2},
    "patience 2, best weights": {
        "monitor": "val_loss",
        "patience": 2,
        "restore_best_weights": True,
    },
    "accuracy, best weights": {
        "monitor": "val_accuracy",
        "patience": 2,
        "restore_best_weights": True,
    },
    "smallest change": {"monitor": "loss", "min_delta": 0.05, "restore_best_weights": True},
    "never, best weights": {"patience": 99, "restore_best_weights": True},
}


@pytest.mark.parametrize("case", STOPPERS)
def test_early_stopping(keras, case):
    x, y = classification_data(40)  # labels by chance: there is nothing to learn but the noise
    model, twin = twins(
        keras,
        small_classifier,
        "sgd",
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    epochs = 12
    histories = []
    for each, framework in ((model, scratch), (twin, keras)):
        each.optimizer.learning_rate = 0.2
        stopper = framework.callbacks.EarlyStopping(**STOPPERS[case])
        histories.append(
            each.fit(
                x[:30],
                y[:30],
                batch_size=10,
                epochs=epochs,
                shuffle=False,
                verbose=0,
                callbacks=[stopper],
                validation_data=(x[30:], y[30:]),
            )
        )
    assert_same_history(*histories)
    assert (len(histories[0].epoch) == epochs) == case.startswith("never")
    assert_same_weights(model, twin)


@pytest.mark.parametrize("make", [cnn, small_classifier, lambda f: residual_model(f, True)])
def test_summary_and_count_params(keras, make):
    model, twin = make(scratch), make(keras)
    assert model.count_params() == twin.count_params()
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        model.summary()
    lines = text.getvalue().splitlines()
    own = [layer for layer in twin.layers if type(layer).__name__ != "InputLayer"]
    assert len(lines) == len(own) + 2
    for line, layer in zip(lines[1:-1], own, strict=True):
        assert f"({type(layer).__name__})" in line
        assert str(tuple(layer.output.shape)) in line
        assert line.split()[-1] == f"{layer.count_params():,}"
    assert lines[-1] == f"Total params: {twin.count_params():,}"


def test_cnn_of_the_sources_over_100_adam_steps(keras):
    import tensorflow as tf

    (x, y), _ = datasets.load_mnist()
    x, y = x[:400, :, :, np.newaxis] / 255, y[:400].astype(np.int64)
    model, twin = twins(keras, cnn, "adam", "sparse_categorical_crossentropy")
    loss = keras.losses.SparseCategoricalCrossentropy()

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, twin(x, training=True))
        grads = tape.gradient(value, twin.trainable_variables)
        twin.optimizer.apply(grads, twin.trainable_variables)
        return value

    values = []
    for k in range(100):
        part = slice(4 * k, 4 * k + 4)
        mine, theirs = model.train_on_batch(x[part], y[part]), step(x[part], y[part]).numpy()
        assert_close(mine, theirs)
        values.append(mine)
    assert np.mean(values[-20:]) < np.mean(values[:20]) - 0.5  # and it learns
    assert_same_weights(model, twin, 1e-8)
