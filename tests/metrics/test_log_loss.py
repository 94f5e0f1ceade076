"""The balanced cross-entropy, against scikit-learn and the formula."""

import numpy as np
import pytest
import sklearn.metrics

from skpnn.metrics import log_loss


@pytest.fixture
def events():
    """Return probabilities and weights of 200 signal and 700 background events."""
    rng = np.random.default_rng(0)
    return rng.beta(4, 2, 200), rng.beta(2, 4, 700), rng.exponential(size=200), rng.random(700)


def of(s, b, w, v):
    return log_loss(s, b, signal_weight=w, background_weight=v)


def test_it_is_scikit_learns_with_balanced_weights(events):
    s, b, w, v = events
    y = np.repeat([1, 0], [len(s), len(b)])
    balanced = np.concatenate([w / w.sum(), v / v.sum()])
    expected = sklearn.metrics.log_loss(y, np.concatenate([s, b]), sample_weight=balanced)
    assert of(*events) == pytest.approx(expected, rel=1e-12)


def test_negative_weights_are_those_of_the_formula(events):
    s, b, w, v = events
    w, v = w - 0.5, v - 0.3
    expected = -(w @ np.log(s) / w.sum() + v @ np.log(1 - b) / v.sum()) / 2
    assert of(s, b, w, v) == pytest.approx(expected, rel=1e-12)


def test_neither_class_outweighs_the_other(events):
    s, b, w, v = events
    assert of(s, b, w, v) == pytest.approx(of(s, b, 1000 * w, 0.01 * v), rel=1e-12)


def test_one_half_costs_log_two():
    assert log_loss([0.5], [0.5, 0.5, 0.5]) == pytest.approx(np.log(2))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_saturated_scores_cost_no_more_than_their_precision(dtype):
    wrong = log_loss(np.array([0], dtype), np.array([1], dtype))
    assert wrong == pytest.approx(-np.log(np.finfo(dtype).eps))


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "float32"])
def test_decisions_that_are_right_cost_nothing(dtype):
    assert log_loss(np.array([1, 1], dtype), np.array([0], dtype)) == 0


@pytest.mark.parametrize(("signal", "background"), [([1.1], [0.5]), ([0.5], [-0.1])])
def test_scores_that_are_no_probabilities_are_refused(signal, background):
    with pytest.raises(ValueError, match=r"not all within \[0, 1\]; log_loss needs probabilities"):
        log_loss(signal, background)
