"""Working with hypotheses: assign one, scan several, score each; over any estimator."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from skpnn._scan_inputs import ScanInputs, unwrapped
from skpnn._theta import ThetaRange, as_hypotheses, distinct_hypotheses, matches_hypothesis
from skpnn._theta_columns import (
    Theta,
    column_names,
    n_columns_of,
    requested_columns,
    theta_columns,
    theta_values,
    with_theta,
)
from skpnn._validation import check_sample_weight
from skpnn.exceptions import ExtrapolationWarning
from skpnn.injection import background_mask
from skpnn.metrics import weighted_auc

__all__ = ["assign_hypothesis", "scan", "score_scan"]

# More distinct θ than this in X are no list of hypotheses but a continuum.
MAX_HYPOTHESES = 200


@dataclass(frozen=True)
class HypothesisGrid:
    """The hypotheses of one call, and the columns of X that hold them.

    Attributes
    ----------
    columns : ndarray of shape (n_theta,)
        The θ columns.
    names : list
        Their names, or their indices where X has none.
    points : ndarray of shape (k, n_theta)
        One hypothesis per row.
    """

    columns: NDArray[np.intp]
    names: list[Any]
    points: NDArray[np.float64]

    def index(self) -> pd.Index:
        """Return the hypotheses as labels."""
        integral = np.array_equal(self.points, np.rint(self.points))
        labels = self.points.astype(np.int64) if integral else self.points
        if len(self.names) == 1:
            return pd.Index(labels[:, 0], name=self.names[0])
        return pd.MultiIndex.from_arrays(list(labels.T), names=self.names)


def assign_hypothesis(
    X: Any, hypothesis: ArrayLike | None = None, *, theta: Theta = -1, **columns: float
) -> Any:
    """Return a copy of `X` in which every event stands at one hypothesis.

    Parameters
    ----------
    X : DataFrame or array of shape (n_samples, n_features)
        The events.
    hypothesis : float or array-like of shape (n_theta,), optional
        The hypothesis.
    theta : int, str or sequence of these, default=-1
        The θ column(s), by index or by name.
    **columns : float
        For a DataFrame, shorthand for both: ``mass=750``.

    Returns
    -------
    DataFrame or ndarray of shape (n_samples, n_features)

    Raises
    ------
    ValueError
        If a column is unknown, or not exactly one hypothesis is given.

    Examples
    --------
    >>> import pandas as pd, skpnn
    >>> X = pd.DataFrame({"pt": [31.0, 52.0], "mass": [500.0, float("nan")]})
    >>> skpnn.assign_hypothesis(X, mass=750)
         pt   mass
    0  31.0  750.0
    1  52.0  750.0
    """
    if hypothesis is None and not columns:
        raise ValueError("assign_hypothesis names no hypothesis; give one, e.g. mass=750.")
    n_theta = len(requested_columns(theta))
    several = None if hypothesis is None else np.atleast_1d(np.asarray(hypothesis))
    rows = several[np.newaxis] if several is not None and len(several) == n_theta else several
    grid = hypothesis_grid(X, rows, theta=theta, keywords=columns)
    if len(grid.points) != 1:
        raise ValueError(
            f"assign_hypothesis got {len(grid.points)} hypotheses, expected one, e.g. mass=750. "
            "skpnn.scan evaluates several."
        )
    return with_theta(X, grid.columns, grid.points[0])


def hypothesis_grid(
    X: Any,
    hypotheses: ArrayLike | None,
    *,
    theta: Theta,
    keywords: Mapping[str, Sequence[float] | float],
) -> HypothesisGrid:
    """Return the hypotheses that a call names, or else the distinct ones in X."""
    if keywords and hypotheses is not None:
        raise ValueError(
            f"Hypotheses are given twice, by hypotheses= and by {list(keywords)}; use one of them."
        )
    n_columns, names = n_columns_of(X), column_names(X)
    for name in keywords:
        if names is not None and name not in names:
            raise ValueError(
                f"X has no column {name!r}; its columns are {[str(n) for n in names]}. Give data "
                f"without θ that column, where it stood in training: X.assign({name}=float('nan'))."
            )
    asked = list(keywords) if keywords else theta
    columns = theta_columns(asked, n_columns=n_columns, names=names)
    labels = [int(c) for c in columns] if names is None else [names[c] for c in columns]
    if keywords:
        hypotheses = list(product(*(np.atleast_1d(values) for values in keywords.values())))
    elif hypotheses is None:
        hypotheses = _hypotheses_in(theta_values(X, columns))
    return HypothesisGrid(columns, labels, as_hypotheses(hypotheses, len(columns)))


def _hypotheses_in(theta: NDArray[np.float64]) -> NDArray[np.float64]:
    found = distinct_hypotheses(theta)
    if not 0 < len(found) <= MAX_HYPOTHESES:
        raise ValueError(
            f"The θ columns hold {len(found)} distinct hypotheses; name those to evaluate, e.g. "
            "mass=[500, 750] or hypotheses=[500, 750]. Where signal should hold some, see whether "
            "theta= and background_label= are right."
        )
    return found


def scan(
    estimator: Any,
    X: Any,
    *,
    hypotheses: ArrayLike | None = None,
    theta: Theta = -1,
    background_label: Any = None,
    **columns: Sequence[float] | float,
) -> Any:
    """Return the signal scores of every event at each of several hypotheses.

    Parameters
    ----------
    estimator : fitted classifier or Pipeline
        Anything with θ among its columns.
    X : DataFrame or array of shape (n_samples, n_features)
        The events; their own θ is not read, unless `hypotheses` is left out.
    hypotheses : array-like of shape (k,) or (k, n_theta), optional
        The hypotheses; by default the distinct ones in `X`.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of `X`, by index or by name.
    background_label : label, optional
        The class that is background; by default the estimator's own, or its first class.
    **columns : sequence of float
        For a DataFrame, shorthand: ``mass=[500, 750]``; several keywords form a product.

    Returns
    -------
    DataFrame or ndarray of shape (n_samples, k)
        Probabilities of signal, or the decision function where there are none. A DataFrame for a
        DataFrame, its columns named by the hypotheses.

    Raises
    ------
    ValueError
        If a column is unknown, or a hypothesis is not a number.

    Warns
    -----
    ExtrapolationWarning
        Once, naming the hypotheses outside the range that a `PNNClassifier` was trained on.

    Notes
    -----
    The steps of a Pipeline transform X once where they are known to treat θ apart from the other
    columns, as scikit-learn's scalers and `on_features` do; otherwise once per hypothesis.

    Examples
    --------
    >>> import skpnn
    >>> X, y = skpnn.datasets.BaldiToy().sample(2000, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=10, random_state=0).fit(X, y)
    >>> skpnn.scan(model, X, hypotheses=[-1, 0.5, 2]).shape
    (20000, 3)
    """
    column = signal_column(estimator, background_label)
    grid = hypothesis_grid(X, hypotheses, theta=theta, keywords=columns)
    scores, outside = _scores_on(grid, estimator, X, column)
    _warn_of_extrapolation(grid, outside)
    if not hasattr(X, "iloc"):
        return scores
    return pd.DataFrame(scores, index=X.index, columns=grid.index())


def _scores_on(
    grid: HypothesisGrid, estimator: Any, X: Any, column: int
) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Return scores, of shape (n, k), and which hypotheses the estimator extrapolates to."""
    inputs = ScanInputs(estimator, X, grid.columns)
    inputs.check_columns(grid.points)
    at_once = inputs.scores_at_once(grid.points, column)
    if at_once is not None:
        return at_once
    scored = (_scored(*inputs.at(hypothesis), column) for hypothesis in grid.points)
    first, is_outside = next(scored)
    scores = np.empty((len(first), len(grid.points)), dtype=first.dtype)
    outside = np.zeros(len(grid.points), dtype=bool)
    scores[:, 0], outside[0] = first, is_outside
    for k, (column_scores, is_outside) in enumerate(scored, start=1):
        scores[:, k], outside[k] = column_scores, is_outside
    return scores, outside


