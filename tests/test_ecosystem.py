"""The estimators in scikit-learn's and scikit-optimize's company."""

import copy
import pickle

import joblib
import keras
import numpy as np
import pytest
import sklearn
from scipy.stats import loguniform
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from skopt import BayesSearchCV

import skpnn

QUICK = {"epochs": 2, "random_state": 0}
N_EVENTS = 400


def one_output(meta, width=8):
    """Return an uncompiled network with one sigmoid or linear output."""
    activation = "sigmoid" if "n_classes_" in meta else "linear"
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dense(width, "relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, activation)(hidden))


KERAS = {"optimizer": "adam", "optimizer__learning_rate": 3e-3, "batch_size": 256, "verbose": 0}
CLASSIFIERS = {
    "MLPClassifier": skpnn.MLPClassifier(**QUICK),
    "PNNClassifier": skpnn.PNNClassifier(**QUICK),
    "KerasClassifier": skpnn.KerasClassifier(
        one_output, loss="binary_crossentropy", **KERAS, **QUICK
    ),
}
REGRESSORS = {
    "MLPRegressor": skpnn.MLPRegressor(**QUICK),
    "KerasRegressor": skpnn.KerasRegressor(one_output, loss="mse", **KERAS, **QUICK),
}
ESTIMATORS = CLASSIFIERS | REGRESSORS
RATE = {
    "MLPClassifier": "learning_rate",
    "PNNClassifier": "learning_rate",
    "MLPRegressor": "learning_rate",
    "KerasClassifier": "optimizer__learning_rate",
    "KerasRegressor": "optimizer__learning_rate",
}

every_estimator = pytest.mark.parametrize("name", ESTIMATORS)
every_classifier = pytest.mark.parametrize("name", CLASSIFIERS)
every_regressor = pytest.mark.parametrize("name", REGRESSORS)
bare_and_piped = pytest.mark.parametrize("piped", [False, True], ids=["bare", "piped"])


@pytest.fixture(scope="module")
def table():
    """Five features, the last of which takes four values, and two classes sorted by label."""
    X, y = make_classification(N_EVENTS, 5, n_informative=4, n_redundant=0, random_state=0)
    X[:, -1] = np.arange(N_EVENTS) % 4
    order = np.argsort(y, kind="stable")
    return X[order], y[order]


@pytest.fixture(scope="module")
def without_theta(table):
    """The table with NaN in the last column of background, as physicists have it."""
    X, y = table
    return np.column_stack([X[:, :-1], np.where(y == 1, X[:, -1], np.nan)]), y


@pytest.fixture(scope="module")
def fitted(table):
    """Every estimator, fitted once."""
    return {name: clone(estimator).fit(*table) for name, estimator in ESTIMATORS.items()}


def output_of(estimator, X):
    return (estimator.predict_proba if is_classifier(estimator) else estimator.predict)(X)


# Round trips


@every_estimator
@pytest.mark.parametrize("copied", [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy])
def test_predicts_the_same_after_pickling_and_copying(fitted, table, name, copied):
    estimator = fitted[name]
    assert np.array_equal(output_of(copied(estimator), table[0]), output_of(estimator, table[0]))


@every_estimator
def test_predicts_the_same_after_joblib(fitted, table, name, tmp_path):
    joblib.dump(fitted[name], tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    assert np.array_equal(output_of(loaded, table[0]), output_of(fitted[name], table[0]))


@every_estimator
def test_a_clone_of_a_fitted_estimator_fits_to_the_same(fitted, table, name):
    again = clone(fitted[name]).fit(*table)
    assert np.array_equal(output_of(again, table[0]), output_of(fitted[name], table[0]))


# Cross-validation and searches


@every_classifier
def test_an_integer_cv_stratifies_sorted_labels(table, name):
    scores = cross_val_score(clone(CLASSIFIERS[name]), *table, cv=3, scoring="roc_auc")
    assert np.isfinite(scores).all()


@every_regressor
def test_cross_val_score_of_regressors_is_finite(table, name):
    assert np.isfinite(cross_val_score(clone(REGRESSORS[name]), *table, cv=3)).all()


def candidate(name, piped):
    estimator = clone(ESTIMATORS[name])
    if not piped:
        return estimator, RATE[name]
    return make_pipeline(RobustScaler(), estimator), f"{name.lower()}__{RATE[name]}"


@every_estimator
@bare_and_piped
def test_grid_search(table, name, piped):
    estimator, rate = candidate(name, piped)
    search = GridSearchCV(estimator, {rate: [1e-3, 1e-2]}, cv=2).fit(*table)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@every_estimator
@bare_and_piped
def test_randomized_search(table, name, piped):
    estimator, rate = candidate(name, piped)
    space = {rate: loguniform(1e-3, 1e-1)}
    search = RandomizedSearchCV(estimator, space, n_iter=2, cv=2, random_state=0).fit(*table)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@every_estimator
@bare_and_piped
@pytest.mark.filterwarnings("ignore::DeprecationWarning:skopt")
def test_bayes_search(table, name, piped):
    estimator, rate = candidate(name, piped)
    space = {rate: (1e-3, 1e-1, "log-uniform")}
    options = {"n_iter": 2, "cv": 2, "random_state": 0, "optimizer_kwargs": {"n_initial_points": 1}}
    search = BayesSearchCV(estimator, space, **options).fit(*table)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_searches_sample_architectures_as_text(table):
    space = {"hidden_layer_sizes": ["8", "8-8"]}
    search = GridSearchCV(clone(CLASSIFIERS["MLPClassifier"]), space, cv=2).fit(*table)
    assert search.best_params_["hidden_layer_sizes"] in space["hidden_layer_sizes"]


# Meta-estimators


def around(classifier):
    """Return each of scikit-learn's wrappers around `classifier`."""
    stack = [("network", clone(classifier)), ("linear", LogisticRegression())]
    final = make_pipeline(LogisticRegression())
    return {
        "CalibratedClassifierCV": CalibratedClassifierCV(clone(classifier), cv=2),
        "BaggingClassifier": BaggingClassifier(clone(classifier), n_estimators=2, random_state=0),
        "StackingClassifier": StackingClassifier(stack, final_estimator=final, cv=2),
    }


WRAPPERS = ["CalibratedClassifierCV", "BaggingClassifier", "StackingClassifier"]


@every_classifier
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_works_inside_meta_classifiers(table, name, wrapper):
    model = around(CLASSIFIERS[name])[wrapper].fit(*table)
    assert model.predict_proba(table[0]).shape == (N_EVENTS, 2)


@every_regressor
@pytest.mark.parametrize("wrapper", ["bagging", "stacking", "transformed target"])
def test_works_inside_meta_regressors(table, name, wrapper):
    regressor = clone(REGRESSORS[name])
    wrapped = {
        "bagging": BaggingRegressor(regressor, n_estimators=2, random_state=0),
        "stacking": StackingRegressor([("network", regressor)], cv=2),
        "transformed target": TransformedTargetRegressor(regressor, transformer=RobustScaler()),
    }[wrapper]
    X, y = table
    assert np.isfinite(wrapped.fit(X, X[:, 0] + y).predict(X)).all()


# Missing θ on background, behind a pipeline


def pipelines():
    """Return what scores a pipeline with a PNN, each as a function of nothing."""
    pipeline = make_pipeline(RobustScaler(), skpnn.PNNClassifier(**QUICK))
    rate = "pnnclassifier__learning_rate"
    stack = [("network", clone(pipeline))]
    return {
        "pipeline": pipeline,
        "grid": GridSearchCV(pipeline, {rate: [1e-3, 1e-2]}, cv=2, scoring="roc_auc"),
        "random": RandomizedSearchCV(
            pipeline, {rate: [1e-3, 1e-2]}, n_iter=2, cv=2, scoring="roc_auc", random_state=0
        ),
        "bayes": BayesSearchCV(
            pipeline,
            {rate: (1e-3, 1e-2)},
            n_iter=2,
            cv=2,
            scoring="roc_auc",
            random_state=0,
            optimizer_kwargs={"n_initial_points": 1},
        ),
        "calibrated": CalibratedClassifierCV(pipeline, cv=2),
        "bagging": BaggingClassifier(pipeline, n_estimators=2, random_state=0),
        "stacking": StackingClassifier(stack, final_estimator=LogisticRegression(), cv=2),
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning:skopt")
@pytest.mark.parametrize("name", pipelines())
def test_roc_auc_with_missing_theta_is_finite_and_independent_of_order(without_theta, name):
    X, y = without_theta
    model = pipelines()[name].fit(X, y)
    order = np.random.default_rng(0).permutation(len(X))
    roc_auc = get_scorer("roc_auc")
    score = roc_auc(model, X, y)
    assert np.isfinite(score)
    assert roc_auc(model, X[order], y[order]) == score


def test_cross_val_score_with_missing_theta_is_finite(without_theta):
    scores = cross_val_score(pipelines()["pipeline"], *without_theta, cv=3, scoring="roc_auc")
    assert np.isfinite(scores).all()


# Metadata routing


@every_estimator
def test_sample_weight_is_routed_through_a_search(table, name):
    X, y = table
    weight = np.where(np.arange(N_EVENTS) % 2, 3.0, 0.5)
    with sklearn.config_context(enable_metadata_routing=True):
        estimator = clone(ESTIMATORS[name]).set_fit_request(sample_weight=True)
        estimator.set_score_request(sample_weight=True)
        search = GridSearchCV(estimator, {RATE[name]: [1e-2]}, cv=2, refit=True)
        search.fit(X, y, sample_weight=weight)
    direct = clone(ESTIMATORS[name]).set_params(**{RATE[name]: 1e-2})
    direct.fit(X, y, sample_weight=weight)
    assert np.array_equal(output_of(search.best_estimator_, X), output_of(direct, X))
