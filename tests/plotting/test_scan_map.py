"""ScanMapDisplay: lines of few events, a histogram of many, a map of two θ."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

import skpnn
from skpnn.plotting import ScanMapDisplay

MASSES = [750, 500, 1000]


def test_few_events_are_lines_over_rising_theta():
    display = ScanMapDisplay(MASSES, [[0.2, 0.1, 0.3]]).plot()
    (line,) = display.lines_
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([500, 750, 1000], [0.1, 0.2, 0.3])


def test_events_go_by_their_index():
    scores = pd.DataFrame([[0.1, 0.2]], index=[17], columns=pd.Index([500, 750], name="mass"))
    display = ScanMapDisplay.from_predictions(scores)
    assert (display.lines_[0].get_label(), display.ax_.get_xlabel()) == ("event 17", "mass")


def test_ten_lines_differ():
    lines = ScanMapDisplay(MASSES, np.zeros((10, 3))).plot().lines_
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 10


def test_many_events_are_histograms_that_sum_to_one():
    scores = np.random.default_rng(0).random((1000, 3))
    table = np.asarray(ScanMapDisplay(MASSES, scores).plot(bins=8).mesh_.get_array())
    assert table.shape == (8, 3)
    assert table.sum(axis=0) == pytest.approx(1)


def test_many_events_have_a_median():
    scores = np.random.default_rng(0).random((1000, 3))
    (median,) = ScanMapDisplay(MASSES, scores).plot().lines_
    assert median.get_ydata() == pytest.approx(np.median(scores, axis=0)[[1, 0, 2]])


def test_cells_surround_their_hypotheses():
    mesh = ScanMapDisplay(MASSES, np.full((11, 3), 0.5)).plot().mesh_
    assert mesh.get_coordinates()[0, :, 0].tolist() == [375, 625, 875, 1125]


def test_one_event_over_two_theta_is_a_map(exact_posterior):
    problem = skpnn.datasets.TwoParameterGaussian()
    grid = list(product([-1.0, 0.0, 1.0], [-1.0, 1.0]))
    X = np.array([[1.0, -1.0, np.nan, np.nan]])
    display = ScanMapDisplay.from_estimator(
        exact_posterior(problem), X, theta=[2, 3], hypotheses=grid
    )
    expected = [
        [problem.posterior(X[:, :2], np.array([one, other]))[0] for one in (-1.0, 0.0, 1.0)]
        for other in (-1.0, 1.0)
    ]
    assert np.asarray(display.mesh_.get_array()) == pytest.approx(np.array(expected))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("θ1", "θ2")


@pytest.mark.parametrize("grid", [[[0, 0], [0, 1], [1, 0]], [[0, 0], [0, 0], [1, 1], [0, 1]]])
def test_two_theta_that_are_no_product_are_refused(grid):
    with pytest.raises(ValueError, match=r"are no product of 2 values of the one θ and 2"):
        ScanMapDisplay(grid, [[0.5] * len(grid)]).plot()


def test_several_events_over_two_theta_are_refused():
    with pytest.raises(ValueError, match="2 events at hypotheses of 2 θ do not fit on two axes"):
        ScanMapDisplay([[0, 0]], [[0.5], [0.5]]).plot()


def test_scores_have_a_column_for_each_hypothesis():
    with pytest.raises(ValueError, match=r"scores has shape \(1, 2\), expected \(n_events, 3\)"):
        ScanMapDisplay(MASSES, [[0.5, 0.5]]).plot()


def test_arrays_need_hypotheses():
    with pytest.raises(ValueError, match=r"give hypotheses=\[…\]"):
        ScanMapDisplay.from_predictions(np.zeros((1, 3)))


def test_predictions_over_two_theta_keep_their_names():
    columns = pd.MultiIndex.from_product([[500, 750], [5, 10]], names=["mass", "width"])
    scores = pd.DataFrame([[0.1, 0.2, 0.3, 0.4]], columns=columns)
    ax = ScanMapDisplay.from_predictions(scores, unit=["GeV", "%"]).ax_
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mass (GeV)", "width (%)")


def test_decision_functions_fill_their_own_range():
    scores = np.linspace(-4, 4, 50)[:, np.newaxis]
    assert ScanMapDisplay([1], scores).plot().ax_.get_ylim() == (-4, 4)
