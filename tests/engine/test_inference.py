"""The compiled forward pass against Keras' own."""

from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest

from skpnn.engine import inference
from skpnn.engine.inference import compiled_forward, compiled_model, in_blocks, predict
from skpnn.networks import NetworkSpec, build_network

SPEC = NetworkSpec(3, 2, (5, 4), "tanh", dropout=0.5, batch_normalization=True, alpha=0.1)


def rows(n, dtype="float32"):
    return np.random.default_rng(n).normal(size=(n, 3)).astype(dtype)


@pytest.fixture(scope="module")
def model():
    """A network with dropout and moving statistics that training has not left at 0 and 1."""
    network = build_network(SPEC)
    rng = np.random.default_rng(0)
    network.set_weights([rng.uniform(0.5, 1.5, size=w.shape) for w in network.get_weights()])
    return network


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_predictions_are_those_of_keras(model, n):
    expected = model(rows(n), training=False)
    np.testing.assert_allclose(predict(SPEC, model.get_weights(), rows(n)), expected, rtol=1e-5)


@pytest.mark.parametrize("n", [7, 8, 9, 16, 29])
def test_blocks_are_put_together_in_order(model, monkeypatch, n):
    monkeypatch.setattr(inference, "ROWS_PER_CALL", 8)
    expected = model(rows(n), training=False)
    np.testing.assert_allclose(predict(SPEC, model.get_weights(), rows(n)), expected, rtol=1e-5)


def test_one_row_has_a_row_of_outputs(model):
    assert predict(SPEC, model.get_weights(), rows(1)).shape == (1, 2)


def test_predictions_are_the_same_every_time(model):
    one, other = (predict(SPEC, model.get_weights(), rows(50)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_normalisation_uses_moving_statistics(model):
    together = predict(SPEC, model.get_weights(), rows(50))
    alone = predict(SPEC, model.get_weights(), rows(50)[:1])
    np.testing.assert_allclose(together[:1], alone, rtol=1e-5)


def test_predictions_follow_the_weights_given(model):
    weights = model.get_weights()
    changed = [*weights[:-1], weights[-1] + 1]
    difference = predict(SPEC, changed, rows(5)) - predict(SPEC, weights, rows(5))
    np.testing.assert_allclose(difference, 1, rtol=1e-5)


def test_float64_is_kept():
    spec = NetworkSpec(3, 1, (), dtype="float64")
    kernel, bias = build_network(spec).get_weights()
    X = rows(9, "float64")
    np.testing.assert_allclose(predict(spec, [kernel, bias], X), X @ kernel + bias, rtol=1e-14)


def test_threads_with_weights_of_their_own(model):
    weights = model.get_weights()
    shifts = list(range(8))

    def shifted(shift):
        return predict(SPEC, [*weights[:-1], weights[-1] + np.float32(shift)], rows(100))

    with ThreadPoolExecutor(4) as pool:
        outputs = list(pool.map(shifted, shifts))
    for shift, output in zip(shifts, outputs, strict=True):
        np.testing.assert_allclose(output, outputs[0] + shift, atol=1e-5)


def test_forward_changes_no_variable(model):
    before = model.get_weights()
    compiled_forward(model)([w + 1 for w in before], rows(3))
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


def test_blocks_of_several_inputs_and_outputs(monkeypatch):
    monkeypatch.setattr(inference, "ROWS_PER_CALL", 2)
    X = {"a": np.arange(5.0), "b": np.arange(5.0) * 10}
    outputs = in_blocks(lambda X: [X["a"] + X["b"], -X["a"]], X)
    assert [output.tolist() for output in outputs] == [[0, 11, 22, 33, 44], [0, -1, -2, -3, -4]]


def test_model_of_several_inputs():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    model = keras.Model({"a": a, "b": b}, keras.layers.Add()([a, b]))
    X = {"a": rows(4)[:, :2], "b": rows(5)[:4, :2]}
    np.testing.assert_allclose(compiled_model(model, X)(X), X["a"] + X["b"])


def test_compiled_model_is_used_for_inference(model):
    forward = compiled_model(model, rows(2))
    np.testing.assert_allclose(forward(rows(6)), model(rows(6), training=False), rtol=1e-5)
