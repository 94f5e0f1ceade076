"""Regression networks: what is built, what outputs can reach, what outliers do to a loss."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(numbers):
    return numbers("plot_regression_mlps")


def test_outputs_are_built_as_asked(found):
    assert found["built"] == {
        "one target": {"units": 1, "activation": "linear"},
        "three targets": {"units": 3, "activation": "linear"},
        "decay rate": {"units": 1, "activation": "softplus"},
        "efficiency": {"units": 1, "activation": "sigmoid"},
        "asymmetry": {"units": 1, "activation": "tanh"},
        "decay rate, Keras": {"units": 1, "activation": "relu"},
    }


def test_losses_are_those_named(found):
    assert found["losses_seen"] == {
        "squared_error": "mean_squared_error",
        "absolute_error": "mean_absolute_error",
        "huber": "huber_loss",
    }


def test_one_target_is_learnt_better_than_it_is_measured(found):
    assert found["rms_one_target"] < 0.7 * found["resolution"]


def test_each_of_three_targets_is_learnt_better_than_it_is_measured(found):
    assert len(found["rms_many_targets"]) == 3
    assert max(found["rms_many_targets"]) < 0.7 * found["resolution"]


@pytest.mark.parametrize(
    ("target", "low", "high"),
    [
        ("decay rate, softplus", 0, float("inf")),
        ("efficiency, sigmoid", 0, 1),
        ("asymmetry, tanh", -1, 1),
    ],
)
def test_predictions_stay_in_the_output_s_interval(found, target, low, high):
    lowest, highest = found["ranges"][target]
    assert low <= lowest < highest <= high


def test_linear_outputs_leave_it(found):
    assert found["ranges"]["decay rate, linear"][0] < 0
    assert found["ranges"]["asymmetry, linear"][1] > 1.2


def test_relu_output_is_not_negative(found):
    assert found["lowest_of_relu"] >= 0


@pytest.mark.parametrize("loss", ["absolute_error", "huber"])
def test_robust_losses_are_nearer_the_truth_than_squares(found, loss):
    rms = found["rms_with_outliers"]
    assert rms[loss] < rms["squared_error"] / 4


def test_squares_are_pulled_by_the_mean_of_the_outliers(found):
    # One event in ten has 2 in the mean on top.
    assert found["rms_with_outliers"]["squared_error"] == pytest.approx(0.2, abs=0.07)
