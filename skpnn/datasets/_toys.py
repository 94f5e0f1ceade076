"""The toy problems themselves, each with its densities and where they come from."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from scipy.special import ndtr

from skpnn._parameters import check_integer
from skpnn.datasets._densities import (
    Floats,
    draw_exponential,
    exponential_log_density,
    gaussian_log_density,
)
from skpnn.datasets._known_optimum import KnownOptimum
from skpnn.datasets._one_feature import OneFeatureProblem

# Beyond ten standard deviations lies less than 2e-23 of a Gaussian.
_FADE_OUT = np.array([[-10.0], [10.0]])


@final
@dataclass(frozen=True)
class BaldiToy(OneFeatureProblem):
    """The toy of the paper that introduced parametrised networks: a Gaussian peak on a flat floor.

    Signal is N(θ, 0.25), background is uniform on [-4, 4]; the only feature is ``x``. The optimum
    is the same at every ``|θ| ≤ 2``, which makes a weak interpolation show at once: the paper
    trains on θ = -2, -1, 0, 1, 2 and tests in between.

    References
    ----------
    P. Baldi, K. Cranmer, T. Faucett, P. Sadowski and D. Whiteson, "Parameterized neural networks
    for high-energy physics", Eur. Phys. J. C 76, 235 (2016), arXiv:1601.07913.

    Examples
    --------
    >>> problem = BaldiToy()
    >>> X, y = problem.sample(1000, random_state=0)
    >>> list(X), len(X)
    (['x', 'theta'], 10000)
    >>> problem.posterior(X.head(3), 1.0).shape
    (3,)
    >>> round(problem.optimal_auc(0.5), 5)
    0.95013
    """

    feature_name: ClassVar[str] = "x"
    theta_name: ClassVar[str] = "theta"
    default_theta: ClassVar[tuple[float, ...]] = (-2.0, -1.0, 0.0, 1.0, 2.0)
    width: ClassVar[float] = 0.25
    low: ClassVar[float] = -4.0
    high: ClassVar[float] = 4.0

    def _signal_log_density(self, x: Floats, theta: Floats) -> Floats:
        return gaussian_log_density(x, theta, self.width)

    def _background_log_density(self, x: Floats) -> Floats:
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, -np.log(self.high - self.low), -np.inf)

    def _edges(self, theta: Floats) -> Floats:
        return np.append(theta + _FADE_OUT * self.width, [self.low, self.high])

    def _draw_signal(self, theta: Floats, rng: np.random.RandomState) -> Floats:
        return rng.normal(theta, self.width)[:, np.newaxis]

    def _draw_background(self, n: int, rng: np.random.RandomState) -> Floats:
        return rng.uniform(self.low, self.high, size=(n, 1))


@final
@dataclass(frozen=True)
class CranmerToy(OneFeatureProblem):
    """A Gaussian peak of moving mean on a falling exponential.

    Signal is N(μ, 0.5), background falls as exp(-0.15 x) on [-5, 5]; the only feature is ``x``, θ
    is called ``mu``. The default has ten values of μ from -1 to 1.

    References
    ----------
    K. Cranmer, https://github.com/cranmer/parametrized-learning (2014).

    Examples
    --------
    >>> problem = CranmerToy()
    >>> round(problem.optimal_auc(-1.0), 3), round(problem.optimal_auc(1.0), 3)
    (0.916, 0.937)
    """

    feature_name: ClassVar[str] = "x"
    theta_name: ClassVar[str] = "mu"
    default_theta: ClassVar[tuple[float, ...]] = tuple(np.linspace(-1.0, 1.0, 10).tolist())
    width: ClassVar[float] = 0.5
    low: ClassVar[float] = -5.0
    high: ClassVar[float] = 5.0
    scale: ClassVar[float] = 1 / 0.15

    def _signal_log_density(self, x: Floats, theta: Floats) -> Floats:
        return gaussian_log_density(x, theta, self.width)

    def _background_log_density(self, x: Floats) -> Floats:
        return exponential_log_density(x, self.low, self.high, self.scale)

    def _edges(self, theta: Floats) -> Floats:
        return np.append(theta + _FADE_OUT * self.width, [self.low, self.high])

    def _draw_signal(self, theta: Floats, rng: np.random.RandomState) -> Floats:
        return rng.normal(theta, self.width)[:, np.newaxis]

    def _draw_background(self, n: int, rng: np.random.RandomState) -> Floats:
        return draw_exponential(n, self.low, self.high, self.scale, rng)[:, np.newaxis]


@final
@dataclass(frozen=True)
class ResonanceOnExponential(OneFeatureProblem):
    """A resonance of 5 % resolution on a falling spectrum of reconstructed masses.

    Signal is N(mass, 0.05 mass), background falls as exp(-m / 300 GeV) on [300, 3000] GeV. The
    only feature is ``m``, θ is called ``mass``; both in GeV. The heavier, the easier.

    Examples
    --------
    >>> problem = ResonanceOnExponential()
    >>> [round(problem.optimal_auc(mass), 4) for mass in (500, 1000, 1500)]
    [0.9318, 0.9743, 0.9928]
    """

    feature_name: ClassVar[str] = "m"
    theta_name: ClassVar[str] = "mass"
    default_theta: ClassVar[tuple[float, ...]] = (500.0, 750.0, 1000.0, 1250.0, 1500.0)
    _theta_above: ClassVar[float] = 0.0
    relative_width: ClassVar[float] = 0.05
    low: ClassVar[float] = 300.0
    high: ClassVar[float] = 3000.0
    scale: ClassVar[float] = 300.0

    def _signal_log_density(self, x: Floats, theta: Floats) -> Floats:
        return gaussian_log_density(x, theta, self.relative_width * theta)

    def _background_log_density(self, x: Floats) -> Floats:
        return exponential_log_density(x, self.low, self.high, self.scale)

    def _edges(self, theta: Floats) -> Floats:
        return np.append(theta + _FADE_OUT * self.relative_width * theta, [self.low, self.high])

    def _draw_signal(self, theta: Floats, rng: np.random.RandomState) -> Floats:
        return rng.normal(theta, self.relative_width * theta)[:, np.newaxis]

    def _draw_background(self, n: int, rng: np.random.RandomState) -> Floats:
        return draw_exponential(n, self.low, self.high, self.scale, rng)[:, np.newaxis]


@final
@dataclass(frozen=True)
class GaussianShift(KnownOptimum):
    """Two Gaussians, θ standard deviations apart along a direction that no feature shows alone.

    Background is N(0, I), signal is N(θu, I) with u the first axis after a fixed random rotation.
    The optimum grows with θ, so a network that ignores θ is told from one that uses it by its
    posterior, not by its AUC.

    Parameters
    ----------
    n_features : int, default=5
        Number of features, ``x0`` to ``x4`` by default.
    rotation_seed : int, default=0
        Which rotation.

    Examples
    --------
    >>> problem = GaussianShift()
    >>> X, y = problem.sample(10, random_state=0)
    >>> list(X)
    ['x0', 'x1', 'x2', 'x3', 'x4', 'theta']
    >>> round(problem.optimal_auc(1.0), 5)
    0.76025
    """

    n_features: int = 5
    rotation_seed: int = 0
    theta_name: ClassVar[str] = "theta"
    default_theta: ClassVar[tuple[float, ...]] = (0.5, 1.0, 2.0, 3.0)

    def __post_init__(self) -> None:
        check_integer("n_features", self.n_features, low=1)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the feature columns: x0, x1 and so on."""
        return _numbered(self.n_features)

    def optimal_auc(self, theta: float) -> float:
        """Return ``Φ(|θ| / √2)``, the AUC of the best possible classifier of signal at θ.

        Parameters
        ----------
        theta : float
            The hypothesis.

        Returns
        -------
        float
            The Neyman-Pearson optimum, in closed form.

        Raises
        ------
        ValueError
            If `theta` is not finite.

        Examples
        --------
        >>> GaussianShift().optimal_auc(0.0)
        0.5
        """
        return float(ndtr(np.abs(self._checked_theta(theta)) / np.sqrt(2)))

    def _rotation(self) -> Floats:
        # Q of a Gaussian matrix is a random rotation once the signs of R's diagonal are undone.
        gaussian = np.random.RandomState(self.rotation_seed).normal(size=(self.n_features,) * 2)
        q, r = np.linalg.qr(gaussian)
        return q * np.sign(np.diag(r))

    def _log_likelihood_ratio(self, x: Floats, theta: Floats) -> Floats:
        return theta * (x @ self._rotation()[:, 0]) - 0.5 * theta**2

    def _draw_signal(self, theta: Floats, rng: np.random.RandomState) -> Floats:
        x = rng.normal(size=(len(theta), self.n_features))
        x[:, 0] += theta
        return x @ self._rotation().T

    def _draw_background(self, n: int, rng: np.random.RandomState) -> Floats:
        return rng.normal(size=(n, self.n_features)) @ self._rotation().T


