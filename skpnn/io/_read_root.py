"""ROOT files to one labelled DataFrame, whole or in chunks."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from skpnn.io._frames import in_chunks, in_one, read_blocks
from skpnn.io._plan import Request
from skpnn.io._sources import Files, find_sources
from skpnn.io._tags import ThetaValue, tag_sources

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
    order of the files and of the events in them: shuffle them before cross-validation, whose folds
    would each be another file. Values keep the file's units.

    Parameters
    ----------
    files : str, path, list of these, or mapping
        Paths (``~`` is your home), globs (``"data/ttbar_*.root"``, sorted by name),
        ``"file.root:tree"``, or URLs that uproot can open; or a mapping from such a file to its
        tree or list of trees.
    tree : str or list of str, default=None
        The tree(s) to read from every file that does not name its own; ``"dir/tree"`` inside a
        directory. None is the file's only tree; several saves of it (``tree;2``, ``tree;3``) are
        one tree, of which the latest is read.
    columns : str, list of str, or mapping, default=None
        Branches or expressions of branches (see Notes), or a mapping from the column's name to
        one of these. None reads every branch, except those that `weight` names, which are no
        features.
    label : number, str or mapping, default=None
        The class of the events: one for all files, or a mapping from file pattern to class (see
        Notes), which must cover all files. None adds no column.
    theta : float, mapping or str, default=None
        The theory parameter(s), in the units that the model is to use (GeV, say). A number is the
        column `theta_name` of every file; ``{"mass": 500, "width": 0.1}`` as a value of the
        mapping gives several columns. A mapping from file pattern to one of these leaves files
        that match no pattern NaN: no hypothesis, as background should be. A template such as
        ``"signal_{mass}.root"`` reads the columns' names and values from the files' names
        (``0p5`` is 0.5), and leaves files that it does not match NaN. It is compared with the
        whole name, where ``*`` stands for the rest: ``"*_m{mass}GeV.root"``. A θ that is a
        branch is a column like others: name it last.
    theta_name : str, default="mass"
        Column of a θ that has no name of its own.
    weight : str, float or mapping, default=None
        A branch, an expression (``"EventWeight * 0.83"``), a number, or a mapping from file
        pattern to one of these, which must cover all files. Negative weights are kept. None adds
        no column.
    cut : str, default=None
        Keep the events for which this expression is true, as ``"(nJet >= 2) & (MET > 30)"``.
        It may use branches that are not read into columns. The other expressions see only the
        events that pass.
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
        If a file is no ROOT file, is damaged, or is named twice; a tree or branch does not exist;
        an expression fails; a column is not one number per event and nothing says what to do; a
        file has no label or weight where others have; or the files give different columns.

    Warns
    -----
    EmptySelectionWarning
        Once, naming the files of which `cut` leaves no event: its units may not be theirs. With
        `chunk_size`, after the last chunk.

    Notes
    -----
    A *file pattern* is compared with the end of a path, as by :meth:`pathlib.PurePath.match`:
    ``"signal_*"`` and ``"zprime/*.root"`` match ``data/zprime/signal_500.root``. Where `files` or
    `tree` names trees, ``"*:control"`` matches the tree ``control``. The first pattern that
    matches a file decides; a pattern that decides no file is an error.

    An *expression* is Python in uproot's language: ``"sqrt(px**2 + py**2)"``, with ``&``, ``|``
    and ``~`` between conditions in parentheses, and ``get("name")`` for a name that is no Python
    name. Over the items of each event go ``sum``, ``max``, ``min``, ``any``, ``all`` and
    ``count``: ``"sum(Jet_pt)"`` is an H_T, ``"sum(Jet_pt > 30)"`` a number of jets, and
    ``"max(Jet_pt[abs(Jet_eta) < 2.4])"`` is NaN where there is none. An index counts events
    first: ``"Jet_pt[:, 0]"``, not ``"Jet_pt[0]"``, is the first item of each event, and needs one
    in every event, which `jagged` does not.

    Without `chunk_size` the peak memory is about two and a half times that of the result; with
    it, that of a few chunks and some 300 MB. Friend trees are not followed.

    Examples
    --------
    Files per class and mass, here of two events each:

    >>> from tempfile import TemporaryDirectory
    >>> import awkward as ak
    >>> import numpy as np
    >>> import uproot
    >>> from skpnn.io import read_root
    >>> folder = TemporaryDirectory()
    >>> for name in ["ttbar", "signal_500", "signal_750"]:
    ...     with uproot.recreate(f"{folder.name}/{name}.root") as file:
    ...         _ = file.mktree("events", {"m_tt": "f4", "w": "f8", "jet_pt": "var * float32"})
    ...         jets = ak.values_astype(ak.Array([[80, 35, 20], [50]]), "float32")
    ...         file["events"].extend({"m_tt": [480, 510.5], "w": [1, -0.5], "jet_pt": jets})
    >>> files = [f"{folder.name}/ttbar.root", f"{folder.name}/signal_*.root"]
    >>> read_root(
    ...     files,
    ...     columns=["m_tt"],
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

    The first two jets of each event, H_T and a number of jets:

    >>> columns = {"jet_pt": "jet_pt", "ht": "sum(jet_pt)", "n30": "sum(jet_pt > 30)"}
    >>> read_root(files[0], columns=columns, jagged={"jet_pt": 2})
       jet_pt_0  jet_pt_1     ht  n30
    0      80.0      35.0  135.0    2
    1      50.0       NaN   50.0    1

    Files larger than memory, four events at a time:

    >>> [len(chunk) for chunk in read_root(files, columns=["m_tt"], chunk_size=4)]
    [4, 2]
    >>> folder.cleanup()
    """
    _check_options(jagged, not_flat, cut, chunk_size)
    sources = find_sources(files, tree)
    tags = tag_sources(sources, label=label, theta=theta, theta_name=theta_name, weight=weight)
    weights = [tag.weight for tag in tags if isinstance(tag.weight, str)]
    request = Request(_as_expressions(columns), cut, jagged, not_flat, weights)
    if chunk_size is None:
        return in_one(read_blocks(sources, tags, request, _STEP))
    step, rows = (chunk_size, None) if isinstance(chunk_size, str) else (_STEP, chunk_size)
    chunks = in_chunks(read_blocks(sources, tags, request, step), rows)
    # The first chunk is read here, so that errors come from this call and not from a loop.
    return chain([next(chunks)], chunks)


