"""Which files and which trees are to be read, and in which order."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any, TypeAlias

Location: TypeAlias = str | os.PathLike[str]
Files: TypeAlias = Location | Sequence[Location] | Mapping[Location, str | Sequence[str]]

_FOREIGN_FORMATS = {
    b"PAR1": "a Parquet file: read it with pandas.read_parquet",
    b"\x89HDF": "an HDF5 file: read it with pandas.read_hdf",
    b"PK\x03\x04": "a zip or npz archive: unpack it, or read it with numpy.load",
    b"\x1f\x8b\x08": "a gzip file: unpack it first",
}


@dataclass(frozen=True)
class Source:
    """One tree of one file; no name of a tree stands for the only tree of the file."""

    path: str
    tree: str | None = None

    def __str__(self) -> str:
        return self.path if self.tree is None else f"{self.path}:{self.tree}"


def find_sources(files: Files, tree: str | Sequence[str] | None) -> list[Source]:
    """List what is to be read, in the order of `files`; a glob's files are sorted by name.

    Raises
    ------
    FileNotFoundError
        If a file does not exist, or a glob matches none.
    ValueError
        If nothing is to be read, something is to be read twice, or a file is not a ROOT file.
    """
    sources = [
        Source(path, name)
        for location, trees in _locations(files)
        for path, in_location in _expand(location)
        for name in _tree_names(trees or in_location or tree)
    ]
    if not sources:
        raise ValueError(
            f"files={files!r}, tree={tree!r} names no file; give at least one ROOT file"
        )
    _refuse_repeats(sources)
    for path in {source.path for source in sources}:
        _refuse_foreign_format(path)
    return sources


def shown(items: Sequence[object]) -> str:
    """Shorten a list of names for a message."""
    more = f" and {len(items) - 5} more" if len(items) > 5 else ""
    return f"{[str(item) for item in items[:5]]}{more}"


def _locations(files: Files) -> list[tuple[str, str | Sequence[str] | None]]:
    if isinstance(files, Mapping):
        return [(_as_text(location), trees) for location, trees in files.items()]
    # A set has no order, and the order of the files is that of the events.
    if isinstance(files, str | os.PathLike | bytes | set | frozenset):
        return [(_as_text(files), None)]
    if isinstance(files, Iterable):
        return [(_as_text(location), None) for location in files]
    raise TypeError(_wrong_files(files))


def _as_text(location: Any) -> str:
    if isinstance(location, str | os.PathLike):
        return os.path.expanduser(os.fspath(location))
    raise TypeError(_wrong_files(location))


def _wrong_files(given: Any) -> str:
    return (
        f"files holds {given!r} of type {type(given).__name__}; expected a path, a glob, "
        "'file.root:tree', a list of these, or a mapping from file to tree"
    )


def _tree_names(trees: str | Sequence[str] | None) -> list[str | None]:
    if trees is None:
        return [None]
    names = [trees] if isinstance(trees, str) or not isinstance(trees, Iterable) else list(trees)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"tree={trees!r}; expected the name of a tree, or a list of names")
    return [name.strip("/") for name in names]


def _expand(location: str) -> list[tuple[str, str | None]]:
    path, tree = _split_tree(location)
    if "://" in path or os.path.isfile(path):
        return [(path, tree)]
    if os.path.isdir(path):
        raise ValueError(f"{path!r} is a directory; for all files in it give '{path}/*.root'")
    matches = sorted(match for match in glob(path, recursive=True) if os.path.isfile(match))
    if not matches:
        raise FileNotFoundError(f"no file matches {path!r} (working directory: {Path.cwd()})")
    return [(match, tree) for match in matches]


def _split_tree(location: str) -> tuple[str, str | None]:
    # A colon may also belong to the file's name, to a URL or to a Windows drive.
    if os.path.exists(location):
        return location, None
    path, colon, tree = location.rpartition(":")
    if not colon or tree.startswith("//") or re.fullmatch(r"[A-Za-z]", path):
        return location, None
    return path, tree or None


def _refuse_repeats(sources: list[Source]) -> None:
    trees: dict[str, list[str | None]] = {}
    for source in sources:
        seen = trees.setdefault(os.path.realpath(source.path), [])
        # The only tree of a file may also have been named.
        if source.tree in seen or (seen and None in [source.tree, *seen]):
            raise ValueError(
                f"files names {source} more than once, perhaps by a link or another spelling; "
                "its events would count twice"
            )
        seen.append(source.tree)


def _refuse_foreign_format(path: str) -> None:
    if "://" in path:
        return
    with open(path, "rb") as file:
        start = file.read(4)
    if start == b"root":
        return
    for magic, meaning in _FOREIGN_FORMATS.items():
        if start.startswith(magic):
            raise ValueError(f"{path!r} is not a ROOT file but {meaning}")
    raise ValueError(
        f"{path!r} is not a ROOT file: it starts with {start!r}, a ROOT file with b'root'"
    )
