"""Several files as one DataFrame, or as chunks."""

import tracemalloc

import awkward as ak
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skpnn.exceptions import EmptySelectionWarning
from skpnn.io import read_root


def test_types_of_two_files_are_promoted(write, tmp_path):
    a = write(tmp_path / "a.root", x=np.array([1], dtype="int32"))
    b = write(tmp_path / "b.root", x=np.array([0.5]))
    assert read_root([a, b])["x"].tolist() == [1, 0.5]


def test_columns_in_another_order_are_matched_by_name(write, tmp_path):
    a = write(tmp_path / "a.root", x=np.array([1.0]), y=np.array([2.0]))
    b = write(tmp_path / "b.root", y=np.array([4.0]), x=np.array([3.0]))
    np.testing.assert_array_equal(read_root([a, b]), [[1, 2], [3, 4]])


def test_files_with_different_columns_are_an_error_that_names_them(write, tmp_path):
    a = write(tmp_path / "a.root", x=np.array([1.0]), y=np.array([2.0]))
    b = write(tmp_path / "b.root", x=np.array([1.0]), z=np.array([2.0]))
    match = r"b\.root does not give the same columns.*lacks \['y'\].*adds \['z'\].*columns="
    with pytest.raises(ValueError, match=match):
        read_root([a, b])


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.EmptySelectionWarning")
@settings(deadline=None, max_examples=20)
@given(rows=st.integers(1, 30), cut=st.sampled_from([None, "x > 40", "x > 1000"]))
def test_chunks_make_up_the_whole(write, tmp_path_factory, rows, cut):
    folder = tmp_path_factory.mktemp("chunks")
    for i in range(3):
        write(folder / f"{i}.root", x=np.arange(25) + 25 * i)
    options = {"cut": cut, "label": {"0.root": 0, "*": 1}, "theta": "{m}.root"}
    chunks = list(read_root(f"{folder}/*.root", chunk_size=rows, **options))
    pd.testing.assert_frame_equal(pd.concat(chunks), read_root(f"{folder}/*.root", **options))
    assert {len(chunk) for chunk in chunks[:-1]} <= {rows}
    assert len(chunks[-1]) <= rows


def test_files_without_an_event_left_are_warned_of_once(samples):
    match = r"cut='x > 6' leaves no event of \['.*ttbar_1.*ttbar_2.root:events'\] \(4 read\); are"
    files = {f"{samples}/signal_7*": "events", f"{samples}/ttbar_*": "events"}
    with pytest.warns(EmptySelectionWarning, match=match) as given_warnings:
        assert len(read_root(files, cut="x > 6")) == 2
    assert [warning.filename for warning in given_warnings] == [__file__]


def test_events_left_are_counted_over_all_chunks(write, tmp_path, writer):
    path = writer(tmp_path / "a.root", x=np.arange(20_000.0))
    assert sum(map(len, read_root(path, cut="x > 19_990", chunk_size="40 kB"))) == 9
    with pytest.warns(EmptySelectionWarning, match=r"\(20,000 read\)"):
        list(read_root(path, cut="x > 1e6", chunk_size="40 kB"))


def test_tree_without_events_is_not_warned_of(write, tmp_path):
    path = write(tmp_path / "a.root", x=np.array([], dtype="float32"))
    assert read_root(path, cut="x > 1").empty


def test_chunks_by_memory(tmp_path, writer):
    path = writer(tmp_path / "a.root", x=np.random.default_rng(0).random(20_000))
    chunks = list(read_root(path, chunk_size="40 kB"))
    assert 3 <= len(chunks) <= 6
    pd.testing.assert_frame_equal(pd.concat(chunks), read_root(path))


def test_chunked_errors_come_from_the_call(flat):
    with pytest.raises(ValueError, match="no branch or function 'x'"):
        read_root(flat, columns=["x"], chunk_size=2)


@pytest.mark.parametrize("size", [0, -5, 2.5, "many", "5", "0 MB", True])
def test_chunk_size_of_another_value(flat, size):
    with pytest.raises(ValueError, match=r"chunk_size=.*expected a number of rows or"):
        read_root(flat, chunk_size=size)


def test_peak_memory_is_about_twice_the_result(write, tmp_path):
    path = write(tmp_path / "a.root", **{f"x{i}": np.zeros(200_000) for i in range(10)})
    tracemalloc.start()
    result = read_root(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * result.memory_usage().sum()


def test_weight_that_one_file_lacks_is_an_error_that_names_it(samples, write):
    data = write(samples / "data.root", x=np.array([1.0]))
    with pytest.raises(ValueError, match=r"data\.root: there is no branch or function 'w'"):
        read_root([samples / "ttbar_1.root", data], columns=["x"], weight="w")


def test_numbers_in_one_file_and_texts_in_another_are_an_error(tmp_path, write, write_rntuple):
    a = write(tmp_path / "a.root", x=np.array([1.0]))
    b = write_rntuple(tmp_path / "b.root", x=ak.Array(["one"]))
    with pytest.raises(ValueError, match=r"one has numbers and one has texts in \['x'\]"):
        read_root([a, b], columns=["x"])
