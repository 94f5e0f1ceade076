"""Divergence: stop when training leaves the finite numbers, and keep the last finite weights."""

import warnings
from typing import Any

import keras
import numpy as np

from skpnn.exceptions import DivergenceWarning

__all__ = ["StopOnDivergence"]


class StopOnDivergence(keras.callbacks.Callback):
    """Restore the weights of the last finite epoch, and warn, when a loss or weight is not finite.

    An estimator that predicts NaN ends a whole search; one that warns and predicts poorly is
    merely a bad candidate.
    """

    def __init__(self) -> None:
        super().__init__()
        self._finite_weights: list[np.ndarray] = []
        self._diverged = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Remember the initial weights."""
        self._finite_weights = self.model.get_weights()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop where this epoch diverged; remember its weights otherwise."""
        weights = self.model.get_weights()
        loss = (logs or {}).get("loss", 0.0)
        if np.isfinite(loss) and all(np.isfinite(w).all() for w in weights):
            self._finite_weights = weights
            return
        self._diverged = True
        self.model.stop_training = True
        warnings.warn(_message(epoch, loss), DivergenceWarning, stacklevel=2)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Restore the last finite weights where training diverged."""
        if self._diverged:
            self.model.set_weights(self._finite_weights)


def _message(epoch: int, loss: float) -> str:
    return (
        f"Training diverged in epoch {epoch + 1} (loss {loss}); the weights of the last finite "
        "epoch are kept. Lower learning_rate, or scale the features (RobustScaler)."
    )
