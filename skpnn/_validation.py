"""Checks of X, y and weights that name what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Rows that are checked for finite numbers at once.
ROWS_CHECKED = 65_536


def column_label(column: int, names: Sequence[Any] | None) -> str:
    """Return how an error message calls a column."""
    return f"column {column}" if names is None else f"column {str(names[column])!r}"


def check_finite_features(
    X: NDArray[np.floating],
    *,
    features: NDArray[np.intp],
    names: Sequence[Any] | None,
    theta: NDArray[np.intp] | None = None,
) -> None:
    """Raise a ValueError that names the first feature column with a NaN or an infinity.

    `theta` says which columns are taken for θ, in case that is the mistake.
    """
    if _is_finite(X):
        return
    for column in features:
        bad = ~np.isfinite(X[:, column])
        if bad.any():
            found = _not_finite(X[:, column], bad, column_label(column, names))
            raise ValueError(f"{found} {_advice(theta, names, X.shape[1])}")


def _is_finite(X: NDArray[np.floating]) -> bool:
    # By blocks, to have no temporary of X's size.
    starts = range(0, len(X), ROWS_CHECKED)
    return all(np.isfinite(X[start : start + ROWS_CHECKED]).all() for start in starts)


def _not_finite(values: NDArray[np.floating], bad: NDArray[np.bool_], label: str) -> str:
    what = "NaN" if np.isnan(values[bad]).any() else "infinity"
    too_large = "" if what == "NaN" else f" or a value too large for {values.dtype}"
    return (
        f"Input X contains {what}{too_large} in {label}: {bad.sum()} of {len(bad)} rows, first in "
        f"row {np.flatnonzero(bad)[0]}. Features must be finite numbers."
    )


def _advice(theta: NDArray[np.intp] | None, names: Sequence[Any] | None, n_columns: int) -> str:
    if theta is None:
        return (
            "Look what it holds: if it is θ, which background has not, use PNNClassifier, or "
            "skpnn.inject first; if it is a feature, drop these rows or impute them."
        )
    taken = ", ".join(column_label(column, names) for column in theta)
    where = "" if theta.tolist() == [n_columns - 1] else ", theta=…"
    return (
        f"Look what it holds: if it is θ, name it with theta=… (θ is now {taken}); if it is a "
        "feature, drop these rows, or impute them by "
        f"skpnn.on_features(SimpleImputer(){where}), which leaves θ alone."
    )


def check_sample_weight(
    sample_weight: ArrayLike | None, n_samples: int
) -> NDArray[np.float64] | None:
    """Return `sample_weight` as float64 of shape (n_samples,), or None where it is None.

    Raises
    ------
    ValueError
        If the shape is not (n_samples,), a weight is not finite, or all are zero.
    """
    if sample_weight is None:
        return None
    try:
        weight = np.asarray(sample_weight, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"sample_weight={sample_weight!r} is not understood; expected one number per event "
            "(class_weight balances classes)."
        ) from None
    if weight.ndim == 0:
        weight = np.full(n_samples, float(weight))
    if weight.shape != (n_samples,):
        raise ValueError(
            f"sample_weight.shape == {weight.shape}, expected ({n_samples},): one weight per row "
            "of X, in the same order."
        )
    if not np.isfinite(weight).all():
        first = np.flatnonzero(~np.isfinite(weight))[0]
        raise ValueError(f"sample_weight contains NaN or infinity, first in row {first}.")
    if not weight.any():
        raise ValueError("sample_weight is zero for every row; at least one must be positive.")
    return weight


def checked_weights(sample_weight: ArrayLike | None, n_samples: int) -> NDArray[np.float64]:
    """Return `sample_weight` as `check_sample_weight` does, or ones where it is None."""
    weight = check_sample_weight(sample_weight, n_samples)
    return np.ones(n_samples) if weight is None else weight


def check_class_weight_sums(
    weight: NDArray[np.float64], codes: NDArray[np.intp], classes: NDArray[Any]
) -> None:
    """Raise a ValueError that names the first class whose weights do not sum to more than 0."""
    sums = np.bincount(codes, weights=weight, minlength=len(classes))
    for label, total in zip(classes, sums, strict=True):
        if total <= 0:
            raise ValueError(
                f"The weights of class {label!r} sum to {total:g}; every class needs a positive "
                "sum. Drop the class, or mend its sample_weight."
            )


def check_target_given(estimator: Any, y: Any) -> None:
    """Raise a ValueError where y is None, as scikit-learn's estimators do."""
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None"
        )
