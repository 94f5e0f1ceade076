"""The callbacks that users give."""

from typing import Any

import keras

__all__ = ["as_callbacks"]


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
