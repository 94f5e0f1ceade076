"""A space is searched, and zoomed, by the search that it is for."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.tuning._bayes import BayesSearchCV
from skpnn.tuning._search_space import search_space
from skpnn.tuning._zoom import zoom

# One program serves all candidates.
ONE_PROGRAM = {"activation": None, "optimizer": None, "depth": None, "batch_size": [32]}
FEW = {"n_iter": 2, "cv": 2, "random_state": 0}


@pytest.fixture(scope="module")
def model():
    network = skpnn.MLPClassifier(epochs=2, random_state=0)
    return make_pipeline(RobustScaler(), network)


@pytest.fixture(scope="module")
def table():
    y = np.repeat([0, 1], 60)
    return np.random.default_rng(0).normal(size=(120, 3)) + y[:, np.newaxis], y


def space_of(model, kind, **replacements):
    return search_space(model, kind, hidden_layer_sizes=[4], **ONE_PROGRAM | replacements)


def assert_searched_and_zoomed(search, space, table):
    search.fit(*table)
    assert np.isfinite(search.best_score_)
    assert zoom(search).keys() == space.keys()


def test_random_search(model, table):
    space = space_of(model, "random")
    assert_searched_and_zoomed(RandomizedSearchCV(model, space, **FEW), space, table)


def test_grid_search(model, table):
    space = space_of(model, "grid", learning_rate=[1e-2])
    assert_searched_and_zoomed(GridSearchCV(model, space, cv=2), space, table)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:skopt")
def test_bayes_search(model, table):
    space = space_of(model, "bayes")
    search = BayesSearchCV(model, space, **FEW, optimizer_kwargs={"n_initial_points": 9})
    assert_searched_and_zoomed(search, space, table)


@pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental")
@pytest.mark.filterwarnings("ignore:`optuna.terminator` module has been deprecated")
def test_optuna_search(model, table):
    integration = pytest.importorskip("optuna_integration")
    space = space_of(model, "optuna")
    search = integration.OptunaSearchCV(model, space, n_trials=2, cv=2, random_state=0)
    assert_searched_and_zoomed(search, space, table)
