"""Covariance of fitted parameters, from derivatives at the minimum."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from skpnn._telling import tell
from skpnn.engine.backends import double_precision
from skpnn.engine.hessian import derivatives, hessian
from skpnn.exceptions import CovarianceWarning

__all__ = ["has_curvature", "least_squares_covariance", "sandwich_covariance"]

# A value per event, of shape (n,), as a function of the parameters, of shape (k,).
PerEvent = Callable[[Any], Any]

# How far from the minimum a fit has converged, in standard deviations of its parameters: what is
# missing adds a hundredth to their variance, less than their errors are known to.
CLOSE = 0.1
# And by which part of the parameters, where data without noise leave them no standard deviation:
# more than Adam leaves in a fit of 1,000 epochs, in single precision too.
PRECISE = 1e-5


def least_squares_covariance(
    residuals: PerEvent, p: NDArray, weight: NDArray, *, absolute_sigma: bool
) -> NDArray[np.float64]:
    """Return the covariance of parameters that minimise S = Σ w r².

    With H the Hessian of S it is 2 H⁻¹ where weights are 1/σ², and s² · 2 H⁻¹ with
    s² = S / (n − k) where they are so up to a common factor. The distance to the minimum is
    ½ gᵀH⁻¹g in S, with g its gradient: Minuit's EDM.

    Parameters
    ----------
    residuals : callable
        ``residuals(p)`` of shape (n,).
    p : ndarray of shape (k,)
        The parameters at the minimum.
    weight : ndarray of shape (n,)
        Positive weights.
    absolute_sigma : bool
        Whether they are 1/σ², with σ in the units of the residuals.

    Returns
    -------
    ndarray of shape (k, k)
        Infinite, with a `CovarianceWarning`, where the data do not determine it or `p` is more
        than a tenth of a standard deviation from the minimum.

    References
    ----------
    James, Roos, "Minuit", Comput. Phys. Commun. 10 (1975) 343.

    Examples
    --------
    >>> least_squares_covariance(
    ...     lambda p: p[0] - np.array([1.0, 2.0, 3.0]), np.array([2.0]), np.ones(3),
    ...     absolute_sigma=False,
    ... ).round(12)  # the variance of the mean, 1 / 3
    array([[0.33333333]])
    """
    relative = _relative(weight, p)
    total, gradient, curvature = derivatives(
        lambda p: ops.sum(relative * ops.square(residuals(p))), p
    )
    n, k = len(weight), len(p)
    inverse = _inverse(curvature)
    if inverse is None:
        return _undetermined(k)
    if n <= k and not absolute_sigma:
        spread = f"{n} events do not determine the spread about a curve of {k} parameters"
        return _infinite(k, spread, "Give more events, or leave out a parameter.")
    variance = 1 / weight.max() if absolute_sigma else total / (n - k)
    missing = float(gradient @ inverse @ gradient) / 2
    is_precise = not absolute_sigma and _is_precise(gradient, inverse, curvature, p)
    if missing > CLOSE**2 * variance and not is_precise:
        return _unconverged(k, np.sqrt(missing / variance))
    return 2 * variance * inverse


def sandwich_covariance(losses: PerEvent, p: NDArray, weight: NDArray) -> NDArray[np.float64]:
    """Return the covariance of parameters that minimise Σ w l, for any smooth loss l.

    It is A⁻¹ B A⁻¹ with A = Σ w ∂²l and B = Σ w² ∂l ∂lᵀ. The scale of weights does not matter. The
    distance to the minimum, in standard deviations, is the root of gᵀB⁻¹g with g = Σ w ∂l.

    Parameters
    ----------
    losses : callable
        ``losses(p)`` of shape (n,).
    p : ndarray of shape (k,)
        The parameters at the minimum.
    weight : ndarray of shape (n,)
        Positive weights.

    Returns
    -------
    ndarray of shape (k, k)
        Infinite, with a `CovarianceWarning`, where the data do not determine it or `p` is more
        than a tenth of a standard deviation from the minimum.

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
    relative = _relative(weight, p)
    with double_precision():
        found = losses(p)

    def squared_change(p: Any) -> Any:
        # Where the change is zero, its square has no curvature but that of the slopes: 2 B.
        return ops.sum(ops.square(relative * (losses(p) - found)))

    _, gradient, curvature = derivatives(lambda p: ops.sum(relative * losses(p)), p)
    bread = _inverse(curvature)
    meat = hessian(squared_change, p) / 2
    if bread is None or not np.isfinite(meat).all():
        return _undetermined(len(p))
    distance = _distance(gradient, meat)
    if distance > CLOSE and not _is_precise(gradient, bread, curvature, p):
        return _unconverged(len(p), distance)
    return bread @ meat @ bread


