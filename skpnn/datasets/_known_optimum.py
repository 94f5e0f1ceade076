"""What the toys share: a sample, the exact posterior, the best AUC that a classifier can reach."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from numbers import Integral
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit

from skpnn.datasets._densities import Floats

if TYPE_CHECKING:
    Seed = int | np.random.RandomState | None


class KnownOptimum(ABC):
    """A signal-background problem, parametrised in θ, whose optimal classifier is known exactly.

    Attributes
    ----------
    theta_name : str
        The name of the θ column, the last one of the samples.
    default_theta : tuple of float
        The hypotheses that ``sample`` simulates where it is not told which.
    feature_names : tuple of str
        The names of the feature columns.
    """

    theta_name: ClassVar[str]
    default_theta: ClassVar[tuple[float, ...]]
    _theta_above: ClassVar[float] = -np.inf

    @property
    @abstractmethod
    def feature_names(self) -> tuple[str, ...]:
        """The names of the feature columns."""

    @abstractmethod
    def optimal_auc(self, theta: float) -> float:
        """Return the AUC of the best possible classifier of signal at θ against background."""

    @abstractmethod
    def _log_likelihood_ratio(self, x: Floats, theta: Floats) -> Floats:
        """Return log s(x | θ) / b(x); `x` is (n, n_features), `theta` (n,) or ()."""

    @abstractmethod
    def _draw_signal(self, theta: Floats, rng: np.random.RandomState) -> Floats:
        """Draw one signal event per θ, as (n, n_features)."""

    @abstractmethod
    def _draw_background(self, n: int, rng: np.random.RandomState) -> Floats:
        """Draw `n` background events, as (n, n_features)."""

    def sample(
        self, n_samples: int, *, theta: Iterable[float] | None = None, random_state: "Seed" = None
    ) -> tuple[pd.DataFrame, pd.Series]:
        """Simulate signal at every θ and as much background as signal in total.

        Parameters
        ----------
        n_samples : int
            Number of signal events per hypothesis. Background has ``n_samples * len(theta)``
            events, so the sample has ``2 * n_samples * len(theta)`` rows.
        theta : iterable of float, default=None
            The hypotheses, in the units of the problem; None stands for ``default_theta``.
        random_state : int, RandomState instance or None, default=None
            An int gives the same sample, bit for bit, at every call.

        Returns
        -------
        X : DataFrame of shape (2 * n_samples * n_theta, n_features + 1), float64
            The features and, last, θ, which is NaN for background. Rows are shuffled.
        y : Series of shape (2 * n_samples * n_theta,), int64
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
        signal_theta = np.repeat(hypotheses, positive_integer("n_samples", n_samples))
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
        theta : float or array-like of shape (n_samples,)
            The hypothesis to test, one for all rows or one for each.

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
        if hypotheses.shape not in {(), (len(x),)}:
            raise ValueError(
                f"theta.shape == {hypotheses.shape}, expected () or ({len(x)},): one hypothesis "
                "for all rows of X, or one for each."
            )
        return expit(self._log_likelihood_ratio(x, hypotheses))

    def _features(self, X: pd.DataFrame | ArrayLike) -> Floats:
        if isinstance(X, pd.DataFrame):
            X = self._feature_columns(X)
        x = np.asarray(X, dtype=np.float64)
        n_features = len(self.feature_names)
        if x.ndim == 1 and n_features == 1:
            x = x[:, np.newaxis]
        if x.ndim != 2 or x.shape[1] != n_features:
            raise ValueError(
                f"X.shape == {x.shape}, expected (n_samples, {n_features}): the features "
                f"{', '.join(self.feature_names)} without {self.theta_name}."
            )
        return x

    def _feature_columns(self, X: pd.DataFrame) -> pd.DataFrame:
        missing = [name for name in self.feature_names if name not in X]
        if missing:
            raise ValueError(
                f"X lacks {', '.join(missing)} among its columns {list(X.columns)}; expected "
                f"{', '.join(self.feature_names)}."
            )
        return X[list(self.feature_names)]

    def _checked_theta(self, theta: ArrayLike) -> Floats:
        values = np.asarray(theta, dtype=np.float64)
        allowed = np.isfinite(values) & (values > self._theta_above)
        if not allowed.all():
            bound = "" if np.isneginf(self._theta_above) else f" and above {self._theta_above:g}"
            raise ValueError(
                f"{self.theta_name} holds {values[~allowed].flat[0]:g}; every hypothesis must be "
                f"finite{bound}. Give background rows the hypothesis that is to be tested."
            )
        return values

    def _checked_hypotheses(self, theta: Iterable[float] | None) -> Floats:
        values = self._checked_theta(list(self.default_theta if theta is None else theta))
        if values.ndim != 1 or not len(values):
            raise ValueError(
                f"theta.shape == {values.shape}, expected (n_theta,) with at least one hypothesis."
            )
        return values

    def _shuffled(
        self,
        signal: Floats,
        signal_theta: Floats,
        background: Floats,
        rng: np.random.RandomState,
    ) -> tuple[pd.DataFrame, pd.Series]:
        theta = np.concatenate([signal_theta, np.full(len(background), np.nan)])
        table = np.column_stack([np.concatenate([signal, background]), theta])
        label = np.repeat(np.array([1, 0], dtype=np.int64), [len(signal), len(background)])
        order = rng.permutation(len(label))
        X = pd.DataFrame(table[order], columns=[*self.feature_names, self.theta_name])
        return X, pd.Series(label[order], name="label")


def positive_integer(name: str, value: int) -> int:
    """Return `value` as an int, or raise a ValueError that names it."""
    if not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} == {value!r}, expected a positive integer.")
    return int(value)
