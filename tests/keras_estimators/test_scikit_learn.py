"""What scikit-learn sees of KerasClassifier and KerasRegressor."""

import copy

import joblib
import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import is_classifier, is_regressor
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.keras_estimators.shared import (
    FRAME,
    X,
    Y,
    classifier,
    learner,
    learning_rate,
    random_model,
    regressor,
)


def unnamed(estimator):
    plain = copy.copy(estimator)
    del plain.feature_names_in_
    return plain


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
