"""Losses: the Keras loss that a constructor argument stands for."""

from collections.abc import Callable
from typing import Any

import keras

__all__ = ["resolve_loss"]

_BUILDERS: dict[str, Callable[..., keras.losses.Loss]] = {
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "squared_error": keras.losses.MeanSquaredError,
    "absolute_error": keras.losses.MeanAbsoluteError,
}


def resolve_loss(loss: Any, *, dtype: str, huber_delta: float = 1.0) -> Any:
    """Return the Keras loss for a name of scikit-learn's or Keras', or a Keras loss as it is.

    Parameters
    ----------
    loss : str, keras.losses.Loss or callable
        ``"squared_error"``, ``"absolute_error"``, ``"huber"``, ``"binary_crossentropy"``,
        ``"categorical_crossentropy"``, any other Keras name, loss or function.
    dtype : str
        The precision in which the loss is computed.
    huber_delta : float, default=1.0
        Where the Huber loss turns from a parabola into a line.

    Raises
    ------
    ValueError
        If a name is unknown.

    Examples
    --------
    >>> huber = resolve_loss("huber", dtype="float32", huber_delta=0.5)
    >>> float(huber([[0.0]], [[2.0]]))  # 0.5 · (2 − 0.5 / 2)
    0.875
    """
    if loss is None:
        raise ValueError('loss=None is no loss; leave it at "auto", or name one.')
    if not isinstance(loss, str):
        if not callable(loss):
            raise ValueError(
                f"loss={loss!r} is not possible; expected a name, a keras.losses.Loss or a "
                "function of (y_true, y_pred)."
            )
        return keras.losses.get(loss)
    if loss == "huber":
        return keras.losses.Huber(delta=huber_delta, dtype=dtype)
    if loss in _BUILDERS:
        return _BUILDERS[loss](dtype=dtype)
    try:
        return keras.losses.get(loss)
    except ValueError:
        raise ValueError(
            f"loss={loss!r} is unknown; expected one of {[*_BUILDERS, 'huber']}, another Keras "
            "name, a keras.losses.Loss or a function of (y_true, y_pred)."
        ) from None
