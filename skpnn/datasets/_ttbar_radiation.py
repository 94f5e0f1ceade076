"""Gluons that the quarks and the incoming partons of an event radiate: the hardest of a shower.

In the approximation of double logarithms a parton of colour factor C radiates evenly in ln(1/z) and
ln(1/θ²), z the gluon's share of the momentum and θ its angle, αs C / π to a unit of area (R. K.
Ellis, W. J. Stirling and B. R. Webber, QCD and Collider Physics, chapter 5). The area without any
radiation is therefore an exponential draw. Where z is large, the splitting function thins it out.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skpnn.datasets._ttbar_four_vectors import (
    Floats,
    direction,
    from_collider,
    invariant_mass,
    two_body_decay,
)
from skpnn.datasets._ttbar_production import (
    GLUON_COLOUR,
    QUARK_COLOUR,
    Pairs,
    running_coupling,
)

# αs at the few GeV of transverse momentum with which gluons leave a jet.
_COUPLING = 0.2
# A quark and a gluon of less squared mass than this, in GeV², are one jet, radiation or none.
_LEAST_SQUARE = 1.0

# Incoming partons radiate from 500 GeV down, whatever the mass of the pair: the heavier it is, the
# faster fall the densities of partons that harder radiation would draw upon.
_HARDEST, _SOFTEST = 500.0, 8.0
_N_INITIAL = 5
# Without a balance of momentum the approximation radiates too much: a fifth too much, by the number
# of jets after a full parton shower.
_INITIAL_STRENGTH = 0.8


class Excited(NamedTuple):
    """The mass of a quark with the gluon that it is about to radiate, and the gluon's share."""

    mass: Floats
    share: Floats


def excited(limit: Floats, mass: Floats | float, rng: np.random.Generator) -> Excited:
    """Draw the masses with which quarks of `mass` start where energy allows `limit`, in GeV.

    Massive quarks do not radiate at angles below m / E (the dead cone).
    """
    area = rng.exponential(np.pi / (_COUPLING * QUARK_COLOUR), size=len(limit))
    with np.errstate(divide="ignore"):
        cone = np.maximum(2 * np.log(limit / mass), 1e-3)
    triangle = np.minimum(np.sqrt(2 * area), cone)
    # ln(1/z) + ln(1/θ²): the area is a triangle, and from the dead cone on a strip.
    reach = triangle + np.maximum(area - cone**2 / 2, 0) / cone
    share = np.exp(rng.uniform(size=len(limit)) * triangle - reach)
    available = limit**2 - mass**2
    square = np.where(_splits(share, rng), available * np.exp(-reach), 0)
    square = np.maximum(square, np.minimum(_LEAST_SQUARE, available))
    return Excited(np.sqrt(mass**2 + square), share)


def radiate(
    quark: Floats, mass: Floats | float, share: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the quark, now of `mass`, and the gluon that takes `share` of the momentum."""
    most = 1 - (mass / invariant_mass(quark)) ** 2
    cosine = np.minimum(2 * share / most - 1, 1)
    phi = rng.uniform(-np.pi, np.pi, size=len(share))
    gluon, quark = two_body_decay(quark, (0.0, mass), cosine, phi, direction(quark))
    return quark, gluon


def initial_radiation(pairs: Pairs, rng: np.random.Generator) -> Floats:
    """Return gluons beside each pair, of shape (4, 5, n), with zeros where there are fewer.

    Transverse momenta fall from the first to the last; rapidities are even up to ±ln(500 GeV / pT)
    from the pair.
    """
    shape = (_N_INITIAL, len(pairs.mass))
    reach = _initial_reach(np.cumsum(rng.exponential(size=shape), axis=0) / pairs.colour)
    pt = _HARDEST * np.exp(-reach)
    rapidity = reach * rng.uniform(-1, 1, size=shape)
    kept = pt > _SOFTEST
    kept &= _splits(np.exp(np.abs(rapidity) - reach), rng)
    kept &= _is_affordable(pairs, pt, rapidity, rng)
    phi = rng.uniform(-np.pi, np.pi, size=shape)
    return from_collider(np.where(kept, pt, 0), pairs.rapidity + rapidity, phi)


def _splits(share: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return whether the splitting function (1 + (1 - z)²) / z keeps what was drawn as 2 / z."""
    return rng.uniform(size=share.shape) < (1 + (1 - share) ** 2) / 2


def _initial_reach(area: Floats) -> Floats:
    """Return ln(hardest / pT) at which a colour factor of 1 has radiated `area` times."""
    reach = np.linspace(0, np.log(_HARDEST / _SOFTEST) + 0.1, 500)
    # Two partons radiate, over 2 · reach of rapidity and 2 · d(reach) of ln(pT²).
    density = 4 / np.pi * _INITIAL_STRENGTH * running_coupling(_HARDEST * np.exp(-reach)) * reach
    return np.interp(area, np.cumsum(density) * reach[1], reach)


def _is_affordable(
    pairs: Pairs, pt: Floats, rapidity: Floats, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return whether there are incoming gluons of the momentum that the radiation takes besides.

    Their x g(x) falls about as 1 / x; that of quarks hardly changes with x, so they always do.
    """
    recoil = pt / pairs.mass
    price = (1 + recoil * np.exp(rapidity)) * (1 + recoil * np.exp(-rapidity))
    return (pairs.colour < GLUON_COLOUR) | (rng.uniform(size=pt.shape) * price < 1)
