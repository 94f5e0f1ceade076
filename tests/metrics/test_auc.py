"""The weighted area under the ROC curve, against brute force and scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from skpnn.metrics import weighted_auc

# Few distinct scores, so that ties are common.
events = st.lists(
    st.tuples(st.integers(-3, 3).map(float), st.integers(-2, 5).map(float)), min_size=1, max_size=12
).map(lambda pairs: np.array(pairs).T)


def over_all_pairs(signal, background, w, v):
    wins = (signal[:, None] > background) + 0.5 * (signal[:, None] == background)
    return (np.outer(w, v) * wins).sum() / (w.sum() * v.sum())


def auc(signal, background, w, v):
    return weighted_auc(signal, background, signal_weight=w, background_weight=v)


@given(events, events)
def test_auc_is_the_weighted_share_of_pairs(signal, background):
    (s, w), (b, v) = signal, background
    assume(w.sum() > 0)
    assume(v.sum() > 0)
    assert auc(s, b, w, v) == pytest.approx(over_all_pairs(s, b, w, v), abs=1e-12)


@given(events, events)
def test_auc_of_swapped_classes_is_the_complement(signal, background):
    (s, w), (b, v) = signal, background
    assume(w.sum() > 0)
    assume(v.sum() > 0)
    assert auc(s, b, w, v) + auc(b, s, v, w) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("decimals", [1, 8])
def test_auc_agrees_with_scikit_learn(decimals):
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=500)
    score = np.round(rng.normal(size=500) + y, decimals)
    weight = rng.exponential(size=500)
    ours = auc(score[y == 1], score[y == 0], weight[y == 1], weight[y == 0])
    assert ours == pytest.approx(roc_auc_score(y, score, sample_weight=weight), abs=1e-12)


def test_auc_without_weights_counts_events():
    assert weighted_auc([3, 1], [2, 2, 0]) == pytest.approx(4 / 6)


def test_auc_of_ties_is_one_half():
    assert weighted_auc([1, 1, 1], [1, 1]) == 0.5


def test_auc_of_infinite_scores():
    assert weighted_auc([np.inf, 0.0], [-np.inf, np.inf]) == pytest.approx(2.5 / 4)


def test_weights_need_one_per_score():
    message = r"background_weight has shape \(1,\), background_score \(2,\)"
    with pytest.raises(ValueError, match=message):
        weighted_auc([1.0], [1.0, 2.0], background_weight=[1.0])


@pytest.mark.parametrize("weight", [[1.0, -1.0], [1.0, -2.0], [np.nan, 1.0]])
def test_weights_need_a_positive_sum(weight):
    with pytest.raises(ValueError, match=r"signal weights sum to .*; every figure of merit needs"):
        weighted_auc([1.0, 2.0], [1.0], signal_weight=weight)


@pytest.mark.parametrize(("signal", "background"), [([np.nan], [1.0]), ([1.0], [np.nan])])
def test_scores_may_not_be_nan(signal, background):
    with pytest.raises(ValueError, match=r"(signal|background) scores contain NaN"):
        weighted_auc(signal, background)


def test_no_background_has_no_positive_sum():
    with pytest.raises(ValueError, match="background weights sum to 0"):
        weighted_auc([1.0], [])


@pytest.fixture(scope="module")
def generators(shared_data):
    """Return pt_z in GeV and weights that sum to 1: at LO, and at NLO with 19 % below 0."""
    events = pd.read_csv(shared_data("lhe_negweights/z_lhe_flat.csv.gz"))
    of_sample = [events[events["sample"] == name] for name in ("mlm", "fxfx")]
    return [np.array([one["pt_z"], one["weight"] / one["weight"].sum()]) for one in of_sample]


@pytest.mark.parametrize("order", [1, -1], ids=["NLO is background", "NLO is signal"])
def test_auc_of_a_generators_signed_weights_is_the_share_of_pairs(generators, order):
    (s, w), (b, v) = generators[::order]
    blocks = [slice(start, start + 500) for start in range(0, len(s), 500)]
    share = sum(over_all_pairs(s[one], b, w[one], v) * w[one].sum() for one in blocks)
    assert auc(s, b, w, v) == pytest.approx(share / w.sum(), abs=1e-12)


def test_scikit_learn_refuses_a_generators_signed_background(generators):
    (s, w), (b, v) = generators
    y = np.repeat([1, 0], [len(s), len(b)])
    with pytest.raises(ValueError, match="neither increasing nor decreasing"):
        roc_auc_score(y, np.concatenate([s, b]), sample_weight=np.concatenate([w, v]))
