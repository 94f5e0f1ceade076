"""The training loop: epochs of compiled chunks, with Keras' callbacks and their meaning."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from skpnn.engine.chunks import (
    Chunk,
    ChunkShape,
    chunks,
    epochs_of_chunks,
    events_per_chunk,
    read_ahead,
)
from skpnn.engine.events import Events
from skpnn.engine.program import Program

__all__ = ["TrainingPlan", "train"]

# Metrics are means over events: they do not depend on how validation is cut into batches.
VALIDATION_BATCH_SIZE = 8192


@dataclass(frozen=True)
class TrainingPlan:
    """How a program is trained.

    Attributes
    ----------
    epochs : int
        The largest number of passes; a callback may stop earlier.
    batch_size : int
        Events per step.
    callbacks : sequence of keras.callbacks.Callback
        Called as `keras.Model.fit` calls them. Batch hooks are called once per chunk, unless one
        of the callbacks overrides them: then chunks are single batches, which is slower.
    verbose : int
        Keras': 0 silent, 1 progress bar, 2 one line per epoch.
    initial_epoch : int
        Where the count of epochs starts; `epochs` is where it ends.
    shuffle : bool
        Whether every epoch has an order of its own.
    use_xla : bool
        Whether XLA compiles the loop where that pays; TensorFlow's graph mode does otherwise.
    """

    epochs: int
    batch_size: int
    callbacks: Iterable[keras.callbacks.Callback] = ()
    verbose: int = 0
    initial_epoch: int = 0
    shuffle: bool = True
    use_xla: bool = True

    @property
    def n_epochs(self) -> int:
        """The largest number of passes of this call."""
        return self.epochs - self.initial_epoch

    def chunk_shape(self, events: Events, program: Program) -> ChunkShape:
        """Return how `events` are cut: batch by batch where a callback wants to see batches."""
        if any(_wants_batches(callback) for callback in self.callbacks):
            return ChunkShape.of(events, self.batch_size, one_batch=True)
        n_steps = self.n_epochs * (len(events) // self.batch_size)
        is_static = self.use_xla and program.wants_one_shape(
            batch_size=self.batch_size, n_steps=n_steps
        )
        return ChunkShape.of(events, self.batch_size, is_static=is_static)


_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


def _wants_batches(callback: keras.callbacks.Callback) -> bool:
    base = keras.callbacks.Callback
    if getattr(callback, "save_freq", None) == "epoch":
        # ModelCheckpoint has the hooks, and idles in them.
        return False
    # A LambdaCallback keeps its hooks on the instance.
    return any(
        getattr(type(callback), hook) is not getattr(base, hook) or hook in vars(callback)
        for hook in _BATCH_HOOKS
    )


def train(
    program: Program,
    events: Events,
    plan: TrainingPlan,
    *,
    rng: np.random.Generator,
    validation: Events | None = None,
) -> dict[str, list[float]]:
    """Train `program` on `events` and return Keras' history: a list over epochs per metric."""
    history = keras.callbacks.History()
    callbacks = _callback_list(program.model, plan, history, n_events=len(events))
    coming = epochs_of_chunks(
        events,
        plan.chunk_shape(events, program),
        n_epochs=plan.n_epochs,
        rng=rng,
        shuffle=plan.shuffle,
    )
    with read_ahead(coming, program.on_device) as training_chunks:
        _run_epochs(program, training_chunks, plan, callbacks, validation)
    return history.history


def _run_epochs(
    program: Program,
    training_chunks: Iterator[Chunk],
    plan: TrainingPlan,
    callbacks: keras.callbacks.CallbackList,
    validation: Events | None,
) -> None:
    callbacks.on_train_begin()
    logs: dict[str, float] = {}
    for epoch in range(plan.initial_epoch, plan.epochs):
        callbacks.on_epoch_begin(epoch)
        logs = _run_epoch(program, training_chunks, plan, callbacks)
        if validation is not None:
            logs |= _validate(program, validation, callbacks)
        callbacks.on_epoch_end(epoch, logs)
        if program.model.stop_training:
            break
    callbacks.on_train_end(logs)


def _callback_list(
    model: keras.Model, plan: TrainingPlan, history: keras.callbacks.History, *, n_events: int
) -> keras.callbacks.CallbackList:
    return keras.callbacks.CallbackList(
        [*plan.callbacks, history],
        add_progbar=plan.verbose != 0,
        model=model,
        verbose=plan.verbose,
        epochs=plan.epochs,
        steps=-(-n_events // plan.batch_size),
    )


def _run_epoch(
    program: Program,
    training_chunks: Iterator[Chunk],
    plan: TrainingPlan,
    callbacks: keras.callbacks.CallbackList,
) -> dict[str, float]:
    """Train on the chunks of one epoch; return the mean metrics over it."""
    program.model.reset_metrics()
    first = 0
    for chunk in training_chunks:
        callbacks.on_train_batch_begin(first)
        result = program.train_chunk(chunk, verbose=plan.verbose)
        first += chunk.n_batches
        callbacks.on_train_batch_end(first - 1, result)
        if chunk.ends_epoch or program.model.stop_training:
            break
    return _as_numbers(result)


def _validate(
    program: Program, validation: Events, callbacks: keras.callbacks.CallbackList
) -> dict[str, float]:
    program.model.reset_metrics()
    callbacks.on_test_begin()
    batch_size = min(len(validation), VALIDATION_BATCH_SIZE, events_per_chunk(validation))
    every = np.arange(len(validation))
    shape = ChunkShape(batch_size, n_batches=1)
    for number, chunk in enumerate(chunks(validation, shape, order=every)):
        callbacks.on_test_batch_begin(number)
        result = program.test_chunk(chunk)
        callbacks.on_test_batch_end(number, result)
    logs = _as_numbers(result)
    callbacks.on_test_end(logs)
    return {f"val_{name}": value for name, value in logs.items()}


def _as_numbers(result: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in result.items()}
