"""The ledger of a search that keeps no checkpoint: for one fit, on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from skpnn.tuning._ledger import Evaluation, Ledger

__all__ = ["AnyLedger", "ScratchLedger", "scratch_ledger"]


class ScratchLedger:
    """A ledger that remembers nothing for later, and that a worker elsewhere can do without.

    Parameters
    ----------
    ledger : Ledger
        In a temporary folder, which only the workers on this machine see.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def fold_key(self, data: Any) -> str:
        """Return a new name, for nothing will be looked up by it."""
        del data
        return uuid4().hex

    def outcomes(self, candidate: str, fold: str) -> dict[str, Any]:
        """Return nothing."""
        del candidate, fold
        return {}

    def record(self, candidate: str, fold: str, item: str, value: Any) -> None:
        """Tell the search, where it runs on this machine."""
        # Nobody asked for a file: a full disk shall end no search.
        with suppress(OSError):
            if self._ledger.path.exists():
                self._ledger.record(candidate, fold, item, value)

    def since(self, number: int = 0) -> list[Evaluation]:
        """Return what has been recorded, as far as this worker can see it."""
        with suppress(OSError):
            return self._ledger.since(number)
        return []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._ledger, name)


AnyLedger = Ledger | ScratchLedger


@contextmanager
def scratch_ledger() -> Iterator[ScratchLedger]:
    """Lend a ledger that is gone after the block."""
    with TemporaryDirectory(prefix="skpnn-search-") as folder:
        yield ScratchLedger(Ledger.open(Path(folder) / "scores", {}, durable=False))
