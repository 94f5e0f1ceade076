"""Arrays and jagged branches become columns."""

import awkward as ak
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skpnn.io import read_root


def test_missing_number_of_an_rntuple_is_nan(write_rntuple, tmp_path):
    path = write_rntuple(tmp_path / "a.root", x=ak.Array([1.5, None, 3.5]))
    np.testing.assert_array_equal(read_root(path)["x"], [1.5, np.nan, 3.5])


def test_fixed_array_becomes_columns(write, tmp_path):
    path = write(tmp_path / "a.root", a=np.arange(12, dtype="int16").reshape(2, 3, 2))
    df = read_root(path)
    assert list(df) == ["a_0_0", "a_0_1", "a_1_0", "a_1_1", "a_2_0", "a_2_1"]
    np.testing.assert_array_equal(df, np.arange(12).reshape(2, 6))
    assert set(df.dtypes) == {np.dtype("int16")}


def test_first_items_of_one_jagged_branch_are_padded_with_nan(jagged):
    df = read_root(jagged, columns=["met", "jet_pt"], jagged={"jet_pt": 2})
    expected = {"met": [1, 2, 3], "jet_pt_0": [50, np.nan, 20], "jet_pt_1": [40, np.nan, np.nan]}
    assert list(df) == list(expected)
    np.testing.assert_array_equal(df, np.transpose(list(expected.values())))


def test_jagged_types_hold_nan_without_loss(jagged):
    df = read_root(jagged, columns=["jet_pt", "jet_id"], jagged=1)
    assert df.dtypes.astype(str).to_dict() == {"jet_pt_0": "float32", "jet_id_0": "float64"}


def test_jagged_type_does_not_depend_on_missing_items(jagged):
    df = read_root(jagged, columns=["jet_id"], jagged=1, cut="met == 3")
    assert df["jet_id_0"].dtype == "float64"


def test_one_number_holds_for_all_jagged_branches(jagged):
    columns = [name for name in read_root(jagged, jagged=2) if name.startswith("jet")]
    assert columns == ["jet_pt_0", "jet_pt_1", "jet_id_0", "jet_id_1"]


def test_jagged_branch_may_be_named_by_its_column(jagged):
    df = read_root(jagged, columns={"pt": "jet_pt / 10"}, jagged={"pt": 1})
    np.testing.assert_array_equal(df["pt_0"], [5, np.nan, 2])


def test_jagged_branch_not_asked_for_is_an_error_that_names_it(jagged):
    match = r"varying length: \['jet_pt', 'jet_id'\].*jagged=\{'jet_pt': 4\}.*not_flat='skip'"
    with pytest.raises(ValueError, match=match):
        read_root(jagged)


def test_jagged_branch_that_is_not_covered_is_an_error(jagged):
    with pytest.raises(ValueError, match=r"varying length: \['jet_id'\]"):
        read_root(jagged, jagged={"jet_pt": 2})


def test_jagged_column_without_a_number_is_an_error(jagged):
    with pytest.raises(ValueError, match=r"varying length: \['jet_pt'\]\).*jagged=\{'jet_pt': 4\}"):
        read_root(jagged, columns=["jet_pt"])


def test_skip_leaves_jagged_branches_out(jagged):
    # uproot's writer adds njet_pt and njet_id, the lengths.
    assert [c for c in read_root(jagged, not_flat="skip") if not c.startswith("n")] == ["met"]


def test_jagged_name_that_is_no_column_is_an_error(jagged):
    with pytest.raises(ValueError, match="jagged= names 'jet_ptt', which is not among the columns"):
        read_root(jagged, columns=["jet_pt"], jagged={"jet_pt": 1, "jet_ptt": 2})


@pytest.mark.parametrize("size", [0, -1, 1.5, True, {"jet_pt": 0}])
def test_jagged_must_be_a_positive_integer(jagged, size):
    with pytest.raises(ValueError, match="is not a number of items"):
        read_root(jagged, jagged=size)


lists = st.lists(st.lists(st.floats(-1e6, 1e6, width=32), max_size=5), min_size=1, max_size=20)


@settings(deadline=None, max_examples=20)
@given(lists=lists, first=st.integers(1, 7))
def test_padding_agrees_with_python(write, tmp_path_factory, lists, first):
    values = ak.values_astype(ak.concatenate([ak.Array([[0.0]]), ak.Array(lists)]), "float32")
    path = write(tmp_path_factory.mktemp("padding") / "a.root", v=values)
    expected = [(items + [np.nan] * first)[:first] for items in [[0.0], *lists]]
    df = read_root(path, columns=["v"], jagged=first)
    np.testing.assert_array_equal(df, np.array(expected, dtype="float32"))


def test_jagged_name_of_a_number_is_an_error(jagged):
    with pytest.raises(ValueError, match="jagged= names 'met', which is not among the columns"):
        read_root(jagged, columns=["met"], jagged={"met": 2})


def test_advice_for_a_list_can_be_followed(jagged):
    with pytest.raises(ValueError, match=r"reduce them as in columns=\{'total': 'sum\(jet_pt\)'\}"):
        read_root(jagged, columns=["jet_pt"])
