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
from skpnn.engine import programs
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
def traces(monkeypatch, empty_pool):
    """The programs made, from an empty pool."""
    made = []
    make = programs.new_program
    for module in (programs, _keras_runner):
        monkeypatch.setattr(module, "new_program", lambda *a: made.append(make(*a)) or made[-1])
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


def test_one_program_serves_every_fit(traces):
    one = runner()
    fit(one)
    fit(one, batch_size=7)
    assert len(traces) == 1


def test_one_program_serves_models_that_are_alike(traces):
    for _ in range(3):
        fit(runner(dropout=0.5))
    assert len(traces) == 1


def test_program_keeps_nothing_of_the_model_that_it_was_made_for(traces):
    one = runner()
    one.model.compile("adam", "mse")
    fit(one)
    own = {id(v.value) for v in (*one.model.variables, *one.model.optimizer.variables)}
    (program,) = traces
    assert program._graphs.variables
    assert own.isdisjoint(map(id, program._graphs.variables))


def test_model_compiled_anew_has_a_program_of_its_own(traces):
    one = runner()
    fit(one)
    one.model.compile("adam", "mse")
    fit(one)
    assert len(traces) == 2


def test_models_that_are_alike_train_as_if_alone():
    fit(runner())
    one, other = runner(), runner()
    fit(one, epochs=2)
    fit(other)
    fit(other)
    again = runner()
    fit(again, epochs=2)
    np.testing.assert_array_equal(one.predict(X), again.predict(X))
    assert not np.array_equal(one.predict(X), other.predict(X))


def test_optimizer_goes_on_where_it_was(traces):
    one = runner()
    fit(one)
    before = int(one.model.optimizer.iterations)
    fit(runner())
    fit(one)
    assert int(one.model.optimizer.iterations) == 2 * before


def test_callbacks_look_at_the_users_model_after_a_fit():
    one, callback = runner(), keras.callbacks.Callback()
    fit(one, callbacks=[callback])
    assert callback.model is one.model


class Unfinished(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise NotImplementedError("of the callback's own")


def test_error_of_a_callback_is_raised():
    with pytest.raises(NotImplementedError, match="of the callback's own"):
        fit(runner(), callbacks=[Unfinished()])


class Freeze(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.layers[-1].trainable = False


def test_program_whose_layers_were_frozen_is_not_shared(traces):
    fit(runner(), callbacks=[Freeze()])
    fit(runner())
    assert len(traces) == 2


def test_layers_frozen_after_a_fit_predict_as_before():
    one = runner()
    fit(one)
    before = one.predict(X)
    one.model.layers[-1].trainable = False
    np.testing.assert_array_equal(one.predict(X), before)


class Silent(keras.layers.Layer):
    """A layer that cannot say what it is made of."""

    def get_config(self):
        raise NotImplementedError

    def call(self, inputs):
        return inputs


def test_model_that_cannot_be_described_trains():
    model = keras.Sequential([keras.Input((3,)), Silent(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    one = ModelRunner(model)
    assert len(fit(one, epochs=2)["loss"]) == 2
    np.testing.assert_allclose(one.predict(X), model(X), rtol=1e-5)


class Doubled(keras.layers.Layer):
    """A layer whose configuration says nothing of `factor`, set after it is made."""

    factor = 2.0

    def call(self, inputs):
        return inputs * self.factor


def test_layer_that_cannot_be_copied_is_trained_itself(traces):
    for factor in (0.0, 1.0):
        layer = Doubled()
        layer.factor = factor
        dense = keras.layers.Dense(1, kernel_initializer="ones")
        model = keras.Sequential([keras.Input((3,)), layer, dense])
        model.compile("sgd", "mse")
        one = ModelRunner(model)
        fit(one)
        np.testing.assert_allclose(one.predict(X), model(X), rtol=1e-5)
    assert [program.model for program in traces][-1] is model


IMAGES = [keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 2), keras.layers.Flatten()]


@pytest.mark.parametrize(
    ("layers", "is_flat"), [([keras.Input((3,))], True), (IMAGES, False)], ids=["rows", "images"]
)
def test_xla_is_not_for_images(layers, is_flat):
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    assert _keras_runner._is_flat(model) is is_flat


def test_xla_is_not_for_models_without_fixed_layers():
    assert not _keras_runner._is_flat(Own())


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
