"""Bad input raises at once, with the type and the words that help, and changes nothing."""

import io
import json
import pickle
import re
import zipfile

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
    gradient_check,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    utils,
)
from scratch.optimizers import schedules
from scratch.plots import image_matrix

X = np.random.default_rng(0).normal(size=(10, 4))
LABELS = np.arange(10) % 3
NAN = np.array([0.0, np.nan])


def compiled(loss="sparse_categorical_crossentropy", outputs=3, **options):
    """Return a model for X, with batch normalization and momentum: much that could change."""
    model = Sequential(
        [
            Input((4,)),
            layers.Dense(5, activation="tanh"),
            layers.BatchNormalization(),
            layers.Dense(outputs, activation="softmax" if outputs > 1 else None),
        ]
    )
    model.compile(optimizers.SGD(0.1, momentum=0.9), loss, **options)
    return model


def with_value(array, index, value):
    """Return a copy, as floats, with one entry replaced."""
    array = np.array(array, dtype=float)
    array[index] = value
    return array


def image_layer(layer, shape=(1, 8, 8, 3)):
    """Return a layer that has seen images of this shape."""
    layer(np.zeros(shape))
    return layer


def shared(layer):
    """Call one layer on two symbols."""
    x = Input((3,))
    layer(x)
    return layer(x)


def foreign_input():
    """Return a model whose output comes from two inputs."""
    x, other = Input((3,)), Input((3,))
    return Model(x, layers.Add()([x, other]))


def trained_optimizer():
    """Give one optimizer to models of different sizes."""
    optimizer = optimizers.Adam()
    for width in (2, 3):
        model = Sequential([Input((4,)), layers.Dense(width)])
        model.compile(optimizer, "mse")
        model.train_on_batch(X, np.zeros((10, width)))


