"""Missing θ at prediction: what a background row without θ gets when folds are scored.

Every labelled fold has θ on signal and none on background, so ordinary scorers need an answer that
depends on nothing but the event: not on the order of the rows, nor on which others are there.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["fill_missing_theta"]


def fill_missing_theta(
    theta: NDArray[np.floating], features: NDArray[np.floating], sample: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Return `theta` with each row that holds a NaN replaced by a row of `sample`.

    Which one is determined by a hash of the event's features.

    Parameters
    ----------
    theta : ndarray of shape (n, n_theta)
        The θ as given.
    features : ndarray of shape (n, n_features)
        The other columns.
    sample : ndarray of shape (m, n_theta)
        θ rows as training drew them.

    Returns
    -------
    ndarray of shape (n, n_theta)

    Raises
    ------
    ValueError
        If every row holds a NaN: then the call names no hypothesis at all.

    Examples
    --------
    >>> sample = np.array([[500.0], [750.0]])
    >>> fill_missing_theta(np.array([[500.0], [np.nan]]), np.array([[0.1], [0.2]]), sample)
    array([[500.], [750.]])
    """
    missing = np.isnan(theta).any(axis=1)
    if not missing.any():
        return theta
    if missing.all():
        raise ValueError(
            f"θ is NaN in all {len(theta)} rows: the call names no hypothesis. Assign one, "
            "e.g. X.assign(mass=750) or skpnn.assign_hypothesis(X, 750), or scan several with "
            "skpnn.scan."
        )
    filled = theta.copy()
    filled[missing] = sample[row_hash(features[missing]) % np.uint64(len(sample))]
    return filled


def row_hash(rows: NDArray[np.floating]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of each row, the same in every process."""
    # −0.0 and 0.0 are one number, but two bit patterns.
    frame = pd.DataFrame(rows + 0.0)
    return np.asarray(pd.util.hash_pandas_object(frame, index=False), dtype=np.uint64)