@final
@dataclass(frozen=True)
class NoInformation(KnownOptimum):
    """Features that know nothing of the label: an AUC other than 0.5 is a leak, through θ.

    Signal and background are N(0, I) alike.

    Parameters
    ----------
    n_features : int, default=3
        Number of features, ``x0`` to ``x2`` by default.

    Examples
    --------
    >>> problem = NoInformation()
    >>> problem.optimal_auc(2.0)
    0.5
    >>> problem.posterior([[1.0, -2.0, 0.5]], 2.0)
    array([0.5])
    """

    n_features: int = 3
    theta_name: ClassVar[str] = "theta"
    default_theta: ClassVar[tuple[float, ...]] = (-2.0, -1.0, 0.0, 1.0, 2.0)

    def __post_init__(self) -> None:
        check_integer("n_features", self.n_features, low=1)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the feature columns: x0, x1 and so on."""
        return _numbered(self.n_features)

    def optimal_auc(self, theta: float) -> float:
        """Return 0.5: guessing is the best that one can do.

        Parameters
        ----------
        theta : float
            The hypothesis.

        Returns
        -------
        float
            At every θ.

        Raises
        ------
        ValueError
            If `theta` is not finite.
        """
        self._checked_theta(theta)
        return 0.5

    def _log_likelihood_ratio(self, x: Floats, theta: Floats) -> Floats:  # noqa: ARG002
        return np.zeros(len(x))

    def _draw_signal(self, theta: Floats, rng: np.random.RandomState) -> Floats:
        return rng.normal(size=(len(theta), self.n_features))

    def _draw_background(self, n: int, rng: np.random.RandomState) -> Floats:
        return rng.normal(size=(n, self.n_features))


def _numbered(n_features: int) -> tuple[str, ...]:
    return tuple(f"x{i}" for i in range(n_features))
