"""Arguments of KerasClassifier and KerasRegressor: known ones arrive, misspelt ones raise."""

import copy

import keras
import numpy as np
import pytest
import scikeras.wrappers
import tensorflow as tf
from sklearn.base import clone
from sklearn.metrics import accuracy_score

from skpnn.keras_estimators import KerasClassifier, KerasRegressor
from tests.keras_estimators.shared import (
    FRAME,
    TARGET,
    X,
    Y,
    classifier,
    classifier_model,
    regressor,
    regressor_model,
    steps,
)

# Arguments of the constructor


@pytest.mark.parametrize("name", ["epoch", "widht", "optimzer__learning_rate", "fit_batch_size"])
def test_misspelt_argument_raises(name):
    with pytest.raises(TypeError, match=f"unexpected argument '{name}'.*'dropout', 'width'"):
        classifier(**{name: 1})


def test_misspelt_argument_beside_a_built_model_raises():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    with pytest.raises(TypeError, match="unexpected argument 'width'"):
        KerasRegressor(model, width=3)


def test_regressor_knows_no_class_weight():
    with pytest.raises(TypeError, match="unexpected argument 'class_weight'"):
        regressor(class_weight="balanced")


def test_misspelt_routed_argument_raises_at_fit():
    with pytest.raises(TypeError, match="unexpected keyword argument 'widht'"):
        classifier(model__widht=3).fit(X, Y)


@pytest.mark.parametrize("arguments", [{"fit__batchsize": 3}, {}])
def test_misspelt_argument_of_keras_fit_raises(arguments):
    at_fit = {} if arguments else {"batchsize": 3}
    with pytest.raises(TypeError, match="unexpected keyword argument 'batchsize'"):
        classifier(**arguments).fit(X, Y, **at_fit)


def test_misspelt_argument_of_keras_predict_raises():
    model = classifier(predict__batchsize=3).fit(X, Y)
    with pytest.raises(TypeError, match="unexpected keyword argument 'batchsize'"):
        model.predict(X)


def test_model_function_with_keywords_takes_any_argument():
    given = []

    def model(**arguments):
        given.append(arguments["anything"])
        return classifier_model(arguments["meta"])

    classifier(model, anything=5).initialize(X, Y)
    assert given == [5]


def test_set_params_takes_routed_arguments_of_callbacks():
    model = classifier(callbacks=keras.callbacks.EarlyStopping, callbacks__patience=1)
    assert model.set_params(callbacks__patience=3).get_params()["callbacks__patience"] == 3


def test_set_params_refuses_an_unknown_argument():
    with pytest.raises(ValueError, match="Invalid parameter widht"):
        classifier().set_params(widht=3)


def test_clone_keeps_all_arguments():
    model = classifier(width=3, model__dropout=0.5, callbacks__0__patience=2)
    assert clone(model).get_params() == model.get_params()


# Routing, as in scikeras: the same arguments give the same training


def halving(epoch, rate):
    return rate / 2


class Halving(keras.callbacks.LearningRateScheduler):
    pass


def compiled_model(meta, compile_kwargs):
    model = classifier_model(meta)
    model.compile(**compile_kwargs)
    return model


def model_of_params(meta, params):
    return classifier_model(meta, width=2 + params["epochs"])


ROUTED = {
    "names": {"optimizer": "adam", "optimizer__learning_rate": 0.1, "metrics": ["accuracy"]},
    "classes": {
        "optimizer": keras.optimizers.SGD,
        "optimizer__momentum": 0.9,
        "loss": keras.losses.BinaryCrossentropy,
        "loss__label_smoothing": 0.3,
        "metrics": [keras.metrics.BinaryAccuracy, keras.metrics.MeanSquaredError],
        "metrics__0__threshold": 0.6,
    },
    "schedule": {
        "optimizer": "sgd",
        "optimizer__learning_rate": keras.optimizers.schedules.ExponentialDecay(0.5, 3, 0.5),
    },
    "metric names": {"metrics": ["mse", keras.metrics.TruePositives(name="tp")]},
    "model function": {"width": 3, "model__dropout": 0.0, "batch_size": -1},
    "compiled by the user": {"model": compiled_model, "optimizer": "nadam", "epochs": 1},
    "params": {"model": model_of_params, "fit__epochs": 3},
    "fit": {"fit__batch_size": 7, "batch_size": 50, "fit__shuffle": False},
    "list of callbacks": {
        "callbacks": [Halving, keras.callbacks.EarlyStopping],
        "callbacks__0__schedule": halving,
        "callbacks__1__monitor": "loss",
    },
    "dict of callbacks": {
        "callbacks": {"bs": keras.callbacks.EarlyStopping, "lr": [Halving]},
        "callbacks__bs__monitor": "loss",
        "callbacks__bs__mode": "max",
        "callbacks__lr__0__schedule": halving,
    },
    "callbacks of fit": {"fit__callbacks": [Halving], "fit__callbacks__schedule": halving},
    "compile": {"compile__weighted_metrics": ["mse"], "compile__loss_weights": [0.5]},
    "keras' own loop": {"fit__steps_per_epoch": 2, "batch_size": 16},
    "validation data": {"fit__validation_data": (X[::3], Y[::3]), "fit__validation_freq": 2},
    "predict": {"predict__batch_size": 3},
}


