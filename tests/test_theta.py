"""θ: when two hypotheses are the same, and the map that networks see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skpnn._theta import (
    ThetaRange,
    as_hypotheses,
    distinct_hypotheses,
    extrapolation_message,
    matches_hypothesis,
    theta_groups,
)

GRID = np.array([[500.0], [750.0], [1000.0], [1500.0]])
theta_arrays = arrays(
    np.float64,
    st.tuples(st.integers(1, 20), st.integers(1, 3)),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False),
)


@pytest.mark.parametrize(
    ("hypotheses", "n_theta", "shape"),
    [
        (750, 1, (1, 1)),
        ([500, 750, 1000], 1, (3, 1)),
        ([[500], [750]], 1, (2, 1)),
        ([[500, 0.1], [750, 0.2], [1000, 0.1]], 2, (3, 2)),
    ],
)
def test_as_hypotheses_gives_a_row_each(hypotheses, n_theta, shape):
    rows = as_hypotheses(hypotheses, n_theta)
    assert rows.shape == shape
    assert rows.ravel().tolist() == np.ravel(hypotheses).tolist()


@pytest.mark.parametrize(
    ("hypotheses", "n_theta", "message"),
    [
        ([500, 0.1], 2, r"shape \(2,\); expected \(k, 2\): one row"),
        ([[500, 0.1]], 1, r"shape \(1, 2\); expected \(k, 1\) or \(k,\)"),
        ([], 1, r"shape \(0,\)"),
        (np.ones((2, 1, 1)), 1, r"shape \(2, 1, 1\)"),
        ([500, np.nan], 1, "contains NaN or infinity"),
        ([500, np.inf], 1, "contains NaN or infinity"),
    ],
)
def test_as_hypotheses_refuses(hypotheses, n_theta, message):
    with pytest.raises(ValueError, match=message):
        as_hypotheses(hypotheses, n_theta)


@given(theta_arrays)
def test_scaled_range_lies_within_one(theta):
    scaled = ThetaRange.of(theta).scaled(theta)
    assert np.abs(scaled).max() <= 1 + 1e-9


@given(theta_arrays)
def test_range_excludes_none_of_its_own(theta):
    assert not ThetaRange.of(theta).excludes(theta).any()


def test_scaled_takes_the_ends_to_one_in_every_column():
    theta = np.array([[500.0, 3.0], [1000.0, 1.0], [1500.0, 2.0]])
    expected = [[-1.0, 1.0], [0.0, -1.0], [1.0, 0.0]]
    assert ThetaRange.of(theta).scaled(theta).tolist() == expected


def test_scaled_only_shifts_a_constant_theta():
    span = ThetaRange.of(np.array([[500.0], [500.0]]))
    assert span.scaled(np.array([[500.0], [503.0]])).tolist() == [[0.0], [3.0]]


@pytest.mark.parametrize(
    ("theta", "excluded"),
    [(499.991, False), (1500.009, False), (499.98, True), (1500.02, True), (800.0, False)],
)
def test_excludes_tolerates_rounding(theta, excluded):
    assert ThetaRange.of(GRID).excludes(np.array([[theta]])).tolist() == [excluded]


def test_excludes_a_row_for_any_of_its_columns():
    span = ThetaRange.of(np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert span.excludes(np.array([[0.5, 2.0], [0.5, 0.5]])).tolist() == [True, False]


@pytest.mark.parametrize(("theta", "excluded"), [(500.004, False), (500.1, True)])
def test_excludes_beyond_a_single_hypothesis(theta, excluded):
    assert ThetaRange.of(GRID[:1]).excludes(np.array([[theta]])).tolist() == [excluded]


def test_extrapolation_message_names_theta_and_range():
    message = extrapolation_message(np.array([[400.0], [800.0]]), ThetaRange.of(GRID))
    assert message.startswith("θ = 400 lies outside")
    assert "500 to 1500" in message


def test_extrapolation_message_shows_five_at_most():
    theta = np.column_stack([np.arange(7.0), np.zeros(7)])
    message = extrapolation_message(theta, ThetaRange.of(np.array([[9.0, 0.0], [10.0, 1.0]])))
    assert "(4, 0), … lies" in message


def test_distinct_hypotheses_merges_rounding():
    theta = np.array([[1500.0], [500.0], [499.99997], [np.nan], [500.00003], [750.0]])
    assert distinct_hypotheses(theta).ravel() == pytest.approx([500, 750, 1500], abs=1e-4)


def test_distinct_hypotheses_keeps_neighbours_apart():
    theta = np.array([[500.0], [500.02], [1500.0]])
    assert len(distinct_hypotheses(theta)) == 3


def test_distinct_hypotheses_sorts_rows_of_two_columns():
    theta = np.array([[750.0, 1.0], [500.0, 2.0], [500.0, 1.0], [750.0, 1.0]])
    assert distinct_hypotheses(theta).tolist() == [[500, 1], [500, 2], [750, 1]]


def test_distinct_hypotheses_merges_rounding_of_one_column_of_two():
    theta = np.array([[499.99997, 1.0], [500.0, 1.0], [499.99997, 2.0], [500.0, 2.0], [1e3, 1.0]])
    assert len(distinct_hypotheses(theta)) == 3


def test_distinct_hypotheses_drops_rows_with_a_nan():
    assert distinct_hypotheses(np.array([[500.0, np.nan], [500.0, 1.0]])).tolist() == [[500, 1]]


def test_distinct_hypotheses_of_none():
    assert distinct_hypotheses(np.full((3, 2), np.nan)).shape == (0, 2)


def test_matches_hypothesis_within_rounding():
    theta = np.array([[499.99997], [500.0], [500.02], [np.nan]])
    matching = matches_hypothesis(theta, np.array([500.0]), span=ThetaRange.of(GRID))
    assert matching.tolist() == [True, True, False, False]


def test_matches_hypothesis_in_every_column():
    span = ThetaRange.of(np.array([[0.0, 0.0], [1.0, 1.0]]))
    theta = np.array([[0.0, 1.0], [0.0, 0.0]])
    assert matches_hypothesis(theta, np.array([0.0, 1.0]), span=span).tolist() == [True, False]


def test_theta_groups_are_the_hypotheses_of_a_grid():
    theta = np.repeat([[500.0, 1.0], [500.0, 2.0], [750.0, 1.0]], 2, axis=0)
    assert theta_groups(theta).tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(("n_events", "n_groups"), [(1000, 10), (100, 5), (15, 1)])
def test_theta_groups_are_quantile_bins_of_a_continuum(n_events, n_groups):
    theta = np.random.default_rng(0).exponential(size=(n_events, 1))
    counts = np.bincount(theta_groups(theta))
    assert len(counts) == n_groups
    assert np.ptp(counts) <= 1


def test_theta_groups_of_a_continuum_are_intervals():
    theta = np.random.default_rng(0).exponential(size=(200, 1))
    groups_in_order = theta_groups(theta)[np.argsort(theta[:, 0])]
    assert (np.diff(groups_in_order) >= 0).all()


def test_theta_groups_of_two_continua_are_boxes():
    theta = np.random.default_rng(0).uniform(size=(1000, 2))
    assert len(np.unique(theta_groups(theta))) == 9


def test_the_most_frequent_value_stands_for_those_that_rounding_made():
    theta = np.array([[499.99997], [500.0], [500.0], [750.0]])
    assert distinct_hypotheses(theta).tolist() == [[500.0], [750.0]]


def test_a_continuum_is_no_rounding():
    theta = np.random.default_rng(0).uniform(500, 1500, (300_000, 1))
    assert len(distinct_hypotheses(theta)) > 200_000


def test_rounding_of_float32_is_no_difference():
    stored = np.float32(125.1) * np.ones((1, 1))
    span = ThetaRange(np.array([125.05]), np.array([125.15]))
    assert matches_hypothesis(stored, np.array([125.1]), span=span).all()


def test_groups_do_not_see_rounding():
    theta = np.array([[500.0], [499.99997], [750.0], [500.0], [499.99997], [750.0]])
    assert theta_groups(theta).tolist() == [0, 0, 1, 0, 0, 1]
