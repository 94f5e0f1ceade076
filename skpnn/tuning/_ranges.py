"""One dimension of a search space, whatever search it is for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

__all__ = ["Choices", "Range", "is_meant_as_range", "is_number", "is_same", "is_short_form"]


PRIORS = ("uniform", "log-uniform")


@dataclass(frozen=True)
class Range:
    """All numbers from `low` to `high`, both included: uniform, or uniform in their logarithm.

    Raises
    ------
    ValueError
        If the ends are not finite, in order, and positive under `log`.

    Examples
    --------
    >>> Range(1e-4, 1e-2, log=True).steps(3)
    [0.0001, 0.001, 0.01]
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False

    def __post_init__(self) -> None:
        in_order = np.isfinite([self.low, self.high]).all() and self.low <= self.high
        if not in_order or (self.log and self.low <= 0):
            ends = "two positive numbers" if self.log else "two numbers"
            raise ValueError(
                f"A range from {self.low} to {self.high} is not possible; expected {ends}, the "
                "smaller one first."
            )

    def holds(self, value: Any) -> bool:
        """Return whether `value` is a number in it."""
        if not is_number(value):
            return False
        is_end = is_same(value, self.low) or is_same(value, self.high)
        return is_end or self.low <= value <= self.high

    def steps(self, n: int) -> list[float]:
        """Return at most `n` of its values, at equal, or under `log` equal relative, distances."""
        values = (np.geomspace if self.log else np.linspace)(self.low, self.high, n)
        return np.unique(np.rint(values).astype(int)).tolist() if self.integer else values.tolist()


@dataclass(frozen=True)
class Choices:
    """A few values.

    Raises
    ------
    ValueError
        If there are none.

    Examples
    --------
    >>> Choices((16, 32)).integer, Choices((0.1, 2)).ordered, Choices(("relu", "tanh")).ordered
    (True, True, False)
    """

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("An empty list of values is not possible; expected at least one.")

    def holds(self, value: Any) -> bool:
        """Return whether `value` is one of them."""
        return any(is_same(value, one) for one in self.values)

    @property
    def ordered(self) -> bool:
        """Whether they are numbers, so that some are neighbours."""
        return all(is_number(value) for value in self.values)

    @property
    def integer(self) -> bool:
        """Whether they are whole numbers."""
        return self.ordered and all(isinstance(value, Integral) for value in self.values)


def is_number(value: Any) -> bool:
    """Return whether `value` is a real number, and no boolean."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_meant_as_range(thing: Any) -> bool:
    """Return whether a tuple holds the ends of a range, maybe with a word, and no choices."""
    if not isinstance(thing, tuple) or len(thing) < 2:
        return False
    return all(map(is_number, thing[:2])) and all(isinstance(one, str) for one in thing[2:3])


def is_short_form(thing: Any) -> bool:
    """Return whether scikit-optimize takes a tuple for a range: low, high, maybe prior and base."""
    if not is_meant_as_range(thing) or len(thing) > 4 or thing[0] >= thing[1]:
        return False
    has_prior = all(one in PRIORS for one in thing[2:3])
    return has_prior and all(isinstance(one, Integral) for one in thing[3:])


def is_same(value: Any, other: Any) -> bool:
    """Return whether two values are the same, but for rounding."""
    if is_number(value) and is_number(other):
        # A logarithm taken and undone costs the last digits.
        return math.isclose(value, other, rel_tol=1e-9)
    if isinstance(value, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(value, other)
    return value is other or bool(value == other)
