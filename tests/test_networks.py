"""What network a spec stands for."""

import random

import keras
import numpy as np
import pytest

from skpnn._conditioning import KINDS, Conditioning
from skpnn.networks import (
    NetworkSpec,
    build_adjustable_network,
    build_network,
    for_inference,
    for_training,
    parse_hidden_layer_sizes,
    seeded_initializer,
    start_network,
    weight_shapes,
)

X = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")


def layers(**arguments):
    return build_network(NetworkSpec(n_inputs=3, n_outputs=2, **arguments)).layers[1:]


def weights(seed=0, **arguments):
    return build_network(NetworkSpec(n_inputs=3, n_outputs=2, **arguments), seed).get_weights()


@pytest.mark.parametrize(
    ("sizes", "widths"),
    [
        (8, (8,)),
        (np.int64(8), (8,)),
        ((64, 32), (64, 32)),
        ([64, np.int32(32)], (64, 32)),
        (np.array([64, 32]), (64, 32)),
        ("64", (64,)),
        ("64-32-16", (64, 32, 16)),
        ("", ()),
        ((), ()),
    ],
)
def test_hidden_layer_sizes_become_a_tuple_of_ints(sizes, widths):
    parsed = parse_hidden_layer_sizes(sizes)
    assert parsed == widths
    assert all(type(width) is int for width in parsed)


@pytest.mark.parametrize(
    "sizes", [0, -3, 8.0, (8, 0), (8.5,), "8-", "a", "8,8", None, ((8, 8),), (np.nan,)]
)
def test_hidden_layer_sizes_refuses(sizes):
    with pytest.raises(ValueError, match=r"hidden_layer_sizes=.* expected positive integers"):
        parse_hidden_layer_sizes(sizes)


def test_hidden_layer_sizes_refuses_infinity():
    with pytest.raises(ValueError, match="expected positive integers"):
        parse_hidden_layer_sizes([np.inf])


def test_layers_have_the_widths_asked_for():
    widths = [layer.units for layer in layers(hidden=(5, 4))]
    assert widths == [5, 4, 2]


def test_no_hidden_layer_is_a_linear_model():
    network = build_network(NetworkSpec(3, 1, hidden=()))
    kernel, bias = network.get_weights()
    np.testing.assert_allclose(network(X), X @ kernel + bias, rtol=1e-5)


def test_forward_pass_is_that_of_the_weights():
    spec = NetworkSpec(3, 2, (4,), activation="tanh", output_activation="sigmoid")
    network = build_network(spec)
    first, bias, second, offset = network.get_weights()
    expected = 1 / (1 + np.exp(-(np.tanh(X @ first + bias) @ second + offset)))
    np.testing.assert_allclose(network(X), expected, rtol=1e-5)


def test_activation_may_be_a_function():
    network = build_network(NetworkSpec(3, 2, (4,), activation=keras.ops.square))
    first, _, second, _ = network.get_weights()
    np.testing.assert_allclose(network(X), np.square(X @ first) @ second, rtol=1e-4, atol=1e-6)


def test_batch_normalization_stands_between_kernel_and_activation():
    names = [type(layer).__name__ for layer in layers(hidden=(4,), batch_normalization=True)]
    assert names == ["Dense", "BatchNormalization", "Activation", "Dense"]


def test_batch_normalization_sees_what_no_activation_bent():
    dense = layers(hidden=(4,), batch_normalization=True, activation="relu")[0]
    assert dense.activation is keras.activations.linear


def test_dropout_follows_every_hidden_layer():
    names = [type(layer).__name__ for layer in layers(hidden=(4, 4), dropout=0.2)]
    assert names == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]


def test_dropout_layers_have_seeds_of_their_own():
    first, second = (layer.seed for layer in layers(hidden=(4, 4), dropout=0.2)[1::2])
    assert first != second


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_penalty_is_alpha_times_the_squared_kernels(dtype):
    network = build_network(NetworkSpec(3, 1, (4, 4), alpha=0.3, dtype=dtype))
    for variable in network.weights:
        variable.assign_add(keras.ops.ones_like(variable))
    kernels = network.get_weights()[::2]
    expected = 0.3 * sum(np.square(kernel).sum() for kernel in kernels)
    assert float(sum(network.losses)) == pytest.approx(expected, rel=1e-6)


def test_no_alpha_is_no_penalty():
    assert build_network(NetworkSpec(3, 1)).losses == []


