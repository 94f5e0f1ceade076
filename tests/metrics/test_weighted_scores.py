"""Scores and weights of one class: what they become, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from skpnn.metrics._weighted_scores import WeightedScores


def of(score, weight=None):
    return WeightedScores.of(score, weight, name="signal")


def test_every_weight_is_one_by_default():
    assert of([0.5, 0.1]).weight.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floating_scores_keep_their_precision(dtype):
    assert of(np.array([0.5], dtype)).score.dtype == dtype


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "object", "Float64"])
def test_other_scores_become_float64(dtype):
    scores = of(pd.Series([0, 1, 1], dtype=dtype)).score
    assert (scores.dtype, scores.tolist()) == (np.float64, [0.0, 1.0, 1.0])


def test_series_are_taken_by_position():
    score = pd.Series([0.1, 0.9], index=[1, 0])
    weight = pd.Series([2.0, 3.0], index=["a", "b"])
    scores = of(score, weight)
    assert (scores.score.tolist(), scores.weight.tolist()) == ([0.1, 0.9], [2.0, 3.0])


def test_negative_weights_stay():
    assert of([0.5, 0.1], [2.0, -1.0]).weight.tolist() == [2.0, -1.0]


@pytest.mark.parametrize("shape", [(), (3, 2), (3, 1)])
def test_scores_are_one_number_per_event(shape):
    with pytest.raises(ValueError, match=r"signal_score has shape .* expected \(n_signal,\)"):
        of(np.zeros(shape))


@pytest.mark.parametrize("weight", [[0.0, 0.0], [1.0, -1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_the_sum_of_weights_is_positive_and_finite(weight):
    with pytest.raises(ValueError, match=r"signal weights sum to .* finite positive sum"):
        of([0.5, 0.1], weight)


def test_there_are_as_many_weights_as_scores():
    with pytest.raises(ValueError, match="expected one weight per score"):
        of([0.5, 0.1], [1.0])


def test_scores_are_not_nan():
    with pytest.raises(ValueError, match="signal scores contain NaN"):
        of([0.5, np.nan])
