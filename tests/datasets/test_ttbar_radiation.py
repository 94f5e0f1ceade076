import numpy as np
import pytest

from skpnn.datasets._ttbar_four_vectors import invariant_mass, transverse_momentum, two_body_decay
from skpnn.datasets._ttbar_production import GLUON_COLOUR, QUARK_COLOUR, Pairs
from skpnn.datasets._ttbar_radiation import excited, initial_radiation, radiate

N = 10_000


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("mass", [0.0, 172.5])
def test_excited_quarks_are_between_their_mass_and_the_limit(rng, mass):
    limit = np.full(N, 400.0)
    start = excited(limit, mass, rng)
    assert (start.mass > mass).all()
    assert (start.mass <= limit).all()
    assert ((start.share > 0) & (start.share <= 1)).all()


def test_no_energy_no_radiation(rng):
    limit = np.full(N, 172.5 + 1e-9)
    np.testing.assert_allclose(excited(limit, 172.5, rng).mass, 172.5)


def test_massive_quarks_radiate_less(rng):
    limit = np.full(N, 400.0)
    light, heavy = (np.median(excited(limit, m, rng).mass ** 2 - m**2) for m in (0.0, 172.5))
    assert heavy < 0.3 * light


@pytest.mark.parametrize("mass", [0.0, 172.5])
def test_radiation_conserves_energy_and_momentum(rng, mass):
    start = excited(np.full(N, 400.0), mass, rng)
    parent = np.zeros((4, N))
    parent[0] = 1000
    angles = rng.uniform(-1, 1, size=(2, N))
    before, _ = two_body_decay(parent, (start.mass, 0.0), *angles)
    quark, gluon = radiate(before, mass, start.share, rng)
    np.testing.assert_allclose(quark + gluon, before, atol=1e-9)
    np.testing.assert_allclose(invariant_mass(quark), mass, atol=0.01)
    np.testing.assert_allclose(invariant_mass(gluon), 0, atol=0.01)


def test_gluon_takes_its_share_of_a_fast_quark(rng):
    mass, share = 1.0, np.array([0.1, 0.5, 0.9])
    quark = np.tile([[1000.0], [0.0], [0.0], [np.sqrt(1000.0**2 - mass**2)]], 3)
    _, gluon = radiate(quark, 0.0, share, rng)
    np.testing.assert_allclose(gluon[0] / quark[0], share, atol=1e-5)


def initial(colour, rng):
    flat = np.zeros(N)
    return initial_radiation(Pairs(flat + 500, flat, flat, flat + colour), rng)


def test_initial_radiation_is_ordered_massless_and_even_in_azimuth(rng):
    gluons = initial(GLUON_COLOUR, rng)
    pt = transverse_momentum(gluons)
    np.testing.assert_allclose(gluons[0] ** 2, (gluons[1:] ** 2).sum(axis=0), rtol=1e-9)
    assert ((pt == 0) | ((pt > 8 - 1e-9) & (pt < 500))).all()
    assert (np.diff(np.where(pt == 0, np.nan, pt), axis=0) <= 0)[pt[1:] * pt[:-1] > 0].all()
    assert np.abs(gluons[1:].mean(axis=(1, 2))).max() < 1


def test_gluons_radiate_more_than_quarks(rng):
    from_gluons, from_quarks = (
        (initial(colour, rng)[0] > 0).sum() for colour in (GLUON_COLOUR, QUARK_COLOUR)
    )
    assert from_gluons > 1.2 * from_quarks
