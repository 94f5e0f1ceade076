"""Working with hypotheses: assign one, scan several; over any estimator."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from skpnn._hypothesis_grid import HypothesisGrid, hypothesis_grid
from skpnn._scan_inputs import ScanInputs, layers
from skpnn._telling import told
from skpnn._theta_columns import Theta, requested_columns, with_theta
from skpnn.exceptions import ExtrapolationWarning

__all__ = ["assign_hypothesis", "scan"]


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
        As `X` is; that one is left as it was.

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
    return labelled(scanned(grid, estimator, X, column, stacklevel=3), X, grid)


def scanned(
    grid: HypothesisGrid, estimator: Any, X: Any, column: int, *, stacklevel: int
) -> NDArray[np.floating]:
    """Return scores, of shape (n, k); warn once of the hypotheses that are extrapolated to."""
    scores, outside = scores_on(grid, estimator, X, column)
    warn_of_extrapolation(grid, outside, stacklevel=stacklevel + 1)
    return scores


def labelled(scores: NDArray[np.floating], X: Any, grid: HypothesisGrid) -> Any:
    """Return scores, of shape (n, k), as a DataFrame where X is one."""
    if not hasattr(X, "iloc"):
        return scores
    return pd.DataFrame(scores, index=X.index, columns=grid.index())


def scores_on(
    grid: HypothesisGrid, estimator: Any, X: Any, column: int
) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Return scores, of shape (n, k), and which hypotheses the estimator extrapolates to."""
    inputs = ScanInputs(estimator, X, grid.columns)
    inputs.check_columns(grid.points)
    at_once = inputs.scores_at_once(grid.points, column)
    if at_once is not None:
        return at_once
    each = (scored(*inputs.at(hypothesis), column) for hypothesis in grid.points)
    first, is_outside = next(each)
    scores = np.empty((len(first), len(grid.points)), dtype=first.dtype)
    outside = np.zeros(len(grid.points), dtype=bool)
    scores[:, 0], outside[0] = first, is_outside
    for k, (column_scores, is_outside) in enumerate(each, start=1):
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
        known = (getattr(layer, "background_label_", None) for layer in layers(estimator))
        background_label = next((label for label in known if label is not None), classes[0])
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


def scored(estimator: Any, X: Any, column: int) -> tuple[NDArray[np.floating], bool]:
    """Return the scores, and whether the estimator extrapolates, which it is kept from warning of.

    It would, in its own units and once per hypothesis.
    """
    with told(ExtrapolationWarning) as messages:
        scores = signal_scores(estimator, X, column)
    return scores, bool(messages)


def warn_of_extrapolation(
    grid: HypothesisGrid, outside: NDArray[np.bool_], *, stacklevel: int
) -> None:
    """Warn once of the hypotheses that are extrapolated to, in the user's units."""
    if not outside.any():
        return
    name = grid.names[0] if len(grid.names) == 1 else tuple(grid.names)
    warnings.warn(
        f"{name} = {grid.index()[outside].tolist()} lies outside the range that the network was "
        "trained on: the scores there are extrapolated.",
        ExtrapolationWarning,
        stacklevel=stacklevel,
    )
