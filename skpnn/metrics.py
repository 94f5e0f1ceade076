"""Figures of merit, as pure functions of scores, labels and weights of either sign."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    signal, background = np.asarray(signal_score), np.asarray(background_score)
    w = _weights(signal_weight, signal, "signal")
    v = _weights(background_weight, background, "background")
    if np.isnan(signal).any() or np.isnan(background).any():
        raise ValueError("The scores contain NaN; the area under the ROC curve needs numbers.")
    order = np.argsort(background, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(v[order])])
    ranked = background[order]
    first = np.searchsorted(ranked, signal, side="left")
    last = np.searchsorted(ranked, signal, side="right")
    return float(w @ (below[first] + below[last]) / 2 / (w.sum() * below[-1]))


def _weights(weight: ArrayLike | None, score: NDArray, name: str) -> NDArray[np.float64]:
    values = np.ones(len(score)) if weight is None else np.asarray(weight, dtype=np.float64)
    if values.shape != score.shape:
        raise ValueError(
            f"{name}_weight has shape {values.shape}, {name}_score {score.shape}; "
            "expected one weight per score."
        )
    if not values.sum() > 0:
        raise ValueError(
            f"The {name} weights sum to {values.sum():g}; an AUC needs a positive sum."
        )
    return values
