"""Covariance of fitted parameters, from second derivatives at the minimum."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from skpnn._telling import tell
from skpnn.engine.backends import double_precision
from skpnn.engine.hessian import hessian
from skpnn.exceptions import CovarianceWarning

__all__ = ["least_squares_covariance", "sandwich_covariance"]

# A value per event, of shape (n,), as a function of the parameters, of shape (k,).
PerEvent = Callable[[Any], Any]


def least_squares_covariance(
    residuals: PerEvent, p: NDArray, weight: NDArray, *, absolute_sigma: bool
) -> NDArray[np.float64]:
    """Return the covariance of parameters that minimise S = Σ w r².

    With H the Hessian of S it is 2 H⁻¹ where weights are 1/σ², and s² · 2 H⁻¹ with
    s² = S / (n − k) where they are so up to a common factor.

    Parameters
    ----------
    residuals : callable
        ``residuals(p)`` of shape (n,).
    p : ndarray of shape (k,)
        The parameters at the minimum.
    weight : ndarray of shape (n,)
        Positive weights, in the precision of `p`.
    absolute_sigma : bool
        Whether they are 1/σ², with σ in the units of the residuals.

    Returns
    -------
    ndarray of shape (k, k)
        Infinite, with a `CovarianceWarning`, where the data do not determine it.

    Examples
    --------
    >>> least_squares_covariance(
    ...     lambda p: p[0] - np.array([1.0, 2.0, 3.0]), np.array([2.0]), np.ones(3),
    ...     absolute_sigma=False,
    ... ).round(12)  # the variance of the mean, 1 / 3
    array([[0.33333333]])
    """

    def sum_of_squares(p: Any) -> Any:
        return ops.sum(weight * ops.square(residuals(p)))

    covariance = 2 * _inverse(hessian(sum_of_squares, p))
    n, k = len(weight), len(p)
    if absolute_sigma or np.isinf(covariance).all():
        return covariance
    if n <= k:
        _tell(f"{n} events do not determine the spread about a curve of {k} parameters")
        return np.full((k, k), np.inf)
    with double_precision():
        return covariance * (float(ops.convert_to_numpy(sum_of_squares(p))) / (n - k))


def sandwich_covariance(losses: PerEvent, p: NDArray, weight: NDArray) -> NDArray[np.float64]:
    """Return the covariance of parameters that minimise Σ w l, for any smooth loss l.

    It is A⁻¹ B A⁻¹ with A = Σ w ∂²l and B = Σ w² ∂l ∂lᵀ. The scale of weights does not matter.

    Parameters
    ----------
    losses : callable
        ``losses(p)`` of shape (n,).
    p : ndarray of shape (k,)
        The parameters at the minimum.
    weight : ndarray of shape (n,)
        Positive weights, in the precision of `p`.

    Returns
    -------
    ndarray of shape (k, k)
        Infinite, with a `CovarianceWarning`, where the data do not determine it.

    References
    ----------
    Zeileis, "Object-oriented computation of sandwich estimators", J. Stat. Softw. 16(9) (2006),
    eqs. (4)-(6).

    Examples
    --------
    >>> data = np.array([1.0, 2.0, 3.0])
    >>> sandwich_covariance(lambda p: (p[0] - data) ** 2, np.array([2.0]), np.ones(3)).round(12)
    array([[0.22222222]])
    """
    with double_precision():
        found = losses(p)

    def squared_change(p: Any) -> Any:
        # Where the change is zero, its square has no curvature but that of the slopes: 2 B.
        return ops.sum(ops.square(weight * (losses(p) - found)))

    bread = _inverse(hessian(lambda p: ops.sum(weight * losses(p)), p))
    if np.isinf(bread).all():
        return bread
    return bread @ (hessian(squared_change, p) / 2) @ bread


def _inverse(curvature: NDArray) -> NDArray[np.float64]:
    """Return the inverse of a positive definite matrix; infinities, with a warning, of others."""
    k = len(curvature)
    if _is_positive_definite(curvature):
        return np.linalg.inv(curvature.astype(np.float64))
    _tell("The fit has not reached a minimum that determines every parameter")
    return np.full((k, k), np.inf)


def _is_positive_definite(curvature: NDArray) -> bool:
    """Whether it is, beyond rounding, whatever the units of the parameters."""
    diagonal = np.diag(curvature)
    if not np.isfinite(curvature).all() or (diagonal <= 0).any():
        return False
    scale = np.sqrt(diagonal)
    smallest = np.linalg.eigvalsh(curvature / np.outer(scale, scale))[0]
    return bool(smallest > len(curvature) * np.finfo(curvature.dtype).eps)


def _tell(reason: str) -> None:
    tell(
        f"{reason}: its covariance is infinite. Train for longer, at a lower rate, give more "
        "events, or leave out a parameter.",
        CovarianceWarning,
        stacklevel=2,
    )
