"""HypothesisROCDisplay: curves, their order and what they are called."""

import numpy as np
import pytest

import skpnn
from skpnn.plotting import HypothesisROCDisplay


@pytest.fixture
def display():
    """Hypotheses out of order."""
    curves = [[0, 0.5, 0.9, 1], [0, 0.2, 0.7, 1], [0, 0.9, 1, 1]], [[0, 0, 0.4, 1]] * 3
    return HypothesisROCDisplay(
        [750, 500, 1000], *curves, auc=[0.75, 0.5, 0.9], theta_name="mass", unit="GeV"
    )


def legend_of(display):
    legend = display.ax_.get_legend()
    return legend.get_title().get_text(), [text.get_text() for text in legend.get_texts()]


def test_area_under_the_curve_is_the_auc(pipeline, masses):
    X, y = masses
    weight = np.where(np.arange(len(y)) % 4 == 0, -0.5, 1.0)
    display = HypothesisROCDisplay.from_estimator(pipeline, X, y, sample_weight=weight)
    expected = skpnn.score_scan(pipeline, X, y, sample_weight=weight)["auc"]
    curves = zip(display.signal_efficiency, display.background_efficiency, strict=True)
    areas = [np.trapezoid(*curve) for curve in curves]
    assert areas == pytest.approx(expected.tolist(), abs=1e-12)
    assert display.auc == pytest.approx(expected.tolist(), abs=1e-12)


def test_signal_efficiency_is_drawn_against_background_efficiency(display):
    line = display.plot().lines_[0]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([0, 0, 0.4, 1], [0, 0.5, 0.9, 1])


def test_rejection_is_drawn_where_background_passes(display):
    line = display.plot(rejection=True).lines_[0]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([0.9, 1.0], [2.5, 1.0])


def test_the_guess_of_rejection_is_one_over_the_efficiency(display):
    chance = display.plot(rejection=True).chance_
    assert chance.get_xdata() * chance.get_ydata() == pytest.approx(1)


def test_the_legend_names_theta_and_gives_the_auc(display):
    assert legend_of(display.plot()) == (
        "mass (GeV)",
        ["750   (AUC 0.750)", "500   (AUC 0.500)", "1000   (AUC 0.900)"],
    )


def test_the_legend_names_the_estimator(display):
    assert legend_of(display.plot(name="PNN"))[1][0] == "PNN, 750   (AUC 0.750)"


def test_colours_get_lighter_with_theta(display):
    colours = np.array([line.get_color()[:3] for line in display.plot().lines_])
    assert np.argsort(colours.sum(axis=1)).tolist() == [1, 0, 2]


def test_two_theta_are_named_together():
    display = HypothesisROCDisplay(
        [[500, 10], [750, 5]],
        [[0, 1]] * 2,
        [[0, 1]] * 2,
        theta_name=["mass", "width"],
        unit=["GeV", "%"],
    )
    assert legend_of(display.plot()) == ("mass (GeV), width (%)", ["500, 10", "750, 5"])


@pytest.mark.parametrize(("n", "is_beside"), [(9, False), (10, True)])
def test_a_long_legend_stands_beside_the_curves(n, is_beside):
    display = HypothesisROCDisplay(range(n), [[0, 1]] * n, [[0, 1]] * n).plot()
    display.figure_.draw_without_rendering()
    legend, axes = (part.get_window_extent() for part in (display.ax_.get_legend(), display.ax_))
    assert (legend.x0 >= axes.x1) == is_beside


def test_units_are_as_many_as_theta():
    display = HypothesisROCDisplay([1], [[0, 1]], [[0, 1]], unit=["GeV", "%"])
    with pytest.raises(ValueError, match=r"expected 1 unit\(s\)"):
        display.plot()
