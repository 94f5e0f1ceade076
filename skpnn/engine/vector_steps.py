"""Steps on one vector: an optimizer moves all weights at once, not one variable after the other."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from math import prod
from types import TracebackType
from typing import Any

import keras
import tensorflow as tf

from skpnn.adjustable import AdjustableDropout
from skpnn.optimizers import moves_each_weight_alone, settings, twin_optimizer

__all__ = ["vector_steps"]

# Beyond, copying takes longer than it saves (benchmarks/compilation.py): from 40,000 weights on.
LARGEST_VECTOR = 20_000

# Layers that leave trainable weights to the optimizer. Others may assign them as they compute.
_PLAIN = (
    AdjustableDropout,
    keras.layers.Activation,
    keras.layers.Add,
    keras.layers.BatchNormalization,
    keras.layers.Concatenate,
    keras.layers.Dense,
    keras.layers.Dropout,
    keras.layers.InputLayer,
    keras.layers.LayerNormalization,
    keras.layers.Multiply,
)


def vector_steps(model: keras.Model) -> AbstractContextManager[None]:
    """Return a context in which the optimizer of `model` moves its weights as one vector.

    Adam takes thirty operations per variable, and in a small network an operation takes longer
    than its arithmetic. Each weight moves as it would alone, but for the rounding of 1/√x, and
    outside the context the optimizer's variables are as they would be. Where that cannot be, for
    layers that are not plain or an optimizer that sees whole matrices, say, the context does
    nothing.

    Enter it where a graph is traced. It is made once per model, outside: a graph may create no
    variable.
    """
    weights = model.trainable_variables
    if (
        not moves_each_weight_alone(model.optimizer)
        or not _is_plain(model)
        or not _can_join(weights)
    ):
        return nullcontext()
    vector = keras.Variable(_joined(weights), dtype=weights[0].dtype, name="vector")
    twin = twin_optimizer(model.optimizer)
    twin.build([vector])
    try:
        state = _matched(twin, model.optimizer, weights)
    except KeyError:
        return nullcontext()
    return _VectorSteps(model.optimizer, twin, _Joined(vector, weights), state)


def _is_plain(model: keras.Model) -> bool:
    # A subclass computes what its author says.
    is_keras_own = type(model).__module__.partition(".")[0] == "keras"
    return is_keras_own and all(type(layer) in _PLAIN for layer in model.layers)


def _can_join(weights: Sequence[keras.Variable]) -> bool:
    """Whether `weights` can be parts of one vector, and should."""
    return (
        len({weight.dtype for weight in weights}) == 1
        and sum(prod(weight.shape) for weight in weights) <= LARGEST_VECTOR
        and all(weight.constraint is None for weight in weights)
        # Those of a Dense layer in 8 bits.
        and not any(getattr(weight, "overwrite_with_gradient", False) for weight in weights)
    )


@dataclass(frozen=True)
class _Joined:
    """A vector that stands for several variables, laid end to end."""

    vector: keras.Variable
    parts: Sequence[keras.Variable]

    def gather(self) -> None:
        self.vector.assign(_joined(self.parts))

    def scatter(self) -> None:
        values = tf.split(self.vector, [prod(part.shape) for part in self.parts])
        for part, value in zip(self.parts, values, strict=True):
            part.assign(tf.reshape(value, part.shape))


def _joined(tensors: Iterable[Any]) -> tf.Tensor:
    return tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], axis=0)


def _matched(
    twin: keras.optimizers.Optimizer,
    optimizer: keras.optimizers.Optimizer,
    weights: Sequence[keras.Variable],
) -> list[_Joined]:
    """Return the twin's state, each vector with the variables that it stands for.

    Raises
    ------
    KeyError
        If one of them has no counterpart of the expected name.
    """
    common = {"iteration", "learning_rate"}
    named = {variable.name: variable for variable in optimizer.variables}
    prefixes = [weight.path.replace("/", "_") for weight in weights]
    joined = []
    for vector in twin.variables:
        if vector.name not in common:
            slot = vector.name.removeprefix("vector")
            joined.append(_Joined(vector, [named.pop(prefix + slot) for prefix in prefixes]))
    if not named.keys() <= common:
        raise KeyError(*named)
    return joined


class _VectorSteps:
    """While it is entered, `optimizer` hands its gradients to `twin`, which moves one vector."""

    def __init__(
        self,
        optimizer: keras.optimizers.Optimizer,
        twin: keras.optimizers.Optimizer,
        weights: _Joined,
        state: list[_Joined],
    ) -> None:
        self._optimizer = optimizer
        self._twin = twin
        self._weights = weights
        self._state = state
        self._is_used = False

    def __enter__(self) -> None:
        self._is_used = False
        for joined in (self._weights, *self._state):
            joined.gather()
        self._optimizer.apply_gradients = self._apply

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        del self._optimizer.apply_gradients
        if self._is_used:
            for joined in self._state:
                joined.scatter()

    def _apply(self, gradients_and_weights: Iterable[tuple[Any, keras.Variable]]) -> None:
        pairs = list(gradients_and_weights)
        if not self._covers(pairs):
            type(self._optimizer).apply_gradients(self._optimizer, pairs)
            return
        self._is_used = True
        self._twin.apply([_joined(gradient for gradient, _ in pairs)], [self._weights.vector])
        self._weights.scatter()

    def _covers(self, pairs: Sequence[tuple[Any, keras.Variable]]) -> bool:
        """Whether this is a step of all weights, as the twin takes it.

        A callback may have frozen some since, or changed the optimizer; some may have no gradient.
        """
        return (
            settings(self._optimizer) == settings(self._twin)
            and len(pairs) == len(self._weights.parts)
            and all(
                own is weight and isinstance(gradient, tf.Tensor)
                for own, (gradient, weight) in zip(self._weights.parts, pairs, strict=True)
            )
        )
