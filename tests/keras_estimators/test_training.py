"""Optimizers, callbacks, going on, failing and diverging."""

import copy

import keras
import numpy as np
import pytest
import scikeras.wrappers
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from skpnn.exceptions import DivergenceWarning
from tests.keras_estimators.shared import (
    FRAME,
    TARGET,
    X,
    Y,
    assert_same_state,
    classifier,
    classifier_model,
    learner,
    learning_rate,
    regressor,
    steps,
)

# Optimizers


def test_optimizer_instance_can_be_fitted_twice():
    model = classifier(optimizer=keras.optimizers.SGD(0.25))
    first = model.fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, Y).predict_proba(X), first)


def test_optimizer_instance_keeps_its_arguments():
    model = classifier(optimizer=keras.optimizers.SGD(0.25, momentum=0.5)).fit(X, Y)
    assert (learning_rate(model), model.model_.optimizer.momentum) == (0.25, 0.5)


def test_optimizer_instance_is_cross_validated():
    model = learner(optimizer=keras.optimizers.Adam(0.1))
    del model.optimizer__learning_rate
    assert cross_val_score(model, X, Y, cv=2, error_score="raise").min() > 0.85


def test_clone_of_a_fitted_estimator_with_instances_can_be_fitted():
    model = classifier(
        optimizer=keras.optimizers.Adam(0.25),
        loss=keras.losses.BinaryCrossentropy(),
        metrics=[keras.metrics.AUC(name="auc")],
        callbacks=[keras.callbacks.EarlyStopping("loss")],
    ).fit(X, Y)
    assert learning_rate(clone(model).fit(X, Y)) == 0.25


def test_moving_average_of_weights_is_used():
    # With a momentum of 1 the average stays at the weights after the first of ten steps.
    averaged = {"optimizer__use_ema": True, "optimizer__ema_momentum": 1.0, "batch_size": 16}
    model = classifier(optimizer="sgd", shuffle=False, **averaged).fit(X, Y)
    theirs = scikeras.wrappers.KerasClassifier(
        classifier_model,
        loss="binary_crossentropy",
        verbose=0,
        optimizer="sgd",
        shuffle=False,
        **averaged,
    ).fit(X, Y)
    np.testing.assert_allclose(model.predict_proba(X), theirs.predict_proba(X), rtol=1e-4)


# Going on


@pytest.mark.parametrize("n_calls", [1, 3])
def test_partial_fit_trains_one_epoch_more(n_calls):
    model = classifier(batch_size=16, epochs=9)
    for _ in range(n_calls):
        model.partial_fit(X, Y)
    assert (model.current_epoch, steps(model)) == (n_calls, 10 * n_calls)


def test_partial_fit_goes_on_as_fit_does():
    whole = classifier(epochs=3, shuffle=False).fit(X, Y)
    parts = classifier(shuffle=False).partial_fit(X, Y).partial_fit(X, Y).partial_fit(X, Y)
    np.testing.assert_allclose(parts.predict_proba(X), whole.predict_proba(X), rtol=1e-5)


def test_partial_fit_refuses_epochs():
    with pytest.raises(TypeError, match="Invalid argument `epochs` to `partial_fit`"):
        classifier().partial_fit(X, Y, epochs=3)


def test_partial_fit_with_classes_may_see_one_class_at_first():
    model = classifier().partial_fit(X[:80], Y[:80], classes=[0, 1])
    assert model.predict_proba(X).shape == (160, 2)


def test_model_compiled_anew_is_trained_anew():
    model = classifier().fit(X, Y)
    model.model_.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
    before = model.predict_proba(X)
    np.testing.assert_array_equal(model.partial_fit(X, Y).predict_proba(X), before)


def test_warm_start_goes_on_with_the_model_and_its_history_anew():
    model = classifier(warm_start=True, batch_size=16).fit(X, Y)
    first = model.model_
    model.fit(X, Y)
    assert (model.model_ is first, steps(model), model.current_epoch) == (True, 20, 1)


def test_warm_start_keeps_the_classes():
    model = classifier(warm_start=True).fit(X, Y).fit(X, Y)
    assert model.classes_.tolist() == [0, 1]


def test_fit_starts_anew(fitted):
    model = classifier().fit(X, Y)
    first = model.predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, Y).predict_proba(X), first)


def test_initialize_builds_without_training():
    model = classifier().initialize(X, Y)
    expected = classifier_model({"n_features_in_": 3})(X)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1:], expected, rtol=1e-5)


