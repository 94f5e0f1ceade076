"""The checkpoint of a search: its finished evaluations, which many workers write to one file."""

import math
import os
import pickle
import signal
import sqlite3
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
MANY = 40

floats = st.floats(allow_nan=False)
values = st.one_of(floats, st.text(), st.none(), st.dictionaries(st.text(), floats))

# Leaves a transaction half-written, as a process does that is killed in it.
KILLED_IN_A_TRANSACTION = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
for statement in sys.argv[2:]:
    connection.execute(statement)
os.kill(os.getpid(), signal.SIGKILL)
"""
NUMBERS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 999)"

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


def fill(ledger):
    for candidate in range(MANY):
        for fold in range(3):
            ledger.record(f"{candidate:032}", fold, "test_score", candidate / 7 + fold)
    ledger.settled("seed", "42")


def content(path):
    ledger = Ledger.open(path, SEARCH)
    return ledger.by_candidate(), ledger.settled("seed", "0")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A file of some pages, its bytes, and what it holds."""
    path = tmp_path_factory.mktemp("filled") / "search.checkpoint"
    fill(Ledger.open(path, SEARCH, durable=False))
    return path, path.read_bytes(), content(path)


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


@given(value=values)
def test_value_comes_back(filled, value):
    path = filled[0].with_name("values")
    path.unlink(missing_ok=True)
    ledger = Ledger.open(path, {}, durable=False)
    ledger.record("a", 0, "score", value)
    assert ledger.outcomes("a", 0) == {"score": value}


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


# Its file


@pytest.mark.parametrize(
    "name", ["two words", "a?mode=memory", "a#b", "100%41", "θ é 質", "a&b;c", "'q\"", "-x"]
)
def test_any_name_will_do(tmp_path, name):
    Ledger.open(tmp_path / name, SEARCH).record("a", 0, "score", 0.5)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert Ledger.open(tmp_path / name, SEARCH).outcomes("a", 0) == {"score": 0.5}


def test_relative_path_is_that_of_the_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ledger = Ledger.open("search.checkpoint", SEARCH)
    monkeypatch.chdir("/")
    ledger.record("a", 0, "score", 0.5)
    assert ledger.path == tmp_path.resolve() / "search.checkpoint"


def test_pickled_ledger_is_of_the_same_file(ledger):
    pickle.loads(pickle.dumps(ledger)).record("a", 0, "score", 0.5)
    assert ledger.outcomes("a", 0) == {"score": 0.5}


def test_empty_file_is_a_new_ledger(path):
    path.touch()
    assert Ledger.open(path, SEARCH).by_candidate() == {}


def test_journal_of_a_deleted_file_is_not_taken_for_that_of_the_new_one(path, ledger):
    fill(ledger)
    kill_in_a_transaction(path, f"{NUMBERS} UPDATE evaluation SET value = zeroblob(999)")
    path.unlink()
    assert Ledger.open(path, SEARCH).by_candidate() == {}


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
    fill(ledger)
    before = path.read_bytes(), path.stat().st_mtime_ns
    read(ledger)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert files_beside(path) == []


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*elsewhere; make it"):
        Ledger.open(tmp_path / "elsewhere" / "search.checkpoint", SEARCH)


@pytest.mark.parametrize("place", ["/dev/null", "."])
def test_what_is_no_file_is_refused(place):
    with pytest.raises(IsADirectoryError, match="is a folder or a device; name a file"):
        Ledger.open(place, SEARCH)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_folder_that_may_not_be_written_to_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=f"{tmp_path} may not be written to"):
        Ledger.open(tmp_path / "search.checkpoint", SEARCH)


def test_file_that_vanished_is_the_systems_error(path, ledger):
    path.unlink()
    with pytest.raises(OSError, match="See whether it is still there"):
        ledger.record("a", 0, "score", 0.5)
    assert not path.exists()


def test_file_that_another_program_locks_is_the_systems_error(path, ledger, monkeypatch):
    monkeypatch.setattr("skpnn.tuning._ledger_file.PATIENCE", 0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OSError, match="database is locked"):
        ledger.record("a", 0, "score", 0.5)
    other.close()


# What is refused


def refused(path, match, search=SEARCH):
    """Check that opening is refused, and leaves the file, and nothing else."""
    before, beside = path.read_bytes(), files_beside(path)
    with pytest.raises(CheckpointError, match=match):
        Ledger.open(path, search)
    assert path.read_bytes() == before
    assert files_beside(path) == beside


