"""Forward passes that TensorFlow runs, compiled once per architecture, weights as arguments."""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import keras
import tensorflow as tf
from numpy.typing import NDArray

from skpnn.engine.dense import TENSORS, forward
from skpnn.networks import NetworkSpec, weight_shapes

__all__ = ["compiled_model", "compiled_network"]

# Rows are cut into so many parts within a call: 13.4 ms instead of 15.0 ms for 200,000 × 28.
PARTS = 4

# One thread traces, another waits for it: both at once take as long, and trace the same.
_TRACING = threading.RLock()


def compiled_network(spec: NetworkSpec, weights: Sequence[NDArray]) -> Callable[[NDArray], Any]:
    """Return ``outputs(X)`` of the network with `weights`, for any number of rows."""
    constants = [tf.convert_to_tensor(w) for w in weights]
    with _TRACING:
        outputs = _compiled(spec)
    return lambda X: outputs(constants, tf.convert_to_tensor(X))


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
