"""The progress bar of a search: fits done, the best score so far, time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import isfinite
from statistics import fmean
from threading import Event, Thread
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sklearn.model_selection import ParameterGrid, ParameterSampler

from skpnn.tuning._scratch_ledger import AnyLedger

__all__ = ["SearchProgress", "planned_candidates", "progress_shown"]

SECONDS_BETWEEN_LOOKS = 0.5


class SearchProgress:
    """Shows what a ledger holds of a search while it runs.

    A callback of scikit-learn's, from 1.9 on: told by it when the search begins and ends, and how
    many fits there will be. Elsewhere a context manager around the search's ``fit``.

    Parameters
    ----------
    search : estimator
        The search.
    ledger : Ledger
        Where its workers write scores.
    console : rich.console.Console, optional
        Where to draw; stderr by default.
    """

    def __init__(self, search: Any, ledger: AnyLedger, *, console: Console | None = None) -> None:
        self._search = search
        self._ledger = ledger
        self._console = console or Console(stderr=True)
        self._announced = 0
        self._planned: int | None = None
        self._n_seen = 0
        self._candidates: dict[Any, dict[Any, dict[str, Any]]] = {}
        self._over = Event()

    def __enter__(self) -> Self:
        # A space that is none is the search's to complain of.
        with suppress(TypeError, ValueError):
            self._planned = planned_candidates(self._search)
        self._bar = Progress(
            TextColumn("{task.description}"),
            # It takes what the numbers leave.
            BarColumn(bar_width=None, complete_style="blue"),
            MofNCompleteColumn(),
            TextColumn("fits, best {task.fields[best]}, left"),
            TimeRemainingColumn(),
            console=self._console,
            expand=True,
            # What the user prints is the user's.
            redirect_stdout=False,
        )
        self._task = self._bar.add_task(type(self._search).__name__, total=None, best="–")
        self._bar.start()
        self._thread = Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        try:
            self._look()
        finally:
            self._bar.stop()

    def _follow(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            self._look()

    def _look(self) -> None:
        # What is only looked at must not end a search.
        with suppress(OSError, ValueError):
            self._draw()

    def _draw(self) -> None:
        news = self._ledger.since(self._n_seen)
        self._n_seen += len(news)
        for candidate, fold, item, value in news:
            self._candidates.setdefault(candidate, {}).setdefault(fold, {})[item] = value
        best = max(self._means(), default=None)
        self._bar.update(
            self._task,
            completed=sum(map(len, self._candidates.values())),
            total=self.n_fits(),
            best="–" if best is None else f"{best:.4g}",
        )

    def _means(self) -> Iterator[float]:
        """Yield the mean score of each candidate of which all folds are known."""
        for folds in self._candidates.values():
            scores = [score for items in folds.values() for score in self._deciding(items)]
            n_splits = getattr(self._search, "n_splits_", 0)
            # A later round of successive halving has the same candidates once more.
            if scores and n_splits and len(scores) % n_splits == 0:
                mean = fmean(scores[-n_splits:])
                yield from [mean] if isfinite(mean) else []

    def _deciding(self, items: dict[str, Any]) -> Iterator[float]:
        """Yield the test scores, of several metrics those that `refit` names."""
        metric = self._search.refit if isinstance(self._search.refit, str) else "score"
        for item, value in items.items():
            score = value.get(metric) if isinstance(value, dict) else value
            # What the score is of stands behind its name.
            name = item.partition(" ")[0]
            is_deciding = name == f"test_{metric}" or (isinstance(value, dict) and "test_" in name)
            if is_deciding and score is not None:
                yield score

    def n_fits(self) -> int | None:
        """Return how many fits the search will take, as far as that is known."""
        if self._planned is None:
            return self._announced or None
        return self._planned * getattr(self._search, "n_splits_", 0) or None

    # scikit-learn's callback protocol

    def setup(self, estimator: Any, context: Any) -> None:
        """Begin, as scikit-learn does with the search."""
        del estimator, context
        self.__enter__()

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Learn how many fits a round of successive halving has."""
        del estimator
        if not context.sequential_subtasks and context.max_subtasks:
            self._announced += context.max_subtasks

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Leave it to the ledger: this may be a worker's process."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """End, also where the search failed."""
        del estimator, context
        self.__exit__()

    def __getstate__(self) -> dict[str, Any]:
        """Return what a worker needs, which gets the callback along with each fit."""
        return {"_announced": self._announced}


@contextmanager
def progress_shown(search: Any, ledger: AnyLedger) -> Iterator[None]:
    """Show the progress of fitting `search` inside the block."""
    progress = SearchProgress(search, ledger)
    if not hasattr(search, "set_callbacks"):
        with progress:
            yield
        return
    callbacks = getattr(search, "_skl_callbacks", [])
    search.set_callbacks(*callbacks, progress)
    try:
        yield
    finally:
        search.set_callbacks(*callbacks)


def planned_candidates(search: Any) -> int | None:
    """Return how many candidates a search will score; None where that shows only as it goes.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
    >>> planned_candidates(GridSearchCV(Ridge(), {"alpha": [0.1, 1, 10], "tol": [1e-3, 1e-4]}))
    6
    >>> planned_candidates(RandomizedSearchCV(Ridge(), {"alpha": [0.1, 1, 10]}, n_iter=10))
    3
    """
    if hasattr(search, "total_iterations"):
        return search.total_iterations
    if hasattr(search, "n_trials"):
        return search.n_trials
    if hasattr(search, "n_iter"):
        return len(ParameterSampler(search.param_distributions, search.n_iter))
    if hasattr(search, "param_grid") and not hasattr(search, "factor"):
        return len(ParameterGrid(search.param_grid))
    return None
