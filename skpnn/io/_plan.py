"""What is taken from one tree, checked before any event is read, and how it becomes columns."""

import re
from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass
from typing import Literal

import awkward as ak
import numpy as np

from skpnn.io._branches import Arrays, Branches
from skpnn.io._columns import IN_WORDS, Kind, kind_of, to_columns
from skpnn.io._expressions import evaluate, names_in
from skpnn.io._tags import Tags

Block = dict[str, np.ndarray]


@dataclass(frozen=True)
class Request:
    """What the user wants from every tree.

    Attributes
    ----------
    columns : dict of str to str, or None
        Expression of branches by column; None: every branch.
    cut : str or None
        Expression that is true for the events to keep.
    jagged : int, mapping of str to int, or None
        How many items of a jagged branch to keep.
    not_flat : {"error", "skip"}
        What becomes of other branches when `columns` is None.
    weights : iterable of str
        Every file's weight expression: what these name is no feature when `columns` is None.
    """

    columns: dict[str, str] | None = None
    cut: str | None = None
    jagged: int | Mapping[str, int] | None = None
    not_flat: Literal["error", "skip"] = "error"
    weights: Iterable[str] = ()


@dataclass(frozen=True)
class Plan:
    """Everything needed to turn the arrays of one tree into blocks of columns.

    Attributes
    ----------
    expressions : dict of str to str
        By column.
    firsts : dict of str to int
        How many items to keep, by jagged column.
    """

    branches: Branches
    request: Request
    tags: Tags
    expressions: dict[str, str]
    firsts: dict[str, int]

    @property
    def paths(self) -> set[str]:
        """Return the full paths of the branches to read."""
        extra = [text for text in (self.tags.weight, self.request.cut) if isinstance(text, str)]
        texts = [*self.expressions.values(), *extra]
        return {path for text in texts for path in _paths_in(text, self.branches).values()}

    def empty_block(self) -> Block:
        """Return the columns without an event: their names and types."""
        return self.block({path: _readable(path, self.branches) for path in self.paths})

    def block(self, arrays: Arrays) -> Block:
        """Turn branches, by full path, into columns: features, θ, weight, label."""
        kept = _kept_events(self, arrays)
        columns: Block = {}
        for name, expression in self.expressions.items():
            values = _value(expression, arrays, self.branches)[kept]
            _add(columns, to_columns(name, values, self.firsts.get(name)))
        n_events = len(next(iter(columns.values())))
        _add(columns, [(name, np.full(n_events, x)) for name, x in self.tags.theta.items()])
        if self.tags.weight is not None:
            _add(columns, [("weight", _weights(self, arrays)[kept])])
        if self.tags.label is not None:
            _add(columns, [("label", np.full(n_events, self.tags.label))])
        return columns


def make_plan(branches: Branches, request: Request, tags: Tags) -> Plan:
    """Check what is wanted against what the tree has.

    Raises
    ------
    ValueError
        If a name is unknown, or a branch would not give one number per event and column.
    """
    if request.columns is None:
        expressions = _every_branch(branches, request)
    else:
        expressions = request.columns
        for name, expression in expressions.items():
            _check_flat(name, expression, branches, request)
    if not expressions:
        raise ValueError(f"no column to read; the tree's branches are {sorted(branches.path)[:10]}")
    firsts = {
        name: first
        for name, expression in expressions.items()
        if (first := _first(name, expression, branches, request)) is not None
    }
    _check_jagged_is_used(request, expressions, branches)
    plan = Plan(branches, request, tags, expressions, firsts)
    if not plan.paths:
        raise ValueError(f"columns={expressions} names no branch")
    return plan


def _every_branch(branches: Branches, request: Request) -> dict[str, str]:
    in_weights = {word for text in request.weights for word in re.findall(r"[\w./]+", text)}
    expressions: dict[str, str] = {}
    refused: dict[Kind, list[str]] = {}
    for path, name in branches.name.items():
        if {path, name} & in_weights:
            continue
        kind = _kind(path, branches)
        if kind in {"number", "fixed array", "leaf list"} or (
            kind == "jagged" and _first(name, path, branches, request)
        ):
            expressions[name] = path
        else:
            refused.setdefault(kind, []).append(name)
    if refused and request.not_flat == "error":
        raise ValueError(_not_flat(refused))
    return expressions


