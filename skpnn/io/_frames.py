"""From the trees of several files to DataFrames, whole or in chunks."""

import warnings
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing

import numpy as np
import pandas as pd

from skpnn.exceptions import EmptySelectionWarning
from skpnn.io._branches import iterate, read_branches
from skpnn.io._plan import Block, Request, make_plan
from skpnn.io._sources import Source, shown
from skpnn.io._tags import Tags
from skpnn.io._trees import DamagedFileError, open_tree


def read_blocks(
    sources: list[Source], tags: list[Tags], request: Request, step_size: str
) -> Iterator[Block]:
    """Give the events of all trees in blocks of the same columns; each tree's first has none.

    Warns
    -----
    EmptySelectionWarning
        After the last block, if the cut left no event of some trees that have events.
    """
    first: Block = {}
    read: Counter[Source] = Counter()
    kept: Counter[Source] = Counter()
    for source, source_tags in zip(sources, tags, strict=True):
        with closing(_blocks_of(source, source_tags, request, step_size)) as blocks:
            for n_events, block in blocks:
                first = first or block
                _check_same_columns(source, block, sources[0], first)
                read[source] = n_events
                kept[source] += _length(block)
                yield {name: block[name] for name in first}
                del block  # before the next step is read
    emptied = {source: n for source, n in read.items() if n and not kept[source]}
    if emptied:
        warnings.warn(_no_event_left(request, emptied), EmptySelectionWarning, stacklevel=4)


def _no_event_left(request: Request, emptied: dict[Source, int]) -> str:
    return (
        f"cut={request.cut!r} leaves no event of {shown([*emptied])} "
        f"({sum(emptied.values()):,} read); are its units right?"
    )


def _blocks_of(
    source: Source, tags: Tags, request: Request, step_size: str
) -> Generator[tuple[int, Block]]:
    """Give each block, the first without events, with the number of events in the tree."""
    with open_tree(source) as tree:
        try:
            plan = make_plan(read_branches(tree, source), request, tags)
            yield tree.num_entries, plan.empty_block()
            for block in map(plan.block, iterate(tree, source, plan.paths, step_size)):
                yield tree.num_entries, block
                del block  # before the next step is read
        except DamagedFileError:
            raise
        except ValueError as error:
            raise ValueError(f"{source}: {error}") from error


def _check_same_columns(source: Source, block: Block, first: Source, expected: Block) -> None:
    common = [name for name in expected if name in block]
    differences = {
        "it lacks": [name for name in expected if name not in block],
        "it adds": [name for name in block if name not in expected],
        "one has numbers and one has texts in": [
            name for name in common if _is_text(block[name]) != _is_text(expected[name])
        ],
    }
    found = [f"{words} {names[:5]} ({len(names)})" for words, names in differences.items() if names]
    if found:
        raise ValueError(
            f"{source} does not give the same columns as {first}: {', '.join(found)}; "
            "list common ones in columns="
        )


def _is_text(values: np.ndarray) -> bool:
    return values.dtype.kind not in "biuf"


def in_one(blocks: Iterator[Block]) -> pd.DataFrame:
    """Concatenate blocks to one DataFrame, without holding all of it more than twice."""
    return _to_frame(_concatenate(list(blocks)), start=0)


def in_chunks(blocks: Iterator[Block], rows: int | None) -> Iterator[pd.DataFrame]:
    """Give DataFrames of `rows` events each, but the last; as the blocks come if None.

    At least one is given, and the index runs on.
    """
    start = 0
    held = next(blocks)
    for block in blocks:
        whole = _concatenate([held, block])
        size = rows or max(1, _length(whole))
        full = _length(whole) // size * size
        for begin in range(0, full, size):
            yield _to_frame(_rows(whole, begin, begin + size), start)
            start += size
        # A copy, so that it does not keep the rest of its block alive.
        held = {name: values[full:].copy() for name, values in whole.items()}
        del whole, block  # before the next step is read
    if start == 0 or _length(held):
        yield _to_frame(held, start)


def _concatenate(blocks: list[Block]) -> Block:
    # Each column is freed from the blocks as soon as it is copied: twice the memory is not needed.
    return {n: np.concatenate([block.pop(n) for block in blocks]) for n in list(blocks[0])}


def _to_frame(block: Block, start: int) -> pd.DataFrame:
    return pd.DataFrame(block, index=pd.RangeIndex(start, start + _length(block)))


def _length(block: Block) -> int:
    return len(next(iter(block.values())))


def _rows(block: Block, begin: int, end: int) -> Block:
    return {name: values[begin:end] for name, values in block.items()}
