"""What the toys share: a sample, the exact posterior, the best AUC that a classifier can reach."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit

from skpnn._parameters import check_integer
from skpnn.datasets._densities import Floats
from skpnn.datasets._regret import auc_at_hypotheses

if TYPE_CHECKING:
    Seed = int | np.random.RandomState | None


class KnownOptimum(ABC):
    """A signal-background problem, parametrised in θ, whose optimal classifier is known exactly.

    Attributes
    ----------
    theta_names : tuple of str
        The names of the θ columns, the last ones of the samples.
    theta_name : str
        The name of the only θ column; problems of several have none.
    default_theta : tuple of float, or of tuple of float
        The hypotheses that ``sample`` simulates where it is not told which.
    feature_names : tuple of str
        The names of the feature columns.

    Examples
    --------
    >>> from skpnn.datasets import BaldiToy, KnownOptimum
    >>> problem = BaldiToy()
    >>> isinstance(problem, KnownOptimum), round(problem.optimal_auc(1.5), 3)
    (True, 0.95)
    """

    theta_name: ClassVar[str]
    default_theta: ClassVar[tuple[float, ...] | tuple[tuple[float, ...], ...]]
    _theta_above: ClassVar[float] = -np.inf

    @property
    def theta_names(self) -> tuple[str, ...]:
        """The names of the θ columns."""
        return (self.theta_name,)

    @property
    @abstractmethod
    def feature_names(self) -> tuple[str, ...]:
        """The names of the feature columns."""

    @abstractmethod
    def optimal_auc(self, theta: Any) -> float:
        """Return the AUC of the best possible classifier of signal at θ against background.

        Parameters
        ----------
        theta : float, or array-like of shape (n_theta,) where there are several
            The hypothesis, in the units of the problem.

        Returns
        -------
        float
            The Neyman-Pearson optimum.
        """

    # A hypothesis is a number where θ is one parameter, and a row of n_theta where it is several.

    @abstractmethod
    def _log_likelihood_ratio(self, x: Floats, theta: Floats) -> Floats:
        """Return log s(x | θ) / b(x); `x` is (n, n_features), `theta` one hypothesis or n."""

    @abstractmethod
    def _draw_signal(self, theta: Floats, rng: np.random.RandomState) -> Floats:
        """Draw one signal event per hypothesis, as (n, n_features)."""

    @abstractmethod
    def _draw_background(self, n: int, rng: np.random.RandomState) -> Floats:
        """Draw `n` background events, as (n, n_features)."""

    def sample(
        self,
        n_samples: int,
        *,
        theta: Iterable[ArrayLike] | None = None,
        random_state: Seed = None,
    ) -> tuple[pd.DataFrame, pd.Series]:
        """Simulate signal at every θ and as much background as signal in total.

        Parameters
        ----------
        n_samples : int
            Number of signal events per hypothesis. Background has ``n_samples * len(theta)``
            events, so the sample has ``2 * n_samples * len(theta)`` rows.
        theta : iterable of float, or of shape (n_hypotheses, n_theta), default=None
            The hypotheses, in the units of the problem; None stands for ``default_theta``.
        random_state : int, RandomState instance or None, default=None
            An int gives the same sample, bit for bit, at every call.

        Returns
        -------
        X : DataFrame of shape (2 * n_samples * n_hypotheses, n_features + n_theta), float64
            The features and, last, θ, which is NaN for background. Rows are shuffled.
        y : Series of shape (2 * n_samples * n_hypotheses,), int64
            1 for signal, 0 for background.

        Raises
        ------
        ValueError
            If `n_samples` is not a positive integer, or `theta` is empty or has a value that the
            problem does not allow.

        Examples
        --------
        >>> from skpnn.datasets import BaldiToy
        >>> X, y = BaldiToy().sample(100, theta=[0, 1], random_state=0)
        >>> X.shape, y.sum()
        ((400, 2), np.int64(200))
        """
        # scikit-learn takes longer to import than all the rest of skpnn.datasets.
        from sklearn.utils import check_random_state

        rng = check_random_state(random_state)
        hypotheses = self._checked_hypotheses(theta)
        signal_theta = np.repeat(hypotheses, check_integer("n_samples", n_samples, low=1), axis=0)
        signal = self._draw_signal(signal_theta, rng)
        background = self._draw_background(len(signal_theta), rng)
        return self._shuffled(signal, signal_theta, background, rng)

    def posterior(self, X: pd.DataFrame | ArrayLike, theta: ArrayLike) -> Floats:
        """Return p(signal | x, θ) = s(x | θ) / (s(x | θ) + b(x)), at equal class weights.

        Parameters
        ----------
        X : DataFrame, or array-like of shape (n_samples, n_features)
            The features. Of a DataFrame the columns ``feature_names`` are used, whatever else it
            holds: a θ column is not read. A problem of one feature takes shape (n_samples,) too.
        theta : float or array-like of shape (n_samples,), (n_theta,) or (n_samples, n_theta)
            The hypothesis to test, one for all rows or one for each; the latter two shapes are
            those of a problem of several θ.

        Returns
        -------
        ndarray of shape (n_samples,)
            Computed from the log likelihood ratio: far tails neither overflow nor become NaN.

        Raises
        ------
        ValueError
            If the shapes do not agree, or `theta` has a value that the problem does not allow.

        Examples
        --------
        >>> from skpnn.datasets import BaldiToy
        >>> BaldiToy().posterior([0.0, 0.5, 3.0], 0.0).round(3)
        array([0.927, 0.633, 0.   ])
        """
        x = self._features(X)
        hypotheses = self._checked_theta(theta)
        one_for_each = (len(x), *self._hypothesis_shape)
        if hypotheses.shape not in {self._hypothesis_shape, one_for_each}:
            raise ValueError(
                f"theta.shape == {hypotheses.shape}, expected {self._hypothesis_shape} or "
                f"{one_for_each}: one hypothesis for all rows of X, or one for each."
            )
        return expit(self._log_likelihood_ratio(x, hypotheses))

    def regret(
        self,
        scores: ArrayLike,
        X: pd.DataFrame,
        y: ArrayLike,
        *,
        theta: Iterable[ArrayLike] | None = None,
    ) -> pd.DataFrame:
        r"""Return by how much scores miss the optimum, on the same events, at every hypothesis.

        Of the signal at θ and *all* background, every event scored as if it stood at θ,

        .. math:: \mathrm{regret}(\theta) = \mathrm{AUC}[p(\mathrm{signal} \mid x, \theta)]
                                            - \mathrm{AUC}[\mathrm{score}(x, \theta)].

        Both AUC have nearly the same statistical error, so their difference has a far smaller one
        than a difference from ``optimal_auc``. On a finite sample it can be slightly negative.

        Parameters
        ----------
        scores : array-like of shape (n_samples, n_hypotheses)
            The scores to judge: every row of `X` at the first hypothesis, at the second and so on,
            as `skpnn.scan` returns them. Any increasing function of the scores has their regret.
            Shape (n_samples,) will do for one hypothesis.
        X : DataFrame of shape (n_samples, n_features + n_theta)
            Events of ``sample``; the signal among them holds its own θ.
        y : array-like of shape (n_samples,)
            1 for signal, 0 for background.
        theta : iterable of float, or of shape (n_hypotheses, n_theta), default=None
            The hypotheses; None stands for ``default_theta``.

        Returns
        -------
        DataFrame of shape (n_hypotheses, n_theta + 3)
            One row per hypothesis: its θ; ``auc``, that of `scores`; ``posterior_auc``, that of
            the exact posterior; ``regret``, the latter minus the former.

        Raises
        ------
        ValueError
            If shapes do not agree, `scores` has other columns than the hypotheses or another index
            than `X`, or there is no signal at a hypothesis.

        Examples
        --------
        >>> from skpnn.datasets import GaussianShift
        >>> problem = GaussianShift()
        >>> X, y = problem.sample(1000, theta=[1, 2], random_state=0)
        >>> scores = [problem.posterior(X, 1.0), X["x0"]]
        >>> problem.regret(np.transpose(scores), X, y, theta=[1, 2]).round(2)
           theta   auc  posterior_auc  regret
        0    1.0  0.74           0.74    0.00
        1    2.0  0.75           0.92    0.16
        """
        hypotheses = self._checked_hypotheses(theta)
        rows = hypotheses.reshape(len(hypotheses), len(self.theta_names))
        _check_labels(scores, X, rows)
        own = _columns(X, self.theta_names).to_numpy(np.float64)
        best = np.column_stack([self.posterior(X, one) for one in hypotheses])
        table = pd.DataFrame(rows, columns=list(self.theta_names))
        table["auc"] = auc_at_hypotheses(scores, y, own_theta=own, hypotheses=rows)
        table["posterior_auc"] = auc_at_hypotheses(best, y, own_theta=own, hypotheses=rows)
        return table.assign(regret=table["posterior_auc"] - table["auc"])

    def _features(self, X: pd.DataFrame | ArrayLike) -> Floats:
        if isinstance(X, pd.DataFrame):
            X = _columns(X, self.feature_names)
        x = np.asarray(X, dtype=np.float64)
        n_features = len(self.feature_names)
        if x.ndim == 1 and n_features == 1:
            x = x[:, np.newaxis]
        if x.ndim != 2 or x.shape[1] != n_features:
            raise ValueError(
                f"X.shape == {x.shape}, expected (n_samples, {n_features}): the features "
                f"{', '.join(self.feature_names)} without {', '.join(self.theta_names)}."
            )
        return x

    @property
    def _hypothesis_shape(self) -> tuple[int, ...]:
        n_theta = len(self.theta_names)
        return () if n_theta == 1 else (n_theta,)

    def _checked_theta(self, theta: ArrayLike) -> Floats:
        values = np.asarray(theta, dtype=np.float64)
        n_theta = len(self.theta_names)
        if n_theta > 1 and values.shape[-1:] != (n_theta,):
            raise ValueError(
                f"theta.shape == {values.shape}, expected {n_theta} numbers per hypothesis: "
                f"{', '.join(self.theta_names)}."
            )
        for name, column in zip(self.theta_names, values.reshape(-1, n_theta).T, strict=True):
            self._check_allowed(name, column)
        return values

    def _check_allowed(self, name: str, values: Floats) -> None:
        allowed = np.isfinite(values) & (values > self._theta_above)
        if not allowed.all():
            bound = "" if np.isneginf(self._theta_above) else f" and above {self._theta_above:g}"
            raise ValueError(
                f"{name} holds {values[~allowed][0]:g}; every hypothesis must be "
                f"finite{bound}. Give background rows the hypothesis that is to be tested."
            )

    def _checked_hypotheses(self, theta: Iterable[ArrayLike] | None) -> Floats:
        given = self.default_theta if theta is None else theta
        values = self._checked_theta(np.array(list(given), dtype=np.float64))
        if values.ndim != 1 + len(self._hypothesis_shape) or not len(values):
            one = f" {len(self.theta_names)}" if self._hypothesis_shape else ""
            raise ValueError(
                f"theta.shape == {values.shape}, expected (n_hypotheses,{one}) with at least one "
                "hypothesis."
            )
        return values

    def _shuffled(
        self,
        signal: Floats,
        signal_theta: Floats,
        background: Floats,
        rng: np.random.RandomState,
    ) -> tuple[pd.DataFrame, pd.Series]:
        theta = np.concatenate([signal_theta, np.full_like(signal_theta, np.nan)])
        table = np.column_stack([np.concatenate([signal, background]), theta])
        label = np.repeat(np.array([1, 0], dtype=np.int64), [len(signal), len(background)])
        order = rng.permutation(len(label))
        X = pd.DataFrame(table[order], columns=[*self.feature_names, *self.theta_names])
        return X, pd.Series(label[order], name="label")


def _columns(X: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    missing = [name for name in names if name not in X]
    if missing:
        raise ValueError(
            f"X lacks {', '.join(missing)} among its columns {list(X.columns)}; expected "
            f"{', '.join(names)}."
        )
    return X[list(names)]


def _check_labels(scores: ArrayLike, X: pd.DataFrame, hypotheses: Floats) -> None:
    """Raise a ValueError where a table of scores is not of these rows, or these hypotheses."""
    if not isinstance(X, pd.DataFrame):
        raise ValueError(f"X is of type {type(X).__name__}; expected a DataFrame, as of sample().")
    if not isinstance(scores, pd.DataFrame):
        return
    found = scores.columns.to_list()
    labels = np.asarray(found, dtype=np.float64).reshape(len(found), -1)
    if labels.shape != hypotheses.shape or not np.allclose(labels, hypotheses):
        raise ValueError(
            f"scores has the columns {found}, expected the hypotheses {hypotheses.tolist()}, in "
            "their order; give theta=, or take those columns."
        )
    if not scores.index.equals(X.index):
        raise ValueError("scores has another index than X; expected the same rows in their order.")
