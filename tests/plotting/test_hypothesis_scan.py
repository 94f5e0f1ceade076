"""HypothesisScanDisplay: what is drawn."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.metrics import average_precision
from skpnn.plotting import HypothesisScanDisplay


@pytest.fixture
def display():
    """Points out of order, the middle one left out."""
    return HypothesisScanDisplay(
        [750, 500, 1000], [0.88, 0.70, 0.96], trained=[False, True, True], unit="GeV", name="PNN"
    )


def test_points_are_ordered_by_theta(display):
    assert display.plot().line_.get_xdata().tolist() == [500, 750, 1000]


def test_hypotheses_left_out_are_drawn_open(display):
    ax = display.plot().ax_
    left_out = next(line for line in ax.lines if line.get_label() == "not trained on")
    assert left_out.get_xdata().tolist() == [750]
    assert left_out.get_markerfacecolor() == "white"


def test_hypotheses_trained_on_are_drawn_filled(display):
    assert list(display.plot().line_.get_markevery()) == [0, 2]


def test_axes_are_labelled_with_the_unit(display):
    ax = HypothesisScanDisplay([1], [0.9], theta_name="mass", unit="GeV").plot().ax_
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mass (GeV)", "AUC")


def test_from_estimator_draws_what_score_scan_says(fitted_pipeline, masses):
    display = HypothesisScanDisplay.from_estimator(fitted_pipeline, *masses)
    expected = skpnn.score_scan(fitted_pipeline, *masses)["auc"]
    assert display.line_.get_ydata().tolist() == expected.tolist()


def test_from_estimator_finds_what_was_left_out(masses):
    X, y = masses
    kept = X["mass"] != 1000
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    display = HypothesisScanDisplay.from_estimator(model.fit(X[kept], y[kept]), X, y)
    assert list(display.trained) == [True, True, False, True, True]


def test_two_theta_do_not_fit_on_one_axis(masses):
    X, y = masses
    two = X.assign(width=X["mass"] / 10)
    model = skpnn.PNNClassifier(theta=["mass", "width"], epochs=1).fit(two, y)
    with pytest.raises(ValueError, match="are 2 columns; the axis can show one"):
        HypothesisScanDisplay.from_estimator(model, two, y, theta=["mass", "width"])


def test_another_figure_of_merit_is_named(pipeline, masses):
    display = HypothesisScanDisplay.from_estimator(
        pipeline, *masses, metric=average_precision, n_bootstraps=0
    )
    expected = skpnn.score_scan(pipeline, *masses, metric="average_precision")
    assert display.values.tolist() == expected["average_precision"].tolist()
    assert display.ax_.get_ylabel() == "average precision"


def test_several_figures_of_merit_do_not_fit_on_one_axis(pipeline, masses):
    with pytest.raises(ValueError, match="are 2; the axis can show one"):
        HypothesisScanDisplay.from_estimator(pipeline, *masses, metric=["auc", "asimov"])


def test_error_bars_are_those_of_score_scan(pipeline, masses):
    options = {"n_bootstraps": 5, "random_state": 1}
    display = HypothesisScanDisplay.from_estimator(pipeline, *masses, **options)
    expected = skpnn.score_scan(pipeline, *masses, **options)["auc_error"]
    assert display.errors.tolist() == expected.tolist()
    ends = np.array(display.errorbar_.lines[2][0].get_segments())[:, :, 1]
    assert np.ptp(ends, axis=1) / 2 == pytest.approx(expected, abs=1e-12)


def test_no_bootstraps_draw_no_error_bars(pipeline, masses):
    display = HypothesisScanDisplay.from_estimator(pipeline, *masses, n_bootstraps=0)
    assert (display.errors, display.errorbar_) == (None, None)


def test_errors_follow_their_points():
    display = HypothesisScanDisplay([2, 1], [0.5, 0.5], errors=[0.25, 0.125]).plot()
    ends = np.array(display.errorbar_.lines[2][0].get_segments())[:, :, 1]
    assert np.ptp(ends, axis=1).tolist() == [0.25, 0.5]
