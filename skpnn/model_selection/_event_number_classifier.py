"""EventNumberClassifier: one network per fold, each event scored by one that never saw it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _check_feature_names, _check_n_features, check_is_fitted

from skpnn._atomic import scratch_copy, take_over
from skpnn._fitting import fitted_on
from skpnn._scan_inputs import trained_signal_fraction, unwrapped
from skpnn._tables import as_table, columns_of, without_columns
from skpnn._theta_columns import column_names
from skpnn._validation import check_sample_weight, check_target_given
from skpnn.missing_theta import row_hash
from skpnn.model_selection._event_number import (
    event_folds,
    event_number_column,
    event_numbers,
    numbered,
)
from skpnn.model_selection._splitting import check_n_splits

__all__ = ["EventNumberClassifier"]


class EventNumberClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Train one classifier per event-number fold, and score no event with one that saw it.

    Simulated events are too dear to be thrown away after training. Here the fold of an event is its
    number modulo `n_splits`; for each fold a clone of the estimator is trained on the others. An
    event whose number was in training is scored by the one clone that did not see it, any other
    event (data, another sample) by the mean of all.

    Parameters
    ----------
    estimator : classifier or Pipeline
        What is cloned and trained; it needs ``predict_proba``.
    n_splits : int, default=5
        The number of folds, at least 2.
    event_number : str or int, default="event"
        The column of X that holds the event numbers, by name or by index. The estimator does not
        see it.
    n_jobs : int, optional
        How many clones are trained at once, as joblib understands it. For networks prefer threads:
        ``joblib.parallel_config("threading")``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    estimators_ : list of n_splits classifiers
        That at k was trained on events whose number does *not* leave the remainder k.
    event_numbers_ : ndarray of shape (n_numbers,)
        The numbers seen in training, sorted.
    event_number_column_ : int
        The index of their column.
    background_label_ : label
        The class that the estimators take for background; only where they say so.
    signal_fraction_ : float
        The mean share of signal in the folds' training; only where the estimators tell.
    n_features_in_ : int
        Number of columns of X, that of the event numbers included.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where all are strings.

    See Also
    --------
    EventNumberKFold : The same folds, for cross-validation.

    Notes
    -----
    The estimator's columns are those of X without the event numbers: its ``theta="mass"`` and
    ``theta=-1`` are still right, an index counts without that column. `skpnn.scan` counts X's own,
    so put the event numbers before θ, or name it: ``mass=[…]``.

    Scale inside, ``EventNumberClassifier(make_pipeline(RobustScaler(), PNNClassifier()))``, for
    event numbers must reach this class as they are. Events of several samples may share a number:
    they share a fold, and data with the number of a training event are scored by one network.

    A new event without θ is scored by one network, chosen by a hash of its columns, where these are
    networks that draw the missing θ: each would draw another, and a mean over θ is no score. Every
    network predicts the whole call, since it would refuse a part of it that is all without θ.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skpnn.model_selection import EventNumberClassifier
    >>> y = np.arange(100) // 50
    >>> X = pd.DataFrame({"event": np.arange(100), "pt": np.linspace(20.0, 90.0, 100)})
    >>> model = EventNumberClassifier(LogisticRegression(), n_splits=2).fit(X, y)
    >>> own = model.estimators_[0].predict_proba(X[["pt"]])[::2]
    >>> np.array_equal(model.predict_proba(X)[::2], own)
    True
    """

    def __init__(
        self,
        estimator: Any,
        *,
        n_splits: int = 5,
        event_number: str | int = "event",
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.n_splits = n_splits
        self.event_number = event_number
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a clone of the estimator for each fold, on the events of the others.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events, with their numbers.
        y : array-like of shape (n_samples,)
            Their classes.
        sample_weight : array-like of shape (n_samples,), optional
            Weights, of either sign; a Pipeline's go to its last step. Under scikit-learn's metadata
            routing the estimator's own requests say where they go.

        Returns
        -------
        self
            The fitted classifier.

        Raises
        ------
        ValueError
            If there is no column of event numbers, a number is missing, negative or no integer, or
            a class is missing from a fold. The classifier is then as it was before.
        """
        scratch = scratch_copy(self)
        scratch._fit(X, y, sample_weight)
        return take_over(self, scratch)

    def _fit(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> None:
        check_n_splits(self.n_splits)
        self._check_estimator()
        X, labels = as_table(X), self._read_labels(X, y)
        weight = check_sample_weight(sample_weight, len(labels))
        column = event_number_column(X, self.event_number)
        numbers = event_numbers(columns_of(X, column))
        folds = event_folds(numbers, self.n_splits)
        self.classes_ = np.unique(labels)
        _check_classes(folds, labels, self.classes_)
        _check_feature_names(self, X, reset=True)
        _check_n_features(self, X, reset=True)
        self.estimators_ = self._trained(without_columns(X, column), labels, weight, folds)
        self.event_number_column_ = column
        self.event_numbers_ = np.unique(numbers)
        self._take_over_from_networks()

    def _check_estimator(self) -> None:
        if not hasattr(self.estimator, "fit") or not hasattr(self.estimator, "predict_proba"):
            raise ValueError(
                f"estimator={self.estimator!r} has no fit or no predict_proba, whose mean scores "
                "new events. Give a classifier; CalibratedClassifierCV adds probabilities to one."
            )

    def _read_labels(self, X: Any, y: Any) -> NDArray[Any]:
        check_target_given(self, y)
        check_consistent_length(X, y)
        check_classification_targets(y)
        return column_or_1d(y, warn=True)

    def _trained(
        self,
        X: Any,
        labels: NDArray[Any],
        weight: NDArray[np.float64] | None,
        folds: NDArray[np.intp],
    ) -> list[Any]:
        parts = [np.flatnonzero(folds != fold) for fold in range(self.n_splits)]
        return Parallel(n_jobs=self.n_jobs)(
            delayed(fitted_on)(self.estimator, X, labels, rows=rows, sample_weight=weight)
            for rows in parts
        )

    def _take_over_from_networks(self) -> None:
        """Say what `skpnn.scan` and `skpnn.log_likelihood_ratio` ask, where the estimators do."""
        for name in ("background_label_", "signal_fraction_"):
            self.__dict__.pop(name, None)
        if hasattr(self._network(), "background_label_"):
            self.background_label_ = self._network().background_label_
        shares = [trained_signal_fraction(one) for one in self.estimators_]
        known = [share for share in shares if share is not None]
        if len(known) == len(shares):
            self.signal_fraction_ = float(np.mean(known))

    def _network(self) -> Any:
        # Out of its Pipeline or search.
        return unwrapped(self.estimators_[0])[1]

    def predict_proba(self, X: Any) -> NDArray[np.floating]:
        """Return the probability of each class.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events; those without a number (the column is absent, or NaN) are new.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of ``classes_``.

        Raises
        ------
        ValueError
            If X has columns that fit did not see, or event numbers were rounded.
        """
        check_is_fitted(self)
        X = as_table(X)
        column = self._event_number_column(X)
        features = X if column is None else without_columns(X, column)
        probabilities = np.stack([one.predict_proba(features) for one in self.estimators_])
        scores = probabilities.mean(axis=0)
        scorers = self._scorers(features, None if column is None else columns_of(X, column))
        alone = np.flatnonzero(scorers >= 0)
        scores[alone] = probabilities[scorers[alone], alone]
        return scores

    def _scorers(self, features: Any, values: Any) -> NDArray[np.intp]:
        """Return which estimator scores each row alone, −1 where all do."""
        n_splits = np.uint64(len(self.estimators_))
        scorers = np.full(len(features), -1)
        if hasattr(self._network(), "theta_sample_"):
            # Each network draws its own missing θ, and a mean over θ tells background from signal.
            table = pd.DataFrame(features).infer_objects().select_dtypes("number")
            rows = table.to_numpy(np.float64, na_value=np.nan)
            missing = np.isnan(rows).any(axis=1)
            scorers[missing] = row_hash(rows[missing]) % n_splits
        if values is not None:
            numbers, is_number = numbered(values)
            seen = is_number & np.isin(numbers, self.event_numbers_)
            scorers[seen] = numbers[seen] % n_splits
        return scorers

    def _event_number_column(self, X: Any) -> int | None:
        """Return the index of the column of event numbers, None where X has none."""
        names = column_names(X)
        if names is not None and hasattr(self, "feature_names_in_"):
            name = self.feature_names_in_[self.event_number_column_]
            return event_number_column(X, name) if name in names else None
        n_columns = np.shape(X)[1]
        if n_columns == self.n_features_in_:
            return self.event_number_column_
        if n_columns == self.n_features_in_ - 1:
            return None
        raise ValueError(
            f"X has {n_columns} features, but EventNumberClassifier is expecting "
            f"{self.n_features_in_} features as input, or one less: without the event numbers."
        )

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class of highest probability.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events; those without a number are new.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels of ``classes_``.

        Raises
        ------
        ValueError
            As `predict_proba` does.
        """
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]


def _check_classes(folds: NDArray[np.intp], labels: NDArray[Any], classes: NDArray[Any]) -> None:
    if len(classes) < 2:
        raise ValueError(f"y has one class only, {classes.tolist()}; expected two at least.")
    for fold in range(folds.max() + 1):
        missing = np.setdiff1d(classes, labels[folds == fold])
        if len(missing):
            raise ValueError(
                f"Fold {fold}, the event numbers that leave this remainder when divided by "
                f"{folds.max() + 1}, has no event of class {missing.tolist()}. Every fold needs "
                "every class: use fewer splits, or number the events of each class 0, 1, 2, …"
            )
