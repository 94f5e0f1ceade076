"""Expressions of branches: columns, cuts and weights."""

import awkward as ak
import numpy as np
import pandas as pd
import pytest

from skpnn.io import read_root
from skpnn.io._expressions import evaluate, names_in


def test_index_beyond_an_event_explains_jagged(jagged):
    with pytest.raises(ValueError, match="too few items; pad them with jagged="):
        read_root(jagged, columns={"lead": "jet_pt[:, 0]"})


@pytest.mark.parametrize("expression", ["jet_pt[0]", "sum(jet_pt[ -1])", "jet_pt[0, 0]"])
def test_index_of_an_event_explains_the_colon(jagged, expression):
    with pytest.raises(ValueError, match=r"index counts events first: 'jet_pt\[:, 0\]' is the"):
        read_root(jagged, columns={"a": expression})


def test_index_of_an_event_in_an_array_of_fixed_shape(write, tmp_path):
    path = write(tmp_path / "a.root", p=np.zeros((3, 2)))
    with pytest.raises(ValueError, match="index counts events first"):
        read_root(path, cut="p[0] > 1")


def test_mapping_renames_and_computes(flat):
    df = read_root(flat, columns={"E": "sqrt(pt**2 + n**2)", "number": "n"})
    np.testing.assert_allclose(df["E"], np.hypot([10, 20, 30, 40], [0, 1, 2, 3]))
    assert df["number"].tolist() == [0, 1, 2, 3]


def test_constant_expression_fills_the_column(flat):
    assert read_root(flat, columns={"one": "1", "n": "n"})["one"].tolist() == [1, 1, 1, 1]


def test_get_reaches_a_name_that_is_no_python_name(write, tmp_path):
    path = write(tmp_path / "a.root", **{"pt-raw": np.array([2.0, 4.0])})
    assert read_root(path, columns={"half": 'get("pt-raw") / 2'})["half"].tolist() == [1, 2]


def test_unknown_branch_is_an_error_that_names_similar_ones(flat):
    with pytest.raises(ValueError, match=r"flat\.root: there is no branch.* 'ptt'; similar.*'pt'"):
        read_root(flat, columns=["ptt"])


def test_unknown_branch_in_the_cut(flat):
    with pytest.raises(ValueError, match=r"no branch or function 'm' \(in 'm > 1'\)"):
        read_root(flat, cut="m > 1")


def test_cut_with_and_explains_the_ampersand(flat):
    with pytest.raises(ValueError, match=r"join conditions with & and \|"):
        read_root(flat, cut="n > 1 and pt > 1")


def test_cut_that_is_no_expression(flat):
    with pytest.raises(ValueError, match="'n >' is neither a branch nor an expression"):
        read_root(flat, cut="n >")


def test_cut_of_another_type(flat):
    with pytest.raises(TypeError, match=r"cut=5; expected an expression"):
        read_root(flat, cut=5)


def test_jagged_cut_is_an_error(jagged):
    with pytest.raises(ValueError, match=r"cut='jet_pt > 20' gives a list per event"):
        read_root(jagged, columns=["met"], cut="jet_pt > 20")


def test_expression_of_another_length_is_an_error(flat):
    with pytest.raises(ValueError, match=r"'pt\[:2\]' gives 2 values for 4 events"):
        read_root(flat, columns={"x": "pt[:2]"})


def test_alias_of_a_file_is_followed():
    aliases = {"half": "pt / 2", "quarter": "half / 2"}
    assert names_in("quarter + n", {"pt", "n", "x"}, aliases) == {"pt", "n"}
    arrays = {"pt": ak.Array([4.0]), "n": ak.Array([1])}
    assert evaluate("quarter + n", arrays, aliases).to_list() == [2]


def test_alias_of_itself_is_an_error():
    with pytest.raises(ValueError, match="no branch or function 'a'"):
        names_in("a", {"x"}, {"a": "b", "b": "a"})


def test_reductions_go_over_the_items_of_each_event(jagged):
    columns = {
        "ht": "sum(jet_pt)",
        "n30": "sum(jet_pt > 30)",
        "n": "count(jet_pt)",
        "lead": "max(jet_pt)",
        "last": "min(jet_pt[jet_id < 3])",
        "has": "any(jet_pt > 45)",
        "every": "all(jet_pt > 15)",
    }
    expected = {
        "ht": [120, 0, 20],
        "n30": [2, 0, 0],
        "n": [3, 0, 1],
        "lead": [50, np.nan, 20],
        "last": [40, np.nan, np.nan],
        "has": [True, False, False],
        "every": [True, True, True],
    }
    pd.testing.assert_frame_equal(
        read_root(jagged, columns=columns), pd.DataFrame(expected), check_dtype=False
    )


@pytest.mark.parametrize("expression", ["sum(met)", "max(met, met)"])
def test_reduction_of_a_number_per_event_is_an_error(jagged, expression):
    with pytest.raises(ValueError, match=r"cannot be evaluated: all, .* take one list per event"):
        read_root(jagged, columns={"x": expression})


def test_missing_value_does_not_pass_a_cut(jagged):
    df = read_root(jagged, columns=["met"], cut="max(jet_pt) > 0")
    assert df["met"].tolist() == [1, 3]


def test_missing_weight_is_nan(jagged):
    df = read_root(jagged, columns=["met"], weight="max(jet_pt)")
    np.testing.assert_array_equal(df["weight"], [50, np.nan, 20])


def test_cut_comes_before_the_other_expressions(jagged):
    df = read_root(jagged, columns={"lead": "jet_pt[:, 0]"}, cut="njet_pt > 0")
    assert df["lead"].tolist() == [50, 20]


@pytest.mark.parametrize("cut", ["pt > 3 && n > 1", "!(n > 1)", "pt = 3", "", "get(5)"])
def test_cut_of_another_language_is_an_error_with_an_example(flat, cut):
    with pytest.raises(ValueError, match=r"neither a branch nor .*expected Python, as in '\(nJet"):
        read_root(flat, cut=cut)


@pytest.mark.parametrize("cut", ["pt > 3 & n > 1", "0 < pt < 30"])
def test_cut_without_parentheses_explains_them(flat, cut):
    with pytest.raises(ValueError, match=r"each in parentheses, as in \(0 < x\) & \(x < 5\)"):
        read_root(flat, cut=cut)


@pytest.mark.parametrize(("name", "similar"), [("PT", "pt"), ("np.sqrt(pt)", "sqrt")])
def test_case_and_functions_count_in_similar_names(flat, name, similar):
    with pytest.raises(ValueError, match=rf"no branch or function .*similar: \['{similar}'"):
        read_root(flat, columns=[name])


def test_function_without_a_call_is_an_error(flat):
    with pytest.raises(ValueError, match="'sqrt' cannot be evaluated"):
        read_root(flat, columns=["pt", "sqrt"])


def test_unicode_names(tmp_path, write):
    (tmp_path / "µ").mkdir()
    branches = {"p_µ": np.array([1.0, 2.0]), "η": np.array([3.0, 4.0])}
    path = write(tmp_path / "µ" / "zé'.root", tree="événements", **branches)
    df = read_root(path, columns={"x": "p_µ * 2", "η": "η"}, cut="η > 3", label={"µ/*": "é"})
    assert df.to_numpy().tolist() == [[4, 4, "é"]]
