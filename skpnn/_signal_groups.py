"""Which signal events belong to which hypothesis."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._hypothesis_grid import MAX_HYPOTHESES
from skpnn._theta import (
    ThetaRange,
    distinct_hypotheses,
    is_continuous,
    matches_hypothesis,
    theta_groups,
)

__all__ = ["signal_groups"]


def signal_groups(
    own: NDArray[np.float64],
    points: NDArray[np.float64] | None,
    *,
    names: list[Any],
    window: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], list[NDArray[np.intp]]]:
    """Return the hypotheses, and the rows of signal that belong to each.

    Parameters
    ----------
    own : ndarray of shape (n_signal, n_theta)
        The θ that each signal event was simulated at; finite.
    points : ndarray of shape (k, n_theta) or None
        The hypotheses asked for. None takes the distinct ones of the signal; where these are a
        continuum, up to ten bins of equal numbers of events, each at its mean θ.
    names : list
        The names of the θ columns, for the errors.
    window : float or array-like of shape (n_theta,), optional
        How far from a hypothesis signal still counts as its own; by default rounding only.

    Raises
    ------
    ValueError
        If a hypothesis has no signal, or more than 200 are found where none is named.

    Examples
    --------
    >>> masses = np.array([[500.0], [748.0], [750.0], [500.0]])
    >>> signal_groups(masses, np.array([[750.0]]), names=["mass"], window=5)
    (array([[750.]]), [array([1, 2])])
    """
    if points is None:
        points = distinct_hypotheses(own)
        if is_continuous(own) and window is None:
            return _binned(own)
        if len(points) > MAX_HYPOTHESES:
            raise ValueError(
                f"The signal has {len(points)} distinct hypotheses; name those to evaluate, e.g. "
                "mass=[500, 750] or hypotheses=[500, 750]."
            )
    margin = None if window is None else _checked(window, own.shape[1])
    span = ThetaRange.of(np.concatenate([own, points]))
    rows = [_rows_at(own, point, span, margin) for point in points]
    for point, found in zip(points, rows, strict=True):
        if not len(found):
            raise ValueError(_no_signal(point, own, names))
    return points, rows


def _binned(own: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[NDArray[np.intp]]]:
    groups = theta_groups(own)
    rows = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    return np.array([own[found].mean(axis=0) for found in rows]), rows


def _checked(window: ArrayLike, n_theta: int) -> NDArray[np.float64]:
    widths = np.asarray(window, dtype=np.float64)
    if widths.shape not in ((), (n_theta,)) or not (widths >= 0).all():
        raise ValueError(
            f"window={window!r} is not possible; expected a width of at least 0, or {n_theta} of "
            "them: one per θ column."
        )
    return widths


def _rows_at(
    own: NDArray[np.float64],
    point: NDArray[np.float64],
    span: ThetaRange,
    margin: NDArray[np.float64] | None,
) -> NDArray[np.intp]:
    at = matches_hypothesis(own, point, span=span)
    if margin is not None:
        at |= (np.abs(own - point) <= margin).all(axis=1)
    return np.flatnonzero(at)


def _no_signal(point: NDArray[np.float64], own: NDArray[np.float64], names: list[Any]) -> str:
    found = distinct_hypotheses(own)
    return (
        f"There is no signal event at {names} = {point.tolist()}; the signal's θ are "
        f"{found[:20].tolist()}{' …' if len(found) > 20 else ''}. window= takes signal from nearby."
    )
