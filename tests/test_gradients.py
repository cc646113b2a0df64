"""Every backward pass against difference quotients, in float64.

Where a function has a kink (ReLU at 0, a tie in a maximum), the inputs are kept away from
it on purpose: there the two sides differ, and a central difference means nothing.
"""

import helpers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch import Input, Model, Sequential, activations, layers, losses
from scratch.gradient_check import (
    check_layer,
    check_model,
    numerical_gradient,
    relative_error,
)

TOLERANCE = 1e-6
few = settings(derandomize=True, deadline=None, max_examples=5)
size = st.integers(1, 4)


def assert_right(errors):
    assert errors and all(error < TOLERANCE for error in errors.values()), errors


# ---- every layer, a fixed case each


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("case", helpers.LAYER_CASES)
def test_layer_case(case, training):
    layer, x = helpers.make_case(case)
    layer(x)
    helpers.randomize(layer)
    assert_right(check_layer(layer, x, training=training))


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_activation(name):
    x = helpers.away_from_zero((4, 5)) * 2
    assert_right(check_layer(layers.Activation(name), x))


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_activation_inside_dense(name):
    # One input and these weights: the logits stay as far from the kinks as the inputs
    layer = layers.Dense(3, name, kernel_initializer=lambda *_: np.array([[1.0, 2.0, -1.5]]))
    assert_right(check_layer(layer, helpers.away_from_zero((4, 1))))


# ---- random shapes


@few
@given(n=size, d=size, units=size, middle=st.sampled_from([(), (2,), (2, 3)]))
def test_dense_of_any_shape(n, d, units, middle):
    layer = layers.Dense(units, activation="tanh")
    assert_right(check_layer(layer, helpers.draw((n, *middle, d))))


windows = st.tuples(st.integers(1, 3), st.integers(1, 3))
image = st.tuples(st.integers(1, 2), st.integers(3, 6), st.integers(3, 6), st.integers(1, 3))
padding = st.sampled_from(["valid", "same"])


@settings(few, max_examples=12)
@given(shape=image, filters=size, window=windows, strides=windows, padding=padding)
def test_conv_of_any_shape(shape, filters, window, strides, padding):
    layer = layers.Conv2D(filters, window, strides, padding, activation="tanh")
    assert_right(check_layer(layer, helpers.draw(shape)))


@settings(few, max_examples=12)
@given(shape=image, window=windows, strides=windows, padding=padding)
def test_max_pooling_of_any_shape(shape, window, strides, padding):
    layer = layers.MaxPooling2D(window, strides, padding)
    assert_right(check_layer(layer, helpers.distinct(shape)))


@settings(few, max_examples=12)
@given(shape=image, window=windows, strides=windows, padding=padding)
def test_average_pooling_of_any_shape(shape, window, strides, padding):
    layer = layers.AveragePooling2D(window, strides, padding)
    assert_right(check_layer(layer, helpers.draw(shape)))


@few
@given(shape=image)
def test_layers_without_options_of_any_shape(shape):
    for layer in (layers.GlobalAveragePooling2D(), layers.Flatten(), layers.Rescaling(3.0, 1.0)):
        assert_right(check_layer(layer, helpers.draw(shape)))
    assert_right(check_layer(layers.Add(), [helpers.draw(shape), helpers.draw(shape, 1)]))


@few
@given(shape=image, training=st.booleans())
def test_batch_normalization_of_any_shape(shape, training):
    layer = layers.BatchNormalization(epsilon=0.1)
    layer(helpers.draw(shape))
    helpers.randomize(layer)
    assert_right(check_layer(layer, helpers.draw(shape), training=training))


@few
@given(shape=image, rate=st.sampled_from([0.0, 0.3, 0.9]))
def test_dropout_of_any_shape(shape, rate):
    layer = layers.Dropout(rate, seed=3)
    assert_right(check_layer(layer, helpers.draw(shape), training=True))


# ---- every loss


def targets_for(name, n, k):
    """Return targets and predictions that fit a loss, away from its kinks."""
    generator = np.random.default_rng(n + 10 * k)
    y_pred = generator.uniform(0.1, 0.9, (n, k))  # probabilities, rows not summing to 1
    if name == "sparse_categorical_crossentropy":
        return generator.integers(k, size=n), y_pred
    if name == "categorical_crossentropy":
        return generator.dirichlet(np.ones(k), n), y_pred
    if name == "binary_crossentropy":
        return generator.uniform(0, 1, (n, k)), y_pred
    if name == "hinge":  # y_pred of both signs, 1 - y y_pred never within 0.1 of 0
        return generator.choice([-1.0, 1.0], (n, k)), generator.choice(
            [-1.5, -0.5, 0.5, 1.5], (n, k)
        )
    return y_pred + helpers.away_from_zero((n, k)), y_pred


def assert_loss_gradient(loss, y, y_pred):
    y_pred = y_pred.copy()
    grad = loss.gradient(y, y_pred)
    numeric = numerical_gradient(lambda p: loss(y, p), y_pred)
    assert grad.shape == y_pred.shape
    assert relative_error(grad, numeric) < TOLERANCE


