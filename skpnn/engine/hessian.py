"""Hessians of scalar functions, by the automatic differentiation of Keras' backend."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn.engine.backends import double_precision

__all__ = ["hessian"]


def hessian(function: Callable[[Any], Any], p: ArrayLike) -> NDArray:
    """Return the matrix of second derivatives ∂²f / ∂pᵢ∂pⱼ at `p`.

    Parameters
    ----------
    function : callable
        ``function(p)`` takes a tensor of shape (k,) and returns a scalar tensor; written with
        `keras.ops`.
    p : array-like of shape (k,)
        Where it is differentiated, in its precision.

    Returns
    -------
    ndarray of shape (k, k)
        The Hessian; rows of zeros for what the function does not depend on.

    Raises
    ------
    NotImplementedError
        If Keras' backend is neither TensorFlow nor JAX.

    Examples
    --------
    >>> hessian(lambda p: p[0] ** 2 * p[1], [1.0, 3.0])
    array([[6., 2.],
           [2., 0.]])
    """
    backend = keras.backend.backend()
    if backend not in _BY_BACKEND:
        raise NotImplementedError(
            f"Hessians are not available on Keras' backend {backend!r}; set the environment "
            f"variable KERAS_BACKEND to one of {sorted(_BY_BACKEND)} before keras is imported."
        )
    return _BY_BACKEND[backend](function, np.asarray(p))


def _by_tensorflow(function: Callable[[Any], Any], p: NDArray) -> NDArray:
    import tensorflow as tf

    at = tf.constant(p)
    zero = tf.UnconnectedGradients.ZERO
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(at)
        with tf.GradientTape() as inner:
            inner.watch(at)
            value = function(at)
        # Dense: the gradient by an element that was gathered is sparse.
        slope = tf.convert_to_tensor(inner.gradient(value, at, unconnected_gradients=zero))
        slopes = tf.unstack(slope)
    # Row by row: tf.GradientTape.jacobian traces a graph first, for longer than this takes.
    rows = [outer.gradient(one, at, unconnected_gradients=zero) for one in slopes]
    return np.stack([tf.convert_to_tensor(row).numpy() for row in rows])


def _by_jax(function: Callable[[Any], Any], p: NDArray) -> NDArray:
    import jax

    with double_precision():
        return np.asarray(jax.hessian(function)(jax.numpy.asarray(p)))


_BY_BACKEND = {"tensorflow": _by_tensorflow, "jax": _by_jax}
