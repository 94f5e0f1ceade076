"""Leakage: does θ alone tell signal from background in the training sample.

It must not. The network would learn the difference between two θ distributions, score well in
training and fail wherever a hypothesis is assigned to every event alike.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from skpnn._theta import RELATIVE_TOLERANCE, ThetaRange
from skpnn.exceptions import ThetaLeakageWarning
from skpnn.metrics import weighted_auc

__all__ = ["warn_of_theta_leakage"]

# Enough events to see an AUC of 0.53 at three standard deviations, few enough to take 0.1 s.
MAX_EVENTS_PER_CLASS = 20_000
TOLERATED_AUC = 0.52
TOLERATED_OFF_GRID = 0.01


@dataclass(frozen=True)
class WeightedTheta:
    """The θ of one class, of shape (n, n_theta), and |weight|, of shape (n,)."""

    theta: NDArray[np.floating]
    weight: NDArray[np.float64]

    def thinned(self, rng: np.random.Generator) -> "WeightedTheta":
        """Return at most `MAX_EVENTS_PER_CLASS` of the events, chosen at random."""
        if len(self.theta) <= MAX_EVENTS_PER_CLASS:
            return self
        kept = rng.choice(len(self.theta), MAX_EVENTS_PER_CLASS, replace=False)
        return WeightedTheta(self.theta[kept], self.weight[kept])


def warn_of_theta_leakage(
    signal: WeightedTheta, background: WeightedTheta, rng: np.random.Generator, *, remedy: str
) -> None:
    """Give a ThetaLeakageWarning where θ alone separates `signal` from `background`.

    Two signs are looked for: the θ of one class lie on a grid while more than 1 % of the other's
    weight lies off it; or a cross-fitted tree that sees θ only has an AUC above 0.52 by more than
    three standard deviations.
    """
    signal, background = signal.thinned(rng), background.thinned(rng)
    span = ThetaRange.of(np.concatenate([signal.theta, background.theta]))
    names = {"signal": signal, "background": background}
    for gridded, other in [("signal", "background"), ("background", "signal")]:
        share, error = off_grid_share(names[gridded], names[other], span, rng)
        if share - TOLERATED_OFF_GRID > 3 * error:
            warnings.warn(
                _off_grid(gridded, other, share) + remedy, ThetaLeakageWarning, stacklevel=3
            )
            return
    auc, error = theta_only_auc(signal, background)
    if auc - TOLERATED_AUC > 3 * error:
        warnings.warn(_separates(auc, error) + remedy, ThetaLeakageWarning, stacklevel=3)


def off_grid_share(
    gridded: WeightedTheta, other: WeightedTheta, span: ThetaRange, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the share of `other`'s weight off the values of `gridded`, and its error.

    From it is taken what `gridded` shows itself: the share of one half of it off the values of the
    other half. That is 0 for a grid and 1 for a continuum, so that only a difference counts.
    """
    in_half = rng.permutation(len(gridded.theta)) < len(gridded.theta) // 2
    grid = cKDTree(span.scaled(gridded.theta[in_half]))
    own = WeightedTheta(gridded.theta[~in_half], gridded.weight[~in_half])
    p, q = (_share_off(grid, one, span) for one in (other, own))
    n_p, n_q = _effective_number(other.weight), _effective_number(own.weight)
    return p - q, float(np.sqrt(p * (1 - p) / n_p + q * (1 - q) / n_q))


def _share_off(grid: cKDTree, events: WeightedTheta, span: ThetaRange) -> float:
    distance, _ = grid.query(span.scaled(events.theta), p=np.inf)
    # scaled() takes the range to a width of 2.
    off = distance > 2 * RELATIVE_TOLERANCE
    return float(events.weight[off].sum() / events.weight.sum())


def theta_only_auc(signal: WeightedTheta, background: WeightedTheta) -> tuple[float, float]:
    """Return the cross-fitted AUC of a tree that sees θ only, and its standard deviation.

    The standard deviation is that of the AUC of two equal distributions (Hanley and McNeil 1982),
    with effective event numbers (Σw)²/Σw².
    """
    theta = np.concatenate([signal.theta, background.theta])
    # Steps wider than the tolerance: rounding, which the network cannot see, is not split on.
    theta = np.round(ThetaRange.of(theta).scaled(theta) * 2**13)
    weight = np.concatenate([signal.weight, background.weight])
    y = np.repeat([1, 0], [len(signal.theta), len(background.theta)])
    # With equal class sums the tree splits on the densities of θ, not on the class prior.
    balanced = weight / np.bincount(y, weights=weight)[y]
    n_s, n_b = _effective_number(signal.weight), _effective_number(background.weight)
    error = float(np.sqrt((n_s + n_b + 1) / (12 * n_s * n_b)))
    if min(len(signal.theta), len(background.theta)) < 4:
        return 0.5, error
    tree = DecisionTreeClassifier(max_leaf_nodes=64, min_samples_leaf=0.005, random_state=0)
    score = cross_val_predict(
        tree,
        theta,
        y,
        cv=StratifiedKFold(2, shuffle=True, random_state=0),
        method="predict_proba",
        params={"sample_weight": balanced},
    )[:, 1]
    auc = weighted_auc(
        score[y == 1],
        score[y == 0],
        signal_weight=signal.weight,
        background_weight=background.weight,
    )
    return auc, error


def _effective_number(weight: NDArray[np.float64]) -> float:
    return float(weight.sum() ** 2 / np.square(weight).sum())


def _off_grid(gridded: str, other: str, share: float) -> str:
    return (
        f"θ leaks: the {gridded}'s θ lie on a grid, but {share:.1%} of the {other}'s weight lies "
        "off it, so θ alone tells the classes apart and the network can learn that instead of the "
        "physics. "
    )


def _separates(auc: float, error: float) -> str:
    return (
        f"θ leaks: a classifier that sees θ alone has an AUC of {auc:.3f} ± {error:.3f}; it should "
        "be 0.5. The network can learn that instead of the physics. "
    )
