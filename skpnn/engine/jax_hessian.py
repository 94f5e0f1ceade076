"""Derivatives by JAX."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

__all__ = ["derivatives"]


def derivatives(function: Callable[[Any], Any], p: NDArray) -> tuple[float, NDArray, NDArray]:
    """Return the function, its gradient and its Hessian at `p`."""
    at = jax.numpy.asarray(p)
    value, slope = jax.value_and_grad(function)(at)
    return float(value), np.asarray(slope), np.asarray(jax.hessian(function)(at))
