"""What is taken from one tree, checked before any event is read, and how it becomes columns."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import awkward as ak
import numpy as np

from skpnn.io._branches import Arrays, Branches
from skpnn.io._columns import IN_WORDS, Column, kind_of, to_columns
from skpnn.io._refusal import not_flat
from skpnn.io._sources import shown
from skpnn.io._tags import Tags

Block = dict[str, np.ndarray]


@dataclass(frozen=True)
class Request:
    """What the user wants from every tree."""

    columns: dict[str, str] | None = None  # expression by column; None: every branch
    cut: str | None = None
    jagged: int | Mapping[str, int] | None = None
    not_flat: Literal["error", "skip"] = "error"
    weights: Iterable[str] = ()  # every file's: what they name is no feature if columns is None


@dataclass(frozen=True)
class Plan:
    """Everything needed to turn the arrays of one tree into blocks of columns."""

    branches: Branches
    columns: list[Column]
    cut: str | None
    tags: Tags

    @property
    def paths(self) -> set[str]:
        """Return the full paths of the branches to read."""
        texts = [*(column.expression for column in self.columns), self.cut, self.tags.weight]
        needed = [self.branches.paths_in(text) for text in texts if isinstance(text, str)]
        return set().union(*needed)

    def empty_block(self) -> Block:
        """Return the columns without an event: their names and types."""
        return self.block(self.branches.empties(self.paths))

    def block(self, arrays: Arrays) -> Block:
        """Turn branches, by full path, into columns: features, θ, weight, label."""
        if self.cut is not None:
            # NaN is true, as in NumPy; what is missing has not passed.
            passed = ak.to_numpy(ak.fill_none(self._numbers("cut", self.cut, arrays), 0)) != 0
            arrays = {path: array[passed] for path, array in arrays.items()}
        return _unique(chain(self._features(arrays), self._constants(arrays)))

    def _features(self, arrays: Arrays) -> Iterator[tuple[str, np.ndarray]]:
        for column in self.columns:
            values = self.branches.evaluate(column.expression, arrays)
            yield from to_columns(column.name, values, column.first)

    def _constants(self, arrays: Arrays) -> Iterator[tuple[str, np.ndarray]]:
        n_events = len(next(iter(arrays.values())))
        for name, value in self.tags.theta.items():
            yield name, np.full(n_events, value)
        if isinstance(self.tags.weight, str):
            weights = self._numbers("weight", self.tags.weight, arrays)
            yield from to_columns("weight", ak.values_astype(weights, np.float64), None)
        elif self.tags.weight is not None:
            yield "weight", np.full(n_events, self.tags.weight, dtype=np.float64)
        if self.tags.label is not None:
            yield "label", np.full(n_events, self.tags.label)

    def _numbers(self, argument: str, expression: str, arrays: Arrays) -> ak.Array:
        values = self.branches.evaluate(expression, arrays)
        if kind_of(values) != "number":
            raise ValueError(
                f"{argument}={expression!r} gives {IN_WORDS[kind_of(values)]}; expected a number "
                "or a truth value per event"
            )
        return values


def make_plan(branches: Branches, request: Request, tags: Tags) -> Plan:
    """Check what is wanted against what the tree has.

    Raises
    ------
    ValueError
        If a name is unknown, or a branch would not give one number per event and column.
    """
    wanted = request.columns or _every_branch(branches, request.weights)
    columns = [_column(*pair, branches, request.jagged) for pair in wanted.items()]
    refused = [column for column in columns if not _is_flat(column, request)]
    if refused and (request.columns or request.not_flat == "error"):
        raise ValueError(not_flat(refused, is_listed=request.columns is not None))
    flat = [column for column in columns if _is_flat(column, request)]
    if not flat:
        raise ValueError(f"no column to read; the tree's branches are {[*branches.spelled][:10]}")
    _check_jagged_is_used(request.jagged, flat, branches)
    plan = Plan(branches, flat, request.cut, tags)
    if not plan.paths:
        raise ValueError(f"columns={request.columns} names no branch")
    return plan


def _every_branch(branches: Branches, weights: Iterable[str]) -> dict[str, str]:
    def is_in_a_weight(name: str) -> bool:
        return any(re.search(rf"(?<![\w./]){re.escape(name)}(?![\w./])", text) for text in weights)

    return {
        branch.name: branch.path
        for branch in branches.listed
        if not (is_in_a_weight(branch.name) or is_in_a_weight(branch.path))
    }


def _column(
    name: str, expression: str, branches: Branches, jagged: int | Mapping[str, int] | None
) -> Column:
    branch = branches.spelled.get(expression)
    if branch:
        values, typename = branch.empty, branch.typename
    else:
        empties = branches.empties(branches.paths_in(expression))
        values, typename = branches.evaluate(expression, empties), ""
    if isinstance(jagged, Mapping):
        keys = _spellings(name, expression, branches)
        jagged = next((jagged[key] for key in keys if key in jagged), None)
    return Column(name, expression, values, typename, jagged)


def _spellings(name: str, expression: str, branches: Branches) -> list[str]:
    branch = branches.spelled.get(expression)
    return [name, expression] + ([branch.name] if branch else [])


def _is_flat(column: Column, request: Request) -> bool:
    if column.kind == "jagged":
        return column.first is not None
    if column.kind == "string":
        return request.columns is not None
    return column.kind in {"number", "fixed array", "leaf list"}


def _check_jagged_is_used(
    jagged: int | Mapping[str, int] | None, columns: list[Column], branches: Branches
) -> None:
    lists = [column for column in columns if column.kind == "jagged"]
    used = {key for c in lists for key in _spellings(c.name, c.expression, branches)}
    unused = [key for key in jagged if key not in used] if isinstance(jagged, Mapping) else []
    if unused:
        raise ValueError(
            f"jagged= names {unused[0]!r}, which is not among the columns that hold lists: "
            f"{shown([column.name for column in lists])}"
        )


def _unique(columns: Iterable[tuple[str, np.ndarray]]) -> Block:
    block: Block = {}
    for name, values in columns:
        if name in block:
            raise ValueError(
                f"two columns would be called {name!r}; rename one with "
                "columns={new name: branch}, or θ with theta_name="
            )
        block[name] = values
    return block
