"""ScoreDistributionDisplay: histograms, their errors and their panels."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from skpnn.plotting import ScoreDistributionDisplay

Y = [1, 1, 0, 0]
SCORES = [[0.1], [0.9], [0.1], [0.3]]
THETA = [750.0, 750.0, np.nan, np.nan]


def of_four_events(weight=None, scores=SCORES, **options):
    return ScoreDistributionDisplay.from_predictions(
        Y, np.array(scores), theta=THETA, hypotheses=[750], sample_weight=weight, **options
    )


@pytest.mark.parametrize("name", ["signal", "background"])
def test_histograms_sum_to_one(pipeline, masses, name):
    display = ScoreDistributionDisplay.from_estimator(pipeline, *masses)
    assert np.sum(getattr(display, name), axis=1) == pytest.approx(1)


def test_shares_are_of_the_sum_of_weights():
    display = of_four_events([3, 1, 2, -1], bins=2)
    assert np.array(display.signal).tolist() == [[0.75, 0.25]]
    assert np.array(display.background).tolist() == [[1.0, 0.0]]


def test_errors_are_the_root_of_the_squared_weights():
    display = of_four_events([3, 1, 2, -1], bins=2)
    assert np.array(display.signal_errors).tolist() == [[0.75, 0.25]]
    assert np.array(display.background_errors) == pytest.approx(np.array([[np.sqrt(5), 0]]))


def test_probabilities_fill_the_unit_interval():
    assert of_four_events(bins=4).edges.tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_other_scores_fill_their_own_range():
    assert of_four_events(scores=[[-3], [0], [1], [5]], bins=2).edges.tolist() == [-3, 1, 5]


def test_events_beyond_the_edges_count_in_the_sum():
    assert np.array(of_four_events(bins=[0.0, 0.5]).signal).tolist() == [[0.5]]


def test_log_draws_on_a_logarithmic_scale():
    assert of_four_events(log=True).ax_.get_yscale() == "log"


def test_panels_are_named_by_their_hypotheses(pipeline, masses):
    display = ScoreDistributionDisplay.from_estimator(pipeline, *masses, unit="GeV")
    titles = [panel.get_title() for panel in display.axes_]
    assert titles == [f"mass = {mass} GeV" for mass in (500, 750, 1000, 1250, 1500)]


def test_panels_without_a_hypothesis_are_not_there(pipeline, masses):
    display = ScoreDistributionDisplay.from_estimator(pipeline, *masses)
    assert len(display.figure_.axes) == len(display.axes_) == 5


def test_panels_given_are_as_many_as_hypotheses(pipeline, masses):
    axes = plt.subplots(2, 2)[1]
    with pytest.raises(ValueError, match="ax holds 4 Axes, expected 5: one per hypothesis"):
        ScoreDistributionDisplay.from_estimator(pipeline, *masses, ax=axes)


def test_panels_given_are_a_grid(pipeline, masses):
    axes = plt.subplots(5, 1)[1].reshape(5, 1)
    display = ScoreDistributionDisplay.from_estimator(pipeline, *masses, ax=axes)
    assert [panel.get_xlabel() for panel in display.axes_] == ["score"] * 5
