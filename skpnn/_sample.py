"""Training events once validated, and the sources of randomness of one fit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state

__all__ = ["Sample", "Seeds", "split_rows", "unit_weight", "weighted_rows"]


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

    Raises
    ------
    ValueError
        If the weights do not sum to more than 0: scaling would turn their signs.

    Examples
    --------
    >>> unit_weight(np.array([10.0, 30.0]), "float64")
    array([0.5, 1.5])
    """
    total = weight.sum()
    if total <= 0:
        raise ValueError(
            f"The weights of {len(weight)} events sum to {total:g}, but training and validation "
            "each need a positive sum. Mend sample_weight, or hold out more events."
        )
    return (weight * (len(weight) / total)).astype(dtype)


def weighted_rows(weight: NDArray[np.float64], *arrays: NDArray) -> tuple[NDArray, ...]:
    """Return the rows of `arrays` whose weight is not 0: such an event counts as absent.

    Examples
    --------
    >>> weighted_rows(np.array([1.0, 0.0, -1.0]), np.array([7, 8, 9]))
    (array([7, 9]),)
    """
    kept = weight != 0
    return arrays if kept.all() else tuple(array[kept] for array in arrays)


def split_rows(
    strata: NDArray[np.intp], fraction: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows to train on and the `fraction` to validate on, stratified.

    Raises
    ------
    ValueError
        If one of the strata cannot be in both parts.

    Examples
    --------
    >>> training, validation = split_rows(np.array([0, 0, 0, 1, 1, 1]), 1 / 3, seed=0)
    >>> len(training), len(validation)
    (4, 2)
    """
    counts = np.unique(strata, return_counts=True)[1]
    n_validation = int(np.ceil(fraction * len(strata)))
    if counts.min() < 2 or min(n_validation, len(strata) - n_validation) < len(counts):
        raise ValueError(
            f"Too few events to hold out {fraction:.0%} for validation: n_samples = {len(strata)} "
            f"in {len(counts)} classes (or class and θ), the smallest with {counts.min()}. "
            "Every one must be in both parts: give more events, a larger fraction, or do not "
            "hold any out."
        )
    training, validation = train_test_split(
        np.arange(len(strata)), test_size=fraction, stratify=strata, random_state=seed
    )
    return np.sort(training), np.sort(validation)
