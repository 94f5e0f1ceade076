"""Derivatives of scalar functions, by the automatic differentiation of Keras' backend."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn.engine.backends import backend_module, double_precision

__all__ = ["derivatives", "hessian"]


def derivatives(function: Callable[[Any], Any], p: ArrayLike) -> tuple[float, NDArray, NDArray]:
    """Return f, its gradient ∂f / ∂pᵢ and its Hessian ∂²f / ∂pᵢ∂pⱼ at `p`.

    Parameters
    ----------
    function : callable
        ``function(p)`` takes a tensor of shape (k,) and returns a scalar tensor; written with
        `keras.ops`.
    p : array-like of shape (k,)
        Where it is differentiated, in its precision.

    Returns
    -------
    value : float
        The function.
    gradient : ndarray of shape (k,)
        Its first derivatives; 0 for what the function does not depend on.
    hessian : ndarray of shape (k, k)
        Its second derivatives.

    Raises
    ------
    RuntimeError
        If Keras' backend is neither TensorFlow nor JAX.

    Examples
    --------
    >>> value, gradient, hessian = derivatives(lambda p: p[0] ** 2 * p[1], [1.0, 3.0])
    >>> value, gradient
    (3.0, array([6., 1.]))
    """
    with double_precision():
        return backend_module("hessian").derivatives(function, np.asarray(p))


def hessian(function: Callable[[Any], Any], p: ArrayLike) -> NDArray:
    """Return the matrix of second derivatives alone; as `derivatives`.

    Examples
    --------
    >>> hessian(lambda p: p[0] ** 2 * p[1], [1.0, 3.0])
    array([[6., 2.],
           [2., 0.]])
    """
    return derivatives(function, p)[2]
