"""The checkpoint of a search: its finished evaluations, which many workers write to one file."""

import math
import pickle
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skpnn.exceptions import CheckpointError
from skpnn.tuning._ledger import Evaluation, Ledger

SEARCH = {"n_iter": "16", "cv": "5"}

floats = st.floats(allow_nan=False)
values = st.one_of(floats, st.text(), st.none(), st.dictionaries(st.text(), floats))

# Each of several files has several writers, one after another, each killed at some moment.
WRITERS_KILLED = """
import itertools, os, random, signal, sys, time
from skpnn.tuning._ledger import Ledger

def write(path, turn):
    ledger = Ledger.open(path, {})
    for number in itertools.count():
        ledger.record(turn, number, "score", number / 7)
        os.write(1, f"{path} {turn} {number}\\n".encode())

for turn, path in itertools.product(range(5), sys.argv[1:]):
    child = os.fork()
    if not child:
        write(path, turn)
    time.sleep(random.uniform(0, 0.1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""

WRITERS_AT_ONCE = """
import os, sys
from skpnn.tuning._ledger import Ledger

writers = range(4)
for writer in writers:
    if not os.fork():
        ledger = Ledger.open(sys.argv[1], {})
        for number in range(20):
            ledger.record(writer, number, "score", number / 7)
            ledger.record("shared", number, "score", writer)
        os._exit(0)
sys.exit(max(os.wait()[1] for writer in writers))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "search.checkpoint"


@pytest.fixture
def ledger(path):
    return Ledger.open(path, SEARCH)


def files_beside(path):
    return [file.name for file in path.parent.iterdir() if file != path]


# What is recorded


def test_what_is_recorded_is_there_at_the_next_start(path, ledger):
    ledger.record("a", 0, "test_score", 0.75)
    assert Ledger.open(path, SEARCH).outcomes("a", 0) == {"test_score": 0.75}


def test_outcomes_are_those_of_one_candidate_on_one_fold(ledger):
    for candidate, fold in [("a", 0), ("a", 1), ("b", 0)]:
        ledger.record(candidate, fold, "score", f"{candidate}{fold}")
    assert ledger.outcomes("a", 1) == {"score": "a1"}


def test_nothing_is_known_of_what_was_not_recorded(ledger):
    assert ledger.outcomes("a", 0) == {}


def test_number_and_its_text_are_two_candidates(ledger):
    ledger.record(1, 0, "score", 0.5)
    assert ledger.outcomes("1", 0) == {}


def test_first_record_of_an_item_stays(ledger):
    ledger.record("a", 0, "score", 0.75)
    ledger.record("a", 0, "score", 0.25)
    assert ledger.outcomes("a", 0) == {"score": 0.75}


@given(values=st.lists(values, max_size=5))
def test_values_come_back(tmp_path_factory, values):
    ledger = Ledger.open(tmp_path_factory.mktemp("values") / "file", {}, durable=False)
    for fold, value in enumerate(values):
        ledger.record("a", fold, "score", value)
    assert [value for *_, value in ledger.since()] == values


@pytest.mark.parametrize("value", [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, math.inf])
def test_float_comes_back_to_the_bit(ledger, value):
    ledger.record("a", 0, "score", value)
    assert struct.pack("d", ledger.outcomes("a", 0)["score"]) == struct.pack("d", value)


def test_nan_comes_back(ledger):
    ledger.record("a", 0, "score", math.nan)
    assert math.isnan(ledger.outcomes("a", 0)["score"])


def test_value_that_json_cannot_hold_is_refused(ledger):
    with pytest.raises(TypeError, match="not JSON serializable"):
        ledger.record("a", 0, "score", object())
    assert ledger.since() == []


def test_values_by_candidate_are_in_the_order_of_their_recording(ledger):
    for candidate in "ba":
        ledger.record(candidate, 1, "score", 0.5)
        ledger.record(candidate, 0, "score", 0.25)
    values = ledger.by_candidate()
    assert values == {key: {1: {"score": 0.5}, 0: {"score": 0.25}} for key in "ba"}
    assert list(values) == ["b", "a"]


def test_since_returns_what_is_new(ledger):
    ledger.record("a", 0, "score", 0.5)
    seen = len(ledger.since())
    ledger.record("b", 0, "score", 0.25)
    assert ledger.since(seen) == [Evaluation("b", 0, "score", 0.25)]


def test_value_is_settled_once(path, ledger):
    assert ledger.settled("seed", "42") == "42"
    assert Ledger.open(path, SEARCH).settled("seed", "43") == "42"


def test_each_name_is_settled_for_itself(ledger):
    ledger.settled("seed", "42")
    assert ledger.settled("folds", "5") == "5"


# Between processes


def test_pickled_ledger_is_of_the_same_file(ledger):
    pickle.loads(pickle.dumps(ledger)).record("a", 0, "score", 0.5)
    assert ledger.outcomes("a", 0) == {"score": 0.5}


@pytest.mark.parametrize(
    "read",
    [
        lambda ledger: Ledger.open(ledger.path, SEARCH),
        lambda ledger: ledger.outcomes("a", 0),
        lambda ledger: ledger.since(),
        lambda ledger: ledger.settled("seed", "43"),
    ],
)
def test_reading_does_not_touch_the_file(path, ledger, read):
    ledger.record("a", 0, "score", 0.5)
    ledger.settled("seed", "42")
    before = path.read_bytes(), path.stat().st_mtime_ns
    read(ledger)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert files_beside(path) == []


# Other searches


def refused(path, match, search):
    """Check that opening is refused, and leaves the file as it is."""
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match=match):
        Ledger.open(path, search)
    assert path.read_bytes() == before
    assert files_beside(path) == []


@pytest.mark.parametrize(
    ("now", "difference"),
    [
        ({"n_iter": "32", "cv": "5"}, "n_iter was 16, is 32 now"),
        ({"n_iter": "32", "cv": "3"}, "cv was 5, is 3 now; n_iter was 16, is 32 now"),
        ({"n_iter": "16"}, "cv was 5, is not given now"),
        ({**SEARCH, "groups": "None"}, "groups was not given, is None now"),
    ],
)
def test_other_search_is_refused_by_what_differs(path, ledger, now, difference):
    refused(path, f"of another search: {difference}. It is left .* delete this one", now)


def test_long_descriptions_are_shortened(path):
    Ledger.open(path, {"X": "a" * 999})
    refused(path, r"X was a{60}… #\w{12}, is a{60}… #\w{12} now", {"X": "a" * 998})


# Killed writers, and many at once


def test_threads_write_at_once(path):
    ledger = Ledger.open(path, SEARCH, durable=False)

    def write(thread):
        for number in range(20):
            ledger.record(thread, number, "score", number / 7)
            ledger.record("shared", number, "score", thread)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert len(ledger.since()) == 100


@pytest.mark.slow
def test_processes_make_the_file_and_write_at_once(path):
    subprocess.run([sys.executable, "-c", WRITERS_AT_ONCE, path], check=True)
    assert len(Ledger.open(path, {}).since()) == 100


@pytest.mark.slow
def test_nothing_that_a_killed_writer_reported_is_lost(tmp_path):
    paths = [str(tmp_path / name) for name in "abcd"]
    script = [sys.executable, "-c", WRITERS_KILLED, *paths]
    reported = subprocess.run(script, check=True, capture_output=True, text=True).stdout
    assert reported
    for path, turn, number in (line.split() for line in reported.splitlines()):
        known = Ledger(tmp_path / path).outcomes(int(turn), int(number))
        assert known == {"score": int(number) / 7}
    for path in paths:
        Ledger.open(path, {})
