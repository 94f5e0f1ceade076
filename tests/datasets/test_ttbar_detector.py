import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skpnn.datasets._ttbar_decays import Events, draw_events
from skpnn.datasets._ttbar_detector import accepted, clustered, detect, smeared
from skpnn.datasets._ttbar_four_vectors import from_collider, transverse_momentum
from skpnn.datasets._ttbar_production import standard_model


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def partons(*pt_eta_phi):
    """Return one event of partons, of shape (4, n_partons, 1)."""
    return from_collider(*np.array(pt_eta_phi, dtype=float).T)[..., np.newaxis]


def jets_of(*pt_eta_phi, bottom=0):
    is_bottom = np.arange(len(pt_eta_phi)) == bottom
    jets, has_bottom = clustered(partons(*pt_eta_phi), is_bottom)
    kept = jets[0, :, 0] > 0
    return jets[:, kept, 0], has_bottom[kept, 0]


def test_near_partons_become_one_jet():
    jets, has_bottom = jets_of((10, 0.3, 0), (50, 0, 0), (30, 2, 0))
    expected = partons((10, 0.3, 0), (50, 0, 0)).sum(axis=1)[:, 0]
    np.testing.assert_allclose(jets[:, 0], expected, rtol=1e-5)
    assert has_bottom.tolist() == [True, False]


def test_azimuths_are_near_across_the_seam():
    assert jets_of((50, 0, 3.1), (10, 0, -3.1))[0].shape == (4, 1)


def test_what_is_taken_takes_nothing():
    # A chain of partons, each within 0.4 of the next: the hardest takes the middle one only.
    jets, _ = jets_of((50, 0, 0), (20, 0.3, 0), (10, 0.6, 0))
    np.testing.assert_allclose(transverse_momentum(jets), [70, 10], rtol=1e-5)


angles = st.tuples(st.floats(1, 500), st.floats(-3, 3), st.floats(-3.14, 3.14))


@given(st.lists(angles, min_size=1, max_size=8))
def test_clustering_keeps_all_momentum_and_leaves_hard_partons_apart(some):
    jets, _ = jets_of(*some)
    np.testing.assert_allclose(
        jets.sum(axis=1), partons(*some).sum(axis=1)[:, 0], rtol=1e-4, atol=0.1
    )
    assert jets.shape[1] <= len(some)


def test_resolution_is_that_of_the_full_simulation(rng):
    true = np.tile(partons((64.0, 1.0, 2.0)), 50_000)
    ratio = transverse_momentum(smeared(true, rng)[:, 0]) / 64
    assert ratio.mean() == pytest.approx(1, abs=0.003)
    assert ratio.std() == pytest.approx(np.hypot(0.05, 0.1), rel=0.02)


def test_acceptance():
    some = partons((20, 0, 0), (19.9, 0, 0), (100, 2.4, 0), (100, -2.6, 0))
    assert accepted(some, 20 - 1e-9)[:, 0].tolist() == [True, False, True, False]


def four_jets(n):
    """Return n times one event of a lepton and four jets far apart, three of bottom quarks."""
    row = partons((80, 0, 0), (80, 1, 2), (80, -1, -2), (80, 0, 3))
    lepton = np.tile(from_collider([50.0], [0.5], [1.0]), n)
    neutrino = -lepton - row.sum(axis=1)
    return Events(lepton, neutrino, np.tile(row, n), np.array([True, True, True, False]))


def test_tags_are_as_frequent_as_they_should_be(rng):
    n = 20_000
    seen = detect(four_jets(n), rng)
    assert len(seen.n_jets) / n == pytest.approx(1 - 0.3**3 * 0.97, abs=0.01)
    assert seen.tagged.sum() / n == pytest.approx(3 * 0.7 + 0.03, abs=0.02)


def test_missing_momentum_balances_lepton_and_jets(rng):
    seen = detect(four_jets(100), rng)
    found = seen.missing + (seen.lepton + seen.jets.sum(axis=1))[1:3]
    np.testing.assert_allclose(found, 0, atol=1e-3)


def test_seen_events_pass_the_selection_with_jets_in_order(rng):
    seen = detect(draw_events(standard_model(), 5000, rng), rng)
    pt = transverse_momentum(seen.jets)
    assert transverse_momentum(seen.lepton).min() >= 20
    assert (np.diff(pt, axis=0) <= 0).all()
    np.testing.assert_array_equal((pt >= 25).sum(axis=0), np.minimum(seen.n_jets, 5))
    assert seen.n_jets.min() == 4
