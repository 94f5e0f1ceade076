"""The one-dimensional densities that the toys are made of, and the AUC of a pair of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def gaussian_log_density(x: ArrayLike, mean: ArrayLike, width: ArrayLike) -> Floats:
    """Return log N(x; mean, width), broadcast over all three."""
    pull = (np.asarray(x, dtype=np.float64) - np.asarray(mean)) / np.asarray(width)
    return -0.5 * pull**2 - np.log(np.asarray(width) * np.sqrt(2 * np.pi))


def exponential_log_density(x: ArrayLike, low: float, high: float, scale: float) -> Floats:
    """Return the log density of exp(-x / scale) normalised on [low, high]; -inf outside."""
    x = np.asarray(x, dtype=np.float64)
    log_norm = np.log(-scale * np.expm1(-(high - low) / scale))
    return np.where((x >= low) & (x <= high), -(x - low) / scale - log_norm, -np.inf)


def draw_exponential(
    n: int, low: float, high: float, scale: float, rng: np.random.RandomState
) -> Floats:
    """Draw ``n`` values of exp(-x / scale) on [low, high] by inverting the distribution."""
    fraction = -np.expm1(-(high - low) / scale)
    return low - scale * np.log1p(-rng.uniform(size=n) * fraction)


def cells_between(edges: ArrayLike, cells_per_segment: int = 20_000) -> tuple[Floats, Floats]:
    """Cut the line into fine cells that no edge crosses.

    Parameters
    ----------
    edges : array-like of shape (n_edges,)
        Where a density may jump, and the outer ends. Any order, repeats allowed.
    cells_per_segment : int, default=20_000
        Number of cells of equal width between two neighbouring edges.

    Returns
    -------
    middles, widths : ndarray of shape ((n_distinct_edges - 1) * cells_per_segment,)

    Examples
    --------
    >>> cells_between([0, 4, 5], cells_per_segment=2)
    (array([1.  , 3.  , 4.25, 4.75]), array([2. , 2. , 0.5, 0.5]))
    """
    edges = np.unique(np.asarray(edges, dtype=np.float64))
    offsets = (np.arange(cells_per_segment) + 0.5) / cells_per_segment
    lengths = np.diff(edges)[:, np.newaxis]
    middles = edges[:-1, np.newaxis] + lengths * offsets
    return middles.ravel(), np.repeat(lengths / cells_per_segment, cells_per_segment)


def auc_of_cells(signal: Floats, background: Floats) -> float:
    """Return the AUC of the likelihood ratio between two distributions given cell by cell.

    By the lemma of Neyman and Pearson no other classifier of the same cells does better.

    Parameters
    ----------
    signal, background : ndarray of shape (n_cells,)
        Probabilities, up to a common factor of each.

    Returns
    -------
    float

    Examples
    --------
    >>> auc_of_cells(np.array([0.2, 0.8]), np.array([0.5, 0.5]))
    0.65
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        # The fraction s / (s + b) ranks as s / b does, and stays finite where b is 0.
        fraction = signal / (signal + background)
    order = np.argsort(np.nan_to_num(fraction))
    s, b = signal[order] / signal.sum(), background[order] / background.sum()
    # An event of the same cell is a tie, which counts one half.
    return float(s @ (np.cumsum(b) - 0.5 * b))
