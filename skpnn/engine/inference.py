"""Inference: one compiled forward pass per architecture, its weights passed in as arguments."""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from skpnn.engine.dense import NUMPY, TENSORS, forward, numpy_knows
from skpnn.networks import NetworkSpec, for_inference, weight_shapes

__all__ = ["compiled_model", "in_blocks", "predict"]

# Measured with 32-32-32: a compiled call takes 0.6 ms, NumPy as long for about 5,000 rows.
MAX_ROWS_IN_NUMPY = 4096

# Memory of one layer's outputs in one compiled call: a sample of any size needs no more.
BYTES_PER_LAYER = 32 * 2**20

# Rows are cut into so many parts within a call: 13.4 ms instead of 15.0 ms for 200,000 × 28.
PARTS = 4

# One thread traces, another waits for it: both at once take as long, and trace the same.
_TRACING = threading.RLock()


def predict(spec: NetworkSpec, weights: Sequence[NDArray], X: NDArray) -> NDArray:
    """Return the outputs, of shape (n, n_outputs), of the network with `weights` for rows `X`."""
    if len(X) <= MAX_ROWS_IN_NUMPY and numpy_knows(spec):
        return forward(spec, weights, X, NUMPY)
    constants = [tf.convert_to_tensor(w) for w in weights]
    with _TRACING:
        outputs = _compiled(for_inference(spec))
    return in_blocks(
        lambda rows: outputs(constants, tf.convert_to_tensor(rows)), X, rows_per_call(spec)
    )


def rows_per_call(spec: NetworkSpec) -> int:
    """Return how many rows a call may have, for its largest layer to stay small."""
    widest = max(spec.n_inputs, spec.n_outputs, *spec.hidden, 1)
    return max(1, BYTES_PER_LAYER // (widest * np.dtype(spec.dtype).itemsize))


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


@lru_cache(maxsize=16)
def _compiled(spec: NetworkSpec) -> Callable[[list[Any], Any], Any]:
    """Return ``outputs(weights, X)``, compiled once for any number of rows.

    As the weights are arguments and nothing is assigned, any number of threads and estimators may
    call it at once.
    """

    @tf.function(autograph=False)
    def outputs(weights: list[Any], X: Any) -> Any:
        return tf.concat([forward(spec, weights, part, TENSORS) for part in _parts(X)], axis=0)

    weights = [tf.TensorSpec(shape, spec.dtype) for shape in weight_shapes(spec)]
    return outputs.get_concrete_function(weights, tf.TensorSpec((None, spec.n_inputs), spec.dtype))


def _parts(X: Any) -> list[Any]:
    """Return the rows in a few parts, which TensorFlow computes side by side."""
    ends = [tf.shape(X)[0] * number // PARTS for number in range(PARTS + 1)]
    return [X[start:stop] for start, stop in pairwise(ends)]


def compiled_model(model: keras.Model, X: Any, key: Hashable = None) -> Callable[[Any], Any]:
    """Return ``outputs(X)`` of a model of any kind, compiled for any number of rows like `X`'s.

    Parameters
    ----------
    model : keras.Model
        The model; it predicts as its variables stand at each call.
    X : array, or list or dict of arrays
        Rows like those to come.
    key : hashable, optional
        What models have in common that compute the same: one compiled call serves them all.
    """
    signature = keras.tree.map_structure(lambda a: tf.TensorSpec((None, *a.shape[1:]), a.dtype), X)
    if key is None:
        # TensorFlow counts traces by code object and warns of many: partial() has one per model.
        return tf.function(partial(_call, model), input_signature=[signature], autograph=False)
    with _TRACING:
        shared = _compiled_for(_Keyed((key, repr(signature)), model, signature))
    # As they are now: the owner may freeze layers later.
    variables = model.trainable_variables, model.non_trainable_variables

    def outputs(X: Any) -> Any:
        values = [[variable.value for variable in some] for some in variables]
        return shared(*values, keras.tree.map_structure(tf.convert_to_tensor, X))

    return outputs


def _call(model: keras.Model, X: Any) -> Any:
    return model(X, training=False)


@dataclass(frozen=True)
class _Keyed:
    """A model, equal to every other one of the same key."""

    key: Hashable
    model: keras.Model = field(compare=False)
    signature: Any = field(compare=False)


@lru_cache(maxsize=16)
def _compiled_for(keyed: _Keyed) -> Callable[..., Any]:
    model = keyed.model
    variables = model.trainable_variables, model.non_trainable_variables
    values = [[tf.TensorSpec(v.shape, v.dtype) for v in some] for some in variables]
    function = tf.function(partial(_stateless, model), autograph=False)
    return function.get_concrete_function(*values, keyed.signature)


def _stateless(model: keras.Model, trainable: list[Any], others: list[Any], X: Any) -> Any:
    return model.stateless_call(trainable, others, X, training=False)[0]
