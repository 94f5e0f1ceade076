"""The promises of skpnn.io.read_root, on small files and on those of other experiments."""

import tracemalloc
from pathlib import Path

import awkward as ak
import numpy as np
import pandas as pd
import pytest
import uproot
from hypothesis import given, settings
from hypothesis import strategies as st

from skpnn.io import read_root
from skpnn.io._expressions import evaluate, names_in
from skpnn.io._sources import Source
from skpnn.io._tags import tag_sources

DATA = Path(__file__).parents[1].parent / "shared" / "data"


def write(path, tree="events", **branches):
    with uproot.recreate(path) as file:
        file.mktree(tree, {name: _type_of(values) for name, values in branches.items()})
        file[tree].extend(branches)
    return str(path)


def _type_of(values):
    if isinstance(values, ak.Array):
        return ak.type(values).content
    return np.dtype((values.dtype, values.shape[1:]))


def write_rntuple(path, **fields):
    with uproot.recreate(path) as file:
        file.mkrntuple("events", fields)
    return str(path)


@pytest.fixture
def flat(tmp_path):
    return write(
        tmp_path / "flat.root",
        pt=np.array([10, 20, 30, 40], dtype="float32"),
        n=np.array([0, 1, 2, 3], dtype="int32"),
        ok=np.array([True, False, True, True]),
        w=np.array([1.0, -0.5, 2.0, 0.25]),
    )


@pytest.fixture
def jagged(tmp_path):
    return write(
        tmp_path / "jagged.root",
        met=np.array([1.0, 2.0, 3.0]),
        jet_pt=ak.values_astype(ak.Array([[50, 40, 30], [], [20]]), "float32"),
        jet_id=ak.values_astype(ak.Array([[1, 2, 3], [], [4]]), "int32"),
    )


@pytest.fixture
def samples(tmp_path):
    for name, value in [("signal_500", 5), ("signal_750", 7), ("ttbar_1", 1), ("ttbar_2", 2)]:
        write(tmp_path / f"{name}.root", x=np.array([value, value + 0.5]), w=np.array([1.0, -1.0]))
    return tmp_path


# What is read


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


def test_mapping_renames_and_computes(flat):
    df = read_root(flat, columns={"E": "sqrt(pt**2 + n**2)", "number": "n"})
    np.testing.assert_allclose(df["E"], np.hypot([10, 20, 30, 40], [0, 1, 2, 3]))
    assert df["number"].tolist() == [0, 1, 2, 3]


def test_constant_expression_fills_the_column(flat):
    assert read_root(flat, columns={"one": "1", "n": "n"})["one"].tolist() == [1, 1, 1, 1]


def test_get_reaches_a_name_that_is_no_python_name(tmp_path):
    path = write(tmp_path / "a.root", **{"pt-raw": np.array([2.0, 4.0])})
    assert read_root(path, columns={"half": 'get("pt-raw") / 2'})["half"].tolist() == [1, 2]


def test_fixed_array_becomes_columns(tmp_path):
    path = write(tmp_path / "a.root", a=np.arange(12, dtype="int16").reshape(2, 3, 2))
    df = read_root(path)
    assert list(df) == ["a_0_0", "a_0_1", "a_1_0", "a_1_1", "a_2_0", "a_2_1"]
    np.testing.assert_array_equal(df, np.arange(12).reshape(2, 6))
    assert set(df.dtypes) == {np.dtype("int16")}


def test_cut_keeps_events_by_a_branch_that_is_no_column(flat):
    df = read_root(flat, columns=["pt"], cut="(n >= 1) & ok")
    assert df["pt"].tolist() == [30, 40]
    assert df.index.equals(pd.RangeIndex(2))


def test_cut_that_nothing_passes_gives_no_rows_but_columns(flat):
    df = read_root(flat, cut="n > 99")
    assert df.shape == (0, 4)
    assert df["pt"].dtype == "float32"


def test_tree_without_entries_gives_columns(tmp_path):
    path = write(tmp_path / "a.root", x=np.array([], dtype="float32"))
    df = read_root(path, label=0)
    assert df.shape == (0, 2)
    assert df["x"].dtype == "float32"


def test_rntuple_reads_as_a_tree_does(tmp_path):
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


def test_missing_number_of_an_rntuple_is_nan(tmp_path):
    path = write_rntuple(tmp_path / "a.root", x=ak.Array([1.5, None, 3.5]))
    np.testing.assert_array_equal(read_root(path)["x"], [1.5, np.nan, 3.5])


