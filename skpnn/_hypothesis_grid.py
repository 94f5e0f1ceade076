"""The hypotheses that a call names, and the columns of X that hold them."""

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
        integral = np.array_equal(self.points, np.rint(self.points))
        labels = self.points.astype(np.int64) if integral else self.points
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
