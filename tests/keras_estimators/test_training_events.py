"""What KerasClassifier and KerasRegressor train on: weights, random order, held-out events."""

import random
import threading

import keras
import numpy as np
import pytest
from sklearn.base import clone
from tensorflow.python.framework import config

from tests.keras_estimators.shared import (
    TARGET,
    X,
    Y,
    classifier,
    classifier_model,
    random_model,
    regressor,
    softmax_model,
    steps,
)

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
