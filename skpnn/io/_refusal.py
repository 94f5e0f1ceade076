"""What is said of columns that are not one number per event."""

import awkward as ak

from skpnn.io._columns import IN_WORDS, Column, Kind
from skpnn.io._sources import shown


def not_flat(refused: list[Column], is_listed: bool) -> str:
    """Say which columns hold what, and every way to go on.

    Parameters
    ----------
    refused : list of Column
        At least one.
    is_listed : bool
        Whether the user named the columns.
    """
    groups: dict[Kind, list[Column]] = {}
    for column in refused:
        groups.setdefault(column.kind, []).append(column)
    found = "; ".join(_described(kind, columns) for kind, columns in groups.items())
    ways = [_ADVICE[kind](columns[0]) for kind, columns in groups.items() if kind in _ADVICE]
    if is_listed:
        ways.append("leave it out")
    else:
        ways += ["list the wanted branches in columns=", "leave all of these out: not_flat='skip'"]
    return f"some columns are not one number per event ({found}). To go on, {', or '.join(ways)}"


def _described(kind: Kind, columns: list[Column]) -> str:
    is_opaque = kind in {"other", "unreadable"} and columns[0].typename
    typename = f" (its type: {columns[0].typename})" if is_opaque else ""
    return f"{IN_WORDS[kind]}: {shown([column.name for column in columns])}{typename}"


def _keep_or_reduce(column: Column) -> str:
    total = f"sum({column.expression if column.expression.isidentifier() else _getter(column)})"
    return (
        f"keep the first items with jagged={{{column.name!r}: 4}} (padded with NaN) or reduce "
        f"them as in columns={{'total': {total!r}}}"
    )


def _take_a_part(column: Column) -> str:
    members = ak.fields(column.empty)
    part = f"{_getter(column)}.{members[-1]}" if members else f"{_getter(column)}[:, 0]"
    return f"take a part of it as in columns={{{column.name!r}: {part!r}}}"


def _getter(column: Column) -> str:
    return f"get({column.expression!r})" if column.typename else f"({column.expression})"


_ADVICE = {"jagged": _keep_or_reduce, "other": _take_a_part}
