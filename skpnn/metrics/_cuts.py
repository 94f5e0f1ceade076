"""Figures of merit of a cut on the score, for weights of either sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn.metrics._counting import asimov_significance
from skpnn.metrics._weighted_scores import ROUNDING, WeightedScores, without_rounding

__all__ = [
    "BestCut",
    "average_precision",
    "background_rejection",
    "best_cut",
]


class BestCut(NamedTuple):
    """The cut of the largest significance: events with ``score >= cut`` are kept.

    Parameters
    ----------
    significance : float
        The Asimov significance of what passes, in standard deviations.
    cut : float
        The smallest score that passes.

    See Also
    --------
    best_cut : Returns one.

    Examples
    --------
    >>> from skpnn.metrics import BestCut
    >>> found = BestCut(significance=1.5, cut=0.8)
    >>> found.cut
    0.8
    """

    significance: float
    cut: float


@dataclass(frozen=True)
class Cuts:
    """What passes each possible cut, the tightest first; all of shape (n_distinct_scores,).

    Attributes
    ----------
    threshold : ndarray
        The distinct scores, falling.
    signal, background : ndarray
        Sums of weights with a score of at least that.
    n_effective : ndarray
        Effective number of background events, (Σv)² / Σv², among them; 0 where Σv is not positive.
    """

    threshold: NDArray[np.floating]
    signal: NDArray[np.float64]
    background: NDArray[np.float64]
    n_effective: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        signal_score: ArrayLike,
        background_score: ArrayLike,
        signal_weight: ArrayLike | None,
        background_weight: ArrayLike | None,
    ) -> Cuts:
        s = WeightedScores.of(signal_score, signal_weight, name="signal")
        b = WeightedScores.of(background_score, background_weight, name="background")
        score = np.concatenate([s.score, b.score])
        order = np.argsort(-score, kind="stable")
        ranked = score[order]
        is_last = np.append(ranked[1:] != ranked[:-1], True)

        def passing(signal: NDArray, background: NDArray) -> NDArray[np.float64]:
            return np.cumsum(np.concatenate([signal, background])[order])[is_last]

        none, no_signal = np.zeros(len(b.score)), np.zeros(len(s.score))
        signal = without_rounding(passing(s.weight, none), passing(np.abs(s.weight), none))
        sizes = passing(no_signal, np.abs(b.weight))
        background = without_rounding(passing(no_signal, b.weight), sizes)
        squares = passing(no_signal, b.weight**2)
        n_effective = np.divide(
            background**2, squares, out=np.zeros_like(squares), where=background > 0
        )
        return cls(ranked[is_last], signal, background, n_effective)


def average_precision(
    signal_score: ArrayLike,
    background_score: ArrayLike,
    *,
    signal_weight: ArrayLike | None = None,
    background_weight: ArrayLike | None = None,
) -> float:
    r"""Return the average precision :math:`\sum_n (R_n - R_{n-1}) P_n` over all cuts.

    The recall R is the share of signal that passes a cut, the precision P the share of signal in
    what passes: unlike the AUC it depends on the ratio of the classes.

    Parameters
    ----------
    signal_score : array-like of shape (n_signal,)
        Scores of the signal events.
    background_score : array-like of shape (n_background,)
        Scores of the background events.
    signal_weight : array-like of shape (n_signal,), optional
        Their weights; 1 by default.
    background_weight : array-like of shape (n_background,), optional
        Their weights; 1 by default.

    Returns
    -------
    float
        From 0 to 1 where no weight is negative. A cut that nothing passes, in the sum of weights,
        counts as pure background.

    Raises
    ------
    ValueError
        If a sum of weights is not positive, or a score is NaN.

    Examples
    --------
    >>> round(average_precision([0.9, 0.4], [0.1, 0.5]), 3)
    0.833
    """
    cuts = Cuts.of(signal_score, background_score, signal_weight, background_weight)
    passing = cuts.signal + cuts.background
    precision = np.divide(cuts.signal, passing, out=np.zeros_like(passing), where=passing > 0)
    return float(np.diff(cuts.signal, prepend=0.0) @ precision / cuts.signal[-1])


def background_rejection(
    signal_score: ArrayLike,
    background_score: ArrayLike,
    *,
    signal_weight: ArrayLike | None = None,
    background_weight: ArrayLike | None = None,
    signal_efficiency: float = 0.5,
) -> float:
    """Return 1 / (background efficiency) of the tightest cut with at least the signal efficiency.

    Parameters
    ----------
    signal_score : array-like of shape (n_signal,)
        Scores of the signal events.
    background_score : array-like of shape (n_background,)
        Scores of the background events.
    signal_weight : array-like of shape (n_signal,), optional
        Their weights; 1 by default.
    background_weight : array-like of shape (n_background,), optional
        Their weights; 1 by default.
    signal_efficiency : float, default=0.5
        The share of signal that has to pass, above 0 and at most 1.

    Returns
    -------
    float
        Infinity where no background passes, in the sum of weights.

    Raises
    ------
    ValueError
        If `signal_efficiency` is not within (0, 1], a sum of weights is not positive, or a score
        is NaN.

    Examples
    --------
    >>> background_rejection([0.9, 0.8, 0.3, 0.2], [0.85, 0.1, 0.1, 0.1])
    4.0
    """
    if not 0 < signal_efficiency <= 1:
        raise ValueError(
            f"signal_efficiency={signal_efficiency!r} is not possible; expected a share of the "
            "signal above 0 and at most 1, e.g. 0.5."
        )
    cuts = Cuts.of(signal_score, background_score, signal_weight, background_weight)
    enough = signal_efficiency * (1 - ROUNDING) * cuts.signal[-1]
    passing = cuts.background[np.argmax(cuts.signal >= enough)]
    return float(cuts.background[-1] / passing) if passing > 0 else float("inf")


def best_cut(
    signal_score: ArrayLike,
    background_score: ArrayLike,
    *,
    signal_weight: ArrayLike | None = None,
    background_weight: ArrayLike | None = None,
    background_uncertainty: float = 0.0,
    min_background_events: float = 10.0,
) -> BestCut:
    """Return the largest Asimov significance of counting the events above a cut, and that cut.

    The weights are expected numbers of events: cross-section × luminosity / generated.

    Parameters
    ----------
    signal_score : array-like of shape (n_signal,)
        Scores of the signal events.
    background_score : array-like of shape (n_background,)
        Scores of the background events.
    signal_weight : array-like of shape (n_signal,), optional
        Their weights; 1 by default.
    background_weight : array-like of shape (n_background,), optional
        Their weights; 1 by default.
    background_uncertainty : float, default=0.0
        Relative uncertainty σ_b / b of the background that passes.
    min_background_events : float, default=10.0
        Effective number of background events, (Σv)² / Σv², that has to pass. The maximum over
        all cuts would else be found where the simulation happens to have run out of background, or
        where negative weights happen to cancel it.

    Returns
    -------
    BestCut
        ``significance``, in standard deviations (see `asimov_significance`), and ``cut``.

    Raises
    ------
    ValueError
        If no cut keeps so many background events, a sum of weights is not positive, or a score
        is NaN.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = best_cut(rng.normal(2, 1, 1000), rng.normal(0, 1, 10000))
    >>> round(found.significance, 1), round(found.cut, 1)
    (26.1, 2.5)
    """
    cuts = Cuts.of(signal_score, background_score, signal_weight, background_weight)
    enough = min_background_events * (1 - ROUNDING)
    possible = (cuts.n_effective >= enough) & (cuts.background > 0)
    if not possible.any():
        raise ValueError(
            f"The background has {cuts.n_effective[-1]:.3g} effective events, and a cut has to "
            f"keep min_background_events={min_background_events!r} of them; give more events or a "
            "smaller number."
        )
    b = cuts.background[possible]
    error = background_uncertainty * b
    significance = asimov_significance(cuts.signal[possible], b, background_error=error)
    best = int(np.argmax(significance))
    return BestCut(float(significance[best]), float(cuts.threshold[possible][best]))
