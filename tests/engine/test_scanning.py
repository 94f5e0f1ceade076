"""Scans against predictions at each hypothesis."""

import keras
import numpy as np
import pytest

from skpnn._conditioning import KINDS, Conditioning
from skpnn.engine import scanning
from skpnn.engine.inference import predict
from skpnn.engine.scanning import outputs_at, scanning_pays
from skpnn.networks import NetworkSpec, build_network

RNG = np.random.default_rng(0)
NETWORKS = {
    "plain": {},
    "normalised": {"batch_normalization": True},
    "linear": {"hidden": ()},
    "float64": {"dtype": "float64"},
    "gelu": {"activation": "gelu"},
    **{
        f"{kind} at {layers}": {"conditioning": Conditioning(kind, layers, (3,), 4)}
        for kind in KINDS
        for layers in ((0, 1), (1,))
    },
}


def one_by_one(spec, weights, X, columns, theta):
    outputs = []
    for point in theta:
        X = X.copy()
        X[:, columns] = point
        outputs.append(predict(spec, weights, X)[:, 0])
    return np.column_stack(outputs)


def check(n, k, columns=(3,), **arguments):
    arguments = {"hidden": (5, 4)} | arguments
    spec = NetworkSpec(4, 1, output_activation="sigmoid", **arguments)
    weights = [
        RNG.uniform(0.2, 1, size=w.shape).astype(spec.dtype)
        for w in build_network(spec).get_weights()
    ]
    X = RNG.normal(size=(n, 4)).astype(spec.dtype)
    X[:, columns] = np.nan
    theta = RNG.uniform(-1, 1, size=(k, len(columns)))
    outputs = outputs_at(spec, weights, X, columns=np.array(columns), theta=theta)
    assert outputs.dtype == spec.dtype
    np.testing.assert_allclose(outputs, one_by_one(spec, weights, X, columns, theta), rtol=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_scan_is_a_prediction_at_each_hypothesis(network):
    check(50, 3, **NETWORKS[network])


@pytest.mark.parametrize("n", [1, scanning.ROWS, scanning.ROWS + 1])
@pytest.mark.parametrize("k", [1, scanning.HYPOTHESES, scanning.HYPOTHESES + 1])
def test_scan_of_any_size(n, k):
    check(n, k)


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_scan_of_several_theta_anywhere(kind):
    conditioning = None if kind is None else Conditioning(kind, (0, 1), (2, 0), 4)
    check(50, 3, columns=(2, 0), conditioning=conditioning)


@pytest.mark.parametrize(
    ("spec", "n", "k", "pays"),
    [
        (NetworkSpec(4, 1), 100_000, 10, True),
        (NetworkSpec(4, 1), 1000, 10, False),
        (NetworkSpec(4, 2), 100_000, 10, False),
        (NetworkSpec(4, 1, activation=keras.ops.tanh), 100_000, 10, False),
    ],
    ids=["many", "few", "several outputs", "function"],
)
def test_scan_pays_for_many_predictions(spec, n, k, pays):
    assert scanning_pays(spec, n, k) is pays
