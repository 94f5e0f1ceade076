"""The area under the ROC curve, for weights of either sign."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from skpnn.metrics._weighted_scores import WeightedScores

__all__ = ["weighted_auc"]


def weighted_auc(
    signal_score: ArrayLike,
    background_score: ArrayLike,
    *,
    signal_weight: ArrayLike | None = None,
    background_weight: ArrayLike | None = None,
) -> float:
    r"""Return the area under the ROC curve, exact for weights of either sign.

    It is the weighted share of pairs in which the signal event has the larger score, ties
    counting one half,

    .. math:: \mathrm{AUC} = \frac{\sum_{ij} w_i v_j\,[s_i > b_j] + \tfrac12 w_i v_j\,[s_i = b_j]}
                                  {\sum_i w_i \sum_j v_j},

    in O(n log n). `sklearn.metrics.roc_auc_score` refuses weights that make the curve turn back.

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
        From 0 to 1 where no weight is negative.

    Raises
    ------
    ValueError
        If a sum of weights is not positive, or a score is NaN.

    Examples
    --------
    >>> weighted_auc([0.9, 0.4], [0.1, 0.4])
    0.875
    """
    signal = WeightedScores.of(signal_score, signal_weight, name="signal")
    background = WeightedScores.of(background_score, background_weight, name="background")
    order = np.argsort(background.score, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(background.weight[order])])
    ranked = background.score[order]
    first = np.searchsorted(ranked, signal.score, side="left")
    last = np.searchsorted(ranked, signal.score, side="right")
    return float(
        signal.weight @ (below[first] + below[last]) / 2 / (signal.weight.sum() * below[-1])
    )
