"""hypothesis_scorer: one number for all hypotheses, as cross-validation and searches want it."""

from __future__ import annotations

import copy
from typing import Any, Self

import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils.metadata_routing import MetadataRequest

from skpnn._hypothesis_scores import scores_of
from skpnn._parameters import check_choice
from skpnn._theta_columns import Theta
from skpnn.evaluation import metric_table
from skpnn.metrics import lower_is_better, named_metrics

__all__ = ["HypothesisScorer", "hypothesis_scorer"]

REDUCTIONS = ("mean", "min", "worst-interpolated")


class HypothesisScorer:
    """What `hypothesis_scorer` returns: ``scorer(estimator, X, y, sample_weight=None)``.

    Parameters
    ----------
    metric : str or callable
        As in `skpnn.score_scan`.
    reduce : {"mean", "min", "worst-interpolated"}
        How the figures of merit become one, as in `hypothesis_scorer`.
    greater_is_better : bool
        Whether the sign of the figure is kept.
    arguments : dict
        The other arguments of `hypothesis_scorer` by name: θ, hypotheses, window, background.

    Examples
    --------
    >>> from skpnn.model_selection import hypothesis_scorer
    >>> hypothesis_scorer("auc", reduce="min")
    hypothesis_scorer('auc', reduce='min', theta=-1)
    """

    def __init__(
        self, metric: Any, reduce: str, greater_is_better: bool, arguments: dict[str, Any]
    ) -> None:
        self._metric = metric
        self._reduce = reduce
        self._sign = 1 if greater_is_better else -1
        self._arguments = arguments
        self._request = MetadataRequest(owner=self)
        # As scikit-learn's scorers: weights that nobody asked for or refused are an error.
        self._request.score.add_request(param="sample_weight", alias=None)

    def __call__(
        self, estimator: Any, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return the reduced figure of merit; larger is better."""
        scores = scores_of(estimator, X, y, sample_weight=sample_weight, **self._arguments)
        scores.warn_of_extrapolation(stacklevel=3)
        table = metric_table(scores, {"score": self._metric})
        values = self._sign * table["score"]
        if self._reduce == "worst-interpolated":
            # Where nothing is known of training, it is None.
            values = values[table["trained"].eq(False) & ~scores.outside]
            _check_some(values)
        reduce = values.mean if self._reduce == "mean" else values.min
        return float(reduce(skipna=False))

    def set_score_request(self, *, sample_weight: bool | str | None) -> Self:
        """Say, as to any scorer, whether metadata routing hands `sample_weight` to it.

        Parameters
        ----------
        sample_weight : bool, str or None
            As in scikit-learn: True asks for it, a name asks for it by that name.

        Returns
        -------
        self
            The scorer.
        """
        self._request = MetadataRequest(owner=self)
        self._request.score.add_request(param="sample_weight", alias=sample_weight)
        return self

    def get_metadata_routing(self) -> MetadataRequest:
        """Return what the scorer asks of metadata routing.

        Returns
        -------
        MetadataRequest
            A copy of scikit-learn's own.
        """
        return copy.deepcopy(self._request)

    def __repr__(self) -> str:
        """Return the call that makes it."""
        given = {name: value for name, value in self._arguments.items() if value is not None}
        texts = "".join(f", {name}={value!r}" for name, value in given.items())
        return f"hypothesis_scorer({self._metric!r}, reduce={self._reduce!r}{texts})"


def _check_some(values: pd.Series) -> None:
    if not len(values):
        raise ValueError(
            'reduce="worst-interpolated" finds no hypothesis that the network was not trained on, '
            "inside the range of those that it was: split with "
            "LeaveOneHypothesisOut(interpolated_only=True), or name some in hypotheses=. Only "
            "parametrised networks tell what they were trained on."
        )


def hypothesis_scorer(
    metric: Any = "auc",
    *,
    reduce: str = "mean",
    greater_is_better: bool | None = None,
    theta: Theta = -1,
    hypotheses: ArrayLike | None = None,
    window: ArrayLike | None = None,
    background_label: Any = None,
) -> HypothesisScorer:
    """Return a scorer for `cross_val_score` and the searches that looks at each hypothesis.

    scikit-learn's ``"roc_auc"`` pools all hypotheses, which rewards a network that tells an easy
    mass from a hard one. This scorer puts all background at each hypothesis in turn, as
    `skpnn.score_scan` does, and reduces the figures of merit to one.

    Parameters
    ----------
    metric : str or callable, default="auc"
        As in `skpnn.score_scan`.
    reduce : {"mean", "min", "worst-interpolated"}, default="mean"
        The mean over the hypotheses, the worst of them, or the worst of those that the network was
        not trained on and does not extrapolate to.
    greater_is_better : bool, optional
        Whether a larger figure is better; otherwise its sign is turned, as scikit-learn does. By
        default it is for all but the log loss.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of X, by index or by name.
    hypotheses : array-like of shape (k,) or (k, n_theta), optional
        The hypotheses; by default those of the signal in the test part.
    window : float or array-like of shape (n_theta,), optional
        How far from a hypothesis signal counts as its own.
    background_label : label, optional
        The class that is background; by default the estimator's own, or its first class.

    Returns
    -------
    HypothesisScorer
        A callable ``scorer(estimator, X, y, sample_weight=None)``.

    Raises
    ------
    ValueError
        If `metric` or `reduce` is unknown.

    Examples
    --------
    >>> import skpnn
    >>> from sklearn.model_selection import cross_val_score
    >>> from skpnn.model_selection import LeaveOneHypothesisOut, hypothesis_scorer
    >>> X, y = skpnn.datasets.BaldiToy().sample(500, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=2, random_state=0)
    >>> scorer, splits = hypothesis_scorer("auc"), LeaveOneHypothesisOut(interpolated_only=True)
    >>> cross_val_score(model, X, y, cv=splits, scoring=scorer).shape
    (3,)
    """
    named_metrics({"score": metric})
    check_choice("reduce", reduce, REDUCTIONS)
    if greater_is_better is None:
        greater_is_better = not lower_is_better(metric)
    given = {
        "theta": theta,
        "hypotheses": hypotheses,
        "window": window,
        "background_label": background_label,
    }
    return HypothesisScorer(metric, reduce, greater_is_better, given)
