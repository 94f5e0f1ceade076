"""Training events once validated, and the sources of randomness of one fit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

__all__ = ["Sample", "Seeds", "unit_weight", "weighted_rows"]


@dataclass(frozen=True)
class Sample:
    """Validated training events.

    Attributes
    ----------
    X : ndarray of shape (n, n_features)
        The inputs, in the network's precision.
    target : ndarray of shape (n, n_outputs)
        What the network should return for them.
    weight : ndarray of shape (n,)
        The caller's weights.
    strata : ndarray of shape (n,)
        Groups whose proportions a validation split keeps.
    """

    X: NDArray
    target: NDArray
    weight: NDArray[np.float64]
    strata: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.X)

    def rows(self, which: NDArray[np.intp]) -> "Sample":
        """Return the events `which`."""
        return Sample(self.X[which], self.target[which], self.weight[which], self.strata[which])


@dataclass(frozen=True)
class Seeds:
    """Independent sources of randomness for the parts of one fit."""

    network: int
    split: int
    training: np.random.Generator
    checks: np.random.Generator

    @classmethod
    def of(cls, random_state: Any) -> "Seeds":
        """Return the seeds that `random_state`, of scikit-learn's kind, determines."""
        entropy = check_random_state(random_state).randint(np.iinfo(np.int32).max)
        network, split, training, checks = np.random.SeedSequence(entropy).spawn(4)
        return cls(
            network=int(network.generate_state(1)[0] >> 1),
            split=int(split.generate_state(1)[0] >> 1),
            training=np.random.default_rng(training),
            checks=np.random.default_rng(checks),
        )


def unit_weight(weight: NDArray[np.float64], dtype: Any) -> NDArray:
    """Return `weight` scaled to a mean of 1.

    The gradient is a mean over events: the scale of weights must not act as a learning rate.

    Examples
    --------
    >>> unit_weight(np.array([10.0, 30.0]), "float64")
    array([0.5, 1.5])
    """
    return (weight * (len(weight) / weight.sum())).astype(dtype)


def weighted_rows(weight: NDArray[np.float64], *arrays: NDArray) -> tuple[NDArray, ...]:
    """Return the rows of `arrays` whose weight is not 0: such an event counts as absent.

    Examples
    --------
    >>> weighted_rows(np.array([1.0, 0.0, -1.0]), np.array([7, 8, 9]))
    (array([7, 9]),)
    """
    kept = weight != 0
    return arrays if kept.all() else tuple(array[kept] for array in arrays)