@pytest.mark.parametrize("name", losses.LOSSES)
@few
@given(n=size, k=st.integers(2, 4))
def test_loss(name, n, k):
    assert_loss_gradient(losses.get(name), *targets_for(name, n, k))


@pytest.mark.parametrize(
    "name", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]
)
@few
@given(n=size, k=st.integers(2, 4))
def test_loss_from_logits(name, n, k):
    y, _ = targets_for(name, n, k)
    loss = losses.LOSSES[name](from_logits=True)
    assert_loss_gradient(loss, y, 3 * helpers.draw((n, k)))


def test_loss_of_hinge_with_labels_0_and_1():
    y = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert_loss_gradient(losses.Hinge(), y, np.array([[0.5, -0.5], [1.5, -1.5]]))


@pytest.mark.parametrize("name", losses.LOSSES)
def test_loss_of_higher_rank(name):
    y, y_pred = targets_for(name, 6, 3)
    y = y.reshape(2, 3, *y.shape[1:])
    assert_loss_gradient(losses.get(name), y, y_pred.reshape(2, 3, 3))


# ---- whole models


def residual_model():
    """Return a small functional model: convolutions, a residual block, dropout, softmax."""
    x = Input((6, 6, 2))
    h = layers.Rescaling(0.5)(x)
    h = layers.Conv2D(3, 3, padding="same", activation="tanh")(h)
    branch = layers.Conv2D(3, 3, padding="same")(h)
    branch = layers.BatchNormalization()(branch)
    h = layers.Add()([branch, h])
    h = layers.Activation("tanh")(h)
    h = layers.MaxPooling2D(2)(h)
    h = layers.Dropout(0.3, seed=5)(layers.Flatten()(h))
    return Model(x, layers.Dense(3, activation="softmax")(h))


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "mse"])
def test_model_with_a_residual_block(loss):
    model = residual_model()
    model.compile("adam", loss)
    y = np.array([0, 2, 1, 1]) if loss.startswith("sparse") else helpers.one_hot(4, 3)
    errors = check_model(model, helpers.draw((4, 6, 6, 2)), y)
    assert len(errors) == 8
    # The bias in front of a batch normalization has no effect: both gradients are rounding
    errors = {name: error for name, error in errors.items() if name != "conv2d_1/bias"}
    assert_right(errors)
    assert np.abs(model.get_layer("conv2d_1").grads["bias"]).max() < 1e-12


def test_model_gradient_with_respect_to_its_input():
    model = residual_model()
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = helpers.draw((2, 6, 6, 2)), np.array([0, 2])

    def loss(x):  # outside training, so neither dropout nor batch statistics interfere
        return model.loss_stage(y, model.forward(x))

    _, grad, on_logits = loss(x)
    grad_x = model.backward(grad, from_logits=on_logits)
    assert relative_error(grad_x, numerical_gradient(lambda x: loss(x)[0], x)) < TOLERANCE


def test_model_whose_input_feeds_two_layers():
    x = Input((3,))
    join = layers.Add()([layers.Dense(3, activation="tanh")(x), layers.Dense(3)(x), x])
    model = Model(x, layers.Dense(1)(join))
    model.compile("sgd", "mse")
    data, y = helpers.draw((5, 3)), helpers.draw((5, 1), 1)
    assert_right(check_model(model, data, y))
    _, grad, _ = model.loss_stage(y, model.forward(data))
    numeric = numerical_gradient(lambda x: model.loss_stage(y, model.forward(x))[0], data)
    assert relative_error(model.backward(grad), numeric) < TOLERANCE


# ---- the check itself


class Wrong(layers.Dense):
    """A dense layer whose kernel gradient lacks a factor."""

    def backward_logits(self, grad_z):
        grad = super().backward_logits(grad_z)
        self.grads["kernel"] *= 1.1
        return grad


def test_a_wrong_backward_is_found():
    errors = check_layer(Wrong(2), helpers.draw((4, 3)))
    assert errors["kernel"] > 1e-2
    assert errors["bias"] < TOLERANCE
    model = Sequential([Input((3,)), Wrong(2)])
    model.compile("sgd", "mse")
    errors = check_model(model, helpers.draw((4, 3)), helpers.draw((4, 2)))
    assert errors["wrong/kernel"] > 1e-2


def test_a_check_leaves_weights_averages_and_inputs_alone():
    model = residual_model()
    model.compile("adam", "mse")
    x, y = helpers.draw((4, 6, 6, 2)), helpers.one_hot(4, 3)
    before, x_before = model.get_weights(), x.copy()
    check_model(model, x, y)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)
    np.testing.assert_array_equal(x, x_before)
    layer = layers.BatchNormalization()
    check_layer(layer, x, training=True)
    np.testing.assert_array_equal(layer.state["moving_mean"], 0)


def test_a_failing_function_leaves_the_array_alone():
    x = np.array([1.0, 2.0])

    def function(x):
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        numerical_gradient(function, x)
    np.testing.assert_array_equal(x, [1.0, 2.0])
