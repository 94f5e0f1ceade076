"""Inference: in NumPy for few rows, else by one compiled forward pass per architecture."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from skpnn.engine.backends import backend_module
from skpnn.engine.dense import NUMPY, forward, numpy_knows
from skpnn.networks import NetworkSpec, for_inference

__all__ = ["in_blocks", "predict", "rows_per_call"]

# Measured with 32-32-32: a compiled call takes 0.6 ms, NumPy as long for about 5,000 rows.
MAX_ROWS_IN_NUMPY = 4096

# Memory of one layer's outputs in one compiled call: a sample of any size needs no more.
BYTES_PER_LAYER = 32 * 2**20


def predict(spec: NetworkSpec, weights: Sequence[NDArray], X: NDArray) -> NDArray:
    """Return the outputs, of shape (n, n_outputs), of the network with `weights` for rows `X`."""
    if len(X) <= MAX_ROWS_IN_NUMPY and numpy_knows(spec):
        return forward(spec, weights, X, NUMPY)
    outputs = backend_module("inference").compiled_network(for_inference(spec), weights)
    return in_blocks(outputs, X, rows_per_call(spec))


def rows_per_call(spec: NetworkSpec) -> int:
    """Return how many rows a call may have, for its largest layer to stay small.

    A power of 2, to which JAX pads them.
    """
    widest = max(spec.n_inputs, spec.n_outputs, *spec.hidden, 1)
    most = BYTES_PER_LAYER // (widest * np.dtype(spec.dtype).itemsize)
    return 1 << max(0, most.bit_length() - 1)


def in_blocks(forward: Callable[[Any], Any], X: Any, n_rows_per_call: int) -> Any:
    """Return ``forward(X)`` as arrays, computed for blocks of rows."""
    n_rows = len(keras.tree.flatten(X)[0])
    blocks = [
        keras.tree.map_structure(np.asarray, forward(_rows(X, start, start + n_rows_per_call)))
        for start in range(0, n_rows, n_rows_per_call)
    ]
    if len(blocks) == 1:
        return blocks[0]
    return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *blocks)


def _rows(X: Any, start: int, stop: int) -> Any:
    return keras.tree.map_structure(lambda array: array[start:stop], X)
