"""Derivatives by TensorFlow."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

__all__ = ["derivatives"]


def derivatives(function: Callable[[Any], Any], p: NDArray) -> tuple[float, NDArray, NDArray]:
    """Return the function, its gradient and its Hessian at `p`."""
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
    curvature = np.stack([tf.convert_to_tensor(row).numpy() for row in rows])
    return float(value), slope.numpy(), curvature
