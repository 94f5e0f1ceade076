"""The likelihood ratio that a classifier's probability stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._hypothesis_grid import hypothesis_grid
from skpnn._scan_inputs import trained_signal_fraction
from skpnn._theta_columns import Theta
from skpnn.hypotheses import labelled, scanned, signal_column

__all__ = ["log_likelihood_ratio", "log_odds"]


def log_likelihood_ratio(
    estimator: Any,
    X: Any,
    *,
    hypotheses: ArrayLike | None = None,
    theta: Theta = -1,
    background_label: Any = None,
    signal_fraction: ArrayLike | None = None,
    **columns: Sequence[float] | float,
) -> Any:
    r"""Return log r(x | θ), the likelihood ratio of signal to background, at several hypotheses.

    A classifier learns the posterior of its training sample, whose share of signal is π [1]_:

    .. math:: \log r(x \mid \theta) = \log \frac{p_s(x \mid \theta)}{p_b(x)}
              = \log \frac{p(s \mid x, \theta)}{1 - p(s \mid x, \theta)} - \log \frac{\pi}{1 - \pi}.

    Parameters
    ----------
    estimator : fitted classifier or Pipeline
        One with probabilities.
    X : DataFrame or array of shape (n_samples, n_features)
        The events.
    hypotheses : array-like of shape (k,) or (k, n_theta), optional
        The hypotheses; by default the distinct ones in `X`.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of `X`, by index or by name.
    background_label : label, optional
        The class that is background; by default the estimator's own, or its first class.
    signal_fraction : float or array-like of shape (k,), optional
        The share π of signal in the training weight, at each hypothesis. By default what a
        `PNNClassifier` trained with, class balance included, or what a
        `HypothesisCalibratedClassifier` was calibrated with. Other classifiers do not tell, and
        where background θ are not drawn as the signal's, π depends on θ.
    **columns : sequence of float
        For a DataFrame, shorthand: ``mass=[500, 750]``; several keywords form a product.

    Returns
    -------
    DataFrame or ndarray of shape (n_samples, k)
        Natural logarithms, float64. A probability of exactly 0 or 1, where the network saturates,
        counts as the nearest number beside it, so that all values are finite.

    Raises
    ------
    ValueError
        If the estimator has no probabilities, or `signal_fraction` is not known or no share.

    References
    ----------
    .. [1] K. Cranmer, J. Pavez and G. Louppe, "Approximating likelihood ratios with calibrated
       discriminative classifiers", arXiv:1506.02169, section 3.

    Examples
    --------
    >>> import skpnn
    >>> problem = skpnn.datasets.GaussianShift()
    >>> X, y = problem.sample(1000, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=5, random_state=0).fit(X, y)
    >>> skpnn.log_likelihood_ratio(model, X, theta="theta", hypotheses=[1.0, 2.0]).shape
    (8000, 2)
    """
    if not hasattr(estimator, "predict_proba"):
        raise ValueError(
            f"{type(estimator).__name__} has no predict_proba; a likelihood ratio needs "
            "probabilities (CalibratedClassifierCV makes some of decisions)."
        )
    share = _signal_share(estimator, signal_fraction)
    column = signal_column(estimator, background_label)
    grid = hypothesis_grid(X, hypotheses, theta=theta, keywords=columns)
    if share.shape not in ((), (1,), (len(grid.points),)):
        raise ValueError(
            f"signal_fraction has shape {share.shape}, expected () or ({len(grid.points)},): one "
            "share, or one for each hypothesis."
        )
    scores = scanned(grid, estimator, X, column, stacklevel=3)
    return labelled(log_odds(scores) - log_odds(share), X, grid)


def _signal_share(estimator: Any, signal_fraction: ArrayLike | None) -> NDArray[np.float64]:
    if signal_fraction is None:
        signal_fraction = trained_signal_fraction(estimator)
    if signal_fraction is None:
        raise ValueError(
            "The share of signal in training is not known, or depends on θ: give signal_fraction, "
            "the signal's part of the sum of the training weights at each hypothesis, e.g. 0.5 "
            "where the classes were balanced."
        )
    share = np.asarray(signal_fraction, dtype=np.float64)
    if not ((share > 0) & (share < 1)).all():
        raise ValueError(
            f"signal_fraction={signal_fraction!r} is not possible; expected shares between 0 and 1."
        )
    return share


def log_odds(probability: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return log p / (1 - p), finite: 0 and 1 count as the numbers beside them.

    Examples
    --------
    >>> log_odds(np.array([0.5, 1.0])).round(2)
    array([ 0.  , 36.74])
    """
    # In the precision of the probability: beside 1 a float32 has no neighbour closer than 6e-8.
    one = probability.dtype.type(1)
    lowest, highest = np.nextafter(0 * one, one), np.nextafter(one, 0 * one)
    inside = np.clip(probability, lowest, highest).astype(np.float64)
    return np.log(inside) - np.log1p(-inside)
