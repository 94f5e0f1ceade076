"""The training loop: epochs of compiled chunks, with Keras' callbacks and their meaning."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from skpnn.engine.events import EVENTS_PER_CHUNK, Events, chunks
from skpnn.engine.programs import Program

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
    """

    epochs: int
    batch_size: int
    callbacks: Iterable[keras.callbacks.Callback] = ()
    verbose: int = 0
    initial_epoch: int = 0
    shuffle: bool = True

    @property
    def batches_per_chunk(self) -> int:
        """Steps per compiled call."""
        if any(_wants_batches(callback) for callback in self.callbacks):
            return 1
        return max(1, EVENTS_PER_CHUNK // self.batch_size)


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
    callbacks.on_train_begin()
    logs: dict[str, float] = {}
    for epoch in range(plan.initial_epoch, plan.epochs):
        callbacks.on_epoch_begin(epoch)
        logs = _run_epoch(program, events, plan, callbacks, rng)
        if validation is not None:
            logs |= _validate(program, validation, callbacks)
        callbacks.on_epoch_end(epoch, logs)
        if program.model.stop_training:
            break
    callbacks.on_train_end(logs)
    return history.history


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
    events: Events,
    plan: TrainingPlan,
    callbacks: keras.callbacks.CallbackList,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Train one pass in a random order; return the mean metrics over it."""
    events.start_epoch(rng)
    program.model.reset_metrics()
    order = rng.permutation(len(events)) if plan.shuffle else np.arange(len(events))
    first = 0
    per_chunk = plan.batches_per_chunk
    for batches in chunks(events, plan.batch_size, order=order, batches_per_chunk=per_chunk):
        callbacks.on_train_batch_begin(first)
        result = program.train_chunk(batches)
        first += len(batches[-1])
        callbacks.on_train_batch_end(first - 1, result)
        if program.model.stop_training:
            break
    return _as_numbers(result)


def _validate(
    program: Program, validation: Events, callbacks: keras.callbacks.CallbackList
) -> dict[str, float]:
    program.model.reset_metrics()
    callbacks.on_test_begin()
    batch_size = min(len(validation), VALIDATION_BATCH_SIZE)
    every = np.arange(len(validation))
    for number, batch in enumerate(
        chunks(validation, batch_size, order=every, batches_per_chunk=1)
    ):
        callbacks.on_test_batch_begin(number)
        result = program.test_chunk(batch)
        callbacks.on_test_batch_end(number, result)
    logs = _as_numbers(result)
    callbacks.on_test_end(logs)
    return {f"val_{name}": value for name, value in logs.items()}


def _as_numbers(result: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in result.items()}
