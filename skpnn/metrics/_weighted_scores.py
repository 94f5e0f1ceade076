"""Scores of one class with their weights, checked: what every figure of merit starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ROUNDING", "WeightedScores", "without_rounding"]

# By no more than this, relatively, sums of weights differ that should be equal.
ROUNDING = 1e-9


@dataclass(frozen=True)
class WeightedScores:
    """The scores of one class, and their weights, both of shape (n,)."""

    score: NDArray[np.floating]
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, score: ArrayLike, weight: ArrayLike | None, *, name: str) -> WeightedScores:
        """Return the scores of the class `name`; every weight is 1 where `weight` is None.

        Raises
        ------
        ValueError
            If there is not one score per event and one weight per score, the weights do not sum to
            a finite positive number, or a score is NaN.
        """
        scores = np.asarray(score)
        if not np.issubdtype(scores.dtype, np.floating):
            # Unsigned integers have no negatives, to rank them by; integers have no precision.
            scores = scores.astype(np.float64)
        if scores.ndim != 1:
            raise ValueError(
                f"{name}_score has shape {scores.shape}, expected (n_{name},): one score per "
                "event, e.g. predict_proba(X)[:, 1]."
            )
        weights = np.ones(len(scores)) if weight is None else np.asarray(weight, dtype=np.float64)
        if weights.shape != scores.shape:
            raise ValueError(
                f"{name}_weight has shape {weights.shape}, {name}_score {scores.shape}; "
                "expected one weight per score."
            )
        if not 0 < weights.sum() < np.inf:
            raise ValueError(
                f"The {name} weights sum to {weights.sum():g}; every figure of merit needs a "
                "finite positive sum."
            )
        if np.isnan(scores).any():
            raise ValueError(f"The {name} scores contain NaN; expected numbers.")
        return cls(scores, weights)


def without_rounding(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sums of weights, those that only rounding keeps from 0 as 0.

    Examples
    --------
    >>> without_rounding(np.array([0.1 + 0.2 - 0.3, 0.3]), np.array([0.6, 0.6]))
    array([0. , 0.3])
    """
    return np.where(np.abs(sums) <= ROUNDING * sizes, 0.0, sums)
