"""Inference: one compiled forward pass per architecture, its weights passed in as arguments."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from skpnn.networks import NetworkSpec, build_network, for_inference

__all__ = ["compiled_forward", "compiled_model", "in_blocks", "predict"]

# Rows per compiled call, so that the hidden layers of a large sample need no large memory.
ROWS_PER_CALL = 65_536


def predict(spec: NetworkSpec, weights: Sequence[NDArray], X: NDArray) -> NDArray:
    """Return the outputs, of shape (n, n_outputs), of the network with `weights` for rows `X`."""
    forward = _forward(for_inference(spec))
    constants = [tf.convert_to_tensor(w) for w in weights]
    return in_blocks(lambda rows: forward(constants, rows), X)


def in_blocks(forward: Callable[[Any], Any], X: Any) -> Any:
    """Return ``forward(X)`` as arrays, computed for blocks of rows."""
    n_rows = len(keras.tree.flatten(X)[0])
    blocks = [
        keras.tree.map_structure(np.asarray, forward(_rows(X, start, start + ROWS_PER_CALL)))
        for start in range(0, n_rows, ROWS_PER_CALL)
    ]
    if len(blocks) == 1:
        return blocks[0]
    return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *blocks)


def _rows(X: Any, start: int, stop: int) -> Any:
    return keras.tree.map_structure(lambda array: array[start:stop], X)


@lru_cache(maxsize=16)
def _forward(spec: NetworkSpec) -> Callable:
    return compiled_forward(build_network(spec))


def compiled_forward(model: keras.Model) -> Callable:
    """Return ``forward(weights, X)``, compiled once for any number of rows.

    `weights` are those of `model.weights`, in that order. As they are arguments and nothing is
    assigned, any number of threads and estimators may call it at once.
    """
    trainable = [id(v) for v in model.trainable_variables]
    others = model.non_trainable_variables
    (inputs,) = model.inputs

    @tf.function(reduce_retracing=True)
    def forward(weights: list[Any], X: Any) -> Any:
        by_id = dict(zip(map(id, model.weights), weights, strict=True))
        given = [by_id[one] for one in trainable]
        # Seeds of dropout are variables too; they are idle at inference and keep their own value.
        rest = [by_id.get(id(v), v) for v in others]
        return model.stateless_call(given, rest, X, training=False)[0]

    specs = [tf.TensorSpec(v.shape, v.dtype) for v in model.weights]
    rows = tf.TensorSpec((None, *inputs.shape[1:]), inputs.dtype)
    forward.get_concrete_function(specs, rows)
    return forward


def compiled_model(model: keras.Model, X: Any) -> Callable[[Any], Any]:
    """Return ``forward(X)`` of a model of any kind, compiled for any number of rows like `X`'s."""
    signature = keras.tree.map_structure(lambda a: tf.TensorSpec((None, *a.shape[1:]), a.dtype), X)
    # TensorFlow counts traces by code object and warns of many: partial() has one per model.
    return tf.function(partial(_call, model), input_signature=[signature])


def _call(model: keras.Model, X: Any) -> Any:
    return model(X, training=False)
