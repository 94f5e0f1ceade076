"""One tree of a file, and damaged files."""

from pathlib import Path

import numpy as np
import pytest
import uproot

from skpnn.io import read_root


def test_tree_in_a_directory(two_trees):
    assert read_root(two_trees, "dir/control")["x"].tolist() == [2]


def test_trees_of_a_list_are_concatenated_in_order(two_trees):
    assert read_root(two_trees, ["dir/control", "signal"])["x"].tolist() == [2, 1]


def test_several_trees_are_an_error_that_lists_them(two_trees):
    with pytest.raises(
        ValueError, match=r"its trees are \['signal', 'dir/control'\].*tree='signal'"
    ):
        read_root(two_trees)


def test_unknown_tree_is_an_error_that_lists_them(two_trees):
    with pytest.raises(
        ValueError, match=r"no tree 'sig'; its trees are \['signal', 'dir/control'\]"
    ):
        read_root(two_trees, "sig")


def test_two_saves_of_one_tree_are_one_tree(write, tmp_path):
    path = tmp_path / "a.root"
    write(path, x=np.array([1.0]))
    with uproot.update(path) as file:
        file.mktree("events", {"x": "float64"})
        file["events"].extend({"x": np.array([2.0])})
    assert read_root(path)["x"].tolist() == [2]


def test_object_that_is_no_tree(tmp_path):
    with uproot.recreate(tmp_path / "a.root") as file:
        file["h"] = np.histogram([1.0])
    with pytest.raises(ValueError, match="is a TH1D, not a tree; it holds no tree or RNTuple"):
        read_root(tmp_path / "a.root", "h")


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
def test_truncated_file(tmp_path, writer, kept):
    path = Path(writer(tmp_path / "a.root", x=np.random.default_rng(0).random(50_000)))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ValueError, match=r"a\.root.* cannot be read: .*damaged or truncated"):
        read_root(path)


def test_damaged_events(write, tmp_path):
    path = Path(write(tmp_path / "a.root", x=np.random.default_rng(0).integers(0, 9, 50_000)))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle - 5000 : middle] = bytes(5000)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.root cannot be read: .*damaged or truncated"):
        read_root(path)


@pytest.mark.parametrize("name", ["/dir/control", "dir/control/", "dir/control;1"])
def test_other_spellings_of_a_tree(two_trees, name):
    assert read_root(two_trees, name)["x"].tolist() == [2]


def test_unknown_cycle_is_an_unknown_tree(two_trees):
    with pytest.raises(ValueError, match="has no tree 'signal;9'; its trees are"):
        read_root(two_trees, "signal;9")
