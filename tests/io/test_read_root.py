"""The promises of skpnn.io.read_root: names, order, types, cuts and options."""

import awkward as ak
import numpy as np
import pandas as pd
import pytest

from skpnn.exceptions import EmptySelectionWarning
from skpnn.io import read_root


def test_every_flat_branch_keeps_its_name_order_type_and_values(flat):
    expected = pd.DataFrame(
        {
            "pt": np.array([10, 20, 30, 40], dtype="float32"),
            "n": np.array([0, 1, 2, 3], dtype="int32"),
            "ok": [True, False, True, True],
            "w": [1.0, -0.5, 2.0, 0.25],
        }
    )
    pd.testing.assert_frame_equal(read_root(flat), expected)


def test_columns_keep_the_order_asked_for(flat):
    assert list(read_root(flat, columns=["w", "pt"])) == ["w", "pt"]


def test_one_column_may_be_given_as_a_string(flat):
    assert list(read_root(flat, columns="pt")) == ["pt"]


def test_cut_keeps_events_by_a_branch_that_is_no_column(flat):
    df = read_root(flat, columns=["pt"], cut="(n >= 1) & ok")
    assert df["pt"].tolist() == [30, 40]
    assert df.index.equals(pd.RangeIndex(2))


def test_cut_that_nothing_passes_gives_no_rows_but_columns(flat):
    with pytest.warns(EmptySelectionWarning):
        df = read_root(flat, cut="n > 99")
    assert df.shape == (0, 4)
    assert df["pt"].dtype == "float32"


def test_tree_without_entries_gives_columns(write, tmp_path):
    path = write(tmp_path / "a.root", x=np.array([], dtype="float32"))
    df = read_root(path, label=0)
    assert df.shape == (0, 2)
    assert df["x"].dtype == "float32"


def test_rntuple_reads_as_a_tree_does(write_rntuple, tmp_path):
    path = write_rntuple(
        tmp_path / "a.root",
        x=np.array([1, 2, 3], dtype="float32"),
        v=ak.Array([[1.0, 2.0], [], [3.0]]),
    )
    df = read_root(path, columns=["v", "x"], jagged=1, cut="x > 1", weight="x * 2")
    expected = pd.DataFrame(
        {"v_0": [np.nan, 3], "x": np.array([2, 3], dtype="float32"), "weight": [4.0, 6.0]}
    )
    pd.testing.assert_frame_equal(df, expected)


def test_fields_of_an_rntuple_record_are_columns(write_rntuple, tmp_path):
    path = write_rntuple(tmp_path / "a.root", p=ak.Array([{"x": 1.0, "y": 2}, {"x": 3.0, "y": 4}]))
    df = read_root(path)
    assert list(df) == ["p.x", "p.y"]
    np.testing.assert_array_equal(df, [[1, 2], [3, 4]])


@pytest.mark.parametrize("columns", [[], {}, ["pt", "pt"]])
def test_columns_are_not_empty_or_repeated(flat, columns):
    with pytest.raises(ValueError, match="is empty or names a column twice"):
        read_root(flat, columns=columns)


def test_columns_of_another_type(flat):
    with pytest.raises(TypeError, match="columns= holds 5; expected names of branches"):
        read_root(flat, columns=["pt", 5])


def test_columns_without_branch_are_an_error(flat):
    with pytest.raises(ValueError, match="names no branch"):
        read_root(flat, columns={"one": "1"})


def test_not_flat_of_another_value(flat):
    with pytest.raises(ValueError, match="not_flat='drop'; expected 'error' or 'skip'"):
        read_root(flat, not_flat="drop")


@pytest.mark.parametrize("columns", [5, {"pt", "n"}, b"pt"])
def test_columns_without_order_or_text(flat, columns):
    with pytest.raises(TypeError, match=r"columns= holds .* expected names of branches"):
        read_root(flat, columns=columns)


def test_columns_of_a_generator(flat):
    assert list(read_root(flat, columns=(name for name in ["w", "pt"]))) == ["w", "pt"]


def test_nothing_is_printed(flat, capfd):
    read_root(flat, label=1)
    assert capfd.readouterr() == ("", "")
