"""Searches whose workers die: by what they raise, and by a real worker of joblib's."""

import os
import signal
from concurrent.futures import BrokenExecutor, CancelledError
from pathlib import Path

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GridSearchCV

from skpnn.tuning._fit_search import fit_search
from skpnn.tuning._ledger import Ledger
from skpnn.tuning._lost_workers import despite_lost_workers


@pytest.fixture
def ledger(tmp_path):
    return Ledger.open(tmp_path / "checkpoint", {})


def losing(ledger, errors, *, records=True):
    """Return a fit that raises `errors` one after the other, and then ends."""
    coming = iter(errors)

    def fit(search):
        search.append("fit")
        error = next(coming, None)
        if error is not None:
            if records:
                ledger.record(len(search), 0, "test_score", 0.5)
            raise error

    return fit


def test_a_search_that_lost_workers_goes_on(ledger):
    fits = []
    despite_lost_workers(losing(ledger, [CancelledError(), BrokenExecutor()]), ledger)(fits)
    assert len(fits) == 3


def test_where_nothing_is_recorded_between_two_deaths_it_ends(ledger):
    fits = []
    fit = losing(ledger, [BrokenExecutor()] * 9, records=False)
    with pytest.raises(BrokenExecutor):
        despite_lost_workers(fit, ledger)(fits)
    assert len(fits) == 2


def test_other_errors_end_it(ledger):
    with pytest.raises(ValueError, match="bad"):
        despite_lost_workers(losing(ledger, [ValueError("bad")]), ledger)([])


class Mortal(ClassifierMixin, BaseEstimator):
    """Kills the process that fits c = 2 first."""

    def __init__(self, folder, c=0):
        self.folder = folder
        self.c = c

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.c == 2 and not Path(self.folder, "killed").exists():
            Path(self.folder, "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self

    def predict(self, X):
        return self.classes_[(X[:, 0] > self.c).astype(int)]


@pytest.mark.slow
def test_a_killed_worker_of_joblib_does_not_end_a_search(tmp_path):
    X, y = np.linspace(-1, 4, 40).reshape(-1, 1), np.arange(40) % 4 // 2
    search = GridSearchCV(Mortal(str(tmp_path)), {"c": list(range(6))}, cv=2, n_jobs=2, refit=False)
    with parallel_config(backend="loky"):
        fit_search(search, X, y, checkpoint=tmp_path / "checkpoint", progress=False)
    assert (tmp_path / "killed").exists()
    expected = GridSearchCV(search.estimator, search.param_grid, cv=2, refit=False).fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    np.testing.assert_array_equal(scores, expected.cv_results_["mean_test_score"])
