"""What the splitters share: checks of their arguments, and dealing rows like cards."""

import warnings
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skpnn._seeding import generator
from skpnn.exceptions import SkpnnWarning

__all__ = ["check_n_splits", "dealt", "ranks", "shuffling", "warn_of_groups"]


def check_n_splits(n_splits: Any) -> None:
    """Raise a ValueError unless `n_splits` is an integer of at least 2."""
    is_integer = isinstance(n_splits, Integral) and not isinstance(n_splits, bool)
    if not is_integer or n_splits < 2:
        raise ValueError(
            f"n_splits={n_splits!r} is not possible; expected an integer of at least 2: one part "
            "to test on, the others to train on."
        )


def warn_of_groups(splitter: Any, groups: Any) -> None:
    """Warn that `groups` has no effect, as scikit-learn's splitters do."""
    if groups is not None:
        message = f"The groups parameter is ignored by {splitter!r}."
        warnings.warn(message, SkpnnWarning, stacklevel=3)


def shuffling(shuffle: bool, random_state: Any) -> np.random.Generator | None:
    """Return what to shuffle with, None where rows keep their order.

    Raises
    ------
    ValueError
        If there is a `random_state` that `shuffle` does not use.
    """
    if shuffle:
        return generator(random_state)
    if random_state is not None:
        raise ValueError(
            f"random_state={random_state!r} has no effect, since shuffle=False; say shuffle=True, "
            "or leave random_state out."
        )
    return None


def ranks(n: int, rng: np.random.Generator | None) -> NDArray[np.intp]:
    """Return the numbers from 0 to n − 1, shuffled where there is an `rng`."""
    return np.arange(n) if rng is None else rng.permutation(n)


def dealt(order: NDArray[np.intp], n_parts: int) -> NDArray[np.intp]:
    """Return the part that each row gets when rows are dealt, in `order`, to `n_parts`.

    Examples
    --------
    >>> dealt(np.array([3, 0, 2, 1]), 2)
    array([1, 1, 0, 0])
    """
    parts = np.empty(len(order), dtype=np.intp)
    parts[order] = np.arange(len(order)) % n_parts
    return parts