def test_fields_of_an_rntuple_record_are_columns(tmp_path):
    path = write_rntuple(tmp_path / "a.root", p=ak.Array([{"x": 1.0, "y": 2}, {"x": 3.0, "y": 4}]))
    df = read_root(path)
    assert list(df) == ["p.x", "p.y"]
    np.testing.assert_array_equal(df, [[1, 2], [3, 4]])


# Jagged branches


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
    with pytest.raises(ValueError, match=r"'jet_pt' .*varying length.*jagged=\{'jet_pt': 4\}"):
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


def test_index_beyond_an_event_explains_jagged(jagged):
    with pytest.raises(ValueError, match="too few items; pad them with jagged="):
        read_root(jagged, columns={"lead": "jet_pt[:, 0]"})


lists = st.lists(st.lists(st.floats(-1e6, 1e6, width=32), max_size=5), min_size=1, max_size=20)


@settings(deadline=None, max_examples=20)
@given(lists=lists, first=st.integers(1, 7))
def test_padding_agrees_with_python(tmp_path_factory, lists, first):
    values = ak.values_astype(ak.concatenate([ak.Array([[0.0]]), ak.Array(lists)]), "float32")
    path = write(tmp_path_factory.mktemp("padding") / "a.root", v=values)
    expected = [(items + [np.nan] * first)[:first] for items in [[0.0], *lists]]
    df = read_root(path, columns=["v"], jagged=first)
    np.testing.assert_array_equal(df, np.array(expected, dtype="float32"))


# Files and trees


def test_glob_reads_files_in_the_order_of_their_names(samples):
    assert read_root(f"{samples}/ttbar_*.root")["x"].tolist() == [1, 1.5, 2, 2.5]


def test_list_keeps_its_order(samples):
    df = read_root([samples / "ttbar_2.root", samples / "ttbar_1.root"], columns=["x"])
    assert df["x"].tolist() == [2, 2.5, 1, 1.5]
    assert df.index.equals(pd.RangeIndex(4))


def test_types_of_two_files_are_promoted(tmp_path):
    a = write(tmp_path / "a.root", x=np.array([1], dtype="int32"))
    b = write(tmp_path / "b.root", x=np.array([0.5]))
    assert read_root([a, b])["x"].tolist() == [1, 0.5]


def test_columns_in_another_order_are_matched_by_name(tmp_path):
    a = write(tmp_path / "a.root", x=np.array([1.0]), y=np.array([2.0]))
    b = write(tmp_path / "b.root", y=np.array([4.0]), x=np.array([3.0]))
    np.testing.assert_array_equal(read_root([a, b]), [[1, 2], [3, 4]])


def test_files_with_different_columns_are_an_error_that_names_them(tmp_path):
    a = write(tmp_path / "a.root", x=np.array([1.0]), y=np.array([2.0]))
    b = write(tmp_path / "b.root", x=np.array([1.0]), z=np.array([2.0]))
    match = r"b\.root does not give the same columns.*lacks \['y'\].*adds \['z'\].*columns="
    with pytest.raises(ValueError, match=match):
        read_root([a, b])


@pytest.fixture
def two_trees(tmp_path):
    path = tmp_path / "two.root"
    with uproot.recreate(path) as file:
        for name, value in [("signal", 1), ("dir/control", 2)]:
            file.mktree(name, {"x": "float64"})
            file[name].extend({"x": np.array([value])})
    return str(path)


def test_tree_in_a_directory(two_trees):
    assert read_root(two_trees, "dir/control")["x"].tolist() == [2]


def test_tree_after_a_colon(two_trees):
    assert read_root(f"{two_trees}:dir/control")["x"].tolist() == [2]


def test_trees_of_a_list_are_concatenated_in_order(two_trees):
    assert read_root(two_trees, ["dir/control", "signal"])["x"].tolist() == [2, 1]


def test_mapping_from_file_to_tree(two_trees):
    assert read_root({two_trees: "signal"})["x"].tolist() == [1]


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


def test_two_saves_of_one_tree_are_one_tree(tmp_path):
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


def test_file_named_twice_is_an_error(samples):
    with pytest.raises(ValueError, match=r"ttbar_1\.root'\] more than once"):
        read_root([f"{samples}/ttbar_1.root", f"{samples}/ttbar_*.root"])


