"""θ, the theory parameters: when two hypotheses are the same, and the map that networks see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

# Files store 499.99997 for 500: θ values this close, relative to the range, are one hypothesis.
RELATIVE_TOLERANCE = 1e-5

# More distinct θ than this count as continuous.
MAX_DISCRETE = 200


def as_hypotheses(hypotheses: ArrayLike, n_theta: int) -> NDArray[np.float64]:
    """Return hypotheses, given as (k,) or (k, n_theta), as finite numbers of shape (k, n_theta)."""
    try:
        rows = np.atleast_1d(np.asarray(hypotheses, dtype=np.float64))
    except (TypeError, ValueError):
        raise ValueError(
            f"hypotheses={hypotheses!r} are not numbers; give them in the units of X, e.g. 500."
        ) from None
    if rows.ndim == 1 and n_theta == 1:
        rows = rows[:, np.newaxis]
    if rows.ndim != 2 or rows.shape[1] != n_theta or not len(rows):
        raise ValueError(
            f"hypotheses has shape {np.shape(hypotheses)}; expected (k, {n_theta})"
            f"{' or (k,)' if n_theta == 1 else ''}: one row per hypothesis, one column per θ."
        )
    if not np.isfinite(rows).all():
        raise ValueError("hypotheses contains NaN or infinity; every hypothesis must be a number.")
    return rows


@dataclass(frozen=True)
class ThetaRange:
    """The box that the training signal's θ span, and the affine map that takes it to [−1, 1].

    A constant θ is only shifted to 0. RobustScaler's interquartile range is no substitute: for a
    coarse grid it can be 0.

    Examples
    --------
    >>> masses = ThetaRange.of(np.array([[500.0], [750.0], [1500.0]]))
    >>> masses.scaled(np.array([[500.0], [1000.0]]))
    array([[-1.], [ 0.]])
    >>> masses.excludes(np.array([[1500.0], [1600.0]]))
    array([False,  True])
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(cls, theta: NDArray[np.floating]) -> ThetaRange:
        """Return the range of the rows of `theta`, of shape (n, n_theta)."""
        return cls(theta.min(axis=0).astype(np.float64), theta.max(axis=0).astype(np.float64))

    def scaled(self, theta: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return `theta` mapped affinely so that the range becomes [−1, 1]."""
        half_width = (self.high - self.low) / 2
        divisor = np.where(half_width > 0, half_width, 1.0)
        return (theta - (self.high + self.low) / 2) / divisor

    def joined(self, other: ThetaRange) -> ThetaRange:
        """Return the box that holds both."""
        return ThetaRange(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    def excludes(self, theta: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return, for each row, whether it lies outside by more than rounding."""
        margin = _tolerance(self.low, self.high)
        outside = (theta < self.low - margin) | (theta > self.high + margin)
        return np.asarray(outside.any(axis=1))


def extrapolation_message(theta: NDArray[np.floating], span: ThetaRange) -> str:
    """Return what an ExtrapolationWarning says of `theta` outside `span`."""
    outside = np.unique(theta[span.excludes(theta)], axis=0)
    shown = ", ".join(_shown(row) for row in outside[:5])
    return (
        f"θ = {shown}{', …' if len(outside) > 5 else ''} lies outside the range that the network "
        f"was trained on, {_shown(span.low)} to {_shown(span.high)} (in the units that it is given "
        "θ in, behind a scaler not those of your X): the scores there are extrapolated."
    )


def _shown(row: NDArray[np.floating]) -> str:
    numbers = [f"{value:g}" for value in row]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"


def distinct_hypotheses(theta: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the distinct finite rows of `theta`, sorted; rows within rounding count as one.

    Examples
    --------
    >>> distinct_hypotheses(np.array([[500.0], [np.nan], [499.99997], [500.0], [1500.0]]))
    array([[ 500.], [1500.]])
    """
    finite = theta[np.isfinite(theta).all(axis=1)].astype(np.float64)
    return np.unique(_without_rounding(finite), axis=0) if len(finite) else finite


def _without_rounding(theta: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return `theta` with values that differ by rounding replaced by the most frequent of them."""
    margins = _tolerance(theta.min(axis=0), theta.max(axis=0))
    columns = [_merged(column, margin) for column, margin in zip(theta.T, margins, strict=True)]
    return np.column_stack(columns)


def _merged(values: NDArray[np.floating], margin: float) -> NDArray[np.floating]:
    ranked, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    groups = np.cumsum(np.diff(ranked, prepend=ranked[0]) > margin)
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    ends = np.append(starts[1:], len(ranked)) - 1
    if (ranked[ends] - ranked[starts] > margin).any():
        # Neighbour is linked to neighbour all along: a continuum, where nothing is rounding.
        return values
    most_frequent = pd.Series(counts).groupby(groups).idxmax().to_numpy()
    return ranked[most_frequent[groups]][which]


def weight_by_theta(
    theta: NDArray[np.floating], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distinct rows of `theta`, sorted, and the sum of `weight` over each.

    Examples
    --------
    >>> weight_by_theta(np.array([[750.0], [500.0], [750.0]]), np.array([1.0, 2.0, 3.0]))
    (array([[500.],
           [750.]]), array([2., 4.]))
    """
    # By hashing: sorting a million rows takes memory of a quarter of their features.
    columns = list(np.asarray(theta, dtype=np.float64).T)
    sums = pd.Series(weight).groupby(columns).sum()
    return np.asarray(sums.index.to_frame(), np.float64), np.asarray(sums, np.float64)


def matches_hypothesis(
    theta: NDArray[np.floating], hypothesis: NDArray[np.floating], *, span: ThetaRange
) -> NDArray[np.bool_]:
    """Return, for each row of `theta`, whether it is `hypothesis` to within rounding of `span`."""
    margin = _tolerance(span.low, span.high)
    return np.asarray((np.abs(theta - hypothesis) <= margin).all(axis=1))


def _tolerance(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    width = high - low
    size = np.maximum(np.abs(low), np.abs(high))
    # Networks compute in float32, whose own rounding can exceed that of a narrow range.
    rounding = 4 * np.finfo(np.float32).eps * size
    return np.maximum(RELATIVE_TOLERANCE * np.where(width > 0, width, size), rounding)


def inside_box(hypotheses: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which rows lie inside the box that all span, not on its boundary.

    A θ that has one value only is no boundary.

    Examples
    --------
    >>> inside_box(np.array([[500.0], [750.0], [1500.0]]))
    array([False,  True, False])
    """
    low, high = hypotheses.min(axis=0), hypotheses.max(axis=0)
    return np.asarray(((low < hypotheses) & (hypotheses < high) | (low == high)).all(axis=1))


def is_continuous(theta: NDArray[np.floating], *, max_single: int = 20) -> bool:
    """Return whether most values of `theta` came once, of more than `max_single`.

    Examples
    --------
    >>> is_continuous(np.array([[500.0], [750.0], [1000.0]]))
    False
    >>> is_continuous(np.linspace(500.0, 1500.0, 99)[:, np.newaxis])
    True
    """
    values, counts = np.unique(_without_rounding(theta), axis=0, return_counts=True)
    return len(values) > max_single and bool(2 * np.sum(counts > 1) < len(values))


def theta_groups(theta: NDArray[np.floating], *, events_per_bin: int = 20) -> NDArray[np.intp]:
    """Return a group number for each row of `theta`: its hypothesis, or its bin.

    θ that takes few values has a group per value. A continuous θ is cut into quantile bins of
    at least `events_per_bin` rows on the average, ten at most.

    Examples
    --------
    >>> theta_groups(np.array([[500.0], [750.0], [500.0], [750.0]]))
    array([0, 1, 0, 1])
    """
    values, groups, counts = np.unique(
        _without_rounding(theta), axis=0, return_inverse=True, return_counts=True
    )
    repeated = np.flatnonzero(counts > 1)
    if len(values) <= MAX_DISCRETE and 2 * len(repeated) >= len(values):
        # A value that came once joins its neighbour: a group of one event cannot be split.
        neighbour = np.searchsorted(repeated, groups.ravel())
        return np.minimum(neighbour, len(repeated) - 1)
    n_theta = theta.shape[1]
    n_bins = int(np.clip(len(theta) // events_per_bin, 1, 10) ** (1 / n_theta))
    quantiles = np.quantile(theta, np.linspace(0, 1, n_bins + 1)[1:-1], axis=0)
    digits = [np.searchsorted(quantiles[:, k], theta[:, k]) for k in range(n_theta)]
    return np.unique(np.column_stack(digits), axis=0, return_inverse=True)[1].ravel()