def _not_flat(refused: dict[Kind, list[str]]) -> str:
    groups = "; ".join(f"{IN_WORDS[kind]}: {_shown(names)}" for kind, names in refused.items())
    example = f"jagged={{{refused['jagged'][0]!r}: 4}}" if "jagged" in refused else ""
    keep = f"keep the first items with {example} (padded with NaN), " if example else ""
    return (
        f"some branches are not one number per event ({groups}). To go on, {keep}"
        "list the wanted branches in columns=, or leave all of these out with not_flat='skip'"
    )


def _shown(names: list[str]) -> str:
    return str(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _kind(path: str, branches: Branches) -> Kind:
    empty = branches.empty[path]
    return "other" if empty is None else kind_of(empty)


def _check_flat(name: str, expression: str, branches: Branches, request: Request) -> None:
    empties = {path: _readable(path, branches) for path in _paths_in(expression, branches).values()}
    kind = kind_of(_value(expression, empties, branches))
    path = branches.path.get(expression)
    typename = f" (its type: {branches.typename[path]})" if path else ""
    came = f"{expression!r}{typename} holds {IN_WORDS[kind]}, not a number"
    if kind == "jagged" and not _first(name, expression, branches, request):
        raise ValueError(f"{came}; keep its first items with jagged={{{name!r}: 4}}")
    if kind == "other":
        raise ValueError(
            f"{came}; take a part of it with an expression, as in "
            f"columns={{{name!r}: {_part(expression, empties, branches)!r}}}, or leave it out"
        )


def _part(expression: str, empties: Arrays, branches: Branches) -> str:
    members = ak.fields(_value(expression, empties, branches))
    whole = f"get({expression!r})" if expression in branches.path else f"({expression})"
    return f"{whole}.{members[-1]}" if members else f"{whole}[:, 0]"


def _first(name: str, expression: str, branches: Branches, request: Request) -> int | None:
    if not isinstance(request.jagged, Mapping):
        return request.jagged
    spellings = [name, expression, branches.name.get(expression, "")]
    return next((request.jagged[text] for text in spellings if text in request.jagged), None)


def _check_jagged_is_used(
    request: Request, expressions: dict[str, str], branches: Branches
) -> None:
    if not isinstance(request.jagged, Mapping):
        return
    for key in request.jagged:
        users = [
            expression
            for name, expression in expressions.items()
            if key in {name, expression, branches.name.get(expression)}
        ]
        if not users:
            raise ValueError(
                f"jagged= names {key!r}, which is not among the columns {_shown([*expressions])}"
            )


def _readable(path: str, branches: Branches) -> ak.Array:
    empty = branches.empty[path]
    if empty is None:
        raise ValueError(
            f"{path!r} is of type {branches.typename[path]}, which uproot cannot read; leave it out"
        )
    return empty


def _paths_in(expression: str, branches: Branches) -> dict[str, str]:
    names = names_in(expression, branches.path, branches.aliases)
    return {name: branches.path[name] for name in names}


def _value(expression: str, arrays: Arrays, branches: Branches) -> ak.Array:
    if expression in branches.path:
        return arrays[branches.path[expression]]
    paths = _paths_in(expression, branches)
    named = {name: arrays[path] for name, path in paths.items()}
    value = evaluate(expression, named, branches.aliases)
    n_events = len(next(iter(arrays.values()), ()))
    if not isinstance(value, Sized):
        return ak.Array(np.full(n_events, value))
    if len(value) != n_events:
        raise ValueError(f"{expression!r} gives {len(value)} values for {n_events} events")
    return ak.Array(value)


def _kept_events(plan: Plan, arrays: Arrays) -> slice | np.ndarray:
    if plan.request.cut is None:
        return slice(None)
    return _numbers("cut", plan.request.cut, arrays, plan.branches) != 0


def _weights(plan: Plan, arrays: Arrays) -> np.ndarray:
    weight = plan.tags.weight
    if isinstance(weight, str):
        return _numbers("weight", weight, arrays, plan.branches).astype(np.float64)
    n_events = len(next(iter(arrays.values())))
    return np.full(n_events, weight, dtype=np.float64)


def _numbers(argument: str, expression: str, arrays: Arrays, branches: Branches) -> np.ndarray:
    values = _value(expression, arrays, branches)
    kind = kind_of(values)
    if kind != "number":
        raise ValueError(
            f"{argument}={expression!r} gives {IN_WORDS[kind]}; expected a number or a truth value "
            "per event"
        )
    return dict(to_columns(argument, values, None))[argument]


def _add(columns: Block, new: Iterable[tuple[str, np.ndarray]]) -> None:
    for name, values in new:
        if name in columns:
            raise ValueError(
                f"two columns would be called {name!r}; rename one with "
                "columns={new name: branch}, or θ with theta_name="
            )
        columns[name] = values
