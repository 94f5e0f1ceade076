"""The tt̄ pair put together from what the detector saw: a neutrino, and which jet is which."""

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from skpnn.datasets._ttbar_decays import W_MASS
from skpnn.datasets._ttbar_detector import N_KEPT, Seen
from skpnn.datasets._ttbar_four_vectors import Floats, invariant_mass
from skpnn.datasets._ttbar_production import TOP_MASS

# Resolutions of m_jj, m_jjj and m_jlv in GeV, and what a b-tagged jet of the W adds to χ². They are
# read off the reference sample, whose assignments follow from its jets.
_SIGMA_W, _SIGMA_HADRONIC, _SIGMA_LEPTONIC = 12.0, 20.0, 25.0
_TAGGED_W = 2.0

# Rows of five jets: the pair of the W, the hadronic and the leptonic top quark's own.
_ASSIGNMENTS = np.array([jets for jets in permutations(range(N_KEPT), 4) if jets[0] < jets[1]])
_PAIRS, _PAIR_OF = np.unique(_ASSIGNMENTS[:, :2], axis=0, return_inverse=True)
_TRIPLES, _TRIPLE_OF = np.unique(np.sort(_ASSIGNMENTS[:, :3]), axis=0, return_inverse=True)
_NEEDS_LAST = (_ASSIGNMENTS == N_KEPT - 1).any(axis=1)


def top_pair_masses(seen: Seen) -> Floats:
    """Return m_jj, m_jjj, m_lv, m_jlv and m_wwbb in GeV, of shape (5, n)."""
    lepton_w = seen.lepton + neutrino(seen.lepton, seen.missing)
    assignment = _ASSIGNMENTS[_assigned(seen, lepton_w)].T
    first, second, hadronic, leptonic = (
        np.take_along_axis(seen.jets, jet[np.newaxis, np.newaxis], axis=1)[:, 0]
        for jet in assignment
    )
    jj = first + second
    jjj, jlv = jj + hadronic, lepton_w + leptonic
    return np.stack([invariant_mass(p) for p in (jj, jjj, lepton_w, jlv, jjj + jlv)])


def neutrino(lepton: Floats, missing: Floats) -> Floats:
    """Return the neutrino, of shape (4, n), that has the W's mass with `lepton`.

    Of two solutions it is that of the smaller |pz|. Where none is real, the root is left out, and
    m_lv comes out larger.
    """
    px, py = missing
    lepton_pt2 = lepton[1] ** 2 + lepton[2] ** 2
    half = W_MASS**2 / 2 + lepton[1] * px + lepton[2] * py
    root = lepton[0] * np.sqrt(np.maximum(half**2 - lepton_pt2 * (px**2 + py**2), 0))
    middle = half * lepton[3]
    pz = (middle - np.copysign(root, middle)) / lepton_pt2
    return np.stack([np.sqrt(px**2 + py**2 + pz**2), px, py, pz])


def _assigned(seen: Seen, lepton_w: Floats) -> NDArray[np.intp]:
    """Return the row of ``_ASSIGNMENTS`` that has the smallest χ², of shape (n,)."""
    w = ((_masses(seen.jets, _PAIRS) - W_MASS) / _SIGMA_W) ** 2
    w += _TAGGED_W * seen.tagged[_PAIRS].sum(axis=1)
    hadronic = ((_masses(seen.jets, _TRIPLES) - TOP_MASS) / _SIGMA_HADRONIC) ** 2
    with_jet = seen.jets + lepton_w[:, np.newaxis]
    leptonic = ((invariant_mass(with_jet) - TOP_MASS) / _SIGMA_LEPTONIC) ** 2
    chi2 = w[_PAIR_OF] + hadronic[_TRIPLE_OF] + leptonic[_ASSIGNMENTS[:, 3]]
    chi2[np.ix_(_NEEDS_LAST, seen.n_jets < N_KEPT)] = np.inf
    return chi2.argmin(axis=0)


def _masses(jets: Floats, groups: NDArray[np.intp]) -> Floats:
    return np.stack([invariant_mass(jets[:, group].sum(axis=1)) for group in groups])
