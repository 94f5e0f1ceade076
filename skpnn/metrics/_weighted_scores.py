"""Scores of one class with their weights, checked: what every figure of merit starts from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["WeightedScores"]


@dataclass(frozen=True)
class WeightedScores:
    """The scores of one class, and their weights, both of shape (n,)."""

    score: NDArray[np.floating]
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, score: ArrayLike, weight: ArrayLike | None, *, name: str) -> "WeightedScores":
        """Return the scores of the class `name`; every weight is 1 where `weight` is None.

        Raises
        ------
        ValueError
            If there is not one weight per score, their sum is not positive, or a score is NaN.
        """
        scores = np.asarray(score)
        weights = np.ones(len(scores)) if weight is None else np.asarray(weight, dtype=np.float64)
        if weights.shape != scores.shape:
            raise ValueError(
                f"{name}_weight has shape {weights.shape}, {name}_score {scores.shape}; "
                "expected one weight per score."
            )
        if not weights.sum() > 0:
            raise ValueError(
                f"The {name} weights sum to {weights.sum():g}; every figure of merit needs a "
                "positive sum."
            )
        if np.isnan(scores).any():
            raise ValueError(f"The {name} scores contain NaN; expected numbers.")
        return cls(scores, weights)