def test_file_name_with_special_characters(tmp_path):
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


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("writer", [write, write_rntuple])
def test_truncated_file(tmp_path, writer, kept):
    path = Path(writer(tmp_path / "a.root", x=np.random.default_rng(0).random(50_000)))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ValueError, match=r"a\.root.* cannot be read: .*damaged or truncated"):
        read_root(path)


def test_damaged_events(tmp_path):
    path = Path(write(tmp_path / "a.root", x=np.random.default_rng(0).integers(0, 9, 50_000)))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle - 5000 : middle] = bytes(5000)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.root cannot be read: .*damaged or truncated"):
        read_root(path)


# Label, θ and weight


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


def test_pattern_may_name_a_folder(tmp_path):
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
    with pytest.raises(ValueError, match="reads a number from no file; expected a template"):
        read_root(f"{samples}/*.root", theta=template)


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
def test_two_columns_of_one_name_are_an_error(tmp_path, name, options):
    path = write(tmp_path / "a.root", **{name: np.array([1.0])})
    with pytest.raises(ValueError, match=f"two columns would be called '{name}'"):
        read_root(path, **options)


# Expressions


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


# Chunks


@settings(deadline=None, max_examples=20)
@given(rows=st.integers(1, 30), cut=st.sampled_from([None, "x > 40", "x > 1000"]))
def test_chunks_make_up_the_whole(tmp_path_factory, rows, cut):
    folder = tmp_path_factory.mktemp("chunks")
    for i in range(3):
        write(folder / f"{i}.root", x=np.arange(25) + 25 * i)
    options = {"cut": cut, "label": {"0.root": 0, "*": 1}, "theta": "{m}.root"}
    chunks = list(read_root(f"{folder}/*.root", chunk_size=rows, **options))
    pd.testing.assert_frame_equal(pd.concat(chunks), read_root(f"{folder}/*.root", **options))
    assert {len(chunk) for chunk in chunks[:-1]} <= {rows}
    assert len(chunks[-1]) <= rows


@pytest.mark.parametrize("writer", [write, write_rntuple])
def test_chunks_by_memory(tmp_path, writer):
    path = writer(tmp_path / "a.root", x=np.random.default_rng(0).random(20_000))
    chunks = list(read_root(path, chunk_size="40 kB"))
    assert 3 <= len(chunks) <= 6
    pd.testing.assert_frame_equal(pd.concat(chunks), read_root(path))


def test_chunked_errors_come_from_the_call(flat):
    with pytest.raises(ValueError, match="no branch or function 'x'"):
        read_root(flat, columns=["x"], chunk_size=2)


@pytest.mark.parametrize("size", [0, -5, 2.5, "many", "5", True])
def test_chunk_size_of_another_value(flat, size):
    with pytest.raises(ValueError, match=r"chunk_size=.*expected a number of rows or"):
        read_root(flat, chunk_size=size)


