"""The parametric curve: gradient steps end where scipy.optimize.curve_fit does."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

TRUTH = np.array([5.0, 2.0, 1.5])


@pytest.fixture(scope="module")
def found(numbers):
    return numbers("plot_parametric_curve")


def test_twenty_epochs_of_eleven_events_are_220_steps(found):
    assert found["n_steps_by_event"] == 220


def test_steps_by_event_come_within_two_errors(found):
    away = np.abs(np.subtract(found["p_by_event"], found["p_scipy"])) / found["errors_scipy"]
    assert 0.01 < away.max() < 2


def test_converged_parameters_are_those_of_scipy(found):
    assert max(found["differences_in_errors"]) < 1e-3


def test_errors_are_those_of_scipy(found):
    assert found["ratios_of_errors"] == pytest.approx([1, 1, 1], abs=0.03)


def test_covariances_are_those_of_scipy(found):
    assert np.ravel(found["ratios_of_covariances"]) == pytest.approx(np.ones(9), abs=0.06)


def test_truth_is_within_the_errors(found):
    assert (np.abs(found["p_converged"] - TRUTH) < 2 * np.array(found["errors"])).all()