def _check_options(jagged: Any, not_flat: Any, cut: Any, chunk_size: Any) -> None:
    sizes = jagged.values() if isinstance(jagged, Mapping) else [jagged]
    if jagged is not None and not all(map(_is_positive_integer, sizes)):
        raise ValueError(
            f"jagged={jagged!r} is not a number of items (1, 2, …), nor a mapping to such numbers"
        )
    if not_flat not in ("error", "skip"):
        raise ValueError(f"not_flat={not_flat!r}; expected 'error' or 'skip'")
    if not (cut is None or isinstance(cut, str)):
        raise TypeError(f"cut={cut!r}; expected an expression such as '(nJet >= 2) & (MET > 30)'")
    if not (chunk_size is None or _is_memory(chunk_size) or _is_positive_integer(chunk_size)):
        raise ValueError(f"chunk_size={chunk_size!r}; expected a number of rows or, say, '50 MB'")


def _is_memory(value: Any) -> bool:
    pattern = r"\s*(\d+(?:\.\d*)?)\s*[kMGT]B\s*"
    match = re.fullmatch(pattern, value, re.IGNORECASE) if isinstance(value, str) else None
    return match is not None and float(match[1]) > 0


def _is_positive_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) > 0


def _as_expressions(columns: Any) -> dict[str, str] | None:
    if columns is None:
        return None
    pairs = _pairs(columns)
    wrong = [text for pair in pairs for text in pair if not isinstance(text, str)]
    if wrong:
        raise TypeError(f"columns= holds {wrong[0]!r}; expected names of branches or expressions")
    if len(dict(pairs)) < len(pairs) or not pairs:
        raise ValueError(f"columns={columns!r} is empty or names a column twice")
    return dict(pairs)


def _pairs(columns: Any) -> list[tuple[Any, Any]]:
    if isinstance(columns, Mapping):
        return list(columns.items())
    # A set has no order, and the last column is θ.
    if isinstance(columns, str | bytes | set | frozenset) or not isinstance(columns, Iterable):
        return [(columns, columns)]
    return [(column, column) for column in columns]
