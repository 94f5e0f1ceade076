"""Fitting a search so that it shows where it stands, and survives being killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

from skpnn.tuning._ledger import Ledger
from skpnn.tuning._lost_workers import despite_lost_workers
from skpnn.tuning._progress import progress_shown
from skpnn.tuning._resumable import check_folds_are_fixed, identity, seeded
from skpnn.tuning._scratch_ledger import AnyLedger, scratch_ledger
from skpnn.tuning._threads import in_threads
from skpnn.tuning._through_trials import fit_through_trials

__all__ = ["fit_search"]


def fit_search(
    search: Any,
    X: Any,
    y: Any = None,
    *,
    checkpoint: str | PathLike[str] | None = None,
    progress: bool = True,
    **fit_params: Any,
) -> Any:
    """Fit a search, in threads, with a progress bar, and resume it where it was killed.

    Every search of scikit-learn's is fitted so: `RandomizedSearchCV`, `GridSearchCV`, the halving
    ones, `skpnn.tuning.BayesSearchCV` and `OptunaSearchCV`. A candidate that raises or diverges
    gets the search's `error_score`, and never ends it.

    Parameters
    ----------
    search : estimator
        The search; it is fitted in place, with all its attributes, as by its own ``fit``.
    X : DataFrame or array of shape (n_samples, n_features)
        The events.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), optional
        The classes or targets.
    checkpoint : path, optional
        A file that every finished fit is written to at once. Where it exists, the search goes on
        after the last of them, and ends as if it had not been interrupted, so far as the estimator
        has a `random_state`. The search may have none: the file holds a seed for it. Workers on
        other machines must see the file by the same path. It is kept after the search.
    progress : bool, default=True
        Whether to show fits done, the best mean score so far and the time left, on stderr.
    **fit_params : dict
        What the search's ``fit`` takes besides: ``groups``, ``sample_weight`` or
        ``pnnclassifier__sample_weight``.

    Returns
    -------
    search
        Fitted; as it was before, where fitting failed.

    Raises
    ------
    CheckpointError
        If the checkpoint is damaged, or of another search or of other events: the message says what
        differs. The file stays as it is.
    ValueError
        If all candidates fail, or if a checkpoint is asked for and the splitter would make other
        folds at the next start.
    OSError
        If the checkpoint cannot be made, read or written.
    TypeError
        If `search` is no search, or `checkpoint` or `progress` is misspelt.

    Warns
    -----
    FitFailedWarning
        If fits failed; how many, and why.

    Notes
    -----
    Where joblib has been told a backend (``joblib.parallel_config(backend="dask")``), that is used
    instead of threads. With a checkpoint, workers may die: the search goes on with the others.
    Times in ``cv_results_`` are those of this run: almost nothing for fits that the checkpoint
    holds.

    Examples
    --------
    >>> from sklearn.model_selection import RandomizedSearchCV
    >>> import skpnn
    >>> from skpnn.tuning import fit_search, search_space
    >>> X, y = skpnn.datasets.BaldiToy().sample(200, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=2, random_state=0)
    >>> search = RandomizedSearchCV(model, search_space(model), n_iter=2, cv=2, random_state=0)
    >>> search = fit_search(search, X, y, progress=False)
    >>> search.best_estimator_.predict(X).shape
    (2000,)
    """
    _check_arguments(search, fit_params)
    with _ledger(search, checkpoint, {"X": X, "y": y, **fit_params}) as ledger, in_threads():

        def fit(scratch: Any) -> None:
            with ExitStack() as stack:
                if checkpoint is not None:
                    stack.enter_context(seeded(scratch, ledger))
                if progress:
                    stack.enter_context(progress_shown(scratch, ledger))
                scratch.fit(X, y, **fit_params)

        fit_through_trials(search, ledger, despite_lost_workers(fit, ledger))
    return search


def _check_arguments(search: Any, fit_params: dict[str, Any]) -> None:
    if not all(hasattr(search, name) for name in ("estimator", "scoring", "error_score")):
        raise TypeError(
            f"{type(search).__name__} is no search; expected RandomizedSearchCV, BayesSearchCV or "
            "another that has an estimator, scoring and error_score."
        )
    for name in fit_params:
        for meant in get_close_matches(name, ("checkpoint", "progress")):
            raise TypeError(f"fit_search has no argument {name!r}; did you mean {meant!r}?")


@contextmanager
def _ledger(
    search: Any, checkpoint: str | PathLike[str] | None, data: dict[str, Any]
) -> Iterator[AnyLedger]:
    """Lend the ledger of a search: the checkpoint's, or one that is gone afterwards."""
    if checkpoint is None:
        with scratch_ledger() as scratch:
            yield scratch
        return
    check_folds_are_fixed(search)
    yield Ledger.open(Path(checkpoint).expanduser(), identity(search, data))
