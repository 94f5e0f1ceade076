"""The promises of skpnn.io.write_root: values, order, names, and no file half written."""

import shutil

import numpy as np
import pandas as pd
import pytest
import uproot
from sklearn.base import BaseEstimator, ClassifierMixin

from skpnn.hypotheses import scan
from skpnn.io import read_root, write_root
from skpnn.io._write_root import _ROWS


@pytest.fixture
def path(tmp_path):
    return tmp_path / "scores.root"


@pytest.fixture
def scores():
    values = np.random.default_rng(0).random((6, 2), dtype="float32")
    return pd.DataFrame(values, columns=pd.Index([500, 750.5], name="mass"))


def written(path, scores, **options):
    write_root(path, "scores", scores, **options)
    return read_root(path)


def random_scores(n, dtype="float32"):
    return np.random.default_rng(1).random((n, 2), dtype=dtype)


class SumOfColumns(ClassifierMixin, BaseEstimator):
    """A classifier of known scores."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        signal = np.asarray(X).sum(axis=1) / 1000
        return np.column_stack([1 - signal, signal])


@pytest.fixture
def model():
    return SumOfColumns().fit(None, [0, 1])


# Values, types and order


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_type_and_order_are_kept(path, dtype):
    values = random_scores(100, dtype)
    df = written(path, pd.DataFrame(values, columns=[500, 750.5]))
    expected = pd.DataFrame(values, columns=["score_500", "score_750p5"])
    pd.testing.assert_frame_equal(df, expected)


def test_columns_of_several_types(path):
    scores = pd.DataFrame({"a": np.float32([0.5]), "b": [0.5], "c": [True], "d": np.int32([7])})
    pd.testing.assert_frame_equal(written(path, scores), scores)


def test_bytes_of_another_order(path):
    values = random_scores(5)
    np.testing.assert_array_equal(written(path, values.astype(">f4"), columns=["a", "b"]), values)


def test_class_in_the_file_is_that_of_a_tree(path, scores):
    write_root(path, "dir/scores", scores)
    with uproot.open(path) as file:
        assert file.classnames(cycle=False) == {"dir": "TDirectory", "dir/scores": "TTree"}
        assert file["dir/scores"].typenames() == {"score_500": "float", "score_750p5": "float"}


def test_no_events(path, scores):
    df = written(path, scores[:0])
    assert (df.shape, list(df)) == ((0, 2), ["score_500", "score_750p5"])


def test_more_events_than_are_written_at_once(path):
    values = random_scores(2 * _ROWS + 7)
    np.testing.assert_array_equal(written(path, values, columns=["a", "b"]), values)
    with uproot.open({path: "scores"}) as tree:
        assert tree["a"].num_baskets == 3


def test_scan_of_several_parameters(path, model):
    X = pd.DataFrame({"x": [1.0, 2.0], "mass": np.nan, "width": np.nan})
    df = written(path, scan(model, X, mass=[100, 200], width=[0.5]))
    assert list(df) == ["score_mass_100_width_0p5", "score_mass_200_width_0p5"]
    np.testing.assert_allclose(df, [[0.1015, 0.2015], [0.1025, 0.2025]])


# Forms of scores


@pytest.mark.parametrize(
    ("form", "options", "names"),
    [
        (lambda a: a, {"columns": [500, -1.5]}, ["score_500", "score_m1p5"]),
        (lambda a: a, {"columns": ["u", "v"], "prefix": "x"}, ["u", "v"]),
        (lambda a: a.tolist(), {"columns": [1, 2], "prefix": "mass"}, ["mass_1", "mass_2"]),
        (pd.DataFrame, {}, ["score_0", "score_1"]),
        (pd.DataFrame, {"columns": ["u", "v"]}, ["u", "v"]),
        (lambda a: {"u": a[:, 0], 500: list(a[:, 1])}, {}, ["u", "score_500"]),
        (lambda a: {"u": pd.Series(a[:, 0]), "v": a[:, 1]}, {}, ["u", "v"]),
        (lambda a: iter([a[:2], a[2:2], a[2:]]), {"columns": [1, 2]}, ["score_1", "score_2"]),
        (lambda a: iter([a[:2], a[2:]]), {"columns": iter([1, 2])}, ["score_1", "score_2"]),
        (lambda a: (c for c in [pd.DataFrame(a)[:2], pd.DataFrame(a)[2:]]), {}, None),
    ],
)
def test_form_of_two_columns(path, form, options, names):
    values = random_scores(5, "float64")
    df = written(path, form(values), **options)
    np.testing.assert_array_equal(df, values)
    assert list(df) == (names or ["score_0", "score_1"])


@pytest.mark.parametrize(
    ("form", "options", "name"),
    [
        (np.asarray, {}, "score"),
        (np.asarray, {"prefix": "pnn"}, "pnn"),
        (np.asarray, {"columns": "pnn"}, "pnn"),
        (np.asarray, {"columns": 500}, "score_500"),
        (pd.Series, {}, "score"),
        (lambda a: pd.Series(a, name=500), {}, "score_500"),
    ],
)
def test_form_of_one_column(path, form, options, name):
    df = written(path, form([0.25, 0.5]), **options)
    pd.testing.assert_frame_equal(df, pd.DataFrame({name: [0.25, 0.5]}))


def test_name_of_one_column_that_is_no_identifier(path):
    with pytest.raises(ValueError, match="prefix='a b'; expected letters"):
        write_root(path, "scores", [0.5], prefix="a b")


@pytest.mark.parametrize("scores", [3, None, "abc", np.ones((2, 2, 2)), [pd.DataFrame([[1.0]])]])
def test_scores_of_another_shape(path, scores):
    with pytest.raises(ValueError, match=r"scores is a .* of shape .*; expected a DataFrame"):
        write_root(path, "scores", scores)


@pytest.mark.parametrize("value", [1.0, [[1.0], [2.0]]])
def test_column_of_another_shape(path, value):
    with pytest.raises(ValueError, match="expected one number per event"):
        write_root(path, "scores", {"a": value})


@pytest.mark.parametrize("scores", [{}, np.ones((3, 0)), pd.DataFrame(index=range(3))])
def test_no_columns(path, scores):
    with pytest.raises(ValueError, match="no columns; expected one per hypothesis"):
        write_root(path, "scores", scores)


def test_columns_of_different_lengths(path):
    with pytest.raises(ValueError, match=r"different numbers of events: {'a': 2, 'b': 1}"):
        write_root(path, "scores", {"a": [0.1, 0.2], "b": [0.1]})


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["x"]),
        np.array([0.5], dtype=object),
        np.float16([0.5]),
        np.array([1j]),
        pd.date_range("2020", periods=1).to_numpy(),
    ],
)
def test_values_that_are_no_numbers_of_root(path, values):
    with pytest.raises(TypeError, match=r"'a' are of dtype .*; expected float32 or float64"):
        write_root(path, "scores", {"a": values})


def test_array_without_names(path):
    with pytest.raises(ValueError, match=r"2 columns without names; .* columns=\[500, 750\]"):
        write_root(path, "scores", random_scores(3))


def test_another_number_of_labels(path, scores):
    with pytest.raises(ValueError, match=r"columns= has 1 label\(s\), but scores 2 column"):
        write_root(path, "scores", scores, columns=["a"])


@pytest.mark.parametrize("columns", [{1, 2}, b"ab", object()])
def test_labels_without_order_or_text(path, scores, columns):
    with pytest.raises(TypeError, match="expected a"):
        write_root(path, "scores", scores, columns=columns)


# The order of the events


@pytest.mark.parametrize(
    "change",
    [
        lambda df: df[::-1],
        lambda df: df[df.index != 2],
        lambda df: df[1:],
        lambda df: df.set_axis(list("abcdef")),
        lambda df: df.set_axis([0, 1, 2, 3, 4, np.nan]),
        lambda df: df.set_index([500, 750.5], drop=False),
        lambda df: df[500][::-1],
        lambda df: {"a": df[500][::-1], "b": df[750.5]},
    ],
)
def test_index_that_does_not_count_the_events(path, scores, change):
    match = r"row \d of scores has the index .*sort_index\(\).*reset_index\(drop=True\)"
    with pytest.raises(ValueError, match=match):
        write_root(path, "scores", change(scores))


def test_shuffled_rows_are_put_back_by_their_index(path, scores):
    df = written(path, scores.sample(frac=1, random_state=0).sort_index())
    np.testing.assert_array_equal(df, scores)


def test_chunks_whose_index_starts_anew(path, scores):
    chunks = (chunk.reset_index(drop=True) for chunk in [scores[:4], scores[4:]])
    match = "row 0 of scores has the index 0, expected 4: .* run on from chunk to chunk"
    with pytest.raises(ValueError, match=match):
        write_root(path, "scores", chunks)


@pytest.mark.parametrize(
    "second",
    [
        pd.DataFrame({1: [0.5]}, index=[1]),
        pd.DataFrame({0: np.float32([0.5])}, index=[1]),
        pd.DataFrame({0: [0.5], 1: [0.5]}, index=[1]),
    ],
)
def test_chunks_of_different_branches(path, second):
    with pytest.raises(ValueError, match="chunk of scores that starts at event 1 has the branches"):
        write_root(path, "scores", iter([pd.DataFrame({0: [0.5]}), second]))


def test_iterator_without_chunks(path):
    with pytest.raises(ValueError, match="iterator without any chunk"):
        write_root(path, "scores", iter([]))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_that_are_not_finite(path, scores, bad):
    scores.loc[3:, 750.5] = bad
    match = f"3 of 6 scores for the branch 'score_750p5' .* first is {bad} at event 3.*'keep'"
    with pytest.raises(ValueError, match=match):
        write_root(path, "scores", scores)


def test_events_without_score_are_kept_on_request(path, scores):
    expected = scores[scores.index != 2].reindex(range(6))
    df = written(path, expected, not_finite="keep")
    np.testing.assert_array_equal(df, expected)


# The events' own tree


def test_friend_is_aligned_with_the_events(path, model, shared_data):
    events = shared_data("root_reader/uproot-Zmumu.root")
    X = read_root(events, columns=["pt1", "Run"]).assign(mass=np.nan)
    write_root(path, "scores", scan(model, X, mass=[0, 500]), friend_of=events)
    with uproot.open({events: "events"}) as main, uproot.open({path: "scores"}) as friend:
        arrays = main.arrays(["pt1", "Run"], library="np")
        found = friend.arrays(library="np")
    for mass in (0, 500):
        expected = (arrays["pt1"] + arrays["Run"] + mass) / 1000
        np.testing.assert_array_equal(found[f"score_{mass}"], expected)


def test_friend_of_chunks_is_aligned_with_the_events(path, shared_data):
    events = shared_data("root_reader/uproot-Zmumu.root")
    chunks = read_root(events, columns={"score": "pt1"}, chunk_size=500)
    df = written(path, chunks, friend_of=f"{events}:events")
    np.testing.assert_array_equal(df["score"], read_root(events, columns=["pt1"])["pt1"])


def test_friend_of_several_files(path, samples):
    files = f"{samples}/ttbar_*.root"
    df = written(path, read_root(files, columns=["x"]), friend_of=files)
    assert df["x"].tolist() == [1, 1.5, 2, 2.5]


def test_scores_of_events_that_passed_a_cut(path, flat):
    scores = read_root(flat, columns=["pt"], cut="n >= 1")
    match = "scores of 3 events, but friend_of= has 4; .* without cut"
    with pytest.raises(ValueError, match=match):
        write_root(path, "scores", scores, friend_of=flat)
    assert not path.exists()


def test_the_events_are_not_overwritten_by_their_scores(flat):
    scores = read_root(flat, columns=["pt"])
    with pytest.raises(ValueError, match="holds the events of friend_of=; they would be lost"):
        write_root(flat, "scores", scores, friend_of=flat, mode="overwrite")


# Files that exist


def failing():
    yield np.zeros((_ROWS + 1, 1))
    raise KeyboardInterrupt


def test_existing_file_is_an_error(path, scores):
    write_root(path, "scores", scores)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match=r"mode='overwrite'.*mode='update'"):
        write_root(path, "scores", scores)
    assert path.read_bytes() == before


def test_overwrite_replaces_the_whole_file(path, scores):
    write_root(path, "old", scores)
    write_root(path, "new", scores, mode="overwrite")
    with uproot.open(path) as file:
        assert file.keys(cycle=False) == ["new"]


def test_overwrite_keeps_a_link_and_the_permissions(path, tmp_path, scores):
    write_root(path, "old", scores)
    path.chmod(0o640)
    link = tmp_path / "link.root"
    link.symlink_to(path)
    write_root(link, "new", scores, mode="overwrite")
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("mode", ["create", "overwrite", "update"])
def test_each_mode_writes_a_new_file(path, scores, mode):
    np.testing.assert_array_equal(written(path, scores, mode=mode), scores)


def test_update_keeps_the_other_trees(path, scores):
    for number, tree in enumerate(["a", "dir/b", "dir/sub/c", "dir/d", "e"]):
        write_root(path, tree, scores + number, mode="update")
    for number, tree in enumerate(["a", "dir/b", "dir/sub/c", "dir/d", "e"]):
        np.testing.assert_array_equal(read_root(path, tree), scores + number)


@pytest.mark.parametrize("tree", ["dir/scores", "dir/scores/more", "dir"])
def test_update_with_a_name_that_is_taken(path, scores, tree):
    write_root(path, "dir/scores", scores)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"holds a TTree|TDirectory of the name .* already"):
        write_root(path, tree, scores, mode="update")
    assert path.read_bytes() == before


def test_update_of_a_file_of_another_format(path, scores):
    path.write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="not a ROOT file but a Parquet file"):
        write_root(path, "scores", scores, mode="update")


@pytest.mark.parametrize("mode", ["create", "overwrite", "update"])
def test_failure_leaves_nothing_behind(path, tmp_path, mode):
    if mode != "create":
        write_root(path, "old", [0.5])
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        write_root(path, "new", failing(), mode=mode)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "name",
    ["uproot-Zmumu.root", "uproot-HZZ-lzma.root", "uproot-histograms.root", "coffea_nano_dy.root"],
)
def test_update_of_a_public_file_keeps_what_it_holds(path, shared_data, scores, name):
    shutil.copyfile(shared_data(f"root_reader/{name}"), path)
    with uproot.open(path) as file:
        before = file.classnames()
    write_root(path, "friends/scores", scores, mode="update")
    np.testing.assert_array_equal(read_root(path, "friends/scores"), scores)
    with uproot.open(path) as file:
        assert before.items() <= file.classnames().items()


# Of these, uproot.update would damage the first two's description of classes without a word.
@pytest.mark.parametrize(
    "name",
    [
        "test_float_types_rntuple_v1-0-0-0.root",
        "ntpl001_staff_rntuple_v1-0-1-0.root",
        "uproot-issue-250.root",
        "uproot-issue64.root",
    ],
)
def test_update_of_a_file_that_uproot_cannot_update(path, shared_data, scores, name):
    shutil.copyfile(shared_data(f"root_reader/{name}"), path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"cannot add a tree to .* a file of its own"):
        write_root(path, "scores", scores, mode="update")
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


# Arguments


@pytest.mark.parametrize("tree", ["", "a//b", "/a", "a/", "a;1", "a:b"])
def test_tree_without_a_proper_name(path, scores, tree):
    with pytest.raises(ValueError, match="expected a name such as 'scores' or 'dir/scores'"):
        write_root(path, tree, scores)


def test_tree_of_another_type(path, scores):
    with pytest.raises(TypeError, match="tree=5; expected the name of the tree"):
        write_root(path, 5, scores)


def test_file_of_another_type(scores):
    with pytest.raises(TypeError, match="file=5; expected the path"):
        write_root(5, "scores", scores)


def test_file_of_another_machine(scores):
    with pytest.raises(ValueError, match="is a URL; write to this machine"):
        write_root("root://host//scores.root", "scores", scores)


def test_file_that_is_a_directory(tmp_path, scores):
    with pytest.raises(ValueError, match="is a directory; give the name of a file in it"):
        write_root(tmp_path, "scores", scores, mode="overwrite")


def test_directory_that_does_not_exist(tmp_path, scores):
    with pytest.raises(FileNotFoundError, match=r"in no directory that exists; create it first"):
        write_root(tmp_path / "no" / "scores.root", "scores", scores)


def test_name_with_letters_that_are_special_elsewhere(tmp_path, scores):
    path = tmp_path / "a:b*[1].root"
    np.testing.assert_array_equal(written(path, scores), scores)


@pytest.mark.parametrize("option", ["mode", "not_finite"])
def test_option_of_another_value(path, scores, option):
    with pytest.raises(ValueError, match=f"{option}='x'; expected '"):
        write_root(path, "scores", scores, **{option: "x"})


def test_nothing_is_printed(path, scores, capfd):
    write_root(path, "scores", scores)
    assert capfd.readouterr() == ("", "")


def test_masked_scores_are_refused(tmp_path):
    masked = np.ma.masked_array([0.1, 0.2], [False, True])
    with pytest.raises(ValueError, match="scores has masked values"):
        write_root(tmp_path / "scores.root", "scores", masked)


@pytest.mark.parametrize("tree", [".", "..", "dir/."])
def test_a_tree_needs_a_name(tmp_path, tree):
    with pytest.raises(ValueError, match="expected a name such as"):
        write_root(tmp_path / "scores.root", tree, np.array([0.1]))
