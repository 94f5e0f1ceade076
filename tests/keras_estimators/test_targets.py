"""Classes, labels and numbers as targets."""

import keras
import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error

from tests.keras_estimators.shared import (
    PLANE,
    TARGET,
    THREE,
    X,
    Y,
    classifier,
    learner,
    regressor,
    softmax_model,
)


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
    whole = np.arange(len(X)) % 40
    model = regressor().fit(X, whole).partial_fit(X, TARGET)
    assert (model.current_epoch, model.predict(X[:1]).dtype) == (2, np.float64)


def test_regressor_scores_targets_of_other_precision(fitted_regressor):
    expected = fitted_regressor.score(X, TARGET)
    assert fitted_regressor.score(X, TARGET.astype("float64")) == pytest.approx(expected)


def test_regressor_predicts_several_targets():
    targets = np.column_stack([TARGET, -TARGET])
    model = regressor(epochs=40, optimizer__learning_rate=0.05).fit(X, targets)
    assert mean_absolute_error(targets, model.predict(X)) < 1.0
    assert model.predict(X[:1]).shape == (1, 2)
