"""What training does with events of negative weight."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["POLICIES", "training_weights"]

POLICIES = ("keep", "drop", "resample")


def training_weights(
    policy: str,
    weight: NDArray[np.float64],
    strata: NDArray[np.intp],
    rng: np.random.Generator,
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return which events to train on, some of them perhaps several times, and their weights.

    The sum of the weights in every stratum stays what it was.

    Parameters
    ----------
    policy : {"keep", "drop", "resample"}
        ``"keep"`` changes nothing. ``"drop"`` drops the events of negative weight and scales those
        that are left. ``"resample"`` draws as many events as there are, with probabilities
        proportional to |weight|, and gives them one weight, with the sign of their own; in strata
        without negative weights it changes nothing.
    weight : ndarray of shape (n,)
        The weights, none of them 0.
    strata : ndarray of shape (n,)
        Classes, or classes × θ, as numbers from 0.
    rng : numpy.random.Generator
        What ``"resample"`` draws with.

    Returns
    -------
    rows : ndarray of shape (n_rows,)
    weight : ndarray of shape (n_rows,)

    Raises
    ------
    ValueError
        If the weights of a stratum do not sum to more than 0, before or after.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> weight, strata = np.array([2.0, 2.0, -1.0, 1.0]), np.array([0, 0, 0, 1])
    >>> training_weights("drop", weight, strata, rng)
    (array([0, 1, 3]), array([1.5, 1.5, 1. ]))
    """
    every = np.arange(len(weight))
    if policy == "keep":
        return every, weight
    sums = _sums(weight, strata, strata.max() + 1)
    _check_positive(sums[np.unique(strata)], policy, "")
    if policy == "drop":
        rows = every[weight > 0]
        return rows, _with_sums(weight[rows], strata[rows], sums)
    # Where no weight is negative there is nothing to cure, and a draw would lose events.
    is_mixed = np.isin(strata, strata[weight < 0])
    drawn = every[is_mixed][_drawn(np.abs(weight[is_mixed]), strata[is_mixed], rng)]
    signed = _with_sums(np.sign(weight[drawn]), strata[drawn], sums)
    rows = np.concatenate([every[~is_mixed], drawn])
    order = np.argsort(rows, kind="stable")
    return rows[order], np.concatenate([weight[~is_mixed], signed])[order]


def _drawn(
    size: NDArray[np.float64], strata: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return as many rows as there are in each stratum, each row in proportion to its size.

    The draw is systematic: at equal steps along the cumulated sizes, from one random start. A row
    comes as often as it should to within one, which independent draws would miss by more.
    """
    order = np.argsort(strata, kind="stable")
    rows = []
    for stratum in np.split(order, np.cumsum(np.bincount(strata))[:-1]):
        edges = np.cumsum(size[stratum])
        steps = (rng.random() + np.arange(len(stratum))) / max(len(stratum), 1)
        rows.append(stratum[np.searchsorted(edges[:-1], steps * edges[-1:], side="right")])
    return np.sort(np.concatenate(rows))


def _with_sums(
    weight: NDArray[np.float64], strata: NDArray[np.intp], sums: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights, scaled so that those of each stratum have the sum asked for."""
    now = _sums(weight, strata, len(sums))
    _check_positive(now[np.unique(strata)], "resample", " of the draw")
    return weight * np.divide(sums, now, out=np.zeros_like(sums), where=now > 0)[strata]


def _sums(
    weight: NDArray[np.float64], strata: NDArray[np.intp], n_strata: int
) -> NDArray[np.float64]:
    return np.bincount(strata, weights=weight, minlength=n_strata).astype(np.float64)


def _check_positive(sums: NDArray[np.float64], policy: str, of_what: str) -> None:
    if (sums <= 0).any():
        raise ValueError(
            f'negative_weights="{policy}" needs weights{of_what} with a positive sum in every '
            f"class, and for signal at every θ; the smallest sum is {sums.min():g}. Give more "
            'events, or use negative_weights="keep".'
        )
