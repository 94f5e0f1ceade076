"""Figures of merit of a cut, against a loop over all cuts and against scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import assume, given
from hypothesis import strategies as st

from skpnn.metrics import (
    BestCut,
    asimov_significance,
    average_precision,
    background_rejection,
    best_cut,
)

# Few distinct scores, so that ties are common; a log-likelihood ratio can be infinite.
scores = st.sampled_from([-np.inf, -2.0, -1.0, 0.0, 1.0, 2.0, np.inf])
events = st.lists(st.tuples(scores, st.integers(-2, 5).map(float)), min_size=1, max_size=12).map(
    lambda pairs: np.array(pairs).T
)
efficiencies = st.sampled_from([0.1, 0.3, 0.5, 0.8, 1.0])


def weighted(function, signal, background, **options):
    (s, w), (b, v) = signal, background
    return function(s, b, signal_weight=w, background_weight=v, **options)


def sums_are_positive(signal, background):
    return signal[1].sum() > 0 and background[1].sum() > 0


def all_cuts(signal, background):
    """Return (cut, weights of signal, weights of background) for each cut, the tightest first."""
    (s, w), (b, v) = signal, background
    return [(cut, w[s >= cut], v[b >= cut]) for cut in sorted({*s, *b}, reverse=True)]


@pytest.fixture(params=[1, 8], ids=["ties", "no ties"])
def sample(request):
    """Return 500 events with positive weights: classes, scores, weights."""
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=500)
    return y, np.round(rng.normal(size=500) + y, request.param), rng.exponential(size=500)


def of_sample(function, sample, **options):
    y, score, weight = sample
    signal, background = ([score[y == label], weight[y == label]] for label in (1, 0))
    return weighted(function, signal, background, **options)


def test_average_precision_agrees_with_scikit_learn(sample):
    y, score, weight = sample
    expected = sklearn.metrics.average_precision_score(y, score, sample_weight=weight)
    assert of_sample(average_precision, sample) == pytest.approx(expected, abs=1e-12)


@given(events, events)
def test_average_precision_sums_over_all_cuts(signal, background):
    assume(sums_are_positive(signal, background))
    expected, recall = 0.0, 0.0
    for _, w, v in all_cuts(signal, background):
        passing = w.sum() + v.sum()
        before, recall = recall, w.sum() / signal[1].sum()
        expected += (recall - before) * (w.sum() / passing if passing > 0 else 0)
    found = weighted(average_precision, signal, background)
    assert found == pytest.approx(expected, abs=1e-12)


def test_average_precision_of_a_constant_score_is_the_share_of_signal():
    assert average_precision([1.0], [1.0, 1.0, 1.0]) == 0.25


@pytest.mark.parametrize("efficiency", [0.01, 0.3, 0.5, 0.9])
def test_background_rejection_is_read_off_scikit_learns_curve(sample, efficiency):
    y, score, weight = sample
    fpr, tpr, _ = sklearn.metrics.roc_curve(y, score, sample_weight=weight, drop_intermediate=False)
    with np.errstate(divide="ignore"):
        expected = 1 / fpr[np.argmax(tpr >= efficiency)]
    found = of_sample(background_rejection, sample, signal_efficiency=efficiency)
    assert found == pytest.approx(expected, rel=1e-12)


@given(events, events, efficiencies)
def test_background_rejection_is_that_of_the_tightest_cut(signal, background, efficiency):
    assume(sums_are_positive(signal, background))
    _, v = next(
        (w, v)
        for _, w, v in all_cuts(signal, background)
        if w.sum() >= efficiency * signal[1].sum() * (1 - 1e-12)
    )
    expected = background[1].sum() / v.sum() if v.sum() > 0 else np.inf
    found = weighted(background_rejection, signal, background, signal_efficiency=efficiency)
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("efficiency", [0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("weight", [0.1, 0.3, 0.7, 1e-3, 0.37513])
@pytest.mark.parametrize("n", [10, 40, 1000])
def test_background_rejection_is_the_same_whatever_the_common_weight(n, weight, efficiency):
    signal = np.arange(n, dtype=float)
    found = background_rejection(
        signal, signal + 0.5, signal_weight=np.full(n, weight), signal_efficiency=efficiency
    )
    expected = background_rejection(signal, signal + 0.5, signal_efficiency=efficiency)
    assert found == expected


def test_background_rejection_is_infinite_where_no_background_passes():
    assert background_rejection([2.0, 0.0], [1.0]) == np.inf


@pytest.mark.parametrize("efficiency", [0.0, -0.5, 1.1, np.nan])
def test_an_impossible_efficiency_is_refused(efficiency):
    with pytest.raises(ValueError, match=r"signal_efficiency=.* above 0 and at most 1"):
        background_rejection([1.0], [0.0], signal_efficiency=efficiency)


@given(events, events, st.sampled_from([0.5, 1.0, 3.0]), st.sampled_from([0.0, 0.2]))
def test_best_cut_is_the_best_of_all_cuts(signal, background, fewest, uncertainty):
    assume(sums_are_positive(signal, background))
    found = {}
    for cut, w, v in all_cuts(signal, background):
        if v.sum() > 0 and v.sum() ** 2 >= fewest * (v**2).sum():
            error = uncertainty * v.sum()
            found[cut] = asimov_significance(w.sum(), v.sum(), background_error=error)
    assume(found)
    best = weighted(
        best_cut,
        signal,
        background,
        min_background_events=fewest,
        background_uncertainty=uncertainty,
    )
    assert best.significance == pytest.approx(max(found.values()), rel=1e-6, abs=1e-7)
    assert best.significance == pytest.approx(found[best.cut], rel=1e-6, abs=1e-7)


def test_background_that_cancels_makes_no_significance():
    rng = np.random.default_rng(0)
    v = np.r_[[0.1, 0.2, -0.3] * 5, np.ones(1000)]
    background = np.r_[np.full(15, 0.95), rng.uniform(0, 0.5, 1000)]
    signal = rng.uniform(0.9, 1, 50)
    assert best_cut(signal, background, background_weight=v).significance < 20
    assert background_rejection(signal * 0 + 0.95, background, background_weight=v) == np.inf


def test_best_cut_keeps_what_scores_as_much():
    assert best_cut([2.0, 2.0], [0.0] * 10 + [2.0] * 10).cut == 2.0


@pytest.mark.parametrize("weight", [1.0, 0.1, 0.3, 0.37513])
def test_best_cut_counts_events_whatever_their_common_weight(weight):
    background = np.arange(10.0)
    assert best_cut([20.0], background, background_weight=np.full(10, weight)).cut == 0


def test_best_cut_does_not_run_out_of_background():
    background = np.arange(100.0)
    free = best_cut([200.0] * 50, background, min_background_events=1)
    assert free.cut == 99
    assert best_cut([200.0] * 50, background, min_background_events=20).cut == 80


def test_best_cut_names_its_fields():
    assert BestCut._fields == ("significance", "cut")


def test_too_few_background_events_are_an_error():
    with pytest.raises(ValueError, match="background has 3 effective events"):
        best_cut([1.0], [0.0, 0.0, 0.0])


@pytest.mark.parametrize("function", [average_precision, background_rejection])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool"])
def test_decisions_are_ranked_like_their_numbers(function, dtype):
    signal, background = np.array([1, 1, 0]), np.array([0, 0, 1, 0])
    expected = function(signal.astype(float), background.astype(float))
    assert function(signal.astype(dtype), background.astype(dtype)) == expected


@pytest.mark.parametrize("function", [average_precision, background_rejection])
def test_the_order_of_events_does_not_matter(function):
    rng = np.random.default_rng(0)
    signal, background = (rng.integers(5, size=(2, 50)).astype(float) for _ in range(2))
    expected = weighted(function, signal, background)
    shuffled = [events[:, rng.permutation(50)] for events in (signal, background)]
    assert weighted(function, *shuffled) == pytest.approx(expected, rel=1e-12)
