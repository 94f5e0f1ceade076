"""The SQLite file beneath a ledger: made at once, checked as a whole, each row sealed.

Whatever one byte of it is changed to, it is refused, or holds what it held.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from skpnn.exceptions import CheckpointError

__all__ = ["check_kind", "checked", "connected", "create", "sealed", "unsealed", "writable"]

# SQLite has a place for both in the first 100 bytes of a file.
APPLICATION = int.from_bytes(b"skpn", "big")
FORMAT = 1
# The indices that UNIQUE makes hold every key twice, so that SQLite notices a row that is lost.
SCHEMA = (
    "CREATE TABLE evaluation (number INTEGER PRIMARY KEY, candidate, fold, item, value, seal,"
    " UNIQUE (candidate, fold, item))",
    "CREATE TABLE settled (name UNIQUE, value, seal)",
)
# Seconds that one process waits for the others to have written.
PATIENCE = 300
# What SQLite reports of the system, not of the file's content.
OF_THE_SYSTEM = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
}


@contextmanager
def connected(path: Path, mode: str = "mode=rw", *, durable: bool) -> Iterator[sqlite3.Connection]:
    """Open the file for the time of a block; without a BEGIN, each statement is a transaction.

    Also who only reads opens it with mode=rw: SQLite undoes what a killed writer has left, and must
    be allowed to. `durable` says whether a transaction survives a power cut.

    Raises
    ------
    CheckpointError
        If the file's content is to blame for an error of SQLite's.
    OSError
        If the system is.
    """
    try:
        with closing(_connection(path, mode)) as connection:
            connection.execute(f"PRAGMA synchronous = {'EXTRA' if durable else 'OFF'}")
            yield connection
    except sqlite3.Error as error:
        if _code(error) not in OF_THE_SYSTEM:
            raise _damaged(path, error) from error
        raise OSError(
            f"The checkpoint {path} cannot be read or written: {error}. See whether it is still "
            "there, and whether its disk has room and can lock files."
        ) from error
    except UnicodeDecodeError as error:  # where SQLite quotes bytes that are no text
        raise _damaged(path, error) from error


def create(path: Path, settled: tuple[str, str], *, durable: bool) -> None:
    """Make the file, with a first row of ``settled``, unless there is one."""
    with connected(path, "mode=rwc", durable=durable) as connection:
        # Now nobody else writes, and what one who was killed has left is undone.
        connection.execute("BEGIN IMMEDIATE")
        if not path.stat().st_size:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            for statement in SCHEMA:
                connection.execute(statement)
            connection.execute("INSERT INTO settled VALUES (?, ?, ?)", sealed(settled))
            connection.execute("COMMIT")


def check_kind(path: Path) -> None:
    """Raise a CheckpointError where a file is of another kind, without as much as a lock on it.

    SQLite would undo or complete what another program has left in its files.
    """
    with closing(_connection(path, "mode=ro&immutable=1")) as connection:
        try:
            _check_marks(connection, path)
        except sqlite3.DatabaseError as error:
            if _code(error) == sqlite3.SQLITE_NOTADB:
                raise CheckpointError(
                    f"{path} is no checkpoint of a search, nor any SQLite file. It is left as it "
                    "is: give checkpoint= the name of another file, or of a new one."
                ) from None
            # Its pages are fewer than it says as long as a writer is at work, or was when killed.
            if _code(error) != sqlite3.SQLITE_CORRUPT:
                raise _damaged(path, error) from error


def checked(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    """Return what is settled; raise a CheckpointError where anything is not as it was written."""
    connection.execute("BEGIN IMMEDIATE")
    _check_marks(connection, path)
    if (found := _pragma(connection, "integrity_check")) != "ok":
        raise _damaged(path, found)
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    if tuple(text for (text,) in connection.execute(query)) != SCHEMA:
        raise _damaged(path, "its tables are not those that were made")
    if _pragma(connection, "journal_mode") != "delete":
        raise _damaged(path, "its journal is not of the kind that it was made for")
    for _, *row in connection.execute("SELECT * FROM evaluation"):
        unsealed(row, path)
    settled = connection.execute("SELECT * FROM settled").fetchall()
    connection.execute("ROLLBACK")
    return dict(unsealed(row, path) for row in settled)


def _check_marks(connection: sqlite3.Connection, path: Path) -> None:
    application = _pragma(connection, "application_id")
    if application != APPLICATION:
        raise CheckpointError(
            f"{path} is no checkpoint of a search, but an SQLite file of another program "
            f"(application_id {application}, expected {APPLICATION}). It is left as it is: give "
            "checkpoint= the name of another file, or of a new one."
        )
    version = _pragma(connection, "user_version")
    if version != FORMAT:
        raise CheckpointError(
            f"{path} is a checkpoint of format {version}, expected {FORMAT}: it is of another "
            "version of skpnn. It is left as it is: go on with that version, or give checkpoint= "
            "another file to start again."
        )


def sealed(fields: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the fields of a row, and a digest of them."""
    return (*fields, _seal(fields))


def unsealed(row: tuple[Any, ...] | list[Any], path: Path) -> tuple[Any, ...]:
    """Return the fields of a row without their digest; raise a CheckpointError where it differs."""
    *fields, seal = row
    # Changed fields can come back as bytes.
    if bytes in map(type, fields) or seal != _seal(tuple(fields)):
        raise _damaged(path, "a row is not as it was written")
    return tuple(fields)


def _damaged(path: Path, what: object) -> CheckpointError:
    return CheckpointError(
        f"The checkpoint {path} is damaged: {what}. It is left as it is: put a copy in its place, "
        "give checkpoint= another file, or delete this one to start again."
    )


def writable(path: Path) -> Path:
    """Return `path`; raise an OSError where no file can be written there.

    SQLite needs the folder, too: for a second file that says how to undo what is being written.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"checkpoint={path}: there is no folder {path.parent}; make it.")
    if path.exists() and not path.is_file():
        raise IsADirectoryError(f"checkpoint={path} is a folder or a device; name a file.")
    for place in (path.parent, path):
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(f"checkpoint={path}: {place} may not be written to.")
    return path


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.as_uri()}?{mode}"
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)


def _pragma(connection: sqlite3.Connection, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _seal(fields: tuple[Any, ...]) -> str:
    return blake2b(json.dumps(fields).encode(), digest_size=8).hexdigest()


def _code(error: sqlite3.Error) -> int:
    # The higher bytes tell variants of a code apart.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
