"""Divergence: stop when training leaves the finite numbers, and keep the last finite weights."""

from typing import Any

import keras
import numpy as np

from skpnn._telling import tell
from skpnn.exceptions import DivergenceWarning

__all__ = ["StopOnDivergence"]

# Weights that no training reaches on its way to a minimum.
LARGE = 1e4


class StopOnDivergence(keras.callbacks.Callback):
    """Restore the weights of the last finite epoch, and warn, when a loss or weight is not finite.

    An estimator that predicts NaN ends a whole search; one that warns and predicts poorly is
    merely a bad candidate.

    Parameters
    ----------
    probe : ndarray of shape (n, n_inputs), optional
        Some events. Very large weights count as diverged where they make predictions overflow.
    """

    def __init__(self, probe: Any = None) -> None:
        super().__init__()
        self._probe = probe
        self._finite_weights: list[np.ndarray] = []
        self._diverged_weights: list[np.ndarray] | None = None

    @property
    def has_diverged(self) -> bool:
        """Whether training was stopped for it."""
        return self._diverged_weights is not None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Remember the initial weights."""
        self._finite_weights = self.model.get_weights()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop where this epoch diverged; remember its weights otherwise."""
        weights = self.model.get_weights()
        loss = (logs or {}).get("loss", 0.0)
        if np.isfinite(loss) and _are_finite(weights) and self._predicts_finite(weights):
            self._finite_weights = weights
            return
        self._diverged_weights = weights
        self.model.stop_training = True
        tell(_message(epoch, loss), DivergenceWarning, stacklevel=2)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Restore the last finite weights where training diverged."""
        if self._diverged_weights is None:
            return
        weights = self.model.get_weights()
        # Early stopping may have restored better ones already.
        is_restored = _are_finite(weights) and not all(
            map(np.array_equal, weights, self._diverged_weights)
        )
        if not is_restored:
            self.model.set_weights(self._finite_weights)

    def _predicts_finite(self, weights: list[np.ndarray]) -> bool:
        # The loss of an epoch is from before its last step, so finite weights may still overflow;
        # only very large ones do, and a look at the predictions costs an eager call.
        if self._probe is None or max(np.abs(w).max(initial=0) for w in weights) < LARGE:
            return True
        outputs = self.model(self._probe, training=False)
        return all(np.isfinite(one).all() for one in keras.tree.flatten(outputs))


def _are_finite(weights: list[np.ndarray]) -> bool:
    return all(np.isfinite(w).all() for w in weights)


def _message(epoch: int, loss: float) -> str:
    return (
        f"Training diverged in epoch {epoch + 1} (loss {loss}); the weights of the last finite "
        "epoch are kept. Lower learning_rate, or scale the features (RobustScaler)."
    )
