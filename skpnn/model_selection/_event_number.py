"""EventNumberKFold: the fold of an event is its number, modulo the number of folds."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import BaseCrossValidator

from skpnn._tables import columns_of
from skpnn._theta_columns import column_names, n_columns_of
from skpnn.model_selection._splitting import check_n_splits, warn_of_groups

__all__ = [
    "EventNumberKFold",
    "event_folds",
    "event_number_column",
    "event_numbers",
    "numbered",
]


class EventNumberKFold(BaseCrossValidator):
    """K folds by event number: an event's fold is its number modulo `n_splits`.

    The fold depends on nothing but the number, so it is the same in every job, whatever the
    selection and the order of the rows, and copies of an event (systematic variations, one
    background event at several θ) stay together.

    Parameters
    ----------
    n_splits : int, default=5
        The number of folds, at least 2.
    event_number : str, int or None, default="event"
        The column of X that holds the event numbers, by name or by index; None takes ``groups``
        as the event numbers.

    Notes
    -----
    The column stays in X: an estimator that is cross-validated sees it as a feature unless a
    Pipeline drops it. `EventNumberClassifier` does that; ``event_number=None`` needs no column.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skpnn.model_selection import EventNumberKFold
    >>> X = pd.DataFrame({"event": [12, 7, 10, 12, 9], "pt": np.arange(5.0)})
    >>> for train, test in EventNumberKFold(2).split(X):
    ...     print(X["event"][train].tolist(), X["event"][test].tolist())
    [7, 9] [12, 10, 12]
    [12, 10, 12] [7, 9]
    """

    # With metadata routing, groups are asked for as scikit-learn's group splitters do.
    __metadata_request__split = {"groups": True}  # noqa: RUF012

    def __init__(self, n_splits: int = 5, *, event_number: str | int | None = "event") -> None:
        self.n_splits = n_splits
        self.event_number = event_number

    def split(
        self, X: Any, y: Any = None, groups: ArrayLike | None = None
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Generate the rows to train on and those to test on, once per fold.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : object, optional
            Ignored; here for scikit-learn's sake.
        groups : array-like of shape (n_samples,), optional
            The event numbers, where ``event_number=None``.

        Yields
        ------
        train : ndarray of shape (n_train,)
            The rows to train on.
        test : ndarray of shape (n_test,)
            The rows to test on, those whose number leaves the remainder 0, then 1, and so on.

        Raises
        ------
        ValueError
            If the column is unknown, a number is missing, negative or no integer, or a fold is
            empty.
        """
        if self.event_number is not None:
            warn_of_groups(self, groups)
        return super().split(X, y, groups)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002
        """Return the number of folds.

        Parameters
        ----------
        X, y, groups : object, optional
            Ignored; here for scikit-learn's sake.

        Returns
        -------
        int
            The constructor's `n_splits`.
        """
        return self.n_splits

    def _iter_test_masks(
        self,
        X: Any,
        y: Any = None,  # noqa: ARG002
        groups: Any = None,
    ) -> Iterator[NDArray[np.bool_]]:
        check_n_splits(self.n_splits)
        folds = event_folds(event_numbers(self._given(X, groups)), self.n_splits)
        for fold in range(self.n_splits):
            yield folds == fold

    def _given(self, X: Any, groups: Any) -> Any:
        if self.event_number is not None:
            return columns_of(X, event_number_column(X, self.event_number))
        if groups is None:
            raise ValueError(
                "The 'groups' parameter should not be None: with event_number=None it holds the "
                "event numbers."
            )
        return groups


def event_number_column(X: Any, event_number: Any) -> int:
    """Return the index of the column of X that `event_number` names.

    Raises
    ------
    ValueError
        If there is none, or several.
    """
    names, n_columns = column_names(X), n_columns_of(X)
    if isinstance(event_number, str):
        if names is None or names.count(event_number) != 1:
            has = "has no column names" if names is None else f"has {[str(n) for n in names]}"
            raise ValueError(
                f"event_number={event_number!r} is not one column of X, which {has}. Give the "
                "column of event numbers by its name or its index."
            )
        return names.index(event_number)
    is_index = isinstance(event_number, Integral) and not isinstance(event_number, bool)
    if not is_index or not -n_columns <= event_number < n_columns:
        raise ValueError(
            f"event_number={event_number!r} is no column of X; expected a name, or an index from "
            f"{-n_columns} to {n_columns - 1}."
        )
    return int(event_number) % n_columns


def event_numbers(values: ArrayLike) -> NDArray[np.uint64]:
    """Return event numbers, of shape (n,).

    Raises
    ------
    ValueError
        If one is missing, negative or no integer, or was rounded.

    Examples
    --------
    >>> event_numbers([12.0, 7.0])
    array([12,  7], dtype=uint64)
    """
    numbers, is_number = numbered(values)
    if not is_number.all():
        first = np.flatnonzero(~is_number)[0]
        raise ValueError(
            f"{np.sum(~is_number)} rows have no event number, the first of them row {first}, which "
            f"holds {np.asarray(values)[first]}; expected integers from 0 on. Number the events "
            "0, 1, 2, …, and scale features only, not this column."
        )
    return numbers


def numbered(values: ArrayLike) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return event numbers, and which rows have one; 0 stands where there is none.

    Raises
    ------
    ValueError
        If the values are not numbers, or floats too large to be exact.

    Examples
    --------
    >>> numbered([12.0, np.nan, -1.0, 0.5])
    (array([12,  0,  0,  0], dtype=uint64), array([ True, False, False, False]))
    """
    found = np.asarray(values)
    missing = pd.isna(found)
    if found.dtype == object:
        found = np.array(np.where(missing, 0, found).tolist())
    if found.ndim != 1 or found.dtype.kind not in "iuf":
        raise ValueError(
            f"Event numbers of shape {found.shape} and dtype {found.dtype} are not understood; "
            "expected one integer per event."
        )
    is_number = ~missing & (found >= 0) & np.isfinite(found)
    if found.dtype.kind == "f":
        is_number &= found == np.rint(found)
        _check_exact(found[is_number])
    return np.where(is_number, found, 0).astype(np.uint64), is_number


def _check_exact(found: NDArray[np.floating]) -> None:
    """Raise a ValueError where floats are too large to tell an integer from the next."""
    limit = 2.0 ** (np.finfo(found.dtype).nmant + 1)
    if (found >= limit).any():
        raise ValueError(
            f"Event numbers reach {found.max():g}, but {found.dtype} is exact to {limit:g} only: "
            "they were rounded, and events share numbers. Keep them as integers, in a DataFrame or "
            "in groups."
        )


def event_folds(numbers: NDArray[np.uint64], n_splits: int) -> NDArray[np.intp]:
    """Return the fold of each event number.

    Raises
    ------
    ValueError
        If a fold is empty.
    """
    folds = (numbers % np.uint64(n_splits)).astype(np.intp)
    empty = np.flatnonzero(np.bincount(folds, minlength=n_splits) == 0)
    if len(empty):
        raise ValueError(
            f"No event number leaves the remainder {empty[0]} when divided by n_splits = "
            f"{n_splits}: that fold is empty. Choose another n_splits; numbers that a selection "
            "thinned regularly share a divisor."
        )
    return folds
