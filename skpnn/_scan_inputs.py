"""The inputs of a scan: X at each hypothesis, transformed once where a pipeline allows it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from skpnn._theta import ThetaRange, matches_hypothesis
from skpnn.injection import with_theta

__all__ = ["ScanInputs", "final_step"]

ROWS_CHECKED = 16


def final_step(estimator: Any) -> Any:
    """Return the classifier inside searches and pipelines."""
    if hasattr(estimator, "best_estimator_"):
        return final_step(estimator.best_estimator_)
    return final_step(estimator.steps[-1][1]) if isinstance(estimator, Pipeline) else estimator


class ScanInputs:
    """X at any hypothesis, and what predicts from it.

    A Pipeline's last step predicts from inputs that are transformed once, where the steps before
    are seen, on a few rows, to treat θ apart from the other columns. Otherwise the Pipeline itself
    predicts from X.

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
        chosen = np.unique(np.linspace(0, len(X) - 1, ROWS_CHECKED).astype(np.intp))
        self._few_rows = chosen
        self._few = X.iloc[chosen] if hasattr(X, "iloc") else np.asarray(X)[chosen]
        self._transformed: Any = None
        inner = getattr(estimator, "best_estimator_", estimator)
        is_chain = isinstance(inner, Pipeline) and len(inner.steps) > 1
        self._before: Any = inner[:-1] if is_chain else None

    def at(self, hypothesis: NDArray[np.float64]) -> tuple[Any, Any]:
        """Return an estimator and what it predicts from at `hypothesis`."""
        if self._before is not None:
            shared = self._shared(hypothesis)
            if shared is not None:
                return final_step(self._whole), shared
        return self._whole, with_theta(self._X, self._columns, hypothesis)

    def trained(self, hypotheses: NDArray[np.float64]) -> list[bool | None]:
        """Return, for each hypothesis, whether a parametrised network was trained there."""
        known = getattr(final_step(self._whole), "hypotheses_", None)
        if known is None:
            return [None] * len(hypotheses)
        columns = final_step(self._whole).theta_columns_
        span = ThetaRange.of(known)
        seen: list[bool | None] = []
        for hypothesis in hypotheses:
            few = np.asarray(self._few_at(hypothesis), dtype=np.float64)
            seen.append(bool(matches_hypothesis(known, few[0, columns], span=span).any()))
        return seen

    def _few_at(self, hypothesis: NDArray[np.float64]) -> Any:
        few = with_theta(self._few, self._columns, hypothesis)
        return few if self._before is None else self._before.transform(few)

    def _shared(self, hypothesis: NDArray[np.float64]) -> Any:
        """Return the transformed X with θ replaced, or None where that would not be the same."""
        if self._transformed is None:
            first = with_theta(self._X, self._columns, hypothesis)
            self._transformed = self._before.transform(first)
            return self._transformed
        few = self._few_at(hypothesis)
        if not isinstance(few, np.ndarray) and not hasattr(few, "iloc"):
            return None
        now, before = np.asarray(few), np.asarray(_take(self._transformed, self._few_rows))
        changed = np.flatnonzero((now != before).any(axis=0))
        if (now[:, changed] != now[0, changed]).any():
            return None
        return with_theta(self._transformed, changed, now[0, changed])


def _take(X: Any, rows: NDArray[np.intp]) -> Any:
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]
