"""θ as columns of X: which ones they are, reading them, and writing them on a copy."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skpnn._tables import columns_of

__all__ = ["Theta", "column_names", "theta_columns", "theta_values", "with_theta"]

Theta = int | str | Sequence[int | str]


def column_names(X: Any) -> list[Any] | None:
    """Return the column names of a DataFrame, None for anything else."""
    columns = getattr(X, "columns", None)
    return None if columns is None else list(columns)


def n_columns_of(X: Any) -> int:
    """Return the number of columns of X.

    Raises
    ------
    ValueError
        If X is sparse, has not two dimensions, or no rows.
    """
    if hasattr(X, "toarray"):
        raise ValueError("X is sparse; θ needs dense columns: pass X.toarray().")
    shape = np.shape(X)
    if len(shape) != 2:
        raise ValueError(f"X has shape {shape}; expected (n_samples, n_features).")
    if not shape[0]:
        raise ValueError("X has 0 rows; expected events.")
    return shape[1]


def theta_columns(
    theta: Theta, *, n_columns: int, names: Sequence[Any] | None = None
) -> NDArray[np.intp]:
    """Return the column indices that `theta` stands for, in the order given.

    Parameters
    ----------
    theta : int, str or sequence of these
        Column(s) by index (negative counts from the end) or by name.
    n_columns : int
        Number of columns of X.
    names : sequence of str, optional
        The column names of X, where it has any.

    Returns
    -------
    ndarray of shape (n_theta,)

    Raises
    ------
    ValueError
        If a column is unknown or named twice, or if no feature is left beside θ.

    Examples
    --------
    >>> theta_columns([-1, "met"], n_columns=3, names=["pt", "met", "mass"])
    array([2, 1])
    """
    requested = requested_columns(theta)
    columns = np.array([_column_index(one, n_columns, names) for one in requested], dtype=np.intp)
    if len(np.unique(columns)) < len(columns):
        raise ValueError(f"theta={theta!r} names a column twice; give each column once.")
    if len(columns) == n_columns:
        raise ValueError(
            f"θ is the only column: X has n_features = {n_columns} and theta={theta!r} takes them "
            "all. Give X at least one feature beside θ."
        )
    return columns


def requested_columns(theta: Theta) -> list[int | str]:
    """Return `theta` as a list of indices and names.

    Raises
    ------
    ValueError
        If it is neither an index, a name nor a sequence of these.
    """
    requested: list[Any] = [theta]
    if isinstance(theta, Sequence | np.ndarray) and not isinstance(theta, str):
        requested = list(theta)
    if not requested or not all(_is_index_or_name(one) for one in requested):
        raise ValueError(
            f"theta={theta!r} is not understood; expected a column's index or name, or a list of "
            "these, e.g. theta=-1. Values of a column that is called theta go to hypotheses=[…]."
        )
    return requested


def _is_index_or_name(one: Any) -> bool:
    return isinstance(one, str) or (isinstance(one, Integral) and not isinstance(one, bool))


def _column_index(one: int | str, n_columns: int, names: Sequence[Any] | None) -> int:
    if isinstance(one, str):
        return _index_of_name(one, names)
    if not -n_columns <= one < n_columns:
        raise ValueError(
            f"theta={one} is no column of X, whose n_features = {n_columns}; "
            f"give an index from {-n_columns} to {n_columns - 1}."
        )
    return int(one) % n_columns


def _index_of_name(name: str, names: Sequence[Any] | None) -> int:
    if names is None:
        raise ValueError(
            f"theta={name!r} is a column name, but X has no column names. Pass a DataFrame, call "
            'set_output(transform="pandas") on the steps before, or give the index, e.g. theta=-1.'
        )
    if name not in list(names):
        raise ValueError(
            f"theta={name!r} is no column of X; its columns are {[str(n) for n in names]}."
        )
    if list(names).count(name) > 1:
        raise ValueError(f"theta={name!r} is the name of several columns of X; rename all but one.")
    return list(names).index(name)


def theta_values(X: Any, columns: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return a copy of the θ columns of a DataFrame or an array, of shape (n, n_theta)."""
    return np.array(columns_of(X, columns), dtype=np.float64)


def with_theta(X: Any, columns: NDArray[np.intp], theta: NDArray[np.floating]) -> Any:
    """Return a copy of X whose θ columns hold the rows of `theta` (one row is broadcast)."""
    if not hasattr(X, "iloc"):
        changed = np.array(X)
        if not np.issubdtype(changed.dtype, np.floating):
            changed = changed.astype(np.float64)
        changed[:, columns] = theta
        return changed
    rows = np.broadcast_to(theta, (len(X), len(columns)))
    frame = X.copy(deep=False)
    for k, column in enumerate(columns):
        frame.isetitem(int(column), _like(X.iloc[:, column], rows[:, k]))
    return frame


def _like(column: Any, values: NDArray[np.floating]) -> NDArray[np.floating]:
    is_float = isinstance(column.dtype, np.dtype) and column.dtype.kind == "f"
    return values.astype(column.dtype if is_float else np.float64)
