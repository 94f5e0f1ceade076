"""The ROC curve, for weights of either sign."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn.metrics._cuts import Cuts

__all__ = ["ROCCurve", "roc_curve"]


class ROCCurve(NamedTuple):
    """What passes each cut ``score >= threshold``, the tightest first.

    Parameters
    ----------
    signal_efficiency : ndarray of shape (n_cuts,)
        The share of the signal's weight that passes.
    background_efficiency : ndarray of shape (n_cuts,)
        The share of the background's.
    threshold : ndarray of shape (n_cuts,)
        The cuts, falling; the first, infinity, lets nothing pass.

    See Also
    --------
    roc_curve : Returns one.

    Examples
    --------
    >>> from skpnn.metrics import roc_curve
    >>> roc_curve([0.9, 0.6], [0.6, 0.1]).signal_efficiency
    array([0. , 0.5, 1. , 1. ])
    """

    signal_efficiency: NDArray[np.float64]
    background_efficiency: NDArray[np.float64]
    threshold: NDArray[np.floating]


def roc_curve(
    signal_score: ArrayLike,
    background_score: ArrayLike,
    *,
    signal_weight: ArrayLike | None = None,
    background_weight: ArrayLike | None = None,
) -> ROCCurve:
    """Return signal efficiency and background efficiency at every cut.

    Negative weights make the curve turn back in places; its area by trapezes is `weighted_auc`
    still. `sklearn.metrics.roc_curve` is not exact for them.

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
    ROCCurve
        ``signal_efficiency``, ``background_efficiency`` and ``threshold``, of shape
        (n_distinct_scores + 1,): from (0, 0), which nothing passes at a threshold of infinity, to
        (1, 1).

    Raises
    ------
    ValueError
        If a sum of weights is not positive, or a score is NaN.

    Examples
    --------
    >>> roc_curve([0.9, 0.4], [0.1, 0.4])
    ROCCurve(signal_efficiency=array([0. , 0.5, 1. , 1. ]),
             background_efficiency=array([0. , 0. , 0.5, 1. ]),
             threshold=array([inf, 0.9, 0.4, 0.1]))
    """
    cuts = Cuts.of(signal_score, background_score, signal_weight, background_weight)
    return ROCCurve(
        _shares(cuts.signal),
        _shares(cuts.background),
        np.concatenate([[np.inf], cuts.threshold]),
    )


def _shares(passing: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[0.0], passing / passing[-1]])
