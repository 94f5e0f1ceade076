"""Which Keras loss an argument stands for."""

import keras
import numpy as np
import pytest

from skpnn.losses import resolve_loss

ERRORS = np.array([[-3.0], [-0.5], [0.1], [2.0]])
ZEROS = np.zeros((4, 1))


def mean_loss(loss, **arguments):
    return float(resolve_loss(loss, dtype="float64", **arguments)(ZEROS, ERRORS))


def test_squared_error():
    assert mean_loss("squared_error") == pytest.approx(np.square(ERRORS).mean())


def test_absolute_error():
    assert mean_loss("absolute_error") == pytest.approx(np.abs(ERRORS).mean())


@pytest.mark.parametrize("delta", [0.3, 1.0, 5.0])
def test_huber_turns_into_a_line_at_delta(delta):
    size = np.abs(ERRORS)
    expected = np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)).mean()
    assert mean_loss("huber", huber_delta=delta) == pytest.approx(expected)


def test_huber_with_a_delta_for_each_target():
    loss = resolve_loss("huber", dtype="float64", huber_delta=(1.0, 0.1))
    errors = np.array([[2.0, 2.0]])
    expected = (1.0 * (2 - 0.5) + 0.1 * (2 - 0.05)) / 2
    assert float(loss(np.zeros((1, 2)), errors)) == pytest.approx(expected)


def test_binary_crossentropy():
    loss = resolve_loss("binary_crossentropy", dtype="float64")
    expected = -(np.log(0.8) + np.log(1 - 0.3)) / 2
    assert float(loss(np.array([[1.0], [0.0]]), np.array([[0.8], [0.3]]))) == pytest.approx(
        expected
    )


def test_categorical_crossentropy():
    loss = resolve_loss("categorical_crossentropy", dtype="float64")
    given = np.array([[0.2, 0.5, 0.3]])
    assert float(loss(np.array([[0.0, 1.0, 0.0]]), given)) == pytest.approx(-np.log(0.5))


@pytest.mark.parametrize(
    "loss",
    ["binary_crossentropy", "categorical_crossentropy", "squared_error", "absolute_error", "huber"],
)
def test_named_losses_keep_the_precision(loss):
    assert resolve_loss(loss, dtype="float64").dtype == "float64"


def test_other_keras_names_are_known():
    assert resolve_loss("log_cosh", dtype="float32") is keras.losses.get("log_cosh")


def test_keras_loss_is_taken_as_it_is():
    loss = keras.losses.Poisson()
    assert resolve_loss(loss, dtype="float32") is loss


def test_function_is_taken_as_it_is():
    def loss(y_true, y_pred):
        return keras.ops.mean(y_true - y_pred, axis=-1)

    assert resolve_loss(loss, dtype="float32") is loss


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"loss='sqared_error' is unknown; .*'squared_error'"):
        resolve_loss("sqared_error", dtype="float32")
