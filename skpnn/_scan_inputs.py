"""The inputs of a scan: X at each hypothesis, transformed once where a pipeline allows it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from skpnn._tables import rows_of
from skpnn._theta import ThetaRange, matches_hypothesis
from skpnn._theta_columns import with_theta
from skpnn.preprocessing import FeatureTransformer

__all__ = ["ScanInputs", "layers", "trained_signal_fraction", "unwrapped"]

# Enough to see that a value varies from row to row, few enough to cost nothing.
ROWS_COMPARED = 8
COLUMN_BY_COLUMN = (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)


def layers(estimator: Any) -> Iterator[Any]:
    """Yield an estimator, and what it wraps, down to the classifier inside.

    Searches, pipelines, frozen, calibrated and thresholded estimators are opened.
    """
    while estimator is not None:
        yield estimator
        estimator = _inside(estimator)


def _inside(estimator: Any) -> Any:
    if hasattr(estimator, "best_estimator_"):
        return estimator.best_estimator_
    if isinstance(estimator, Pipeline):
        return estimator.steps[-1][1]
    if isinstance(estimator, FrozenEstimator):
        return estimator.estimator
    if isinstance(estimator, FixedThresholdClassifier | TunedThresholdClassifierCV):
        return estimator.estimator_
    if hasattr(estimator, "calibrated_classifiers_"):
        return estimator.calibrated_classifiers_[0].estimator
    return None


def unwrapped(estimator: Any) -> tuple[list[Any], Any]:
    """Return the transformers before, outermost first, and the classifier inside."""
    every = list(layers(estimator))
    pipelines = [layer for layer in every if isinstance(layer, Pipeline)]
    return [step for pipeline in pipelines for _, step in pipeline.steps[:-1]], every[-1]


def trained_signal_fraction(estimator: Any) -> float | None:
    """Return the share of signal that an estimator's probabilities refer to, where it is known.

    A calibration changes it; only `HypothesisCalibratedClassifier` says to what.
    """
    for layer in layers(estimator):
        if hasattr(layer, "signal_fraction_"):
            return layer.signal_fraction_
        if hasattr(layer, "calibrated_classifiers_"):
            return None
    return None


def _changes_predictions(estimator: Any) -> bool:
    """Return whether a wrapper on the way inside predicts something else than what it wraps."""
    return any(hasattr(layer, "calibrated_classifiers_") for layer in layers(estimator))


def _treats_theta_apart(step: Any) -> bool:
    """Return whether each column of a transformer's output depends on one column of its input.

    A few rows could not prove it: a flag for events near the hypothesis changes few of them.
    """
    if isinstance(step, str):
        return step in ("passthrough", "drop")
    if isinstance(step, Pipeline):
        return all(_treats_theta_apart(inner) for _, inner in step.steps)
    if isinstance(step, ColumnTransformer):
        return all(_treats_theta_apart(inner) for _, inner, _ in step.transformers_)
    # An exact type: a subclass may do anything.
    return type(step) in (*COLUMN_BY_COLUMN, FeatureTransformer)


class ScanInputs:
    """X at any hypothesis, and what predicts from it.

    A Pipeline's last step predicts from inputs that are transformed once, where the steps before
    treat θ apart from the other columns. Otherwise the Pipeline itself predicts from X.

    Parameters
    ----------
    estimator : fitted estimator
        What is scanned.
    X : DataFrame or ndarray of shape (n_samples, n_features)
        The events.
    columns : ndarray of shape (n_theta,)
        The θ columns.
    """

    def __init__(self, estimator: Any, X: Any, columns: NDArray[np.intp]) -> None:
        self._whole = estimator
        self._X = X
        self._columns = columns
        before, self._final = unwrapped(estimator)
        self._before: Any = make_pipeline(*before) if before else None
        is_apart = all(_treats_theta_apart(step) for step in before)
        self._is_shared = bool(before) and is_apart and not _changes_predictions(estimator)
        self._transformed: Any = None
        self._few = rows_of(X, slice(ROWS_COMPARED))

    def at(self, hypothesis: NDArray[np.float64]) -> tuple[Any, Any]:
        """Return an estimator and what it predicts from at `hypothesis`."""
        shared = self._shared(hypothesis) if self._is_shared else None
        if shared is not None:
            return self._final, shared
        return self._whole, with_theta(self._X, self._columns, hypothesis)

    def scores_at_once(
        self, hypotheses: NDArray[np.float64], column: int
    ) -> tuple[NDArray[np.floating], NDArray[np.bool_]] | None:
        """Return a parametrised network's probabilities of class `column`, of shape (n, k).

        And where it extrapolates; None where the classifier is another, or where θ as it sees them
        are not one value per hypothesis, or where that is no faster.
        """
        pays = getattr(self._final, "_scan_pays", None)
        if pays is None or not pays(np.shape(self._X)[0], len(hypotheses)):
            return None
        if _changes_predictions(self._whole):
            return None
        if self._before is not None and not self._is_shared:
            return None
        theta = self._theta_at(hypotheses)
        if theta is None:
            return None
        if self._before is None:
            # The columns assigned may be others than θ, too.
            X = with_theta(self._X, self._columns, hypotheses[0])
        else:
            X = self._transformed_once(hypotheses[0])
        return self._final._scan(X, theta, column)

    def _theta_at(self, hypotheses: NDArray[np.float64]) -> NDArray | None:
        """Return θ as the classifier sees them, of shape (k, n_theta), if nothing else changes."""
        own = self._final.theta_columns_
        if not self._is_one_value(hypotheses[0], own):
            return None
        few = [self._few_at(hypothesis) for hypothesis in hypotheses]
        for now in few:
            others = np.delete(_differs(now, few[0]), own, axis=1)
            if others.any() or not (now[:, own] == now[0, own]).all():
                return None
        theta = np.array([now[0, own] for now in few], dtype=np.float64)
        return theta if np.isfinite(theta).all() else None

    def _is_one_value(self, hypothesis: NDArray[np.float64], own: NDArray[np.intp]) -> bool:
        """Whether the classifier's θ are the same in every row, at a hypothesis of some of them."""
        if self._before is None:
            return set(own) <= set(self._columns)
        theta = _as_array(self._transformed_once(hypothesis))[:, own]
        return bool((theta == theta[0]).all())

    def _transformed_once(self, hypothesis: NDArray[np.float64]) -> Any:
        """Return the transformed X, at the hypothesis that was asked for first."""
        if self._transformed is None:
            first = with_theta(self._X, self._columns, hypothesis)
            self._transformed = self._before.transform(first)
        return self._transformed

    def _shared(self, hypothesis: NDArray[np.float64]) -> Any:
        """Return the transformed X with θ replaced, or None where that takes more than one value.

        It does where a step that leaves its own θ alone mixes the scanned one with features.
        """
        transformed = self._transformed_once(hypothesis)
        now = self._few_at(hypothesis)
        before = _as_array(rows_of(transformed, slice(ROWS_COMPARED)))
        changed = np.flatnonzero(_differs(now, before).any(axis=0))
        if _differs(now[:, changed], now[:1, changed]).any():
            return None
        return with_theta(transformed, changed, now[0, changed])

    def check_columns(self, hypotheses: NDArray[np.float64]) -> None:
        """Raise a ValueError where the columns assigned are none of the network's θ."""
        theta = getattr(self._final, "theta_columns_", None)
        if theta is None:
            return
        seen = [self._few_at(h)[0, theta].astype(np.float64) for h in _probes(hypotheses)]
        if all(np.array_equal(one, seen[0], equal_nan=True) for one in seen):
            names = getattr(self._X, "columns", np.arange(np.shape(self._X)[1]))
            raise ValueError(
                f"Column {[str(names[c]) for c in self._columns]} is assigned, but the network was "
                f"trained with theta={self._final.theta!r}, which that does not change. Name its θ "
                "in this call, too: theta=… by name or by index."
            )

    def trained(self, hypotheses: NDArray[np.float64]) -> list[bool | None]:
        """Return, for each hypothesis, whether a parametrised network was trained there."""
        known = getattr(self._final, "hypotheses_", None)
        if known is None:
            return [None] * len(hypotheses)
        span = ThetaRange.of(known)
        seen: list[bool | None] = []
        for hypothesis in hypotheses:
            own = self._few_at(hypothesis)[0, self._final.theta_columns_].astype(np.float64)
            seen.append(bool(matches_hypothesis(known, own, span=span).any()))
        return seen

    def _few_at(self, hypothesis: NDArray[np.float64]) -> NDArray:
        """Return the first rows as the classifier sees them."""
        few = with_theta(self._few, self._columns, hypothesis)
        return _as_array(few if self._before is None else self._before.transform(few))


def _probes(hypotheses: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return hypotheses of which at least two differ, for any scaling of θ that is not constant."""
    first = hypotheses[0]
    return [first, hypotheses[-1], first + 1, first - 1, 2 * first, first / 2, 0 * first]


def _as_array(X: Any) -> NDArray:
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X)


def _differs(one: NDArray, other: NDArray) -> NDArray[np.bool_]:
    """Return where values differ; a missing one is like a missing one."""
    return (one != other) & ~((one != one) & (other != other))