def signal_column(estimator: Any, background_label: Any = None) -> int:
    """Return which column of ``predict_proba`` is the signal's."""
    check_is_fitted(estimator)
    if not hasattr(estimator, "classes_"):
        raise ValueError(
            f"{type(estimator).__name__} has no classes_; expected a classifier that tells signal "
            "from background."
        )
    classes = np.asarray(estimator.classes_)
    if len(classes) != 2:
        raise ValueError(f"The estimator has {len(classes)} classes, expected two.")
    if background_label is None:
        background_label = getattr(unwrapped(estimator)[1], "background_label_", classes[0])
    if background_label not in classes:
        raise ValueError(
            f"background_label={background_label!r} is none of the estimator's classes, "
            f"{classes.tolist()}."
        )
    return int(np.flatnonzero(classes != background_label)[0])


def signal_scores(estimator: Any, X: Any, column: int) -> NDArray[np.floating]:
    """Return the signal's probability, or the decision function turned towards signal."""
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(X)[:, column]
    decision = estimator.decision_function(X)
    return decision if column == 1 else -decision


def _scored(estimator: Any, X: Any, column: int) -> tuple[NDArray[np.floating], bool]:
    """Return the scores, and whether the estimator warned of extrapolation in its own units."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ExtrapolationWarning)
        scores = signal_scores(estimator, X, column)
    extrapolations = [w for w in caught if issubclass(w.category, ExtrapolationWarning)]
    for other in caught:
        if other not in extrapolations:
            warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)
    return scores, bool(extrapolations)


def _warn_of_extrapolation(grid: HypothesisGrid, outside: NDArray[np.bool_]) -> None:
    if not outside.any():
        return
    name = grid.names[0] if len(grid.names) == 1 else tuple(grid.names)
    warnings.warn(
        f"{name} = {grid.index()[outside].tolist()} lies outside the range that the network was "
        "trained on: the scores there are extrapolated.",
        ExtrapolationWarning,
        stacklevel=3,
    )


def score_scan(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    hypotheses: ArrayLike | None = None,
    theta: Theta = -1,
    background_label: Any = None,
    **columns: Sequence[float] | float,
) -> pd.DataFrame:
    """Return the AUC at each hypothesis: its signal against *all* background put there.

    Parameters
    ----------
    estimator : fitted classifier or Pipeline
        Anything with θ among its columns.
    X : DataFrame or array of shape (n_samples, n_features)
        The events; signal rows hold their θ, that of background rows is not read.
    y : array-like of shape (n_samples,)
        Two classes.
    sample_weight : array-like of shape (n_samples,), optional
        Weights, of either sign.
    hypotheses : array-like of shape (k,) or (k, n_theta), optional
        The hypotheses; by default those of the signal in `X`.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of `X`, by index or by name.
    background_label : label, optional
        The class that is background; by default the estimator's own, or its first class.
    **columns : sequence of float
        For a DataFrame, shorthand: ``mass=[500, 750]``; several keywords form a product.

    Returns
    -------
    DataFrame
        One row per hypothesis: its θ; ``auc``; ``n_signal`` and ``n_background``, the numbers of
        events; ``trained``, whether a `PNNClassifier` saw signal there in training (missing for
        other estimators).

    Raises
    ------
    ValueError
        If there is no signal at a hypothesis, or `y` has not two classes.

    Examples
    --------
    >>> import skpnn
    >>> X, y = skpnn.datasets.BaldiToy().sample(2000, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=10, random_state=0).fit(X, y)
    >>> skpnn.score_scan(model, X, y, theta="theta").auc.round(1).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    column = signal_column(estimator, background_label)
    check_consistent_length(X, y)
    background = background_mask(y, np.asarray(estimator.classes_)[1 - column])
    weight = check_sample_weight(sample_weight, len(background))
    weight = np.ones(len(background)) if weight is None else weight
    signal_rows = _rows(X, ~background)
    grid = _signal_grid(signal_rows, hypotheses, theta, columns)
    at = _signal_at(theta_values(signal_rows, grid.columns), grid)
    kept = np.any(at, axis=0)
    signal = np.full(len(kept), np.nan)
    signal[kept], _ = _scored(estimator, _rows(signal_rows, kept), column)
    other, outside = _scores_on(grid, estimator, _rows(X, background), column)
    _warn_of_extrapolation(grid, outside)
    table = grid.index().to_frame(index=False)
    table["auc"] = [
        weighted_auc(
            signal[rows],
            other[:, k],
            signal_weight=weight[~background][rows],
            background_weight=weight[background],
        )
        for k, rows in enumerate(at)
    ]
    table["n_signal"] = [int(rows.sum()) for rows in at]
    table["n_background"] = int(background.sum())
    table["trained"] = ScanInputs(estimator, X, grid.columns).trained(grid.points)
    return table


