from itertools import permutations

import numpy as np
import pytest

from skpnn.datasets._ttbar_decays import draw_events
from skpnn.datasets._ttbar_detector import detect
from skpnn.datasets._ttbar_four_vectors import from_collider, invariant_mass
from skpnn.datasets._ttbar_production import standard_model
from skpnn.datasets._ttbar_reconstruction import neutrino, top_pair_masses


@pytest.fixture(scope="module")
def seen():
    rng = np.random.default_rng(0)
    return detect(draw_events(standard_model(), 500, rng), rng)


def test_neutrino_makes_the_mass_of_the_w_where_it_can(seen):
    found = neutrino(seen.lepton, seen.missing)
    np.testing.assert_allclose(found[1:3], seen.missing)
    np.testing.assert_allclose(invariant_mass(found), 0, atol=1e-3)
    m_lv = invariant_mass(seen.lepton + found)
    assert m_lv.min() == pytest.approx(80.4)
    angle = np.cos(np.arctan2(*seen.missing[::-1]) - np.arctan2(seen.lepton[2], seen.lepton[1]))
    lepton_pt, met = np.hypot(*seen.lepton[1:3]), np.hypot(*seen.missing)
    transverse = np.sqrt(2 * lepton_pt * met * (1 - angle))
    np.testing.assert_array_equal(m_lv > 80.4 + 1e-6, transverse > 80.4 + 1e-6)


def test_neutrino_of_the_smaller_momentum_along_the_beam():
    lepton = from_collider([50.0], [1.0], [0.0])
    pz = neutrino(lepton, np.array([[30.0], [20.0]]))[3, 0]
    # E_l √(30² + 20² + z²) - pz_l z = m² / 2 + 50 · 30, solved for z.
    half = 80.4**2 / 2 + 1500
    a, b, c = lepton[3] ** 2 - lepton[0] ** 2, 2 * half * lepton[3], half**2 - lepton[0] ** 2 * 1300
    roots = np.roots([a[0], b[0], c[0]])
    assert pz == pytest.approx(min(roots, key=abs))


def chi2_and_masses(jets, tagged, w, assignment):
    first, second, hadronic, leptonic = assignment
    jj = jets[:, first] + jets[:, second]
    momenta = [jj, jj + jets[:, hadronic], w, w + jets[:, leptonic]]
    momenta.append(momenta[1] + momenta[3])
    mass = [float(invariant_mass(p)) for p in momenta]
    chi2 = ((mass[0] - 80.4) / 12) ** 2
    chi2 += ((mass[1] - 172.5) / 20) ** 2 + ((mass[3] - 172.5) / 25) ** 2
    return chi2 + 2 * int(tagged[first]) + 2 * int(tagged[second]), mass


def test_masses_are_those_of_the_best_assignment_by_brute_force(seen):
    w = seen.lepton + neutrino(seen.lepton, seen.missing)
    found = top_pair_masses(seen)
    for i in range(60):
        n_jets = min(seen.n_jets[i], 5)
        _, expected = min(
            chi2_and_masses(seen.jets[..., i], seen.tagged[:, i], w[:, i], assignment)
            for assignment in permutations(range(n_jets), 4)
        )
        np.testing.assert_allclose(found[:, i], expected, rtol=1e-4)
