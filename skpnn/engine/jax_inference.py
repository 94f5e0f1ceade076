"""Forward passes that JAX runs, compiled once per architecture and number of rows."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from skpnn.engine.backends import double_precision
from skpnn.engine.dense import TENSORS, forward
from skpnn.networks import NetworkSpec

__all__ = ["compiled_network"]


def compiled_network(spec: NetworkSpec, weights: Sequence[NDArray]) -> Callable[[NDArray], NDArray]:
    """Return ``outputs(X)`` of the network with `weights`."""
    outputs = _compiled(spec)

    def of_rows(X: NDArray) -> NDArray:
        # Powers of 2: JAX compiles for each number of rows.
        padding = (1 << (len(X) - 1).bit_length()) - len(X)
        with double_precision():
            padded = np.pad(X, [(0, padding), (0, 0)])
            # A copy: JAX's own memory is read-only, and holds the padding.
            return np.asarray(outputs(list(weights), padded))[: len(X)].copy()

    return of_rows


@lru_cache(maxsize=16)
def _compiled(spec: NetworkSpec) -> Callable[[list[Any], Any], Any]:
    return jax.jit(partial(_outputs, spec))


def _outputs(spec: NetworkSpec, weights: list[Any], X: Any) -> Any:
    return forward(spec, weights, X, TENSORS)