# name -> (what is called, exception, words of the message)
CASES = {
    # shapes and layers
    "rank: Dense wants features": (lambda: layers.Dense(2)(np.zeros(3)), "(batch, features)"),
    "rank: Conv2D wants images": (
        lambda: layers.Conv2D(2, 3)(np.zeros((5, 784))),
        "expected inputs of shape (batch, height, width, channels), got (batch, 784)",
    ),
    "rank: MaxPooling2D wants images": (
        lambda: layers.MaxPooling2D()(np.zeros((5, 28, 28))),
        "(batch, height, width, channels), got (batch, 28, 28)",
    ),
    "rank: GlobalAveragePooling2D wants images": (
        lambda: layers.GlobalAveragePooling2D()(np.zeros((5, 28))),
        "got rank 2",
    ),
    "rank: a built Conv2D": (
        lambda: image_layer(layers.Conv2D(2, 3))(np.zeros((8, 8, 3))),
        "expected inputs of shape (batch, …, …, 3), got (8, 8, 3)",
    ),
    "rank: a built pooling": (
        lambda: image_layer(layers.MaxPooling2D())(np.zeros((8, 8, 3))),
        "expected inputs of shape (batch, height, width, channels)",
    ),
    "channels: Conv2D": (
        lambda: image_layer(layers.Conv2D(2, 3))(np.zeros((1, 8, 8, 1))),
        "expected inputs of shape (batch, …, …, 3), got (1, 8, 8, 1)",
    ),
    "channels: Dense": (
        lambda: Sequential([Input((4,)), layers.Dense(2)]).layers[0](np.zeros((2, 5))),
        "expected inputs of shape (batch, 4), got (2, 5)",
    ),
    "channels: BatchNormalization": (
        lambda: image_layer(layers.BatchNormalization())(np.zeros((1, 8, 8, 2))),
        "got (1, 8, 8, 2)",
    ),
    "window larger than the image: Conv2D": (
        lambda: layers.Conv2D(2, 5)(np.zeros((1, 4, 6, 1))),
        "a window of (5, 5) does not fit into an image of (4, 6)",
    ),
    "window larger than the image: MaxPooling2D": (
        lambda: layers.MaxPooling2D(3)(np.zeros((1, 2, 2, 1))),
        "a window of (3, 3) does not fit",
    ),
    "window larger than a later image: Conv2D": (
        lambda: image_layer(layers.Conv2D(2, 5))(np.zeros((1, 4, 4, 3))),
        "a window of (5, 5) does not fit into an image of (4, 4)",
    ),
    "window larger than a later image: AveragePooling2D": (
        lambda: image_layer(layers.AveragePooling2D(5))(np.zeros((1, 4, 4, 3))),
        "a window of (5, 5) does not fit into an image of (4, 4)",
    ),
    "padding": (lambda: layers.Conv2D(2, 3, padding="full"), '"valid" or "same", not \'full\''),
    "padding of a pooling": (lambda: layers.MaxPooling2D(padding=1), 'must be "valid" or'),
    "units 0": (lambda: layers.Dense(0), "units must be a positive whole number, not 0"),
    "units 2.5": (lambda: layers.Dense(2.5), "units must be a positive whole number, not 2.5"),
    "units as text": (lambda: layers.Dense("10"), "positive whole number, not '10'"),
    "filters -1": (lambda: layers.Conv2D(-1, 3), "filters must be a positive whole number"),
    "strides 0": (lambda: layers.Conv2D(1, 3, strides=0), "strides must be a positive whole"),
    "kernel of three sizes": (
        lambda: layers.Conv2D(1, (3, 3, 3)),
        "kernel_size must be one number or two, not (3, 3, 3)",
    ),
    "pool size 0": (lambda: layers.MaxPooling2D(0), "pool_size must be a positive whole number"),
    "dropout rate 1": (lambda: layers.Dropout(1), "must be in [0, 1), not 1"),
    "dropout rate negative": (lambda: layers.Dropout(-0.1), "must be in [0, 1), not -0.1"),
    "dropout rate as text": (lambda: layers.Dropout("half"), "must be in [0, 1), not 'half'"),
    "momentum of averages 2": (
        lambda: layers.BatchNormalization(momentum=2),
        "a momentum in [0, 1]",
    ),
    "forward before the weights exist": (
        lambda: layers.Dense(2).forward(X),
        "has no weights yet: call it, layer(inputs)",
    ),
    "layer on a mixture": (
        lambda: layers.Add()([Input((4,)), X]),
        "all symbols or all arrays",
    ),
    "Add with one input": (lambda: layers.Add()([X]), "two or more inputs of one shape"),
    "Add with a bare input": (lambda: layers.Add()(X), "takes a list of inputs, not ndarray"),
    "Add with other shapes": (
        lambda: layers.Add()([Input((3,)), Input((4,))]),
        "two or more inputs of one shape, got [(3,), (4,)]",
    ),
    "Add with other batches": (
        lambda: layers.Add()([np.ones((1, 3)), np.ones((2, 3))]),
        "of one shape, got [(1, 3), (2, 3)]",
    ),
    "Dense with a list": (lambda: layers.Dense(2)([X, X]), "takes one input, not list"),
    # names
    "unknown loss": (lambda: losses.get("mean_square_error"), "did you mean 'mean_squared_error'?"),
    "unknown optimizer": (lambda: optimizers.get("addam"), "did you mean 'adam'?"),
    "optimizer class instead of object": (lambda: optimizers.get(optimizers.Adam), "unknown optim"),
    "unknown activation": (lambda: layers.Dense(2, "rellu"), "did you mean 'relu'?"),
    "foreign activation function": (
        lambda: activations.get(np.tanh),
        "is not a function of scratch.activations",
    ),
    "unknown metric": (lambda: metrics.get("acuracy"), "did you mean 'accuracy'?"),
    "unknown initializer": (
        lambda: layers.Dense(2, kernel_initializer="glorot_unifrom"),
        "did you mean 'glorot_uniform'?",
    ),
    "name like nothing": (lambda: initializers.get("xyzzy"), "Known: glorot_normal, glorot_unif"),
    "unknown layer name": (lambda: compiled().get_layer("dense_7"), "there are dense, batch"),
    "float type": (lambda: config.set_floatx("float16"), 'must be "float32" or "float64"'),
    "seed": (lambda: config.set_random_seed(-1), "non-negative integer, not -1"),
    # models
    "Input(-1)": (lambda: Input(-1), "tuple of positive sizes, such as (784,), not (-1,)"),
    "Input with a fraction": (lambda: Input((2.5,)), "positive sizes"),
    "Input with None": (lambda: Input((None, 3)), "positive sizes"),
    "model from arrays": (lambda: Model(X, X), "symbols that Input and layers return"),
    "model from layers": (
        lambda: Model(Input((3,)), layers.Dense(2)),
        "symbols that Input and layers return, not from Dense",
    ),
    "outputs not from the inputs": (
        lambda: Model(Input((3,)), layers.Dense(2)(Input((3,)))),
        "an Input that is not the model's input",
    ),
    "outputs from two inputs": (foreign_input, "an Input that is not the model's input"),
    "layer used twice": (lambda: shared(layers.Dense(2)), "make a new layer for each place"),
    "name used twice": (
        lambda: Sequential([Input((3,)), layers.Dense(2, name="a"), layers.Dense(2, name="a")]),
        "every layer needs a name of its own",
    ),
    "Sequential with Add": (lambda: Sequential([layers.Add()]), "one input, not Add"),
    "Sequential with a class": (lambda: Sequential([layers.Dense]), "takes layers"),
    "Sequential with a second Input": (
        lambda: Sequential([Input((3,)), Input((3,))]),
        "one input, not Symbol",
    ),
    "unbuilt model: weights": (
        lambda: Sequential([layers.Dense(2)]).get_weights(),
        "no weights yet: start it with Input(shape), or fit it first",
    ),
    "unbuilt model: summary": (lambda: Sequential([layers.Dense(2)]).summary(), "no weights yet"),
    "unbuilt model: save": (lambda: Sequential([layers.Dense(2)]).save("a.npz"), "no weights yet"),
    "empty model": (lambda: Sequential().predict(X), "no weights yet"),
    "not compiled: fit": (
        lambda: Sequential([Input((4,)), layers.Dense(2)]).fit(X, LABELS),
        "not compiled: call compile(optimizer, loss) first",
    ),
    "not compiled: evaluate": (
        lambda: Sequential([Input((4,)), layers.Dense(2)]).evaluate(X, LABELS),
        "not compiled",
    ),
    "not compiled: train_on_batch": (
        lambda: Sequential([Input((4,)), layers.Dense(2)]).train_on_batch(X, LABELS),
        "not compiled",
    ),
    "not compiled: gradient check": (
        lambda: gradient_check.check_model(Sequential([Input((4,)), layers.Dense(2)]), X, X[:, :2]),
        "not compiled",
    ),
    "compile without a loss": (lambda: compiled(loss=None), "compile needs a loss"),
    "metrics as a text": (
        lambda: compiled(metrics="accuracy"),
        "metrics must be a list, such as ['accuracy']",
    ),
    "too few weights": (
        lambda: compiled().set_weights([np.zeros((4, 5))]),
        "the model has 8 weight arrays, but got 1",
    ),
    "weights of another shape": (
        lambda: compiled().set_weights([w.T for w in compiled().get_weights()]),
        "layer dense has weights of shapes [(4, 5), (5,)], but got [(5, 4), (5,)]",
    ),
    # optimizers and schedules
    "learning rate negative": (lambda: optimizers.SGD(-0.1), "must be a positive number, not -0.1"),
    "learning rate 0": (lambda: optimizers.Adam(0), "must be a positive number, not 0"),
    "learning rate as text": (lambda: optimizers.Adam("0.1"), "positive number, not '0.1'"),
    "learning rate NaN": (lambda: optimizers.Adam(float("nan")), "positive number, not nan"),
    "momentum 1": (lambda: optimizers.SGD(momentum=1), "momentum must be in [0, 1), not 1"),
    "beta 1": (lambda: optimizers.Adam(beta_2=1.0), "beta_2 must be in [0, 1), not 1.0"),
    "rho -1": (lambda: optimizers.RMSprop(rho=-1), "rho must be in [0, 1), not -1"),
    "weight decay negative": (lambda: optimizers.AdamW(weight_decay=-1), "weight_decay must be"),
    "gradient NaN": (lambda: optimizers.SGD().update(np.ones(2), NAN), "gradient is NaN or inf"),
    "gradient of another shape": (
        lambda: optimizers.SGD().update(np.ones(2), np.ones(3)),
        "parameters have shape (2,), but gradients (3,)",
    ),
    "optimizer of another model": (trained_optimizer, "compile the model with a new optimizer"),
    "schedule with too few values": (
        lambda: schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2]),
        "one value more than boundaries, got 2 and 2",
    ),
    "mode of early stopping": (
        lambda: callbacks.EarlyStopping(mode="down"),
        'mode must be "auto", "min" or "max", not \'down\'',
    ),
    # losses, metrics, labels
    "(n,) against (n, 2)": (
        lambda: losses.MeanSquaredError()(np.zeros(3), np.zeros((3, 2))),
        "MeanSquaredError needs y_true and y_pred of one shape, got (3,) and (3, 2)",
    ),
    "(n, 1) against (n,)": (
        lambda: losses.MeanAbsoluteError()(np.zeros((3, 1)), np.zeros(3)),
        "of one shape, got (3, 1) and (3,)",
    ),
    "no samples in a loss": (lambda: losses.MeanSquaredError()([], []), "at least one sample"),
    "one-hot for sparse": (
        lambda: losses.SparseCategoricalCrossentropy()(np.eye(3), np.full((3, 3), 0.3)),
        "one-hot labels belong to categorical_crossentropy",
    ),
    "integers for categorical": (
        lambda: losses.CategoricalCrossentropy()([0, 1, 2], np.full((3, 3), 0.3)),
        "integer labels belong to sparse_categorical_crossentropy",
    ),
    "label too high": (
        lambda: losses.SparseCategoricalCrossentropy()([0, 3], np.full((2, 3), 0.3)),
        "labels must lie in 0 .. 2, because the model has 3 outputs, but they run from 0 to 3",
    ),
    "label negative": (
        lambda: losses.SparseCategoricalCrossentropy()([-1, 1], np.full((2, 3), 0.3)),
        "they run from -1 to 1",
    ),
    "label with a fraction": (
        lambda: losses.SparseCategoricalCrossentropy()([0.5, 1], np.full((2, 3), 0.3)),
        "must be whole numbers, but one is 0.5",
    ),
    "label NaN": (
        lambda: losses.SparseCategoricalCrossentropy()(NAN, np.full((2, 3), 0.3)),
        "must be whole numbers, but one is nan",
    ),
    "labels -1 and 1 for binary crossentropy": (
        lambda: losses.BinaryCrossentropy()([-1.0, 1.0], [0.5, 0.5]),
        "needs targets between 0 and 1, but they run from -1 to 1",
    ),
    "to_categorical, too high": (
        lambda: utils.to_categorical([0, 3], 3),
        "labels must lie in 0 .. 2, but they run from 0 to 3",
    ),
    "to_categorical, negative": (lambda: utils.to_categorical([-1, 0], 3), "from -1 to 0"),
    "to_categorical, fraction": (lambda: utils.to_categorical([0.5]), "but one is 0.5"),
    "to_categorical, text": (lambda: utils.to_categorical(["a"]), "their type is <U1"),
    "to_categorical, none": (lambda: utils.to_categorical([]), "at least one label"),
    "to_categorical, matrix": (lambda: utils.to_categorical(np.eye(3)), "have shape (n,)"),
    "confusion matrix, too high": (
        lambda: metrics.confusion_matrix([0, 1], [0, 2], 2),
        "y_pred must lie in 0 .. 1, but runs from 0 to 2",
    ),
    "confusion matrix, lengths": (
        lambda: metrics.confusion_matrix([0, 1], [0], 2),
        "two equally long label vectors",
    ),
    "confusion matrix, fraction": (
        lambda: metrics.confusion_matrix([0, 0.5], [0, 1], 2),
        "y_true must be whole numbers, but one is 0.5",
    ),
    "accuracy of one-hot rows on labels": (
        lambda: metrics.categorical_accuracy([0, 1], np.eye(2)),
        "needs one-hot rows, so y_true of shape (2, 2)",
    ),
    "accuracy of labels on one-hot rows": (
        lambda: metrics.sparse_categorical_accuracy(np.eye(2), np.eye(2)),
        "needs one integer label a row, so y_true of shape (2,)",
    ),
    # gradient checking, figures
    "shapes in relative_error": (
        lambda: gradient_check.relative_error(np.ones(2), np.ones(3)),
        "cannot compare shapes (2,) and (3,)",
    ),
    "images of rank 2": (lambda: image_matrix(np.zeros((3, 3))), "(n, h, w), got (3, 3)"),
}


