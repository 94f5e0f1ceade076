"""When a model must be trained or used in Keras' own loops, and how it is trained in them."""

import keras
import numpy as np
import pytest

from skpnn._keras_loop import (
    FitTask,
    are_arrays,
    fit_in_keras,
    needs_keras_fit,
    needs_keras_predict,
)
from skpnn.engine.events import Events

EVENTS = Events(np.arange(10.0).reshape(10, 1), np.arange(10.0), np.linspace(0.5, 1.5, 10))
ARGUMENTS = {"epochs": 1, "initial_epoch": 0, "callbacks": [], "verbose": 0}


def model_of(kind=keras.Model, **compile_arguments):
    inputs = keras.Input((1,))
    model = kind(inputs, keras.layers.Dense(1)(inputs))
    model.compile("sgd", "mse", **compile_arguments)
    return model


def task(events=EVENTS, *, validation=None, is_weighted=False, **arguments):
    rng = np.random.default_rng(0)
    return FitTask(events, validation, is_weighted, ARGUMENTS | arguments, rng)


class OwnTestStep(keras.Model):
    def test_step(self, data):
        return super().test_step(data)


class OwnPredictStep(keras.Model):
    def predict_step(self, data):
        return super().predict_step(data)


class Recorder(keras.Model):
    """Keeps the batches that it is trained and tested on."""

    def train_step(self, data):
        self.__dict__.setdefault("trained_on", []).append([np.asarray(part) for part in data])
        return super().train_step(data)

    def test_step(self, data):
        self.__dict__.setdefault("tested_on", []).append([np.asarray(part) for part in data])
        return super().test_step(data)


def recorded(**arguments):
    # Eager: a traced step sees no values.
    model = model_of(Recorder, run_eagerly=True)
    fit_in_keras(model, task(**arguments))
    return model


@pytest.mark.parametrize("arguments", [{}, {"batch_size": 3, "shuffle": False, "verbose": 2}])
def test_plain_fits_are_compiled(arguments):
    assert not needs_keras_fit(model_of(), task(**arguments))


@pytest.mark.parametrize("arguments", [{"steps_per_epoch": 2}, {"nonsense": 1}])
def test_other_arguments_are_left_to_keras(arguments):
    assert needs_keras_fit(model_of(), task(**arguments))


def test_arguments_of_none_do_not_count():
    assert not needs_keras_fit(model_of(), task(validation_data=None))


@pytest.mark.parametrize(
    "model", [model_of(run_eagerly=True), model_of(OwnTestStep)], ids=["eager", "own step"]
)
def test_eager_models_and_steps_of_their_own_are_left_to_keras(model):
    assert needs_keras_fit(model, task())


def test_tensors_are_left_to_keras():
    tensors = Events(keras.ops.ones((10, 1)), EVENTS.target, EVENTS.weight)
    assert needs_keras_fit(model_of(), task(tensors))


def test_plain_predictions_are_compiled():
    assert not needs_keras_predict(model_of(OwnTestStep), [keras.callbacks.EarlyStopping()])


@pytest.mark.parametrize(
    "model", [model_of(run_eagerly=True), model_of(OwnPredictStep)], ids=["eager", "own step"]
)
def test_eager_predictions_and_steps_of_their_own_are_left_to_keras(model):
    assert needs_keras_predict(model, [])


def test_callbacks_that_act_in_predict_are_left_to_keras():
    acting = keras.callbacks.LambdaCallback(on_predict_end=lambda logs: None)
    assert needs_keras_predict(model_of(), [[acting]])


@pytest.mark.parametrize("X", [np.ones(2), [np.ones(2)], {"a": np.ones(2), "b": [np.ones(3)]}])
def test_arrays_in_any_structure_are_arrays(X):
    assert are_arrays(X)


@pytest.mark.parametrize("X", [[np.ones(2), 1.0], {"a": keras.ops.ones(2)}])
def test_anything_else_is_not(X):
    assert not are_arrays(X)


@pytest.mark.parametrize(("is_weighted", "n_parts"), [(True, 3), (False, 2)])
def test_steps_are_handed_weights_where_there_are_some(is_weighted, n_parts):
    model = recorded(is_weighted=is_weighted, validation=EVENTS)
    assert {len(batch) for batch in model.trained_on + model.tested_on} == {n_parts}


def test_numbers_come_in_the_precision_of_keras():
    assert {part.dtype.name for part in recorded(is_weighted=True).trained_on[0]} == {"float32"}


def test_last_batch_holds_the_rest():
    assert [len(X) for X, _ in recorded(batch_size=4).trained_on] == [4, 4, 2]


def test_every_epoch_has_every_event_in_an_order_of_its_own():
    model = recorded(batch_size=10, epochs=2)
    first, second = (target.ravel().tolist() for _, target in model.trained_on)
    assert sorted(first) == sorted(second) == EVENTS.target.tolist()
    assert len({tuple(first), tuple(second), tuple(EVENTS.target)}) == 3


def test_order_is_kept_without_shuffling():
    ((_, target),) = recorded(batch_size=10, shuffle=False).trained_on
    assert target.ravel().tolist() == EVENTS.target.tolist()


def test_arguments_of_the_caller_are_left_alone():
    given = task(batch_size=4, shuffle=False, validation=EVENTS)
    before = dict(given.arguments)
    fit_in_keras(model_of(), given)
    assert given.arguments == before
