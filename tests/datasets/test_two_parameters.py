"""The plane's closed forms against quadrature, brute force and what one θ alone can reach."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from skpnn.datasets import TwoParameterGaussian
from skpnn.datasets._densities import auc_of_cells
from skpnn.datasets._two_parameters import smaller_radius_probability
from skpnn.metrics import weighted_auc

PROBLEM = TwoParameterGaussian()
COORDINATE = st.floats(-4, 4)


def cells():
    """Return the middles, (n, 2), of small squares that cover all but 1e-9 of both classes."""
    axis = np.linspace(-14, 14, 1401)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


def density(x, theta, width):
    return scipy.stats.norm.pdf(x, theta, width).prod(axis=1)


def test_grid_is_five_by_five_and_half_of_it_is_a_chessboard():
    assert len(set(PROBLEM.default_theta)) == 25
    assert len(PROBLEM.training_theta) == 13
    assert all((one + other) % 2 == 0 for one, other in PROBLEM.training_theta)


def test_held_out_points_lie_within_the_corners_of_the_training_points():
    assert {(one, other) for one in (-2, 2) for other in (-2, 2)} <= set(PROBLEM.training_theta)


@pytest.mark.parametrize("theta", [(0, 0), (0, 2), (1, -2), (2, 2)])
def test_optimum_agrees_with_quadrature(theta):
    x = cells()
    found = auc_of_cells(density(x, theta, 0.5), density(x, 0, 2.0))
    assert PROBLEM.optimal_auc(theta) == pytest.approx(found, abs=1e-6)


@settings(deadline=None, max_examples=50)
@given(radius=st.floats(0, 1e6), angle=st.floats(0, 6.3))
def test_optimum_depends_on_the_distance_from_the_background_alone(radius, angle):
    theta = radius * np.array([np.cos(angle), np.sin(angle)])
    assert PROBLEM.optimal_auc(theta) == pytest.approx(PROBLEM.optimal_auc([radius, 0]), abs=1e-9)


def test_optimum_refuses_several_hypotheses():
    with pytest.raises(ValueError, match=r"theta.shape == \(1, 2\), expected \(2,\)"):
        PROBLEM.optimal_auc([[0.0, 1.0]])


@pytest.mark.parametrize(
    ("offset", "width", "other_offset", "other_width", "expected"),
    [(0, 1, 0, 2, 0.8), (3, 1, 3, 1, 0.5), (0, 0.5, 1e6, 2, 1)],
)
def test_smaller_radius_known_answers(offset, width, other_offset, other_width, expected):
    found = smaller_radius_probability(offset, width, other_offset, other_width)
    assert found == pytest.approx(expected, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(offsets=st.tuples(st.floats(0, 9), st.floats(0, 9)), width=st.floats(0.1, 3))
def test_one_radius_or_the_other_is_the_smaller(offsets, width):
    one = smaller_radius_probability(offsets[0], width, offsets[1], 1.0)
    other = smaller_radius_probability(offsets[1], 1.0, offsets[0], width)
    assert one + other == pytest.approx(1, abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(x=st.tuples(COORDINATE, COORDINATE), theta=st.tuples(COORDINATE, COORDINATE))
def test_posterior_by_brute_force(x, theta):
    row = np.array([x])
    signal, background = density(row, theta, 0.5), density(row, 0, 2.0)
    expected = signal / (signal + background)
    assert PROBLEM.posterior(row, theta) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("theta", PROBLEM.default_theta[::6])
def test_whoever_knows_one_theta_alone_loses_auc(theta):
    X, y = PROBLEM.sample(20_000, theta=[theta], random_state=0)
    rows = (PROBLEM.posterior(X, (theta[0], other)) for other in (-2, -1, 0, 1, 2))
    blind = sum(one / (1 - one) for one in rows)
    auc = weighted_auc(blind[y == 1], blind[y == 0])
    assert PROBLEM.optimal_auc(theta) - auc > 0.04


def test_whoever_takes_one_theta_for_the_other_loses_auc():
    X, y = PROBLEM.sample(20_000, theta=[(1.0, -2.0)], random_state=0)
    scores = PROBLEM.posterior(X, (-2.0, 1.0))
    assert weighted_auc(scores[y == 1], scores[y == 0]) < 0.5


@pytest.mark.parametrize("theta", [0.0, [0.0], [0.0, 1.0, 2.0], []])
def test_posterior_wants_two_numbers_per_hypothesis(theta):
    with pytest.raises(ValueError, match="expected 2 numbers per hypothesis: theta0, theta1"):
        PROBLEM.posterior([[0.0, 0.0]], theta)


def test_posterior_refuses_hypotheses_of_another_length():
    with pytest.raises(ValueError, match=r"theta.shape == \(2, 2\), expected \(2,\) or \(3, 2\)"):
        PROBLEM.posterior(np.zeros((3, 2)), [[0.0, 1.0], [1.0, 0.0]])


def test_sample_refuses_one_hypothesis_that_is_not_in_a_list():
    with pytest.raises(ValueError, match=r"expected \(n_hypotheses, 2\) with at least one"):
        PROBLEM.sample(5, theta=[0.0, 1.0])


def test_error_names_the_column_that_is_wrong():
    with pytest.raises(ValueError, match="theta1 holds inf"):
        PROBLEM.sample(5, theta=[(0.0, np.inf)])


@pytest.mark.parametrize("tiny", [1e-16, 1e-100, 1.8e-160, 1e-200])
def test_a_tiny_offset_is_none(tiny):
    none = smaller_radius_probability(3.0, 1.5, 0.0, 1.0)
    assert smaller_radius_probability(3.0, 1.5, tiny, 1.0) == pytest.approx(none, abs=1e-12)
