"""Signal of each hypothesis and all background put there, scored: what evaluation starts from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_consistent_length, column_or_1d

from skpnn._hypothesis_grid import (
    HypothesisGrid,
    named_columns,
    named_hypotheses,
    scanned_hypotheses,
)
from skpnn._scan_inputs import ScanInputs
from skpnn._signal_groups import signal_groups
from skpnn._tables import rows_of
from skpnn._theta_columns import Theta, theta_values, with_theta
from skpnn._validation import checked_weights
from skpnn.hypotheses import scored, scores_on, signal_column, warn_of_extrapolation
from skpnn.injection import background_mask, check_signal_theta

__all__ = ["HypothesisScores", "predicted_scores", "scores_of"]


@dataclass(frozen=True)
class HypothesisScores:
    """The scores of signal and background at each of several hypotheses.

    Attributes
    ----------
    grid : HypothesisGrid
        The hypotheses.
    signal_rows : list of k ndarray
        Which signal events belong to each hypothesis.
    signal : list of k ndarray
        Their scores there.
    signal_weight : ndarray of shape (n_signal,)
        The weights of all signal events.
    background : ndarray of shape (n_background, k)
        The scores of all background at each hypothesis.
    background_weight : ndarray of shape (n_background,)
        Their weights.
    trained : list of bool or None
        Whether a parametrised network was trained at each; None where that is not known.
    outside : ndarray of shape (k,)
        Whether each lies outside the range that a parametrised network was trained on.
    """

    grid: HypothesisGrid
    signal_rows: list[NDArray[np.intp]]
    signal: list[NDArray[np.floating]]
    signal_weight: NDArray[np.float64]
    background: NDArray[np.floating]
    background_weight: NDArray[np.float64]
    trained: list[bool | None]
    outside: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.signal)

    def weight_at(self, k: int) -> NDArray[np.float64]:
        """Return the weights of the signal at hypothesis `k`."""
        return self.signal_weight[self.signal_rows[k]]

    def warn_of_extrapolation(self, *, stacklevel: int) -> None:
        """Warn once, in the user's units, of the hypotheses that are extrapolated to."""
        warn_of_extrapolation(self.grid, self.outside, stacklevel=stacklevel + 1)

    def at_each(self, function: Callable[..., Any], **options: Any) -> list[Any]:
        """Return what a function of the form of those in `skpnn.metrics` gives at each."""
        return [
            function(
                self.signal[k],
                self.background[:, k],
                signal_weight=self.weight_at(k),
                background_weight=self.background_weight,
                **options,
            )
            for k in range(len(self))
        ]


def scores_of(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    sample_weight: ArrayLike | None,
    hypotheses: ArrayLike | None,
    theta: Theta,
    window: ArrayLike | None,
    background_label: Any,
    keywords: Mapping[str, Any] = MappingProxyType({}),
) -> HypothesisScores:
    """Return what `estimator` says of the events; the arguments are those of `score_scan`."""
    column = signal_column(estimator, background_label)
    check_consistent_length(X, y)
    classes = np.asarray(estimator.classes_)
    _check_labels(y, classes)
    background = background_mask(y, classes[1 - column])
    weight = checked_weights(sample_weight, len(background))
    columns, names = named_columns(X, theta, keywords)
    signal = rows_of(X, ~background)
    points, rows = signal_groups(
        _signal_theta(theta_values(X, columns), background, y),
        named_hypotheses(hypotheses, keywords, len(columns)),
        names=names,
        window=window,
    )
    grid = HypothesisGrid(columns, names, points)
    other, outside = scores_on(grid, estimator, rows_of(X, background), column)
    return HypothesisScores(
        grid,
        rows,
        _signal_scores(grid, estimator, signal, rows, column),
        weight[~background],
        other,
        weight[background],
        ScanInputs(estimator, X, grid.columns).trained(grid.points),
        outside,
    )


def _signal_scores(
    grid: HypothesisGrid, estimator: Any, signal: Any, rows: list[NDArray[np.intp]], column: int
) -> list[NDArray[np.floating]]:
    sizes = [len(found) for found in rows]
    there = with_theta(
        rows_of(signal, np.concatenate(rows)), grid.columns, np.repeat(grid.points, sizes, axis=0)
    )
    scores, _ = scored(estimator, there, column)
    return np.split(scores, np.cumsum(sizes)[:-1])


def predicted_scores(
    y_true: ArrayLike,
    scores: Any,
    *,
    theta: ArrayLike,
    hypotheses: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    background_label: Any = None,
    window: ArrayLike | None = None,
) -> HypothesisScores:
    """Return scores that were computed before, e.g. by `skpnn.scan`.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Two classes.
    scores : DataFrame or array of shape (n_samples, k)
        The score of each event at each hypothesis; the columns of a DataFrame name them.
    theta : array-like of shape (n_samples,) or (n_samples, n_theta)
        The θ that signal was simulated at; that of background is not read.
    hypotheses : array-like of shape (k,) or (k, n_theta), optional
        The hypotheses, where `scores` is an array.
    sample_weight : array-like of shape (n_samples,), optional
        Weights, of either sign.
    background_label : label, optional
        The class that is background; by default the smaller label.
    window : float or array-like of shape (n_theta,), optional
        How far from a hypothesis signal still counts as its own.

    Raises
    ------
    ValueError
        If shapes do not agree, or there is no signal at a hypothesis.
    """
    own = np.asarray(theta, dtype=np.float64)
    own = own[:, np.newaxis] if own.ndim == 1 else own
    table = np.asarray(scores)
    check_consistent_length(y_true, table, own)
    background = background_mask(y_true, background_label)
    weight = checked_weights(sample_weight, len(background))
    names_of_theta = getattr(theta, "columns", [getattr(theta, "name", None)] * own.shape[1])
    points, names = scanned_hypotheses(scores, hypotheses, theta_names=list(names_of_theta))
    if points.shape[1] != own.shape[1]:
        raise ValueError(
            f"theta has {own.shape[1]} columns, but the hypotheses {names} have {points.shape[1]}."
        )
    if table.shape != (len(own), len(points)):
        raise ValueError(
            f"scores has shape {table.shape}, expected ({len(own)}, {len(points)}): one row per "
            "event, one column per hypothesis, as skpnn.scan returns them."
        )
    points, rows = signal_groups(
        _signal_theta(own, background, y_true), points, names=names, window=window
    )
    signal = table[~background]
    return HypothesisScores(
        HypothesisGrid(np.arange(len(names)), names, points),
        rows,
        [signal[found, k] for k, found in enumerate(rows)],
        weight[~background],
        table[background],
        weight[background],
        [None] * len(points),
        np.zeros(len(points), dtype=bool),
    )


def _check_labels(y: ArrayLike, classes: NDArray[Any]) -> None:
    unknown = np.setdiff1d(column_or_1d(y), classes)
    if len(unknown):
        raise ValueError(
            f"y holds {unknown.tolist()[:10]}, but the estimator was trained with the classes "
            f"{classes.tolist()}."
        )


def _signal_theta(
    theta: NDArray[np.float64], background: NDArray[np.bool_], y: ArrayLike
) -> NDArray[np.float64]:
    check_signal_theta(theta, ~background, y)
    return theta[~background]