@pytest.mark.parametrize("case", CASES)
def test_message(case):
    call, words = CASES[case]
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


@pytest.mark.parametrize("x", [np.ones(2, np.float32), np.ones(2, int), [1.0, 2.0]])
def test_gradient_checking_wants_float64(x):
    with pytest.raises(TypeError, match=r"needs a float64 array, not (float32|int64|list)"):
        gradient_check.numerical_gradient(np.sum, x)


def test_gradient_checking_of_a_float32_layer_says_so():
    config.set_floatx("float32")
    layer = layers.Dense(2)
    layer(X.astype(np.float32))
    with pytest.raises(TypeError, match="needs a float64 array, not float32"):
        gradient_check.check_layer(layer, X.astype(np.float32))


# ---- data: fit, evaluate, predict and train_on_batch; a refused fit changes nothing

BAD_DATA = {
    "NaN in x": (with_value(X, (2, 1), np.nan), LABELS, "x holds NaN or infinity, first at (2, 1)"),
    "infinity in x": (with_value(X, (3, 0), -np.inf), LABELS, "first at (3, 0)"),
    "NaN in y": (X, with_value(LABELS, 4, np.nan), "y holds NaN or infinity, first at (4,)"),
    "infinity in y": (X, with_value(LABELS, 9, np.inf), "y holds NaN or infinity, first at (9,)"),
    "unequal lengths": (X, LABELS[:9], "x has 10 samples, but y has 9"),
    "no samples": (X[:0], LABELS[:0], "x holds no samples"),
    "a number as x": (3.0, LABELS, "x must have a batch axis"),
    "a number as y": (X, 3, "y must have a batch axis"),
    "text as x": (X.astype(str), LABELS, "x must hold numbers, but its type is <U"),
    "text as y": (X, np.array(["cat"] * 10), "y must hold numbers, but its type is <U3"),
    "None in x": ([[None] * 4] * 10, LABELS, "x must hold numbers, but its type is object"),
    "complex x": (X + 1j, LABELS, "x must hold numbers, but its type is complex128"),
    "ragged x": ([[1.0, 2.0], [1.0]], LABELS[:2], "x must be one rectangular array"),
    "wrong rank": (X.reshape(10, 2, 2), LABELS, "(batch, 4), got (10, 2, 2); x.reshape(-1, 4)"),
    "wrong features": (X[:, :3], LABELS, "expects inputs of shape (batch, 4), got (10, 3)"),
    "label too high, in the last batch": (X, with_value(LABELS, 9, 3), " to 3"),
    "label negative, in the last batch": (
        X,
        with_value(LABELS, 9, -1),
        "but they run from -1 to 2",
    ),
    "label with a fraction, last": (X, with_value(LABELS, 9, 0.5), "but one is 0.5"),
    "one-hot for sparse": (X, np.eye(3)[LABELS], "belong to categorical_crossentropy"),
}


