"""Validated events and the randomness of one fit."""

import numpy as np
import pytest

from skpnn._sample import Sample, Seeds, unit_weight, weighted_rows


@pytest.fixture
def sample():
    n = np.arange(5.0)
    return Sample(
        n[:, np.newaxis], -n[:, np.newaxis], 10 * n, n.astype(np.intp), 2 * n.astype(np.intp)
    )


def test_sample_has_a_length(sample):
    assert len(sample) == 5


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("X", [3, 1]),
        ("target", [-3, -1]),
        ("weight", [30, 10]),
        ("codes", [3, 1]),
        ("groups", [6, 2]),
    ],
)
def test_rows_are_taken_of_every_array(sample, attribute, expected):
    taken = getattr(sample.rows(np.array([3, 1])), attribute)
    assert taken.ravel().tolist() == expected


def numbers(seeds):
    return [seeds.network, seeds.split, seeds.training.random(), seeds.checks.random()]


def test_equal_random_states_give_equal_seeds():
    assert numbers(Seeds.of(7)) == numbers(Seeds.of(7))


def test_different_random_states_differ_everywhere():
    pairs = zip(numbers(Seeds.of(7)), numbers(Seeds.of(8)), strict=True)
    assert all(one != other for one, other in pairs)


def test_parts_of_a_fit_are_independent():
    seeds = Seeds.of(7)
    assert seeds.training.random() != seeds.checks.random()


def test_random_state_instance_moves_on():
    shared = np.random.RandomState(7)
    assert numbers(Seeds.of(shared)) != numbers(Seeds.of(shared))


@pytest.mark.parametrize("random_state", range(5))
def test_seeds_suit_keras_and_scikit_learn(random_state):
    seeds = Seeds.of(random_state)
    assert 0 <= seeds.network < 2**31
    assert 0 <= seeds.split < 2**31


def test_unit_weight_has_a_mean_of_one():
    weight = unit_weight(np.array([1e-9, 3e-9, -1e-9]), "float32")
    assert weight.dtype == np.float32
    assert weight == pytest.approx([1, 3, -1])


def test_weighted_rows_drops_zero_weights_everywhere():
    weight = np.array([1.0, 0.0, -1.0])
    X, kept = weighted_rows(weight, np.arange(6).reshape(3, 2), weight)
    assert X.tolist() == [[0, 1], [4, 5]]
    assert kept.tolist() == [1, -1]


def test_weighted_rows_copies_nothing_where_all_count():
    X = np.zeros((3, 2))
    assert weighted_rows(np.ones(3), X)[0] is X
