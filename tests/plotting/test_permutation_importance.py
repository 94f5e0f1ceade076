"""PermutationImportanceDisplay: order, labels and how many features."""

import numpy as np
import pandas as pd
import pytest

from skpnn.plotting import PermutationImportanceDisplay


@pytest.fixture
def display():
    return PermutationImportanceDisplay(
        ["pt", "mass_jj", "eta"],
        [500, 750],
        [[0.1, 0.2], [0.2, 0.3], [0.0, 0.1]],
        errors=[[0.01, 0.02], [0.03, 0.04], [0.05, 0.06]],
        metric_name="log_loss",
    )


def names_of(display):
    return [text.get_text() for text in display.ax_.get_yticklabels()]


def test_the_most_important_feature_is_at_the_top(display):
    assert names_of(display.plot()) == ["mass_jj", "pt", "eta"]
    assert display.ax_.yaxis_inverted()


def test_points_follow_their_names(display):
    assert display.plot().points_[1].get_xdata().tolist() == [0.3, 0.2, 0.1]


def test_error_bars_follow_their_points(display):
    (bars,) = display.plot().ax_.containers[0].lines[2]
    assert np.ptp(np.array(bars.get_segments())[:, :, 0], axis=1) / 2 == pytest.approx(
        [0.03, 0.01, 0.05]
    )


def test_top_n_leaves_out_the_rest(display):
    assert names_of(display.plot(top_n=2)) == ["mass_jj", "pt"]


def test_what_should_be_low_rises(display):
    assert display.plot().ax_.get_xlabel() == "rise of cross-entropy when permuted"


def test_many_features_have_a_higher_figure():
    few, many = (
        PermutationImportanceDisplay(range(n), [1], np.zeros((n, 1))).plot() for n in (3, 30)
    )
    assert many.figure_.get_figheight() > 2 * few.figure_.get_figheight()


def test_a_table_over_two_theta_keeps_their_names():
    table = pd.DataFrame(
        {
            "feature": ["pt", "pt", "eta", "eta"],
            "mass": [500, 750, 500, 750],
            "width": [5, 5, 5, 5],
            "importance": [0.1, 0.2, 0.3, 0.4],
            "importance_error": 0.0,
        }
    )
    display = PermutationImportanceDisplay.from_table(table, unit=["GeV", None])
    assert display.hypotheses.tolist() == [[500, 5], [750, 5]]
    assert display.features == ["eta", "pt"]
    assert display.importances.tolist() == [[0.3, 0.4], [0.1, 0.2]]
    assert display.ax_.get_legend().get_title().get_text() == "mass (GeV), width"


def test_rows_of_the_table_may_stand_in_any_order():
    table = pd.DataFrame(
        {
            "feature": ["pt", "eta", "pt", "eta"],
            "mass": [500, 500, 750, 750],
            "importance": [0.1, 0.2, 0.3, 0.4],
            "importance_error": [0.01, 0.02, 0.03, 0.04],
        }
    )
    display = PermutationImportanceDisplay.from_table(table)
    assert display.importances.tolist() == [[0.2, 0.4], [0.1, 0.3]]
    assert display.errors.tolist() == [[0.02, 0.04], [0.01, 0.03]]
