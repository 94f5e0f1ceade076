"""Programs that JAX runs: one compiled loop over a chunk, from one state to the next."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import jax
import keras

from skpnn.adjustable import Number, recorded_numbers, standing_in
from skpnn.engine.chunks import Chunk
from skpnn.engine.events import Batches
from skpnn.engine.program import Program

__all__ = ["JaxProgram", "new_program"]

# The values of lists of variables, as a Keras model's own steps take them on JAX.
State = tuple[list[Any], ...]


class JaxProgram(Program):
    """A program compiled for each shape of chunks.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    example : tuple of arrays of shape (1, 1, …)
        A batch of inputs, targets and weights, for their structure.
    numbers : iterable of Number, default=()
        What is read when the program runs, and is no variable of the model or its optimizer.
    """

    def __init__(
        self, model: keras.Model, example: Batches, numbers: Iterable[Number] = ()
    ) -> None:
        model.test_on_batch(*keras.tree.map_structure(lambda a: a[0], example))
        super().__init__(model)
        self._numbers = list(numbers)
        self._train = jax.jit(self._loop_of(model.train_step))
        self._test = jax.jit(self._loop_of(model.test_step))

    def train_chunk(self, chunk: Chunk, *, verbose: int = 0) -> dict[str, Any]:
        """Take one step per batch; return the metrics since they were reset."""
        del verbose
        model = self.model
        parts = (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
        return self._run(self._train, parts, chunk)

    def test_chunk(self, chunk: Chunk) -> dict[str, Any]:
        """Evaluate the batches; return the metrics since they were reset."""
        model = self.model
        parts = (model.trainable_variables, model.non_trainable_variables, model.metrics_variables)
        return self._run(self._test, parts, chunk)

    def wants_one_shape(self, *, batch_size: int, n_steps: int) -> bool:
        """JAX compiles for a shape, always."""
        del batch_size, n_steps
        return True

    @staticmethod
    def on_device(chunk: Chunk) -> Chunk:
        """Return the chunk as it is: JAX copies what it is called with."""
        return chunk

    def _loop_of(self, step: Callable[[State, Batches], tuple[Any, State]]) -> Callable[..., State]:
        def loop(state: State, numbers: list[Any], n_batches: Any, batches: Batches) -> State:
            def body(number: Any, state: State) -> State:
                batch = keras.tree.map_structure(lambda a: a[number], batches)
                return _alike(step(state, batch)[1], state)

            with standing_in(self._numbers, numbers):
                return jax.lax.fori_loop(0, n_batches, body, state)

        return loop

    def _run(
        self, loop: Callable[..., State], parts: tuple[list[keras.Variable], ...], chunk: Chunk
    ) -> dict[str, Any]:
        state = tuple([variable.value for variable in part] for part in parts)
        numbers = [float(number) for number in self._numbers]
        state = loop(state, numbers, chunk.n_batches, chunk.batches)
        for part, values in zip(parts, state, strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
        return self.model.get_metrics_result()


def _alike(new: State, old: State) -> State:
    """Return the new state in the precision of the old, as a loop's must be."""
    return jax.tree.map(lambda ours, theirs: ours.astype(theirs.dtype), new, old)


def new_program(
    build: Callable[[], keras.Model], example: Batches, key: Hashable = None
) -> JaxProgram:
    """Return a program of the compiled model that `build` returns."""
    del key
    with recorded_numbers() as numbers:
        model = build()
    return JaxProgram(model, example, numbers)
