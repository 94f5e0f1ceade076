"""interpolation_report: what leaving a hypothesis out of training costs there."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_consistent_length

from skpnn._fitting import fitted_on
from skpnn._hypothesis_grid import HypothesisGrid, named_columns
from skpnn._hypothesis_scores import scores_of
from skpnn._parameters import check_choice, check_integer
from skpnn._seeding import generator
from skpnn._tables import rows_of
from skpnn._theta import (
    MAX_DISCRETE,
    ThetaRange,
    distinct_hypotheses,
    inside_box,
    matches_hypothesis,
)
from skpnn._theta_columns import Theta, theta_values
from skpnn._validation import check_sample_weight
from skpnn.evaluation import metric_replicas, metric_values
from skpnn.exceptions import SkpnnWarning
from skpnn.injection import background_mask, inject
from skpnn.metrics import Metric, lower_is_better, named_metrics
from skpnn.model_selection._stratified import StratifiedHypothesisKFold

__all__ = ["interpolation_report"]


def interpolation_report(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    metric: Any = "auc",
    theta: Theta = -1,
    strategy: Any = None,
    background_label: Any = None,
    n_splits: int = 3,
    n_bootstraps: int = 100,
    random_state: Any = None,
) -> pd.DataFrame:
    """Compare, at each hypothesis, networks trained without it, with it, and with nothing else.

    A parametrised network is worth its name where leaving a hypothesis out of training costs
    little there, and where it does no worse than a network of that hypothesis' own [1]_. All are
    trained on one part of the events and compared on the other.

    Parameters
    ----------
    estimator : classifier or Pipeline
        What is cloned and trained, 2k + 1 times for k hypotheses.
    X : DataFrame or array of shape (n_samples, n_features)
        The events; signal rows hold their θ, one of at most 200.
    y : array-like of shape (n_samples,)
        Two classes.
    sample_weight : array-like of shape (n_samples,), optional
        Weights, to train and to evaluate with.
    metric : str or callable, default="auc"
        As in `skpnn.score_scan`.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of X, by index or by name.
    strategy : {"signal"}, optional
        For estimators that do not inject by themselves, as a boosted tree: ``"signal"`` gives
        background θ of the training signal before each training, as `skpnn.inject` does. None
        leaves X alone. (Any other draw would put background at the hypothesis that is left out.)
    background_label : label, optional
        The class that is background; by default the smaller label.
    n_splits : int, default=3
        One event in so many is tested on.
    n_bootstraps : int, default=100
        Number of bootstrap samples of the test events for the errors, at least 2.
    random_state : int, RandomState instance or None, default=None
        Determines the split, the injection and the bootstrap samples, but not the training: that is
        the estimator's own.

    Returns
    -------
    DataFrame
        One row per hypothesis: its θ; ``interpolated``, whether it lies inside the box that all
        span; ``left_out``, ``included`` and ``dedicated``, the figures of merit of the three;
        ``cost``, by how much leaving it out makes the figure worse. Columns that end in ``_error``
        are standard deviations; that of the cost is smaller than the others suggest, for both are
        tested on the same events.

    Raises
    ------
    ValueError
        If there are fewer than 2 or more than 200 hypotheses, or an argument cannot be used.

    Warns
    -----
    SkpnnWarning
        If background has no θ, no `strategy` gives it one, and the estimator is not known to.

    See Also
    --------
    LeaveOneHypothesisOut : The same question for scikit-learn's cross-validation.

    References
    ----------
    .. [1] P. Baldi, K. Cranmer, T. Faucett, P. Sadowski and D. Whiteson, "Parameterized neural
       networks for high-energy physics", Eur. Phys. J. C 76 (2016) 235, arXiv:1601.07913.

    Examples
    --------
    >>> import skpnn
    >>> from skpnn.model_selection import interpolation_report
    >>> X, y = skpnn.datasets.BaldiToy().sample(500, theta=[-1, 0, 1], random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=2, random_state=0)
    >>> table = interpolation_report(model, X, y, n_bootstraps=10, random_state=0)
    >>> table["interpolated"].tolist()
    [False, True, False]
    """
    check_integer("n_bootstraps", n_bootstraps, low=2)
    check_choice("strategy", strategy, (None, "signal"))
    check_consistent_length(X, y)
    (function,) = named_metrics({"score": metric}).values()
    columns, names = named_columns(X, theta, {})
    seeds = generator(random_state).integers(2**31, size=3).tolist()
    trial = _Trial(
        estimator,
        X,
        np.asarray(y),
        check_sample_weight(sample_weight, len(np.asarray(y))),
        theta=theta,
        strategy=strategy,
        background_label=background_label,
        metric=function,
        n_bootstraps=n_bootstraps,
        seeds=tuple(seeds[1:]),
    )
    background = background_mask(y, background_label)
    own = theta_values(X, columns)
    injection = "signal" if strategy is not None else _injection_of(estimator)
    if injection not in (None, "given"):
        # What background holds is overwritten before it trains.
        own[background] = np.nan
    hypotheses = _Hypotheses.of(own, background)
    if injection is None and hypotheses.has_none.any():
        _warn_of_missing_theta(estimator)
    folds = StratifiedHypothesisKFold(n_splits, theta=theta, shuffle=True, random_state=seeds[0])
    train, test = next(folds.split(X, y))
    table = HypothesisGrid(columns, names, hypotheses.points).index().to_frame(index=False)
    table["interpolated"] = inside_box(hypotheses.points)
    sign = -1 if lower_is_better(metric) else 1
    rows = [_summary(judged, sign=sign) for judged in _compared(trial, hypotheses, train, test)]
    return table.join(pd.DataFrame(rows))


def _compared(
    trial: _Trial, hypotheses: _Hypotheses, train: NDArray[np.intp], test: NDArray[np.intp]
) -> Iterator[dict[str, tuple[float, NDArray[np.float64]]]]:
    """Yield, for each hypothesis, how the three models are judged there."""
    included = trial.trained(train)
    for k, point in enumerate(hypotheses.points):
        models = {
            "left_out": trial.trained(train[hypotheses.others(k)[train]]),
            "included": included,
            "dedicated": trial.trained(train[hypotheses.alone(k)[train]]),
        }
        yield {name: trial.judged(model, test, point) for name, model in models.items()}


@dataclass(frozen=True)
class _Hypotheses:
    """The signal's hypotheses, and which events can train for them.

    Attributes
    ----------
    points : ndarray of shape (k, n_theta)
        The hypotheses.
    at : list of k ndarray of shape (n_samples,)
        Which events hold each θ, background among them where it was given some.
    has_none : ndarray of shape (n_samples,)
        Which background events hold no θ.
    """

    points: NDArray[np.float64]
    at: list[NDArray[np.bool_]]
    has_none: NDArray[np.bool_]

    @classmethod
    def of(cls, own: NDArray[np.float64], background: NDArray[np.bool_]) -> _Hypotheses:
        points = distinct_hypotheses(own[~background])
        if not 2 <= len(points) <= MAX_DISCRETE:
            raise ValueError(
                f"The signal has {len(points)} hypotheses; to leave one out, it needs from 2 to "
                f"{MAX_DISCRETE}. See whether theta= and background_label= are right."
            )
        span = ThetaRange.of(points)
        at = [matches_hypothesis(own, point, span=span) for point in points]
        has_none = background & ~np.isfinite(own).all(axis=1)
        for point, here in zip(points, at, strict=True):
            if not (here & background).any() and not has_none.any():
                raise ValueError(
                    f"No background can train at θ = {point.tolist()} alone: it holds other θ "
                    "everywhere. Set the background's θ to NaN, or its θ to those of the signal."
                )
        return cls(points, at, has_none)

    def others(self, k: int) -> NDArray[np.bool_]:
        return ~self.at[k]

    def alone(self, k: int) -> NDArray[np.bool_]:
        return self.at[k] | self.has_none


@dataclass(frozen=True)
class _Trial:
    """One estimator, trained on some events and judged on others."""

    estimator: Any
    X: Any
    y: NDArray[Any]
    weight: NDArray[np.float64] | None
    theta: Theta
    strategy: Any
    background_label: Any
    metric: Metric
    n_bootstraps: int
    seeds: tuple[int, ...]

    def trained(self, rows: NDArray[np.intp]) -> Any:
        X, y, weight = self._at(rows)
        if self.strategy is not None:
            X = inject(
                X,
                y,
                theta=self.theta,
                strategy=self.strategy,
                sample_weight=weight,
                background_label=self.background_label,
                random_state=self.seeds[0],
            )
        return fitted_on(self.estimator, X, y, sample_weight=weight)

    def judged(
        self, model: Any, rows: NDArray[np.intp], point: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64]]:
        """Return the figure of merit at `point`, and those of the bootstrap samples."""
        X, y, weight = self._at(rows)
        # No warning of extrapolation: the table says which hypotheses are inside.
        scores = scores_of(
            model,
            X,
            y,
            sample_weight=weight,
            hypotheses=point[np.newaxis],
            theta=self.theta,
            window=None,
            background_label=self.background_label,
        )
        replicas = metric_replicas(scores, self.metric, self.n_bootstraps, self.seeds[1])
        (value,) = metric_values(scores, self.metric)
        return float(np.atleast_1d(value)[0]), np.array([one[0, 0] for one in replicas])

    def _at(self, rows: NDArray[np.intp]) -> tuple[Any, NDArray, NDArray[np.float64] | None]:
        weight = None if self.weight is None else self.weight[rows]
        return rows_of(self.X, rows), self.y[rows], weight


def _injection_of(estimator: Any) -> Any:
    """Return how an estimator gives background θ, None where it is not known to."""
    parameters = estimator.get_params() if hasattr(estimator, "get_params") else {}
    found = [value for name, value in parameters.items() if name.endswith("background_theta")]
    return found[0] if found else None


def _warn_of_missing_theta(estimator: Any) -> None:
    warnings.warn(
        f"Background has no θ, and {type(estimator).__name__} is not known to inject some: it may "
        'take NaN for "this is background". Say strategy="signal".',
        SkpnnWarning,
        stacklevel=3,
    )


def _summary(
    judged: dict[str, tuple[float, NDArray[np.float64]]], *, sign: int
) -> dict[str, float]:
    values = {name: value for name, (value, _) in judged.items()}
    replicas = {name: replica for name, (_, replica) in judged.items()}
    values["cost"] = sign * (values["included"] - values["left_out"])
    replicas["cost"] = replicas["included"] - replicas["left_out"]
    row: dict[str, float] = {}
    for name, value in values.items():
        row |= {name: value, f"{name}_error": float(np.std(replicas[name], ddof=1))}
    return row
