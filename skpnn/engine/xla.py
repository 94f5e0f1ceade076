"""XLA: when it compiles a training loop, and what happens where it cannot."""

import threading
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from skpnn._telling import tell
from skpnn.engine.events import Batches
from skpnn.exceptions import CompilationWarning

__all__ = ["XlaLoops", "pays"]

# benchmarks/compilation.py measures both: up to a batch of 1,024 events a step in graph mode takes
# 0.1 ms longer than one compiled by XLA, which takes 0.4 s longer to compile. From 2,048 events on
# neither is faster on two cores, and graph mode spreads arithmetic over more.
LARGEST_BATCH = 1024
FEWEST_STEPS = 1000

# TensorFlow keeps what XLA compiled for as long as the process lives: 12 MB and some hundred of the
# 65,530 mappings of memory that Linux allows a process. Out of them LLVM ends it.
MOST_LOOPS = 200


def pays(*, batch_size: int, n_steps: int) -> bool:
    """Whether compiling a training loop by XLA saves more time than it takes.

    It depends on nothing but the arguments, so that equal fits stay bit-equal: XLA and graph mode
    round differently.

    Examples
    --------
    >>> pays(batch_size=128, n_steps=50_000), pays(batch_size=128, n_steps=50)
    (True, False)
    """
    return batch_size <= LARGEST_BATCH and n_steps >= FEWEST_STEPS


class _BudgetSpentError(RuntimeError):
    pass


class _Budget:
    """Counts what is taken, whichever thread asks, and says once that nothing is left."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._n_asked = 0
        self._lock = threading.Lock()

    def take(self) -> None:
        with self._lock:
            self._n_asked += 1
            number = self._n_asked
        if number == self._n + 1:
            tell(
                f"XLA has compiled {self._n} training loops in this process, as many as memory is "
                "good for; further ones run in TensorFlow's graph mode, which is slower for small "
                "batches and rounds differently. Start a new process.",
                CompilationWarning,
                stacklevel=2,
            )
        if number > self._n:
            raise _BudgetSpentError


_BUDGET = _Budget(MOST_LOOPS)


class XlaLoops:
    """A loop compiled by XLA, once for each shape of batches.

    Parameters
    ----------
    loop : callable
        Called with the number of batches to use, and the arrays.
    shared : callable
        ``shared(name, trace)`` returns what `trace` does, or did when last called by that name.
    """

    def __init__(self, loop: Callable[..., Any], shared: Callable[..., Any]) -> None:
        self._loop = loop
        self._shared = shared
        self._compiled: dict[Any, Callable[..., Any]] = {}
        self._failure = ""
        self._is_told = False

    def start_fit(self) -> None:
        """Let a failure be told once more."""
        self._is_told = False

    def run(self, n_batches: int, batches: Batches, *, verbose: int) -> Any:
        """Return the loop's result, None where XLA cannot compile it.

        XLA compiles before it runs anything: where it cannot, no variable has changed.
        """
        if not self._failure:
            try:
                return self._for_shape_of(batches)(tf.constant(n_batches), *batches)
            except tf.errors.ResourceExhaustedError:
                raise
            except _BudgetSpentError:
                return None
            except (tf.errors.OpError, NotImplementedError) as error:
                self._failure = _message(error)
        if verbose and not self._is_told:
            self._is_told = True
            warnings.warn(self._failure, CompilationWarning, stacklevel=2)
        return None

    def _for_shape_of(self, batches: Batches) -> Callable[..., Any]:
        signature = keras.tree.map_structure(lambda a: tf.TensorSpec(a.shape, a.dtype), batches)
        shape = tuple(keras.tree.flatten(signature))
        if shape not in self._compiled:
            self._compiled[shape] = self._shared(("XLA", shape), partial(self._trace, signature))
        return self._compiled[shape]

    def _trace(self, signature: Batches) -> Callable[..., Any]:
        _BUDGET.take()
        count = tf.TensorSpec((), tf.int32)
        function = tf.function(self._loop, autograph=False, jit_compile=True)
        return function.get_concrete_function(count, *signature)


def _message(error: Exception) -> str:
    return (
        "XLA cannot compile this model; it is trained in TensorFlow's graph mode, which is slower "
        f"for small batches. Cause: {type(error).__name__}: {str(error)[:300]}"
    )
