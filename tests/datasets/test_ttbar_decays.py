import numpy as np
import pytest

from skpnn.datasets._ttbar_decays import (
    TOP_MASS,
    W_MASS,
    Top,
    draw_events,
    quarks_of,
    top_decay,
    top_quarks,
    w_cosines,
    w_decay,
)
from skpnn.datasets._ttbar_four_vectors import direction, invariant_mass, seen_from
from skpnn.datasets._ttbar_production import resonance, standard_model
from skpnn.datasets._ttbar_radiation import initial_radiation

N = 10_000


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def tops(rng):
    pairs = standard_model().draw(N, rng)
    return top_quarks(pairs, initial_radiation(pairs, rng), rng)


def test_pair_recoils_against_initial_radiation(rng):
    pairs = standard_model().draw(N, rng)
    initial = initial_radiation(pairs, rng)
    tops = top_quarks(pairs, initial, rng)
    pair = sum(top.momentum + top.gluon for top in tops)
    np.testing.assert_allclose(pair[1:3], -initial[1:3].sum(axis=1), atol=1e-8)
    np.testing.assert_allclose(np.arctanh(pair[3] / pair[0]), pairs.rapidity, atol=1e-8)
    widths = sum(top.mass - TOP_MASS for top in tops)
    np.testing.assert_allclose(invariant_mass(pair), pairs.mass + widths, rtol=1e-8)


def test_top_quarks_have_their_masses(tops):
    for top in tops:
        np.testing.assert_allclose(invariant_mass(top.momentum), top.mass, rtol=1e-6)
        assert np.median(top.mass) == pytest.approx(TOP_MASS, abs=0.1)
        assert np.subtract(*np.quantile(top.mass, [0.75, 0.25])) == pytest.approx(1.4, rel=0.1)


def test_top_decay_conserves_energy_and_momentum(tops, rng):
    w, bottom, gluon = top_decay(tops[0], rng)
    np.testing.assert_allclose(w.momentum + bottom + gluon, tops[0].momentum, atol=1e-8)
    np.testing.assert_allclose(invariant_mass(w.momentum), w.mass, rtol=1e-6)
    assert np.median(w.mass) == pytest.approx(W_MASS, abs=0.1)


def test_w_decays_conserve_energy_and_momentum(tops, rng):
    w = top_decay(tops[0], rng)[0]
    np.testing.assert_allclose(sum(w_decay(w, (0.0, 0.0), rng)), w.momentum, atol=1e-8)
    np.testing.assert_allclose(sum(quarks_of(w, rng)), w.momentum, atol=1e-8)


def test_w_cosines_have_the_moments_of_both_helicities(rng):
    # Longitudinal: 0 and 1/5; left-handed: -1/2 and 2/5.
    cosine = w_cosines(200_000, rng)
    assert cosine.mean() == pytest.approx(0.3 * -0.5, abs=0.005)
    assert (cosine**2).mean() == pytest.approx(0.7 / 5 + 0.3 * 2 / 5, abs=0.005)


def test_lepton_of_a_top_quark_flies_to_the_bottom_quark_more_often(rng):
    momentum = np.tile([[TOP_MASS], [0.0], [0.0], [0.0]], N)
    w, bottom, gluon = top_decay(Top(momentum, np.full(N, TOP_MASS), momentum * 0), rng)
    lepton, _ = w_decay(w, (0.0, 0.0), rng)
    towards = direction(seen_from(bottom + gluon, w.momentum))
    cosine = (direction(seen_from(lepton, w.momentum)) * towards).sum(axis=0)
    assert cosine.mean() == pytest.approx(0.15, abs=0.02)


def test_events_balance_and_have_two_bottom_quarks(rng):
    events = draw_events(resonance(1000, 0.02), N, rng)
    total = events.lepton + events.neutrino + events.partons.sum(axis=1)
    np.testing.assert_allclose(total[1:3], 0, atol=1e-8)
    assert events.is_bottom.sum() == 2
    assert events.partons.shape == (4, len(events.is_bottom), N)


def test_final_partons_and_leptons_make_the_resonance(rng):
    events = draw_events(resonance(1000, 1e-4), N, rng)
    initial = 5
    pair = events.lepton + events.neutrino + events.partons[:, :-initial].sum(axis=1)
    assert np.median(invariant_mass(pair)) == pytest.approx(1000, abs=1)
