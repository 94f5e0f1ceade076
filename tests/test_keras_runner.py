"""A Keras model and its compiled programs."""

import copy
import logging
import pickle

import keras
import numpy as np
import pytest

from skpnn import _keras_runner
from skpnn._keras_loop import FitTask
from skpnn._keras_runner import ModelRunner
from skpnn.engine.events import Events

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
EVENTS = Events(X, X[:, :1], np.ones(40))


def runner(dropout=0.0):
    dense = keras.layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(dropout), dense])
    model.compile("sgd", "mse")
    return ModelRunner(model)


def fit(runner, **arguments):
    given = {"epochs": 1, "initial_epoch": 0, "callbacks": [], "verbose": 0} | arguments
    return runner.fit(FitTask(EVENTS, None, False, given, np.random.default_rng(0)))


@pytest.fixture
def programs(monkeypatch):
    """The programs made."""
    made = []
    make = _keras_runner.Program
    monkeypatch.setattr(_keras_runner, "Program", lambda *a: made.append(make(*a)) or made[-1])
    return made


def test_history_is_that_of_the_epochs():
    assert len(fit(runner(), epochs=3)["loss"]) == 3


@pytest.mark.parametrize("arguments", [{}, {"steps_per_epoch": 1}])
def test_predictions_follow_training(arguments):
    one = runner()
    before = one.predict(X)
    fit(one, **arguments)
    assert not np.array_equal(one.predict(X), before)
    np.testing.assert_allclose(one.predict(X), one.model(X), rtol=1e-5)


def test_one_program_serves_every_fit(programs):
    one = runner()
    fit(one)
    fit(one, batch_size=7)
    assert len(programs) == 1


def test_model_compiled_anew_has_a_program_of_its_own(programs):
    one = runner()
    fit(one)
    one.model.compile("adam", "mse")
    fit(one)
    assert len(programs) == 2


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies_go_on_with_their_random_numbers(copied):
    one = runner(dropout=0.5)
    fit(one)
    other = copied(one)
    fit(one)
    fit(other)
    np.testing.assert_array_equal(other.predict(X), one.predict(X))


class Own(keras.Model):
    """A model whose class is registered nowhere."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)


def own_loss(y, predicted):
    return keras.losses.mean_squared_error(y, predicted)


def test_users_own_classes_and_functions_are_copied():
    model = Own()
    model.compile("sgd", own_loss)
    model(X)
    other = pickle.loads(pickle.dumps(ModelRunner(model)))
    np.testing.assert_array_equal(other.predict(X), ModelRunner(model).predict(X))
    assert other.model.loss is own_loss


def test_many_models_are_no_retracing(caplog):
    logger = logging.getLogger("tensorflow")
    logger.addHandler(caplog.handler)
    for _ in range(6):
        runner().predict(X)
    logger.removeHandler(caplog.handler)
    assert "retracing" not in caplog.text