@pytest.mark.parametrize("text", ["x", "some notes\n" * 999])
def test_file_of_another_kind_is_refused(path, text):
    path.write_text(text)
    refused(path, r"is no checkpoint of a search, nor any SQLite file.*another file")


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_database_of_another_program_is_refused(path, journal):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(f"PRAGMA journal_mode = {journal}")
    other.execute("CREATE TABLE notes (text)")
    refused(path, r"SQLite file of another program \(application_id 0, expected 1936420974\)")
    other.close()


def test_other_format_is_refused(path, ledger):
    execute(path, "PRAGMA user_version = 2")
    refused(path, "is a checkpoint of format 2, expected 1.*another version of skpnn")


def test_added_table_is_refused(path, ledger):
    execute(path, "CREATE TABLE notes (text)")
    refused(path, "damaged: its tables are not those")


def test_changed_value_is_refused(path, ledger):
    ledger.record("a", 0, "score", 0.5)
    execute(path, "UPDATE evaluation SET value = '0.75'")
    refused(path, "damaged: a row is not as it was written.*put a copy in its place")


def test_changed_value_is_not_read_either(path, ledger):
    ledger.record("a", 0, "score", 0.5)
    execute(path, "UPDATE evaluation SET value = '0.75'")
    with pytest.raises(CheckpointError, match="a row is not as it was written"):
        ledger.outcomes("a", 0)


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


# Damage


def is_refused_or_as_it_was(filled, damaged):
    path, _, before = filled
    path.write_bytes(damaged)
    try:
        is_as_it_was = content(path) == before
    except CheckpointError:
        is_as_it_was = path.read_bytes() == damaged
    return is_as_it_was and files_beside(path) == []


@given(data=st.data())
def test_one_changed_byte_is_noticed_or_without_effect(filled, data):
    _, whole, _ = filled
    # More often in the header, and where a page says what lies in it.
    page = st.integers(0, len(whole) // 4096 - 1)
    in_head = st.builds(lambda page, place: 4096 * page + place, page, st.integers(0, 99))
    place = data.draw(in_head | st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    assert is_refused_or_as_it_was(filled, whole[:place] + bytes([byte]) + whole[place + 1 :])


@given(data=st.data())
def test_cut_file_is_refused_or_as_it_was(filled, data):
    _, whole, _ = filled
    length = data.draw(st.integers(1, len(whole) - 1))
    assert is_refused_or_as_it_was(filled, whole[:length])


# Killed writers, and many at once


def execute(path, statement):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(statement)
    connection.close()


def kill_in_a_transaction(path, *statements):
    """Leave `path` as a killed process does: changed already, with a journal of how it was."""
    before = path.read_bytes()
    script = [sys.executable, "-c", KILLED_IN_A_TRANSACTION, path, *statements]
    assert subprocess.run(script, check=False).returncode == -signal.SIGKILL
    assert path.read_bytes() != before
    assert files_beside(path) == [f"{path.name}-journal"]


def test_what_a_killed_writer_left_is_undone(path, ledger):
    fill(ledger)
    before = content(path)
    kill_in_a_transaction(path, "UPDATE evaluation SET value = zeroblob(999)")
    assert content(path) == before
    assert files_beside(path) == []


def test_what_a_killed_writer_left_is_undone_by_who_reads(path, ledger):
    fill(ledger)
    before = ledger.by_candidate()
    kill_in_a_transaction(path, "UPDATE evaluation SET value = zeroblob(999)")
    assert ledger.by_candidate() == before


def test_what_another_program_left_half_written_is_not_touched(path):
    execute(path, f"CREATE TABLE notes AS {NUMBERS} SELECT zeroblob(999) AS text FROM number")
    kill_in_a_transaction(path, "UPDATE notes SET text = zeroblob(998)")
    refused(path, "SQLite file of another program")


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
    values = Ledger.open(path, {}).by_candidate()
    assert {key: len(folds) for key, folds in values.items()} == dict.fromkeys(
        [0, 1, 2, 3, "shared"], 20
    )


@pytest.mark.slow
def test_nothing_that_a_killed_writer_reported_is_lost(tmp_path):
    paths = [str(tmp_path / name) for name in "abcd"]
    script = [sys.executable, "-c", WRITERS_KILLED, *paths]
    reported = subprocess.run(script, check=True, capture_output=True, text=True).stdout
    assert reported
    for path, turn, number in (line.split() for line in reported.splitlines()):
        known = Ledger(path=tmp_path / path).outcomes(int(turn), int(number))
        assert known == {"score": int(number) / 7}
    for path in paths:
        assert Ledger.open(path, {}).path.exists()
