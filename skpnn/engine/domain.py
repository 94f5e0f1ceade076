"""A function's domain: the parameters that a curve ends with are ones at which it is finite."""

from collections import deque
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from skpnn._telling import tell
from skpnn.engine.divergence import StopOnDivergence
from skpnn.exceptions import DivergenceWarning

__all__ = ["StayInDomain"]

# Epochs that are remembered: the loss shows that a curve is not finite one epoch late.
MEMORY = 10

_MESSAGE = (
    "The last step left the function's domain: it is not finite at every x. The last parameters at "
    "which it was are kept. Lower learning_rate, or write the function so that it is finite at "
    "every p."
)


class StayInDomain(keras.callbacks.Callback):
    """Restore, and warn, where training ends with finite parameters but not a finite curve.

    The loss of an epoch is from before its last step. The curve is computed once, after training.
    Divergence on the way is `StopOnDivergence`'s, which this one asks.

    Parameters
    ----------
    x : ndarray of shape (n, n_features)
        The events, at which the curve is finite when training begins.
    """

    def __init__(self, x: NDArray) -> None:
        super().__init__()
        self._x = x
        self._divergence = StopOnDivergence()
        self._path: deque[list[NDArray]] = deque(maxlen=MEMORY)
        self._start: list[NDArray] = []

    def set_model(self, model: keras.Model) -> None:
        """Look at `model` from now on."""
        super().set_model(model)
        self._divergence.set_model(model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Remember the initial weights."""
        self._divergence.on_train_begin(logs)
        self._start = self.model.get_weights()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop where this epoch diverged; remember its weights otherwise."""
        self._divergence.on_epoch_end(epoch, logs)
        self._path.append(self.model.get_weights())

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Go back to the last weights at which the curve is finite."""
        self._divergence.on_train_end(logs)
        if self._is_finite():
            return
        for weights in [*reversed(self._path), self._start]:
            self.model.set_weights(weights)
            if self._is_finite():
                break
        if not self._divergence.has_diverged:
            tell(_MESSAGE, DivergenceWarning, stacklevel=2)

    def _is_finite(self) -> bool:
        return bool(np.isfinite(self.model(self._x, training=False)).all())
