"""HypothesisScanDisplay: scikit-learn's Display contract, and what is drawn."""

import matplotlib.pyplot as plt
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.plotting import HypothesisScanDisplay


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def display():
    """Points out of order, the middle one left out."""
    return HypothesisScanDisplay(
        [750, 500, 1000], [0.88, 0.70, 0.96], trained=[False, True, True], unit="GeV", name="PNN"
    )


def test_plot_returns_the_display(display):
    assert display.plot() is display


def test_plots_on_the_axes_given(display):
    _, ax = plt.subplots()
    assert display.plot(ax=ax).ax_ is ax


def test_plots_twice_from_one_computation(display):
    first, second = display.plot().figure_, display.plot().figure_
    assert first is not second


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
