"""Programs that TensorFlow runs."""

import threading
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cached_property, partial
from typing import Any
from weakref import WeakValueDictionary

import keras
import numpy as np
import tensorflow as tf

from skpnn.engine.chunks import Chunk
from skpnn.engine.events import Batches
from skpnn.engine.program import Program
from skpnn.engine.sharing import Graphs, SharedGraphs, recorded_variables
from skpnn.engine.vector_steps import vector_steps
from skpnn.engine.xla import XlaLoops, pays

__all__ = ["TensorFlowProgram", "new_program"]

Steps = AbstractContextManager[None]


class TensorFlowProgram(Program):
    """A program in graph mode, and for some shapes compiled by XLA.

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
        # One eager step creates the variables of losses and metrics: a graph may not.
        model.test_step(keras.tree.map_structure(lambda a: tf.convert_to_tensor(a[0]), example))
        super().__init__(model)
        self._graphs = graphs or Graphs.alone()
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

    def wants_one_shape(self, *, batch_size: int, n_steps: int) -> bool:
        """Whether XLA, which compiles for a shape, is worth its time."""
        return pays(batch_size=batch_size, n_steps=n_steps)

    @staticmethod
    def on_device(chunk: Chunk) -> Chunk:
        """Return the chunk with its arrays as tensors."""
        batches = keras.tree.map_structure(tf.convert_to_tensor, chunk.batches)
        return replace(chunk, batches=batches)

    def restart(self) -> None:
        """Put the optimizer back to its first step; weights are the caller's to set."""
        super().restart()
        self._xla.start_fit()


# The graphs of a key, as long as there is a program of it.
_GRAPHS: WeakValueDictionary[Hashable, SharedGraphs] = WeakValueDictionary()
_LOCK = threading.Lock()


def new_program(
    build: Callable[[], keras.Model], example: Batches, key: Hashable = None
) -> TensorFlowProgram:
    """Return a program of the compiled model that `build` returns.

    It shares its graphs with all others of `key`, unless that is None.
    """
    if key is None:
        return TensorFlowProgram(build(), example)
    with _LOCK:
        shared = _GRAPHS.setdefault(key, SharedGraphs())
    with recorded_variables() as variables:
        return TensorFlowProgram(build(), example, Graphs(shared, variables))


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
