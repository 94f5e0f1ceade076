"""ROOT files to one labelled DataFrame, whole or in chunks."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from skpnn.io._branches import iterate, read_branches
from skpnn.io._plan import Block, Request, make_plan
from skpnn.io._sources import Files, Source, find_sources
from skpnn.io._tags import Tags, ThetaValue, tag_sources
from skpnn.io._trees import DamagedFileError, open_tree

# Large enough that reading costs little beside decompressing, small beside any machine's memory.
_STEP = "50 MB"


@overload
def read_root(
    files: Files,
    tree: str | Sequence[str] | None = ...,
    columns: str | Sequence[str] | Mapping[str, str] | None = ...,
    *,
    label: Any = ...,
    theta: ThetaValue | str | Mapping[str, ThetaValue] = ...,
    theta_name: str = ...,
    weight: float | str | Mapping[str, float | str] | None = ...,
    cut: str | None = ...,
    jagged: int | Mapping[str, int] | None = ...,
    not_flat: Literal["error", "skip"] = ...,
    chunk_size: None = ...,
) -> pd.DataFrame: ...


@overload
def read_root(
    files: Files,
    tree: str | Sequence[str] | None = ...,
    columns: str | Sequence[str] | Mapping[str, str] | None = ...,
    *,
    label: Any = ...,
    theta: ThetaValue | str | Mapping[str, ThetaValue] = ...,
    theta_name: str = ...,
    weight: float | str | Mapping[str, float | str] | None = ...,
    cut: str | None = ...,
    jagged: int | Mapping[str, int] | None = ...,
    not_flat: Literal["error", "skip"] = ...,
    chunk_size: int | str,
) -> Iterator[pd.DataFrame]: ...


def read_root(
    files: Files,
    tree: str | Sequence[str] | None = None,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    *,
    label: Any = None,
    theta: ThetaValue | str | Mapping[str, ThetaValue] = None,
    theta_name: str = "mass",
    weight: float | str | Mapping[str, float | str] | None = None,
    cut: str | None = None,
    jagged: int | Mapping[str, int] | None = None,
    not_flat: Literal["error", "skip"] = "error",
    chunk_size: int | str | None = None,
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Read ROOT files (TTrees or RNTuples) into one DataFrame with θ, weight and label.

    The columns are the features, then θ, then ``weight``, then ``label``, so that
    ``df.drop(columns=["weight", "label"])`` is an ``X`` whose last column is θ. The rows keep the
    order of the files and of the events in them.

    Parameters
    ----------
    files : str, path, list of these, or mapping
        Paths, globs (``"data/ttbar_*.root"``, sorted by name), ``"file.root:tree"``, or URLs that
        uproot can open; or a mapping from such a file to its tree or list of trees.
    tree : str or list of str, default=None
        The tree(s) to read from every file that does not name its own; ``"dir/tree"`` inside a
        directory. None is the file's only tree; several saves of it (``tree;2``, ``tree;3``) are
        one tree, of which the latest is read.
    columns : str, list of str, or mapping, default=None
        Branches or expressions of branches (``"sqrt(px**2 + py**2)"``; ``get("name")`` for a name
        that is no Python name), or a mapping from the column's name to one of these. None reads
        every branch, except those that `weight` names, which are no features.
    label : scalar or mapping, default=None
        The class of the events: one for all files, or a mapping from file pattern to class (see
        Notes), which must cover all files.
    theta : float, mapping or str, default=None
        The theory parameter(s), in the units that the model is to use (GeV, say). A number is the
        column `theta_name` of every file; ``{"mass": 500, "width": 0.1}`` as a value of the
        mapping gives several columns. A mapping from file pattern to one of these leaves files
        that match no pattern NaN: no hypothesis, as background should be. A template such as
        ``"signal_{mass}.root"`` reads the columns' names and values from the files' names
        (``0p5`` is 0.5), and leaves files that it does not match NaN.
    theta_name : str, default="mass"
        Column of a θ that has no name of its own.
    weight : str, float or mapping, default=None
        A branch, an expression (``"EventWeight * 0.83"``), a number, or a mapping from file
        pattern to one of these, which must cover all files. Negative weights are kept.
    cut : str, default=None
        Keep the events for which this expression is true, as ``"(nJet >= 2) & (MET > 30)"``.
        It may use branches that are not read into columns.
    jagged : int or mapping from str to int, default=None
        How many items of every jagged branch, or of each one named, to keep: ``{"Jet_pt": 2}``
        gives ``Jet_pt_0`` and ``Jet_pt_1``, padded with NaN. Arrays of fixed shape become columns
        in the same way without being asked for.
    not_flat : {"error", "skip"}, default="error"
        With ``columns=None``, what to do about branches that are not one number per event:
        jagged ones that `jagged` does not cover, strings, and objects. A string that `columns`
        names is read.
    chunk_size : int or str, default=None
        Give an iterator of DataFrames: all but the last with this number of rows; or as they come
        from reading about so much (``"50 MB"``) at a time. Their index runs on.

    Returns
    -------
    DataFrame of shape (n_events, n_columns), or iterator of such
        Numbers keep their type (float32, int32, bool …), but for jagged ones: 32-bit and larger
        integers become float64, smaller ones and bool float32, to hold NaN. θ and weight are
        float64.

    Raises
    ------
    FileNotFoundError
        If a file does not exist, or a glob matches none.
    TypeError
        If an argument has the wrong type.
    ValueError
        If a file is no ROOT file, or damaged; a tree or branch does not exist; a branch is not
        one number per event and nothing says what to do; or the files give different columns.

    Notes
    -----
    A *file pattern* is compared with the end of a path, as by :meth:`pathlib.PurePath.match`:
    ``"signal_*"`` and ``"zprime/*.root"`` match ``data/zprime/signal_500.root``. Where `files` or
    `tree` names trees, ``"*:control"`` matches the tree ``control``. The first pattern that
    matches a file decides; a pattern that decides no file is an error.

    Without `chunk_size` the peak memory is about twice that of the result; with it, that of a
    chunk and about 200 MB. A θ that is a branch is a column like others: name it last.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import uproot
    >>> from skpnn.io import read_root
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name in ["ttbar", "signal_500", "signal_750"]:
    ...     with uproot.recreate(f"{folder.name}/{name}.root") as file:
    ...         _ = file.mktree("events", {"m_tt": "float32", "w": "float64"})
    ...         file["events"].extend({"m_tt": np.array([480, 510.5]), "w": np.array([1, -0.5])})
    >>> read_root(
    ...     [f"{folder.name}/ttbar.root", f"{folder.name}/signal_*.root"],
    ...     label={"ttbar*": 0, "signal*": 1},
    ...     theta="signal_{mass}.root",
    ...     weight="w",
    ... )
        m_tt   mass  weight  label
    0  480.0    NaN     1.0      0
    1  510.5    NaN    -0.5      0
    2  480.0  500.0     1.0      1
    3  510.5  500.0    -0.5      1
    4  480.0  750.0     1.0      1
    5  510.5  750.0    -0.5      1
    >>> folder.cleanup()
    """
    _check_options(jagged, not_flat, cut, chunk_size)
    sources = find_sources(files, tree)
    tags = tag_sources(sources, label=label, theta=theta, theta_name=theta_name, weight=weight)
    weights = [tag.weight for tag in tags if isinstance(tag.weight, str)]
    request = Request(_as_expressions(columns), cut, jagged, not_flat, weights)
    if chunk_size is None:
        return _to_frame(_concatenate(list(_blocks(sources, tags, request, _STEP))))
    step = chunk_size if isinstance(chunk_size, str) else _STEP
    rows = None if isinstance(chunk_size, str) else chunk_size
    chunks = _chunks(_blocks(sources, tags, request, step), rows)
    # The first chunk is read here, so that errors come from this call and not from a loop.
    return chain([next(chunks)], chunks)


