"""Radial basis functions: gradient steps end in the closed form, and a penalty tames the noise."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(numbers):
    return numbers("plot_radial_basis_functions")


def test_weights_are_those_of_the_closed_form(found):
    assert found["w_by_gradient"] == pytest.approx(found["w_closed_form"], abs=1e-5)
    assert found["largest_difference"] < 1e-5


def test_closed_form_solves_the_normal_equations(found):
    x, centres = np.arange(11) / 10, np.linspace(0, 1, 4)
    y = 5 * np.exp(-2 * x) + 1.5 + np.random.RandomState(1234).normal(0, 0.5, 11)
    phi = np.exp(-((x[:, np.newaxis] - centres) ** 2) / (2 * 0.2**2))
    expected = np.linalg.solve(phi.T @ phi, phi.T @ y)
    assert found["w_closed_form"] == pytest.approx(expected, rel=1e-9)


def test_errors_are_those_of_the_closed_form(found):
    assert found["errors_by_gradient"] == pytest.approx(found["errors_closed_form"], rel=1e-6)


def test_eleven_bumps_go_through_eleven_points(found):
    assert found["sums_of_squares"]["eleven bumps"] < 1e-10


def test_ridge_keeps_weights_small_and_the_curve_near_the_truth(found):
    weights, distances = found["largest_weights"], found["distances"]
    assert weights["eleven bumps, ridge"] < 10 < 1000 < weights["eleven bumps"]
    assert distances["eleven bumps, ridge"] < 0.5 * distances["eleven bumps"]


def test_network_is_as_near_to_the_truth_as_the_bumps(found):
    distances = found["distances"]
    assert distances["network 1-4-1"] < 1.5 * distances["four bumps, by gradient"]
    assert distances["network 1-4-1"] < 0.5 * distances["eleven bumps"]


def test_network_has_13_weights(found):
    assert found["n_network_weights"] == 13
