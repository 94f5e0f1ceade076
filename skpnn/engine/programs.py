"""Programs: compiled training loops, reused by every later fit of the same architecture."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skpnn.engine.events import Batches

__all__ = ["Program", "leased_program"]

MAX_IDLE_PROGRAMS = 8


class Program:
    """A compiled Keras model with its training loop as one TensorFlow graph.

    Tracing that graph takes longer than a short fit, so a program outlives the fit that made it.
    It owns its variables: one fit uses it at a time, loads its weights first and copies them out
    after.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    example : tuple of arrays of shape (1, 1, …)
        A batch of inputs, targets and weights, for their structure.
    """

    def __init__(self, model: keras.Model, example: Batches) -> None:
        self.model = model
        # One eager step creates the variables of losses and metrics: a graph may not.
        model.test_step(keras.tree.map_structure(lambda a: tf.convert_to_tensor(a[0]), example))
        model.reset_metrics()
        model.optimizer.build(model.trainable_variables)
        self._initial_optimizer_state = self.optimizer_state()
        signature = keras.tree.map_structure(_any_batches, example)
        # TensorFlow counts traces by code object and warns of many: partial() has one per program.
        self._train = tf.function(partial(_train_loop, model), input_signature=signature)
        self._test = tf.function(partial(_test_loop, model), input_signature=signature)

    def train_chunk(self, batches: Batches) -> dict[str, Any]:
        """Take one step per batch; return the metrics since they were reset."""
        return self._train(*batches)

    def test_chunk(self, batches: Batches) -> dict[str, Any]:
        """Evaluate the batches; return the metrics since they were reset."""
        return self._test(*batches)

    def restart(self, network: keras.Model) -> None:
        """Take over the weights and dropout seeds of `network`; put the optimizer back to 0."""
        for mine, given in zip(_state(self.model), _state(network), strict=True):
            mine.assign(given)
        self.load_optimizer_state(self._initial_optimizer_state)
        self.model.stop_training = False

    def optimizer_state(self) -> list[np.ndarray]:
        """Return a copy of the optimizer's variables."""
        return [variable.numpy().copy() for variable in self.model.optimizer.variables]

    def load_optimizer_state(self, state: list[np.ndarray]) -> None:
        """Set the optimizer's variables."""
        for variable, value in zip(self.model.optimizer.variables, state, strict=True):
            variable.assign(value)


def _train_loop(model: keras.Model, X: Any, target: Any, weight: Any) -> dict[str, Any]:
    for number in tf.range(tf.shape(weight)[0]):
        model.train_step(_batch(number, (X, target, weight)))
    return model.get_metrics_result()


def _test_loop(model: keras.Model, X: Any, target: Any, weight: Any) -> dict[str, Any]:
    for number in tf.range(tf.shape(weight)[0]):
        model.test_step(_batch(number, (X, target, weight)))
    return model.get_metrics_result()


def _any_batches(array: np.ndarray) -> tf.TensorSpec:
    """Return the signature of any number of batches of any size."""
    return tf.TensorSpec((None, None, *array.shape[2:]), array.dtype)


def _batch(number: Any, batches: Batches) -> Batches:
    return keras.tree.map_structure(lambda a: a[number], batches)


def _state(model: keras.Model) -> list[Any]:
    seeds = [layer.seed_generator.state for layer in model.layers if _is_seeded(layer)]
    return [*model.weights, *seeds]


def _is_seeded(layer: keras.Layer) -> bool:
    return isinstance(getattr(layer, "seed_generator", None), keras.random.SeedGenerator)


class _Pool:
    """Idle programs by key, the least recently used dropped first; safe from several threads."""

    def __init__(self, max_idle: int) -> None:
        self._max_idle = max_idle
        self._idle: OrderedDict[int, tuple[Hashable, Program]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> Program | None:
        with self._lock:
            for number, (other, program) in self._idle.items():
                if other == key:
                    del self._idle[number]
                    return program
        return None

    def put(self, key: Hashable, program: Program) -> None:
        with self._lock:
            self._idle[id(program)] = (key, program)
            while len(self._idle) > self._max_idle:
                self._idle.popitem(last=False)


_POOL = _Pool(MAX_IDLE_PROGRAMS)


@contextmanager
def leased_program(
    key: Hashable, build: Callable[[], keras.Model], example: Batches
) -> Iterator[Program]:
    """Lend an idle program of `key`, or one made from the compiled model that `build` returns.

    The key None stands for what nothing can be said of: such a program is used once. One that an
    exception interrupted is not lent again: its graph may be half-traced.
    """
    program = None if key is None else _POOL.take(key)
    if program is None:
        program = Program(build(), example)
    yield program
    if key is not None:
        _POOL.put(key, program)
