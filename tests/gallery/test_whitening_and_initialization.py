"""Whitening and initialisation: condition numbers, variances through layers, units that tie."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def found(numbers):
    return numbers("plot_whitening_and_initialization")


def test_whitening_makes_the_covariance_round(found):
    assert found["condition"]["whitened"] == pytest.approx(1, abs=1e-6)
    # Variances 1 ± ρ of scaled features, ρ = (1 − 0.05²) / (1 + 0.05²).
    assert found["condition"]["scaled"] == pytest.approx(400, rel=0.1)


def test_whitened_features_train_faster(found):
    assert found["loss"]["whitened"][4] < 0.7 * found["loss"]["scaled"][-1]


def test_variances_are_those_of_ten_layers(found):
    assert {len(layers) for layers in found["variance_by_layer"].values()} == {10}


def test_sums_have_the_variance_that_sigma_was_chosen_for(found):
    first = {name: layers[0] for name, layers in found["variance_by_layer"].items()}
    expected = {
        "tanh, σ = 0.01": 256 * 0.01**2,
        "tanh, σ = 1/√M": 1,
        "tanh, σ = 1": 256,
        "relu, σ = 1/√M": 1,
        "relu, He: σ = √(2/M)": 2,
    }
    assert first == pytest.approx(expected, rel=0.1)


def test_he_keeps_the_variance_and_small_weights_lose_it(found):
    last = {name: layers[-1] / layers[0] for name, layers in found["variance_by_layer"].items()}
    assert 0.5 < last["relu, He: σ = √(2/M)"] < 2
    assert 0.02 < last["tanh, σ = 1/√M"] < 0.2
    assert last["tanh, σ = 0.01"] < 1e-12


def test_relu_halves_the_variance_of_each_layer_without_hes_factor(found):
    layers = np.array(found["variance_by_layer"]["relu, σ = 1/√M"])
    assert (layers[-1] / layers[0]) ** (1 / 9) == pytest.approx(0.5, abs=0.05)


def test_large_weights_saturate_tanh(found):
    # All outputs ±1: each layer's sums have the full variance again.
    assert found["variance_by_layer"]["tanh, σ = 1"][-1] == pytest.approx(256, rel=0.15)


def test_equal_weights_move_and_never_separate(found):
    assert found["largest_move"] > 0.1
    assert found["spread_of_units"]["equal"] <= 1e-12
    assert found["spread_of_units"]["random"] > 0.5


def test_eight_equal_units_fit_as_badly_as_one(found):
    assert found["r2"]["equal"] < 0.85
    assert found["r2"]["random"] > 0.95