@pytest.mark.parametrize("batch_normalization", [False, True])
def test_equal_seeds_give_equal_weights(batch_normalization):
    one, other = (weights(7, batch_normalization=batch_normalization) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_different_seeds_give_different_kernels():
    pairs = zip(weights(7)[::2], weights(8)[::2], strict=True)
    assert all((a != b).all() for a, b in pairs)


def test_layers_of_equal_shape_start_differently():
    kernels = weights(hidden=(5, 5, 5))[::2]
    assert (kernels[1] != kernels[2]).all()


def test_biases_start_at_zero():
    assert all((bias == 0).all() for bias in weights()[1::2])


@pytest.mark.parametrize("initializer", ["glorot_uniform", keras.initializers.HeNormal()])
def test_global_randomness_of_numpy_is_untouched(initializer):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    weights(kernel_initializer=initializer, dropout=0.1)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize(
    "initializer",
    [
        "glorot_uniform",
        keras.initializers.HeNormal,
        keras.initializers.HeNormal(),
    ],
)
def test_global_randomness_of_python_is_untouched(initializer):
    before = random.getstate()
    weights(kernel_initializer=initializer, dropout=0.1)
    assert random.getstate() == before


def test_initializer_with_its_own_seed_is_kept():
    initializer = keras.initializers.HeNormal(seed=3)
    kernel = weights(11, hidden=(), kernel_initializer=initializer)[0]
    np.testing.assert_array_equal(kernel, initializer((3, 2)))


def test_initializer_without_a_seed_gets_one():
    initializer = keras.initializers.RandomNormal(mean=2.0)
    seeded = seeded_initializer(initializer, 5)
    assert seeded.get_config() == {**initializer.get_config(), "seed": 5}


def test_initializer_may_be_a_function():
    def thirds(shape, dtype=None):
        return keras.ops.full(shape, 1 / 3, dtype=dtype)

    assert (weights(kernel_initializer=thirds)[0] == np.float32(1 / 3)).all()


def test_initializer_without_randomness():
    assert (weights(kernel_initializer="ones")[0] == 1).all()


@pytest.mark.parametrize("initializer", [{"class_name": "Zeros"}, [1.0]])
def test_initializer_that_cannot_be_compared(initializer):
    with pytest.raises(TypeError, match=r"kernel_initializer=.* expected a Keras name"):
        NetworkSpec(3, 1, kernel_initializer=initializer)


def test_float64_in_every_layer():
    spec = NetworkSpec(3, 1, dropout=0.1, batch_normalization=True, alpha=0.1, dtype="float64")
    network = build_network(spec)
    assert {array.dtype.name for array in network.get_weights()} == {"float64"}
    assert network(X.astype("float64")).dtype == "float64"


STARTS = {
    "plain": {},
    "dropout": {"dropout": 0.3},
    "L2": {"alpha": 0.1},
    "normalised": {"batch_normalization": True},
    "float64": {"dtype": "float64"},
    "he": {"kernel_initializer": "he_normal"},
    "its own seed": {"kernel_initializer": keras.initializers.HeNormal(seed=3)},
    "linear": {"hidden": ()},
    **{
        f"{kind} at {layers}": {"conditioning": Conditioning(kind, layers, (1,), 3)}
        for kind in KINDS
        for layers in ((0, 1), (1,))
    },
    "affine, normalised, dropout": {
        "conditioning": Conditioning("affine", (0, 1), (2, 0), 3),
        "batch_normalization": True,
        "dropout": 0.3,
        "alpha": 0.1,
    },
}


@pytest.fixture(params=STARTS)
def spec(request):
    return NetworkSpec(3, 2, **({"hidden": (4, 4)} | STARTS[request.param]))


def used(spec):
    """An adjustable network that another spec has used."""
    network = build_adjustable_network(for_training(spec))
    start_network(network, spec, seed=99)
    network.set_weights([array + 1 for array in network.get_weights()])
    return network


def test_network_starts_as_it_is_built(spec):
    network = used(spec)
    start_network(network, spec, seed=5)
    expected = build_network(spec, seed=5).get_weights()
    assert all((a == b).all() for a, b in zip(network.get_weights(), expected, strict=True))


def test_network_started_trains_as_the_one_built(spec):
    network, built = used(spec), build_network(spec, seed=5)
    start_network(network, spec, seed=5)
    inputs = X.astype(spec.dtype)
    np.testing.assert_allclose(
        network(inputs, training=True), built(inputs, training=True), rtol=1e-5, atol=1e-6
    )
    assert float(sum(network.losses)) == pytest.approx(float(sum(built.losses)), rel=1e-5)


@pytest.mark.parametrize("name", ["alpha", "dropout"])
def test_amounts_share_a_network_but_none_does_not(name):
    some, more, none = (
        for_training(NetworkSpec(3, 1, **{name: value})) for value in (0.1, 0.2, 0.0)
    )
    assert some == more != none


def test_shapes_of_weights_are_those_of_the_network(spec):
    assert weight_shapes(spec) == [array.shape for array in build_network(spec).get_weights()]


def test_a_conditioned_network_starts_near_the_one_without_theta():
    affine = Conditioning("affine", (0, 1), (1,), 3)
    network = build_network(NetworkSpec(3, 1, (4, 4), conditioning=affine))
    at_zero = X.copy()
    at_zero[:, 1] = 0
    weights = network.get_weights()
    plain = build_network(NetworkSpec(2, 1, (4, 4)))
    plain.set_weights([weights[i] for i in (0, 1, 6, 7, 12, 13)])
    np.testing.assert_allclose(network(at_zero), plain(X[:, [0, 2]]), rtol=1e-5, atol=1e-6)


def test_equal_specs_are_one_key():
    assert len({NetworkSpec(3, 1, (4,)), NetworkSpec(3, 1, (4,)), NetworkSpec(3, 1, (5,))}) == 2


def test_for_inference_predicts_the_same():
    spec = NetworkSpec(3, 1, (4,), alpha=0.1, dropout=0.5, batch_normalization=True)
    plain, network = build_network(for_inference(spec)), build_network(spec)
    plain.set_weights(network.get_weights())
    np.testing.assert_array_equal(plain(X), network(X, training=False))


def test_saved_network_loads_in_safe_mode(tmp_path, spec):
    network = build_network(spec)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    inputs = X.astype(spec.dtype)
    np.testing.assert_array_equal(loaded(inputs), network(inputs))


@pytest.mark.parametrize("alpha", [0.0, 0.1])
def test_network_can_be_cloned(alpha):
    network = build_network(NetworkSpec(3, 1, (4,), alpha=alpha))
    assert keras.models.clone_model(network).count_params() == network.count_params()
