"""How tt̄ pairs arise in proton collisions at 8 TeV: their mass, rapidity and angle.

A `Production` tabulates the cross section of leading order, dσ / dm dy dcosθ*, in cells of m, the
invariant mass of the pair. Given m, the rapidity y of the pair and the angle θ* of the top quark to
the beam do not depend on each other.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skpnn.datasets._ttbar_four_vectors import Floats
from skpnn.datasets._ttbar_parton_densities import gluon_luminosity, quark_luminosity

TOP_MASS = 172.5
LOWEST_MASS, HIGHEST_MASS = 2 * TOP_MASS, 7000.0
_COLLISION_ENERGY = 8000.0

# A gluon radiates 9/4 times as much as a quark: CA = 3 and CF = 4/3.
QUARK_COLOUR, GLUON_COLOUR = 4 / 3, 3.0

# So many cells that a uniform draw within one does not show.
_EDGES = np.geomspace(LOWEST_MASS, HIGHEST_MASS, 401)
_RAPIDITIES = np.linspace(-1, 1, 121)[1::2]
_COSINES = np.linspace(-1, 1, 161)[1::2]


class Pairs(NamedTuple):
    """What is drawn of each pair: ndarrays of shape (n,); masses in GeV."""

    mass: Floats
    rapidity: Floats
    cosine: Floats
    colour: Floats


@dataclass(frozen=True)
class Production:
    """Densities over cells of m, and in each of them over y / y_max and over cosθ*.

    Parameters
    ----------
    low, high : ndarray of shape (n_cells,)
        Bounds of the cells of m, in GeV. Those of different processes may lie over each other.
    rapidities : ndarray of shape (n_cells, n_rapidities)
        Relative density in equal cells of y / y_max from -1 to 1.
    cosines : ndarray of shape (n_cells, n_cosines)
        Relative density in equal cells of cosθ* from -1 to 1.
    cross_section : ndarray of shape (n_cells,)
        In any unit.
    colour : ndarray of shape (n_cells,)
        Colour factor of the incoming partons.
    """

    low: Floats
    high: Floats
    rapidities: Floats
    cosines: Floats
    cross_section: Floats
    colour: Floats

    def draw(self, n: int, rng: np.random.Generator) -> Pairs:
        """Draw `n` pairs."""
        cumulative = np.cumsum(self.cross_section)
        cell = np.searchsorted(cumulative[:-1], rng.uniform(size=n) * cumulative[-1])
        mass = rng.uniform(self.low[cell], self.high[cell])
        rapidity = _largest_rapidity(mass) * _draw_in_rows(self.rapidities, cell, rng)
        cosine = _draw_in_rows(self.cosines, cell, rng)
        return Pairs(mass, rapidity, cosine, self.colour[cell])


def resonance(mass: float, width: float) -> Production:
    """Return qq̄ → Z' → tt̄ for a Z' of `mass` in GeV and relative `width`.

    The Breit-Wigner stands on the falling density of quarks: a heavy Z' has a tail down to the
    threshold.
    """
    # Quantiles of the Breit-Wigner, for the peak to be finely cut however narrow it is.
    line = np.tan(np.linspace(-np.pi / 2, np.pi / 2, 401)[1:-1])
    peak = mass * np.sqrt(np.maximum(1 + width * line, 0))
    inside = (peak > LOWEST_MASS) & (peak < HIGHEST_MASS)
    edges = np.sort(np.concatenate([_EDGES, peak[inside]]))

    def from_resonance(m: Floats) -> Floats:
        # Couplings like those of the Z are mostly axial: β³ (1 + cos²θ*).
        propagator = m**2 / ((m**2 - mass**2) ** 2 + (width * m**2) ** 2)
        return propagator * _velocity(m) ** 3 * (1 + _COSINES**2)

    return _production(edges, from_resonance, quark_luminosity, QUARK_COLOUR)


def standard_model() -> Production:
    """Return qq̄ → tt̄ and gg → tt̄ of the standard model, in their proportion."""
    quarks = _production(_EDGES, _from_quarks, quark_luminosity, QUARK_COLOUR)
    gluons = _production(_EDGES, _from_gluons, gluon_luminosity, GLUON_COLOUR)
    both = zip(astuple(quarks), astuple(gluons), strict=True)
    return Production(*(np.concatenate(arrays) for arrays in both))


def running_coupling(scale: Floats) -> Floats:
    """Return αs of one loop and five flavours; 0.118 at the mass of the Z."""
    return 6 * np.pi / 23 / np.log(scale / 0.088)


def _production(
    edges: Floats,
    angular: Callable[[Floats], Floats],
    luminosity: Callable[[Floats, Floats], Floats],
    colour: float,
) -> Production:
    """Tabulate σ = ∫ dσ̂/dcosθ* · x1 f(x1) · x2 f(x2) · dcosθ* dy dln(m²)."""
    low, high = edges[:-1], edges[1:]
    m = (low + high)[:, np.newaxis] / 2
    x, y_max = m / _COLLISION_ENERGY, _largest_rapidity(m)
    boost = np.exp(y_max * _RAPIDITIES)
    rapidities = y_max * luminosity(x * boost, x / boost)
    cosines = angular(m)
    cross_section = cosines.mean(axis=1) * rapidities.mean(axis=1) * np.log(high / low)
    return Production(low, high, rapidities, cosines, cross_section, np.full(len(low), colour))


def _largest_rapidity(mass: Floats) -> Floats:
    return np.log(_COLLISION_ENERGY / mass)


def _velocity(m: Floats) -> Floats:
    return np.sqrt(1 - (2 * TOP_MASS / m) ** 2)


# Up to a factor in common, dσ̂/dcosθ* of M. Glück, J. F. Owens and E. Reya, Phys. Rev. D 17, 2324
# (1978); integrated, the cross sections of P. Nason, S. Dawson and R. K. Ellis, Nucl. Phys. B 303,
# 607 (1988).
def _from_quarks(m: Floats) -> Floats:
    beta, c2 = _velocity(m), _COSINES**2
    return (running_coupling(m) / m) ** 2 * beta / 9 * (2 - beta**2 * (1 - c2))


def _from_gluons(m: Floats) -> Floats:
    beta, c2 = _velocity(m), _COSINES**2
    s2 = 1 - c2
    colour = (7 + 9 * beta**2 * c2) / (1 - beta**2 * c2) ** 2
    spin = 1 + 2 * beta**2 * s2 - beta**4 * (1 + s2**2)
    return (running_coupling(m) / m) ** 2 * beta / 96 * colour * spin


def _draw_in_rows(density: Floats, row: NDArray[np.intp], rng: np.random.Generator) -> Floats:
    """Draw one value in [-1, 1] per entry of `row`, from the cells of that row of `density`."""
    n_rows, n_cells = density.shape
    cumulative = np.cumsum(density, axis=1) / density.sum(axis=1, keepdims=True)
    # All rows in one ascending array: row i rises from i to i + 1.
    steps = (cumulative + np.arange(n_rows)[:, np.newaxis]).ravel()
    found = np.searchsorted(steps, row + rng.uniform(size=len(row)))
    cell = np.clip(found - row * n_cells, 0, n_cells - 1)
    return -1 + 2 * (cell + rng.uniform(size=len(row))) / n_cells
