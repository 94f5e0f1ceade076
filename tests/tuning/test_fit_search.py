"""fit_search: any search, interrupted anywhere, ends as if it had not been."""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, parallel_config
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingRandomSearchCV,
    KFold,
    RandomizedSearchCV,
    ShuffleSplit,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from sklearn.svm import SVC
from skopt.space import Real

from skpnn.exceptions import CheckpointError
from skpnn.tuning._bayes import BayesSearchCV
from skpnn.tuning._fit_search import fit_search
from skpnn.tuning._threads import in_threads

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
MODEL = make_pipeline(RobustScaler(), LogisticRegression(max_iter=1000))
C = "logisticregression__C"

fit_quietly = partial(fit_search, progress=False)


class Interrupting(TransformerMixin, BaseEstimator):
    """Interrupts the process at one of its fits."""

    fits = 0
    at = 0

    def fit(self, X, y=None):
        Interrupting.fits += 1
        if Interrupting.fits == Interrupting.at:
            raise KeyboardInterrupt
        return self

    def transform(self, X):
        return X


@pytest.fixture(autouse=True)
def _uninterrupted():
    Interrupting.fits = Interrupting.at = 0


def randomized(model=MODEL, **options):
    options = {"n_iter": 4, "cv": 3, "random_state": 0, **options}
    return RandomizedSearchCV(model, {C: loguniform(1e-3, 10)}, **options)


def interruptible():
    return make_pipeline(Interrupting(), LogisticRegression(max_iter=1000))


SEARCHES = {
    "randomized": randomized,
    "grid": lambda model=MODEL: GridSearchCV(model, {C: [0.01, 1, 10]}, cv=3),
    "halving": lambda model=MODEL: HalvingRandomSearchCV(
        model, {C: loguniform(1e-3, 10)}, cv=2, min_resources=30, random_state=0
    ),
    "bayes": lambda model=MODEL: BayesSearchCV(
        model, {C: (1e-3, 10, "log-uniform")}, n_iter=4, cv=3, random_state=0
    ),
}
every_search = pytest.mark.parametrize("new", SEARCHES.values(), ids=SEARCHES)


def assert_same_result(one, other):
    assert one.best_params_ == other.best_params_
    assert one.best_score_ == other.best_score_
    assert one.cv_results_["params"] == other.cv_results_["params"]
    for name in one.cv_results_:
        if name.endswith("test_score") and not name.startswith("rank"):
            assert np.array_equal(one.cv_results_[name], other.cv_results_[name], equal_nan=True)
    assert np.array_equal(one.predict(X), other.predict(X))


@every_search
def test_it_finds_what_the_search_finds(new, tmp_path):
    expected = new().fit(X, Y)
    assert_same_result(fit_quietly(new(), X, Y), expected)
    for _ in range(2):
        found = fit_quietly(new(), X, Y, checkpoint=tmp_path / "search")
        assert_same_result(found, expected)
        assert type(found.estimator) is type(found.best_estimator_) is type(MODEL)


@every_search
@pytest.mark.parametrize("at", [1, 2, 5])
def test_interrupted_it_goes_on_after_the_last_fit(new, at, tmp_path):
    expected = new(interruptible()).fit(X, Y)
    n_fits = Interrupting.fits
    Interrupting.fits, Interrupting.at = 0, at
    search = new(interruptible())
    with pytest.raises(KeyboardInterrupt):
        fit_quietly(search, X, Y, checkpoint=tmp_path / "search")
    assert not hasattr(search, "cv_results_")
    found = fit_quietly(new(interruptible()), X, Y, checkpoint=tmp_path / "search")
    assert_same_result(found, expected)
    # One more: the fit that was interrupted.
    assert Interrupting.fits == n_fits + 1


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_interrupted_in_threads_it_goes_on(n_jobs, tmp_path):
    expected = randomized(interruptible()).fit(X, Y)
    Interrupting.fits, Interrupting.at = 0, 6
    with pytest.raises(KeyboardInterrupt):
        fit_quietly(randomized(interruptible(), n_jobs=n_jobs), X, Y, checkpoint=tmp_path / "a")
    # The number of jobs changes nothing that is found.
    found = fit_quietly(randomized(interruptible()), X, Y, checkpoint=tmp_path / "a")
    assert_same_result(found, expected)


def test_a_search_without_random_state_keeps_the_one_it_began_with(tmp_path):
    Interrupting.at = 5
    search = randomized(interruptible(), random_state=None)
    with pytest.raises(KeyboardInterrupt):
        fit_quietly(search, X, Y, checkpoint=tmp_path / "search")
    first = fit_quietly(search, X, Y, checkpoint=tmp_path / "search")
    again = fit_quietly(
        randomized(interruptible(), random_state=None), X, Y, checkpoint=tmp_path / "search"
    )
    assert_same_result(again, first)
    assert first.random_state is None
    # 12 fits, one of them twice, and the refits.
    assert Interrupting.fits == 15


