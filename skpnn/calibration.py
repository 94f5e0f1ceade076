"""Probabilities calibrated at each hypothesis."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.validation import check_is_fitted

from skpnn._fitting import fitted_on
from skpnn._hypothesis_scores import HypothesisScores, scores_of
from skpnn._parameters import check_choice, check_integer
from skpnn._tables import rows_of
from skpnn._theta_columns import (
    Theta,
    column_names,
    n_columns_of,
    requested_columns,
    theta_columns,
    theta_values,
)
from skpnn._validation import check_sample_weight
from skpnn.exceptions import SkpnnWarning
from skpnn.hypotheses import signal_column, signal_scores
from skpnn.likelihood import log_odds
from skpnn.model_selection import StratifiedHypothesisKFold

__all__ = ["HypothesisCalibratedClassifier"]

# scikit-learn advises against isotonic calibration with fewer.
FEWEST_ISOTONIC = 1000


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
        As of `CalibratedClassifierCV`. ``"isotonic"`` needs a thousand signal events at every
        hypothesis and none of negative weight. It is constant at both ends: probabilities are kept
        from 0 and 1 by 1 / (n + 2), n being the number of events that were calibrated on.
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
        Where it was calibrated: the signal's θ, or, where these are a continuum, the means of up to
        ten bins of them.
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
            If an argument cannot be used, θ are several columns, the signal's weights at a
            hypothesis do not sum to more than 0, or weights are negative under
            ``method="isotonic"``.

        Warns
        -----
        SkpnnWarning
            If ``method="isotonic"`` has fewer than a thousand signal events at a hypothesis.
        """
        self._check_parameters()
        check_consistent_length(X, y)
        labels = column_or_1d(y, warn=True)
        weight = check_sample_weight(sample_weight, len(labels))
        if self.method == "isotonic" and weight is not None and (weight < 0).any():
            raise ValueError(
                'method="isotonic" leaves events of negative weight out, which biases it; use '
                'method="sigmoid".'
            )
        self.calibrated_classifiers_ = [
            self._calibrated(one, X, labels, weight, rows)
            for one, rows in self._parts(X, labels, weight)
        ]
        first = self.calibrated_classifiers_[0]
        self.classes_ = np.asarray(first.estimator.classes_)
        self.background_label_ = self.classes_[1 - first.column]
        self.hypotheses_ = first.points[:, np.newaxis]
        is_signal = labels != self.background_label_
        self.signal_fraction_ = float(np.average(is_signal, weights=weight))
        self.n_features_in_ = n_columns_of(X)
        return self

    def _check_parameters(self) -> None:
        check_choice("method", self.method, ("sigmoid", "isotonic"))
        check_integer("cv", self.cv, low=2)
        if len(requested_columns(self.theta)) > 1:
            raise ValueError(
                f"theta={self.theta!r} are several columns; calibration interpolates along one."
            )

    def _parts(
        self, X: Any, y: NDArray[Any], weight: NDArray[np.float64] | None
    ) -> list[tuple[Any, NDArray[np.intp]]]:
        """Return fitted classifiers, and the rows to calibrate each on."""
        if isinstance(self.estimator, FrozenEstimator):
            return [(self.estimator, np.arange(len(y)))]
        folds = StratifiedHypothesisKFold(self.cv, theta=self.theta).split(X, y)
        return [
            (fitted_on(self.estimator, X, y, rows=train, sample_weight=weight), test)
            for train, test in folds
        ]

    def _calibrated(
        self,
        estimator: Any,
        X: Any,
        y: NDArray[Any],
        weight: NDArray[np.float64] | None,
        rows: NDArray[np.intp],
    ) -> _CalibratedAtEach:
        scores = scores_of(
            estimator,
            rows_of(X, rows),
            y[rows],
            sample_weight=None if weight is None else weight[rows],
            hypotheses=None,
            theta=self.theta,
            window=None,
            background_label=self.background_label,
        )
        is_isotonic = self.method == "isotonic"
        if is_isotonic:
            _warn_of_few(min(len(signal) for signal in scores.signal))
        margins = [1 / (len(one) + len(scores.background) + 2) for one in scores.signal]
        return _CalibratedAtEach(
            estimator,
            signal_column(estimator, self.background_label),
            scores.grid.points[:, 0],
            [self._calibrator(estimator, scores, k) for k in range(len(scores))],
            np.array(margins) * is_isotonic,
        )

    def _calibrator(
        self, estimator: Any, scores: HypothesisScores, k: int
    ) -> CalibratedClassifierCV:
        """Return a calibrator of the scores at hypothesis `k`."""
        signal, w = scores.signal[k], scores.weight_at(k)
        if w.sum() <= 0 or scores.signal_weight.sum() <= 0:
            raise ValueError(
                f"The signal's weights at θ = {scores.grid.points[k].tolist()} sum to "
                f"{w.sum():g}; calibration needs a positive sum at every hypothesis."
            )
        w = w * (scores.signal_weight.sum() / w.sum())
        weight = np.concatenate([w, scores.background_weight])
        # Sigmoid calibration takes the sum of the weights for the number of events.
        weight *= np.abs(weight).sum() / np.sum(weight**2)
        decision = np.concatenate([signal, scores.background[:, k]])
        label = np.repeat([1, 0], [len(signal), len(scores.background)])
        every = np.arange(len(label))
        calibrator = CalibratedClassifierCV(
            _Decision(), method=self.method, ensemble=False, cv=[(every, every)]
        )
        return calibrator.fit(_as_decision(estimator, decision), label, sample_weight=weight)

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
        """Return the more probable class at the hypothesis that each row holds.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events, with θ.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels of ``classes_``.

        Raises
        ------
        ValueError
            As `predict_proba` does.
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def _warn_of_few(n_signal: int) -> None:
    if n_signal < FEWEST_ISOTONIC:
        warnings.warn(
            f'method="isotonic" has {n_signal} signal events at a hypothesis, fewer than '
            f'{FEWEST_ISOTONIC}: it follows their fluctuations. Use method="sigmoid".',
            SkpnnWarning,
            stacklevel=4,
        )


@dataclass(frozen=True)
class _CalibratedAtEach:
    """A fitted classifier, and a calibrator of its scores at each of the sorted hypotheses.

    Probabilities keep `margins` from 0 and 1.
    """

    estimator: Any
    column: int
    points: NDArray[np.float64]
    calibrators: list[CalibratedClassifierCV]
    margins: NDArray[np.float64]

    def signal(self, X: Any, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of signal, interpolated between the hypotheses around `theta`."""
        scores = signal_scores(self.estimator, X, self.column)
        decision = _as_decision(self.estimator, scores)
        place = np.interp(theta, self.points, np.arange(len(self.points)))
        probability = np.zeros(len(theta))
        for k, (calibrator, margin) in enumerate(zip(self.calibrators, self.margins, strict=True)):
            share = np.maximum(1 - np.abs(place - k), 0)
            rows = np.flatnonzero(share)
            if len(rows):
                calibrated = calibrator.predict_proba(decision[rows])[:, 1]
                probability[rows] += share[rows] * np.clip(calibrated, margin, 1 - margin)
        return probability


class _Decision(ClassifierMixin, BaseEstimator):
    """The only column of X as a decision, for a CalibratedClassifierCV to calibrate."""

    # Under metadata routing weights have to be asked for.
    __metadata_request__fit = {"sample_weight": True}  # noqa: RUF012

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
