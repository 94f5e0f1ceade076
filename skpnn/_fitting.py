"""Fitting any classifier on some of the rows, with weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skpnn._tables import rows_of

__all__ = ["fitted_on"]


def fitted_on(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    rows: NDArray[np.intp] | None = None,
    sample_weight: NDArray[np.float64] | None = None,
) -> Any:
    """Return a clone of `estimator`, fitted on X and y, or on some `rows` of them.

    Weights of a Pipeline go to its last step, unless scikit-learn's metadata routing is enabled:
    the estimator's own requests then say where.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = np.array([[0.0], [1.0], [9.0]]), [0, 1, 0]
    >>> fitted_on(LogisticRegression(), X, y, rows=np.array([0, 1])).classes_
    array([0, 1])
    """
    given = {}
    if sample_weight is not None:
        weight = sample_weight if rows is None else sample_weight[rows]
        given = {_weight_argument(estimator): weight}
    if rows is not None:
        X, y = rows_of(X, rows), np.asarray(y)[rows]
    return clone(estimator).fit(X, y, **given)


def _weight_argument(estimator: Any) -> str:
    if isinstance(estimator, Pipeline) and not get_config()["enable_metadata_routing"]:
        name, last = estimator.steps[-1]
        return f"{name}__{_weight_argument(last)}"
    return "sample_weight"