def _check_options(jagged: Any, not_flat: Any, cut: Any, chunk_size: Any) -> None:
    for name, size in jagged.items() if isinstance(jagged, Mapping) else [("", jagged)]:
        if size is not None and not _is_positive_integer(size):
            raise ValueError(
                f"jagged={jagged!r}: {name} {size!r} is not a number of items (1, 2, …)"
            )
    if not_flat not in {"error", "skip"}:
        raise ValueError(f"not_flat={not_flat!r}; expected 'error' or 'skip'")
    if not (cut is None or isinstance(cut, str)):
        raise TypeError(f"cut={cut!r}; expected an expression such as '(nJet >= 2) & (MET > 30)'")
    is_memory = isinstance(chunk_size, str) and re.fullmatch(
        r"\s*\d+(\.\d*)?\s*[kMGT]B\s*", chunk_size, re.IGNORECASE
    )
    if not (chunk_size is None or is_memory or _is_positive_integer(chunk_size)):
        raise ValueError(f"chunk_size={chunk_size!r}; expected a number of rows or, say, '50 MB'")


def _is_positive_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) > 0


def _as_expressions(columns: Any) -> dict[str, str] | None:
    if columns is None:
        return None
    listed = [columns] if isinstance(columns, str) else columns
    expressions = dict(listed) if isinstance(listed, Mapping) else {name: name for name in listed}
    if len(expressions) < len(listed) or not expressions:
        raise ValueError(f"columns={columns!r} is empty or names a column twice")
    wrong = [x for pair in expressions.items() for x in pair if not isinstance(x, str)]
    if wrong:
        raise TypeError(f"columns= holds {wrong[0]!r}; expected names of branches or expressions")
    return expressions


