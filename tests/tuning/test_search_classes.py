"""Each search × each estimator × {bare, pipeline}; weights, groups, θ, threads and processes."""

import pickle
import warnings
from functools import partial

import keras
import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from sklearn.base import clone, is_classifier
from sklearn.exceptions import FitFailedWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.model_selection import hypothesis_scorer
from skpnn.tuning import BayesSearchCV, fit_search, search_space

# optuna-integration uses a part of Optuna that is going.
pytestmark = pytest.mark.filterwarnings("ignore:`optuna.terminator`:FutureWarning")


def one_output(meta):
    """Return an uncompiled network with one sigmoid or linear output."""
    activation = "sigmoid" if "n_classes_" in meta else "linear"
    inputs = keras.Input((meta["n_features_in_"],))
    return keras.Model(inputs, keras.layers.Dense(1, activation)(inputs))


QUICK = {"epochs": 2, "random_state": 0}
DENSE = {"hidden_layer_sizes": 4, **QUICK}
KERAS = {"optimizer": "adam", "optimizer__learning_rate": 0.01, "verbose": 0, **QUICK}
ESTIMATORS = {
    "PNNClassifier": skpnn.PNNClassifier(**DENSE),
    "MLPClassifier": skpnn.MLPClassifier(**DENSE),
    "MLPRegressor": skpnn.MLPRegressor(**DENSE),
    "KerasClassifier": skpnn.KerasClassifier(one_output, loss="binary_crossentropy", **KERAS),
    "KerasRegressor": skpnn.KerasRegressor(one_output, loss="mse", **KERAS),
}
# One architecture: every other one takes a second to compile.
ONE_DENSE = {"hidden_layer_sizes": [4], "depth": [1], "activation": None, "optimizer": None}
ONE_KERAS = {"optimizer": None}


def optuna_search(*arguments, n_iter, **options):
    integration = pytest.importorskip("optuna_integration")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return integration.OptunaSearchCV(*arguments, n_trials=n_iter, **options)


def grid_search(*arguments, n_iter, random_state, **options):
    del n_iter, random_state
    return GridSearchCV(*arguments, **options)


def halving_search(*arguments, n_iter, **options):
    return HalvingRandomSearchCV(
        *arguments, n_candidates=n_iter, factor=2, min_resources=40, **options
    )


SEARCHES = {
    "random": (RandomizedSearchCV, "random"),
    "grid": (grid_search, "grid"),
    "halving": (halving_search, "random"),
    "bayes": (BayesSearchCV, "bayes"),
    "optuna": (optuna_search, "optuna"),
}
every_search = pytest.mark.parametrize("search", SEARCHES)


def new_search(kind, model, *, name="", **options):
    """Return a search of two candidates over learning rates and the like."""
    search, form = SEARCHES[kind]
    one = ONE_KERAS if name.startswith("Keras") else ONE_DENSE
    space = search_space(model, form, **one)
    if form == "grid":
        rate = next(entry for entry in space if entry.endswith("learning_rate"))
        space = {rate: [1e-3, 1e-2]}
    return search(model, space, **{"n_iter": 2, "cv": 2, "random_state": 0, **options})


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 80)
    X = pd.DataFrame(rng.normal(size=(160, 4)) + y[:, np.newaxis], columns=[*"abc", "mass"])
    return X.assign(mass=rng.choice([500.0, 750.0, 1000.0], 160)), y


@every_search
@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("piped", [False, True], ids=["bare", "piped"])
def test_the_best_estimator_predicts_pickles_and_clones(search, name, piped, table):
    X, y = table
    estimator = clone(ESTIMATORS[name])
    model = make_pipeline(RobustScaler(), estimator) if piped else estimator
    found = new_search(search, model, name=name).fit(X, y)
    best = found.best_estimator_
    assert best.predict(X).shape == y.shape
    assert np.isfinite(found.best_score_)
    again = pickle.loads(pickle.dumps(best))
    assert np.array_equal(again.predict(X), best.predict(X))
    retrained = clone(best).fit(X, y)
    assert np.array_equal(retrained.predict(X), best.predict(X))
    assert found.best_params_.items() <= best.get_params().items()
    if is_classifier(best):
        assert np.array_equal(found.predict_proba(X), best.predict_proba(X))


@every_search
@pytest.mark.parametrize("fit", [lambda search, X, y, **p: search.fit(X, y, **p), fit_search])
def test_weights_groups_and_a_scorer_of_hypotheses(search, fit, table, capsys):
    X, y = table
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(**DENSE))
    options = {"cv": GroupKFold(2), "scoring": hypothesis_scorer("auc", theta="mass"), "n_jobs": 2}
    found = new_search(search, model, **options)
    weight = {"pnnclassifier__sample_weight": np.linspace(0.5, 2, len(y))}
    with parallel_config(backend="threading"):
        fit(found, X, y, groups=np.arange(len(y)) % 2, **weight)
    assert 0 < found.best_score_ < 1
    alone = clone(model).set_params(**found.best_params_).fit(X, y, **weight)
    assert np.array_equal(found.predict_proba(X), alone.predict_proba(X))


def diverging():
    return skpnn.MLPClassifier(4, optimizer="sgd", activation="linear", epochs=3, random_state=0)


@pytest.mark.filterwarnings("ignore:.*non-finite:UserWarning")
@pytest.mark.parametrize("new", [RandomizedSearchCV, BayesSearchCV])
def test_a_candidate_that_diverges_scores_error_score(new, table):
    X, y = table
    rates = {"learning_rate": [1e-3, 1e25], "batch_size": [16, 32]}
    search = new(diverging(), rates, n_iter=8, cv=2, random_state=0)
    fit = partial(fit_search, progress=False) if new is RandomizedSearchCV else new.fit
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The total space|The objective has been")
        with pytest.warns(FitFailedWarning, match="DivergenceError: Training diverged in epoch"):
            fit(search, X, y)
    diverged = np.asarray(search.cv_results_["param_learning_rate"], dtype=float) > 1
    assert np.array_equal(np.isnan(search.cv_results_["mean_test_score"]), diverged)
    assert diverged.any()
    assert search.best_params_["learning_rate"] == 1e-3


@pytest.mark.slow
def test_processes_find_what_threads_find(table):
    X, y = table

    def search():
        model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(**DENSE))
        return new_search("random", model, n_iter=3, n_jobs=2)

    in_threads = fit_search(search(), X, y, progress=False)
    with parallel_config(backend="loky"):
        in_processes = fit_search(search(), X, y, progress=False)
    for name in ("mean_test_score", "split0_test_score"):
        assert np.array_equal(in_threads.cv_results_[name], in_processes.cv_results_[name])
    assert in_threads.best_params_ == in_processes.best_params_
