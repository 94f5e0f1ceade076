"""The callbacks that users give."""

from typing import Any

import keras

__all__ = ["as_callbacks", "check_rate_callbacks"]


def as_callbacks(callbacks: Any) -> list[keras.callbacks.Callback]:
    """Return the `callbacks` argument of an estimator as a list.

    Raises
    ------
    ValueError
        If something in it is no Keras callback.
    """
    if callbacks is None:
        return []
    found = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
    if not all(isinstance(one, keras.callbacks.Callback) for one in found):
        raise ValueError(
            f"callbacks={callbacks!r} is not possible; expected keras.callbacks.Callback instances."
        )
    return found


def check_rate_callbacks(callbacks: Any, *, optimizer: Any, schedule: str, decay: float) -> None:
    """Check that not both a callback and a schedule set the learning rate.

    Parameters
    ----------
    callbacks, optimizer : object
        Arguments of an estimator. An optimizer instance brings its own rate.
    schedule : str
        Its ``learning_rate_schedule``.
    decay : float
        Its ``learning_rate_decay``.

    Raises
    ------
    ValueError
        If both do, or something is no Keras callback.
    """
    setters = (keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau)
    is_scheduled = schedule != "constant" or decay
    brings_its_own = isinstance(optimizer, keras.optimizers.Optimizer)
    for callback in as_callbacks(callbacks):
        if isinstance(callback, setters) and is_scheduled and not brings_its_own:
            raise ValueError(
                f"{type(callback).__name__} sets the learning rate, and so does a schedule; "
                'use learning_rate_schedule="constant" and learning_rate_decay=0 with it.'
            )
