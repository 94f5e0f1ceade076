"""What a tree's branches hold, known from its header alone, and how they are read."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import awkward as ak
import uproot

from skpnn.io._expressions import evaluate, names_in
from skpnn.io._sources import Source
from skpnn.io._trees import reading

Arrays = dict[str, ak.Array]


@dataclass(frozen=True)
class Branch:
    """A branch that holds values, not only other branches."""

    path: str  # in full, which is unique: "evt/I32"
    name: str  # the shortest spelling that is unique in the tree: "I32"
    typename: str  # in C++
    empty: ak.Array | None  # of length 0 and the branch's type; None: uproot cannot read it


@dataclass(frozen=True)
class Branches:
    """The branches of one tree."""

    listed: list[Branch]
    spelled: dict[str, Branch]  # by every spelling: "I32" and "evt/I32"
    aliases: dict[str, str]  # expressions to which the file itself gives a name

    def paths_in(self, expression: str) -> set[str]:
        """Return the full paths of the branches that an expression needs."""
        names = names_in(expression, self.spelled, self.aliases)
        return {self.spelled[name].path for name in names}

    def empties(self, paths: set[str]) -> Arrays:
        """Return arrays without an event, by full path."""
        return {path: _readable(self.spelled[path]) for path in paths}

    def evaluate(self, expression: str, arrays: Arrays) -> ak.Array:
        """Evaluate an expression of arrays that are named by full path."""
        if expression in self.spelled:
            return arrays[self.spelled[expression].path]
        pairs = self.spelled.items()
        named = {name: arrays[branch.path] for name, branch in pairs if branch.path in arrays}
        return evaluate(expression, named, self.aliases)


def _readable(branch: Branch) -> ak.Array:
    if branch.empty is None:
        raise ValueError(
            f"{branch.path!r} is of type {branch.typename}, which uproot cannot read; leave it out"
        )
    return branch.empty


def read_branches(tree: Any, source: Source) -> Branches:
    """Describe the branches of a TTree or the fields of an RNTuple, without reading any event."""
    with reading(source):
        leaves = list(_rntuple_leaves(tree) if _is_rntuple(tree) else _ttree_leaves(tree))
    times = Counter(short for _, short, *_ in leaves)
    listed = [
        Branch(path, short if times[short] == 1 else path, typename, empty)
        for path, short, typename, empty in leaves
    ]
    spelled = _spelled(listed)
    aliases = getattr(tree, "aliases", {})
    return Branches(listed, spelled, {k: v for k, v in aliases.items() if k not in spelled})


def _spelled(branches: list[Branch]) -> dict[str, Branch]:
    names = {branch.name: branch for branch in branches}
    paths = {branch.path: branch for branch in branches}
    # Python normalises the names in an expression: the micro sign becomes the letter μ.
    return {normalize("NFKC", name): branch for name, branch in names.items()} | names | paths


def iterate(tree: Any, source: Source, paths: Collection[str], step_size: str) -> Iterator[Arrays]:
    """Read some branches in steps of bounded memory."""
    steps = _rntuple_steps if _is_rntuple(tree) else _ttree_steps
    with reading(source):
        yield from steps(tree, paths, step_size)


def _is_rntuple(tree: Any) -> bool:
    return isinstance(tree, uproot.behaviors.RNTuple.RNTuple)


def _ttree_leaves(tree: Any) -> Iterator[tuple[str, str, str, ak.Array | None]]:
    for path, branch in tree.items(recursive=True):
        if not isinstance(branch.interpretation, uproot.AsGrouped):
            yield path, branch.name, str(branch.typename), _empty(branch)


def _empty(branch: Any) -> ak.Array | None:
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
