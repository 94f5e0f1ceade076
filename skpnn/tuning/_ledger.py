"""The checkpoint of a search: its finished evaluations, which many workers write to one file."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from sqlite3 import Connection
from typing import Any, NamedTuple, Self

import joblib

from skpnn.exceptions import CheckpointError
from skpnn.tuning._described import shortened
from skpnn.tuning._ledger_file import (
    check_kind,
    checked,
    connected,
    create,
    sealed,
    unsealed,
    writable,
)

__all__ = ["Evaluation", "Ledger"]

# The name under which the search is settled that a ledger is of.
IDENTITY = "identity"


class Evaluation(NamedTuple):
    """What came of one item of a candidate on a fold."""

    candidate: int | str
    fold: int | str
    item: str
    value: Any


@dataclass(frozen=True)
class Ledger:
    """Finished evaluations in a file that threads and processes read and write at the same time.

    It holds no open file, so that it can be pickled. What a killed writer left half-written is
    undone by whoever opens the file next.

    Parameters
    ----------
    path : Path
        Absolute. `open` makes the file, or checks it.
    durable : bool, default=True
        Whether what is recorded survives a power cut; a killed process it survives anyway.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     ledger = Ledger.open(f"{folder}/search.checkpoint", {"n_iter": "16"})
    ...     ledger.record(0, 2, "score", 0.75)
    ...     Ledger.open(ledger.path, {"n_iter": "16"}).outcomes(0, 2)
    {'score': 0.75}
    """

    path: Path
    durable: bool = True

    @classmethod
    def open(
        cls, path: str | PathLike[str], identity: dict[str, str], *, durable: bool = True
    ) -> Self:
        """Return the ledger of a search, new where there is no file, or an empty one.

        Parameters
        ----------
        path : path
            Of the file; relative to the present working directory.
        identity : dict of str to str
            The search: the name of each argument, and a description of its value.
        durable : bool, default=True
            As above.

        Raises
        ------
        CheckpointError
            If the file is damaged, of another search, or no checkpoint at all. It is left as it is.
        OSError
            If the file cannot be made, read or written.
        """
        ledger = cls(writable(Path(path).resolve()), durable)
        if ledger.path.exists() and ledger.path.stat().st_size:
            check_kind(ledger.path)
        create(ledger.path, (IDENTITY, json.dumps(identity)), durable=durable)
        with ledger._connected() as connection:
            settled = checked(connection, ledger.path)
        _check_identity(json.loads(settled[IDENTITY]), identity, ledger.path)
        return ledger

    def fold_key(self, data: Any) -> str:
        """Return a name for the training data of a fold, the same for equal data."""
        return joblib.hash(data)

    def record(self, candidate: int | str, fold: int | str, item: str, value: Any) -> None:
        """Keep a value that JSON can hold; the first of an item stays.

        Floats come back to the bit (but NaN as any NaN), tuples as lists.
        """
        row = sealed((candidate, fold, item, json.dumps(value)))
        with self._connected() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO evaluation (candidate, fold, item, value, seal)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            )

    def outcomes(self, candidate: int | str, fold: int | str) -> dict[str, Any]:
        """Return items and values of a candidate on a fold."""
        found = self._evaluations("candidate = ? AND fold = ?", candidate, fold)
        return {evaluation.item: evaluation.value for evaluation in found}

    def since(self, number: int = 0) -> list[Evaluation]:
        """Return what has been recorded after the first `number` evaluations."""
        return self._evaluations("number > ?", number)

    def by_candidate(self) -> dict[int | str, dict[int | str, dict[str, Any]]]:
        """Return all values, by candidate, fold and item, in the order of their recording."""
        values: dict[int | str, dict[int | str, dict[str, Any]]] = {}
        for candidate, fold, item, value in self.since():
            values.setdefault(candidate, {}).setdefault(fold, {})[item] = value
        return values

    def settled(self, name: str, value: str) -> str:
        """Return the value that was given first under `name`: at the first call, this one."""
        row = sealed((name, value))
        with self._connected() as connection:
            connection.execute("INSERT OR IGNORE INTO settled VALUES (?, ?, ?)", row)
            found = connection.execute("SELECT * FROM settled WHERE name = ?", (name,)).fetchone()
        return unsealed(found, self.path)[1]

    def _connected(self) -> AbstractContextManager[Connection]:
        return connected(self.path, durable=self.durable)

    def _evaluations(self, condition: str, *values: Any) -> list[Evaluation]:
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT candidate, fold, item, value, seal FROM evaluation"
                f" WHERE {condition} ORDER BY number",
                values,
            ).fetchall()
        found = (unsealed(row, self.path) for row in rows)
        return [
            Evaluation(candidate, fold, item, json.loads(value))
            for candidate, fold, item, value in found
        ]


def _check_identity(was: dict[str, str], now: dict[str, str], path: Path) -> None:
    differences = [
        f"{name} was {_shown(was, name)}, is {_shown(now, name)} now"
        for name in sorted({*was, *now})
        if was.get(name) != now.get(name)
    ]
    if differences:
        raise CheckpointError(
            f"{path} is the checkpoint of another search: {'; '.join(differences)}. It is left as "
            "it is: go on with the same arguments, give checkpoint= another file, or delete this "
            "one to start again."
        )


def _shown(identity: dict[str, str], name: str) -> str:
    return shortened(identity[name]) if name in identity else "not given"
