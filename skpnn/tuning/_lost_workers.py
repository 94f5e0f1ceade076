"""A search that loses a worker goes on with the others, from what has been recorded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError
from typing import Any

from skpnn.tuning._scratch_ledger import AnyLedger, ScratchLedger

__all__ = ["despite_lost_workers"]

# loky gives up with the first worker that dies. Dask computes again what a worker had computed, but
# not the rows of a fold, which joblib lays on one worker: a CancelledError then.
LOST = (BrokenExecutor, CancelledError)


def despite_lost_workers(fit: Callable[[Any], None], ledger: AnyLedger) -> Callable[[Any], None]:
    """Return `fit`, called again where a worker died, as long as something is recorded in between.

    Parameters
    ----------
    fit : callable
        Fits the search that it is given.
    ledger : Ledger
        Of the search's trials: what is in it is not computed again. A scratch ledger remembers
        nothing, and `fit` is called once.
    """
    if isinstance(ledger, ScratchLedger):
        return fit

    def fit_again(search: Any) -> None:
        n_recorded = -1
        while True:
            try:
                return fit(search)
            except LOST:
                n_before, n_recorded = n_recorded, len(ledger.since())
                # The same trial kills every worker.
                if n_recorded == n_before:
                    raise

    return fit_again
