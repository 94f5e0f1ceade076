"""LeaveOneHypothesisOut: the interpolation test, one hypothesis after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils import check_consistent_length

from skpnn._theta import (
    MAX_DISCRETE,
    ThetaRange,
    distinct_hypotheses,
    inside_box,
    matches_hypothesis,
)
from skpnn._theta_columns import Theta, column_names, n_columns_of, theta_columns, theta_values
from skpnn._validation import check_target_given
from skpnn.injection import background_mask, check_signal_theta
from skpnn.model_selection._splitting import dealt, ranks, shuffling, warn_of_groups

__all__ = ["LeaveOneHypothesisOut"]


class LeaveOneHypothesisOut(BaseCrossValidator):
    """Leave one hypothesis after the other out of training, to see whether it is interpolated.

    The split of a hypothesis tests on all signal simulated there and on a part of the background;
    it trains on the other signal and the other background. So [1]_ left one mass of five, 1000 GeV,
    out, and showed that a parametrised network interpolates to it.

    Parameters
    ----------
    theta : int, str or sequence of these, default=-1
        The θ column(s) of X, by index or by name.
    background_label : label, optional
        The class that is background; by default the smaller label.
    interpolated_only : bool, default=False
        Leave inner hypotheses out only, those that are not on the boundary of the box that θ span:
        for one θ not the smallest and the largest, where a network extrapolates. A θ column with
        one value is no boundary.
    shuffle : bool, default=False
        Whether background is shuffled before it is dealt to the splits.
    random_state : int, RandomState instance or None, default=None
        Determines the shuffling; an int gives the same splits at every call.

    Notes
    -----
    Background without θ (NaN) is dealt, row by row, to as many parts as the signal has hypotheses.
    Background that holds θ, as ``PNNClassifier(background_theta="given")`` trains on, is tested in
    the split of its own θ: so a hypothesis leaves the signal *and* the injected θ. At a θ that no
    signal has, it is always trained on. θ are the same to within 1e-5 of their range.

    With ``interpolated_only=True`` the splits that remain are what they are without.

    References
    ----------
    .. [1] P. Baldi, K. Cranmer, T. Faucett, P. Sadowski, D. Whiteson, "Parameterized neural
       networks for high-energy physics", Eur. Phys. J. C 76 (2016) 235, arXiv:1601.07913.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skpnn.model_selection import LeaveOneHypothesisOut
    >>> X = pd.DataFrame({"pt": np.arange(6.0), "mass": [500, 750, 1000] + [np.nan] * 3})
    >>> y = np.repeat([1, 0], 3)
    >>> for train, test in LeaveOneHypothesisOut().split(X, y):
    ...     print(X["mass"][train].tolist(), X["mass"][test].tolist())
    [750.0, 1000.0, nan, nan] [500.0, nan]
    [500.0, 1000.0, nan, nan] [750.0, nan]
    [500.0, 750.0, nan, nan] [1000.0, nan]
    >>> LeaveOneHypothesisOut(interpolated_only=True).hypotheses(X, y)
    array([[750.]])
    """

    def __init__(
        self,
        *,
        theta: Theta = -1,
        background_label: Any = None,
        interpolated_only: bool = False,
        shuffle: bool = False,
        random_state: Any = None,
    ) -> None:
        self.theta = theta
        self.background_label = background_label
        self.interpolated_only = interpolated_only
        self.shuffle = shuffle
        self.random_state = random_state

    def split(
        self, X: Any, y: ArrayLike, groups: Any = None
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Generate the rows to train on and those to test on, once per hypothesis, sorted.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events; every signal row holds its θ.
        y : array-like of shape (n_samples,)
            Two classes.
        groups : object, optional
            Ignored; here for scikit-learn's sake.

        Yields
        ------
        train : ndarray of shape (n_train,)
            The rows to train on.
        test : ndarray of shape (n_test,)
            The rows to test on.

        Raises
        ------
        ValueError
            If an argument or a column cannot be used, y has not two classes, signal is without θ,
            there are fewer than 2 or more than 200 hypotheses, or one of them finds no background
            to train or to test on.
        """
        warn_of_groups(self, groups)
        return super().split(X, y, groups)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002
        """Return the number of hypotheses that are left out, which X and y determine.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,)
            Two classes.
        groups : object, optional
            Ignored; here for scikit-learn's sake.

        Returns
        -------
        int
            The number of splits.

        Raises
        ------
        ValueError
            If X or y is missing, or as `split` does.
        """
        for name, given in (("X", X), ("y", y)):
            if given is None:
                raise ValueError(
                    f"The {name!r} parameter should not be None: it holds the hypotheses."
                )
        return len(self.hypotheses(X, y))

    def hypotheses(self, X: Any, y: ArrayLike) -> NDArray[np.float64]:
        """Return the hypotheses that are left out, in the order of the splits.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,)
            Two classes.

        Returns
        -------
        ndarray of shape (n_splits, n_theta)
            In the units of X.

        Raises
        ------
        ValueError
            As `split` does.
        """
        theta, background = self._read(X, y)
        found = _distinct(theta[~background])
        return found[self._left_out(found)]

    def _iter_test_masks(
        self,
        X: Any,
        y: Any = None,
        groups: Any = None,  # noqa: ARG002
    ) -> Iterator[NDArray[np.bool_]]:
        rng = shuffling(self.shuffle, self.random_state)
        theta, background = self._read(X, y)
        found, span = _distinct(theta[~background]), ThetaRange.of(theta[~background])
        parts = _parts(theta, len(found), rng)
        for k in self._left_out(found):
            test = matches_hypothesis(theta, found[k], span=span) | (parts == k)
            _check_background(test[background], found[k])
            yield test

    def _read(self, X: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return θ, and which rows are background."""
        check_target_given(self, y)
        columns = theta_columns(self.theta, n_columns=n_columns_of(X), names=column_names(X))
        check_consistent_length(X, y)
        background = background_mask(y, self.background_label)
        theta = theta_values(X, columns)
        check_signal_theta(theta, ~background, y)
        return theta, background

    def _left_out(self, found: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return which of the hypotheses `found` are left out."""
        if not self.interpolated_only:
            return np.arange(len(found))
        inner = np.flatnonzero(inside_box(found))
        if not len(inner):
            raise ValueError(
                f"None of the {len(found)} hypotheses, {found[:10].tolist()}, lies inside the box "
                "that they span, but interpolated_only=True leaves only such ones out."
            )
        return inner


def _distinct(signal_theta: NDArray[np.float64]) -> NDArray[np.float64]:
    found = distinct_hypotheses(signal_theta)
    if len(found) < 2:
        raise ValueError(
            f"The signal has one hypothesis only, θ = {found.tolist()}; expected two at least, "
            "one to leave out and one to train on. See whether theta= and background_label= are "
            "right."
        )
    if len(found) > MAX_DISCRETE:
        raise ValueError(
            f"The signal has {len(found)} distinct θ, more than {MAX_DISCRETE}: a continuum has no "
            "hypothesis to leave out. Bin θ, leave the bins out with scikit-learn's "
            "LeaveOneGroupOut, or see whether theta= and background_label= are right."
        )
    return found


def _parts(
    theta: NDArray[np.float64], n_parts: int, rng: np.random.Generator | None
) -> NDArray[np.intp]:
    """Return which split tests each row without θ; −1 for rows with θ, whose θ says so."""
    without = np.flatnonzero(~np.isfinite(theta).all(axis=1))
    parts = np.full(len(theta), -1)
    parts[without] = dealt(ranks(len(without), rng), n_parts)
    return parts


def _check_background(is_test: NDArray[np.bool_], hypothesis: NDArray[np.float64]) -> None:
    if is_test.any() and not is_test.all():
        return
    raise ValueError(
        f"Leaving out θ = {hypothesis.tolist()} leaves no background to "
        f"{'train' if is_test.any() else 'test'} on: {is_test.sum()} of {len(is_test)} background "
        "rows are tested there, those at that θ and an equal share of those without θ. Set the "
        "background's θ to NaN, or give more background."
    )
