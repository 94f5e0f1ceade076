"""The weighted ROC curve, against its area, brute force and scikit-learn."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics

from skpnn.metrics import roc_curve, weighted_auc

# Few distinct scores, so that ties are common.
events = st.lists(
    st.tuples(st.integers(-3, 3).map(float), st.integers(-2, 5).map(float)), min_size=1, max_size=12
).map(lambda pairs: np.array(pairs).T)


@st.composite
def samples(draw):
    (s, w), (b, v) = draw(events), draw(events)
    assume(w.sum() > 0)
    assume(v.sum() > 0)
    return s, b, {"signal_weight": w, "background_weight": v}


@given(samples())
def test_the_area_is_the_auc(sample):
    s, b, weights = sample
    curve = roc_curve(s, b, **weights)
    area = np.trapezoid(curve.signal_efficiency, curve.background_efficiency)
    assert area == pytest.approx(weighted_auc(s, b, **weights), abs=1e-12)


@given(samples())
def test_efficiencies_are_the_shares_that_pass(sample):
    s, b, weights = sample
    w, v = weights.values()
    for signal, background, threshold in zip(*roc_curve(s, b, **weights), strict=True):
        assert signal == pytest.approx(w[s >= threshold].sum() / w.sum(), abs=1e-12)
        assert background == pytest.approx(v[b >= threshold].sum() / v.sum(), abs=1e-12)


@given(samples())
def test_from_nothing_to_everything(sample):
    curve = roc_curve(*sample[:2], **sample[2])
    for efficiency in (curve.signal_efficiency, curve.background_efficiency):
        assert (efficiency[0], efficiency[-1]) == (0.0, 1.0)


def test_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=500)
    score, weight = np.round(rng.normal(size=500) + y, 1), rng.exponential(size=500)
    curve = roc_curve(
        score[y == 1],
        score[y == 0],
        signal_weight=weight[y == 1],
        background_weight=weight[y == 0],
    )
    expected = metrics.roc_curve(y, score, sample_weight=weight, drop_intermediate=False)
    assert curve.background_efficiency == pytest.approx(expected[0], abs=1e-12)
    assert curve.signal_efficiency == pytest.approx(expected[1], abs=1e-12)
    assert curve.threshold.tolist() == expected[2].tolist()


def test_scores_may_not_be_nan():
    with pytest.raises(ValueError, match="signal scores contain NaN"):
        roc_curve([np.nan], [1.0])
