"""The compiled forward pass against Keras' own."""

from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest

from skpnn._conditioning import KINDS, Conditioning
from skpnn.engine import inference
from skpnn.engine.inference import in_blocks, predict, rows_per_call
from skpnn.engine.tensorflow_inference import compiled_model
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


@pytest.fixture(params=["numpy", "compiled"])
def way(request, monkeypatch):
    """Both ways to predict."""
    if request.param == "compiled":
        monkeypatch.setattr(inference, "MAX_ROWS_IN_NUMPY", 0)


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_predictions_are_those_of_keras(model, n, way):
    expected = model(rows(n), training=False)
    ours = predict(SPEC, model.get_weights(), rows(n))
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("n", [7, 8, 9, 16, 29])
def test_blocks_are_put_together_in_order(model, monkeypatch, n):
    monkeypatch.setattr(inference, "MAX_ROWS_IN_NUMPY", 0)
    monkeypatch.setattr(inference, "BYTES_PER_LAYER", 8 * 5 * 4)
    assert rows_per_call(SPEC) == 8
    expected = model(rows(n), training=False)
    ours = predict(SPEC, model.get_weights(), rows(n))
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("activation", ["linear", "relu", "sigmoid", "softplus", "tanh", "gelu"])
@pytest.mark.parametrize("output", ["linear", "sigmoid", "softmax", "softplus", "tanh"])
def test_activations_are_those_of_keras(activation, output):
    spec = NetworkSpec(3, 2, (4,), activation, output)
    network = build_network(spec)
    network.set_weights([20 * array for array in network.get_weights()])
    ours = predict(spec, network.get_weights(), rows(9))
    np.testing.assert_allclose(ours, network(rows(9)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layers", [(0,), (0, 1), (1,)])
def test_conditioning_is_that_of_keras(kind, layers, way):
    conditioning = Conditioning(kind, layers, (2, 0), 3)
    spec = NetworkSpec(3, 1, (5, 4), batch_normalization=True, conditioning=conditioning)
    network = build_network(spec)
    rng = np.random.default_rng(0)
    network.set_weights([rng.uniform(0.5, 1.5, size=w.shape) for w in network.get_weights()])
    expected = network(rows(9), training=False)
    ours = predict(spec, network.get_weights(), rows(9))
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


def test_inputs_are_left_alone(model, way):
    X = rows(9)
    predict(SPEC, model.get_weights(), X)
    np.testing.assert_array_equal(X, rows(9))


def test_one_row_has_a_row_of_outputs(model, way):
    assert predict(SPEC, model.get_weights(), rows(1)).shape == (1, 2)


def test_predictions_are_the_same_every_time(model, way):
    one, other = (predict(SPEC, model.get_weights(), rows(50)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_normalisation_uses_moving_statistics(model, way):
    together = predict(SPEC, model.get_weights(), rows(50))
    alone = predict(SPEC, model.get_weights(), rows(50)[:1])
    np.testing.assert_allclose(together[:1], alone, rtol=1e-5)


def test_predictions_follow_the_weights_given(model, way):
    weights = model.get_weights()
    changed = [*weights[:-1], weights[-1] + 1]
    difference = predict(SPEC, changed, rows(5)) - predict(SPEC, weights, rows(5))
    np.testing.assert_allclose(difference, 1, rtol=1e-5)


def test_float64_is_kept(way):
    spec = NetworkSpec(3, 1, (), dtype="float64")
    kernel, bias = build_network(spec).get_weights()
    X = rows(9, "float64")
    np.testing.assert_allclose(predict(spec, [kernel, bias], X), X @ kernel + bias, rtol=1e-14)


def test_threads_with_weights_of_their_own(model, way):
    weights = model.get_weights()
    shifts = list(range(8))

    def shifted(shift):
        return predict(SPEC, [*weights[:-1], weights[-1] + np.float32(shift)], rows(100))

    with ThreadPoolExecutor(4) as pool:
        outputs = list(pool.map(shifted, shifts))
    for shift, output in zip(shifts, outputs, strict=True):
        np.testing.assert_allclose(output, outputs[0] + shift, atol=1e-5)


def test_blocks_of_several_inputs_and_outputs():
    X = {"a": np.arange(5.0), "b": np.arange(5.0) * 10}
    outputs = in_blocks(lambda X: [X["a"] + X["b"], -X["a"]], X, 2)
    assert [output.tolist() for output in outputs] == [[0, 11, 22, 33, 44], [0, -1, -2, -3, -4]]


def test_model_of_several_inputs():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    model = keras.Model({"a": a, "b": b}, keras.layers.Add()([a, b]))
    X = {"a": rows(4)[:, :2], "b": rows(5)[:4, :2]}
    np.testing.assert_allclose(compiled_model(model, X)(X), X["a"] + X["b"])


def test_compiled_model_is_used_for_inference(model):
    forward = compiled_model(model, rows(2))
    np.testing.assert_allclose(forward(rows(6)), model(rows(6), training=False), rtol=1e-5)
