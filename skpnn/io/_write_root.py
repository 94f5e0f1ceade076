"""Scores to a ROOT file, as a tree that is a friend of the events' own."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from skpnn.io._frames import in_chunks
from skpnn.io._score_blocks import score_blocks
from skpnn.io._sources import Files, find_sources
from skpnn.io._trees import open_tree
from skpnn.io._write_tree import add_tree, create_tree

# One basket per branch: large beside its header, small beside any machine's memory.
_ROWS = 100_000


def write_root(
    file: str | os.PathLike[str],
    tree: str,
    scores: Any,
    *,
    columns: Any = None,
    prefix: str = "score",
    friend_of: Files | None = None,
    mode: Literal["create", "overwrite", "update"] = "create",
    not_finite: Literal["error", "keep"] = "error",
) -> None:
    """Write scores to a ROOT file, as a TTree that can be a friend of the events' own.

    The tree has a branch per hypothesis and an entry per event, in the order of the events:
    in ROOT, ``events->AddFriend("scores", "scores.root")`` makes the branches part of the tree
    ``events``.

    Parameters
    ----------
    file : str or path
        The file to write (``~`` is your home).
    tree : str
        The name of the tree, ``"dir/tree"`` inside a directory. One that differs from the
        events' own tree can be told from it in expressions.
    scores : DataFrame, array, Series or mapping, or iterator of these
        What :func:`skpnn.scan` gives, of shape (n_events, k); or the scores of one hypothesis, of
        shape (n_events,); or a mapping from label to such. An iterator, as over the chunks of
        :func:`skpnn.io.read_root`, gives the events in chunks.
    columns : list or Index, default=None
        The labels of an array's columns: hypotheses, or names of branches. For a DataFrame, in
        place of its own.
    prefix : str, default="score"
        What the names of hypotheses start with, and the name of a single column without label.
    friend_of : str, path, list of these, or mapping, default=None
        The events' file(s) and tree(s), as for :func:`skpnn.io.read_root`. Scores of another
        number of events are an error then, as of those that a cut let pass.
    mode : {"create", "overwrite", "update"}, default="create"
        What to do about a file that exists: an error; replace it as a whole; or add the tree to
        it, which must not hold one of this name.
    not_finite : {"error", "keep"}, default="error"
        What to do about scores that are NaN or infinite.

    Raises
    ------
    FileExistsError
        If the file exists, and `mode` is "create".
    FileNotFoundError
        If its directory does not exist.
    TypeError
        If an argument has the wrong type, or scores are no numbers.
    ValueError
        If the rows are not in the order of the events by their index; scores are not finite;
        columns have no names, the same, or ones that ROOT cannot read; or `friend_of` has
        another number of events.

    Notes
    -----
    *Names.* A label that is a text is the branch's name. A hypothesis follows `prefix`, with ``p``
    for the point and ``m`` for the minus: ``score_500``, ``score_750p5``, ``score_m1``,
    ``score_1em05`` for 1e-05. Several parameters are named: ``score_mass_500_width_0p1``. The
    number reads back as ``float("750p5".replace("p", ".").replace("m", "-"))``.

    *Order.* Rows of arrays are taken to be in the order of the events. A DataFrame's or Series'
    index must say so, as 0, 1, 2, …: that of a sample that was shuffled or split does not. A
    sample that was cut while it was read has such an index and still lacks events, which only
    `friend_of` shows. Give events without score one by ``scores.reindex(range(n_events))`` and
    ``not_finite="keep"``.

    *Safety.* The file is written under another name and renamed when it is complete; until then,
    and after any error, a file of its name is as it was. Numbers keep their type: float32 stays
    float32. With "update" the file is copied first; uproot cannot add to every file that others
    wrote, and a file that it would damage is an error.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from skpnn.io import read_root, write_root
    >>> folder = TemporaryDirectory()
    >>> scores = pd.DataFrame({500: [0.125, 0.5], 750.5: [0.25, 0.75]})
    >>> write_root(f"{folder.name}/scores.root", "scores", scores)
    >>> read_root(f"{folder.name}/scores.root")
       score_500  score_750p5
    0      0.125         0.25
    1      0.500         0.75

    Files larger than memory, with the score replaced by a column here:

    >>> chunks = read_root(f"{folder.name}/scores.root", chunk_size=1)
    >>> write_root(
    ...     f"{folder.name}/again.root",
    ...     "scores",
    ...     (chunk[["score_500"]] for chunk in chunks),
    ...     friend_of=f"{folder.name}/scores.root:scores",
    ... )
    >>> read_root(f"{folder.name}/again.root")["score_500"].tolist()
    [0.125, 0.5]
    >>> folder.cleanup()
    """
    _check_options(tree, mode, not_finite)
    path = _target(file, mode)
    n_events = None if friend_of is None else _n_events(friend_of, path, mode)
    blocks = score_blocks(scores, columns, prefix, not_finite, _ROWS)
    frames = _counted(in_chunks(blocks, _ROWS), n_events)
    if mode == "update" and path.exists():
        add_tree(path, tree, frames)
    else:
        create_tree(path, tree, frames)


def _check_options(tree: Any, mode: Any, not_finite: Any) -> None:
    if not isinstance(tree, str):
        raise TypeError(f"tree={tree!r}; expected the name of the tree, such as 'scores'")
    if not all(part.strip(".") for part in tree.split("/")) or ";" in tree or ":" in tree:
        raise ValueError(f"tree={tree!r}; expected a name such as 'scores' or 'dir/scores'")
    if mode not in ("create", "overwrite", "update"):
        raise ValueError(f"mode={mode!r}; expected 'create', 'overwrite' or 'update'")
    if not_finite not in ("error", "keep"):
        raise ValueError(f"not_finite={not_finite!r}; expected 'error' or 'keep'")


def _target(file: Any, mode: str) -> Path:
    if not isinstance(file, str | os.PathLike):
        raise TypeError(f"file={file!r}; expected the path of the file to write")
    if "://" in os.fspath(file):
        raise ValueError(f"file={file!r} is a URL; write to this machine and copy the file")
    # A link stays, and the file that it leads to is replaced.
    path = Path(os.path.realpath(os.path.expanduser(file)))
    if path.is_dir():
        raise ValueError(f"file={file!r} is a directory; give the name of a file in it")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"file={file!r} lies in no directory that exists; create it first")
    if mode == "create" and path.exists():
        raise FileExistsError(
            f"file={file!r} exists; replace it as a whole by mode='overwrite', or add the tree to "
            "it by mode='update'"
        )
    return path


def _n_events(friend_of: Files, path: Path, mode: str) -> int:
    sources = find_sources(friend_of, None)
    if mode == "overwrite" and any(os.path.realpath(s.path) == str(path) for s in sources):
        raise ValueError(f"{str(path)!r} holds the events of friend_of=; they would be lost")
    n_events = 0
    for source in sources:
        with open_tree(source) as tree:
            n_events += tree.num_entries
    return n_events


def _counted(frames: Iterator[pd.DataFrame], n_events: int | None) -> Iterator[pd.DataFrame]:
    found = 0
    for frame in frames:
        found += len(frame)
        yield frame
    if n_events not in (None, found):
        raise ValueError(
            f"there are scores of {found} events, but friend_of= has {n_events}; score all of "
            "them, in their order and without cut"
        )
