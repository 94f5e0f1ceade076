"""Weight decay and AdaGrad: what they do to single weights, and to errors."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def found(numbers):
    return numbers("plot_weight_decay_and_adagrad")


def column(table, name):
    return np.array(list(table[name].values() if isinstance(table[name], dict) else table[name]))


def test_a_penalty_shrinks_kernels_by_its_factor_and_leaves_biases(found):
    assert found["kernel_deviation"] < 1e-8
    assert found["bias_deviation"] < 1e-12


def test_lambda_goes_from_1e_5_to_1e_2(found):
    assert found["ALPHAS"][1] == 1e-5
    assert found["ALPHAS"][-1] == 1e-2


def test_the_norm_of_the_weights_falls_with_lambda(found):
    norm = column(found["by_lambda"], "norm")
    assert (np.diff(norm) < 0).all()
    assert norm[-1] < 0.3 * norm[0]


def test_the_training_loss_rises_with_lambda(found):
    loss = column(found["by_lambda"], "training loss")
    assert (np.diff(loss[2:]) > 0).all()
    assert loss[-1] > 3 * loss[0]


def test_the_test_loss_is_least_in_between(found):
    loss = column(found["by_lambda"], "test loss")
    assert found["ALPHAS"][loss.argmin()] in (1e-3, 3e-3)
    assert loss.min() < 0.7 * loss[0]
    assert loss.min() < loss[-1]


def test_adagrads_rates_are_those_of_its_definition(found):
    assert found["rates"] == pytest.approx(found["rates_in_numpy"], rel=1e-4)


def test_rarer_features_have_larger_rates(found):
    assert (np.diff(found["rates"]) > 0).all()
    assert found["rates"][-1] > 30 * found["rates"][0]


def test_adagrad_finds_the_weights_of_rare_features_and_gradient_descent_does_not(found):
    assert column(found["learnt"], "weight, AdaGrad") == pytest.approx(2, abs=0.4)
    assert column(found["learnt"], "weight, gradient descent")[-1] < 0.5
