"""What a program is, whichever library runs it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from skpnn.engine.chunks import Chunk
from skpnn.optimizers import settings

__all__ = ["Program"]


class Program(ABC):
    """A compiled Keras model with its training loop.

    Tracing and compiling take longer than a short fit, so a program outlives the fit that made it.
    It owns its variables: one fit uses it at a time, loads its weights first and copies them out
    after.

    Parameters
    ----------
    model : keras.Model
        Compiled, and with the variables of its losses and metrics made.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        model.reset_metrics()
        model.optimizer.build(model.trainable_variables)
        self._as_made = self._now()
        # As the backend has them: every fit assigns them, and arrays would be converted each time.
        self._initial_optimizer_state = [
            keras.ops.copy(variable.value) for variable in model.optimizer.variables
        ]

    @abstractmethod
    def train_chunk(self, chunk: Chunk, *, verbose: int = 0) -> dict[str, Any]:
        """Take one step per batch; return the metrics since they were reset."""

    @abstractmethod
    def test_chunk(self, chunk: Chunk) -> dict[str, Any]:
        """Evaluate the batches; return the metrics since they were reset."""

    @abstractmethod
    def wants_one_shape(self, *, batch_size: int, n_steps: int) -> bool:
        """Whether all chunks of so many steps are better padded to one shape."""

    @staticmethod
    @abstractmethod
    def on_device(chunk: Chunk) -> Chunk:
        """Return the chunk with its arrays where the device reads them; any thread may ask."""

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
        self.model.stop_training = False

    def optimizer_state(self) -> list[np.ndarray]:
        """Return a copy of the optimizer's variables."""
        variables = self.model.optimizer.variables
        return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]

    def load_optimizer_state(self, state: Iterable[Any]) -> None:
        """Set the optimizer's variables."""
        for variable, value in zip(self.model.optimizer.variables, state, strict=True):
            variable.assign(value)
