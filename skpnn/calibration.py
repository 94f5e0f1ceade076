"""Probabilities calibrated at each hypothesis."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from skpnn._fitting import fitted_on, rows_of
from skpnn._hypothesis_scores import scores_of
from skpnn._parameters import check_choice
from skpnn._theta_columns import (
    Theta,
    column_names,
    n_columns_of,
    requested_columns,
    theta_columns,
    theta_values,
)
from skpnn._validation import check_sample_weight
from skpnn.hypotheses import signal_column, signal_scores
from skpnn.likelihood import log_odds
from skpnn.model_selection import StratifiedHypothesisKFold

__all__ = ["HypothesisCalibratedClassifier"]


class HypothesisCalibratedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Calibrate a classifier's probabilities at each hypothesis on its own.

    `sklearn.calibration.CalibratedClassifierCV` makes probabilities right on the average over all
    hypotheses, where a network too sure at one mass and too careful at another looks fine. Here a
    `CalibratedClassifierCV` is fitted at every hypothesis, to its signal and all background put
    there; between hypotheses their probabilities are interpolated linearly in θ, and outside the
    nearest one is used.

    Parameters
    ----------
    estimator : classifier, Pipeline or FrozenEstimator
        What is calibrated. A `sklearn.frozen.FrozenEstimator` is taken as it is and calibrated on
        all of X, which it should not have been trained on; anything else is cloned, trained and
        calibrated by cross-validation, and the mean of the folds predicts.
    method : {"sigmoid", "isotonic"}, default="sigmoid"
        As of `CalibratedClassifierCV`. ``"isotonic"`` needs a thousand events at every hypothesis
        and none of negative weight.
    cv : int, default=5
        Number of folds, of a `skpnn.model_selection.StratifiedHypothesisKFold`.
    theta : int or str, default=-1
        The θ column of X, by index or by name.
    background_label : label, optional
        The class that is background; by default the estimator's own, or its first class.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The labels.
    background_label_ : label
        The one that is background.
    hypotheses_ : ndarray of shape (k, 1)
        Where it was calibrated.
    signal_fraction_ : float
        The share of signal in the weight of the sample, which the probabilities refer to.
    calibrated_classifiers_ : list
        For each fold the trained ``estimator``, its ``calibrators`` and their ``points``.

    See Also
    --------
    skpnn.plotting.ReliabilityDisplay : Whether that is needed, and helped.

    Notes
    -----
    At each hypothesis the signal counts as much as all signal together, so that probabilities
    refer to the share of signal in the whole sample, as those of a `PNNClassifier` do.

    Examples
    --------
    >>> import skpnn
    >>> from sklearn.frozen import FrozenEstimator
    >>> X, y = skpnn.datasets.BaldiToy().sample(500, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=2, random_state=0).fit(X[:2500], y[:2500])
    >>> calibrated = HypothesisCalibratedClassifier(FrozenEstimator(model)).fit(X[2500:], y[2500:])
    >>> calibrated.hypotheses_.ravel().tolist()
    [-2.0, -1.0, 0.0, 1.0, 2.0]
    >>> skpnn.scan(calibrated, X, theta="theta", hypotheses=[0.5]).shape
    (5000, 1)
    """

    def __init__(
        self,
        estimator: Any,
        *,
        method: str = "sigmoid",
        cv: int = 5,
        theta: Theta = -1,
        background_label: Any = None,
    ) -> None:
        self.estimator = estimator
        self.method = method
        self.cv = cv
        self.theta = theta
        self.background_label = background_label

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train, unless frozen, and calibrate.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events; signal rows hold their θ.
        y : array-like of shape (n_samples,)
            Two classes.
        sample_weight : array-like of shape (n_samples,), optional
            Weights.

        Returns
        -------
        self
            The fitted classifier.

        Raises
        ------
        ValueError
            If an argument cannot be used, θ are several columns or a continuum, or weights are
            negative under ``method="isotonic"``.
        """
        check_choice("method", self.method, ("sigmoid", "isotonic"))
        if len(requested_columns(self.theta)) > 1:
            raise ValueError(
                f"theta={self.theta!r} are several columns; calibration interpolates along one."
            )
        weight = check_sample_weight(sample_weight, len(np.asarray(y)))
        if self.method == "isotonic" and weight is not None and (weight < 0).any():
            raise ValueError(
                'method="isotonic" leaves events of negative weight out, which biases it; use '
                'method="sigmoid".'
            )
        parts = self._parts(X, y, weight)
        self.calibrated_classifiers_ = [
            self._calibrated(one, X, y, weight, rows) for one, rows in parts
        ]
        first = self.calibrated_classifiers_[0]
        self.classes_ = np.asarray(first.estimator.classes_)
        self.background_label_ = self.classes_[1 - first.column]
        self.hypotheses_ = first.points[:, np.newaxis]
        is_signal = np.asarray(y) != self.background_label_
        self.signal_fraction_ = float(np.average(is_signal, weights=weight))
        self.n_features_in_ = n_columns_of(X)
        return self

    def _parts(
        self, X: Any, y: ArrayLike, weight: NDArray[np.float64] | None
    ) -> list[tuple[Any, NDArray[np.intp]]]:
        """Return fitted classifiers, and the rows to calibrate each on."""
        if isinstance(self.estimator, FrozenEstimator):
            return [(self.estimator, np.arange(len(np.asarray(y))))]
        folds = StratifiedHypothesisKFold(self.cv, theta=self.theta).split(X, y)
        return [
            (fitted_on(self.estimator, X, y, rows=train, sample_weight=weight), test)
            for train, test in folds
        ]

    def _calibrated(
        self,
        estimator: Any,
        X: Any,
        y: ArrayLike,
        weight: NDArray[np.float64] | None,
        rows: NDArray[np.intp],
    ) -> "_CalibratedAtEach":
        scores = scores_of(
            estimator,
            rows_of(X, rows),
            np.asarray(y)[rows],
            sample_weight=None if weight is None else weight[rows],
            hypotheses=None,
            theta=self.theta,
            window=None,
            background_label=self.background_label,
        )
        total = scores.signal_weight.sum()
        calibrators = []
        for k, signal in enumerate(scores.signal):
            w = scores.weight_at(k)
            decision = np.concatenate([signal, scores.background[:, k]])
            label = np.repeat([1, 0], [len(signal), len(scores.background)])
            sizes = np.concatenate([w * (total / w.sum()), scores.background_weight])
            calibrator = CalibratedClassifierCV(_Decision(), method=self.method, ensemble=False)
            decision = _as_decision(estimator, decision)
            calibrators.append(calibrator.fit(decision, label, sample_weight=sizes))
        column = signal_column(estimator, self.background_label)
        return _CalibratedAtEach(estimator, column, scores.grid.points[:, 0], calibrators)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the calibrated probability of each class at the hypothesis that each row holds.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events, with θ.

        Returns
        -------
        ndarray of shape (n_samples, 2)
            Columns in the order of ``classes_``.

        Raises
        ------
        ValueError
            If a θ is NaN.
        """
        check_is_fitted(self, "calibrated_classifiers_")
        column = theta_columns(self.theta, n_columns=n_columns_of(X), names=column_names(X))
        theta = theta_values(X, column)[:, 0]
        if not np.isfinite(theta).all():
            raise ValueError(
                f"θ is NaN or infinite in {np.sum(~np.isfinite(theta))} rows; assign a hypothesis "
                "to every row, e.g. with skpnn.assign_hypothesis."
            )
        signal = np.mean([part.signal(X, theta) for part in self.calibrated_classifiers_], axis=0)
        both = np.column_stack([1 - signal, signal])
        return both if self.calibrated_classifiers_[0].column == 1 else both[:, ::-1]

    def predict(self, X: Any) -> NDArray:
        """Return the more probable class, of shape (n_samples,), at each row's hypothesis."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@dataclass(frozen=True)
class _CalibratedAtEach:
    """A fitted classifier, and a calibrator of its scores at each of the sorted hypotheses."""

    estimator: Any
    column: int
    points: NDArray[np.float64]
    calibrators: list[CalibratedClassifierCV]

    def signal(self, X: Any, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of signal, interpolated between the hypotheses around `theta`."""
        scores = signal_scores(self.estimator, X, self.column)
        decision = _as_decision(self.estimator, scores)
        place = np.interp(theta, self.points, np.arange(len(self.points)))
        probability = np.zeros(len(theta))
        for k, calibrator in enumerate(self.calibrators):
            share = np.maximum(1 - np.abs(place - k), 0)
            rows = np.flatnonzero(share)
            if len(rows):
                calibrated = calibrator.predict_proba(decision[rows])[:, 1]
                probability[rows] += share[rows] * calibrated
        return probability


class _Decision(ClassifierMixin, BaseEstimator):
    """The only column of X as a decision, for a CalibratedClassifierCV to calibrate."""

    def fit(self, X: NDArray, y: NDArray, sample_weight: Any = None) -> Self:
        del X, sample_weight
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X: NDArray) -> NDArray:
        return X[:, 0]

    def predict(self, X: NDArray) -> NDArray:
        return self.classes_[np.asarray(X[:, 0] > 0, dtype=np.intp)]


def _as_decision(estimator: Any, scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return scores as a column to calibrate; of probabilities the log odds."""
    is_probability = hasattr(estimator, "predict_proba")
    decision = log_odds(scores) if is_probability else np.asarray(scores, dtype=np.float64)
    return decision[:, np.newaxis]
