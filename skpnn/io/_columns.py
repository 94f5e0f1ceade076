"""From one branch's array to DataFrame columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypeAlias

import awkward as ak
import numpy as np

Kind: TypeAlias = Literal[
    "number", "fixed array", "leaf list", "string", "jagged", "other", "unreadable"
]

IN_WORDS: dict[Kind, str] = {
    "number": "a number per event",
    "fixed array": "an array of the same shape in every event",
    "leaf list": "a leaf list",
    "string": "a string per event",
    "jagged": "a list per event, of varying length",
    "other": "an object or a list of lists per event",
    "unreadable": "a type that uproot cannot read",
}


@dataclass(frozen=True)
class Column:
    """What a column of the request holds; a list or an array becomes several columns."""

    name: str
    expression: str
    empty: ak.Array | None  # of length 0 and the values' type; None: uproot cannot read them
    typename: str  # the branch's, in C++; none of an expression
    first: int | None  # how many items to keep, should it hold lists

    @property
    def kind(self) -> Kind:
        """Return what it holds for one event."""
        return "unreadable" if self.empty is None else kind_of(self.empty)


def kind_of(array: ak.Array) -> Kind:
    """Say what an array holds for one event; its length does not matter."""
    return _kind(ak.type(array).content)


def _kind(item: Any) -> Kind:
    if _is_number(item) or (isinstance(item, ak.types.OptionType) and _is_number(item.content)):
        return "number"
    if item.parameters.get("__array__") in {"string", "bytestring"}:
        return "string"
    if isinstance(item, ak.types.RegularType) and _kind(item.content) in {"number", "fixed array"}:
        return "fixed array"
    if isinstance(item, ak.types.ListType) and _is_number(item.content):
        return "jagged"
    # A leaf list has no class; the members of a class (TLorentzVector: px, py, pz, E, with bits
    # and ids in others) are its own business.
    if isinstance(item, ak.types.RecordType) and "__record__" not in item.parameters:
        return "leaf list" if all(map(_is_number, item.contents)) else "other"
    return "other"


def _is_number(item: Any) -> bool:
    return isinstance(item, ak.types.NumpyType) and np.dtype(item.primitive).kind in "biuf"


def to_columns(name: str, array: ak.Array, first: int | None) -> Iterator[tuple[str, np.ndarray]]:
    """Split an array into columns of one value per event.

    Parameters
    ----------
    name : str
        Name of the column, or what comes before ``_0``, ``_1`` …
    array : array of shape (n_events, ...)
        Of any kind but ``"other"``.
    first : int or None
        How many items of a jagged array to keep; shorter ones are padded with NaN.
    """
    kind = kind_of(array)
    if kind == "string":
        yield name, np.array(ak.to_list(array), dtype=object)
    elif kind == "leaf list":
        for leaf in array.fields:
            yield f"{name}_{leaf}", np.ascontiguousarray(ak.to_numpy(array[leaf]))
    elif kind == "jagged":
        padded = ak.pad_none(array, first or 0, axis=1, clip=True)
        yield from _split(name, _nan_for_missing(ak.to_numpy(padded)))
    elif isinstance(ak.type(array).content, ak.types.OptionType):
        yield name, _nan_for_missing(ak.to_numpy(array))
    else:
        yield from _split(name, ak.to_numpy(array))


def _nan_for_missing(values: np.ndarray) -> np.ndarray:
    # The type must not depend on whether anything is missing in this part of the events.
    dtype = np.result_type(values.dtype, np.float32)
    return np.asarray(np.ma.filled(values.astype(dtype), np.nan))


def _split(name: str, values: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    flat = values.reshape(len(values), prod(values.shape[1:]))
    for column, index in enumerate(np.ndindex(values.shape[1:])):
        # A copy, so that the other columns of an array can be freed before this one.
        yield "_".join([name, *map(str, index)]), np.ascontiguousarray(flat[:, column])