def _rows(X: Any, which: NDArray[np.bool_]) -> Any:
    return X[which] if hasattr(X, "iloc") else np.asarray(X)[which]


def _signal_grid(
    signal: Any,
    hypotheses: ArrayLike | None,
    theta: Theta,
    keywords: Mapping[str, Sequence[float] | float],
) -> HypothesisGrid:
    grid = hypothesis_grid(signal, hypotheses, theta=theta, keywords=keywords)
    taken = {"auc", "n_signal", "n_background", "trained"} & set(grid.names)
    if taken:
        raise ValueError(f"The θ column {taken} has the name of a result; rename it in X.")
    return grid


def _signal_at(own: NDArray[np.float64], grid: HypothesisGrid) -> list[NDArray[np.bool_]]:
    finite = own[np.isfinite(own).all(axis=1)]
    span = ThetaRange.of(np.concatenate([finite, grid.points]))
    at = [matches_hypothesis(own, hypothesis, span=span) for hypothesis in grid.points]
    for hypothesis, rows in zip(grid.points, at, strict=True):
        if not rows.any():
            raise ValueError(
                f"There is no signal event at {grid.names} = {hypothesis.tolist()}; the signal's "
                f"θ are {distinct_hypotheses(own)[:20].tolist()}."
            )
    return at
