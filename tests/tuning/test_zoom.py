"""Zooming in, in the form that each search took its space in."""

import numpy as np
import pytest
import skopt
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import loguniform, norm, randint, uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from skopt.space import Categorical, Integer, Real

from skpnn.tuning._bayes import BayesSearchCV
from skpnn.tuning._zoom import zoom

X = np.arange(60.0).reshape(-1, 1)
Y = X[:, 0]


class Peak(RegressorMixin, BaseEstimator):
    """Scores best at rate 1e-2, width 64, share 0.3 and with "b"; like a network, but at once."""

    def __init__(self, rate=1e-3, width=16, share=0.1, kind="a", epochs=1):
        self.rate = rate
        self.width = width
        self.share = share
        self.kind = kind
        self.epochs = epochs

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return X[:, 0]

    def score(self, X, y):
        if self.kind == "fails":
            return np.nan
        distance = abs(np.log10(self.rate) + 2) + abs(np.log2(self.width) - 6)
        return -distance - abs(self.share - 0.3) - (self.kind != "b")


FIXED = {"cv": 2, "refit": False}
RANDOM = {"rate": loguniform(1e-4, 1e-1), "width": randint(8, 129), "share": uniform(0, 0.5)}
AT_RANDOM = {"n_initial_points": 100}
KINDS = {"kind": ["a", "b", "c"]}


def random_search(space, *, n_iter=30, **arguments):
    search = RandomizedSearchCV(Peak(), space, n_iter=n_iter, random_state=0, **FIXED | arguments)
    return search.fit(X, Y)


# Each kind of search


def test_random_search_is_zoomed_to_distributions():
    search = random_search(RANDOM | KINDS)
    zoomed = zoom(search, 4)
    rate, width, share = (zoomed[name].support() for name in ("rate", "width", "share"))
    assert np.log10(rate[1] / rate[0]) == pytest.approx(3 / 4)
    assert share[1] - share[0] == pytest.approx(0.5 / 4)
    assert (type(width[0]), width[1] - width[0]) == (np.int64, pytest.approx(30, abs=1))
    assert "b" in zoomed["kind"]
    for name, (low, high) in {"rate": rate, "width": width, "share": share}.items():
        assert low <= search.best_params_[name] <= high


def test_space_of_a_zoom_is_searched_and_zoomed_again():
    first = random_search(RANDOM | KINDS)
    second = random_search(zoom(first))
    assert second.best_score_ > first.best_score_
    assert zoom(second).keys() == zoom(first).keys()


def test_grid_is_zoomed_to_as_many_points_around_the_best():
    grid = {"rate": [1e-4, 1e-3, 1e-2, 1e-1], "width": [16, 32, 64, 128, 256]} | KINDS
    zoomed = zoom(GridSearchCV(Peak(), grid, **FIXED).fit(X, Y), 2)
    assert zoomed["rate"] == pytest.approx([10**-2.5, 1e-2, 10**-1.5, 1e-1])
    assert zoomed["width"] == [32, 64, 128]
    assert zoomed["kind"] == ["a", "b", "c"]


def test_best_share_of_the_candidates_says_which_categories_stay():
    grid = {"rate": [1e-3, 1e-2], "width": [64]} | KINDS
    search = GridSearchCV(Peak(), grid, **FIXED).fit(X, Y)
    assert zoom(search, 6)["kind"] == ["b"]
    assert zoom(search, 1.1)["kind"] == ["a", "b", "c"]


