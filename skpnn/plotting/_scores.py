"""The range of scores that pictures show."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["score_edges"]


def score_edges(n_bins: int, *scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the edges of bins of equal width over [0, 1], or over scores that lie beyond.

    Examples
    --------
    >>> score_edges(2, np.array([0.2, 0.6])), score_edges(2, np.array([-3.0, 1.0]))
    (array([0. , 0.5, 1. ]), array([-3., -1.,  1.]))
    """
    low, high = min(one.min() for one in scores), max(one.max() for one in scores)
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    return np.linspace(low, high, n_bins + 1)
