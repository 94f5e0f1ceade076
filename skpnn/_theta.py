"""θ, the theory parameters: which columns of X they are, and when two hypotheses are the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Theta = int | str | Sequence[int | str]

# Files store 499.99997 for 500: θ values this close, relative to the range, are one hypothesis.
RELATIVE_TOLERANCE = 1e-5

# More distinct θ than this count as continuous.
MAX_DISCRETE = 200


def theta_columns(
    theta: Theta, *, n_columns: int, names: Sequence[Any] | None = None
) -> NDArray[np.intp]:
    """Return the column indices that `theta` stands for, in the order given.

    Parameters
    ----------
    theta : int, str or sequence of these
        Column(s) by index (negative counts from the end) or by name.
    n_columns : int
        Number of columns of X.
    names : sequence of str, optional
        The column names of X, where it has any.

    Returns
    -------
    ndarray of shape (n_theta,)

    Raises
    ------
    ValueError
        If a column is unknown or named twice, or if no feature is left beside θ.

    Examples
    --------
    >>> theta_columns([-1, "met"], n_columns=3, names=["pt", "met", "mass"])
    array([2, 1])
    """
    requested = [theta] if isinstance(theta, (str, int, np.integer)) else list(theta)
    if not requested:
        raise ValueError("theta=[] names no column; give at least one, e.g. theta=-1.")
    columns = np.array([_column_index(one, n_columns, names) for one in requested], dtype=np.intp)
    if len(np.unique(columns)) < len(columns):
        raise ValueError(f"theta={theta!r} names a column twice; give each column once.")
    if len(columns) == n_columns:
        raise ValueError(
            f"θ is the only column: X has n_features = {n_columns} and theta={theta!r} takes them "
            "all. Give X at least one feature beside θ."
        )
    return columns


def _column_index(one: int | str, n_columns: int, names: Sequence[Any] | None) -> int:
    if isinstance(one, str):
        return _index_of_name(one, names)
    if not -n_columns <= one < n_columns:
        raise ValueError(
            f"theta={one} is no column of X, whose n_features = {n_columns}; "
            f"give an index from {-n_columns} to {n_columns - 1}."
        )
    return int(one) % n_columns


def _index_of_name(name: str, names: Sequence[Any] | None) -> int:
    if names is None:
        raise ValueError(
            f"theta={name!r} is a column name, but X has no column names. Pass a DataFrame, call "
            'set_output(transform="pandas") on the steps before, or give the index, e.g. theta=-1.'
        )
    if name not in list(names):
        raise ValueError(
            f"theta={name!r} is no column of X; its columns are {[str(n) for n in names]}."
        )
    if list(names).count(name) > 1:
        raise ValueError(f"theta={name!r} is the name of several columns of X; rename all but one.")
    return list(names).index(name)


def as_hypotheses(hypotheses: ArrayLike, n_theta: int) -> NDArray[np.float64]:
    """Return hypotheses, given as (k,) or (k, n_theta), as finite numbers of shape (k, n_theta)."""
    rows = np.atleast_1d(np.asarray(hypotheses, dtype=np.float64))
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
    def of(cls, theta: NDArray[np.floating]) -> "ThetaRange":
        """Return the range of the rows of `theta`, of shape (n, n_theta)."""
        return cls(theta.min(axis=0).astype(np.float64), theta.max(axis=0).astype(np.float64))

    def scaled(self, theta: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return `theta` mapped affinely so that the range becomes [−1, 1]."""
        half_width = (self.high - self.low) / 2
        divisor = np.where(half_width > 0, half_width, 1.0)
        return (theta - (self.high + self.low) / 2) / divisor

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
        f"was trained on, {_shown(span.low)} to {_shown(span.high)}: the scores there are "
        "extrapolated."
    )


def _shown(row: NDArray[np.floating]) -> str:
    numbers = [f"{value:g}" for value in row]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"


def distinct_hypotheses(theta: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the distinct finite rows of `theta`, sorted; rows within rounding count as one.

    Examples
    --------
    >>> distinct_hypotheses(np.array([[500.0], [np.nan], [499.99997], [1500.0]]))
    array([[ 499.99997], [1500.     ]])
    """
    finite = theta[np.isfinite(theta).all(axis=1)].astype(np.float64)
    if not len(finite):
        return finite
    margins = _tolerance(finite.min(axis=0), finite.max(axis=0))
    columns = [_merged(column, margin) for column, margin in zip(finite.T, margins, strict=True)]
    return np.unique(np.column_stack(columns), axis=0)


def _merged(values: NDArray[np.float64], margin: float) -> NDArray[np.float64]:
    """Return `values`, each replaced by the lowest of those that rounding links it to."""
    ranked, which = np.unique(values, return_inverse=True)
    starts = np.flatnonzero(np.diff(ranked, prepend=-np.inf) > margin)
    lowest = ranked[np.repeat(starts, np.diff(starts, append=len(ranked)))]
    return lowest[which]


def matches_hypothesis(
    theta: NDArray[np.floating], hypothesis: NDArray[np.floating], *, span: ThetaRange
) -> NDArray[np.bool_]:
    """Return, for each row of `theta`, whether it is `hypothesis` to within rounding of `span`."""
    margin = _tolerance(span.low, span.high)
    return np.asarray((np.abs(theta - hypothesis) <= margin).all(axis=1))


def _tolerance(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    width = high - low
    # A single hypothesis has no width: its own size sets the scale of rounding.
    return RELATIVE_TOLERANCE * np.where(width > 0, width, np.maximum(np.abs(high), 1e-30))


def theta_groups(theta: NDArray[np.floating], *, events_per_bin: int = 20) -> NDArray[np.intp]:
    """Return a group number for each row of `theta`: its hypothesis, or its bin.

    θ that takes few values has a group per value. A continuous θ is cut into quantile bins of
    at least `events_per_bin` rows on the average, ten at most.

    Examples
    --------
    >>> theta_groups(np.array([[500.0], [750.0], [500.0], [750.0]]))
    array([0, 1, 0, 1])
    """
    values, groups, counts = np.unique(theta, axis=0, return_inverse=True, return_counts=True)
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