def test_array_of_a_grid_is_zoomed_to_a_list():
    search = GridSearchCV(Peak(), {"share": np.array([0.1, 0.3, 0.5])}, **FIXED).fit(X, Y)
    assert zoom(search, 2)["share"] == pytest.approx([0.2, 0.3, 0.4], rel=0.05)


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.filterwarnings("ignore::DeprecationWarning:skopt")
def test_bayes_search_is_zoomed_to_dimensions(ours):
    space = {
        "rate": (1e-4, 1e-1, "log-uniform"),
        "width": Integer(8, 128, prior="log-uniform"),
        "share": Real(0, 0.5),
        "kind": Categorical(["a", "b"]),
    }
    make = BayesSearchCV if ours else skopt.BayesSearchCV
    options = {"optimizer_kwargs": AT_RANDOM, "n_iter": 12, "random_state": 0}
    search = make(Peak(), space, **options, **FIXED).fit(X, Y)
    zoomed = zoom(search, 3)
    assert isinstance(zoomed["rate"], Real)
    assert (zoomed["rate"].prior, zoomed["width"].prior) == ("log-uniform", "log-uniform")
    assert zoomed["rate"].high / zoomed["rate"].low == pytest.approx(10)
    assert isinstance(zoomed["width"], Integer)
    assert "b" in zoomed["kind"].categories
    for name in ("rate", "width", "share"):
        assert search.best_params_[name] in zoomed[name]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:skopt")
@pytest.mark.filterwarnings("ignore:Dimension .* was inferred")
@pytest.mark.parametrize(("ours", "expected"), [(True, Categorical), (False, Integer)])
def test_list_of_two_numbers_means_what_that_bayes_search_took_it_for(ours, expected):
    make = BayesSearchCV if ours else skopt.BayesSearchCV
    options = {"optimizer_kwargs": AT_RANDOM, "n_iter": 3, "random_state": 0}
    search = make(Peak(), {"width": [8, 128]}, **options, **FIXED).fit(X, Y)
    assert isinstance(zoom(search)["width"], expected)


@pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental")
@pytest.mark.filterwarnings("ignore:`optuna.terminator` module has been deprecated")
@pytest.mark.filterwarnings("ignore:Mean of empty slice")
@pytest.mark.filterwarnings("ignore:Degrees of freedom")
@pytest.mark.filterwarnings("ignore:Failed to report cross validation scores")
def test_optuna_search_is_zoomed_to_distributions():
    integration = pytest.importorskip("optuna_integration")
    distributions = pytest.importorskip("optuna").distributions
    space = {
        "rate": distributions.FloatDistribution(1e-4, 1e-1, log=True),
        "width": distributions.IntDistribution(8, 128, log=True),
        "kind": distributions.CategoricalDistribution(["a", "b", "fails"]),
    }
    options = {"n_trials": 15, "random_state": 0}
    search = integration.OptunaSearchCV(Peak(), space, **options, **FIXED).fit(X, Y)
    zoomed = zoom(search, 3)
    assert zoomed["rate"].high / zoomed["rate"].low == pytest.approx(10)
    assert (zoomed["rate"].log, zoomed["width"].log) == (True, True)
    assert "fails" not in zoomed["kind"].choices
    integration.OptunaSearchCV(Peak(), zoomed, **options, **FIXED).fit(X, Y)


@pytest.mark.parametrize("resource", ["n_samples", "epochs"])
def test_halving_searches_are_zoomed(resource):
    options = {"resource": resource, "max_resources": 27, "random_state": 0} | FIXED
    grid = {"width": [16, 32, 64, 128], "share": [0.1, 0.3, 0.5]}
    by_grid = HalvingGridSearchCV(Peak(), grid, **options).fit(X, Y)
    assert zoom(by_grid, 2)["width"] == [32, 64, 128]
    by_chance = HalvingRandomSearchCV(Peak(), RANDOM, n_candidates=20, **options).fit(X, Y)
    assert zoom(by_chance).keys() == RANDOM.keys()


def test_names_in_a_pipeline_stay():
    pipeline = make_pipeline(RobustScaler(), Peak())
    space = {"peak__share": [0.1, 0.3, 0.5], "robustscaler": [RobustScaler(), "passthrough"]}
    search = GridSearchCV(pipeline, space, **FIXED).fit(X, Y)
    zoomed = zoom(search, 1.5)
    assert zoomed.keys() == space.keys()
    assert zoomed["robustscaler"] == space["robustscaler"]


