"""Activations, vanishing gradients and losses: slopes, and what ten layers make of them."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def found(numbers):
    return numbers("plot_activations_and_losses")


def test_slopes_of_the_activations_have_their_known_maxima(found):
    assert found["largest_slope"] == pytest.approx({"sigmoid": 0.25, "tanh": 1, "relu": 1})


def test_gradients_of_all_eleven_layers_are_measured(found):
    assert {name: len(sizes) for name, sizes in found["sizes"].items()} == {
        "sigmoid": 11,
        "tanh": 11,
        "relu": 11,
    }


def test_gradients_vanish_under_sigmoids_alone(found):
    ratio = found["first_to_last"]
    assert ratio["sigmoid"] < 1e-3
    assert ratio["relu"] > 0.05
    assert ratio["sigmoid"] < 1e-3 * ratio["relu"]


def test_sigmoid_gradients_shrink_from_layer_to_layer(found):
    assert (np.diff(found["sizes"]["sigmoid"]) > 0).all()


def test_ten_layers_learn_with_relu_and_not_with_sigmoids(found):
    assert found["accuracy"]["relu, sgd"] > 0.98
    assert found["accuracy"]["sigmoid, sgd"] < 0.6


def test_adam_helps_sigmoids_some_way(found):
    assert 0.6 < found["accuracy"]["sigmoid, adam"] < found["accuracy"]["relu, sgd"]


def test_hubers_loss_is_squared_within_delta_and_absolute_beyond(found):
    r = np.abs(found["residuals"])
    expected = np.where(r <= found["DELTA"], r**2 / 2, found["DELTA"] * (r - found["DELTA"] / 2))
    assert found["curves"]["Huber, δ = 1"] == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_the_pull_of_an_outlier_is_bounded_but_for_squared_error(found):
    pull = {name: slopes[-1] for name, slopes in found["pulls"].items()}
    assert pull == pytest.approx({"squared": 6, "absolute": 1, "Huber, δ = 1": 1})
