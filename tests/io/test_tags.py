"""Label, θ and weight of each file."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skpnn.io import read_root
from skpnn.io._sources import Source
from skpnn.io._tags import tag_sources


def test_features_theta_weight_and_label_come_in_this_order(samples):
    df = read_root(
        [samples / "ttbar_1.root", samples / "signal_500.root"],
        label={"ttbar*": 0, "signal*": 1},
        theta={"signal_500*": 500},
        weight="w",
    )
    expected = pd.DataFrame(
        {
            "x": [1, 1.5, 5, 5.5],
            "mass": [np.nan, np.nan, 500, 500],
            "weight": [1.0, -1.0, 1.0, -1.0],
            "label": [0, 0, 1, 1],
        }
    )
    pd.testing.assert_frame_equal(df, expected)


def test_label_of_all_files(samples):
    assert read_root(f"{samples}/*.root", label="signal")["label"].unique().tolist() == ["signal"]


def test_first_pattern_that_matches_decides(samples):
    df = read_root(f"{samples}/*.root", columns=["x"], label={"*_500.root": 2, "*": 0})
    assert df["label"].tolist() == [2, 2, 0, 0, 0, 0, 0, 0]


def test_file_without_label_is_an_error_that_names_it(samples):
    with pytest.raises(ValueError, match=r"label= has no pattern that matches .*ttbar_1\.root"):
        read_root(f"{samples}/*.root", label={"signal*": 1})


@pytest.mark.parametrize("argument", ["label", "theta", "weight"])
def test_pattern_that_decides_no_file_is_an_error(samples, argument):
    patterns = {"*_5*": 5, "signal_500*": 500, "*": 1}
    with pytest.raises(
        ValueError, match=argument + r"= has patterns that decide no file: \['signal"
    ):
        read_root(f"{samples}/*.root", columns=["x"], **{argument: patterns})


def test_pattern_may_name_a_folder(write, tmp_path):
    for name in ["zprime", "ttbar"]:
        (tmp_path / name).mkdir()
        write(tmp_path / name / "a.root", x=np.array([1.0]))
    df = read_root(f"{tmp_path}/*/a.root", label={"ttbar/*": 0, "zprime/*.root": 1})
    assert df["label"].tolist() == [0, 1]


def test_pattern_may_name_a_tree(two_trees):
    label = {"*:signal": 1, "*:dir/control": 0}
    assert read_root(two_trees, ["signal", "dir/control"], label=label)["label"].tolist() == [1, 0]


def test_pattern_of_another_type(samples):
    with pytest.raises(TypeError, match="500 is not a pattern of file names"):
        read_root(f"{samples}/*.root", theta={500: "signal_500.root"})


def test_theta_of_all_files_has_the_name_asked_for(samples):
    df = read_root(samples / "signal_500.root", columns=["x"], theta=500, theta_name="m_zprime")
    assert df["m_zprime"].tolist() == [500.0, 500.0]


def test_several_theta_columns(samples):
    theta = {"*_500*": {"mass": 500, "width": 0.1}, "*_750*": {"width": 0.2, "mass": 750}}
    df = read_root(f"{samples}/*.root", columns=["x"], theta=theta)[["mass", "width"]][::2]
    expected = [[500, 0.1], [750, 0.2], [np.nan, np.nan], [np.nan, np.nan]]
    np.testing.assert_array_equal(df, expected)


def test_template_reads_theta_from_names(samples):
    df = read_root(f"{samples}/*.root", columns=["x"], theta="signal_{mass}.root")
    np.testing.assert_array_equal(df["mass"][::2], [500, 750, np.nan, np.nan])


def thetas(template, *paths):
    tags = tag_sources(
        [Source(path) for path in paths], label=None, theta=template, theta_name="-", weight=None
    )
    return [tag.theta for tag in tags]


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("zp{mass}_w{width}.root", "data/zp500_w0p05.root", {"mass": 500, "width": 0.05}),
        ("m{mass}/*.root", "data/m12.5/part_3.root", {"mass": 12.5}),
        ("signal*{mass}.root", "signal_500.root", {"mass": 500}),
        ("signal_{mass}*", "signal_500_v2.root", {"mass": 500}),
        ("mu_{mu}.root", "mu_-2.root", {"mu": -2}),
    ],
)
def test_template(template, path, expected):
    assert thetas(template, path) == [expected]


@settings(deadline=None)
@given(mass=st.integers(0, 10**6), pattern=st.sampled_from(["s_{m}.root", "s*{m}.root", "s?{m}*"]))
def test_template_reads_the_whole_number(mass, pattern):
    assert thetas(pattern, f"s_{mass}.root") == [{"m": mass}]


@pytest.mark.parametrize("template", ["mass", "zprime_{mass}.root"])
def test_template_without_match_is_an_error(samples, template):
    with pytest.raises(ValueError, match="reads a number from no file: it is compared"):
        read_root(f"{samples}/*.root", theta=template)


def test_template_is_compared_with_the_whole_name():
    path = "301320.Zprime_tt_m400GeV.root"
    assert thetas("*_m{mass}GeV.root", path) == [{"mass": 400}]
    with pytest.raises(ValueError, match=r"with the whole name .*, as in '\*_m{mass}GeV.root'"):
        thetas("Zprime_tt_m{mass}GeV.root", path)


@pytest.mark.parametrize("theta", [True, {"signal*": "500"}, {"signal*": {"mass": [500]}}])
def test_theta_of_another_type(samples, theta):
    with pytest.raises(TypeError, match=r"theta= holds .* expected a number"):
        read_root(f"{samples}/*.root", theta=theta)


def test_weight_expression_and_number_by_file(samples):
    df = read_root(f"{samples}/*.root", columns=["x"], weight={"signal*": "w * 0.5", "*": 3})
    assert df["weight"].tolist() == [0.5, -0.5, 0.5, -0.5, 3, 3, 3, 3]


def test_weight_is_cut_like_its_event(flat):
    df = read_root(flat, columns=["pt"], weight="w", cut="n > 1")
    assert df["weight"].tolist() == [2.0, 0.25]


def test_branch_in_the_weight_is_no_feature(flat):
    assert list(read_root(flat, weight="w * 2")) == ["pt", "n", "ok", "weight"]


def test_branch_in_the_weight_may_be_asked_for(flat):
    assert list(read_root(flat, columns=["w"], weight="w")) == ["w", "weight"]


def test_jagged_weight_is_an_error(jagged):
    with pytest.raises(ValueError, match=r"weight='jet_pt' gives a list per event"):
        read_root(jagged, columns=["met"], weight="jet_pt")


def test_weight_of_another_type(flat):
    with pytest.raises(TypeError, match=r"weight= holds \[1\]; expected a branch"):
        read_root(flat, weight=[1])


@pytest.mark.parametrize(
    ("name", "options"),
    [("label", {"label": 1}), ("weight", {"weight": 1}), ("mass", {"theta": 1})],
)
def test_two_columns_of_one_name_are_an_error(write, tmp_path, name, options):
    path = write(tmp_path / "a.root", **{name: np.array([1.0])})
    with pytest.raises(ValueError, match=f"two columns would be called '{name}'"):
        read_root(path, **options)


@pytest.mark.parametrize("label", [[1, 0], {"signal*": 1, "*": None}])
def test_label_of_another_type(samples, label):
    with pytest.raises(TypeError, match=r"label= holds .* expected a number or a text"):
        read_root(f"{samples}/*.root", label=label)


def test_labels_of_two_types_are_an_error(samples):
    with pytest.raises(TypeError, match="label= mixes numbers and texts: \\['signal', 0\\]"):
        read_root(f"{samples}/*.root", label={"signal*": "signal", "*": 0})


def test_file_without_weight_is_an_error(samples):
    with pytest.raises(TypeError, match="weight= holds None"):
        read_root(f"{samples}/*.root", weight={"signal*": "w", "*": None})


def test_weight_that_is_not_finite_is_an_error(flat):
    with pytest.raises(ValueError, match="weight= holds nan; expected a finite number"):
        read_root(flat, weight=np.nan)


def test_quoted_branch_in_the_weight_is_no_feature(tmp_path, write):
    path = write(tmp_path / "a.root", **{"w-raw": np.array([2.0]), "x": np.array([1.0])})
    assert list(read_root(path, weight='get("w-raw")')) == ["x", "weight"]


def test_template_that_names_a_parameter_twice_is_an_error(samples):
    with pytest.raises(ValueError, match="names a parameter twice"):
        read_root(f"{samples}/*.root", theta="{m}_{m}.root")


def test_name_of_theta_is_a_text(samples):
    with pytest.raises(TypeError, match="a column of θ would be called 5; expected a text"):
        read_root(f"{samples}/*.root", theta=500, theta_name=5)
