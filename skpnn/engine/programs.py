"""Programs: compiled training loops, reused by every later fit of the same architecture."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skpnn.engine.chunks import Chunk
from skpnn.engine.events import Batches
from skpnn.engine.vector_steps import vector_steps
from skpnn.engine.xla import XlaLoops

__all__ = ["Program", "leased_program", "on_device"]

MAX_IDLE_PROGRAMS = 8

Steps = AbstractContextManager[None]


class Program:
    """A compiled Keras model with its training loop, in graph mode and for some shapes by XLA.

    Tracing and compiling take longer than a short fit, so a program outlives the fit that made it.
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
        self._n_trained = len(model.trainable_variables)
        self._initial_optimizer_state = self.optimizer_state()
        self._signature = keras.tree.map_structure(_any_batches, example)
        self._steps = vector_steps(model)
        self._xla = XlaLoops(partial(_static_train_loop, model, self._steps))

    @cached_property
    def _train(self) -> Callable[..., Any]:
        return self._traced(partial(_train_loop, self.model, self._steps))

    @cached_property
    def _test(self) -> Callable[..., Any]:
        return self._traced(partial(_test_loop, self.model))

    def _traced(self, loop: partial[Any]) -> Callable[..., Any]:
        # TensorFlow counts traces by code object and warns of many: partial() has one per program.
        # A concrete function costs half as much to call.
        return tf.function(loop).get_concrete_function(*self._signature)

    def train_chunk(self, chunk: Chunk, *, verbose: int = 0) -> dict[str, Any]:
        """Take one step per batch; return the metrics since they were reset."""
        if not chunk.is_static:
            return self._train(*chunk.batches)
        result = self._xla.run(chunk.n_batches, chunk.batches, verbose=verbose)
        if result is not None:
            return result
        real = keras.tree.map_structure(lambda a: a[: chunk.n_batches], chunk.batches)
        return self._train(*real)

    def test_chunk(self, chunk: Chunk) -> dict[str, Any]:
        """Evaluate the batches; return the metrics since they were reset."""
        return self._test(*chunk.batches)

    @property
    def is_as_made(self) -> bool:
        """Whether as many variables are trained as when the program was made."""
        return len(self.model.trainable_variables) == self._n_trained

    def restart(self) -> None:
        """Put the optimizer back to its first step; weights are the caller's to set."""
        self.load_optimizer_state(self._initial_optimizer_state)
        self._xla.start_fit()
        self.model.stop_training = False

    def optimizer_state(self) -> list[np.ndarray]:
        """Return a copy of the optimizer's variables."""
        return [variable.numpy().copy() for variable in self.model.optimizer.variables]

    def load_optimizer_state(self, state: list[np.ndarray]) -> None:
        """Set the optimizer's variables."""
        for variable, value in zip(self.model.optimizer.variables, state, strict=True):
            variable.assign(value)


def on_device(chunk: Chunk) -> Chunk:
    """Return the chunk with its arrays where the device reads them."""
    return replace(chunk, batches=keras.tree.map_structure(tf.convert_to_tensor, chunk.batches))


def _train_loop(model: keras.Model, steps: Steps, *batches: Any) -> dict[str, Any]:
    n_batches = tf.shape(batches[-1])[0]
    return _static_train_loop(model, steps, n_batches, *batches)


def _static_train_loop(
    model: keras.Model, steps: Steps, n_batches: Any, *batches: Any
) -> dict[str, Any]:
    with steps:
        for number in tf.range(n_batches):
            model.train_step(_batch(number, batches))
    return model.get_metrics_result()


def _test_loop(model: keras.Model, *batches: Any) -> dict[str, Any]:
    for number in tf.range(tf.shape(batches[-1])[0]):
        model.test_step(_batch(number, batches))
    return model.get_metrics_result()


def _any_batches(array: np.ndarray) -> tf.TensorSpec:
    """Return the signature of any number of batches of any size."""
    return tf.TensorSpec((None, None, *array.shape[2:]), array.dtype)


def _batch(number: Any, batches: Batches) -> Batches:
    return keras.tree.map_structure(lambda a: a[number], batches)


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
    exception interrupted is not lent again: its graph may be half-traced. Nor is one whose layers
    a callback has frozen or thawed.
    """
    program = None if key is None else _POOL.take(key)
    if program is None:
        program = Program(build(), example)
    yield program
    if key is not None and program.is_as_made:
        _POOL.put(key, program)
