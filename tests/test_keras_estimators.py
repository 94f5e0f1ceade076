"""KerasClassifier and KerasRegressor: what a scikeras user keeps, and the faults that are gone."""

import copy
import pickle
import random
import subprocess
import sys
import threading

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
import scikeras.wrappers
import tensorflow as tf
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin, clone, is_classifier, is_regressor
from sklearn.metrics import accuracy_score, mean_absolute_error
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from tensorflow.python.framework import config

from skpnn.exceptions import DivergenceWarning
from skpnn.keras_estimators import KerasClassifier, KerasRegressor

RNG = np.random.default_rng(0)
# Background first, then signal, as physicists concatenate them.
Y = np.repeat([0, 1], 80)
X = (RNG.normal(size=(160, 3)) + 2 * Y[:, None]).astype("float32")
TARGET = (X @ [1.0, -2.0, 0.5]).astype("float32")
FRAME = pd.DataFrame(X, columns=["pt", "eta", "mass"])
THREE = np.repeat(["b", "c", "light"], [60, 50, 50])
PLANE = (RNG.normal(size=(160, 2)) + 4 * np.eye(3, 2)[np.repeat([0, 1, 2], [60, 50, 50])]).astype(
    "float32"
)


def initializer(seed=1):
    return keras.initializers.GlorotUniform(seed=seed)


def classifier_model(meta, width=4, dropout=0.0):
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dense(width, "relu", kernel_initializer=initializer())(inputs)
    hidden = keras.layers.Dropout(dropout)(hidden)
    output = keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(2))(hidden)
    return keras.Model(inputs, output)


def random_model(meta, dropout=0.0):
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dropout(dropout)(keras.layers.Dense(4, "relu")(inputs))
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(hidden))


def softmax_model(meta):
    inputs = keras.Input((meta["n_features_in_"],))
    outputs = keras.layers.Dense(meta["n_classes_"], "softmax")(inputs)
    return keras.Model(inputs, outputs)


def regressor_model(meta):
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dense(8, "relu", kernel_initializer=initializer())(inputs)
    output = keras.layers.Dense(meta["n_outputs_"], kernel_initializer=initializer(2))(hidden)
    return keras.Model(inputs, output)


def classifier(model=classifier_model, **arguments):
    defaults = {"loss": "binary_crossentropy", "verbose": 0, "random_state": 0}
    return KerasClassifier(model, **(defaults | arguments))


def learner(model=classifier_model, **arguments):
    """A classifier that learns to tell signal from background."""
    return classifier(
        model, **({"optimizer": "adam", "optimizer__learning_rate": 0.1, "epochs": 5} | arguments)
    )


def regressor(model=regressor_model, **arguments):
    defaults = {"loss": "mse", "verbose": 0, "random_state": 0, "optimizer": "adam"}
    return KerasRegressor(model, **(defaults | arguments))


def learning_rate(estimator):
    return float(estimator.model_.optimizer.learning_rate)


def steps(estimator):
    return int(estimator.model_.optimizer.iterations)


def assert_same_state(first, second):
    assert first.history_ == second.history_
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


@pytest.fixture(scope="module")
def fitted():
    """Fitted on columns with names, some events held out; not to be changed."""
    return learner(metrics=["accuracy"], validation_split=0.25).fit(FRAME, Y)


@pytest.fixture(scope="module")
def fitted_regressor():
    return regressor(epochs=40, optimizer__learning_rate=0.05).fit(X, TARGET)


def unnamed(estimator):
    plain = copy.copy(estimator)
    del plain.feature_names_in_
    return plain


# What scikit-learn sees


def test_classifier_is_a_classifier():
    assert is_classifier(classifier())


def test_regressor_is_a_regressor():
    assert is_regressor(regressor())


def test_cross_validation_stratifies_sorted_labels():
    assert cross_val_score(learner(), X, Y, cv=3).min() > 0.85


def test_roc_auc_scores():
    assert cross_val_score(learner(), X, Y, cv=2, scoring="roc_auc").min() > 0.9


def test_feature_names_are_kept(fitted):
    assert fitted.feature_names_in_.tolist() == ["pt", "eta", "mass"]


def test_permuted_columns_raise(fitted):
    with pytest.raises(ValueError, match="Feature names must be in the same order"):
        fitted.predict(FRAME[["mass", "eta", "pt"]])


