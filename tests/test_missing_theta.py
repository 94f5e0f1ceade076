"""Rows without θ at prediction."""

import subprocess
import sys

import numpy as np
import pytest

from skpnn.missing_theta import fill_missing_theta, row_hash

N = 1000
SAMPLE = np.array([[500.0], [750.0], [1000.0], [1500.0]])


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(size=(N, 3))


@pytest.fixture
def theta():
    return np.where(np.arange(N) % 4 == 0, 600.0, np.nan)[:, np.newaxis]


def test_theta_given_is_kept(features, theta):
    filled = fill_missing_theta(theta, features, SAMPLE)
    assert (filled[::4] == 600).all()


def test_input_is_left_alone(features, theta):
    before = theta.copy()
    fill_missing_theta(theta, features, SAMPLE)
    np.testing.assert_array_equal(theta, before)


def test_filled_theta_follow_the_sample(features, theta):
    filled = fill_missing_theta(theta, features, SAMPLE)
    missing = np.isnan(theta)
    shares = [(filled[missing] == one).mean() for one in SAMPLE.ravel()]
    assert np.abs(np.array(shares) - 0.25).max() < 4 * np.sqrt(0.25 * 0.75 / missing.sum())


def test_filled_rows_are_whole(features, theta):
    both = np.column_stack([theta, theta / 10])
    filled = fill_missing_theta(both, features, np.column_stack([SAMPLE, SAMPLE / 10]))
    np.testing.assert_array_equal(filled[:, 1], filled[:, 0] / 10)


def test_a_row_with_one_theta_of_two_is_replaced_whole(features):
    theta = np.tile([[1.0, 2.0]], (N, 1))
    theta[0, 0] = np.nan
    filled = fill_missing_theta(theta, features, np.array([[7.0, 8.0]]))
    assert filled[:2].tolist() == [[7, 8], [1, 2]]


def test_filling_does_not_depend_on_the_order(features, theta):
    order = np.random.default_rng(1).permutation(N)
    filled = fill_missing_theta(theta, features, SAMPLE)
    reordered = fill_missing_theta(theta[order], features[order], SAMPLE)
    np.testing.assert_array_equal(reordered, filled[order])


def test_filling_does_not_depend_on_the_subset(features, theta):
    filled = fill_missing_theta(theta, features, SAMPLE)
    part = fill_missing_theta(theta[:7], features[:7], SAMPLE)
    np.testing.assert_array_equal(part, filled[:7])


def test_nothing_missing_is_nothing_done(features):
    theta = np.ones((N, 1))
    assert fill_missing_theta(theta, features, SAMPLE) is theta


def test_no_theta_at_all_is_an_error(features):
    with pytest.raises(ValueError, match=r"NaN in all 1000 rows: the call names no hypothesis"):
        fill_missing_theta(np.full((N, 1), np.nan), features, SAMPLE)


def test_hash_takes_both_zeros_as_one_number():
    assert len(set(row_hash(np.array([[0.0, 1.0], [-0.0, 1.0]])))) == 1


def test_hash_tells_columns_apart():
    one, other = row_hash(np.array([[1.0, 2.0], [2.0, 1.0]]))
    assert one != other


def test_hash_does_not_collide(features):
    assert len(np.unique(row_hash(features))) == N


def test_hash_does_not_depend_on_memory_layout(features):
    np.testing.assert_array_equal(row_hash(np.asfortranarray(features)), row_hash(features))


def test_hash_is_the_same_in_another_process():
    code = (
        "import numpy as np; from skpnn.missing_theta import row_hash; "
        "print(*row_hash(np.array([[1.5, -2.0], [0.0, 3.0]])))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    here = row_hash(np.array([[1.5, -2.0], [0.0, 3.0]]))
    assert [int(one) for one in answer.split()] == here.tolist()
