"""Training events once validated, and the sources of randomness of one fit."""

from dataclasses import dataclass, fields
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
    codes : ndarray of shape (n,)
        The classes, as their places among the sorted labels; 0 where there are none.
    groups : ndarray of shape (n,)
        Groups within a class, neighbours numbered one after the other; 0 where there are none.
    """

    X: NDArray
    target: NDArray
    weight: NDArray[np.float64]
    codes: NDArray[np.intp]
    groups: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.X)

    def rows(self, which: NDArray[np.intp]) -> "Sample":
        """Return the events `which`."""
        return Sample(*(getattr(self, field.name)[which] for field in fields(self)))


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
    codes: NDArray[np.intp], fraction: float, seed: int, *, groups: NDArray[np.intp] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows to train on and the `fraction` to validate on.

    The split is stratified by class and, as finely as the numbers allow, by group.

    Raises
    ------
    ValueError
        If a class cannot be in both parts.

    Examples
    --------
    >>> training, validation = split_rows(np.array([0, 0, 0, 1, 1, 1]), 1 / 3, seed=0)
    >>> len(training), len(validation)
    (4, 2)
    """
    n_validation = int(np.ceil(fraction * len(codes)))
    smaller_part = min(n_validation, len(codes) - n_validation)
    _check_splittable(codes, fraction, smaller_part)
    strata = _strata(codes, np.zeros_like(codes) if groups is None else groups, smaller_part)
    training, validation = train_test_split(
        np.arange(len(codes)), test_size=fraction, stratify=strata, random_state=seed
    )
    return np.sort(training), np.sort(validation)


def _check_splittable(codes: NDArray[np.intp], fraction: float, smaller_part: int) -> None:
    counts = np.unique(codes, return_counts=True)[1]
    if counts.min() < 2 or smaller_part < len(counts):
        raise ValueError(
            f"Too few events to hold out {fraction:.0%} for validation: n_samples = {len(codes)} "
            f"in {len(counts)} classes, the smallest with {counts.min()}. Every class must be in "
            "both parts: give more events, a larger fraction, or do not hold any out."
        )


def _strata(
    codes: NDArray[np.intp], groups: NDArray[np.intp], smaller_part: int
) -> NDArray[np.intp]:
    """Return classes and groups as one number, neighbouring groups joined where they are small."""
    while True:
        strata = np.unique(np.column_stack([codes, groups]), axis=0, return_inverse=True)[1].ravel()
        counts = np.bincount(strata)
        if not groups.any() or (counts.min() >= 2 and len(counts) <= smaller_part):
            return strata
        groups = groups // 2
