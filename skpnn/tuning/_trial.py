"""Trial: one candidate on one fold, whose failure is a score, and whose scores are remembered."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import signature
from traceback import format_exception_only
from typing import Any, Self

import joblib
from sklearn.base import clone
from sklearn.utils import get_tags

from skpnn._telling import told
from skpnn.exceptions import DivergenceError, DivergenceWarning
from skpnn.tuning._described import described
from skpnn.tuning._forwarding import Forwarding
from skpnn.tuning._scratch_ledger import AnyLedger

__all__ = ["FAILURE", "LedgerLost", "Trial", "TrialScorer"]

# The item of a ledger that says why there are no scores.
FAILURE = "failure"


class LedgerLost(BaseException):
    """The ledger fails, by the error that this holds.

    No `Exception`, which scikit-learn would take for the candidate's.
    """


@contextmanager
def _not_the_candidates_fault() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise LedgerLost(error) from error


class Trial(Forwarding):
    """Stands before an estimator in a search: a failure to fit waits until there is to be a score.

    Where the ledger holds scores for these parameters and data, fitting waits, too, for a score
    that it does not hold.

    Parameters
    ----------
    inner : estimator
        What is searched over; parameters are set on it.
    ledger : Ledger
        Of the scores of all trials.
    """

    def __init__(self, inner: Any, ledger: AnyLedger) -> None:
        super().__init__(inner)
        self.ledger = ledger
        self.key = "", ""
        self.known: dict[str, Any] = {}
        self.training_data: tuple[Any, Any, dict[str, Any]] = None, None, {}
        self.error: Exception | None = None
        self.divergence: list[str] = []

    def __sklearn_clone__(self) -> Self:
        return type(self)(clone(self.inner), self.ledger)

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.inner)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the estimator's parameters."""
        return self.inner.get_params(deep=deep)

    def set_params(self, **params: Any) -> Self:
        """Set the estimator's parameters."""
        self.inner.set_params(**params)
        return self

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit the estimator, unless this trial's outcome is known; keep an error for later."""
        with _not_the_candidates_fault():
            candidate = _exact_key(self.get_params())
            self.key = candidate, self.ledger.fold_key((X, y, params))
            self.known = self.ledger.outcomes(*self.key)
        self.training_data = X, y, params
        if not self.known:
            self._fit_now()
        return self

    def _fit_now(self) -> None:
        X, y, params = self.training_data
        with told(DivergenceWarning) as self.divergence:
            try:
                self.inner.fit(X, *([] if y is None else [y]), **params)
            except Exception as error:
                self.error = error

    def is_trained_on(self, X: Any) -> bool:
        """Whether X is what the estimator was fitted on."""
        return X is self.training_data[0]

    def failure(self) -> Exception | None:
        """Return why there can be no score."""
        if FAILURE in self.known:
            return RuntimeError(self.known[FAILURE])
        if self.divergence:
            return DivergenceError(self.divergence[0])
        return self.error

    def fitted(self) -> Any:
        """Return the fitted estimator.

        Raises
        ------
        Exception
            What it raised when it was fitted.
        """
        if self.known:
            self._fit_now()
            self.known = {}
        if self.error is not None:
            raise self.error
        return self.inner

    def refitted(self) -> Any:
        """Return the estimator fitted on all data; that it diverged is a warning again."""
        estimator = self.fitted()
        for message in self.divergence:
            warnings.warn(message, DivergenceWarning, stacklevel=2)
        return estimator


class TrialScorer(Forwarding):
    """Scores trials: from the ledger, or anew; a failed one by `error_score`.

    Parameters
    ----------
    inner : callable
        A scorer ``f(estimator, X, y)``.
    ledger : Ledger
        Of the scores of all trials.
    name : str
        Of this scorer among several.
    error_score : float or "raise"
        The score of a trial that failed.
    """

    def __init__(self, inner: Any, ledger: AnyLedger, *, name: str, error_score: Any) -> None:
        super().__init__(inner)
        self.ledger = ledger
        self.name = name
        self.error_score = error_score

    def __call__(self, trial: Any, X: Any, *target: Any, **params: Any) -> Any:
        """Return the score, or the scores, of a trial."""
        if not isinstance(trial, Trial) or not any(trial.key):
            return self.inner(trial, X, *target, **params)
        failure = trial.failure()
        if failure is not None:
            return self._score_failed(trial, failure)
        with _not_the_candidates_fault():
            kind = "train" if trial.is_trained_on(X) else "test"
            # One training sample may be tested on several others.
            item = f"{kind}_{self.name} {self.ledger.fold_key((X, target, params))}"
        if item not in trial.known:
            score = self.inner(trial.fitted(), X, *target, **params)
            self._record(trial, item, _plain(score))
            return score
        return trial.known[item]

    def _score_failed(self, trial: Trial, failure: Exception) -> Any:
        if self.error_score == "raise":
            raise failure
        message = "".join(format_exception_only(failure)).strip()
        self._record(trial, FAILURE, message)
        # The traceback holds on to what the fit had in memory.
        trial.error = failure.with_traceback(None)
        names = self._names_of_scores()
        return dict.fromkeys(names, self.error_score) if names else self.error_score

    def _names_of_scores(self) -> list[str]:
        """Return the names in the dict that a scorer has returned for other trials, if any."""
        with _not_the_candidates_fault():
            values = (evaluation.value for evaluation in self.ledger.since())
            return next((list(value) for value in values if isinstance(value, dict)), [])

    def _record(self, trial: Trial, item: str, value: Any) -> None:
        with _not_the_candidates_fault():
            self.ledger.record(*trial.key, item, value)

    def _accept_sample_weight(self) -> bool:
        # scikit-learn's own scorers have this method; of functions it reads the arguments.
        if hasattr(self.inner, "_accept_sample_weight"):
            return self.inner._accept_sample_weight()
        return "sample_weight" in signature(self.inner).parameters


def _exact_key(params: dict[str, Any]) -> str:
    """Return a name for a candidate, another for each: a description may leave something out."""
    try:
        return joblib.hash(params)
    except Exception:
        # A lambda, say, which cannot be pickled.
        return joblib.hash(described(params))


def _plain(score: Any) -> Any:
    """Return a score, or a dict of scores, as Python's numbers."""
    if isinstance(score, dict):
        return {name: float(value) for name, value in score.items()}
    return float(score)
