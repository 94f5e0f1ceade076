"""Scores in any form to blocks of branches: one value per event, in the file's order."""

from collections.abc import Iterable, Iterator, Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from skpnn.io._branch_names import branch_names
from skpnn.io._plan import Block

__all__ = ["score_blocks"]

_ROOT_TYPES = {"bool", *(f"{sign}int{n}" for sign in ("", "u") for n in (8, 16, 32, 64))}
_ROOT_TYPES |= {"float32", "float64"}


def score_blocks(
    scores: Any, columns: Any, prefix: str, not_finite: str, rows: int
) -> Iterator[Block]:
    """Give the scores in blocks of at most `rows` events, behind an empty one."""
    labels = None if columns is None else _as_index(columns)
    start = 0
    expected: dict[str, np.dtype] = {}
    for table in scores if isinstance(scores, Iterator) else [scores]:
        block = _block(table, labels, prefix, start)
        found = {name: values.dtype for name, values in block.items()}
        if not expected:
            expected = found
            yield _rows(block, 0, 0)
        _check_same_branches(found, expected, start)
        if not_finite == "error":
            _check_finite(block, start)
        n_events = len(next(iter(block.values())))
        for begin in range(0, n_events, rows):
            yield _rows(block, begin, begin + rows)
        start += n_events
    if not expected:
        raise ValueError("scores is an iterator without any chunk; expected at least one")


def _rows(block: Block, begin: int, end: int) -> Block:
    return {name: values[begin:end] for name, values in block.items()}


def _block(table: Any, labels: pd.Index | None, prefix: str, start: int) -> Block:
    own_labels, arrays = _labels_and_arrays(table, start)
    if not arrays:
        raise ValueError("scores has no columns; expected one per hypothesis")
    labels = own_labels if labels is None else labels
    if labels is None and len(arrays) > 1:
        raise ValueError(
            f"scores is an array of {len(arrays)} columns without names; give their hypotheses or "
            "the names of their branches, as columns=[500, 750]"
        )
    labels = pd.Index([prefix]) if labels is None else labels
    if len(labels) != len(arrays):
        raise ValueError(f"columns= has {len(labels)} label(s), but scores {len(arrays)} column(s)")
    block = dict(zip(branch_names(labels, prefix), arrays, strict=True))
    _check_numbers(block)
    return block


def _as_index(columns: Any) -> pd.Index:
    if isinstance(columns, str | Real):
        return pd.Index([columns])
    if isinstance(columns, pd.Index):
        return columns
    # A set has no order.
    if isinstance(columns, bytes | set | frozenset) or not isinstance(columns, Iterable):
        raise TypeError(f"columns={columns!r}; expected a list of hypotheses or of names")
    return pd.Index(list(columns))


def _labels_and_arrays(table: Any, start: int) -> tuple[pd.Index | None, list[np.ndarray]]:
    """Return the labels, None where there are none, and one array of shape (n,) for each."""
    if isinstance(table, pd.DataFrame):
        _check_order(table.index, start)
        # Not table[label]: labels may be there twice, which is reported with the names.
        return table.columns, [table.iloc[:, k].to_numpy() for k in range(table.shape[1])]
    if isinstance(table, pd.Series):
        return None if table.name is None else pd.Index([table.name]), [_column(table, start)]
    if isinstance(table, Mapping):
        arrays = [_column(values, start) for values in table.values()]
        _check_same_length(dict(zip(table, arrays, strict=True)))
        return pd.Index(list(table)), arrays
    _check_not_masked(table)
    array = np.asarray(table)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"scores is a {type(table).__name__} of shape {array.shape}; expected a DataFrame or "
            "array with a row per event and a column per hypothesis, a Series, a mapping from "
            "name to array, or an iterator of such chunks"
        )
    return None, list(array.T) if array.ndim == 2 else [array]


def _column(values: Any, start: int) -> np.ndarray:
    if isinstance(values, pd.Series):
        _check_order(values.index, start)
        return values.to_numpy()
    _check_not_masked(values)
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(
            f"a column of scores has the shape {array.shape}; expected one number per event"
        )
    return array


def _check_not_masked(values: Any) -> None:
    if np.ma.is_masked(values):
        raise ValueError(
            "scores has masked values; an event without score holds NaN: np.ma.filled(scores, "
            "np.nan), with not_finite='keep'"
        )


def _check_order(index: pd.Index, start: int) -> None:
    if not len(index) or index.equals(pd.RangeIndex(start, start + len(index))):
        return
    row, label = next((k, label) for k, label in enumerate(index) if label != start + k)
    way = (
        "the index must run on from chunk to chunk, as that of read_root(chunk_size=…) does"
        if start
        else "if they were shuffled, put them back by sort_index(); if they are all events in the "
        "file's order, say so by reset_index(drop=True); if they are a part, score all events"
    )
    raise ValueError(
        f"row {row} of scores has the index {label!r}, expected {start + row}: a friend tree has a "
        f"row per event, in the order of the file, which the index counts. To go on with these "
        f"rows, {way}"
    )


def _check_same_length(arrays: dict[Any, np.ndarray]) -> None:
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns of scores have different numbers of events: {lengths}")


def _check_numbers(block: Block) -> None:
    for name, values in block.items():
        if values.dtype.name not in _ROOT_TYPES:
            raise TypeError(
                f"the scores for the branch {name!r} are of dtype {values.dtype}; expected "
                "float32 or float64, as .astype('float32') gives"
            )


def _check_same_branches(
    found: dict[str, np.dtype], expected: dict[str, np.dtype], start: int
) -> None:
    if found != expected:
        raise ValueError(
            f"the chunk of scores that starts at event {start} has the branches "
            f"{_as_text(found)}, the first chunk {_as_text(expected)}; expected the same"
        )


def _as_text(dtypes: dict[str, np.dtype]) -> str:
    return ", ".join(f"{name} ({dtype})" for name, dtype in dtypes.items())


def _check_finite(block: Block, start: int) -> None:
    for name, values in block.items():
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            raise ValueError(
                f"{len(bad)} of {len(values)} scores for the branch {name!r} are not finite; the "
                f"first is {values[bad[0]]} at event {start + bad[0]}. Scores without a value "
                "are written as they are with not_finite='keep'"
            )
