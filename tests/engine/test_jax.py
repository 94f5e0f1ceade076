"""Keras on JAX: what is trained there is what is trained on TensorFlow."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from skpnn.engine import backends

SCRIPT = Path(__file__).with_name("both_backends.py")
SPEC = importlib.util.spec_from_file_location("both_backends", SCRIPT)
both_backends = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(both_backends)

pytestmark = pytest.mark.slow


def test_keras_is_on_jax_and_loads_no_tensorflow(on_jax):
    assert on_jax["backend"] == "jax"
    assert not on_jax["is TensorFlow loaded"]


# Keras rounds Adam's β, and what it adds up in float32, in other ways on JAX.
ROUNDED = {"adam", "adamw", "own optimizer", "float32", "penalty"}


@pytest.mark.parametrize("name", both_backends.TRAININGS)
def test_training_is_that_of_tensorflow(on_jax, name):
    tolerance = 1e-4 if name in ROUNDED else 1e-6
    expected = both_backends.trained(name)
    np.testing.assert_allclose(on_jax["trained"][name], expected, rtol=tolerance, atol=tolerance)


def test_partial_fits_go_on_as_on_tensorflow(on_jax):
    expected = both_backends.partially_fitted()
    np.testing.assert_allclose(on_jax["partially fitted"], expected, rtol=1e-6, atol=1e-6)


def test_compiled_network_predicts_what_numpy_does(on_jax):
    computed = on_jax["many rows"]
    np.testing.assert_allclose(computed["at once"], computed["in blocks"], rtol=1e-9, atol=1e-12)


def test_predictions_are_the_callers_to_change(on_jax):
    assert on_jax["many rows"]["is writeable"]


def test_numbers_of_a_search_are_read_when_the_program_runs(on_jax):
    assert on_jax["search"] == {"again": True, "other": True}


def test_parametrised_network_reaches_the_optimum(on_jax):
    # 500, 750, 1000, 1250, 1500 GeV, as the density of the problem has it.
    optimum = [0.93180, 0.95560, 0.97432, 0.98608, 0.99276]
    np.testing.assert_allclose(on_jax["parametrised"], optimum, atol=0.01)


def test_curve_and_its_covariance_are_those_of_tensorflow(on_jax):
    expected = both_backends.curve()
    np.testing.assert_allclose(on_jax["curve"]["p"], expected["p"], rtol=1e-4)
    np.testing.assert_allclose(on_jax["curve"]["covariance"], expected["covariance"], rtol=1e-3)


def test_users_own_network_is_trained_by_keras(on_jax):
    assert on_jax["own network"] > 0.9


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(backends.keras.backend, "backend", lambda: "torch")
    with pytest.raises(RuntimeError, match=r"backend is 'torch'.*tensorflow or jax.*KERAS_BACKEND"):
        backends.backend_module("programs")
