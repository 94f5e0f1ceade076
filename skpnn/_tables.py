"""Rows and columns of what holds events: a DataFrame, or an array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_table", "columns_of", "rows_of", "without_columns"]


def as_table(X: Any) -> Any:
    """Return a DataFrame as it is, anything else as an array."""
    return X if hasattr(X, "iloc") else np.asarray(X)


def rows_of(X: Any, rows: Any) -> Any:
    """Return rows, by position, by a mask or by a slice."""
    return X.iloc[rows] if hasattr(X, "iloc") else np.asarray(X)[rows]


def columns_of(X: Any, columns: Any) -> Any:
    """Return columns, or one of them, by position."""
    return X.iloc[:, columns] if hasattr(X, "iloc") else np.asarray(X)[:, columns]


def without_columns(X: Any, columns: int | NDArray[np.intp]) -> Any:
    """Return all columns but some.

    Examples
    --------
    >>> without_columns(np.array([[1, 2, 3]]), 1)
    array([[1, 3]])
    """
    return columns_of(X, np.delete(np.arange(np.shape(X)[1]), columns))