def test_peak_memory_is_about_twice_the_result(tmp_path):
    path = write(tmp_path / "a.root", **{f"x{i}": np.zeros(200_000) for i in range(10)})
    tracemalloc.start()
    result = read_root(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * result.memory_usage().sum()


# Files of other experiments


def public(path):
    if not DATA.is_dir():
        pytest.skip(f"the shared test data are not at {DATA}")
    return DATA / path


JAGGED = "varying length: "

# None: the error without options; shapes: with jagged=1 and not_flat="skip".
FILES = [
    ("Run2012BC_DoubleMuParked_Muons_1000evts_rntuple_v1-0-0-0.root", None, (1000, 6), JAGGED),
    (
        "cmsopendata2015_ttbar_19980_NANOAOD_RNTupleImporter_rntuple_v1-0-0-1.root",
        None,
        (10, 947),
        JAGGED,
    ),
    ("coffea_nano_dy.root", "Events", (40, 1499), JAGGED),
    ("coffea_nano_dy.root", "Runs", (1, 8), JAGGED),
    ("coffea_nano_dy_rntuple.root", None, (40, 1499), JAGGED),
    ("coffea_nano_tt_v12.root", None, (200, 654), JAGGED),
    ("coffea_treemaker.root", None, (10, 391), JAGGED),
    ("nanoAOD_2015_CMS_Open_Data_ttbar.root", None, (200, 947), JAGGED),
    ("ntpl001_staff_rntuple_v1-0-1-0.root", None, (3354, 9), r"string.*\['Division', 'Nation'\]"),
    ("rntviewer-testfile-multiple-rntuples-v1-0-0-0.root", "A", (100, 1), None),
    ("rntviewer-testfile-multiple-rntuples-v1-0-0-0.root", "B", (100, 1), None),
    ("test_1jag_int_float_rntuple_v1-0-0-0.root", None, (100, 2), JAGGED),
    ("test_extension_columns_rntuple_v1-0-0-0.root", None, (600, 3), JAGGED),
    ("test_float_types_rntuple_v1-0-0-0.root", None, (4, 11), None),
    ("test_int_5e4_rntuple_v1-0-0-0.root", None, (50000, 1), None),
    ("test_int_float_rntuple_v1-0-0-0.root", None, (10, 2), None),
    ("test_split_3e4_rntuple_v1-0-0-0.root", None, (30000, 3), JAGGED),
    ("uproot-HZZ-lz4.root", None, (2421, 51), JAGGED),
    ("uproot-HZZ-lzma.root", None, (2421, 51), JAGGED),
    ("uproot-HZZ-objects.root", None, (2421, 11), r"object.*'jetp4'.*varying length.*'jetbtag'"),
    ("uproot-HZZ-uncompressed.root", None, (2421, 51), JAGGED),
    ("uproot-HZZ-zstd.root", None, (2421, 51), JAGGED),
    ("uproot-HZZ.root", None, (2421, 51), r"\['Jet_Px', 'Jet_Py', .*\] and 18 more"),
    ("uproot-Zmumu.root", None, (2304, 19), r"a string per event: \['Type'\]"),
    ("uproot-empty.root", None, (0, 2), r"a string per event: \['z'\]"),
    ("uproot-hepdata-example.root", None, (75000, 5), None),
    ("uproot-issue-1070.root", None, (1000, 101), None),
    ("uproot-issue-250.root", None, (1000, 4), None),
    ("uproot-issue-816.root", None, (100, 34), r"'mcEventWeights'.*list of lists.*NumTrkPt1000'"),
    ("uproot-issue243-new.root", "sig", (502, 54), None),
    ("uproot-issue243-new.root", "fullmassplane", (1572, 54), None),
    ("uproot-issue243-new.root", "control", (316, 54), None),
    ("uproot-issue243-new.root", "sideband", (336, 54), None),
    ("uproot-issue243-new.root", "triggerList", (10252, 4), r"\['triggerMap\.first'\]"),
    ("uproot-issue64.root", None, (500, 50), r"'pmthits'.*list of lists.*'type'"),
    ("uproot-leaflist.root", None, (5, 3), None),
    ("uproot-nesteddirs.root", "one/two/tree", (100, 73), r"\['Str'\].*'SliceInt32'"),
    ("uproot-nesteddirs.root", "one/tree", (4, 2), r"\['three'\]"),
    ("uproot-nesteddirs.root", "three/tree", (100, 108), r"'StdStr'.*'SliceI16'.*'StlVecStr'"),
    ("uproot-simple.root", None, (4, 2), r"\['three'\]"),
    ("uproot-small-flat-tree.root", None, (100, 73), r"\['Str'\].*'SliceInt32'"),
]
UNREADABLE = [
    ("coffea_nano_dy.parquet", r"Parquet file: read it with pandas\.read_parquet"),
    ("coffea_nano_dy.root", r"its trees are \['Events', 'Runs'\]; choose with tree='Events'"),
    ("rntviewer-testfile-multiple-rntuples-v1-0-0-0.root", r"its trees are \['A', 'B'\]"),
    ("uproot-foriter2.root", r"no column to read; the tree's branches are \['data'\]"),
    ("uproot-histograms.root", r"no tree or RNTuple, but objects of \['TH1F'\]"),
    ("uproot-issue243-new.root", r"its trees are \['sig', 'fullmassplane', .*'triggerList'\]"),
    ("uproot-nesteddirs.root", r"its trees are \['one/two/tree', 'one/tree', 'three/tree'\]"),
    ("uproot-vectorVectorDouble.root", r"no column to read; the tree's branches are \['x'\]"),
]


def test_no_public_file_is_left_out():
    folder = public("root_reader")
    tried = {name for name, *_ in [*FILES, *UNREADABLE]}
    assert tried == {path.name for path in folder.iterdir()} - {"PROVENANCE.md"}


@pytest.mark.parametrize(("name", "tree", "shape", "error"), FILES)
def test_public_file_reads_with_options(name, tree, shape, error):
    df = read_root(public(f"root_reader/{name}"), tree, jagged=1, not_flat="skip")
    assert df.shape == shape
    assert all(dtype.kind in "biuf" for dtype in df.dtypes)


@pytest.mark.parametrize(
    ("name", "tree", "error"),
    # A NanoAOD as RNTuple is left out: uproot needs seconds for its header.
    [
        (name, tree, error)
        for name, tree, (_, n_columns), error in FILES
        if error and not ("rntuple" in name and n_columns > 100)
    ],
)
def test_public_file_needs_options(name, tree, error):
    with pytest.raises(ValueError, match=error):
        read_root(public(f"root_reader/{name}"), tree)


@pytest.mark.parametrize(("name", "tree"), [(n, t) for n, t, _, error in FILES if error is None])
def test_public_file_needs_no_options(name, tree):
    path = public(f"root_reader/{name}")
    pd.testing.assert_frame_equal(
        read_root(path, tree), read_root(path, tree, jagged=1, not_flat="skip")
    )


@pytest.mark.parametrize(("name", "error"), UNREADABLE)
def test_public_file_cannot_be_read(name, error):
    with pytest.raises(ValueError, match=error):
        read_root(public(f"root_reader/{name}"), not_flat="skip")


def test_values_agree_with_those_of_uproot():
    path = public("root_reader/uproot-HZZ.root")
    df = read_root(path, columns=["MET_px", "Jet_Px"], jagged=3, cut="NMuon >= 2")
    with uproot.open(path) as file:
        arrays = file["events"].arrays(["MET_px", "Jet_Px"], cut="NMuon >= 2")
    np.testing.assert_array_equal(df["MET_px"], arrays["MET_px"])
    padded = ak.fill_none(ak.pad_none(arrays["Jet_Px"], 3, clip=True), np.nan)
    np.testing.assert_array_equal(df[["Jet_Px_0", "Jet_Px_1", "Jet_Px_2"]], ak.to_numpy(padded))


def test_ttree_and_rntuple_of_one_sample_agree():
    options = {"columns": ["MET_pt", "nJet", "Jet_pt"], "jagged": 2, "weight": "genWeight"}
    old = read_root(public("root_reader/coffea_nano_dy.root"), "Events", **options)
    new = read_root(public("root_reader/coffea_nano_dy_rntuple.root"), **options)
    pd.testing.assert_frame_equal(old, new, check_dtype=False)


def test_string_that_is_asked_for_is_read():
    path = public("root_reader/uproot-Zmumu.root")
    df = read_root(path, columns=["Type", "M"], cut="Type == 'GT'")
    assert set(df["Type"]) == {"GT"}
    assert 0 < len(df) < 2304


def test_object_that_is_asked_for_is_an_error_that_says_how_to_split_it():
    path = public("root_reader/uproot-HZZ-objects.root")
    match = r"'MET' \(its type: TVector2\) holds an object .*\"get\('MET'\)\.fY\""
    with pytest.raises(ValueError, match=match):
        read_root(path, columns=["MET"])


def test_members_of_objects():
    path = public("root_reader/uproot-HZZ-objects.root")
    columns = {"met_y": "get('MET').fY", "jet_E": "get('jetp4').fE"}
    df = read_root(path, columns=columns, jagged={"jet_E": 2})
    flat = {"met_y": "MET_py", "jet_E": "Jet_E"}
    expected = read_root(public("root_reader/uproot-HZZ.root"), columns=flat, jagged={"jet_E": 2})
    pd.testing.assert_frame_equal(df, expected, check_dtype=False)


def test_signed_weights_beside_objects_and_histograms():
    path = public("cms_bbh_mssm/Out_MSSM_bbH_mA150_tanb50_UL2016.root")
    tree = "signal_treeMSSM_bbH_mA150_tanb50_UL2016"
    df = read_root(path, tree, weight="PU_Weight", theta="*_mA{mass}_*", label=1, not_flat="skip")
    assert df.shape == (2678, 25)
    assert list(df)[-3:] == ["mass", "weight", "label"]
    assert (df["weight"] < 0).sum() == 505
    assert set(df["mass"]) == {150}
