"""The loss under a learning rate that grows: smoothed, where it turns up, what that suggests."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._parameters import check_real

__all__ = ["FIRST", "LearningRateCurve", "learning_rate_curve"]

# Batches under the lowest rates, whose mean is the loss before anything was learnt.
FIRST = 10
# Where the loss turns up training is about to diverge.
SAFETY = 10.0


class LearningRateCurve(NamedTuple):
    """What the losses of single batches say about the learning rate.

    Attributes
    ----------
    smoothed : ndarray of shape (n,)
        The exponential moving average; NaN for the first batches, of which it would hold too few.
    minimum : int
        Where it is smallest.
    falls : bool
        Whether it falls, to there, by more than the scatter of the batches.
    turns_up : bool
        Whether it rises again, by more than that, or stops being finite.
    suggestion : float or None
        A tenth of the rate at the minimum; None where the loss does not fall.
    """

    smoothed: NDArray[np.float64]
    minimum: int
    falls: bool
    turns_up: bool
    suggestion: float | None


def learning_rate_curve(
    learning_rates: ArrayLike, losses: ArrayLike, *, smoothing: float = 0.9
) -> LearningRateCurve:
    """Return what `losses` of batches under growing `learning_rates` say.

    Parameters
    ----------
    learning_rates : array-like of shape (n,)
        The rate of each batch.
    losses : array-like of shape (n,)
        Its loss; the last may be infinite or NaN.
    smoothing : float, default=0.9
        The share β of the mean before in s = β s + (1 − β) loss, which is divided by 1 − βⁱ after i
        batches; 0 leaves the losses as they are.

    Returns
    -------
    LearningRateCurve

    Raises
    ------
    ValueError
        If there are not as many losses as rates, or the first is not finite.

    Examples
    --------
    >>> curve = learning_rate_curve([1e-3, 1e-2, 1e-1, 1], [0.7, 0.4, 0.2, 3], smoothing=0)
    >>> curve.minimum, curve.turns_up, curve.suggestion
    (2, True, 0.01)
    """
    check_real("smoothing", smoothing, low=0, high=1)
    rates, loss = np.asarray(learning_rates, dtype=float), np.asarray(losses, dtype=float)
    _check(rates, loss)
    smoothed = _exponential_mean(loss, smoothing)
    minimum = int(np.argmin(np.where(np.isfinite(smoothed), smoothed, np.inf)))
    before = loss[: minimum + 1]
    scatter = _scatter(before)
    falls = bool(before[:FIRST].mean() - smoothed[minimum] > scatter)
    # A comparison with NaN is False.
    turns_up = not (smoothed[minimum:] - smoothed[minimum] <= scatter).all()
    suggestion = float(rates[minimum] / SAFETY) if falls else None
    return LearningRateCurve(smoothed, minimum, falls, turns_up, suggestion)


def _check(rates: NDArray[np.float64], loss: NDArray[np.float64]) -> None:
    if rates.ndim != 1 or rates.shape != loss.shape:
        raise ValueError(
            f"learning_rates of shape {rates.shape} and losses of shape {loss.shape} do not belong "
            "together; expected one rate and one loss for each batch."
        )
    if not np.isfinite(loss[:1]).all() or not len(loss):
        raise ValueError(
            f"The losses begin with {loss[:1]}, before anything was learnt; expected a finite "
            "number. Scale features and targets (RobustScaler)."
        )


def _scatter(values: NDArray[np.float64]) -> float:
    """Return the standard deviation about a slow trend: neighbours differ by √2 times as much."""
    return float(np.sqrt(np.mean(np.diff(values) ** 2) / 2)) if len(values) > 1 else 0.0


def _exponential_mean(values: NDArray[np.float64], smoothing: float) -> NDArray[np.float64]:
    """Return the debiased moving average: recent values count more, by powers of `smoothing`."""
    total = count = 0.0
    means = []
    # As numbers of Python's: NumPy would warn of infinite ones.
    for value in values.tolist():
        total = smoothing * total + value
        count = smoothing * count + 1
        means.append(total / count)
    # A mean of one or two batches may be the smallest by chance.
    n_too_few = round(1 / (1 - smoothing)) - 1
    if not np.isfinite(means[n_too_few:]).any():
        n_too_few = 0
    return np.array([np.nan] * n_too_few + means[n_too_few:])
