"""What is left of one dimension of a search space around its best value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skpnn.tuning._ranges import Choices, Range, is_same

__all__ = ["narrowed"]


def narrowed(dimension: Range | Choices, values: Sequence[Any], factor: float) -> Range | Choices:
    """Return the part of a dimension around the first of `values`, 1/`factor` as wide.

    Parameters
    ----------
    dimension : Range or Choices
        What was searched.
    values : sequence
        The candidates' values, the best candidate's first.
    factor : float
        More than 1.

    Returns
    -------
    Range or Choices
        As `skpnn.tuning.zoom` describes it; the best value is in it.

    Examples
    --------
    >>> narrowed(Range(0.0, 1.0), [0.25, 0.1], 4)
    Range(low=0.125, high=0.375, log=False, integer=False)
    >>> narrowed(Choices((16, 32, 64, 128)), [128, 16], 3)
    Choices(values=(64, 128))
    >>> narrowed(Choices((0.5, 1.0, 1.5)), [1.0, 1.5], 2)
    Choices(values=(0.75, 1.0, 1.25))
    >>> narrowed(Choices(("relu", "tanh", "elu")), ["tanh", "relu", "tanh", "elu"], 2)
    Choices(values=('relu', 'tanh'))
    """
    best = values[0]
    if isinstance(dimension, Range):
        return _range_around(dimension, best, factor)
    if not dimension.ordered:
        return _in_use(dimension, values[: math.ceil(len(values) / factor)])
    ordered = sorted(set(dimension.values))
    place = next(k for k, one in enumerate(ordered) if is_same(one, best))
    around = _neighbours if dimension.integer else _finer
    return Choices(tuple(around(ordered, place, factor)))


def _in_use(choices: Choices, values: Sequence[Any]) -> Choices:
    kept = (one for one in choices.values if any(is_same(one, value) for value in values))
    return Choices(tuple(kept))


def _range_around(whole: Range, best: float, factor: float) -> Range:
    to_scale, from_scale = (math.log, math.exp) if whole.log else (float, float)
    best = min(max(best, whole.low), whole.high)
    low, high = to_scale(whole.low), to_scale(whole.high)
    width = (high - low) / factor
    start = min(max(to_scale(best) - width / 2, low), high - width)
    ends = from_scale(start), from_scale(start + width)
    if whole.integer:
        ends = min(round(ends[0]), best - 1), max(round(ends[1]), best + 1)
    # Rounding must neither leave the range nor lose the best value.
    return replace(
        whole, low=max(whole.low, min(ends[0], best)), high=min(whole.high, max(ends[1], best))
    )


def _neighbours(values: list[int], place: int, factor: float) -> list[int]:
    """Return the values at the positions that a range of all positions would keep."""
    places = _range_around(Range(0, len(values) - 1, integer=True), place, factor)
    return values[int(places.low) : int(places.high) + 1]


def _finer(values: list[float], place: int, factor: float) -> list[float]:
    """Return as many values around the one at `place`, `factor` of them where one step was."""
    last = len(values) - 1
    first = max(-(last // 2), -math.floor(place * factor))
    first = min(first, math.floor((last - place) * factor) - last)
    finer = _between(values, place + (first + np.arange(last + 1)) / factor)
    # Its logarithm taken and undone costs the last digits.
    finer[-first] = values[place]
    return finer


def _between(values: list[float], places: NDArray[np.float64]) -> list[float]:
    """Return the values at fractional places: in their logarithms, where these are more even."""
    known = np.arange(len(values))
    if values[0] > 0 and _unevenness(np.log(values)) <= _unevenness(np.array(values)):
        return np.exp(np.interp(places, known, np.log(values))).tolist()
    return np.interp(places, known, values).tolist()


def _unevenness(values: NDArray[np.float64]) -> float:
    steps = np.diff(values)
    return float(np.ptp(steps) / steps.mean()) if len(steps) else 0.0
