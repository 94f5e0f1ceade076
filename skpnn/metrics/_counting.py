"""The significance that a counting experiment expects."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["asimov_significance"]


def asimov_significance(
    signal: ArrayLike, background: ArrayLike, *, background_error: ArrayLike = 0.0
) -> NDArray[np.float64]:
    r"""Return the median significance, in standard deviations, of discovering the signal.

    With a background known exactly it is equation (97) of [1]_,

    .. math:: Z_A = \sqrt{2\left((s + b) \ln(1 + s / b) - s\right)},

    and with a background known to within :math:`\sigma_b` equation (20) of [2]_,

    .. math:: Z_A = \left[2\left((s + b) \ln\frac{(s + b)(b + \sigma_b^2)}
                    {b^2 + (s + b)\sigma_b^2} - \frac{b^2}{\sigma_b^2}
                    \ln\left(1 + \frac{\sigma_b^2 s}{b (b + \sigma_b^2)}\right)\right)\right]^{1/2}.

    Parameters
    ----------
    signal : array-like of any shape (…,)
        Expected numbers s of signal events. Where they are not positive, the result is 0.
    background : array-like of any shape (…,)
        Expected numbers b of background events, broadcast against `signal`.
    background_error : array-like of any shape (…,), default=0.0
        Standard deviations σ_b of `background`, in events.

    Returns
    -------
    ndarray of shape (…,)
        That to which the arguments broadcast.

    Raises
    ------
    ValueError
        If a background is not positive, or an error is negative.

    References
    ----------
    .. [1] G. Cowan, K. Cranmer, E. Gross and O. Vitells, "Asymptotic formulae for
       likelihood-based tests of new physics", Eur. Phys. J. C 71 (2011) 1554, arXiv:1007.1727.
    .. [2] G. Cowan, "Discovery sensitivity for a counting experiment with background uncertainty",
       technical note, Royal Holloway, London (2012).

    Examples
    --------
    >>> asimov_significance(10.0, 100.0).round(3)
    np.float64(0.984)
    >>> asimov_significance(10.0, 100.0, background_error=[0.0, 10.0]).round(3)
    array([0.984, 0.69 ])
    """
    b, error = np.asarray(background, dtype=np.float64), np.asarray(background_error, np.float64)
    if not (b > 0).all() or not (error >= 0).all():
        raise ValueError(
            f"background={background!r} with background_error={background_error!r} is not "
            "possible; expected numbers above 0 with errors of at least 0."
        )
    s = np.maximum(np.asarray(signal, dtype=np.float64), 0.0)
    n, ratio = s + b, (error / b) ** 2
    # Both logarithms as log1p of what is left of their arguments, which cancel for small s and σ.
    excess = n * np.log1p(s / (b + n * b * ratio))
    return np.sqrt(2 * np.maximum(excess - _profiled(s, b, ratio), 0.0))


def _profiled(
    s: NDArray[np.float64], b: NDArray[np.float64], ratio: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the second term, for ratios σ² / b²."""
    # Far below what float64 resolves, and above where the ratio underflows.
    is_known = ratio * (s + b) < 1e-30
    divisor = np.where(is_known, 1.0, ratio)
    return np.where(is_known, s, np.log1p(divisor * s / (1 + divisor * b)) / divisor)
