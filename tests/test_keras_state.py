"""What training changes within a Keras model, read and put back."""

import keras
import numpy as np
import pytest

from skpnn._keras_state import read_seeds, restored_on_error, write_seeds

X = np.ones((8, 3), "float32")
Y = np.ones((8, 1), "float32")


def trained(optimizer="adam"):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    model.fit(X, Y, verbose=0)
    return model


def state(model):
    return [np.copy(v) for v in [*model.variables, *model.optimizer.variables]]


def is_same(one, other):
    return all(map(np.array_equal, one, other))


def fail_after_training(model):
    with restored_on_error(model):
        model.fit(X, Y, verbose=0)
        raise KeyboardInterrupt


def test_weights_optimizer_and_seeds_are_restored_on_error():
    model = trained()
    before = state(model)
    with pytest.raises(KeyboardInterrupt):
        fail_after_training(model)
    assert is_same(state(model), before)


def test_training_that_succeeds_is_kept():
    model = trained()
    before = state(model)
    with restored_on_error(model):
        model.fit(X, Y, verbose=0)
    assert not is_same(state(model), before)


@pytest.mark.parametrize("model", [None, trained])
def test_what_is_no_model_has_nothing_to_restore(model):
    with pytest.raises(RuntimeError, match="enough"), restored_on_error(model):
        raise RuntimeError("enough")


def test_random_numbers_go_on_from_the_seeds():
    model = trained()
    seeds = read_seeds(model)
    first = np.asarray(model(X, training=True))
    assert not np.array_equal(model(X, training=True), first)
    write_seeds(model, seeds)
    np.testing.assert_array_equal(model(X, training=True), first)