def test_wrong_number_of_columns_raises(fitted):
    plain = unnamed(fitted)
    with pytest.raises(ValueError, match="X has 2 features, but KerasClassifier is expecting 3"):
        plain.predict(X[:, :2])


def test_other_precision_at_prediction_gives_the_same(fitted):
    expected = fitted.predict_proba(FRAME)
    np.testing.assert_array_equal(fitted.predict_proba(FRAME.astype("float64")), expected)


def test_integers_at_prediction_are_numbers(fitted):
    rounded = FRAME.round()
    given = fitted.predict_proba(rounded.astype("int32"))
    np.testing.assert_array_equal(given, fitted.predict_proba(rounded))


def test_probability_of_one_row_has_two_columns(fitted):
    assert fitted.predict_proba(FRAME[:1]).shape == (1, 2)


def test_prediction_of_one_row_is_one_label(fitted):
    assert fitted.predict(FRAME[:1]).shape == (1,)


def test_sparse_matrix_is_read_as_its_dense_form(fitted):
    plain = unnamed(fitted)
    expected = plain.predict_proba(X)
    np.testing.assert_array_equal(plain.predict_proba(csr_array(X)), expected)


def test_pipeline_and_search_set_routed_arguments():
    pipeline = make_pipeline(StandardScaler(), classifier(optimizer="adam"))
    grid = {"kerasclassifier__optimizer__learning_rate": [0.125, 0.0]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, Y)
    best = search.best_params_["kerasclassifier__optimizer__learning_rate"]
    assert learning_rate(search.best_estimator_[-1]) == best


def test_threads_fit_as_one_thread_does():
    with joblib.parallel_config("threading", n_jobs=2):
        threaded = cross_val_score(learner(random_model, dropout=0.2, epochs=1), X, Y, cv=2)
    alone = cross_val_score(learner(random_model, dropout=0.2, epochs=1), X, Y, cv=2)
    np.testing.assert_array_equal(threaded, alone)


# Weights


def test_class_weight_leaves_the_callers_weights_alone():
    weight = np.linspace(0.5, 1.5, len(Y))
    before = weight.copy()
    classifier(class_weight={0: 1, 1: 7}).fit(X, Y, sample_weight=weight)
    np.testing.assert_array_equal(weight, before)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop"])
def test_scale_of_weights_does_not_matter(optimizer):
    weight = np.linspace(0.5, 1.5, len(Y))
    model = classifier(optimizer=optimizer, epochs=2)
    small = clone(model).fit(X, Y, sample_weight=weight).predict_proba(X)
    large = clone(model).fit(X, Y, sample_weight=1000 * weight).predict_proba(X)
    np.testing.assert_allclose(small, large, rtol=1e-4)


def test_class_weight_is_a_factor_on_the_weights():
    by_class = classifier(class_weight={1: 7.0}).fit(X, Y).predict_proba(X)
    by_event = classifier().fit(X, Y, sample_weight=np.where(Y == 1, 7.0, 1.0)).predict_proba(X)
    np.testing.assert_array_equal(by_class, by_event)


def test_balanced_class_weight_balances_sums_of_weights():
    weight = np.where(Y == 1, 7.0, 1.0)
    balanced = classifier(class_weight="balanced").fit(X, Y, sample_weight=weight)
    expected = classifier().fit(X, Y).predict_proba(X)
    np.testing.assert_allclose(balanced.predict_proba(X), expected, rtol=1e-5)


def test_class_weight_takes_one_hot_labels():
    model = classifier(softmax_model, loss="categorical_crossentropy", class_weight="balanced")
    assert model.fit(X, np.eye(2, dtype=int)[Y]).predict(X).shape == (160, 2)


def test_class_weight_in_a_partial_fit_may_name_classes_seen_before():
    model = classifier(class_weight={0: 1, 1: 5}).partial_fit(X, Y)
    assert model.partial_fit(X[Y == 0], Y[Y == 0]).current_epoch == 2


@pytest.mark.parametrize("arguments", [{"fit__class_weight": {1: 7.0}}, {}])
def test_class_weight_of_keras_fit_is_by_class_number(arguments):
    at_fit = {} if arguments else {"class_weight": {1: 7.0}}
    labels = np.array(["b", "s"])[Y]
    given = classifier(**arguments).fit(X, labels, **at_fit).predict_proba(X)
    expected = classifier(class_weight={"s": 7.0}).fit(X, labels).predict_proba(X)
    np.testing.assert_array_equal(given, expected)


