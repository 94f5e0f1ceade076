"""Regression targets, mapped to the interval that an output activation can reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["OUTPUT_INTERVALS", "TargetScale"]

OUTPUT_INTERVALS = {
    "linear": (-np.inf, np.inf),
    "softplus": (0.0, np.inf),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}

# float32 targets at the end of their range may round to just beyond it.
ROUNDING = 1e-5


@dataclass(frozen=True)
class TargetScale:
    """The affine map between targets and outputs: target = offset + width · output.

    Examples
    --------
    >>> scale = TargetScale.of(np.array([[10.0], [30.0]]), "tanh")
    >>> scale.outputs(np.array([[10.0], [20.0], [30.0]])).ravel()
    array([-1.,  0.,  1.])
    """

    activation: str
    offset: NDArray[np.float64]
    width: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        targets: NDArray[np.floating],
        activation: str,
        target_range: tuple[float, float] | None = None,
    ) -> "TargetScale":
        """Return the map for `targets`, of shape (n, n_targets), or for a range given.

        Raises
        ------
        ValueError
            If the range has no width.
        """
        low, high = OUTPUT_INTERVALS[activation]
        n_targets = targets.shape[1]
        if np.isinf(high):
            return cls(activation, np.zeros(n_targets), np.ones(n_targets))
        lowest, highest = target_range or (targets.min(axis=0), targets.max(axis=0))
        spread = np.broadcast_to(np.subtract(highest, lowest, dtype=np.float64), (n_targets,))
        if (spread <= 0).any():
            raise ValueError(
                f"The target's range, {lowest} to {highest}, has no width; under "
                f"output_activation={activation!r} give target_range=(lowest, highest)."
            )
        width = spread / (high - low)
        return cls(activation, lowest - low * width, width)

    def outputs(self, targets: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return what the network should put out for `targets`.

        Raises
        ------
        ValueError
            If the number of targets changed, or a target lies beyond what can be predicted.
        """
        if targets.shape[1] != len(self.width):
            raise ValueError(f"y has {targets.shape[1]} targets, expected {len(self.width)}.")
        outputs = (targets - self.offset) / self.width
        low, high = OUTPUT_INTERVALS[self.activation]
        if outputs.min() < low - ROUNDING or outputs.max() > high + ROUNDING:
            raise ValueError(
                f"y reaches from {targets.min():g} to {targets.max():g}, beyond what "
                f"output_activation={self.activation!r} can predict here. Widen target_range, or "
                'use "linear".'
            )
        return outputs

    def targets(self, outputs: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the targets that `outputs` of the network stand for."""
        return self.offset + self.width * outputs
