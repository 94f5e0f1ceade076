"""The progress bar of a search."""

import io
import pickle

import pytest
from rich.console import Console
from scipy.stats import loguniform
from sklearn.datasets import load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
)

from skpnn.tuning._bayes import BayesSearchCV
from skpnn.tuning._fit_search import fit_search
from skpnn.tuning._ledger import Ledger
from skpnn.tuning._progress import SearchProgress, planned_candidates

X, Y = load_iris(return_X_y=True)
MODEL = RidgeClassifier()
ALPHA = {"alpha": [0.1, 1.0, 10.0]}
DISTRIBUTION = {"alpha": loguniform(0.1, 10)}


@pytest.fixture
def ledger(tmp_path):
    return Ledger.open(tmp_path / "ledger", {})


@pytest.fixture
def screen():
    return Console(file=io.StringIO(), force_terminal=True, width=100)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (GridSearchCV(MODEL, ALPHA), 3),
        (GridSearchCV(MODEL, [ALPHA, {"tol": [1e-3, 1e-4]}]), 5),
        (RandomizedSearchCV(MODEL, DISTRIBUTION, n_iter=7), 7),
        (RandomizedSearchCV(MODEL, ALPHA, n_iter=7), 3),
        (BayesSearchCV(MODEL, {"alpha": (0.1, 10.0)}, n_iter=4), 4),
        (HalvingGridSearchCV(MODEL, ALPHA), None),
        (HalvingRandomSearchCV(MODEL, DISTRIBUTION), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_candidates_are_planned_as_far_as_known(search, expected):
    assert planned_candidates(search) == expected


def shown(screen):
    return screen.file.getvalue()


def test_fits_and_the_best_mean_of_complete_candidates_are_shown(ledger, screen):
    search = GridSearchCV(MODEL, ALPHA)
    search.n_splits_ = 2
    with SearchProgress(search, ledger, console=screen):
        for candidate, fold, score in [("a", 0, 0.5), ("a", 1, 0.7), ("b", 0, 0.9)]:
            ledger.record(candidate, fold, "test_score", score)
    assert "3/6" in shown(screen)
    assert "best 0.6," in shown(screen)


def test_failed_fits_are_done(ledger, screen):
    search = GridSearchCV(MODEL, ALPHA)
    search.n_splits_ = 2
    with SearchProgress(search, ledger, console=screen):
        ledger.record("a", 0, "failure", "no room")
    assert "1/6" in shown(screen)
    assert "best –," in shown(screen)


def test_of_several_metrics_the_one_that_decides_is_shown(ledger, screen):
    search = GridSearchCV(MODEL, ALPHA, scoring=["accuracy", "f1_macro"], refit="f1_macro")
    search.n_splits_ = 1
    with SearchProgress(search, ledger, console=screen):
        ledger.record("a", 0, "test_accuracy", 0.9)
        ledger.record("a", 0, "test_f1_macro", 0.8)
    assert "best 0.8," in shown(screen)


def test_a_metric_is_not_taken_for_one_whose_name_begins_alike(ledger, screen):
    search = GridSearchCV(MODEL, ALPHA, scoring=["f1", "f1_macro"], refit="f1")
    search.n_splits_ = 1
    with SearchProgress(search, ledger, console=screen):
        ledger.record("a", 0, "test_f1 5e", 0.8)
        ledger.record("a", 0, "test_f1_macro 5e", 0.9)
    assert "best 0.8," in shown(screen)


def test_a_later_round_of_halving_counts_for_itself(ledger, screen):
    search = HalvingGridSearchCV(MODEL, ALPHA)
    search.n_splits_ = 2
    with SearchProgress(search, ledger, console=screen):
        for fold, score in enumerate([0.1, 0.2, 0.8, 0.9]):
            ledger.record("a", fold, "test_score", score)
    assert "best 0.85," in shown(screen)


SEARCHES = {
    "grid": lambda: GridSearchCV(MODEL, ALPHA, cv=2),
    "halving": lambda: HalvingGridSearchCV(MODEL, ALPHA, cv=2, min_resources=50),
    "bayes": lambda: BayesSearchCV(MODEL, {"alpha": (0.1, 10.0)}, n_iter=3, cv=2, random_state=0),
}


@pytest.mark.parametrize("new", SEARCHES.values(), ids=SEARCHES)
def test_a_search_shows_its_progress_on_stderr(new, capfd):
    search = new()
    name = type(search).__name__
    if name.startswith("Halving") and not hasattr(search, "set_callbacks"):
        pytest.skip("before scikit-learn 1.9, halving does not tell how many fits there will be")
    fit_search(search, X, Y)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert name in printed.err
    n_fits = 8 if name.startswith("Halving") else 6
    assert f"{n_fits}/{n_fits} fits, best" in " ".join(printed.err.split())


def test_silent_when_asked(capfd):
    fit_search(SEARCHES["grid"](), X, Y, progress=False)
    assert capfd.readouterr() == ("", "")


def test_the_bar_ends_where_the_search_fails(capfd):
    search = GridSearchCV(MODEL, {"alpha": ["unheard of"]}, error_score="raise", cv=2)
    for _ in range(2):
        # A bar that went on would not let a second one begin.
        with pytest.raises(ValueError, match="alpha"):
            fit_search(search, X, Y)
    assert "GridSearchCV" in capfd.readouterr().err


def test_workers_get_no_bar(ledger):
    assert vars(pickle.loads(pickle.dumps(SearchProgress(MODEL, ledger)))) == {"_announced": 0}


def test_callbacks_of_the_user_stay():
    class Counter:
        ends = 0

        def setup(self, estimator, context): ...
        def teardown(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context):
            self.ends += context.max_subtasks == 0

    search = SEARCHES["grid"]()
    if not hasattr(search, "set_callbacks"):
        pytest.skip("scikit-learn before 1.9 has no callbacks")
    counter = Counter()
    fit_search(search.set_callbacks(counter), X, Y)
    # Six fits and the refit.
    assert counter.ends == 7
    assert search._skl_callbacks == [counter]