def test_events_of_weight_zero_count_as_absent():
    weight = (np.arange(len(Y)) % 2).astype(float)
    weighted = classifier().fit(X, Y, sample_weight=weight).predict_proba(X)
    np.testing.assert_array_equal(weighted, classifier().fit(X[1::2], Y[1::2]).predict_proba(X))


def test_weights_without_a_positive_sum_raise():
    with pytest.raises(ValueError, match="sum"):
        classifier().fit(X, Y, sample_weight=-np.ones(len(Y)))


# Randomness


def test_random_state_leaves_op_determinism_off():
    classifier().fit(X, Y)
    assert not config.is_op_determinism_enabled()


def test_random_state_leaves_global_generators_alone():
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    classifier(random_model, dropout=0.2).fit(X, Y)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # noqa: NPY002


def test_plain_keras_fits_after_a_seeded_fit():
    classifier().fit(X, Y)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    assert len(model.fit(X, Y, verbose=0).history["loss"]) == 1


@pytest.mark.parametrize(
    "arguments", [{}, {"dropout": 0.5}, {"fit__validation_data": (X, Y)}, {"run_eagerly": True}]
)
def test_same_random_state_gives_the_same_model(arguments):
    model = classifier(random_model, batch_size=16, **arguments)
    first, second = (clone(model).fit(X, Y).predict_proba(X) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_other_random_state_gives_another_model():
    first, second = (classifier(random_state=n).fit(X, Y).predict_proba(X) for n in range(2))
    assert not np.array_equal(first, second)


def test_model_function_may_fit_another_estimator():
    def pretrained(meta):
        regressor().fit(X, TARGET)
        return classifier_model(meta)

    thread = threading.Thread(target=classifier(pretrained).fit, args=(X, Y), daemon=True)
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.mark.parametrize(("shuffle", "equal"), [(True, False), (False, True)])
def test_keras_own_loop_shuffles_every_epoch(shuffle, equal):
    model = classifier(recording_model, run_eagerly=True, epochs=2, shuffle=shuffle).fit(X, Y)
    seen = np.reshape(model.model_.trained_on, (2, 160))
    assert np.array_equal(seen[0], Y) == equal
    assert np.array_equal(seen[0], seen[1]) == equal


# Validation


class Recorder(keras.Model):
    """Remembers the labels that it was trained and tested on."""

    def remember(self, name, data):
        _, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        seen = self.__dict__.setdefault(name, [])
        seen.extend(np.ravel(y).tolist())

    def train_step(self, data):
        self.remember("trained_on", data)
        return super().train_step(data)

    def test_step(self, data):
        self.remember("tested_on", data)
        return super().test_step(data)


def recording_model(meta):
    inputs = keras.Input((meta["n_features_in_"],))
    return Recorder(inputs, keras.layers.Dense(1, "sigmoid")(inputs))


@pytest.fixture(scope="module")
def recorder():
    # Eager: a traced step sees no values.
    fitted = classifier(recording_model, validation_split=0.25, run_eagerly=True, batch_size=40)
    return fitted.fit(X, Y).model_


def test_validation_holds_its_share_of_either_class(recorder):
    assert np.bincount(np.asarray(recorder.tested_on, int)).tolist() == [20, 20]


def test_training_keeps_the_rest(recorder):
    assert np.bincount(np.asarray(recorder.trained_on, int)).tolist() == [60, 60]


def test_validation_loss_is_that_of_events_of_both_classes():
    # A network that knows one class only, held at its bias: its loss on the last rows would be ~0.
    def stubborn(meta):
        inputs = keras.Input((meta["n_features_in_"],))
        bias = keras.initializers.Constant(5.0)
        return keras.Model(
            inputs,
            keras.layers.Dense(
                1, "sigmoid", kernel_initializer="zeros", bias_initializer=bias, trainable=False
            )(keras.layers.Dense(1)(inputs)),
        )

    history = classifier(stubborn, validation_split=0.25).fit(X, Y).history_
    expected = (np.log1p(np.exp(5.0)) + np.log1p(np.exp(-5.0))) / 2
    assert history["val_loss"] == pytest.approx([expected], rel=1e-4)


def test_history_has_validation_metrics_per_epoch(fitted):
    assert {name: len(values) for name, values in fitted.history_.items()} == {
        "accuracy": 5,
        "loss": 5,
        "val_accuracy": 5,
        "val_loss": 5,
    }


def test_regressor_holds_events_out_at_random():
    model = regressor(validation_split=0.5, batch_size=1).fit(X, TARGET)
    assert (steps(model), len(model.history_["val_loss"])) == (80, 1)


def test_given_validation_data_leaves_all_events_to_training():
    model = classifier(validation_split=0.5, batch_size=16).fit(X, Y, validation_data=(X, Y))
    assert (steps(model), len(model.history_["val_loss"])) == (10, 1)


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


# Models of any origin


def test_built_model_is_trained_itself():
    built = classifier_model({"n_features_in_": 3})
    assert classifier(built).fit(X, Y).model_ is built


def test_built_model_is_cloned_with_its_weights():
    built = classifier_model({"n_features_in_": 3})
    copied = clone(classifier(built)).model
    assert copied is not built
    np.testing.assert_array_equal(copied(X), built(X))


def test_loss_other_than_the_compiled_one_raises():
    def model(meta):
        built = classifier_model(meta)
        built.compile("sgd", "binary_crossentropy")
        return built

    with pytest.raises(ValueError, match="loss=mse but model compiled with binary_crossentropy"):
        classifier(model, loss="mse").fit(X, Y)


def test_missing_loss_raises():
    with pytest.raises(ValueError, match="You must provide a loss"):
        classifier(loss=None).fit(X, Y)


def test_build_fn_is_the_former_name_of_model():
    with pytest.warns(UserWarning, match="``build_fn`` will be renamed"):
        model = KerasClassifier(build_fn=classifier_model, width=3, loss="mse", verbose=0).fit(X, Y)
    assert model.model_.layers[1].units == 3


class Subclass(KerasClassifier):
    """As scikeras' documentation teaches it."""

    def __init__(self, width=5, optimizer="adam", optimizer__learning_rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.optimizer = optimizer
        self.optimizer__learning_rate = optimizer__learning_rate

    def _keras_build_fn(self, compile_kwargs):
        model = classifier_model({"n_features_in_": self.n_features_in_}, self.width)
        model.compile(loss="binary_crossentropy", optimizer=compile_kwargs["optimizer"])
        return model


def test_subclass_builds_its_own_model():
    model = clone(Subclass(width=6, verbose=0, epochs=5)).fit(X, Y)
    assert (model.model_.layers[1].units, model.score(X, Y) > 0.85) == (6, True)


def test_subclass_refuses_a_misspelt_argument():
    with pytest.raises(TypeError, match="Subclass got an unexpected argument 'widht'"):
        Subclass(widht=3)


@keras.saving.register_keras_serializable("skpnn-tests")
class OwnSteps(keras.Model):
    """As Keras' guide writes it: two things per batch where no weights are given."""

    def train_step(self, data):
        x, y = data
        self.optimizer.apply_gradients(
            (tf.ones_like(weight), weight) for weight in self.trainable_weights
        )
        return {"loss": self.compute_loss(x, y, self(x, training=True))}

    def predict_step(self, data):
        return tf.fill((tf.shape(data)[0], 1), 0.25)


@keras.saving.register_keras_serializable("skpnn-tests")
class OwnWeightedStep(keras.Model):
    def train_step(self, data):
        _, _, weight = data
        self.optimizer.apply_gradients(
            (tf.ones_like(w) * tf.reduce_max(weight), w) for w in self.trainable_weights
        )
        return {"loss": tf.reduce_max(weight)}


def own_model(kind):
    def model(meta):
        inputs = keras.Input((meta["n_features_in_"],))
        return kind(inputs, keras.layers.Dense(1, "sigmoid", kernel_initializer="ones")(inputs))

    return model


@pytest.fixture(scope="module")
def own_steps():
    return classifier(
        own_model(OwnSteps), optimizer=keras.optimizers.SGD(0.25), batch_size=80, epochs=2
    ).fit(X, Y)


def test_own_train_step_is_used(own_steps):
    np.testing.assert_allclose(own_steps.model_.get_weights()[0], np.zeros((3, 1)))


def test_own_predict_step_is_used(own_steps):
    np.testing.assert_allclose(own_steps.predict_proba(X), np.tile([0.75, 0.25], (160, 1)))


def test_own_train_step_receives_weights():
    model = classifier(own_model(OwnWeightedStep), optimizer=keras.optimizers.SGD(0.5))
    model.set_params(batch_size=-1).fit(X, Y, sample_weight=np.where(Y == 1, 3.0, 1.0))
    np.testing.assert_allclose(model.model_.get_weights()[0], np.full((3, 1), 0.25), rtol=1e-6)


class Unbuilt(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1, "sigmoid")

    def call(self, inputs):
        return self.dense(inputs)


@pytest.mark.parametrize(
    "build", [Unbuilt, lambda: keras.Sequential([keras.layers.Dense(1, "sigmoid")])]
)
def test_model_that_is_built_at_its_first_call_learns(build):
    assert learner(lambda: build()).fit(X, Y).score(X, Y) > 0.85


class Inputs(BaseEstimator, TransformerMixin):
    def fit(self, X):
        return self

    def transform(self, X):
        return self.of(X)

    def get_metadata(self):
        return {"n_inputs_": 2}


class ListOfInputs(KerasClassifier):
    @property
    def feature_encoder(self):
        encoder = Inputs()
        encoder.of = lambda X: [X[:, :1], X[:, 1:]]
        return encoder


class DictOfInputs(KerasClassifier):
    @property
    def feature_encoder(self):
        return FunctionTransformer(lambda X: {"a": X[:, :1], "b": X[:, 1:]})


def model_of_two_inputs():
    inputs = [keras.Input((1,), name="a"), keras.Input((2,), name="b")]
    merged = keras.layers.Concatenate()(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(merged))


@pytest.mark.parametrize("kind", [ListOfInputs, DictOfInputs])
@pytest.mark.parametrize("arguments", [{}, {"fit__validation_freq": 1, "validation_split": 0.2}])
def test_model_of_several_inputs_learns(kind, arguments):
    model = kind(
        model_of_two_inputs,
        loss="binary_crossentropy",
        optimizer=keras.optimizers.Adam(0.1),
        epochs=5,
        verbose=0,
        random_state=0,
        **arguments,
    )
    assert model.fit(X, Y).score(X, Y) > 0.85


class TwoOutputs(BaseEstimator, TransformerMixin):
    """A binary and a three-class target, as in scikeras' documentation."""

    def fit(self, y):
        self.n_outputs_, self.n_outputs_expected_, self.classes_ = 2, 2, [2, 3]
        return self

    def transform(self, y):
        return [y[:, 0], y[:, 1]]

    def inverse_transform(self, y, return_proba=False):
        if return_proba:
            return np.column_stack(y)
        return np.column_stack([np.round(y[0][:, 0]), y[1].argmax(axis=1)])

    def get_metadata(self):
        return {"n_outputs_": 2, "n_outputs_expected_": 2}


class MultiOutput(KerasClassifier):
    scorer = staticmethod(lambda y, p, **kwargs: np.mean(y == p))

    @property
    def target_encoder(self):
        return TwoOutputs()


@pytest.fixture(scope="module")
def multi_output():
    def model(meta):
        inputs = keras.Input((meta["n_features_in_"],))
        first = keras.layers.Dense(1, "sigmoid", name="one")(inputs)
        return keras.Model(inputs, [first, keras.layers.Dense(3, "softmax", name="two")(inputs)])

    return MultiOutput(
        model,
        loss=["binary_crossentropy", "sparse_categorical_crossentropy"],
        optimizer=keras.optimizers.Adam(0.1),
        epochs=10,
        verbose=0,
        random_state=0,
        validation_split=0.1,
    ).fit(PLANE, np.column_stack([THREE == "b", np.unique(THREE, return_inverse=True)[1]]))


def test_model_of_several_outputs_learns(multi_output):
    y = np.column_stack([THREE == "b", np.unique(THREE, return_inverse=True)[1]])
    assert multi_output.score(PLANE, y) > 0.8


def test_probabilities_are_those_of_an_encoder_of_ones_own(multi_output):
    assert multi_output.predict_proba(PLANE[:5]).shape == (5, 4)


# Targets


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_three_classes_with_names(loss):
    model = learner(softmax_model, loss=loss, epochs=15).fit(PLANE, THREE)
    assert model.classes_.tolist() == ["b", "c", "light"]
    assert model.score(PLANE, THREE) > 0.9
    assert model.predict_proba(PLANE[:1]).shape == (1, 3)


def test_names_of_classes_may_be_longer_in_a_later_call():
    model = classifier().partial_fit(X, ["b"] * 160, classes=["b", "signal"])
    labels = np.array(["b", "signal"])[Y]
    assert model.partial_fit(X, labels).score(X, labels) == pytest.approx(
        np.mean(model.predict(X) == labels)
    )


def test_several_labels_per_event():
    def model(meta):
        inputs = keras.Input((meta["n_features_in_"],))
        return keras.Model(inputs, keras.layers.Dense(meta["n_classes_"], "sigmoid")(inputs))

    labels = np.column_stack([X[:, 0] > 1, X[:, 1] > 0, X[:, 2] > 2]).astype(int)
    fitted = learner(model, epochs=30).fit(X, labels)
    assert np.mean(fitted.predict(X) == labels) > 0.9


def test_regressor_learns(fitted_regressor):
    assert fitted_regressor.score(X, TARGET) > 0.9


def test_regressor_predicts_in_the_precision_of_its_target():
    model = regressor().fit(X, TARGET.astype("float64"))
    assert model.predict(X).dtype == np.float64


def test_regressor_takes_whole_numbers_first_and_others_later():
    model = regressor().fit(X, np.arange(160)).partial_fit(X, TARGET)
    assert (model.current_epoch, model.predict(X[:1]).dtype) == (2, np.float64)


def test_regressor_scores_targets_of_other_precision(fitted_regressor):
    expected = fitted_regressor.score(X, TARGET)
    assert fitted_regressor.score(X, TARGET.astype("float64")) == pytest.approx(expected)


def test_regressor_predicts_several_targets():
    targets = np.column_stack([TARGET, -TARGET])
    model = regressor(epochs=40, optimizer__learning_rate=0.05).fit(X, targets)
    assert mean_absolute_error(targets, model.predict(X)) < 1.0
    assert model.predict(X[:1]).shape == (1, 2)


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


# Copies


def pickled(estimator):
    return pickle.loads(pickle.dumps(estimator))


@pytest.fixture(scope="module")
def trained_twice():
    """With momentum and dropout, so that what a copy forgets shows."""
    model = classifier(random_model, optimizer="adam", dropout=0.3, warm_start=True)
    return model.fit(X, Y).partial_fit(X, Y)


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
def test_copy_is_the_same(trained_twice, copied):
    assert_same_state(copied(trained_twice), trained_twice)


def test_joblib_file_is_the_same(trained_twice, tmp_path):
    joblib.dump(trained_twice, tmp_path / "model.joblib")
    assert_same_state(joblib.load(tmp_path / "model.joblib"), trained_twice)


@pytest.mark.parametrize("method", ["partial_fit", "fit"])
def test_copy_goes_on_like_the_original(trained_twice, method):
    first, second = pickled(trained_twice), pickled(trained_twice)
    getattr(first, method)(X, Y)
    getattr(second, method)(X, Y)
    assert steps(first) == 15
    assert_same_state(first, second)


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
def test_model_that_was_built_at_its_first_call_is_copied(copied):
    model = classifier(lambda: Unbuilt()).fit(X, Y)
    model.model = None
    assert_same_state(copied(model), model)


def test_training_a_copy_leaves_the_original_alone(trained_twice):
    before = trained_twice.predict_proba(X)
    copy.deepcopy(trained_twice).partial_fit(X, Y)
    np.testing.assert_array_equal(trained_twice.predict_proba(X), before)


def test_clone_of_a_fitted_estimator_is_not_fitted(fitted):
    assert not clone(fitted).initialized_


IMPORT = """
import keras
classes = (keras.Model, keras.losses.Loss, keras.metrics.Metric, keras.optimizers.Optimizer)
state = lambda: [(vars(c).get("__reduce__"), vars(c).get("__deepcopy__")) for c in classes]
before = state()
import skpnn.keras_estimators
raise SystemExit(state() != before)
"""


def test_importing_leaves_keras_as_it_was():
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
