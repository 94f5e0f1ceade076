"""A function of data and parameters: its values, their losses, and the Keras model of it."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

__all__ = ["Curve", "CurveModel", "curve_values", "event_losses"]

Curve = Callable[[Any, Any], Any]


def curve_values(function: Curve, X: NDArray, p: Any) -> Any:
    """Return the function as a tensor of shape (n,).

    Raises
    ------
    ValueError
        If it does not return one value per row.
    """
    values = function(ops.convert_to_tensor(X), ops.convert_to_tensor(p))
    shape = np.shape(values)
    if shape not in ((len(X),), (len(X), 1)):
        raise ValueError(
            f"function(x, p) returned shape {shape} for x of shape {X.shape}; expected "
            f"({len(X)},) or ({len(X)}, 1), one value per row. A single column of x is x[:, 0]."
        )
    return ops.reshape(values, (-1,))


def event_losses(loss: Any, y: NDArray, values: Any) -> Any:
    """Return the Keras loss of every event, a tensor of shape (n,), as Keras trains on it.

    Raises
    ------
    ValueError
        If it does not return one value per event.
    """
    per_event = loss.call if isinstance(loss, keras.losses.Loss) else loss
    losses = per_event(ops.convert_to_tensor(y[:, np.newaxis]), ops.reshape(values, (-1, 1)))
    shape = tuple(np.shape(losses))
    if shape[:1] != y.shape:
        raise ValueError(
            f"The loss returned shape {shape} for {len(y)} events, y_true and y_pred of shape "
            f"({len(y)}, 1); expected ({len(y)},), one value per event: take its mean over the "
            "last axis only."
        )
    return losses if len(shape) == 1 else ops.mean(losses, axis=tuple(range(1, len(shape))))


class CurveModel(keras.Model):
    """The curve as a Keras model whose one weight is p.

    Parameters
    ----------
    function : callable
        ``function(x, p)``.
    n_parameters : int
        The length of p.
    dtype : str
        Its precision.
    """

    def __init__(self, function: Curve, n_parameters: int, dtype: str) -> None:
        super().__init__(dtype=dtype, name="curve")
        self._function = function
        self.p = self.add_weight(shape=(n_parameters,), initializer="zeros", name="p")

    def call(self, x: Any) -> Any:
        """Return the curve at x, of shape (n, 1)."""
        return ops.reshape(self._function(x, ops.convert_to_tensor(self.p)), (-1, 1))

    def get_config(self) -> dict[str, Any]:
        """Raise: a file cannot hold the function."""
        raise NotImplementedError(
            "A Keras file cannot hold the function of a curve; save its parameters only "
            "(ModelCheckpoint: save_weights_only=True), or pickle the fitted estimator."
        )
