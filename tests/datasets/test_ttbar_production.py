import numpy as np
import pytest

from skpnn.datasets._ttbar_production import (
    GLUON_COLOUR,
    TOP_MASS,
    _draw_in_rows,
    _from_gluons,
    _from_quarks,
    resonance,
    running_coupling,
    standard_model,
)


def nason_dawson_ellis(rho):
    """Return σ m² / (π αs²) of qq̄ → tt̄ and gg → tt̄ to leading order."""
    beta = np.sqrt(1 - rho)
    log = np.log((1 + beta) / (1 - beta)) / beta
    quarks = beta * rho / 27 * (2 + rho)
    gluons = beta * rho / 192 * ((rho**2 + 16 * rho + 16) * log - 28 - 31 * rho)
    return quarks, gluons


@pytest.mark.parametrize("rho", [0.99, 0.5, 0.1])
def test_angular_distributions_integrate_to_the_cross_sections(rho):
    mass = np.array([[2 * TOP_MASS / np.sqrt(rho)]])
    scale = (running_coupling(mass) / TOP_MASS) ** 2
    found = [2 * (one(mass) / scale).mean() for one in (_from_quarks, _from_gluons)]
    np.testing.assert_allclose(found, nason_dawson_ellis(rho), rtol=0.01)


def test_coupling_at_the_mass_of_the_z():
    assert running_coupling(91.19) == pytest.approx(0.118, abs=1e-4)


def test_gluons_make_most_top_quarks_of_the_standard_model():
    pairs = standard_model().draw(20_000, np.random.default_rng(0))
    assert 0.75 < (pairs.colour == GLUON_COLOUR).mean() < 0.9
    assert pairs.mass.min() > 2 * TOP_MASS


@pytest.mark.parametrize("width", [1e-4, 0.02])
def test_half_of_a_resonance_lies_within_half_a_width(width):
    # Of a Breit-Wigner on no slope; the narrower, the less there is of one.
    mass = resonance(500, width).draw(20_000, np.random.default_rng(0)).mass
    inside = np.abs(mass - 500) < width / 2 * 500
    assert inside.mean() == pytest.approx(0.5, abs=0.04)


def test_heavy_resonance_has_a_tail_to_lower_masses():
    mass = resonance(1500, 0.02).draw(20_000, np.random.default_rng(0)).mass
    assert (mass < 1350).mean() > 3 * (mass > 1650).mean()


def test_resonance_has_the_angles_of_spin_one():
    cosine = resonance(1000, 0.02).draw(100_000, np.random.default_rng(0)).cosine
    assert cosine.mean() == pytest.approx(0, abs=0.01)
    assert (cosine**2).mean() == pytest.approx(0.4, abs=0.005)


def test_pairs_fly_where_the_momenta_of_the_partons_allow():
    pairs = standard_model().draw(20_000, np.random.default_rng(0))
    assert (np.abs(pairs.rapidity) < np.log(8000 / pairs.mass)).all()
    assert pairs.rapidity.mean() == pytest.approx(0, abs=0.03)


def test_rows_are_drawn_from_on_their_own():
    density = np.array([[1.0, 0, 0, 0], [0, 0, 3, 1]])
    row = np.repeat([0, 1], 10_000)
    drawn = _draw_in_rows(density, row, np.random.default_rng(0))
    assert drawn[row == 0].min() >= -1
    assert drawn[row == 0].max() < -0.5
    assert drawn[row == 1].min() >= 0
    assert (drawn[row == 1] > 0.5).mean() == pytest.approx(0.25, abs=0.02)
