"""LearningRateRangeDisplay: smoothing by hand, where a loss turns up, what is in the picture."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skpnn.plotting import LearningRateRangeDisplay
from skpnn.plotting._learning_rate_curve import learning_rate_curve

RATES = np.geomspace(1e-4, 1, 41)
# Falls from 1 to 0 at a rate of 0.1, and explodes.
VALLEY = np.where(RATES < 0.1, (np.log10(RATES) + 1) / -3, 1e4 * (RATES - 0.1))


def curve_of(losses, smoothing=0.0):
    return learning_rate_curve(RATES[: len(losses)], losses, smoothing=smoothing)


def test_smoothing_is_the_debiased_moving_average():
    smoothed = curve_of([4.0, 2.0, 6.0], smoothing=0.5).smoothed
    biased = [2.0, 2.0, 4.0]
    expected = np.divide(biased, [0.5, 0.75, 0.875])
    # The first would hold one batch only, and half of its weight is of those before.
    assert smoothed == pytest.approx([np.nan, *expected[1:]], nan_ok=True)


def test_a_lucky_first_batch_is_no_minimum():
    losses = np.concatenate([[0.1], np.linspace(0.7, 0.3, 60), np.linspace(0.3, 2, 30)])
    rates = np.geomspace(1e-5, 10, len(losses))
    assert 55 < learning_rate_curve(rates, losses).minimum < 75


def test_no_smoothing_leaves_the_losses():
    np.testing.assert_array_equal(curve_of(VALLEY).smoothed, VALLEY)


@given(arrays(float, (9,), elements=st.floats(-1e6, 1e6)), st.floats(0, 0.99))
def test_what_is_smoothed_stays_among_the_losses(losses, smoothing):
    smoothed = curve_of(losses, smoothing).smoothed
    room = 1e-9 * (1 + np.abs(losses).max())
    assert losses.min() - room <= np.nanmin(smoothed) <= np.nanmax(smoothed) <= losses.max() + room


def test_suggestion_is_a_tenth_of_the_rate_at_the_minimum():
    assert curve_of(VALLEY).suggestion == pytest.approx(0.01)


@given(st.sampled_from([0.01, 0.25, 64.0, 1e3]), st.sampled_from([-2.0, 0.0, 8.0]))
def test_a_verdict_is_of_the_shape_only(scale, offset):
    noisy = VALLEY + np.random.default_rng(0).normal(scale=0.1, size=41)
    expected, curve = curve_of(noisy, 0.9), curve_of(scale * noisy + offset, 0.9)
    assert curve[1:] == expected[1:]


def test_a_valley_falls_and_turns_up():
    curve = curve_of(VALLEY)
    assert (curve.falls, curve.turns_up) == (True, True)


def test_a_loss_that_falls_to_the_end_does_not_turn_up():
    curve = curve_of(VALLEY[:30])
    assert (curve.falls, curve.turns_up) == (True, False)
    assert curve.suggestion == RATES[29] / 10


def test_a_loss_that_returns_turned_up():
    # As where a network dies: infinite rates would not change its loss any more.
    assert curve_of([*VALLEY[:31], 9.0, 5.0, 0.0]).turns_up


@pytest.mark.parametrize("last", [np.inf, np.nan])
def test_a_loss_that_stops_being_finite_turned_up(last):
    curve = curve_of([*VALLEY[:30], last])
    assert (curve.minimum, curve.turns_up) == (29, True)


@pytest.mark.parametrize(
    "losses", [np.linspace(1, 2, 41), np.ones(41), [1.0, np.inf], [1.0, 5.0, np.nan]]
)
def test_a_loss_that_never_falls_suggests_nothing(losses):
    curve = curve_of(losses)
    assert (curve.falls, curve.suggestion) == (False, None)


def test_scatter_is_no_fall():
    noise = np.random.default_rng(0).normal(size=41)
    assert not curve_of(noise, 0.9).falls


@pytest.mark.parametrize("losses", [[np.nan, 1.0], [np.inf, np.inf], []])
def test_the_first_loss_must_be_finite(losses):
    with pytest.raises(ValueError, match=r"losses begin with .*RobustScaler"):
        curve_of(losses)


def test_rates_and_losses_belong_together():
    with pytest.raises(
        ValueError, match=r"shape \(41,\) and losses of shape \(40,\) do not belong"
    ):
        LearningRateRangeDisplay.from_losses(RATES, VALLEY[1:])


def test_smoothing_of_one_is_refused():
    with pytest.raises(ValueError, match=r"smoothing=1.*\[0, 1\)"):
        LearningRateRangeDisplay.from_losses(RATES, VALLEY, smoothing=1)


def test_a_fall_within_few_batches_is_no_scatter():
    curve = curve_of([4.0] * 10 + [2.0, 0.0] + [40.0] * 9, 0.5)
    assert curve.falls


# The picture


def test_the_rate_is_on_a_logarithmic_axis():
    ax = LearningRateRangeDisplay.from_losses(RATES, VALLEY).ax_
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")


def test_what_explodes_leaves_the_picture():
    display = LearningRateRangeDisplay.from_losses(RATES, VALLEY, smoothing=0)
    low, high = display.ax_.get_ylim()
    assert -0.3 < low < 0
    assert 1 < high < 2


def test_the_picture_of_a_fall_has_no_empty_room():
    display = LearningRateRangeDisplay.from_losses(RATES[:30], VALLEY[:30], smoothing=0)
    assert display.ax_.get_ylim() == pytest.approx((VALLEY[29] - 0.05, 1.05), abs=0.01)


@pytest.mark.parametrize("losses", [np.zeros(41), np.linspace(1, 1e9, 41), [1.0, np.inf]])
def test_a_loss_that_never_falls_is_drawn(losses):
    display = LearningRateRangeDisplay.from_losses(RATES[: len(losses)], losses, smoothing=0)
    low, high = display.ax_.get_ylim()
    assert low < losses[0] < high < 2


def test_a_second_curve_keeps_the_first_in_the_picture():
    display = LearningRateRangeDisplay.from_losses(RATES, 5 + VALLEY)
    high = display.ax_.get_ylim()[1]
    both = LearningRateRangeDisplay.from_losses(RATES, VALLEY, ax=display.ax_).ax_.get_ylim()
    assert both == (pytest.approx(-0.05, abs=0.3), high)


def test_the_minimum_of_what_is_smoothed_is_marked():
    minimum = LearningRateRangeDisplay.from_losses(RATES, VALLEY, smoothing=0).minimum_
    assert minimum.get_xdata() == pytest.approx([0.1])
    assert minimum.get_ydata() == pytest.approx([0], abs=1e-12)


def test_without_a_suggestion_none_is_marked():
    assert LearningRateRangeDisplay(RATES, VALLEY, VALLEY).plot().suggestion_ is None


def test_name_goes_before_what_the_legend_says():
    display = LearningRateRangeDisplay.from_losses(RATES, VALLEY, smoothing=0, name="PNN")
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts == ["PNN, smoothed", "PNN, minimum, at rate 0.1", "PNN, suggested rate: 0.01"]


def test_all_of_a_curve_has_the_colour_of_its_line():
    display = LearningRateRangeDisplay.from_losses(RATES, VALLEY, c="red", ax=plt.subplots()[1])
    parts = (display.line_, display.batches_, display.minimum_, display.suggestion_)
    assert [part.get_color() for part in parts] == ["red"] * 4
