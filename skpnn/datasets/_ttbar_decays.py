"""How a tt̄ pair becomes a charged lepton, a neutrino and partons: one W decays to each kind."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skpnn.datasets._ttbar_four_vectors import Floats, direction, seen_from, two_body_decay
from skpnn.datasets._ttbar_production import TOP_MASS, Pairs, Production
from skpnn.datasets._ttbar_radiation import excited, initial_radiation, radiate

W_MASS = 80.4
# As the Review of Particle Physics has them, in GeV.
_TOP_WIDTH, _W_WIDTH = 1.4, 2.1
# So many W bosons from top quarks are longitudinal; the others are left-handed.
_LONGITUDINAL = 0.7


class Events(NamedTuple):
    """Particles before any detector: ndarrays of shape (4, n), and (4, n_partons, n).

    ``is_bottom``, of shape (n_partons,), tells which of the partons are bottom quarks.
    """

    lepton: Floats
    neutrino: Floats
    partons: Floats
    is_bottom: NDArray[np.bool_]


class Top(NamedTuple):
    """A top quark after radiation, its mass, and its gluon."""

    momentum: Floats
    mass: Floats
    gluon: Floats


class WBoson(NamedTuple):
    """A W boson, its mass, and the flight from the top quark, a unit vector in its rest frame."""

    momentum: Floats
    mass: Floats
    axis: Floats


def draw_events(production: Production, n: int, rng: np.random.Generator) -> Events:
    """Draw `n` events of lepton + jets."""
    pairs = production.draw(n, rng)
    initial = initial_radiation(pairs, rng)
    top, antitop = top_quarks(pairs, initial, rng)
    leptonic, *bottom = top_decay(top, rng)
    hadronic, *antibottom = top_decay(antitop, rng)
    lepton, neutrino = w_decay(leptonic, (0.0, 0.0), rng)
    quarks = quarks_of(hadronic, rng)
    final = np.stack([*bottom, *antibottom, *quarks, top.gluon, antitop.gluon], axis=1)
    partons = np.concatenate([final, initial], axis=1)
    is_bottom = np.isin(np.arange(partons.shape[1]), [0, 2])
    return Events(lepton, neutrino, partons, is_bottom)


def top_quarks(pairs: Pairs, initial: Floats, rng: np.random.Generator) -> tuple[Top, Top]:
    """Return what a pair, recoiling against the initial radiation, decays to."""
    masses = [_breit_wigner(TOP_MASS, _TOP_WIDTH, len(pairs.mass), rng) for _ in range(2)]
    # A quark off the nominal mass keeps its half of the energy above the threshold.
    limits = [mass + pairs.mass / 2 - TOP_MASS for mass in masses]
    starts = [excited(limit, mass, rng) for limit, mass in zip(limits, masses, strict=True)]
    pair = _recoiling(limits[0] + limits[1], pairs.rapidity, initial)
    phi = _azimuths(pair, rng)
    tops = two_body_decay(pair, (starts[0].mass, starts[1].mass), pairs.cosine, phi)
    first, second = (
        _after_radiation(top, mass, start.share, rng)
        for top, mass, start in zip(tops, masses, starts, strict=True)
    )
    return first, second


def _after_radiation(top: Floats, mass: Floats, share: Floats, rng: np.random.Generator) -> Top:
    quark, gluon = radiate(top, mass, share, rng)
    return Top(quark, mass, gluon)


def _recoiling(mass: Floats, rapidity: Floats, initial: Floats) -> Floats:
    px, py = -initial[1:3].sum(axis=1)
    transverse = np.sqrt(mass**2 + px**2 + py**2)
    return np.stack([transverse * np.cosh(rapidity), px, py, transverse * np.sinh(rapidity)])


def top_decay(top: Top, rng: np.random.Generator) -> tuple[WBoson, Floats, Floats]:
    """Return the W boson, the bottom quark and its gluon; a top quark has no preferred axis."""
    mass = _breit_wigner(W_MASS, _W_WIDTH, len(top.mass), rng)
    start = excited(top.mass - mass, 0.0, rng)
    cosine = rng.uniform(-1, 1, size=len(mass))
    phi = _azimuths(top.momentum, rng)
    bottom, w = two_body_decay(top.momentum, (start.mass, mass), cosine, phi)
    axis = -direction(seen_from(bottom, w))
    return WBoson(w, mass, axis), *radiate(bottom, 0.0, start.share, rng)


def w_decay(
    w: WBoson, masses: tuple[Floats | float, Floats | float], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the lepton and the neutrino, or the quarks in their places."""
    cosine = w_cosines(len(w.mass), rng)
    return two_body_decay(w.momentum, masses, cosine, _azimuths(w.momentum, rng), w.axis)


def w_cosines(n: int, rng: np.random.Generator) -> Floats:
    """Draw the angle of the lepton to the W: 3/4 sin² of longitudinal, 3/8 (1 - cos)² of others."""
    u = rng.uniform(size=n)
    longitudinal = 2 * np.sin(np.arcsin(2 * u - 1) / 3)
    return np.where(rng.uniform(size=n) < _LONGITUDINAL, longitudinal, 1 - 2 * np.cbrt(u))


def quarks_of(w: WBoson, rng: np.random.Generator) -> tuple[Floats, ...]:
    """Return the quarks of a W boson, each followed by its gluon."""
    starts = [excited(w.mass / 2, 0.0, rng) for _ in range(2)]
    quarks = w_decay(w, (starts[0].mass, starts[1].mass), rng)
    pairs = zip(quarks, starts, strict=True)
    return tuple(p for quark, start in pairs for p in radiate(quark, 0.0, start.share, rng))


def _breit_wigner(mass: float, width: float, n: int, rng: np.random.Generator) -> Floats:
    # Cut off at seven widths, which leaves room for every decay.
    edge = np.arctan(14)
    return mass + width / 2 * np.tan(rng.uniform(-edge, edge, size=n))


def _azimuths(parent: Floats, rng: np.random.Generator) -> Floats:
    return rng.uniform(-np.pi, np.pi, size=len(parent[0]))
