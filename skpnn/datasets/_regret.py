"""Scores of the same events, at each of several hypotheses, judged by their AUC."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._theta import ThetaRange, matches_hypothesis
from skpnn.datasets._densities import Floats
from skpnn.metrics import weighted_auc


def auc_at_hypotheses(
    scores: ArrayLike, y: ArrayLike, *, own_theta: Floats, hypotheses: Floats
) -> list[float]:
    """Return the AUC of the signal at each hypothesis against all background.

    Parameters
    ----------
    scores : array-like of shape (n_samples, n_hypotheses)
        All events at each hypothesis; shape (n_samples,) will do for one.
    y : array-like of shape (n_samples,)
        1 for signal, 0 for background.
    own_theta : ndarray of shape (n_samples, n_theta)
        The θ at which signal was simulated; that of background is not read.
    hypotheses : ndarray of shape (n_hypotheses, n_theta)
        The hypotheses.

    Returns
    -------
    list of float

    Raises
    ------
    ValueError
        If the shapes do not agree, a label is neither 0 nor 1, or there is no signal at a
        hypothesis.

    Examples
    --------
    >>> own, at = np.array([[1.0], [2.0], [np.nan]]), np.array([[1.0], [2.0]])
    >>> auc_at_hypotheses([[0.9, 0.9], [0.1, 0.1], [0.4, 0.4]], [1, 1, 0], own_theta=own,
    ...                   hypotheses=at)
    [1.0, 0.0]
    """
    columns = _score_columns(scores, (len(own_theta), len(hypotheses)))
    signal = _is_signal(y, len(own_theta))
    span = ThetaRange.of(np.concatenate([own_theta[signal], hypotheses]))
    aucs = []
    for column, hypothesis in zip(columns, hypotheses, strict=True):
        here = signal & matches_hypothesis(own_theta, hypothesis, span=span)
        if not here.any():
            raise ValueError(f"X has no signal event at θ = {hypothesis.tolist()}; simulate some.")
        aucs.append(weighted_auc(column[here], column[~signal]))
    return aucs


def _score_columns(scores: ArrayLike, shape: tuple[int, int]) -> NDArray:
    values = np.asarray(scores)
    if values.ndim == 1:
        values = values[:, np.newaxis]
    if values.shape != shape:
        raise ValueError(
            f"scores.shape == {np.shape(scores)}, expected {shape}: every event of X at every "
            "hypothesis, as skpnn.scan returns them."
        )
    return values.T


def _is_signal(y: ArrayLike, n_samples: int) -> NDArray[np.bool_]:
    labels = np.asarray(y)
    if labels.shape != (n_samples,) or not np.isin(labels, [0, 1]).all():
        raise ValueError(
            f"y, of shape {labels.shape}, must hold 1 for signal or 0 for background for each of "
            f"the {n_samples} events of X."
        )
    return labels == 1
