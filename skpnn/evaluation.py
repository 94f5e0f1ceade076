"""How good an estimator is at each hypothesis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from skpnn._hypothesis_scores import HypothesisScores, scores_of
from skpnn._parameters import check_integer
from skpnn._seeding import generator
from skpnn._theta_columns import Theta
from skpnn.metrics import Metric, named_metrics

__all__ = ["metric_replicas", "metric_table", "metric_values", "score_scan"]


def score_scan(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    metric: Any = "auc",
    hypotheses: ArrayLike | None = None,
    theta: Theta = -1,
    window: ArrayLike | None = None,
    background_label: Any = None,
    n_bootstraps: int = 0,
    random_state: Any = None,
    **columns: Sequence[float] | float,
) -> pd.DataFrame:
    """Return figures of merit at each hypothesis: its signal against *all* background put there.

    Parameters
    ----------
    estimator : fitted classifier or Pipeline
        Anything with θ among its columns: a `PNNClassifier`, a boosted tree, a pipeline.
    X : DataFrame or array of shape (n_samples, n_features)
        The events; signal rows hold their θ, that of background rows is not read.
    y : array-like of shape (n_samples,)
        Two classes.
    sample_weight : array-like of shape (n_samples,), optional
        Weights; negative ones are kept as they are.
    metric : str, callable, list or dict of these, default="auc"
        ``"auc"``, ``"average_precision"``, ``"log_loss"``, ``"background_rejection"`` (at half the
        signal), ``"asimov"`` (with its cut; weights are expected events) or
        ``"binned_significance"``; or a function of the form of those in `skpnn.metrics`, e.g.
        ``functools.partial(background_rejection, signal_efficiency=0.3)``. Several make several
        columns, named by the keys of a dict.
    hypotheses : array-like of shape (k,) or (k, n_theta), optional
        The hypotheses; by default those of the signal in `X`, or where these are a continuum, up
        to ten bins of equal numbers of signal events, each at its mean θ.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of `X`, by index or by name.
    window : float or array-like of shape (n_theta,), optional
        Signal up to so far from a hypothesis counts as its own, in the units of θ; it is put at
        the hypothesis like the background. By default only rounding is allowed for.
    background_label : label, optional
        The class that is background; by default the estimator's own, or its first class.
    n_bootstraps : int, default=0
        Number of bootstrap samples. Columns that end in ``_error`` give the standard deviation over
        them, NaN where there are too few events for one; 0 leaves these out. All hypotheses share
        the samples of background.
    random_state : int, RandomState instance or None, default=None
        Determines the bootstrap samples.
    **columns : sequence of float
        For a DataFrame, shorthand: ``mass=[500, 750]``; several keywords form a product.

    Returns
    -------
    DataFrame
        One row per hypothesis: its θ; the figures of merit, with their errors; ``n_signal`` and
        ``n_background``, the numbers of events; ``trained``, whether a `PNNClassifier` saw signal
        there in training (missing for other estimators).

    Raises
    ------
    ValueError
        If there is no signal at a hypothesis, a metric is unknown, or `y` has not two classes.

    See Also
    --------
    skpnn.metrics : The figures of merit and their equations.
    skpnn.plotting.HypothesisScanDisplay : The table as a picture.

    Examples
    --------
    >>> import skpnn
    >>> X, y = skpnn.datasets.BaldiToy().sample(2000, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=10, random_state=0).fit(X, y)
    >>> skpnn.score_scan(model, X, y, theta="theta").auc.round(1).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    >>> table = skpnn.score_scan(model, X, y, metric=["auc", "asimov"], n_bootstraps=10)
    >>> list(table.columns[:5])
    ['theta', 'auc', 'auc_error', 'asimov', 'asimov_error']
    """
    _check(metric, n_bootstraps)
    scores = scores_of(
        estimator,
        X,
        y,
        sample_weight=sample_weight,
        hypotheses=hypotheses,
        theta=theta,
        window=window,
        background_label=background_label,
        keywords=columns,
    )
    scores.warn_of_extrapolation(stacklevel=3)
    return metric_table(scores, metric, n_bootstraps=n_bootstraps, random_state=random_state)


def metric_table(
    scores: HypothesisScores, metric: Any, *, n_bootstraps: int = 0, random_state: Any = None
) -> pd.DataFrame:
    """Return the table of `score_scan`."""
    named = _check(metric, n_bootstraps)
    # Several metrics see the same bootstrap samples.
    seed = int(generator(random_state).integers(2**63)) if n_bootstraps else 0
    table = scores.grid.index().to_frame(index=False)
    results: list[tuple[str, Any]] = []
    for name, function in named.items():
        results += _columns_of(name, scores, function, n_bootstraps, seed)
    results += [
        ("n_signal", [len(one) for one in scores.signal]),
        ("n_background", len(scores.background)),
        ("trained", scores.trained),
    ]
    _check_names([*table.columns, *(name for name, _ in results)])
    return table.assign(**dict(results))


def _check(metric: Any, n_bootstraps: int) -> dict[str, Metric]:
    """Return the metrics by name; raise before any time is spent where an argument is wrong."""
    if check_integer("n_bootstraps", n_bootstraps, low=0) == 1:
        raise ValueError("n_bootstraps=1 has no spread; expected 0, or at least 2.")
    return named_metrics(metric)


def _check_names(names: list[Any]) -> None:
    taken = sorted({str(name) for name in names if names.count(name) > 1})
    if taken:
        raise ValueError(
            f"Two columns would be called {taken}: a θ column or a metric has the name of a "
            "result. Rename it, in X or by a dict of metrics."
        )


def _columns_of(
    name: str, scores: HypothesisScores, metric: Metric, n_bootstraps: int, seed: int
) -> list[tuple[str, NDArray]]:
    first = metric_values(scores, metric)
    names = [name, *(f"{name}_{field}" for field in getattr(first[0], "_fields", ())[1:])]
    values = zip(names, _as_array(first).T, strict=True)
    if not n_bootstraps:
        return list(values)
    with np.errstate(invalid="ignore"):
        # A sample whose figure is infinite, or that has none, makes the error NaN.
        replicas = metric_replicas(scores, metric, n_bootstraps, seed)
        errors = np.std(list(replicas), axis=0, ddof=1)
    both = zip(values, errors.T, strict=True)
    return [pair for one, error in both for pair in (one, (f"{one[0]}_error", error))]


def metric_values(scores: HypothesisScores, metric: Metric) -> list[Any]:
    """Return the figure of merit at each hypothesis: a number, or a NamedTuple of some."""
    return scores.at_each(metric)


def metric_replicas(
    scores: HypothesisScores, metric: Metric, n_replicas: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """Yield the figures of merit of bootstrap samples, of shape (k, n_values) each.

    Signal of each hypothesis and background are drawn anew with replacement, each as many as there
    are; the background of one sample is the same at all hypotheses. Equal seeds draw equal samples
    of equal numbers of events, so that the difference of two estimators has an error of its own.
    """
    ranked = scores.at_each(_ranked)
    n_values = len(np.atleast_1d(metric_values(scores, metric)[0]))
    for replica in range(n_replicas):
        drawn = _counts(len(scores.background), (seed, replica, 0))
        values = []
        for k, (signal, background, w, v, order) in enumerate(ranked):
            copies = _counts(len(signal), (seed, replica, 1 + k))
            sample = *_repeated(copies, signal, w), *_repeated(drawn[order], background, v)
            values.append(_values_of_sample(metric, *sample))
        yield np.array([np.broadcast_to(value, n_values) for value in values])


def _repeated(counts: NDArray[np.intp], *arrays: NDArray) -> list[NDArray]:
    # Copies, not larger weights: a metric may ask how many events there are.
    return [np.repeat(array, counts) for array in arrays]


def _values_of_sample(
    metric: Metric, s: NDArray, w: NDArray, b: NDArray, v: NDArray
) -> NDArray[np.float64]:
    try:
        value = metric(s, b, signal_weight=w, background_weight=v)
    except ValueError:
        # The events themselves had one: of few with signed weights a sample can sum to nothing.
        value = np.nan
    return np.atleast_1d(np.asarray(value, dtype=np.float64))


def _as_array(values: list[Any]) -> NDArray[np.float64]:
    return np.array([np.atleast_1d(value) for value in values], dtype=np.float64)


def _ranked(
    signal: NDArray, background: NDArray, *, signal_weight: NDArray, background_weight: NDArray
) -> tuple[NDArray, ...]:
    """Return background in order of its scores: sorting it again in every sample is then fast."""
    order = np.argsort(background, kind="stable")
    return signal, background[order], signal_weight, background_weight[order], order


def _counts(n: int, entropy: tuple[int, ...]) -> NDArray[np.intp]:
    """Return how often each of `n` events is drawn in `n` draws with replacement."""
    rng = np.random.default_rng(entropy)
    return np.bincount(rng.integers(n, size=n), minlength=n)
