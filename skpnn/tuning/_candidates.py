"""The candidates of a finished search, the best one first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

__all__ = ["ranked_candidates"]


def ranked_candidates(search: Any) -> list[dict[str, Any]]:
    """Return the parameters of all candidates with a finite score.

    The search's own best candidate comes first, the others by their mean score. In a halving
    search those of a later round, which had more resources, come before those of an earlier one.

    Parameters
    ----------
    search : fitted search
        Of scikit-learn, scikit-optimize or Optuna.

    Returns
    -------
    list of dict
        As in ``cv_results_["params"]``; with several metrics and a function for `refit`, which
        says nothing about the others, the best one only.

    Raises
    ------
    NotFittedError
        If the search is not fitted.
    ValueError
        If no candidate is best.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2, 3]})
    >>> ranked_candidates(search.fit(*load_iris(return_X_y=True)))
    [{'max_depth': 3}, {'max_depth': 2}, {'max_depth': 1}]
    """
    # Only Optuna's search has trials, and its cv_results_ fails where a trial did.
    if hasattr(search, "n_trials"):
        return _of_trials(search)
    check_is_fitted(search, "cv_results_")
    if not hasattr(search, "best_index_"):
        raise ValueError(
            "The search has several metrics and no best candidate; say which metric decides: "
            'refit="…".'
        )
    results = search.cv_results_
    scores = _deciding_scores(search)
    rounds = np.asarray(results.get("iter", np.zeros(len(scores))))
    return _sorted(results["params"], scores, rounds, best=int(search.best_index_))


def _deciding_scores(search: Any) -> NDArray[np.float64]:
    results, best = search.cv_results_, search.best_index_
    metric = search.refit if getattr(search, "multimetric_", False) else "score"
    if isinstance(metric, str):
        return np.asarray(results[f"mean_test_{metric}"], dtype=float)
    return np.where(np.arange(len(results["params"])) == best, 0.0, np.nan)


def _of_trials(search: Any) -> list[dict[str, Any]]:
    check_is_fitted(search, "study_")
    trials = search.study_.trials
    values = [trial.value if trial.state.name == "COMPLETE" else None for trial in trials]
    scores = np.array(values, dtype=float)
    best = int(np.argmax(np.nan_to_num(scores, nan=-np.inf))) if trials else 0
    return _sorted([trial.params for trial in trials], scores, np.zeros(len(trials)), best=best)


def _sorted(
    params: list[dict[str, Any]],
    scores: NDArray[np.float64],
    rounds: NDArray[Any],
    *,
    best: int,
) -> list[dict[str, Any]]:
    if not np.isfinite(scores[best : best + 1]).any():
        n_finite = int(np.isfinite(scores).sum())
        raise ValueError(
            f"The search has no best candidate: {n_finite} of {len(scores)} have a finite score, "
            'and the best one has not. Fit it with error_score="raise" to see what fails.'
        )
    is_best = np.arange(len(scores)) == best
    order = np.lexsort((-scores, -rounds, ~is_best))
    return [params[k] for k in order if np.isfinite(scores[k])]
