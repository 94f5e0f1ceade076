"""Keras builders: what network a set of constructor arguments stands for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from numbers import Integral
from typing import Any

import keras
import numpy as np

from skpnn._conditioning import Conditioning
from skpnn._seeding import seeded_globals
from skpnn.adjustable import AdjustableDropout, AdjustableL2

__all__ = [
    "NORMALIZATION_EPSILON",
    "NetworkSpec",
    "build_adjustable_network",
    "build_network",
    "for_inference",
    "for_training",
    "parse_hidden_layer_sizes",
    "start_network",
    "weight_shapes",
]


# Added to the variance before its root is divided by; Keras' default.
NORMALIZATION_EPSILON = 1e-3


def parse_hidden_layer_sizes(sizes: Any) -> tuple[int, ...]:
    """Return the hidden layers' widths from an int, a sequence of ints or a string of them.

    Strings exist for search tools, which sample scalars but not tuples.

    Raises
    ------
    ValueError
        If a width is not a positive integer.

    Examples
    --------
    >>> parse_hidden_layer_sizes("64-32"), parse_hidden_layer_sizes(8), parse_hidden_layer_sizes([])
    ((64, 32), (8,), ())
    """
    try:
        widths = tuple(_width(one) for one in _split(sizes))
    except (OverflowError, TypeError, ValueError):
        raise ValueError(
            f"hidden_layer_sizes={sizes!r} is not understood; expected positive integers as an "
            'int, a tuple or a string, such as 32, (32, 32) or "32-32".'
        ) from None
    return widths


def _split(sizes: Any) -> Any:
    if isinstance(sizes, str):
        return sizes.split("-") if sizes else ()
    return (sizes,) if isinstance(sizes, Integral) else sizes


def _width(one: Any) -> int:
    width = int(one)
    if width < 1 or (not isinstance(one, str) and width != one):
        raise ValueError
    return width


def _check_known(name: str, value: Any, find: Callable[[Any], Any]) -> None:
    try:
        find(value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name}={value!r} is unknown; expected a Keras name, object or a callable."
        ) from error


@dataclass(frozen=True)
class NetworkSpec:
    """Everything that determines a dense network but its weights.

    Two equal specs build the same network, so compiled programs are shared by spec. A callable
    activation or initialiser counts as equal only to itself.
    """

    n_inputs: int
    n_outputs: int
    hidden: tuple[int, ...] = (32, 32, 32)
    activation: str | Callable = "relu"
    output_activation: str = "linear"
    kernel_initializer: Any = "glorot_uniform"
    alpha: float = 0.0
    dropout: float = 0.0
    batch_normalization: bool = False
    dtype: str = "float32"
    conditioning: Conditioning | None = None

    def __post_init__(self) -> None:
        if isinstance(self.kernel_initializer, dict | list):
            raise TypeError(
                f"kernel_initializer={self.kernel_initializer!r} is not understood; expected a "
                "Keras name, an initializer or a callable."
            )
        _check_known("activation", self.activation, keras.activations.get)
        with seeded_globals(0):
            _check_known("kernel_initializer", self.kernel_initializer, keras.initializers.get)


def build_network(spec: NetworkSpec, seed: int = 0) -> keras.Model:
    """Return a Keras model of `spec`, its initial weights and dropout determined by `seed`.

    Every layer gets a seed of its own: Keras would draw a missing one from Python's global
    generator.

    Examples
    --------
    >>> network = build_network(NetworkSpec(n_inputs=3, n_outputs=1, hidden=(8,)))
    >>> network.count_params()
    41
    """
    return _Builder(spec, seed).network()


def build_adjustable_network(spec: NetworkSpec) -> keras.Model:
    """Return a network whose weights, dropout rate and penalty `start_network` sets, any time."""
    return _AdjustableBuilder(spec, 0).network()


class _Builder:
    """Makes the layers of a spec, from plain Keras: files with them load without skpnn."""

    def __init__(self, spec: NetworkSpec, seed: int) -> None:
        self._spec = spec
        self._seeds = _seeds(seed)

    def network(self) -> keras.Model:
        spec = self._spec
        inputs = tensor = keras.Input((spec.n_inputs,), dtype=spec.dtype, name="inputs")
        theta = None
        if spec.conditioning is not None:
            theta = keras.ops.take(inputs, spec.conditioning.theta, axis=1)
            if not spec.conditioning.joins(0):
                tensor = keras.ops.take(inputs, spec.conditioning.features, axis=1)
        for number, width in enumerate(spec.hidden):
            tensor = self._hidden(tensor, theta, number, width)
        outputs = self._dense("outputs", spec.n_outputs, activation=spec.output_activation)
        return keras.Model(inputs, outputs(tensor), name="network")

    def _hidden(self, tensor: Any, theta: Any, number: int, width: int) -> Any:
        spec, name = self._spec, number + 1
        if number and spec.conditioning is not None and spec.conditioning.joins(number):
            tensor = keras.layers.Concatenate(dtype=spec.dtype)([tensor, theta])
        for layer in self._activated(name, width):
            tensor = layer(tensor)
        if spec.conditioning is not None:
            tensor = self._conditioned(tensor, theta, spec.conditioning, number, width)
        if not spec.dropout:
            return tensor
        drop = self._dropout(
            spec.dropout, seed=next(self._seeds), dtype=spec.dtype, name=f"dropout_{name}"
        )
        return drop(tensor)

    def _activated(self, number: int, width: int) -> Iterator[keras.Layer]:
        spec, name = self._spec, f"hidden_{number}"
        if not spec.batch_normalization:
            yield self._dense(name, width, activation=spec.activation)
        else:
            # Normalising subtracts a bias, and shifts by one of its own.
            yield self._dense(name, width, activation="linear", use_bias=False)
            yield keras.layers.BatchNormalization(
                epsilon=NORMALIZATION_EPSILON, dtype=spec.dtype, name=f"normalization_{number}"
            )
            yield keras.layers.Activation(
                spec.activation, dtype=spec.dtype, name=f"activation_{number}"
            )

    def _conditioned(
        self, tensor: Any, theta: Any, conditioning: Conditioning, number: int, width: int
    ) -> Any:
        dtype = self._spec.dtype
        if conditioning.scales(number):
            # Biases of one: the network starts near the one that θ does not act on.
            scale = self._dense(f"scale_{number + 1}", width, bias_initializer="ones")
            tensor = keras.layers.Multiply(dtype=dtype)([tensor, scale(theta)])
        if conditioning.shifts(number):
            shift = self._dense(f"shift_{number + 1}", width)
            tensor = keras.layers.Add(dtype=dtype)([tensor, shift(theta)])
        return tensor

    def _dense(
        self,
        name: str,
        width: int,
        *,
        activation: Any = "linear",
        use_bias: bool = True,
        bias_initializer: str = "zeros",
    ) -> keras.layers.Dense:
        spec = self._spec
        return keras.layers.Dense(
            width,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            kernel_initializer=seeded_initializer(spec.kernel_initializer, next(self._seeds)),
            kernel_regularizer=self._penalty() if spec.alpha else None,
            dtype=spec.dtype,
            name=name,
        )

    def _dropout(self, rate: float, **arguments: Any) -> keras.layers.Dropout:
        return keras.layers.Dropout(rate, **arguments)

    def _penalty(self) -> keras.regularizers.Regularizer:
        spec = self._spec
        is_plain = spec.dtype == keras.config.floatx()
        return keras.regularizers.L2(spec.alpha) if is_plain else AdjustableL2(spec.alpha)


class _AdjustableBuilder(_Builder):
    """Makes them such that constants of training can be set after they are compiled."""

    def _dropout(self, rate: float, **arguments: Any) -> keras.layers.Dropout:
        return AdjustableDropout(rate, **arguments)

    def _penalty(self) -> keras.regularizers.Regularizer:
        return AdjustableL2(self._spec.alpha)


def start_network(network: keras.Model, spec: NetworkSpec, seed: int) -> None:
    """Give an adjustable network the initial weights, seeds and constants of `spec`.

    They are those of ``build_network(spec, seed)``, which takes ten times as long.
    """
    seeds = _seeds(seed)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            draw = seeded_initializer(spec.kernel_initializer, next(seeds))
            layer.kernel.assign(draw(layer.kernel.shape, dtype=layer.kernel.dtype))
            if layer.use_bias:
                layer.bias.assign(layer.bias_initializer(layer.bias.shape, layer.bias.dtype))
            if spec.alpha:
                layer.kernel_regularizer.alpha.assign(spec.alpha)
        elif isinstance(layer, keras.layers.BatchNormalization):
            starts = (layer.gamma, 1), (layer.beta, 0), (layer.moving_mean, 0)
            for variable, value in (*starts, (layer.moving_variance, 1)):
                variable.assign(np.full(variable.shape, value))
        elif isinstance(layer, AdjustableDropout):
            layer.rate.assign(spec.dropout)
            layer.seed_generator.state.assign([next(seeds), 0])


def seeded_initializer(initializer: Any, seed: int) -> Any:
    """Return a Keras initializer like `initializer` that draws from `seed`, if it has none."""
    with seeded_globals(seed):
        found = keras.initializers.get(initializer)
    if not isinstance(found, keras.initializers.Initializer):
        return found
    config = found.get_config()
    if "seed" not in config or config["seed"] is not None:
        return found
    return type(found).from_config({**config, "seed": seed})


def _seeds(seed: int) -> Iterator[int]:
    rng = np.random.default_rng(seed)
    while True:
        yield int(rng.integers(2**31 - 1))


def for_training(spec: NetworkSpec) -> NetworkSpec:
    """Return the spec of the adjustable network that trains every spec like `spec`.

    Whether there is dropout, or a penalty, makes a network of its own: it would cost time to
    compute either for nothing.
    """
    return replace(
        spec,
        kernel_initializer="zeros",
        alpha=1.0 if spec.alpha else 0.0,
        dropout=0.5 if spec.dropout else 0.0,
    )


def weight_shapes(spec: NetworkSpec) -> list[tuple[int, ...]]:
    """Return the shapes of the network's weights, in Keras' order.

    Examples
    --------
    >>> weight_shapes(NetworkSpec(n_inputs=3, n_outputs=1, hidden=(8,)))
    [(3, 8), (8,), (8, 1), (1,)]
    """
    conditioning = spec.conditioning
    shapes: list[tuple[int, ...]] = []
    n_inputs = spec.n_inputs if conditioning is None else len(conditioning.first_inputs())
    for number, width in enumerate(spec.hidden):
        if number and conditioning is not None and conditioning.joins(number):
            n_inputs += conditioning.n_theta
        # A normalisation has a scale, a shift, a moving mean and a moving variance.
        shapes += [(n_inputs, width), *[(width,)] * (4 if spec.batch_normalization else 1)]
        if conditioning is not None:
            n_maps = conditioning.scales(number) + conditioning.shifts(number)
            shapes += [(conditioning.n_theta, width), (width,)] * n_maps
        n_inputs = width
    return [*shapes, (n_inputs, spec.n_outputs), (spec.n_outputs,)]


@lru_cache(maxsize=128)
def for_inference(spec: NetworkSpec) -> NetworkSpec:
    """Return the spec that predicts the same as `spec`: dropout and L2 act in training only."""
    return replace(spec, kernel_initializer="zeros", alpha=0.0, dropout=0.0)