def _blocks(
    sources: list[Source], tags: list[Tags], request: Request, step: str
) -> Iterator[Block]:
    expected: list[str] | None = None
    for source, source_tags in zip(sources, tags, strict=True):
        with closing(_blocks_of(source, source_tags, request, step)) as blocks:
            for block in blocks:
                if expected is None:
                    expected = list(block)
                _check_same_columns(source, sources[0], list(block), expected)
                yield {name: block[name] for name in expected}


def _blocks_of(source: Source, tags: Tags, request: Request, step: str) -> Generator[Block]:
    with open_tree(source) as tree:
        try:
            plan = make_plan(read_branches(tree, source), request, tags)
            yield plan.empty_block()
            for arrays in iterate(tree, source, plan.paths, step):
                yield plan.block(arrays)
                del arrays
        except DamagedFileError:
            raise
        except ValueError as error:
            raise ValueError(f"{source}: {error}") from error


def _check_same_columns(
    source: Source, first: Source, names: list[str], expected: list[str]
) -> None:
    lacking = [name for name in expected if name not in names]
    extra = [name for name in names if name not in expected]
    if lacking or extra:
        raise ValueError(
            f"{source} does not give the same columns as {first}: it lacks {lacking[:5]} "
            f"({len(lacking)}) and adds {extra[:5]} ({len(extra)}); list common ones in columns="
        )


def _concatenate(blocks: list[Block]) -> Block:
    # Each column is freed from the blocks as soon as it is copied: twice the memory is not needed.
    names = list(blocks[0])
    return {name: np.concatenate([block.pop(name) for block in blocks]) for name in names}


def _to_frame(block: Block, start: int = 0) -> pd.DataFrame:
    return pd.DataFrame(block, index=pd.RangeIndex(start, start + _length(block)))


def _length(block: Block) -> int:
    return len(next(iter(block.values())))


def _chunks(blocks: Iterator[Block], rows: int | None) -> Iterator[pd.DataFrame]:
    start = 0
    held: list[Block] = []
    for block in blocks:
        held.append(block)
        if sum(map(_length, held)) < (rows or 1):
            continue
        whole = _concatenate(held)
        size = rows or _length(whole)
        stop = _length(whole) // size * size
        for begin in range(0, stop, size):
            yield _to_frame(_rows(whole, begin, begin + size), start)
            start += size
        held = [_rows(whole, stop, None)]
        del whole, block  # before the next step is read
    rest = _concatenate(held)
    if start == 0 or _length(rest):
        yield _to_frame(rest, start)


def _rows(block: Block, begin: int, end: int | None) -> Block:
    # The tail is a copy, so that it does not keep the rest of its block alive.
    return {name: values[begin:end].copy() for name, values in block.items()}
