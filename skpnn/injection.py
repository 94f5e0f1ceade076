"""Injection: how background events, which have no θ of their own, receive one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_consistent_length, column_or_1d

from skpnn._seeding import generator
from skpnn._theta import (
    MAX_DISCRETE,
    ThetaRange,
    distinct_hypotheses,
    matches_hypothesis,
    weight_by_theta,
)
from skpnn._theta_columns import (
    Theta,
    column_names,
    n_columns_of,
    theta_columns,
    theta_values,
    with_theta,
)
from skpnn._validation import checked_weights
from skpnn.exceptions import SkpnnWarning

__all__ = ["ThetaSource", "inject", "theta_source"]

MAX_ROWS_KEPT = 10_000
MAX_FIXED = 10


class ThetaSource(Protocol):
    """Anything that can draw θ rows."""

    def draw(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """Return `n` rows of θ, of shape (n, n_theta)."""


@dataclass(frozen=True)
class EmpiricalTheta:
    """The distribution of the signal's own θ rows, each drawn whole.

    Examples
    --------
    >>> source = EmpiricalTheta(np.array([[500.0], [1000.0]]), np.array([0.25, 0.75]))
    >>> source.draw(np.random.default_rng(0), 4).ravel()
    array([1000., 1000.,  500.,  500.])
    """

    values: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    @classmethod
    def of(
        cls, theta: NDArray[np.floating], weight: NDArray[np.float64], *, warns: bool = True
    ) -> EmpiricalTheta:
        """Return the distribution of the rows of `theta`, weights summed per distinct row."""
        values, sums = weight_by_theta(theta, weight)
        if (sums <= 0).any():
            if warns:
                warnings.warn(_not_positive(values[sums <= 0][0]), SkpnnWarning, stacklevel=2)
            _, sums = weight_by_theta(theta, np.abs(weight))
        return cls(values, sums / sums.sum())

    def draw(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """Return `n` rows, each with its probability."""
        cumulative = np.cumsum(self.probabilities)
        # The last sum can round to below 1, and a draw above it would point past the end.
        which = np.searchsorted(cumulative[:-1], rng.random(n), side="right")
        return self.values[which]


def _not_positive(theta: NDArray[np.floating]) -> str:
    return (
        f"The signal's weights at θ = {theta.tolist()} do not sum to more than 0, so they cannot "
        "be probabilities; background θ is drawn with |weight| instead. (Behind a scaler, θ is not "
        "in your units here.)"
    )


@dataclass(frozen=True)
class UniformTheta:
    """The uniform distribution on the box that the signal's θ span."""

    span: ThetaRange

    def draw(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """Return `n` rows from the box."""
        return rng.uniform(self.span.low, self.span.high, size=(n, len(self.span.low)))


@dataclass(frozen=True)
class DistributionTheta:
    """Objects with ``rvs(size=, random_state=)``: one for all θ columns, or one for each."""

    distributions: tuple[Any, ...]
    n_theta: int

    def draw(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """Return `n` rows, their columns drawn one after the other."""
        # SciPy squeezes the one row of size=1.
        drawn = [np.reshape(d.rvs(size=n, random_state=rng), (n, -1)) for d in self.distributions]
        return _checked(np.hstack(drawn), n, self.n_theta)


@dataclass(frozen=True)
class FunctionTheta:
    """A function ``f(rng, n)`` that returns θ rows."""

    function: Callable[[np.random.Generator, int], ArrayLike]
    n_theta: int

    def draw(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """Return the function's `n` rows."""
        try:
            drawn = np.asarray(self.function(rng, n), dtype=np.float64)
        except TypeError as error:
            raise TypeError(
                f"background_theta={self.function!r} failed with: {error}. Expected a function "
                "f(rng, n) of a NumPy Generator that returns n rows of θ."
            ) from error
        return _checked(drawn[:, np.newaxis] if drawn.ndim == 1 else drawn, n, self.n_theta)


def _checked(drawn: NDArray[np.float64], n: int, n_theta: int) -> NDArray[np.float64]:
    if drawn.shape != (n, n_theta):
        raise ValueError(
            f"background_theta drew an array of shape {drawn.shape}; expected ({n}, {n_theta}): "
            "one row per event, one column per θ."
        )
    if not np.isfinite(drawn).all():
        raise ValueError("background_theta drew NaN or infinity; every θ must be a number.")
    return drawn


def theta_source(
    strategy: Any,
    signal_theta: NDArray[np.floating],
    signal_weight: NDArray[np.float64],
    *,
    argument: str = "background_theta",
) -> ThetaSource:
    """Return what draws background θ under `strategy`.

    Parameters
    ----------
    strategy : {"signal", "uniform"}, object with ``rvs``, sequence of such objects, or callable
        See `inject`.
    signal_theta : ndarray of shape (n_signal, n_theta)
        The training signal's θ.
    signal_weight : ndarray of shape (n_signal,)
        Its final training weights.
    argument : str, default="background_theta"
        What an error calls `strategy`.

    Raises
    ------
    ValueError
        If `strategy` is none of these, or has not one distribution per θ column.
    """
    n_theta = signal_theta.shape[1]
    if isinstance(strategy, str):
        if strategy == "signal":
            return EmpiricalTheta.of(signal_theta, signal_weight)
        if strategy == "uniform":
            return UniformTheta(ThetaRange.of(signal_theta))
    elif hasattr(strategy, "rvs"):
        return DistributionTheta((strategy,), n_theta)
    elif callable(strategy):
        return FunctionTheta(strategy, n_theta)
    elif _is_one_distribution_each(strategy, n_theta):
        return DistributionTheta(tuple(strategy), n_theta)
    names = ["signal", "uniform"] if argument == "strategy" else ["signal", "uniform", "given"]
    raise ValueError(
        f"{argument}={strategy!r} is not understood; expected one of {names}, an object with "
        f"rvs(size=, random_state=), a list of {n_theta} such objects (one per θ column), or a "
        "function f(rng, n) that returns n rows of θ."
    )


def _is_one_distribution_each(strategy: Any, n_theta: int) -> bool:
    is_sequence = isinstance(strategy, Sequence)
    return is_sequence and len(strategy) == n_theta and all(hasattr(d, "rvs") for d in strategy)


def summarised_theta(
    theta: NDArray[np.float64], weight: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distinct rows of `theta` and their summed weights, at most 10,000 rows.

    More distinct rows than that are replaced by a weighted sample of them.
    """
    if not len(theta):
        return theta, weight
    source, total = EmpiricalTheta.of(theta, weight, warns=False), float(np.abs(weight).sum())
    if len(source.values) <= MAX_ROWS_KEPT:
        return source.values, source.probabilities * total
    return source.draw(rng, MAX_ROWS_KEPT), np.full(MAX_ROWS_KEPT, total / MAX_ROWS_KEPT)


def fixed_theta(
    source: ThetaSource, n: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return up to ten θ for each of `n` events, and the share of the event's weight at each.

    Where the source has at most ten values every event stands at all of them, which is exact;
    otherwise at ten draws of its own.

    Returns
    -------
    theta : ndarray of shape (n_fixed, n, n_theta)
    share : ndarray of shape (n_fixed,)
        Their sum is 1.

    Examples
    --------
    >>> source = EmpiricalTheta(np.array([[500.0], [1000.0]]), np.array([0.25, 0.75]))
    >>> theta, share = fixed_theta(source, 3, np.random.default_rng(0))
    >>> theta.shape, share
    ((2, 3, 1), array([0.25, 0.75]))
    """
    if isinstance(source, EmpiricalTheta) and len(source.values) <= MAX_FIXED:
        return np.repeat(source.values[:, np.newaxis], n, axis=1), source.probabilities
    drawn = np.stack([source.draw(rng, n) for _ in range(MAX_FIXED)])
    return drawn, np.full(MAX_FIXED, 1 / MAX_FIXED)


def background_mask(y: ArrayLike, background_label: Any = None) -> NDArray[np.bool_]:
    """Return which events are background: those of the smaller label, unless one is named.

    Raises
    ------
    ValueError
        If `y` has not two classes, or `background_label` is none of them.
    """
    labels = column_or_1d(y)
    classes = np.unique(labels)
    if len(classes) != 2:
        raise ValueError(
            f"y has {len(classes)} class{'es' * (len(classes) != 1)}, {classes.tolist()[:10]}; "
            "expected two: background and signal."
        )
    if background_label is None:
        return labels == classes[0]
    if background_label not in classes:
        raise ValueError(
            f"background_label={background_label!r} is no class of y; its classes are "
            f"{classes.tolist()}."
        )
    return labels == background_label


def check_signal_theta(
    theta: NDArray[np.floating], is_signal: NDArray[np.bool_], y: ArrayLike
) -> None:
    """Raise a ValueError that names the first signal row whose θ is not a number."""
    bad = is_signal & ~np.isfinite(theta).all(axis=1)
    if bad.any():
        first = np.flatnonzero(bad)[0]
        label = np.asarray(y)[[first]].tolist()[0]
        raise ValueError(
            f"θ is NaN or infinite on {bad.sum()} signal rows, first in row {first}. Every signal "
            "event needs the θ it was simulated at; only background rows may hold NaN there. "
            f"Class {label!r} counts as signal; if it is not, say background_label={label!r}."
        )


def warn_of_odd_theta(
    theta: NDArray[np.floating], is_signal: NDArray[np.bool_], signal_label: Any
) -> None:
    """Warn where θ looks as if classes were swapped, or as if it were a sentinel or a feature."""
    background = theta[~is_signal & np.isfinite(theta).all(axis=1)]
    if not len(background):
        return
    is_full = len(background) == np.sum(~is_signal)
    message = _odd_theta(theta[is_signal], background, signal_label, is_full)
    if message:
        warnings.warn(message, SkpnnWarning, stacklevel=3)


def _odd_theta(
    signal: NDArray[np.floating], background: NDArray[np.floating], label: Any, is_full: bool
) -> str:
    n_signal = len(distinct_hypotheses(signal))
    n_background = len(distinct_hypotheses(background))
    if n_signal == 1 < n_background:
        return (
            f"Class {label!r} counts as signal and holds one θ only, while background holds "
            f"{n_background}. If it is background, say background_label={label!r}."
        )
    span = ThetaRange.of(signal)
    is_at_one = n_background == 1
    is_filled = is_at_one and not matches_hypothesis(signal, background[0], span=span).any()
    if is_filled or span.excludes(background).all():
        return _no_hypothesis(background[0], is_at_one)
    if is_full and n_signal > MAX_DISCRETE:
        return (
            f"θ takes {n_signal} values on signal, and background holds numbers there, which "
            "training overwrites. If this column is a feature, name θ with theta=…."
        )
    return ""


def _no_hypothesis(theta: NDArray[np.floating], is_at_one: bool) -> str:
    found = "one θ that no signal has," if is_at_one else "θ that no signal has, such as"
    shown = ", ".join(f"{value:g}" for value in theta)
    return (
        f"Background holds {found} {shown} as the network is given it (behind a scaler, X holds "
        "another number: −999, say). Training overwrites it, but predicting takes it for a "
        "hypothesis, and scorers compare signal at its own θ with background at none of them: a "
        "meaningless AUC. Put NaN there; an imputer in skpnn.on_features(…) leaves it alone."
    )


def inject(
    X: Any,
    y: ArrayLike,
    *,
    theta: Theta = -1,
    strategy: Any = "signal",
    sample_weight: ArrayLike | None = None,
    background_label: Any = None,
    random_state: Any = None,
) -> Any:
    """Give every background event a θ, for estimators that are not parametrised networks.

    A boosted tree reads NaN in θ as "this is background" and reaches an AUC of 1.000 that means
    nothing. `PNNClassifier` injects by itself; call this for anything else, also for a
    `KerasClassifier`. Draw after splitting into training and test part, and do not draw for the
    test part at all: assign a hypothesis to it (`assign_hypothesis`, `scan`). Where a search or
    `cross_val_score` splits, draw for all rows before: their scores then pool all hypotheses.

    Parameters
    ----------
    X : DataFrame or array of shape (n_samples, n_features)
        The events; θ may be NaN on background rows.
    y : array-like of shape (n_samples,)
        Two classes.
    theta : int, str or sequence of these, default=-1
        The θ column(s), by index or by name.
    strategy : {"signal", "uniform"}, object with ``rvs``, sequence of such objects, or callable
        Where θ comes from. ``"signal"`` (default) draws whole rows of the signal's θ, by weight;
        ``"uniform"`` draws from the box that they span; an object with
        ``rvs(size=, random_state=)`` is a distribution, a list holds one per θ column; a function
        ``f(rng, n)`` returns n rows.
    sample_weight : array-like of shape (n_samples,), optional
        The weights that training will use.
    background_label : label, optional
        The class that is background; by default the smaller label.
    random_state : int, RandomState instance or None, default=None
        Determines the draw.

    Returns
    -------
    DataFrame or ndarray of shape (n_samples, n_features)
        A copy of `X`; all background θ are overwritten, finite ones too.

    Raises
    ------
    ValueError
        If θ is NaN on signal, a column is unknown, or `y` has not two classes.

    Examples
    --------
    >>> import numpy as np, pandas as pd, skpnn
    >>> X = pd.DataFrame({"pt": [31.0, 52.0, 28.0, 44.0], "mass": [500.0, 750.0, np.nan, np.nan]})
    >>> skpnn.inject(X, [1, 1, 0, 0], random_state=0)
         pt   mass
    0  31.0  500.0
    1  52.0  750.0
    2  28.0  500.0
    3  44.0  500.0
    """
    if isinstance(strategy, str) and strategy == "given":
        raise ValueError('strategy="given" injects nothing: X is already what you want.')
    columns = theta_columns(theta, n_columns=n_columns_of(X), names=column_names(X))
    check_consistent_length(X, y)
    background = background_mask(y, background_label)
    values = theta_values(X, columns)
    check_signal_theta(values, ~background, y)
    weight = checked_weights(sample_weight, len(background))
    signal = ~background & (weight != 0)
    source = theta_source(strategy, values[signal], weight[signal], argument="strategy")
    values[background] = source.draw(generator(random_state), int(background.sum()))
    return with_theta(X, columns, values)
