"""Constants of training that are set after a network is compiled."""

import keras
import numpy as np
import pytest
from keras import ops

from skpnn.adjustable import AdjustableDropout, AdjustableL2, AdjustableSGD, Number

X = np.random.default_rng(0).uniform(1, 2, size=(400, 50)).astype("float32")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_number_has_the_precision_asked_for(dtype):
    number = Number(0.1).as_dtype(dtype)
    assert number.dtype == dtype
    assert float(number) == np.dtype(dtype).type(0.1)


def test_number_is_no_weight_of_a_layer():
    assert AdjustableDropout(0.5).weights == []


@pytest.mark.parametrize("rate", [0.1, 0.6])
def test_dropout_drops_a_share_and_scales_the_rest(rate):
    layer = AdjustableDropout(0.3, seed=1)
    layer.rate.assign(rate)
    dropped = ops.convert_to_numpy(layer(X, training=True))
    kept = dropped != 0
    assert kept.mean() == pytest.approx(1 - rate, abs=0.02)
    np.testing.assert_allclose(dropped[kept], X[kept] / (1 - rate), rtol=1e-5)


def test_dropout_is_keras_own_at_the_same_seed():
    ours, theirs = AdjustableDropout(0.3, seed=1), keras.layers.Dropout(0.3, seed=1)
    np.testing.assert_allclose(ours(X, training=True), theirs(X, training=True), rtol=1e-5)


def test_dropout_idles_in_inference():
    np.testing.assert_array_equal(AdjustableDropout(0.5)(X, training=False), X)


def test_dropout_is_saved_with_its_rate():
    layer = AdjustableDropout(0.3, seed=1)
    layer.rate.assign(0.75)
    copied = keras.layers.deserialize(keras.layers.serialize(layer))
    assert (float(copied.rate), copied.seed) == (0.75, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_penalty_is_alpha_times_the_squares(dtype):
    penalty = AdjustableL2(1.0)
    penalty.alpha.assign(0.25)
    assert float(penalty(X.astype(dtype))) == pytest.approx(0.25 * np.square(X).sum(), rel=1e-5)


def test_penalty_is_saved_with_its_alpha():
    penalty = AdjustableL2(1.0)
    penalty.alpha.assign(0.25)
    copied = keras.regularizers.deserialize(keras.regularizers.serialize(penalty))
    assert float(copied.alpha) == 0.25


def steps(optimizer, n=3):
    variable = keras.Variable([1.0, -2.0])
    optimizer.build([variable])
    for _ in range(n):
        optimizer.apply([2 * variable.value])
    return variable.numpy()


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.2, 0.9, 1.0])
def test_steps_are_those_of_keras_with_that_momentum(momentum, nesterov):
    ours = AdjustableSGD(0.1, momentum=0.5, nesterov=nesterov)
    ours.assign_momentum(momentum)
    theirs = keras.optimizers.SGD(0.1, momentum=momentum, nesterov=nesterov)
    np.testing.assert_allclose(steps(ours), steps(theirs), rtol=1e-6)


def test_optimizer_is_saved_with_its_momentum():
    optimizer = AdjustableSGD(0.1, momentum=0.5, nesterov=True)
    optimizer.assign_momentum(0.25)
    copied = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert copied.get_config() == optimizer.get_config() | {"momentum": 0.25}