def everything(model):
    """Return all that a training changes, copied."""
    return [*model.get_weights(), np.array(model.optimizer.iterations)]


def assert_unchanged(model, before):
    for old, new in zip(before, everything(model), strict=True):
        np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize("method", ["fit", "train_on_batch", "evaluate"])
@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data_is_refused_and_nothing_changes(case, method):
    x, y, words = BAD_DATA[case]
    model = compiled(metrics=["accuracy"])
    before = everything(model)
    options = {} if method == "train_on_batch" else {"batch_size": 2, "verbose": 0}
    with pytest.raises(ValueError, match=re.escape(words)):
        getattr(model, method)(x, y, **options)
    if method != "evaluate":
        assert_unchanged(model, before)


@pytest.mark.parametrize("case", ["NaN in x", "no samples", "text as x", "ragged x", "wrong rank"])
def test_bad_data_is_refused_by_predict_and_call(case):
    x, _, words = BAD_DATA[case]
    for method in (compiled().predict, compiled()):
        with pytest.raises(ValueError, match=re.escape(words)):
            method(x)


BAD_OPTIONS = {
    "batch_size 0": ({"batch_size": 0}, "batch_size must be a positive whole number, not 0"),
    "batch_size 2.5": ({"batch_size": 2.5}, "positive whole number, not 2.5"),
    "batch_size 4.0": ({"batch_size": 4.0}, "positive whole number, not 4.0"),
    "batch_size as text": ({"batch_size": "32"}, "positive whole number, not '32'"),
    "batch_size None": ({"batch_size": None}, "positive whole number, not None"),
    "epochs -1": ({"epochs": -1}, "epochs must be a positive whole number, not -1"),
    "epochs 1.5": ({"epochs": 1.5}, "epochs must be a positive whole number, not 1.5"),
    "validation_split 1": ({"validation_split": 1.0}, "validation_split=1.0 leaves 0 of 10"),
    "validation_split 2": ({"validation_split": 2}, "leaves -10 of 10"),
    "validation_split too small": ({"validation_split": 1e-20}, "leaves 10 of 10"),
    "validation x": ({"validation_data": (X[:, :2], LABELS)}, "expects inputs of shape (batch, 4)"),
    "validation y": ({"validation_data": (X, LABELS[:5])}, "x has 10 samples, but y has 5"),
    "validation labels": ({"validation_data": (X, LABELS + 1)}, "they run from 1 to 3"),
    "validation without y": ({"validation_data": (X,)}, "validation_data must be a pair (x, y)"),
    "callback": ({"callbacks": [print]}, "callbacks must be objects such as EarlyStopping()"),
    "callback class": ({"callbacks": [callbacks.EarlyStopping]}, "objects such as EarlyStopping()"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_bad_option_of_fit_is_refused_and_nothing_changes(case):
    options, words = BAD_OPTIONS[case]
    model = compiled()
    before = everything(model)
    with pytest.raises(ValueError, match=re.escape(words)):
        model.fit(X, LABELS, **({"epochs": 2, "verbose": 0} | options))
    assert_unchanged(model, before)


def test_a_metric_that_does_not_fit_is_found_before_training():
    model = compiled(metrics=["categorical_accuracy"])
    before = everything(model)
    with pytest.raises(ValueError, match="needs one-hot rows"):
        model.fit(X, LABELS, verbose=0)
    assert_unchanged(model, before)


def test_targets_of_another_width_are_found_before_training():
    model = compiled("mse", outputs=1)
    before = everything(model)
    with pytest.raises(ValueError, match=re.escape("got (10, 2) and (10, 1)")):
        model.fit(X, np.zeros((10, 2)), verbose=0)
    assert_unchanged(model, before)


def test_a_training_that_diverges_says_so():
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile(optimizers.SGD(1e3), "mse")
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="try a smaller learning rate"):
        model.fit(X, X[:, :1], epochs=1000, verbose=0)


def test_a_failed_compile_keeps_the_old_choice():
    model = compiled()
    optimizer, loss = model.optimizer, model.loss
    with pytest.raises(ValueError, match="unknown metric"):
        model.compile("adam", "mse", metrics=["nonsense"])
    assert model.optimizer is optimizer and model.loss is loss


def test_a_sequential_model_is_not_spoiled_by_the_first_bad_data():
    model = Sequential(
        [layers.Dense(4), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3, "softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="expected inputs of shape"):
        model.fit(X, LABELS, verbose=0)  # the first layer takes it, the second does not
    images = np.zeros((10, 6, 6, 1))
    with pytest.raises(ValueError, match="NaN"):
        model.fit(images[:, :5] + np.nan, LABELS, verbose=0)
    model.fit(images, LABELS, verbose=0)
    assert model.predict(images).shape == (10, 3)


def test_early_stopping_warns_about_a_value_that_is_not_there():
    with pytest.warns(UserWarning, match="watches 'val_loss', but there is only loss"):
        compiled().fit(X, LABELS, verbose=0, callbacks=[callbacks.EarlyStopping()])


# ---- files


class Attack:
    """What a pickle can do: call any function while it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def saved(path):
    model = Sequential([Input((6, 6, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)])
    model.save(path)
    return model


def rewrite(path, change):
    """Save the model file again with a changed architecture."""
    with np.load(path) as file:
        arrays = dict(file)
    architecture = json.loads(str(arrays["architecture"]))
    change(architecture, arrays)
    arrays["architecture"] = np.array(json.dumps(architecture))
    np.savez(path, **arrays)


def write_pickle(path):
    path.write_bytes(pickle.dumps({"a": 1}))


def write_zip(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("architecture.npy", "nonsense")


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("hello"),
    "pickle": write_pickle,
    "one array": lambda path: path.write_bytes(npy(np.zeros(3))),
    "foreign npz": lambda path: np.savez(path, a=np.zeros(3)),
    "foreign zip": write_zip,
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "other format": lambda path: rewrite(path, lambda a, _: a.update(format="scratch model 9")),
    "unknown layer": lambda path: rewrite(
        path, lambda a, _: a["layers"][0].update({"class": "os"})
    ),
    "bad config": lambda path: rewrite(
        path, lambda a, _: a["layers"][2]["config"].update(units=-1)
    ),
    "bad parents": lambda path: rewrite(path, lambda a, _: a["layers"][0].update(parents=[99])),
    "no layers": lambda path: rewrite(path, lambda a, _: a.pop("layers")),
    "huge": lambda path: rewrite(path, lambda a, _: a["layers"][2]["config"].update(units=10**13)),
    "weight missing": lambda path: rewrite(path, lambda _, arrays: arrays.pop("weight_0003")),
    "weight of another shape": lambda path: rewrite(
        path, lambda _, arrays: arrays.update(weight_0000=np.zeros(3))
    ),
}


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_model_file_is_refused(tmp_path, case):
    path = tmp_path / "model.npz"
    saved(path)
    DAMAGE[case](path)
    with pytest.raises(ValueError, match=r"'model.npz' is not a model that this library saved, or"):
        models.load_model(path)
    assert config.floatx() == "float64"


def test_any_flipped_byte_is_refused_or_harmless(tmp_path):
    path = tmp_path / "model.npz"
    weights = saved(path).get_weights()
    whole = path.read_bytes()
    refused = 0
    for position in range(0, len(whole), max(1, len(whole) // 400)):
        flipped = bytearray(whole)
        flipped[position] ^= 0xFF
        path.write_bytes(flipped)
        try:
            loaded = models.load_model(path)
        except ValueError as error:
            refused += 1
            assert "'model.npz' is not a model" in str(error)
        else:  # dates and the like do not matter, but no number may have changed
            for old, new in zip(weights, loaded.get_weights(), strict=True):
                np.testing.assert_array_equal(new, old)
    assert refused > 200


def test_a_missing_model_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file 'model.npz'"):
        models.load_model(tmp_path / "model.npz")


@pytest.mark.parametrize("place", ["architecture", "weight_0000"])
def test_a_malicious_pickle_in_a_model_file_does_not_run(tmp_path, place):
    path, proof = tmp_path / "model.npz", tmp_path / "proof"
    pickle.loads(pickle.dumps(Attack(str(proof)))).close()
    assert proof.exists()  # the attack works where pickles are read
    proof.unlink()
    saved(path)
    with np.load(path) as file:
        arrays = dict(file)
    arrays[place] = np.array([Attack(str(proof))], dtype=object)
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        models.load_model(path)
    path.write_bytes(pickle.dumps(Attack(str(proof))))
    with pytest.raises(ValueError, match="is not a model"):
        models.load_model(path)
    assert not proof.exists()


@pytest.mark.parametrize("name", ["model", "model.keras", "model.h5"])
def test_saving_under_another_suffix(tmp_path, name):
    with pytest.raises(ValueError, match=f"a model is saved as .npz, not '{name}'"):
        saved(tmp_path / name)
    assert not list(tmp_path.iterdir())


class Doubling(layers.Layer):
    """A reader's own layer."""

    def forward(self, inputs, training=False):
        return 2 * inputs


class Dense(layers.Dense):
    """A reader's own layer with the name of a library layer."""


@pytest.mark.parametrize("layer", [Doubling(), Dense(3)])
def test_saving_a_layer_of_ones_own(tmp_path, layer):
    model = Sequential([Input((3,)), layer])
    with pytest.raises(ValueError, match=r"is not a layer of the library; save model.get_weights"):
        model.save(tmp_path / "model.npz")
    assert not list(tmp_path.iterdir())


def test_a_damaged_or_missing_mnist_file(tmp_path):
    path = tmp_path / "mnist.npz"
    with pytest.raises(FileNotFoundError, match=r"mnist.npz is missing; reinstall"):
        datasets.load_mnist(path)
    content = bytearray(datasets.MNIST_PATH.read_bytes())
    content[1_000_000] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"mnist.npz is damaged: its SHA-256 is .*; reinstall"):
        datasets.load_mnist(path)


def test_there_are_many_cases():
    assert len(CASES) + len(BAD_DATA) + len(BAD_OPTIONS) + len(DAMAGE) >= 100
    assert scratch.__version__
