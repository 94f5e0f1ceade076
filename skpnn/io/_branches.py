"""What a tree's branches hold, known from its header alone, and how they are read."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import awkward as ak
import uproot

from skpnn.io._sources import Source
from skpnn.io._trees import DamagedFileError

Arrays = dict[str, ak.Array]


@dataclass(frozen=True)
class Branches:
    """The branches of one tree that hold values, nested ones included.

    Attributes
    ----------
    empty : dict of str to array of length 0, or None
        By the branch's full path; its type is the branch's. None: uproot cannot read it.
    typename : dict of str to str
        The branch's C++ type, by its full path.
    path : dict of str to str
        The full path, by every spelling of the name: ``"I32"`` and ``"evt/I32"``.
    name : dict of str to str
        The shortest spelling that is unique in the tree, by full path.
    aliases : dict of str to str
        Expressions that the file itself gives a name.
    """

    empty: dict[str, ak.Array | None]
    typename: dict[str, str]
    path: dict[str, str]
    name: dict[str, str]
    aliases: dict[str, str]


def read_branches(tree: Any, source: Source) -> Branches:
    """Describe the branches of a TTree or the fields of an RNTuple, without reading any event."""
    try:
        rows = list(_rntuple_leaves(tree) if _is_rntuple(tree) else _ttree_leaves(tree))
    except Exception as error:
        raise DamagedFileError(source, error) from error
    times = Counter(short for _, short, _, _ in rows)
    name = {path: short if times[short] == 1 else path for path, short, _, _ in rows}
    path = {spelling: path for path, spelling in name.items()} | {row[0]: row[0] for row in rows}
    return Branches(
        empty={path: empty for path, _, _, empty in rows},
        typename={path: typename for path, _, typename, _ in rows},
        path=path,
        name=name,
        aliases={k: v for k, v in getattr(tree, "aliases", {}).items() if k not in path},
    )


def iterate(tree: Any, source: Source, paths: Collection[str], step_size: str) -> Iterator[Arrays]:
    """Read some branches in steps of bounded memory."""
    steps = (_rntuple_steps if _is_rntuple(tree) else _ttree_steps)(tree, paths, step_size)
    while True:
        try:
            arrays = next(steps, None)
        except Exception as error:
            raise DamagedFileError(source, error) from error
        if arrays is None:
            return
        yield arrays
        del arrays  # before the next step is read


def _is_rntuple(tree: Any) -> bool:
    return isinstance(tree, uproot.behaviors.RNTuple.RNTuple)


def _ttree_leaves(tree: Any) -> Iterator[tuple[str, str, str, ak.Array | None]]:
    for path, branch in tree.items(recursive=True):
        if not isinstance(branch.interpretation, uproot.AsGrouped):
            yield path, branch.name, str(branch.typename), _empty_of_branch(branch)


def _empty_of_branch(branch: Any) -> ak.Array | None:
    try:
        form = branch.interpretation.awkward_form(branch.file)
    except Exception:  # what uproot raises depends on the class that it cannot interpret
        return None
    return ak.Array(form.length_zero_array())


def _ttree_steps(tree: Any, paths: Collection[str], step_size: str) -> Iterator[Arrays]:
    return tree.iterate(sorted(paths), step_size=step_size, library="ak", how=dict)


def _rntuple_leaves(tree: Any) -> Iterator[tuple[str, str, str, ak.Array | None]]:
    form, _ = tree.to_akform()
    for path, leaf in _leaf_forms(form):
        yield path, path, str(leaf.type), ak.Array(leaf.length_zero_array())


def _leaf_forms(form: Any, parents: str = "") -> Iterator[tuple[str, Any]]:
    for name, content in zip(form.fields, form.contents, strict=True):
        if content.is_record and not content.is_tuple:
            yield from _leaf_forms(content, f"{parents}{name}.")
        # ROOT's importer stores Jet_pt, Jet_eta … a second time, as one _collection0 of records.
        elif not (content.is_list and name.startswith("_collection")):
            yield parents + name, content


def _rntuple_steps(tree: Any, paths: Collection[str], step_size: str) -> Iterator[Arrays]:
    def is_wanted(field: Any) -> bool:
        return field.path in paths

    for records in tree.iterate(filter_field=is_wanted, step_size=step_size, library="ak"):
        yield {path: records[tuple(path.split("."))] for path in paths}
