"""Fitting a search by way of trials, and reporting those that failed."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.exceptions import FitFailedWarning
from sklearn.metrics import check_scoring

from skpnn._atomic import scratch_copy, take_over
from skpnn.tuning._scratch_ledger import AnyLedger
from skpnn.tuning._trial import FAILURE, LedgerLost, Trial, TrialScorer

__all__ = ["fit_through_trials"]


def fit_through_trials(search: Any, ledger: AnyLedger, fit: Callable[[Any], Any]) -> None:
    """Fit `search` on trials of its estimator; warn of those that failed.

    Parameters
    ----------
    search : estimator
        With `estimator`, `scoring` and `error_score`, as scikit-learn's searches have; as it was,
        where fitting fails.
    ledger : Ledger
        Of the scores.
    fit : callable
        Fits what it is given, a copy of the search.
    """
    scratch = scratch_copy(search)
    scratch.estimator = Trial(search.estimator, ledger)
    scratch.scoring = _trial_scoring(search, ledger)
    try:
        fit(scratch)
    except LedgerLost as lost:
        raise lost.args[0] from None
    _check_that_one_succeeded(scratch, ledger)
    scratch.estimator, scratch.scoring = search.estimator, search.scoring
    if isinstance(vars(scratch).get("best_estimator_"), Trial):
        scratch.best_estimator_ = scratch.best_estimator_.refitted()
    if "scorer_" in vars(scratch):
        scratch.scorer_ = _inner_scorers(scratch.scorer_)
    take_over(search, scratch)
    _warn_of_failures(ledger, search.error_score)


def _trial_scoring(search: Any, ledger: AnyLedger) -> Any:
    """Return `scoring` in its form, one scorer or several, of trials."""
    scoring = search.scoring

    def of_trials(one: Any, name: str = "score") -> TrialScorer:
        scorer = check_scoring(search.estimator, one)
        return TrialScorer(scorer, ledger, name=name, error_score=search.error_score)

    if isinstance(scoring, dict):
        return {name: of_trials(one, name) for name, one in scoring.items()}
    if isinstance(scoring, list | tuple | set):
        return {name: of_trials(name, name) for name in scoring}
    return of_trials(scoring)


def _inner_scorers(scorer: Any) -> Any:
    if isinstance(scorer, dict):
        return {name: _inner_scorers(one) for name, one in scorer.items()}
    return scorer.inner if isinstance(scorer, TrialScorer) else scorer


def _check_that_one_succeeded(search: Any, ledger: AnyLedger) -> None:
    causes, _ = _failures(ledger)
    results = vars(search).get("cv_results_", {})
    means = [scores for name, scores in results.items() if name.startswith("mean_test_")]
    if causes and means and not np.isfinite(means).any():
        raise ValueError(
            f"All candidates failed.\n{_listed(causes)}\nMend what they have in common; "
            "error_score='raise' stops at the first and shows where."
        )


def _warn_of_failures(ledger: AnyLedger, error_score: Any) -> None:
    causes, n_fits = _failures(ledger)
    if causes:
        warnings.warn(
            f"{causes.total()} of {n_fits} fits failed; their score is error_score={error_score!r}."
            " Look at cv_results_ for the candidates, and use error_score='raise' to stop at the "
            f"first.\n{_listed(causes)}",
            FitFailedWarning,
            stacklevel=4,
        )


def _failures(ledger: AnyLedger) -> tuple[Counter[str], int]:
    """Return how often what went wrong, and how many fits there were."""
    folds = [items for trials in ledger.by_candidate().values() for items in trials.values()]
    return Counter(items[FAILURE] for items in folds if FAILURE in items), len(folds)


def _listed(causes: Counter[str]) -> str:
    return "\n".join(f"{count} × {message}" for message, count in causes.most_common())