def has_curvature(losses: PerEvent, y: NDArray, values: NDArray) -> bool:
    """Whether a loss is anything but straight lines, at the `values` of a curve or at the data.

    Parameters
    ----------
    losses : callable
        ``losses(values)`` of shape (n,).
    y, values : ndarray of shape (n,)
        Data and curve.

    Examples
    --------
    >>> data, curve = np.zeros(2), np.array([3.0, -5.0])
    >>> has_curvature(lambda f: ops.abs(f - data), data, curve)
    False
    """

    def bends(at: NDArray) -> bool:
        found = hessian(lambda shift: ops.sum(losses(at + shift[0])), np.zeros(1, y.dtype))
        # Not a number where a root's derivatives end, as at the data that a curve goes through.
        return bool(np.nan_to_num(found).any())

    return bends(values) or bends(y)


def _relative(weight: NDArray, p: NDArray) -> NDArray:
    """Return the weights in the precision of `p`, at a scale that it holds."""
    return (weight / weight.max()).astype(p.dtype)


def _inverse(curvature: NDArray) -> NDArray[np.float64] | None:
    """Return the inverse of a positive definite matrix; None of others."""
    if not _is_positive_definite(curvature):
        return None
    return np.linalg.inv(curvature.astype(np.float64))


def _is_positive_definite(curvature: NDArray) -> bool:
    """Whether it is, beyond rounding, whatever the units of the parameters."""
    diagonal = np.diag(curvature)
    if not np.isfinite(curvature).all() or (diagonal <= 0).any():
        return False
    scale = np.sqrt(diagonal)
    smallest = np.linalg.eigvalsh(curvature / np.outer(scale, scale))[0]
    return bool(smallest > len(curvature) * np.finfo(curvature.dtype).eps)


def _distance(gradient: NDArray, meat: NDArray) -> float:
    """Return the root of gᵀB⁻¹g; g has no part where B, a sum of the same slopes, has none."""
    scale = np.sqrt(np.diag(meat))
    scale = np.where(scale > 0, scale, 1)
    tolerance = len(meat) * float(np.finfo(meat.dtype).eps)
    inverse = np.linalg.pinv(meat / np.outer(scale, scale), rcond=tolerance, hermitian=True)
    square = float(gradient / scale @ inverse @ (gradient / scale))
    # Rounding may leave B an eigenvalue below 0.
    return max(square, 0.0) ** 0.5


def _is_precise(gradient: NDArray, inverse: NDArray, curvature: NDArray, p: NDArray) -> bool:
    """Whether what is missing to the minimum is small beside the parameters themselves."""
    own = np.diag(curvature).astype(np.float64) @ p.astype(np.float64) ** 2
    return bool(gradient @ inverse @ gradient <= PRECISE**2 * own)


def _undetermined(k: int) -> NDArray[np.float64]:
    return _infinite(
        k,
        "The fit has not reached a minimum that determines every parameter",
        "Train for longer, at a lower rate, give more events, or leave out a parameter.",
    )


def _unconverged(k: int, distance: float) -> NDArray[np.float64]:
    # At least: far from the minimum the spread that it is measured by is larger, too.
    return _infinite(
        k,
        "The fit has not converged: the estimated distance to the minimum is at least "
        f"{distance:.2g} standard deviations",
        "Train for longer, raise the rate, or choose p0 nearer; a constant rate never settles on "
        "batches.",
    )


def _infinite(k: int, reason: str, advice: str) -> NDArray[np.float64]:
    """Return a covariance of infinities, with a warning."""
    tell(f"{reason}. Its covariance is infinite. {advice}", CovarianceWarning, stacklevel=2)
    return np.full((k, k), np.inf)
