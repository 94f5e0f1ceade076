"""The names of the figures of merit, as evaluation, scorers and pictures take them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from skpnn.metrics._auc import weighted_auc
from skpnn.metrics._bins import binned_significance
from skpnn.metrics._cuts import average_precision, background_rejection, best_cut
from skpnn.metrics._log_loss import log_loss

__all__ = ["METRICS", "Metric", "lower_is_better", "named_metrics"]

Metric = Callable[..., Any]
"""A figure of merit.

``f(signal_score, background_score, *, signal_weight, background_weight)``, of arrays of shape
(n_signal,) and (n_background,), returns a number or a named tuple of numbers.
"""

METRICS: dict[str, Metric] = {
    "auc": weighted_auc,
    "average_precision": average_precision,
    "log_loss": log_loss,
    "background_rejection": background_rejection,
    "asimov": best_cut,
    "binned_significance": binned_significance,
}
"""The figures of merit by the names that `skpnn.score_scan` and its like take."""


def named_metrics(metric: Any) -> dict[str, Metric]:
    """Return one or several figures of merit by name.

    Parameters
    ----------
    metric : str, callable, sequence of these, or mapping of names to these
        A name of `METRICS`, or a function of their form. A function goes by its own name.

    Returns
    -------
    dict
        The functions by name, in the order given.

    Raises
    ------
    ValueError
        If there is none, a name is unknown or comes twice, or a function has no name.

    Examples
    --------
    >>> from functools import partial
    >>> tight = partial(background_rejection, signal_efficiency=0.3)
    >>> list(named_metrics(["auc", tight])), list(named_metrics({"tight": tight}))
    (['auc', 'background_rejection'], ['tight'])
    """
    several = _pairs(metric)
    named = {name: _metric(one) for name, one in several}
    if len(named) < len(several) or not named:
        raise ValueError(
            f"metric={metric!r} names none, or one twice; tell them apart by a dict of names."
        )
    return named


def _pairs(metric: Any) -> list[tuple[str, Any]]:
    if isinstance(metric, Mapping):
        return [(str(name), one) for name, one in metric.items()]
    several = metric if isinstance(metric, Sequence) and not isinstance(metric, str) else [metric]
    return [(_name(one), one) for one in several]


def lower_is_better(metric: Any) -> bool:
    """Return whether a smaller figure is the better one, of a name or a function.

    Parameters
    ----------
    metric : str or callable
        A name of `METRICS`, or a function of their form, `functools.partial` included.

    Returns
    -------
    bool
        True for the log loss alone.

    Examples
    --------
    >>> lower_is_better("log_loss"), lower_is_better(weighted_auc)
    (True, False)
    """
    function = metric.func if isinstance(metric, partial) else metric
    return function in ("log_loss", log_loss)


def _metric(one: Any) -> Metric:
    found = METRICS.get(one) if isinstance(one, str) else one
    if not callable(found):
        raise ValueError(
            f"metric={one!r} is unknown; expected one of {list(METRICS)}, or a function "
            "f(signal_score, background_score, *, signal_weight, background_weight)."
        )
    return found


def _name(one: Any) -> str:
    function = one.func if isinstance(one, partial) else one
    name = function if isinstance(function, str) else getattr(function, "__name__", None)
    if name is None:
        raise ValueError(f"metric={one!r} has no name; give it one: metric={{'name': …}}.")
    return name
