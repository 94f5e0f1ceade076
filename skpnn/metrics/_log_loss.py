"""Cross-entropy of signal probabilities, for weights of either sign."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from skpnn.metrics._weighted_scores import WeightedScores

__all__ = ["log_loss"]


def log_loss(
    signal_score: ArrayLike,
    background_score: ArrayLike,
    *,
    signal_weight: ArrayLike | None = None,
    background_weight: ArrayLike | None = None,
) -> float:
    r"""Return the mean cross-entropy of both classes, each class counting one half.

    .. math:: L = -\frac12 \frac{\sum_i w_i \log s_i}{\sum_i w_i}
                  -\frac12 \frac{\sum_j v_j \log(1 - b_j)}{\sum_j v_j}

    The hypotheses of a scan have unequal numbers of signal events against the same background:
    weighted by events, most of the loss would be the background's.

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

    Returns
    -------
    float
        At least 0 where no weight is negative; log 2 = 0.693 for a constant score of ½.

    Raises
    ------
    ValueError
        If a score is no probability, or a sum of weights is not positive.

    Examples
    --------
    >>> round(log_loss([0.5, 0.5], [0.5]), 3)
    0.693
    """
    signal = WeightedScores.of(signal_score, signal_weight, name="signal")
    background = WeightedScores.of(background_score, background_weight, name="background")
    return (
        _mean_surprise(signal, signal.score) + _mean_surprise(background, 1 - background.score)
    ) / 2


def _mean_surprise(events: WeightedScores, probability: np.ndarray) -> float:
    if ((probability < 0) | (probability > 1)).any():
        raise ValueError(
            "The scores are not all within [0, 1]; log_loss needs probabilities, as predict_proba "
            "returns them."
        )
    # As scikit-learn does: a float32 network saturates at exactly 0 and 1.
    smallest = np.finfo(probability.dtype).eps
    return float(np.average(-np.log(np.maximum(probability, smallest)), weights=events.weight))
