"""The hypotheses that a call names, and the columns of X that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from skpnn._theta import as_hypotheses, distinct_hypotheses
from skpnn._theta_columns import Theta, column_names, n_columns_of, theta_columns, theta_values

__all__ = [
    "MAX_HYPOTHESES",
    "HypothesisGrid",
    "hypothesis_grid",
    "named_columns",
    "named_hypotheses",
    "scanned_hypotheses",
]

# More distinct θ than this in X are no list of hypotheses but a continuum.
MAX_HYPOTHESES = 200


@dataclass(frozen=True)
class HypothesisGrid:
    """The hypotheses of one call, and the columns of X that hold them.

    Attributes
    ----------
    columns : ndarray of shape (n_theta,)
        The θ columns.
    names : list
        Their names, or their indices where X has none.
    points : ndarray of shape (k, n_theta)
        One hypothesis per row.
    """

    columns: NDArray[np.intp]
    names: list[Any]
    points: NDArray[np.float64]

    def index(self) -> pd.Index:
        """Return the hypotheses as labels."""
        # Beyond 2^53 a float is no exact integer.
        integral = (self.points == np.rint(self.points)) & (np.abs(self.points) < 2**53)
        labels = self.points.astype(np.int64) if integral.all() else self.points
        if len(self.names) == 1:
            return pd.Index(labels[:, 0], name=self.names[0])
        return pd.MultiIndex.from_arrays(list(labels.T), names=self.names)


def hypothesis_grid(
    X: Any,
    hypotheses: ArrayLike | None,
    *,
    theta: Theta,
    keywords: Mapping[str, Sequence[float] | float],
) -> HypothesisGrid:
    """Return the hypotheses that a call names, or else the distinct ones in X."""
    columns, names = named_columns(X, theta, keywords)
    points = named_hypotheses(hypotheses, keywords, len(columns))
    if points is None:
        points = _hypotheses_in(theta_values(X, columns))
    return HypothesisGrid(columns, names, points)


def named_columns(
    X: Any, theta: Theta, keywords: Mapping[str, Any]
) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the θ columns that a call names, and what they are called."""
    n_columns, names = n_columns_of(X), column_names(X)
    if keywords and names is None:
        raise ValueError(
            f"{list(keywords)} are names of columns, and X has none; say hypotheses=[…], and "
            "theta=… where θ is not the last column."
        )
    for name in keywords:
        if names is not None and name not in names:
            raise ValueError(
                f"X has no column {name!r}; its columns are {[str(n) for n in names]}. Give data "
                f"without θ that column, where it stood in training: X.assign({name}=float('nan'))."
            )
    asked = list(keywords) if keywords else theta
    columns = theta_columns(asked, n_columns=n_columns, names=names)
    return columns, [int(c) for c in columns] if names is None else [names[c] for c in columns]


def named_hypotheses(
    hypotheses: ArrayLike | None,
    keywords: Mapping[str, Sequence[float] | float],
    n_theta: int,
) -> NDArray[np.float64] | None:
    """Return the hypotheses that a call names, of shape (k, n_theta), or None."""
    if keywords and hypotheses is not None:
        raise ValueError(
            f"Hypotheses are given twice, by hypotheses= and by {list(keywords)}; use one of them."
        )
    if keywords:
        hypotheses = list(product(*(np.atleast_1d(values) for values in keywords.values())))
    return None if hypotheses is None else as_hypotheses(hypotheses, n_theta)


def _hypotheses_in(theta: NDArray[np.float64]) -> NDArray[np.float64]:
    found = distinct_hypotheses(theta)
    if not 0 < len(found) <= MAX_HYPOTHESES:
        raise ValueError(
            f"The θ columns hold {len(found)} distinct hypotheses; name those to evaluate, e.g. "
            "mass=[500, 750] or hypotheses=[500, 750]. Where signal should hold some, see whether "
            "theta= and background_label= are right."
        )
    return found


def scanned_hypotheses(
    scores: Any, hypotheses: ArrayLike | None, *, theta_names: Sequence[Any] | None = None
) -> tuple[NDArray[np.float64], list[Any]]:
    """Return the hypotheses that `scores` of `skpnn.scan` have as columns, and the names of θ.

    Those of a DataFrame are its columns; those of an array are `hypotheses`, of as many θ as there
    are `theta_names`.

    Raises
    ------
    ValueError
        If no hypotheses are known, or those given are not those of the columns.
    """
    if not isinstance(scores, pd.DataFrame):
        if hypotheses is None:
            raise ValueError(
                "scores is no DataFrame, whose columns would name the hypotheses; give "
                "hypotheses=[…]."
            )
        n_theta = 1 if np.ndim(hypotheses) < 2 else np.shape(hypotheses)[1]
        names = list(theta_names or [None] * n_theta)
        return as_hypotheses(hypotheses, len(names)), _named(names)
    names = list(scores.columns.names)
    points = as_hypotheses(scores.columns.to_list(), len(names))
    if hypotheses is not None and not np.array_equal(as_hypotheses(hypotheses, len(names)), points):
        raise ValueError(
            f"hypotheses={hypotheses!r} are not those of the columns of scores, "
            f"{scores.columns.to_list()}; leave hypotheses out, or take scores[hypotheses]."
        )
    return points, _named(names)


def _named(names: list[Any]) -> list[Any]:
    if len(names) == 1:
        return ["θ" if names[0] is None else names[0]]
    return [f"θ{k}" if name is None else name for k, name in enumerate(names, start=1)]
