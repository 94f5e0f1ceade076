"""The significance of all bins of the score together, for weights of either sign."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._parameters import check_integer
from skpnn.metrics._counting import asimov_significance
from skpnn.metrics._weighted_scores import ROUNDING, WeightedScores

__all__ = ["binned_significance"]


def binned_significance(
    signal_score: ArrayLike,
    background_score: ArrayLike,
    *,
    signal_weight: ArrayLike | None = None,
    background_weight: ArrayLike | None = None,
    n_bins: int = 20,
    background_uncertainty: float = 0.0,
    min_background_events: float = 10.0,
) -> float:
    r"""Return the significance of a fit to bins of the score, :math:`\sqrt{\sum_k Z_k^2}`.

    The bins hold equal shares of the signal each, and are joined from the highest score on until
    each has enough background; their backgrounds count as uncorrelated.

    Parameters
    ----------
    signal_score : array-like of shape (n_signal,)
        Scores of the signal events.
    background_score : array-like of shape (n_background,)
        Scores of the background events.
    signal_weight : array-like of shape (n_signal,), optional
        Their weights, expected numbers of events; 1 by default.
    background_weight : array-like of shape (n_background,), optional
        Their weights; 1 by default.
    n_bins : int, default=20
        Number of bins before any are joined.
    background_uncertainty : float, default=0.0
        Relative uncertainty of the background in each bin.
    min_background_events : float, default=10.0
        Effective number of background events, (Σv)² / Σv², that every bin has.

    Returns
    -------
    float
        In standard deviations.

    Raises
    ------
    ValueError
        If `n_bins` is not a positive integer, all bins together have not enough background, a sum
        of weights is not positive, or a score is NaN.

    Examples
    --------
    >>> from skpnn.metrics import best_cut
    >>> rng = np.random.default_rng(0)
    >>> signal, background = rng.normal(2, 1, 1000), rng.normal(0, 1, 10000)
    >>> bool(binned_significance(signal, background) > best_cut(signal, background).significance)
    True
    """
    s = WeightedScores.of(signal_score, signal_weight, name="signal")
    b = WeightedScores.of(background_score, background_weight, name="background")
    edges = _equal_shares(s, check_integer("n_bins", n_bins, low=1))
    bins = _joined(
        np.array(
            [
                _sums(s.score, s.weight, edges),
                _sums(b.score, b.weight, edges),
                _sums(b.score, np.abs(b.weight), edges),
                _sums(b.score, b.weight**2, edges),
            ]
        ),
        min_background_events,
    )
    error = background_uncertainty * bins[1]
    significance = asimov_significance(bins[0], bins[1], background_error=error)
    return float(np.sqrt(np.sum(significance**2)))


def _equal_shares(signal: WeightedScores, n_bins: int) -> NDArray[np.floating]:
    """Return the inner edges, falling, between bins of equal shares of |signal weight|."""
    order = np.argsort(-signal.score, kind="stable")
    share = np.cumsum(np.abs(signal.weight[order]))
    last = np.searchsorted(share, share[-1] * np.arange(1, n_bins) / n_bins)
    return np.unique(signal.score[order][last])[::-1]


def _sums(
    score: NDArray[np.floating], weight: NDArray[np.float64], edges: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the sum of the weights in each bin, that of the highest scores first."""
    which = len(edges) - np.searchsorted(edges[::-1], score, side="right")
    return np.asarray(np.bincount(which, weights=weight, minlength=len(edges) + 1), np.float64)


def _joined(bins: NDArray[np.float64], min_background_events: float) -> NDArray[np.float64]:
    """Join neighbours of (signal, background, |background|, background²) until each has enough."""
    enough = min_background_events * (1 - ROUNDING)

    def has_enough(one: NDArray[np.float64]) -> bool:
        _, background, size, square = one
        return bool(background > ROUNDING * size and background**2 >= enough * square)

    done: list[NDArray[np.float64]] = []
    rest = np.zeros(len(bins))
    for one in bins.T:
        rest = rest + one
        if has_enough(rest):
            done.append(rest)
            rest = np.zeros(len(bins))
    while done and rest.any():
        # Too little background of its own, or less than none: it joins the bin before.
        rest = rest + done.pop()
        if has_enough(rest):
            done.append(rest)
            rest = np.zeros(len(bins))
    if not done:
        raise ValueError(
            f"The background has {rest[1] ** 2 / rest[3]:.3g} effective events, and a bin needs "
            f"min_background_events={min_background_events!r}; give more events or a smaller "
            "number."
        )
    return np.array(done).T