@pytest.mark.parametrize("arguments", ROUTED.values(), ids=ROUTED.keys())
def test_routed_arguments_train_as_in_scikeras(arguments):
    defaults = {"model": classifier_model, "loss": "binary_crossentropy", "optimizer": "sgd"}
    given = defaults | {"shuffle": False, "verbose": 0, "epochs": 4} | arguments
    if "fit__steps_per_epoch" in given:
        given["epochs"] = 1
    theirs = scikeras.wrappers.KerasClassifier(**copy.deepcopy(given)).fit(X, Y)
    ours = KerasClassifier(**copy.deepcopy(given)).fit(X, Y)
    assert ours.history_.keys() == theirs.history_.keys()
    for name, values in theirs.history_.items():
        np.testing.assert_allclose(ours.history_[name], values, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-3)


def test_regressor_trains_as_in_scikeras():
    given = {"optimizer": "adam", "optimizer__learning_rate": 0.05, "epochs": 3, "shuffle": False}
    weight = np.where(TARGET > 0, 1.5, 0.5)
    weight /= weight.mean()
    models = [
        kind(regressor_model, loss="mae", metrics=["mse"], verbose=0, **given)
        for kind in (KerasRegressor, scikeras.wrappers.KerasRegressor)
    ]
    ours, theirs = (model.fit(X, TARGET, sample_weight=weight).predict(X) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
    assert models[0].history_.keys() == models[1].history_.keys()


def test_epochs_at_fit_win(fitted):
    assert len(classifier(epochs=7, fit__epochs=5).fit(X, Y, epochs=2).history_["loss"]) == 2


def test_batch_size_of_fit_wins():
    assert steps(classifier(batch_size=2, fit__batch_size=80).fit(X, Y)) == 2


def test_batch_size_of_minus_one_takes_all_events():
    assert steps(classifier(batch_size=-1, epochs=3).fit(X, Y)) == 3


def test_predict_batch_size_bounds_what_the_model_sees():
    sizes = []

    def model(meta):
        inputs = keras.Input((3,))
        seen = keras.layers.Lambda(lambda x: watched(x), (3,))(inputs)
        return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(seen))

    def watched(x):
        return tf.ensure_shape(tf.py_function(note, [x], x.dtype), (None, 3))

    def note(x):
        sizes.append(len(x))
        return x

    fitted = classifier(model, predict__batch_size=50).fit(X, Y)
    sizes.clear()
    fitted.predict(X)
    assert max(sizes) == 50


def test_callbacks_of_predict_are_called():
    calls = []
    callback = keras.callbacks.LambdaCallback(on_predict_end=lambda logs: calls.append(1))
    classifier(predict__callbacks=[callback]).fit(X, Y).predict(X)
    assert calls == [1]


def test_scorer_can_be_overridden_and_gets_routed_arguments():
    class Absolute(KerasRegressor):
        scorer = staticmethod(lambda y, p, sample_weight=None, power=1: abs(y - p).max() ** power)

    model = Absolute(regressor_model, loss="mse", verbose=0, score__power=2).fit(X, TARGET)
    assert model.score(X, TARGET) == pytest.approx(abs(model.predict(X) - TARGET).max() ** 2)


def test_score_weighs_events(fitted):
    weight = np.linspace(0, 1, len(Y))
    expected = accuracy_score(Y, fitted.predict(FRAME), sample_weight=weight)
    assert fitted.score(FRAME, Y, sample_weight=weight) == pytest.approx(expected)


def test_score_takes_lists(fitted_regressor):
    expected = fitted_regressor.score(X, TARGET, sample_weight=np.ones(160))
    given = fitted_regressor.score(X.tolist(), TARGET.tolist(), sample_weight=[1] * 160)
    assert given == pytest.approx(expected)
