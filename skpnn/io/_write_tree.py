"""One tree into a file, as a whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import uproot

from skpnn.io._sources import find_sources
from skpnn.io._trees import reading

__all__ = ["add_tree", "create_tree"]


def create_tree(path: Path, tree: str, frames: Iterator[pd.DataFrame]) -> None:
    """Write a file with one tree; a file that was there stays until the new one is complete."""
    first = next(frames)
    with _replacing(path) as part, open(part, "x+b") as file, uproot.recreate(file) as root:
        _fill(root, tree, first, frames)


def add_tree(path: Path, tree: str, frames: Iterator[pd.DataFrame]) -> None:
    """Write a tree to a copy of a file, which takes the file's place when it is complete.

    Raises
    ------
    ValueError
        If the file holds something of this name, or uproot would damage it.
    """
    first = next(frames)
    before = _contents(path)
    _check_is_free(path, tree, before)
    with _replacing(path) as part:
        shutil.copyfile(path, part)
        with open(part, "r+b") as file, _updating(path, file) as root:
            _fill(root, tree, first, frames)
        _check_nothing_lost(path, part, before)


def _fill(root: Any, tree: str, first: pd.DataFrame, others: Iterator[pd.DataFrame]) -> None:
    # Not root[tree] = …, which writes an RNTuple: no TTree can have one as a friend.
    target = root.mktree(tree, {name: values.dtype for name, values in first.items()})
    frame: pd.DataFrame | None = first
    while frame is not None:
        target.extend({name: values.to_numpy() for name, values in frame.items()})
        frame = next(others, None)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a name beside `path`; what is written there takes its place unless something fails."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        yield part
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _contents(path: Path) -> dict[str, str]:
    """Return the classes of all objects, and check that what describes them can be read."""
    find_sources(path, None)
    with reading(path), uproot.open({path: None}) as file:
        # uproot.update rewrites the list of streamers, and does not understand everyone's.
        _ = file.file.streamers
        return dict(file.classnames(recursive=True))


def _check_is_free(path: Path, tree: str, contents: dict[str, str]) -> None:
    classes = {name.partition(";")[0]: class_name for name, class_name in contents.items()}
    folders = [tree[:k] for k, letter in enumerate(tree) if letter == "/"]
    taken = [name for name in folders if not classes.get(name, "TDirectory").startswith("TDirec")]
    taken += [tree] if tree in classes else []
    if taken:
        raise ValueError(
            f"{str(path)!r} holds a {classes[taken[0]]} of the name {taken[0]!r} already; choose "
            "another tree=, or replace the whole file by mode='overwrite'"
        )


@contextmanager
def _updating(path: Path, file: Any) -> Iterator[Any]:
    try:
        root = uproot.update(file)
    except Exception as error:
        raise ValueError(_cannot_add(path)) from error
    with root:
        yield root


def _check_nothing_lost(path: Path, part: Path, before: dict[str, str]) -> None:
    try:
        after = _contents(part)
    except ValueError as error:
        raise ValueError(_cannot_add(path)) from error
    if not before.items() <= after.items():
        raise ValueError(_cannot_add(path))


def _cannot_add(path: Path) -> str:
    return (
        f"uproot cannot add a tree to {str(path)!r} without damage to it; the file is as it was. "
        "Write the tree to a file of its own"
    )
