"""Keras' own loops: when a model must be trained or used in them, and training in them."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from skpnn.engine.backends import is_tensorflow
from skpnn.engine.events import Events

__all__ = [
    "KERAS_BATCH_SIZE",
    "FitTask",
    "are_arrays",
    "fit_in_keras",
    "needs_keras_fit",
    "needs_keras_predict",
]

# Events per step where nobody says how many.
KERAS_BATCH_SIZE = 32

# What the compiled loop knows of the arguments of Keras' fit; any other is left to Keras' own loop,
# which knows it, or knows it to be wrong.
_COMPILED = {
    "batch_size",
    "callbacks",
    "epochs",
    "initial_epoch",
    "shuffle",
    "validation_batch_size",
    "verbose",
}
# A model's own methods rely on what Keras hands them: no weights where none were given, numbers in
# Keras' precision.
_TRAINING = ("fit", "make_train_function", "train_step", "test_step", "compute_loss")
_PREDICTING = ("predict", "make_predict_function", "predict_step")
_PREDICT_HOOKS = (
    "on_predict_begin",
    "on_predict_end",
    "on_predict_batch_begin",
    "on_predict_batch_end",
)


@dataclass(frozen=True)
class FitTask:
    """What a model is to be trained on, and how.

    Attributes
    ----------
    training : Events
        The events to train on.
    validation : Events or None
        The events held out.
    is_weighted : bool
        Whether anyone gave weights: where nobody did, a model's own methods are handed none.
    arguments : dict
        Those of `keras.Model.fit`, but for the events; with ``epochs``, ``initial_epoch`` and
        ``callbacks``.
    rng : numpy.random.Generator
        What the order of events is drawn from.
    """

    training: Events
    validation: Events | None
    is_weighted: bool
    arguments: dict[str, Any]
    rng: np.random.Generator


def needs_keras_fit(model: keras.Model, task: FitTask) -> bool:
    """Whether the compiled loop would not train `model` as Keras' own does."""
    asked = {name for name, value in task.arguments.items() if value is not None}
    return (
        not is_tensorflow()
        or bool(asked - _COMPILED)
        or model.run_eagerly
        or _has_own(model, *_TRAINING)
        or not are_arrays((task.training.X, task.training.target))
    )


def needs_keras_predict(model: keras.Model, callbacks: Any) -> bool:
    """Whether a call of `model` would not do what its `predict`, with `callbacks`, does."""
    return (
        not is_tensorflow()
        or model.run_eagerly
        or _has_own(model, *_PREDICTING)
        or any(map(_acts_in_predict, keras.tree.flatten(callbacks)))
    )


def are_arrays(X: Any) -> bool:
    """Whether X is an array, or a list or dict of arrays."""
    return all(isinstance(array, np.ndarray) for array in keras.tree.flatten(X))


def _has_own(model: keras.Model, *methods: str) -> bool:
    return any(getattr(type(model), m) is not getattr(keras.Model, m) for m in methods)


def _acts_in_predict(callback: keras.callbacks.Callback) -> bool:
    # A LambdaCallback keeps its hooks on the instance.
    base = keras.callbacks.Callback
    return any(
        getattr(type(callback), hook) is not getattr(base, hook) or hook in vars(callback)
        for hook in _PREDICT_HOOKS
    )


def fit_in_keras(model: keras.Model, task: FitTask) -> dict[str, list[float]]:
    """Train `model` by its own `fit` and return Keras' history."""
    arguments = dict(task.arguments)
    n_parts = 3 if task.is_weighted else 2
    training, validation = task.training, task.validation
    if validation is not None:
        parts = (validation.X, validation.target, validation.weight)
        arguments["validation_data"] = parts[:n_parts]
    if _has_own(model, "fit") or not are_arrays((training.X, training.target)):
        weight = training.weight if task.is_weighted else None
        return model.fit(training.X, training.target, sample_weight=weight, **arguments).history
    size = arguments.pop("batch_size", None) or KERAS_BATCH_SIZE
    arguments["validation_batch_size"] = arguments.get("validation_batch_size") or size
    rng = task.rng if arguments.pop("shuffle", True) else None
    batches = _Batches(training, size, rng, n_parts)
    return model.fit(batches, shuffle=False, **arguments).history


class _Batches(keras.utils.PyDataset):
    """Batches for Keras' own loop, in an order of ours: Keras shuffles by global seeds only."""

    def __init__(
        self, events: Events, batch_size: int, rng: np.random.Generator | None, n_parts: int
    ) -> None:
        super().__init__()
        self._events, self._size, self._rng, self._n_parts = events, batch_size, rng, n_parts
        self._order = np.arange(len(events))
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self._order) // self._size)

    def __getitem__(self, number: int) -> tuple[Any, ...]:
        rows = self._order[number * self._size : (number + 1) * self._size]
        batch = keras.tree.map_structure(_as_keras_casts, self._events.take(rows))
        # tf.data takes a list for one array.
        parts = (tuple(part) if isinstance(part, list) else part for part in batch)
        return tuple(parts)[: self._n_parts]

    def on_epoch_end(self) -> None:
        """Draw an order for the next epoch."""
        if self._rng is not None:
            self._order = self._rng.permutation(len(self._order))


def _as_keras_casts(array: NDArray) -> NDArray:
    return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array
