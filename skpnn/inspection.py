"""What a classifier relies on, at each hypothesis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from skpnn._hypothesis_scores import HypothesisScores, scores_of
from skpnn._parameters import check_integer
from skpnn._seeding import generator
from skpnn._theta_columns import Theta, column_names, requested_columns
from skpnn.evaluation import metric_values
from skpnn.metrics import Metric, lower_is_better, named_metrics

__all__ = ["permutation_importance"]


def permutation_importance(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    metric: Any = "auc",
    n_repeats: int = 5,
    features: Sequence[int | str] | None = None,
    hypotheses: ArrayLike | None = None,
    theta: Theta = -1,
    window: ArrayLike | None = None,
    background_label: Any = None,
    random_state: Any = None,
) -> pd.DataFrame:
    """Return by how much a figure of merit falls where one feature is permuted.

    The values of a feature are permuted among all events, signal and background together, which
    leaves it no information; weights stay with their events. A feature that another can stand in
    for appears unimportant.

    Parameters
    ----------
    estimator : fitted classifier or Pipeline
        Anything with θ among its columns.
    X : DataFrame or array of shape (n_samples, n_features)
        The events, best those not trained on; signal rows hold their θ.
    y : array-like of shape (n_samples,)
        Two classes.
    sample_weight : array-like of shape (n_samples,), optional
        Weights; negative ones are kept as they are.
    metric : str, callable or dict of one, default="auc"
        The figure of merit, of those that `skpnn.score_scan` knows. Of the log loss, where lower is
        better, the rise is returned; of all others, the fall.
    n_repeats : int, default=5
        Number of permutations of each feature; all hypotheses share them.
    features : sequence of int or str, optional
        The columns to permute, by index or by name; by default all but θ.
    hypotheses : array-like of shape (k,) or (k, n_theta), optional
        The hypotheses; by default those of the signal in `X`, as in `skpnn.score_scan`.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of `X`, by index or by name.
    window : float or array-like of shape (n_theta,), optional
        How far from a hypothesis signal counts as its own, in the units of θ.
    background_label : label, optional
        The class that is background; by default the estimator's own, or its first class.
    random_state : int, RandomState instance or None, default=None
        Determines the permutations. Those of a feature do not depend on which others are asked for.

    Returns
    -------
    DataFrame
        One row per feature and hypothesis: ``feature``, the θ columns, ``importance``, the mean
        over the permutations, and ``importance_error``, the standard deviation of that mean (NaN
        for one permutation). The error of the finite number of events is not part of it.

    Raises
    ------
    ValueError
        If a feature is unknown or is θ, there is more than one figure of merit, or no signal at a
        hypothesis.

    References
    ----------
    .. [1] L. Breiman, "Random forests", Mach. Learn. 45, 5 (2001), section 10.

    Examples
    --------
    >>> import skpnn
    >>> X, y = skpnn.datasets.BaldiToy().sample(2000, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=10, random_state=0).fit(X, y)
    >>> table = skpnn.inspection.permutation_importance(model, X, y, random_state=0)
    >>> list(table)
    ['feature', 'theta', 'importance', 'importance_error']
    >>> bool((table["importance"] > 0.4).all())
    True
    """
    check_integer("n_repeats", n_repeats, low=1)
    function = _only(metric)
    options = {
        "sample_weight": sample_weight,
        "hypotheses": hypotheses,
        "theta": theta,
        "window": window,
        "background_label": background_label,
    }
    found = scores_of(estimator, X, y, **options)
    found.warn_of_extrapolation(stacklevel=3)
    columns = _feature_columns(X, features, found.grid.columns)
    intact = _values(found, function)
    seed = int(generator(random_state).integers(2**63))
    sign = -1 if lower_is_better(function) else 1
    tables = []
    for column in columns:
        permuted = [
            _values(scores_of(estimator, other, y, **options), function)
            for other in _permuted(X, column, n_repeats, seed)
        ]
        tables.append(_rows(found, _label(X, column), sign * (intact - permuted)))
    return pd.concat(tables, ignore_index=True)


def _only(metric: Any) -> Metric:
    named = named_metrics(metric)
    if len(named) > 1:
        raise ValueError(f"metric={list(named)} are {len(named)}; the importance is of one.")
    return next(iter(named.values()))


def _values(scores: HypothesisScores, metric: Metric) -> NDArray[np.float64]:
    return np.array([np.atleast_1d(value)[0] for value in metric_values(scores, metric)])


def _feature_columns(
    X: Any, features: Sequence[int | str] | None, theta: NDArray[np.intp]
) -> list[int]:
    """Return the indices of the columns to permute."""
    n_columns, names = np.shape(X)[1], column_names(X)
    if features is None:
        return [column for column in range(n_columns) if column not in theta]
    labels = list(range(n_columns)) if names is None else names
    columns = []
    for one in requested_columns(features):
        is_index = not isinstance(one, str) and -n_columns <= one < n_columns
        if not is_index and one not in labels:
            raise ValueError(f"{one!r} of features= is no column of X; its columns are {labels}.")
        column = int(one) % n_columns if is_index else labels.index(one)
        if column in theta:
            raise ValueError(
                f"{one!r} of features= is θ, which holds the hypotheses; permute features only."
            )
        columns.append(column)
    return columns


def _permuted(X: Any, column: int, n_repeats: int, seed: int) -> Iterator[Any]:
    """Yield copies of X in which one column is permuted."""
    for repeat in range(n_repeats):
        order = np.random.default_rng((seed, column, repeat)).permutation(len(X))
        if hasattr(X, "iloc"):
            other = X.copy(deep=False)
            other.isetitem(column, X.iloc[order, column].array)
        else:
            other = np.array(X)
            other[:, column] = other[order, column]
        yield other


def _label(X: Any, column: int) -> Any:
    names = column_names(X)
    return column if names is None else names[column]


def _rows(scores: HypothesisScores, feature: Any, drops: NDArray[np.float64]) -> pd.DataFrame:
    """Return the rows of one feature, whose `drops` are of shape (n_repeats, k)."""
    n_repeats = len(drops)
    error = drops.std(axis=0, ddof=1) / np.sqrt(n_repeats) if n_repeats > 1 else np.nan
    table = scores.grid.index().to_frame(index=False)
    table.insert(0, "feature", [feature] * len(table))
    return table.assign(importance=drops.mean(axis=0), importance_error=error)