def test_partial_fit_after_initialize_is_the_first_epoch():
    assert classifier().initialize(X, Y).partial_fit(X, Y).current_epoch == 1


# Callbacks


def test_early_stopping_on_the_validation_loss_ends_training():
    stopping = keras.callbacks.EarlyStopping("val_loss", patience=1, mode="max")
    model = classifier(callbacks=[stopping], epochs=9, validation_split=0.25).fit(X, Y)
    assert model.current_epoch == 2


def test_early_stopping_restores_the_best_weights():
    stopping = keras.callbacks.EarlyStopping(
        "loss", patience=1, mode="max", restore_best_weights=True
    )
    stopped = classifier(callbacks=stopping, epochs=9, shuffle=False).fit(X, Y).predict_proba(X)
    once = classifier(epochs=1, shuffle=False).fit(X, Y).predict_proba(X)
    np.testing.assert_allclose(stopped, once, rtol=1e-6)


def test_reduced_learning_rate_is_used():
    callback = keras.callbacks.ReduceLROnPlateau("loss", patience=1, mode="max", factor=0.5)
    model = classifier(optimizer=keras.optimizers.SGD(0.25), callbacks=[callback], epochs=3)
    assert learning_rate(model.fit(X, Y)) == 0.0625


def test_callback_may_stop_within_an_epoch():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    assert steps(classifier(callbacks=[Stop()], batch_size=16, epochs=3).fit(X, Y)) == 3


def test_callbacks_hear_of_the_validation():
    calls = []
    callback = keras.callbacks.LambdaCallback(on_test_end=lambda logs: calls.append(1))
    classifier(callbacks=[callback], validation_split=0.25, epochs=2).fit(X, Y)
    assert calls == [1, 1]


def test_callbacks_given_to_fit_are_called():
    calls = []
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: calls.append(epoch))
    classifier(epochs=2).fit(X, Y, callbacks=[callback])
    assert calls == [0, 1]


def test_something_else_than_a_callback_raises():
    with pytest.raises(TypeError, match="``callbacks`` must be one of"):
        classifier(callbacks=["early stopping"]).fit(X, Y)


# Failing and diverging


def raising(epoch, logs):
    raise RuntimeError("enough")


WITH_NAN = FRAME.assign(eta=np.where(FRAME.index == 7, np.nan, FRAME["eta"]))
FAILING = {
    "NaN": ({}, WITH_NAN, ValueError, "NaN in column 'eta': 1 of 160 rows, first in row 7"),
    "callback": (
        {"callbacks": keras.callbacks.LambdaCallback(on_epoch_end=raising)},
        FRAME,
        RuntimeError,
        "enough",
    ),
    "loss": ({"loss": "nonsense"}, FRAME, ValueError, "Could not interpret loss"),
}


@pytest.mark.parametrize(("arguments", "features", "error", "match"), FAILING.values(), ids=FAILING)
def test_failing_fit_leaves_the_estimator_unchanged(arguments, features, error, match):
    model = classifier().fit(X, Y)
    before = copy.deepcopy(model)
    with pytest.raises(error, match=match):
        model.set_params(**arguments).fit(features, Y)
    assert not hasattr(model, "feature_names_in_")
    assert_same_state(model, before)


@pytest.mark.parametrize("arguments", [{}, {"fit__validation_freq": 1}])
def test_failing_partial_fit_leaves_the_model_unchanged(arguments):
    fail = keras.callbacks.LambdaCallback(on_epoch_end=lambda e, _: raising(e, _) if e else None)
    model = classifier(callbacks=fail, optimizer="adam", **arguments).partial_fit(X, Y)
    before = copy.deepcopy(model)
    with pytest.raises(RuntimeError, match="enough"):
        model.partial_fit(X, Y)
    assert_same_state(model, before)
    assert steps(model) == 5


def test_failing_first_fit_leaves_nothing_behind():
    model = classifier()
    with pytest.raises(ValueError, match="NaN"):
        model.fit(WITH_NAN, Y)
    assert not [name for name in vars(model) if name.endswith("_")]


@pytest.fixture(scope="module")
def diverged():
    model = regressor(optimizer="sgd", optimizer__learning_rate=1e20, epochs=4)
    with pytest.warns(DivergenceWarning, match="Training diverged in epoch"):
        model.fit(X, TARGET)
    return model


def test_diverging_stops(diverged):
    assert diverged.current_epoch < 4


def test_diverged_model_predicts_finite_numbers(diverged):
    assert np.isfinite(diverged.predict(X)).all()
