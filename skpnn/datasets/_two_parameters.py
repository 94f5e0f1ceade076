"""The toy with two theory parameters: a peak in the plane of two features."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import ClassVar, final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chndtr, i0e

from skpnn.datasets._densities import Floats, gaussian_log_density
from skpnn.datasets._known_optimum import KnownOptimum

_GRID = tuple(product((-2.0, -1.0, 0.0, 1.0, 2.0), repeat=2))


@final
@dataclass(frozen=True)
class TwoParameterGaussian(KnownOptimum):
    """A peak in the plane of two features, whose two coordinates are the theory parameters.

    Signal is N(θ, 0.5² I), background is N(0, 2² I); θ = (``theta0``, ``theta1``) is where the peak
    lies in the features ``x0`` and ``x1``, as two unknown masses are in a cascade X → Y Z. Both
    parameters matter everywhere on the grid: whoever knows one of them alone, and the distribution
    of the other, loses an AUC of 0.05 to 0.10, and whoever takes one for the other ranks by the
    distance from a wrong place.

    ``default_theta`` is the grid {-2, -1, 0, 1, 2}², row by row. ``training_theta`` is its half of
    one colour of a chessboard, ``default_theta[::2]``: 13 points with the corners among them, so
    that the other 12, ``default_theta[1::2]``, are interpolated to, never extrapolated.

    Examples
    --------
    >>> problem = TwoParameterGaussian()
    >>> X, y = problem.sample(100, theta=problem.training_theta, random_state=0)
    >>> list(X), len(X)
    (['x0', 'x1', 'theta0', 'theta1'], 2600)
    >>> problem.posterior(X.head(3), [1.0, -2.0]).shape
    (3,)
    >>> [round(problem.optimal_auc(theta), 4) for theta in ([0, 0], [0, 2], [2, 2])]
    [0.9412, 0.9644, 0.9784]
    """

    default_theta: ClassVar[tuple[tuple[float, ...], ...]] = _GRID
    training_theta: ClassVar[tuple[tuple[float, ...], ...]] = _GRID[::2]
    width: ClassVar[float] = 0.5
    background_width: ClassVar[float] = 2.0

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the feature columns: x0 and x1."""
        return ("x0", "x1")

    @property
    def theta_names(self) -> tuple[str, ...]:
        """The names of the θ columns: theta0 and theta1."""
        return ("theta0", "theta1")

    def optimal_auc(self, theta: ArrayLike) -> float:
        """Return the AUC of the best possible classifier of signal at θ against background.

        Parameters
        ----------
        theta : array-like of shape (2,)
            The hypothesis.

        Returns
        -------
        float
            The Neyman-Pearson optimum, in closed form.

        Raises
        ------
        ValueError
            If `theta` is not two finite numbers.

        Notes
        -----
        The likelihood ratio falls with the distance from c = θ b² / (b² - s²), s and b being the
        widths of signal and background. Both distances follow a Rice distribution, and the AUC is
        the probability that the signal's is the smaller.

        Examples
        --------
        >>> TwoParameterGaussian().optimal_auc([0.0, 0.0]) == 4 / (4 + 0.25)
        True
        """
        hypothesis = self._checked_theta(theta)
        if hypothesis.shape != self._hypothesis_shape:
            raise ValueError(f"theta.shape == {hypothesis.shape}, expected (2,): one hypothesis.")
        centre = hypothesis / (1 - (self.width / self.background_width) ** 2)
        return smaller_radius_probability(
            float(np.hypot(*(centre - hypothesis))),
            self.width,
            float(np.hypot(*centre)),
            self.background_width,
        )

    def _log_likelihood_ratio(self, x: Floats, theta: Floats) -> Floats:
        signal = gaussian_log_density(x, theta, self.width)
        background = gaussian_log_density(x, 0.0, self.background_width)
        return np.asarray((signal - background).sum(axis=1))

    def _draw_signal(self, theta: Floats, rng: np.random.RandomState) -> Floats:
        return rng.normal(theta, self.width)

    def _draw_background(self, n: int, rng: np.random.RandomState) -> Floats:
        return rng.normal(0.0, self.background_width, size=(n, 2))


def smaller_radius_probability(
    offset: float, width: float, other_offset: float, other_width: float
) -> float:
    r"""Return P(R < R'), R and R' being distances from a point of two round Gaussians in a plane.

    With :math:`R \sim \mathrm{Rice}(\nu, \sigma)`, :math:`R' \sim \mathrm{Rice}(\nu', \sigma')`,
    :math:`\Sigma = \sigma^2 + \sigma'^2`, :math:`a = \nu'^2 / \Sigma`, :math:`b = \nu^2 / \Sigma`
    and Marcum's :math:`Q_1`,

    .. math:: P(R < R') = Q_1(\sqrt a, \sqrt b)
                          - \frac{\sigma^2}{\Sigma} e^{-(a + b) / 2} I_0(\sqrt{a b}).

    Parameters
    ----------
    offset, other_offset : float
        The distances of the two centres from the point, ν and ν'.
    width, other_width : float
        Their standard deviations along each axis, σ and σ'.

    Returns
    -------
    float

    References
    ----------
    S. Stein, "Unified analysis of certain coherent and noncoherent binary communications systems",
    IEEE Trans. Inf. Theory 10, 43 (1964).

    Examples
    --------
    >>> smaller_radius_probability(0.0, 1.0, 0.0, 2.0)
    0.8
    """
    total = width**2 + other_width**2
    root_a, root_b = other_offset / np.sqrt(total), offset / np.sqrt(total)
    # Q1(√a, √b) is the upper tail at b of χ² with two degrees of freedom and non-centrality a.
    # SciPy is off by 2e-4 for a denormal non-centrality; below 1e-30 it changes nothing anyway.
    marcum_q = 1 - chndtr(root_b**2, 2, root_a**2 if root_a > 1e-15 else 0.0)
    # i0e(x) = exp(-x) I0(x) does not overflow.
    bessel = np.exp(-0.5 * (root_a - root_b) ** 2) * i0e(root_a * root_b)
    return float(marcum_q - width**2 / total * bessel)
