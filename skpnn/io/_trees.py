"""Opening one tree (TTree, TNtuple or RNTuple) of one file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uproot

from skpnn.io._sources import Source


class DamagedFileError(ValueError):
    """uproot failed on bytes that should have been readable."""

    def __init__(self, source: object, error: BaseException) -> None:
        reason = str(error).strip().partition("\n")[0] or "no reason given"
        super().__init__(
            f"{source} cannot be read: {type(error).__name__}: {reason}. "
            "Is the file damaged or truncated (compare its size with that of the original)?"
        )


@contextmanager
def open_tree(source: Source) -> Iterator[Any]:
    """Open the tree that `source` names, or the only one of the file; close it afterwards."""
    file = _open(source)
    with file:
        yield _get_tree(file, source)


def _open(source: Source) -> Any:
    try:
        # A mapping keeps uproot from splitting the path at a colon; caches would keep every
        # array that was read alive beside the DataFrame.
        return uproot.open({source.path: None}, object_cache=None, array_cache=None)
    except (ImportError, FileNotFoundError):
        raise
    except Exception as error:
        raise DamagedFileError(source.path, error) from error


def _get_tree(file: Any, source: Source) -> Any:
    classes = _classes(file, source)
    name = _only_tree(classes, source) if source.tree is None else source.tree
    class_name = classes.get(_without_cycle(name))
    if class_name is None:
        raise ValueError(f"{source.path!r} has no tree {name!r}; {_found(classes)}")
    if not _is_tree(class_name):
        raise ValueError(f"{source} is a {class_name}, not a tree; {_found(classes)}")
    try:
        return file[name]
    except Exception as error:
        raise DamagedFileError(source, error) from error


def _classes(file: Any, source: Source) -> dict[str, str]:
    # Cycles (tree;3, tree;2) are earlier saves of one tree: uproot returns the latest.
    try:
        return dict(file.classnames(recursive=True, cycle=False))
    except Exception as error:
        raise DamagedFileError(source.path, error) from error


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


def _without_cycle(name: str) -> str:
    return name.partition(";")[0]


def _found(classes: dict[str, str]) -> str:
    names = _tree_names(classes)
    if names:
        return f"its trees are {names}"
    kinds = sorted(set(classes.values()))
    return f"it holds no tree or RNTuple, but objects of {kinds}" if kinds else "it is empty"
