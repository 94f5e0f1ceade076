"""How much signal there is where a classifier says a probability, for weights of either sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._parameters import check_choice, check_integer
from skpnn.metrics._weighted_scores import WeightedScores

__all__ = ["ReliabilityCurve", "reliability_curve"]


class ReliabilityCurve(NamedTuple):
    """The bins of the predicted probability that hold events; all of shape (n_bins,)."""

    predicted: NDArray[np.float64]
    observed: NDArray[np.float64]
    error: NDArray[np.float64]


def reliability_curve(
    signal_score: ArrayLike,
    background_score: ArrayLike,
    *,
    signal_weight: ArrayLike | None = None,
    background_weight: ArrayLike | None = None,
    signal_fraction: float = 0.5,
    n_bins: int = 10,
    strategy: str = "quantile",
) -> ReliabilityCurve:
    r"""Return mean probability and share of signal in bins of the probability.

    The weights of signal are scaled so that it has `signal_fraction` of the total. The standard
    deviation of the share is that of two independent sums of weights.

    Parameters
    ----------
    signal_score : array-like of shape (n_signal,)
        Probabilities of signal, of the signal events.
    background_score : array-like of shape (n_background,)
        Probabilities of signal, of the background events.
    signal_weight : array-like of shape (n_signal,), optional
        Their weights; 1 by default.
    background_weight : array-like of shape (n_background,), optional
        Their weights; 1 by default.
    signal_fraction : float, default=0.5
        The share of signal in weight, between 0 and 1.
    n_bins : int, default=10
        Number of bins; bins without a positive sum of weights are left out.
    strategy : {"quantile", "uniform"}, default="quantile"
        Whether the bins are of equal \|weight\| or of equal width.

    Returns
    -------
    ReliabilityCurve

    Raises
    ------
    ValueError
        If a score is no probability, a sum of weights is not positive, or an argument is out of
        range.

    Examples
    --------
    >>> curve = reliability_curve([0.75, 0.75, 0.75, 0.25], [0.75, 0.25, 0.25, 0.25], n_bins=2)
    >>> curve.predicted, curve.observed
    (array([0.25, 0.75]), array([0.25, 0.75]))
    """
    check_integer("n_bins", n_bins, low=1)
    check_choice("strategy", strategy, ("quantile", "uniform"))
    signal = _probabilities(signal_score, signal_weight, "signal")
    background = _probabilities(background_score, background_weight, "background")
    if not 0 < signal_fraction < 1:
        raise ValueError(
            f"signal_fraction={signal_fraction!r} is not possible; expected a number between 0 "
            "and 1."
        )
    odds = signal_fraction / (1 - signal_fraction)
    scale = odds * background.weight.sum() / signal.weight.sum()
    signal = WeightedScores(signal.score, scale * signal.weight)
    edges = _inner_edges(signal, background, n_bins, strategy)
    return _curve(_Sums.of(signal, edges), _Sums.of(background, edges))


def _probabilities(score: ArrayLike, weight: ArrayLike | None, name: str) -> WeightedScores:
    found = WeightedScores.of(score, weight, name=name)
    if ((found.score < 0) | (found.score > 1)).any():
        raise ValueError(
            "The scores are not all within [0, 1]; reliability is a matter of probabilities, as "
            "predict_proba returns them."
        )
    return found


def _inner_edges(
    signal: WeightedScores, background: WeightedScores, n_bins: int, strategy: str
) -> NDArray[np.floating]:
    shares = np.arange(1, n_bins) / n_bins
    if strategy == "uniform":
        return shares
    score = np.concatenate([signal.score, background.score])
    order = np.argsort(score, kind="stable")
    weight = np.abs(np.concatenate([signal.weight, background.weight]))[order]
    passed = np.cumsum(weight)
    return np.unique(score[order][np.searchsorted(passed, shares * passed[-1], side="right")])


@dataclass(frozen=True)
class _Sums:
    """Of one class, in each bin: the weights, their squares, and the weighted probabilities."""

    weight: NDArray[np.float64]
    square: NDArray[np.float64]
    probability: NDArray[np.float64]

    @classmethod
    def of(cls, events: WeightedScores, edges: NDArray[np.floating]) -> _Sums:
        which = np.searchsorted(edges, events.score, side="right")
        w = events.weight

        def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(which, weights=values, minlength=len(edges) + 1).astype(np.float64)

        return cls(summed(w), summed(w**2), summed(w * events.score))


def _curve(signal: _Sums, background: _Sums) -> ReliabilityCurve:
    s, b = signal.weight, background.weight
    some = s + b > 0
    total = (s + b)[some]
    # The share s / (s + b) changes by b / (s + b)² with s, and by −s / (s + b)² with b.
    variance = (b**2 * signal.square + s**2 * background.square)[some] / total**4
    return ReliabilityCurve(
        (signal.probability + background.probability)[some] / total,
        s[some] / total,
        np.sqrt(variance),
    )
