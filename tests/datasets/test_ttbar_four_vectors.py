import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skpnn.datasets._ttbar_four_vectors import (
    azimuth,
    boosted,
    direction,
    from_collider,
    invariant_mass,
    pseudorapidity,
    seen_from,
    transverse_momentum,
    two_body_decay,
)

momenta = st.floats(-1000, 1000)
cosines = st.floats(-1, 1)
azimuths = st.floats(-np.pi, np.pi)


def massive(mass, px, py, pz):
    momentum = np.array([[px], [py], [pz]])
    return np.concatenate([np.sqrt(mass**2 + (momentum**2).sum(axis=0, keepdims=True)), momentum])


@given(st.floats(0.1, 1000), st.floats(-5, 5), st.floats(-3.14, 3.14))
def test_collider_coordinates_there_and_back(pt, eta, phi):
    p = from_collider([pt], [eta], [phi])
    found = [transverse_momentum(p)[0], pseudorapidity(p)[0], azimuth(p)[0]]
    assert found == pytest.approx([pt, eta, phi], rel=1e-9, abs=1e-9)


def test_nothing_has_no_pseudorapidity():
    assert pseudorapidity(np.zeros((4, 1))) == 0


def test_mass_by_hand():
    assert invariant_mass(np.array([[5.0], [0.0], [3.0], [0.0]])) == 4
    assert invariant_mass(np.array([[1.0], [0.0], [1.0 + 1e-16], [0.0]])) == 0


@given(momenta, momenta, momenta)
def test_what_rests_in_a_frame_moves_with_it(px, py, pz):
    frame = massive(91.0, px, py, pz)
    found = boosted(np.array([[91.0], [0.0], [0.0], [0.0]]), frame)
    np.testing.assert_allclose(found, frame, rtol=1e-9, atol=1e-9)


@given(momenta, momenta, momenta)
def test_a_boost_is_undone(px, py, pz):
    p, frame = massive(5.0, 30.0, -20.0, 10.0), massive(173.0, px, py, pz)
    np.testing.assert_allclose(seen_from(boosted(p, frame), frame), p, atol=1e-8)


@given(momenta, momenta, momenta, cosines, azimuths)
def test_decays_conserve_energy_and_momentum_and_give_the_masses(px, py, pz, cosine, phi):
    parent = massive(172.5, px, py, pz)
    first, second = two_body_decay(parent, (80.4, 4.8), np.array([cosine]), np.array([phi]))
    np.testing.assert_allclose(first + second, parent, rtol=1e-12, atol=1e-9)
    assert invariant_mass(first)[0] == pytest.approx(80.4, abs=1e-5)
    assert invariant_mass(second)[0] == pytest.approx(4.8, abs=1e-3)


@given(st.tuples(cosines, cosines, cosines), cosines, azimuths)
def test_decay_angle_is_that_to_the_axis(vector, cosine, phi):
    length = np.linalg.norm(vector)
    axis = np.array(vector)[:, np.newaxis] / length if length > 0.01 else np.eye(3)[:, [2]]
    parent = massive(91.0, 40.0, 30.0, -200.0)
    first, _ = two_body_decay(parent, (0.0, 0.0), np.array([cosine]), np.array([phi]), axis)
    assert (direction(seen_from(first, parent)) * axis).sum() == pytest.approx(cosine, abs=1e-6)


def test_decay_products_are_even_around_the_axis():
    n = 20_000
    rng = np.random.default_rng(0)
    parent = np.tile(massive(91.0, 0.0, 0.0, 0.0), n)
    cosine, phi = rng.uniform(-1, 1, size=n), rng.uniform(-np.pi, np.pi, size=n)
    first, _ = two_body_decay(parent, (0.0, 0.0), cosine, phi, np.array([[0.6], [0.0], [-0.8]]))
    np.testing.assert_allclose(direction(first).mean(axis=1), 0, atol=0.015)
    np.testing.assert_allclose(np.cov(direction(first)), np.eye(3) / 3, atol=0.01)
