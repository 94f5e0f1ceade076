"""How pictures name θ, its values and figures of merit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._hypothesis_grid import HypothesisGrid

__all__ = [
    "Names",
    "ThetaLabels",
    "Units",
    "as_points",
    "described",
    "metric_label",
    "names_of",
    "prefixed",
]

# For one θ, or a sequence for several.
Names = str | Sequence[str]
Units = str | Sequence[str | None] | None

METRIC_LABELS = {
    "auc": "AUC",
    "log_loss": "cross-entropy",
    "asimov": "Asimov significance",
}


@dataclass(frozen=True)
class ThetaLabels:
    """The names of θ and their units.

    Examples
    --------
    >>> labels = ThetaLabels.of(["mass", "spin"], ["GeV", None])
    >>> labels.axes()
    ['mass (GeV)', 'spin']
    >>> labels.value([750, 1])
    '750, 1'
    >>> labels.equation([750, 1])
    'mass = 750 GeV, spin = 1'
    """

    names: tuple[str, ...]
    units: tuple[str | None, ...]

    @classmethod
    def of(cls, theta_name: Names, unit: Units) -> ThetaLabels:
        """Return the labels of one θ, or of several."""
        names = (theta_name,) if isinstance(theta_name, str) else tuple(theta_name)
        units = (unit,) * len(names) if unit is None or isinstance(unit, str) else tuple(unit)
        if len(units) != len(names):
            raise ValueError(
                f"unit={unit!r} and theta_name={theta_name!r} do not belong together; expected "
                f"{len(names)} unit(s), None where a θ has none."
            )
        return cls(names, units)

    def axes(self) -> list[str]:
        """Return the label of each θ's axis."""
        pairs = zip(self.names, self.units, strict=True)
        return [name if unit is None else f"{name} ({unit})" for name, unit in pairs]

    def heading(self) -> str:
        """Return what stands above a list of values."""
        return ", ".join(self.axes())

    def value(self, point: ArrayLike) -> str:
        """Return a hypothesis as a number, without its name."""
        return ", ".join(f"{number:.6g}" for number in np.atleast_1d(point))

    def equation(self, point: ArrayLike) -> str:
        """Return a hypothesis with its name and its unit."""
        numbers = np.atleast_1d(point)
        parts = zip(self.names, numbers, self.units, strict=True)
        return ", ".join(f"{name} = {x:.6g}{f' {unit}' if unit else ''}" for name, x, unit in parts)


def described(grid: HypothesisGrid) -> tuple[NDArray[np.float64], Names]:
    """Return the hypotheses and the name of θ, as a Display's constructor takes them."""
    points = grid.points
    return points[:, 0] if len(grid.names) == 1 else points, names_of(grid.names)


def names_of(columns: Sequence[Any]) -> Names:
    """Return what θ columns are called; the index of an array's column says nothing.

    Examples
    --------
    >>> names_of(["mass"]), names_of([27]), names_of([26, 27])
    ('mass', 'θ', ['θ1', 'θ2'])
    """
    if len(columns) == 1:
        return columns[0] if isinstance(columns[0], str) else "θ"
    pairs = enumerate(columns, start=1)
    return [name if isinstance(name, str) else f"θ{k}" for k, name in pairs]


def as_points(hypotheses: ArrayLike) -> NDArray[np.float64]:
    """Return hypotheses, given as (k,) or (k, n_theta), as (k, n_theta)."""
    points = np.asarray(hypotheses, dtype=np.float64)
    return points.reshape(len(points), -1)


def metric_label(name: str) -> str:
    """Return what an axis calls a figure of merit.

    Examples
    --------
    >>> metric_label("auc"), metric_label("background_rejection")
    ('AUC', 'background rejection')
    """
    return METRIC_LABELS.get(name, name.replace("_", " "))


def prefixed(name: str | None, text: str) -> str:
    """Return what a legend says, after the name of the estimator where it has one."""
    return text if name is None else f"{name}, {text}"
