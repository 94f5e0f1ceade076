"""The SQLite file beneath a ledger: made at once, checked as a whole, each row sealed."""

import os
import signal
import sqlite3
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skpnn.exceptions import CheckpointError
from skpnn.tuning._ledger import Ledger

SEARCH = {"n_iter": "16", "cv": "5"}
# Of a byte in a file of any length.
places = st.integers(0, 10**6)

# Leaves a transaction half-written, as a process does that is killed in it.
KILLED_IN_A_TRANSACTION = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute(sys.argv[2])
os.kill(os.getpid(), signal.SIGKILL)
"""
MANY_NOTES = """
CREATE TABLE notes AS
WITH RECURSIVE note(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM note LIMIT 999)
SELECT zeroblob(999) AS text FROM note
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "search.checkpoint"


@pytest.fixture
def ledger(path):
    return Ledger.open(path, SEARCH, durable=False)


def fill(ledger):
    for candidate in range(40):
        for fold in range(3):
            ledger.record(f"{candidate:032}", fold, "test_score", candidate / 7 + fold)
    ledger.settled("seed", "42")


def content(path):
    ledger = Ledger.open(path, SEARCH)
    return ledger.by_candidate(), ledger.settled("seed", "0")


def files_beside(path):
    return [file.name for file in path.parent.iterdir() if file != path]


@dataclass(repr=False)
class Filled:
    path: Path
    whole: bytes
    content: Any


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A file of some pages, its bytes, and what it holds."""
    path = tmp_path_factory.mktemp("filled") / "search.checkpoint"
    fill(Ledger.open(path, SEARCH, durable=False))
    return Filled(path, path.read_bytes(), content(path))


def execute(path, statement):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(statement)
    connection.close()


def kill_in_a_transaction(path, statement):
    """Leave `path` as a killed process does: changed already, with a journal of how it was."""
    before = path.read_bytes()
    script = [sys.executable, "-c", KILLED_IN_A_TRANSACTION, path, statement]
    assert subprocess.run(script, check=False).returncode == -signal.SIGKILL
    assert path.read_bytes() != before
    assert files_beside(path) == [f"{path.name}-journal"]


def refused(path, match):
    """Check that opening is refused, and leaves the file, and nothing else."""
    before, beside = path.read_bytes(), files_beside(path)
    with pytest.raises(CheckpointError, match=match):
        Ledger.open(path, SEARCH)
    assert path.read_bytes() == before
    assert files_beside(path) == beside


# Where it is


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


def test_empty_file_is_a_new_ledger(path):
    path.touch()
    assert Ledger.open(path, SEARCH).by_candidate() == {}


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


@pytest.mark.parametrize("times", [1, 999])
def test_file_of_another_kind_is_refused(path, times):
    path.write_text("some notes\n" * times)
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


# Damage


def is_refused_or_as_it_was(filled, damaged):
    filled.path.write_bytes(damaged)
    try:
        is_as_it_was = content(filled.path) == filled.content
    except CheckpointError:
        is_as_it_was = filled.path.read_bytes() == damaged
    return is_as_it_was and files_beside(filled.path) == []


# More often in the header, where a byte can change what all others mean.
@settings(max_examples=300)
@given(place=st.integers(0, 99) | places, byte=st.integers(0, 255))
def test_one_changed_byte_is_noticed_or_without_effect(filled, place, byte):
    damaged = bytearray(filled.whole)
    damaged[place % len(damaged)] = byte
    assert is_refused_or_as_it_was(filled, damaged)


@settings(max_examples=200)
@given(length=places)
def test_cut_file_is_refused_or_as_it_was(filled, length):
    length = 1 + length % (len(filled.whole) - 1)
    assert is_refused_or_as_it_was(filled, filled.whole[:length])


# What killed writers leave


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


@pytest.mark.parametrize("pages", [1, 4])
def test_file_whose_making_was_killed_is_new(path, ledger, pages):
    path.write_bytes(path.read_bytes()[: 4096 * pages])
    # A journal says: no page was changed, and there were none before.
    header = struct.pack(">8s5I", bytes.fromhex("d9d505f920a163d7"), 0, 0, 0, 512, 4096)
    path.with_name(f"{path.name}-journal").write_bytes(header.ljust(512, b"\0"))
    assert Ledger.open(path, {"n_iter": "32"}).by_candidate() == {}
    assert files_beside(path) == []


def test_what_another_program_left_half_written_is_not_touched(path):
    execute(path, MANY_NOTES)
    kill_in_a_transaction(path, "UPDATE notes SET text = zeroblob(998)")
    refused(path, "SQLite file of another program")


def test_journal_of_a_deleted_file_is_not_taken_for_that_of_the_new_one(path, ledger):
    fill(ledger)
    kill_in_a_transaction(path, "UPDATE evaluation SET value = zeroblob(999)")
    path.unlink()
    assert Ledger.open(path, SEARCH).by_candidate() == {}
