"""StratifiedHypothesisKFold: folds that hold every class and every hypothesis alike."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import type_of_target

from skpnn._theta import theta_groups
from skpnn._theta_columns import Theta, column_names, n_columns_of, theta_columns, theta_values
from skpnn._validation import check_sample_weight, check_target_given
from skpnn.exceptions import SkpnnWarning
from skpnn.model_selection._splitting import (
    check_n_splits,
    dealt,
    ranks,
    shuffling,
    warn_of_groups,
)

__all__ = ["StratifiedHypothesisKFold"]

MAX_NAMED = 5


class StratifiedHypothesisKFold(BaseCrossValidator):
    """K folds that each hold the same share of every class at every hypothesis.

    scikit-learn's ``StratifiedKFold`` balances classes alone: of a rare mass a fold can hold
    nothing. Here a stratum is one class at one θ, rows without θ (NaN) are one of their own for
    each class, and a continuous θ is cut into quantile bins.

    Parameters
    ----------
    n_splits : int, default=5
        The number of folds, at least 2.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of X, by index or by name.
    sample_weight : array-like of shape (n_samples,), optional
        Weights, of either sign, of the rows that will be split, in their order. The folds then
        balance the sums of weights in every stratum, too.
    shuffle : bool, default=False
        Whether rows of a stratum (those of equal weight, where there are weights) are shuffled
        before they are dealt to the folds, and the folds after.
    random_state : int, RandomState instance or None, default=None
        Determines the shuffling; an int gives the same folds at every call.

    Notes
    -----
    The rows, sorted by stratum and within it by weight, are dealt to the folds in turn. So between
    any two folds the numbers of rows differ by one at most, in all and in every stratum; and the
    sums of weights in a stratum differ by at most ``max(w.max(), 0) - min(w.min(), 0)``, w being
    the stratum's weights: with equal numbers of rows the differences of neighbours telescope, and
    one row more adds a weight of the stratum.

    Rows are dealt in turn even without shuffling, so a file that was read one sample after the
    other needs none.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skpnn.model_selection import StratifiedHypothesisKFold
    >>> X = pd.DataFrame({"pt": np.arange(8.0), "mass": [500.0, 750.0] * 2 + [np.nan] * 4})
    >>> y = np.repeat([1, 0], 4)
    >>> for train, test in StratifiedHypothesisKFold(2).split(X, y):
    ...     print(X["mass"][test].tolist())
    [500.0, 750.0, nan, nan]
    [500.0, 750.0, nan, nan]
    """

    def __init__(
        self,
        n_splits: int = 5,
        *,
        theta: Theta = -1,
        sample_weight: ArrayLike | None = None,
        shuffle: bool = False,
        random_state: Any = None,
    ) -> None:
        self.n_splits = n_splits
        self.theta = theta
        self.sample_weight = sample_weight
        self.shuffle = shuffle
        self.random_state = random_state

    def split(
        self, X: Any, y: ArrayLike, groups: Any = None
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Generate the rows to train on and those to test on, once per fold.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,)
            Their classes.
        groups : object, optional
            Ignored; here for scikit-learn's sake.

        Yields
        ------
        train : ndarray of shape (n_train,)
            The rows to train on.
        test : ndarray of shape (n_test,)
            The rows to test on; every row once.

        Raises
        ------
        ValueError
            If an argument or a column cannot be used, y holds no classes, a class has fewer rows
            than there are folds, or `sample_weight` is not one number per row.

        Warns
        -----
        SkpnnWarning
            If a stratum has fewer rows than there are folds.
        """
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
        y: Any = None,
        groups: Any = None,  # noqa: ARG002
    ) -> Iterator[NDArray[np.bool_]]:
        folds = self._folds(X, y)
        for fold in range(self.n_splits):
            yield folds == fold

    def _folds(self, X: Any, y: Any) -> NDArray[np.intp]:
        check_n_splits(self.n_splits)
        rng = shuffling(self.shuffle, self.random_state)
        columns = theta_columns(self.theta, n_columns=n_columns_of(X), names=column_names(X))
        labels, theta = self._labels(X, y), theta_values(X, columns)
        strata = _strata(labels, theta)
        weight = check_sample_weight(self.sample_weight, len(labels))
        _check_sizes(strata, labels, theta, self.n_splits)
        keys = [ranks(len(labels), rng), *([] if weight is None else [weight]), strata]
        folds = dealt(np.lexsort(keys), self.n_splits)
        return ranks(self.n_splits, rng)[folds]

    def _labels(self, X: Any, y: Any) -> NDArray[Any]:
        check_target_given(self, y)
        check_consistent_length(X, y)
        kind = type_of_target(y, input_name="y")
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                f"y is of the kind {kind!r}, but {type(self).__name__} balances classes; expected "
                "one label per event. Without classes, use scikit-learn's KFold."
            )
        return column_or_1d(y)


def _strata(labels: NDArray[Any], theta: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return a number for each class at each θ."""
    codes = np.unique(labels, return_inverse=True)[1]
    has_theta = np.isfinite(theta).all(axis=1)
    groups = np.zeros(len(labels), dtype=np.intp)
    for code in np.unique(codes[has_theta]):
        rows = np.flatnonzero(has_theta & (codes == code))
        groups[rows] = 1 + theta_groups(theta[rows])
    return np.unique(codes * (groups.max() + 1) + groups, return_inverse=True)[1]


def _check_sizes(
    strata: NDArray[np.intp], labels: NDArray[Any], theta: NDArray[np.float64], n_splits: int
) -> None:
    """Raise a ValueError of a class, or warn of a stratum, that cannot be in every fold."""
    classes, sizes = np.unique(labels, return_counts=True)
    for label, count in zip(classes.tolist(), sizes.tolist(), strict=True):
        if count < n_splits:
            raise ValueError(
                f"Class {label!r} has {count} row{'s' * (count != 1)}, fewer than n_splits = "
                f"{n_splits}: a fold would have none of it. Use fewer splits, or more events."
            )
    counts = np.bincount(strata)
    small = np.flatnonzero(counts < n_splits)
    if not len(small):
        return
    named = [_named(strata == s, labels, theta) for s in small[:MAX_NAMED]]
    warnings.warn(
        f"Fewer rows than n_splits = {n_splits} in {'; '.join(named)}"
        f"{'; …' * (len(small) > MAX_NAMED)}: some folds have none of them. Use fewer splits.",
        SkpnnWarning,
        stacklevel=2,
    )


def _named(rows: NDArray[np.bool_], labels: NDArray[Any], theta: NDArray[np.float64]) -> str:
    """Return how a warning calls the stratum of `rows`."""
    low, high = theta[rows].min(axis=0), theta[rows].max(axis=0)
    where = f"at θ = {low.tolist()}"
    if not np.isfinite(low).all():
        where = "without θ"
    elif (low < high).any():
        where += f" to {high.tolist()}"
    return f"class {labels[rows].tolist()[0]!r} {where} ({rows.sum()})"
