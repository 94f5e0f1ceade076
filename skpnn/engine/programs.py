"""Programs: compiled training loops, reused by every later fit of the same architecture."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property, partial
from typing import Any
from weakref import WeakValueDictionary

import keras
import numpy as np
import tensorflow as tf

from skpnn.engine.chunks import Chunk
from skpnn.engine.events import Batches
from skpnn.engine.sharing import Graphs, SharedGraphs, recorded_variables
from skpnn.engine.vector_steps import vector_steps
from skpnn.engine.xla import XlaLoops
from skpnn.optimizers import settings

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
    graphs : Graphs, optional
        Those of programs like this one, to trace none again; by default it shares none.
    """

    def __init__(self, model: keras.Model, example: Batches, graphs: Graphs | None = None) -> None:
        self.model = model
        self._graphs = graphs or Graphs.alone()
        # One eager step creates the variables of losses and metrics: a graph may not.
        model.test_step(keras.tree.map_structure(lambda a: tf.convert_to_tensor(a[0]), example))
        model.reset_metrics()
        model.optimizer.build(model.trainable_variables)
        self._as_made = self._now()
        # Tensors: every fit assigns them, and arrays would be converted each time.
        self._initial_optimizer_state = [tf.constant(value) for value in self.optimizer_state()]
        self._signature = keras.tree.map_structure(_any_batches, example)
        self._steps = vector_steps(model)
        # XLA fuses the steps of all variables itself, and is a tenth slower on one vector.
        self._xla = XlaLoops(partial(_static_train_loop, model, nullcontext()), self._shared)

    @cached_property
    def _train(self) -> Callable[..., Any]:
        return self._traced("train", partial(_train_loop, self.model, self._steps))

    @cached_property
    def _test(self) -> Callable[..., Any]:
        return self._traced("test", partial(_test_loop, self.model))

    def _traced(self, name: str, loop: partial[Any]) -> Callable[..., Any]:
        # TensorFlow counts traces by code object and warns of many: partial() has one per program.
        # AutoGraph would convert what Keras' own fit does not.
        function = tf.function(loop, autograph=False)
        # A concrete function costs half as much to call.
        return self._shared(name, lambda: function.get_concrete_function(*self._signature))

    def _shared(self, name: Hashable, trace: Callable[[], Any]) -> Any:
        """Return the function of that name; its own, where it is not what others would trace."""
        return self._graphs.get(name, trace) if self.is_as_made else trace()

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
        """Whether a trace of it would be that of another program of its key.

        A callback may freeze layers, or change the optimizer.
        """
        return self._now() == self._as_made

    def _now(self) -> tuple[Any, ...]:
        return [id(one) for one in self.model.trainable_variables], settings(self.model.optimizer)

    def restart(self) -> None:
        """Put the optimizer back to its first step; weights are the caller's to set."""
        self.load_optimizer_state(self._initial_optimizer_state)
        self._xla.start_fit()
        self.model.stop_training = False

    def optimizer_state(self) -> list[np.ndarray]:
        """Return a copy of the optimizer's variables."""
        return [variable.numpy().copy() for variable in self.model.optimizer.variables]

    def load_optimizer_state(self, state: Iterable[np.ndarray | tf.Tensor]) -> None:
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
        _for_each(n_batches, lambda number: model.train_step(_batch(number, batches)))
    return model.get_metrics_result()


def _test_loop(model: keras.Model, *batches: Any) -> dict[str, Any]:
    n_batches = tf.shape(batches[-1])[0]
    _for_each(n_batches, lambda number: model.test_step(_batch(number, batches)))
    return model.get_metrics_result()


def _for_each(n: Any, act: Callable[[Any], Any]) -> None:
    """Call ``act(0)``, ``act(1)``, … in a loop of the graph."""

    def body(number: Any) -> tuple[Any]:
        act(number)
        return (number + 1,)

    tf.while_loop(lambda number: number < n, body, (0,))


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
        # As long as there is a program of the key, idle or lent.
        self._graphs: WeakValueDictionary[Hashable, SharedGraphs] = WeakValueDictionary()
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

    def graphs(self, key: Hashable) -> SharedGraphs:
        """Return those of all programs of the key."""
        with self._lock:
            return self._graphs.setdefault(key, SharedGraphs())


_POOL = _Pool(MAX_IDLE_PROGRAMS)


def _new_program(key: Hashable, build: Callable[[], keras.Model], example: Batches) -> Program:
    if key is None:
        return Program(build(), example)
    with recorded_variables() as variables:
        return Program(build(), example, Graphs(_POOL.graphs(key), variables))


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
        program = _new_program(key, build, example)
    yield program
    if key is not None and program.is_as_made:
        _POOL.put(key, program)