@pytest.mark.parametrize("cv", [KFold(shuffle=True), ShuffleSplit()])
def test_folds_that_change_at_every_start_are_an_error(cv, tmp_path):
    with pytest.raises(ValueError, match=r"draws other folds at every start.*random_state=0"):
        fit_quietly(randomized(cv=cv), X, Y, checkpoint=tmp_path / "search")
    assert not (tmp_path / "search").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: fit(randomized(n_iter=5)), "n_iter"),
        (
            lambda: fit(randomized(make_pipeline(RobustScaler(), LogisticRegression()))),
            "max_iter was 1000, is 100",
        ),
        (lambda: fit(SEARCHES["grid"]()), "search"),
        (lambda: fit(randomized(), X + 1), "X"),
        (lambda: fit(randomized(), X, 1 - Y), "y"),
    ],
)
def test_a_checkpoint_of_another_search_is_an_error_that_says_what_differs(
    change, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    fit(randomized())
    before = (tmp_path / "search").read_bytes()
    with pytest.raises(CheckpointError, match=message):
        change()
    assert (tmp_path / "search").read_bytes() == before


def fit(search, X=X, y=Y):
    return fit_quietly(search, X, y, checkpoint="search")


def test_n_jobs_and_verbose_make_no_other_search(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    first = fit(randomized())
    assert_same_result(fit(randomized(n_jobs=2, verbose=1)), first)
    assert "Fitting 3 folds" in capsys.readouterr().out


class Picky(LogisticRegression):
    """Refuses some of its space."""

    def fit(self, X, y, sample_weight=None):
        if self.C > 1:
            raise MemoryError(f"C={self.C:.3g} does not fit")
        return super().fit(X, y, sample_weight)


@pytest.mark.filterwarnings("ignore:.*non-finite:UserWarning")
@pytest.mark.parametrize("options", [{}, {"checkpoint": "search"}])
def test_failed_candidates_score_error_score_and_are_reported(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        search = RandomizedSearchCV(Picky(), {"C": [0.1, 1, 2]}, n_iter=3, cv=3, random_state=0)
        with pytest.warns(FitFailedWarning, match=r"3 of 9 fits failed[\s\S]*3 × MemoryError: C=2"):
            fit_quietly(search, X, Y, **options)
        failed = np.asarray(search.cv_results_["param_C"], dtype=float) > 1
        assert np.array_equal(np.isnan(search.cv_results_["mean_test_score"]), failed)
        assert search.best_params_["C"] <= 1


@pytest.mark.filterwarnings("ignore:.*non-finite:UserWarning")
@pytest.mark.parametrize("refit", [True, False])
def test_all_candidates_failing_is_an_error_that_says_why(refit):
    search = RandomizedSearchCV(Picky(), {"C": [2, 3]}, n_iter=2, cv=2, refit=refit)
    with pytest.raises(ValueError, match=r"All candidates failed\.\n2 × MemoryError: C="):
        fit_quietly(search, X, Y)
    assert not hasattr(search, "cv_results_")


def test_one_training_sample_may_be_tested_on_several_others(tmp_path):
    training = np.arange(0, 150, 3)
    folds = [(training, np.arange(1, 150, 3)), (training, np.arange(2, 150, 12))]
    expected = randomized(cv=folds).fit(X, Y)
    for _ in range(2):
        found = fit_quietly(randomized(cv=folds), X, Y, checkpoint=tmp_path / "search")
        assert_same_result(found, expected)


class Alike:
    """A kernel whose repr does not tell it from others."""

    def __init__(self, gamma):
        self.gamma = gamma

    def __call__(self, one, other):
        return np.exp(-self.gamma * ((one[:, None] - other[None]) ** 2).sum(-1))

    def __repr__(self):
        return "Alike()"


def test_candidates_that_look_alike_are_told_apart(tmp_path):
    def search():
        return GridSearchCV(SVC(), {"kernel": [Alike(1e-6), Alike(1.0), Alike(50.0)]}, cv=3)

    expected = search().fit(X, Y).cv_results_["mean_test_score"]
    found = fit_quietly(search(), X, Y, checkpoint=tmp_path / "search")
    assert np.array_equal(found.cv_results_["mean_test_score"], expected)
    assert len(set(expected)) == 3


def scores_by_name(estimator, X, y):
    return {"accuracy": estimator.score(X, y), "zero": 0.0}


@pytest.mark.parametrize("progress", [True, False])
def test_a_function_may_return_several_scores(progress, capfd):
    def search():
        return GridSearchCV(MODEL, {C: [0.1, 1]}, cv=2, scoring=scores_by_name, refit="accuracy")

    found = fit_search(search(), X, Y, progress=progress)
    assert found.best_score_ == search().fit(X, Y).best_score_
    assert ("4/4" in capfd.readouterr().err) == progress


@pytest.mark.filterwarnings("ignore:.*non-finite:UserWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_a_failure_among_several_scores_of_a_function_is_nan_in_each():
    search = GridSearchCV(Picky(), {"C": [0.1, 2]}, cv=2, scoring=scores_by_name, refit="accuracy")
    fit_quietly(search, X, Y)
    for name in ("accuracy", "zero"):
        assert np.isnan(search.cv_results_[f"mean_test_{name}"]).tolist() == [False, True]


def test_fitted_again_without_refit(tmp_path):
    search = fit_quietly(SEARCHES["bayes"](), X, Y)
    assert fit_quietly(search.set_params(refit=False), X, Y).best_score_ > 0.5


def test_a_number_of_jobs_chosen_outside_holds():
    with parallel_config(n_jobs=2), in_threads():
        assert Parallel().n_jobs == 2


def test_a_backend_chosen_outside_holds():
    with parallel_config(backend="loky"), in_threads():
        assert type(Parallel()._backend).__name__ == "LokyBackend"


@pytest.mark.parametrize("name", ["checkpont", "progres"])
def test_a_misspelt_argument_is_no_fit_parameter(name):
    with pytest.raises(TypeError, match=f"no argument '{name}'; did you mean '{name[:5]}"):
        fit_quietly(randomized(), X, Y, **{name: "search"})


def test_what_is_no_search_is_named():
    with pytest.raises(TypeError, match="Pipeline is no search; expected RandomizedSearchCV"):
        fit_quietly(MODEL, X, Y)


def test_one_search_object_resumes_its_own_checkpoint(tmp_path):
    search = SEARCHES["bayes"]()
    search.set_params(search_spaces={C: Real(1e-3, 10, "log-uniform")})
    first = dict(fit_quietly(search, X, Y, checkpoint=tmp_path / "search").best_params_)
    assert fit_quietly(search, X, Y, checkpoint=tmp_path / "search").best_params_ == first


@pytest.mark.filterwarnings("ignore:.*non-finite:UserWarning")
def test_failures_in_processes_are_reported_here():
    search = RandomizedSearchCV(Picky(), {"C": [0.1, 2]}, n_iter=2, cv=2, n_jobs=2)
    with parallel_config(backend="loky"), pytest.warns(FitFailedWarning, match="2 of 4 fits"):
        fit_quietly(search, X, Y)


def test_weights_groups_and_several_metrics(tmp_path):
    def search():
        return randomized(cv=GroupKFold(3), scoring=["accuracy", "neg_log_loss"], refit="accuracy")

    weight = {"logisticregression__sample_weight": np.linspace(1, 2, len(Y))}
    groups = np.arange(len(Y)) % 3
    expected = search().fit(X, Y, groups=groups, **weight)
    for _ in range(2):
        found = fit_quietly(search(), X, Y, groups=groups, checkpoint=tmp_path / "a", **weight)
        assert found.best_params_ == expected.best_params_
        for metric in ("accuracy", "neg_log_loss"):
            name = f"mean_test_{metric}"
            assert np.array_equal(found.cv_results_[name], expected.cv_results_[name])
        assert {name: type(one) for name, one in found.scorer_.items()} == {
            name: type(one) for name, one in expected.scorer_.items()
        }


def test_weights_reach_scorers_as_the_search_would_pass_them():
    weight = np.linspace(0, 3, len(Y))
    search = RandomizedSearchCV(LogisticRegression(), {"C": [0.01, 1]}, n_iter=2, cv=3)
    expected = RandomizedSearchCV(LogisticRegression(), {"C": [0.01, 1]}, n_iter=2, cv=3)
    expected.set_params(random_state=0).fit(X, Y, sample_weight=weight)
    fit_quietly(search.set_params(random_state=0), X, Y, sample_weight=weight)
    assert np.array_equal(
        search.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )


def test_frames_keep_their_names(tmp_path):
    frame = pd.DataFrame(X, columns=list("abcd"))
    search = fit_quietly(randomized(), frame, Y, checkpoint=tmp_path / "search")
    assert search.feature_names_in_.tolist() == list("abcd")


def test_train_scores_are_remembered(tmp_path):
    expected = randomized(return_train_score=True).fit(X, Y)
    for _ in range(2):
        search = randomized(return_train_score=True)
        found = fit_quietly(search, X, Y, checkpoint=tmp_path / "search")
        name = "mean_train_score"
        assert np.array_equal(found.cv_results_[name], expected.cv_results_[name])


def test_warning_filters_survive_threads():
    filters = list(warnings.filters)
    for _ in range(5):
        fit_quietly(randomized(n_jobs=4), X, Y)
    assert warnings.filters == filters


def test_refit_false_leaves_no_estimator():
    search = fit_quietly(randomized(refit=False), X, Y)
    assert not hasattr(search, "best_estimator_")
    assert search.best_params_ == randomized().fit(X, Y).best_params_
