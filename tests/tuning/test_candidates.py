"""The candidates of finished searches, the best one first."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV
from sklearn.tree import DecisionTreeClassifier

from skpnn.tuning._candidates import ranked_candidates

X, Y = make_classification(200, random_state=0)
DEPTHS = {"max_depth": [1, 2, 3, 4]}
TREE = DecisionTreeClassifier(random_state=0)


def score_of(scores):
    """Return a scorer that knows the score of each depth."""
    return lambda tree, X, y: scores[tree.max_depth]


def searched(scores, **arguments):
    search = GridSearchCV(TREE, DEPTHS, scoring=score_of(scores), cv=2, refit=False)
    return search.set_params(**arguments).fit(X, Y)


def depths(search):
    return [candidate["max_depth"] for candidate in ranked_candidates(search)]


def test_best_score_comes_first():
    assert depths(searched({1: 0.1, 2: 0.4, 3: 0.3, 4: 0.2})) == [2, 3, 4, 1]


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_failed_candidates_are_left_out():
    assert depths(searched({1: np.nan, 2: 0.4, 3: np.nan, 4: 0.5})) == [4, 2]


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_no_finite_score_raises():
    with pytest.raises(ValueError, match="no best candidate: 0 of 4 have a finite score"):
        depths(searched(dict.fromkeys(range(1, 5), np.nan)))


def test_search_that_is_not_fitted_raises():
    with pytest.raises(NotFittedError, match="GridSearchCV instance is not fitted"):
        ranked_candidates(GridSearchCV(TREE, DEPTHS))


def two_metrics(tree, X, y):
    return {"shallow": -tree.max_depth, "middle": -abs(tree.max_depth - 2.2)}


def test_refit_names_the_metric_that_decides():
    assert depths(searched({}, scoring=two_metrics, refit="middle")) == [2, 3, 1, 4]


def test_several_metrics_without_a_best_candidate_raise():
    with pytest.raises(ValueError, match=r'say which metric decides: refit="…"'):
        depths(searched({}, scoring=two_metrics, refit=False))


def test_function_that_chooses_among_several_metrics_ranks_the_best_only():
    assert depths(searched({}, scoring=two_metrics, refit=lambda results: 2)) == [3]


def test_function_that_chooses_by_one_metric_is_followed():
    scores = {1: 0.1, 2: 0.4, 3: 0.3, 4: 0.2}
    assert depths(searched(scores, refit=lambda results: 3)) == [4, 2, 3, 1]


def test_last_round_of_a_halving_search_comes_first():
    halving = HalvingGridSearchCV(TREE, DEPTHS, cv=2, factor=2, min_resources=20, random_state=0)
    search = halving.set_params(scoring=lambda tree, X, y: tree.max_depth - len(X) / 8).fit(X, Y)
    last = search.cv_results_["iter"].max()
    n_last = (search.cv_results_["iter"] == last).sum()
    assert set(depths(search)[:n_last]) <= {3, 4}
    assert depths(search)[-1] == 1
    assert depths(search)[0] == search.best_params_["max_depth"]


# Optuna's search, whose cv_results_ fails where a trial did


def quiet_optuna(test):
    """Leave out what Optuna says of itself, and NumPy of scores that are all NaN."""
    for said in (
        "OptunaSearchCV is experimental",
        "`optuna.terminator` module has been deprecated",
        "Mean of empty slice",
        "Degrees of freedom <= 0",
    ):
        test = pytest.mark.filterwarnings(f"ignore:{said}")(test)
    return test


def searched_by_optuna(scores):
    integration = pytest.importorskip("optuna_integration")
    optuna = pytest.importorskip("optuna")
    study = optuna.create_study(direction="maximize")
    for depth in scores:
        study.enqueue_trial({"max_depth": depth})
    depths = {"max_depth": optuna.distributions.IntDistribution(1, 4)}
    search = integration.OptunaSearchCV(
        TREE, depths, scoring=score_of(scores), cv=2, refit=False, study=study, n_trials=len(scores)
    )
    return search.fit(X, Y)


@quiet_optuna
def test_trials_are_ranked_and_failed_ones_left_out():
    assert depths(searched_by_optuna({1: 0.3, 2: np.nan, 3: 0.5})) == [3, 1]


@quiet_optuna
def test_no_finished_trial_raises():
    with pytest.raises(ValueError, match="0 of 1 have a finite score"):
        depths(searched_by_optuna({1: np.nan}))


@quiet_optuna
def test_search_of_optuna_that_is_not_fitted_raises():
    integration = pytest.importorskip("optuna_integration")
    with pytest.raises(NotFittedError, match="OptunaSearchCV instance is not fitted"):
        ranked_candidates(integration.OptunaSearchCV(TREE, {}))
