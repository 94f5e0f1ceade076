"""What a detector sees of an event: jets of partons, smeared, some of them b-tagged."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skpnn.datasets._ttbar_decays import Events
from skpnn.datasets._ttbar_four_vectors import (
    Floats,
    azimuth,
    pseudorapidity,
    transverse_momentum,
)

RADIUS = 0.4
LEPTON_PT, JET_PT, ETA = 20.0, 25.0, 2.5
FEWEST_JETS = 4
# So many jets of an event are kept, the leading ones; `n_jets` counts all.
N_KEPT = 5

_CONSTANT, _STOCHASTIC = 0.05, 0.8
_TAG_RATE, _MISTAG_RATE = 0.7, 0.03

Flags = NDArray[np.bool_]


class Seen(NamedTuple):
    """Selected events, with the leading jets in order and zeros where there are less.

    Parameters
    ----------
    lepton : ndarray of shape (4, n)
    missing : ndarray of shape (2, n)
        The missing transverse momentum.
    jets : ndarray of shape (4, N_KEPT, n)
    tagged : ndarray of shape (N_KEPT, n)
    n_jets : ndarray of shape (n,)
    """

    lepton: Floats
    missing: Floats
    jets: Floats
    tagged: Flags
    n_jets: NDArray[np.intp]


def detect(events: Events, rng: np.random.Generator) -> Seen:
    """Return those of the events that pass the selection, as the detector sees them."""
    events = _with_lepton(events)
    true_jets, has_bottom = clustered(events.partons, events.is_bottom)
    jets = smeared(true_jets, rng)
    # What the jets seem to have gained, nothing seems to balance.
    missing = events.neutrino[1:3] - (jets - true_jets)[1:3].sum(axis=1)
    is_jet = accepted(jets, JET_PT)
    rate = np.where(has_bottom, _TAG_RATE, _MISTAG_RATE)
    tagged = is_jet & (rng.random(rate.shape, dtype=np.float32) < rate)
    n_jets = is_jet.sum(axis=0)
    kept = np.flatnonzero((n_jets >= FEWEST_JETS) & tagged.any(axis=0))
    jets = jets.take(kept, axis=2) * is_jet.take(kept, axis=1)
    leading, tagged = _leading(jets, tagged.take(kept, axis=1))
    lepton, missing = (p.take(kept, axis=1) for p in (events.lepton, missing))
    return Seen(lepton, missing, leading, tagged, n_jets[kept])


def accepted(p: Floats, lowest_pt: float) -> Flags:
    """Return what has enough transverse momentum and flies neither forward nor backward."""
    return (transverse_momentum(p) >= lowest_pt) & (np.abs(pseudorapidity(p)) <= ETA)


def _with_lepton(events: Events) -> Events:
    kept = np.flatnonzero(accepted(events.lepton, LEPTON_PT))
    lepton, neutrino = events.lepton.take(kept, axis=1), events.neutrino.take(kept, axis=1)
    return Events(lepton, neutrino, events.partons.take(kept, axis=2), events.is_bottom)


def clustered(partons: Floats, is_bottom: Flags) -> tuple[Floats, Flags]:
    """Return jets of the same shape as `partons`, and which of them hold a bottom quark.

    In order of pT every parton that is still free takes in what is free within ΔR < 0.4: what the
    anti-kT algorithm does, but for the drift of a jet's axis. Partons taken in leave zeros.
    """
    # Half the bytes, half the time; and what a table of float32 holds passes the cuts as well.
    partons = partons.astype(np.float32)
    pt = transverse_momentum(partons)
    order = np.argsort(-pt, axis=0)
    jets = np.take_along_axis(partons, order[np.newaxis], axis=1)
    has_bottom = is_bottom[order]
    eta, phi = pseudorapidity(jets), azimuth(jets)
    free = jets[0] > 0
    for i in range(len(order) - 1):
        taken = free[i] & free[i + 1 :] & _near(eta[i + 1 :] - eta[i], phi[i + 1 :] - phi[i])
        jets[:, i] += np.einsum("ckn,kn->cn", jets[:, i + 1 :], taken)
        has_bottom[i] |= (has_bottom[i + 1 :] & taken).any(axis=0)
        free[i + 1 :] &= ~taken
    return jets * free, has_bottom & free


def _near(d_eta: Floats, d_phi: Floats) -> Flags:
    d_phi = np.abs(d_phi)
    d_phi = np.minimum(d_phi, 2 * np.pi - d_phi)
    return d_eta**2 + d_phi**2 < RADIUS**2


def smeared(jets: Floats, rng: np.random.Generator) -> Floats:
    """Return the jets with energies smeared by 5 % ⊕ 80 % / √pT."""
    # Below 1 GeV there is nothing to see, and no formula for it.
    pt = np.maximum(transverse_momentum(jets), 1)
    resolution = np.sqrt(_CONSTANT**2 + _STOCHASTIC**2 / pt)
    factor = 1 + resolution * rng.standard_normal(pt.shape, dtype=np.float32)
    return jets * np.maximum(factor, 0)


def _leading(jets: Floats, tagged: Flags) -> tuple[Floats, Flags]:
    order = np.argsort(-transverse_momentum(jets), axis=0)[:N_KEPT]
    return np.take_along_axis(jets, order[np.newaxis], axis=1), np.take_along_axis(tagged, order, 0)
