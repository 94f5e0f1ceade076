"""Paths, globs, lists and what is no ROOT file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skpnn.io import read_root


def test_glob_reads_files_in_the_order_of_their_names(samples):
    assert read_root(f"{samples}/ttbar_*.root")["x"].tolist() == [1, 1.5, 2, 2.5]


def test_list_keeps_its_order(samples):
    df = read_root([samples / "ttbar_2.root", samples / "ttbar_1.root"], columns=["x"])
    assert df["x"].tolist() == [2, 2.5, 1, 1.5]
    assert df.index.equals(pd.RangeIndex(4))


def test_tree_after_a_colon(two_trees):
    assert read_root(f"{two_trees}:dir/control")["x"].tolist() == [2]


def test_mapping_from_file_to_tree(two_trees):
    assert read_root({two_trees: "signal"})["x"].tolist() == [1]


def test_file_named_twice_is_an_error(samples):
    with pytest.raises(ValueError, match=r"ttbar_1\.root more than once"):
        read_root([f"{samples}/ttbar_1.root", f"{samples}/ttbar_*.root"])


def test_file_name_with_special_characters(write, tmp_path):
    path = write(tmp_path / "m[500]:a.root", x=np.array([1.0]))
    assert read_root(path, label={path: 1})["label"].tolist() == [1]


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file matches .*nothing\.root"):
        read_root(tmp_path / "nothing.root")


def test_glob_without_match(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file matches .*\*\.root"):
        read_root(f"{tmp_path}/*.root")


def test_directory(tmp_path):
    with pytest.raises(ValueError, match=r"is a directory; .*\*\.root"):
        read_root(tmp_path)


def test_no_files():
    with pytest.raises(ValueError, match="names no file"):
        read_root([])


@pytest.mark.parametrize("files", [5, [5], [["a.root"]]])
def test_files_of_another_type(files):
    with pytest.raises(TypeError, match="expected a path, a glob"):
        read_root(files)


@pytest.mark.parametrize(
    ("start", "match"),
    [
        (b"PAR1", r"Parquet file: read it with pandas\.read_parquet"),
        (b"\x89HDF\r\n", r"HDF5 file: read it with pandas\.read_hdf"),
        (b"x,y\n1,2\n", "is not a ROOT file: it starts with b'x,y"),
        (b"", "is not a ROOT file: it starts with b''"),
    ],
)
def test_file_of_another_format(tmp_path, start, match):
    (tmp_path / "a.root").write_bytes(start)
    with pytest.raises(ValueError, match=match):
        read_root(tmp_path / "a.root")


def test_file_named_twice_by_a_link_is_an_error(samples):
    (samples / "link.root").symlink_to(samples / "ttbar_1.root")
    with pytest.raises(ValueError, match=r"link\.root more than once, perhaps by a link"):
        read_root([samples / "ttbar_1.root", samples / "link.root"])


def test_only_tree_that_is_also_named_is_an_error(samples):
    with pytest.raises(ValueError, match=r"ttbar_1\.root:events more than once"):
        read_root([samples / "ttbar_1.root", f"{samples}/ttbar_1.root:events"])


@pytest.mark.parametrize("files", [{"a.root"}, b"a.root", [b"a.root"]])
def test_files_without_order_or_text(files):
    with pytest.raises(TypeError, match=r"files holds .* expected a path, a glob"):
        read_root(files)


def test_home(samples, monkeypatch):
    monkeypatch.setenv("HOME", str(samples))
    for files in ["~/ttbar_1.root", Path("~/ttbar_1.root"), {"~/ttbar_?.root": "events"}]:
        assert read_root(files)["x"].tolist()[:2] == [1, 1.5]


@pytest.mark.parametrize("tree", [5, [5], ["events", None]])
def test_tree_of_another_type(samples, tree):
    with pytest.raises(TypeError, match="expected the name of a tree, or a list of names"):
        read_root(samples / "ttbar_1.root", tree)


def test_no_trees(samples):
    with pytest.raises(ValueError, match=r"tree=\[\] names no file"):
        read_root(samples / "ttbar_1.root", [])