# Several spaces


def test_space_of_the_best_candidate_is_zoomed():
    spaces = [{"width": [64], "kind": ["a"]}, {"rate": [1e-3, 1e-2], "width": [64], "kind": ["b"]}]
    search = GridSearchCV(Peak(), spaces, **FIXED).fit(X, Y)
    assert zoom(search, 2).keys() == {"rate", "width", "kind"}


def test_space_is_told_by_its_values_where_names_are_equal():
    spaces = [{"rate": uniform(0.5, 0.5)} | KINDS, {"rate": loguniform(1e-4, 1e-1)} | KINDS]
    rates = zoom(random_search(spaces))["rate"].support()
    assert rates[0] < 1e-2 < rates[1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:skopt")
def test_number_of_candidates_of_a_space_is_no_part_of_it():
    spaces = [({"width": [64], "kind": ["b"]}, 1), ({"rate": (1e-4, 1e-1)}, 2)]
    options = {"optimizer_kwargs": AT_RANDOM, "random_state": 0} | FIXED
    search = BayesSearchCV(Peak(), spaces, **options).fit(X, Y)
    assert zoom(search) == {"width": Categorical([64]), "kind": Categorical(["b"])}


def test_space_that_was_changed_after_the_search_raises():
    search = random_search(RANDOM)
    search.param_distributions = {"rate": uniform(5, 1)}
    with pytest.raises(ValueError, match="is from none of the search's spaces"):
        zoom(search)


# Scores


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_failed_candidates_count_for_nothing():
    search = GridSearchCV(Peak(), {"kind": ["fails", "b"], "share": [0.3]}, **FIXED).fit(X, Y)
    assert zoom(search, 1.01)["kind"] == ["b"]


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_search_without_a_finite_score_raises():
    search = GridSearchCV(Peak(), {"kind": ["fails"]}, **FIXED).fit(X, Y)
    with pytest.raises(ValueError, match="0 of 1 have a finite score"):
        zoom(search)


def test_several_metrics_are_decided_by_the_best_index():
    scores = {"r2": "r2", "wide": lambda estimator, X, y: estimator.width}
    grid = {"width": [8, 16, 32, 64, 128]}
    search = GridSearchCV(Peak(), grid, cv=2, scoring=scores, refit="wide").fit(X, Y)
    assert zoom(search)["width"] == [64, 128]


# Properties, over all best values


@pytest.fixture(scope="module")
def one_candidate():
    return random_search({"rate": loguniform(1e-4, 1e-1)}, n_iter=1)


@given(st.floats(1e-4, 1e-1), st.floats(1.01, 50))
def test_zoomed_range_is_inside_around_the_best_value(one_candidate, rate, factor):
    one_candidate.cv_results_["params"][0]["rate"] = rate
    low, high = zoom(one_candidate, factor)["rate"].support()
    assert 1e-4 <= low <= rate <= high <= 1e-1
    assert np.log(high / low) == pytest.approx(np.log(1e3) / factor, rel=1e-6)


# Errors


@pytest.mark.parametrize("factor", [1, 0.5, -2, np.nan, np.inf, "2"])
def test_factor_that_does_not_zoom_raises(factor):
    with pytest.raises(ValueError, match=r"factor=.* expected a number in \(1, inf\)"):
        zoom(random_search(RANDOM, n_iter=1), factor)


def test_search_that_is_not_fitted_raises():
    with pytest.raises(NotFittedError, match="RandomizedSearchCV instance is not fitted"):
        zoom(RandomizedSearchCV(Peak(), RANDOM))


def test_what_is_no_search_raises():
    with pytest.raises(ValueError, match="Peak is not a search that is known"):
        zoom(Peak())


def test_distribution_that_is_not_understood_raises():
    with pytest.raises(ValueError, match=r"share=.* is not understood; expected, for a search"):
        zoom(random_search({"share": norm(0, 1)}))
