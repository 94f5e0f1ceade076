"""Opening one tree (TTree, TNtuple or RNTuple) of one file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uproot

from skpnn.io._sources import Source


class DamagedFileError(ValueError):
    """uproot failed on bytes that should have been readable."""

    def __init__(self, place: object, error: Exception) -> None:
        reason = str(error).strip().partition("\n")[0] or "no reason given"
        super().__init__(
            f"{place} cannot be read: {type(error).__name__}: {reason}. "
            "Is the file damaged or truncated (compare its size with that of the original)?"
        )


@contextmanager
def reading(place: object) -> Iterator[None]:
    """Turn what uproot raises on damaged bytes, which may be anything, into DamagedFileError."""
    try:
        yield
    except (ImportError, MemoryError, FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        raise DamagedFileError(place, error) from error


@contextmanager
def open_tree(source: Source) -> Iterator[Any]:
    """Open the tree that `source` names, or the only one of the file; close it afterwards."""
    with reading(source.path):
        # A mapping keeps uproot from splitting the path at a colon; caches would keep every
        # array that was read alive beside the DataFrame.
        file = uproot.open({source.path: None}, object_cache=None, array_cache=None)
    with file:
        yield _get_tree(file, source)


def _get_tree(file: Any, source: Source) -> Any:
    with reading(source.path):
        # Cycles (tree;3, tree;2) are earlier saves of one tree: uproot returns the latest.
        classes = dict(file.classnames(recursive=True, cycle=False))
    name = _only_tree(classes, source) if source.tree is None else source.tree
    if name not in file:
        raise ValueError(f"{source.path!r} has no tree {name!r}; {_found(classes)}")
    class_name = classes[name.partition(";")[0]]
    if not _is_tree(class_name):
        raise ValueError(f"{source} is a {class_name}, not a tree; {_found(classes)}")
    with reading(source):
        return file[name]


def _only_tree(classes: dict[str, str], source: Source) -> str:
    names = _tree_names(classes)
    if len(names) != 1:
        advice = f"; choose with tree={names[0]!r} or a list of them" if names else ""
        raise ValueError(
            f"{source.path!r} does not hold exactly one tree; {_found(classes)}{advice}"
        )
    return names[0]


def _tree_names(classes: dict[str, str]) -> list[str]:
    return [name for name, class_name in classes.items() if _is_tree(class_name)]


def _is_tree(class_name: str) -> bool:
    return class_name in {"TTree", "TNtuple", "TNtupleD"} or class_name.endswith("::RNTuple")


def _found(classes: dict[str, str]) -> str:
    names = _tree_names(classes)
    if names:
        return f"its trees are {names}"
    kinds = sorted(set(classes.values()))
    return f"it holds no tree or RNTuple, but objects of {kinds}" if kinds else "it is empty"
