"""The significance of bins of the score, against sums by hand and what it cannot fall below."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skpnn.metrics import asimov_significance, binned_significance

events = st.lists(
    st.tuples(st.integers(-3, 3).map(float), st.integers(-2, 5).map(float)), min_size=1, max_size=40
).map(lambda pairs: np.array(pairs).T)


def weighted(signal, background, **options):
    (s, w), (b, v) = signal, background
    return binned_significance(s, b, signal_weight=w, background_weight=v, **options)


def together(*bins, uncertainty=0.0):
    """Return √ΣZ² over bins of (signal, background)."""
    s, b = np.array(bins, dtype=float).T
    return np.sqrt(np.sum(asimov_significance(s, b, background_error=uncertainty * b) ** 2))


@pytest.fixture
def sample():
    """Return scores and weights of 300 signal and 2,000 background events."""
    rng = np.random.default_rng(0)
    signal = rng.normal(1.5, 1, 300), rng.exponential(size=300)
    return np.array(signal), np.array([rng.normal(0, 1, 2000), rng.normal(1, 1, 2000)])


def test_bins_hold_equal_shares_of_the_signal():
    # Ten of background beside every signal event but the best two, which have twenty.
    signal = np.repeat([4.0, 3.0, 2.0, 1.0], 2)
    background = np.repeat([4.0, 3.0, 2.0, 1.0, 0.0], [20, 10, 10, 10, 50])
    found = binned_significance(signal, background, n_bins=4)
    assert found == pytest.approx(together((2, 20), (2, 10), (2, 10), (2, 60)))


def test_shares_are_of_weights():
    signal = np.array([3.0, 2.0, 1.0]), np.array([6.0, 3.0, 3.0])
    background = np.array([np.repeat([3.0, 2.0, 1.0], 10), np.full(30, 2.0)])
    found = weighted(signal, background, n_bins=2)
    assert found == pytest.approx(together((6, 20), (6, 40)))


def test_bins_are_joined_until_they_have_background():
    signal = np.array([4.0, 3.0, 2.0, 1.0])
    background = np.repeat([3.0, 2.0, 1.0], [6, 4, 10])
    found = binned_significance(signal, background, n_bins=4, min_background_events=10)
    assert found == pytest.approx(together((3, 10), (1, 10)))


def test_what_is_left_joins_the_bin_before():
    signal = np.array([4.0, 3.0, 2.0, 1.0])
    background = np.repeat([4.0, 3.0, 2.0, 1.0], [10, 10, 10, 3])
    found = binned_significance(signal, background, n_bins=4)
    assert found == pytest.approx(together((1, 10), (1, 10), (2, 13)))


def test_what_is_left_with_negative_background_joins_the_bin_before():
    signal = np.array([[3.0, 2.0, 1.0], [1.0, 1.0, 1.0]])
    scores = np.repeat([3.0, 2.0, 1.0], [20, 40, 10])
    background = np.array([scores, np.where(scores == 1, -1.0, 1.0)])
    assert weighted(signal, background, n_bins=3) == pytest.approx(together((1, 20), (2, 30)))


def test_what_is_left_joins_more_than_one_bin_where_it_must():
    signal = np.array([[3.0, 2.0, 1.0], [1.0, 1.0, 1.0]])
    scores = np.repeat([3.0, 2.0, 1.0], [40, 20, 25])
    background = np.array([scores, np.where(scores == 1, -1.0, 1.0)])
    assert weighted(signal, background, n_bins=3) == pytest.approx(together((3, 35)))


def test_background_that_cancels_is_no_background():
    """Weights that sum to 0 leave 6e-17 of rounding, which is no background to divide by."""
    background = np.array(
        [np.repeat([3.0, 1.0], [15, 20]), np.r_[[0.1, 0.2, -0.3] * 5, np.ones(20)]]
    )
    signal = np.array([[3.0, 1.0], [1.0, 1.0]])
    found = weighted(signal, background, n_bins=2, min_background_events=0)
    assert found == pytest.approx(together((2, 20)))


@pytest.mark.parametrize("uncertainty", [0.0, 0.1])
def test_one_bin_counts_everything(sample, uncertainty):
    (_, w), (_, v) = sample
    found = weighted(*sample, n_bins=1, background_uncertainty=uncertainty)
    assert found == pytest.approx(together((w.sum(), v.sum()), uncertainty=uncertainty))


@given(events, events, st.integers(2, 20))
def test_bins_are_worth_at_least_what_counting_is(signal, background, n_bins):
    assume(signal[1].sum() > 0)
    assume(background[1].sum() > 0)
    counting = weighted(signal, background, n_bins=1, min_background_events=1e-3)
    found = weighted(signal, background, n_bins=n_bins, min_background_events=1e-3)
    assert found >= counting * (1 - 1e-9)


@pytest.mark.parametrize("transform", [np.arctan, np.exp, lambda score: 3 * score - 7])
def test_only_the_order_of_scores_matters(sample, transform):
    (s, w), (b, v) = sample
    transformed = weighted((transform(s), w), (transform(b), v))
    assert transformed == pytest.approx(weighted(*sample), rel=1e-12)


def test_the_order_of_events_does_not_matter(sample):
    shuffled = [np.random.default_rng(1).permutation(one, axis=1) for one in sample]
    assert weighted(*shuffled) == pytest.approx(weighted(*sample), rel=1e-12)


def test_an_uncertain_background_is_worth_less(sample):
    assert weighted(*sample, background_uncertainty=0.2) < weighted(*sample)


def test_infinite_scores_have_a_bin():
    background = np.repeat([np.inf, -np.inf], 10)
    found = binned_significance([np.inf, -np.inf], background, n_bins=2)
    assert found == pytest.approx(together((1, 10), (1, 10)))


@pytest.mark.parametrize("weight", [1.0, 0.1, 0.3, 0.37513])
def test_events_are_counted_whatever_their_common_weight(weight):
    found = binned_significance([1.0], np.zeros(10), background_weight=np.full(10, weight))
    assert found == pytest.approx(together((1, 10 * weight)))


def test_too_few_background_events_are_an_error():
    with pytest.raises(ValueError, match=r"background has 3 effective events.*needs.*=10"):
        binned_significance([1.0, 2.0], [0.0, 0.0, 3.0])


@pytest.mark.parametrize("n_bins", [0, -3, 2.5])
def test_an_impossible_number_of_bins_is_refused(n_bins):
    with pytest.raises(ValueError, match=r"n_bins=.*expected an integer of at least 1"):
        binned_significance([1.0], np.zeros(10), n_bins=n_bins)
