"""Keras builders: what network a set of constructor arguments stands for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import keras
import numpy as np
from keras import ops

from skpnn._seeding import seeded_globals

__all__ = ["NetworkSpec", "build_network", "parse_hidden_layer_sizes"]


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


@keras.saving.register_keras_serializable("skpnn")
class L2Penalty(keras.regularizers.Regularizer):
    """alpha · Σ w², in the precision in which Keras adds up losses.

    Keras' own L2 keeps the weights' precision, and Keras cannot add a float64 to a float32.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha

    def __call__(self, x: Any) -> Any:
        """Return the penalty of the weights `x`."""
        return ops.cast(self.alpha * ops.sum(ops.square(x)), keras.config.floatx())

    def get_config(self) -> dict[str, float]:
        """Return the constructor's argument."""
        return {"alpha": self.alpha}


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
    seeds = _seeds(seed)
    inputs = tensor = keras.Input((spec.n_inputs,), dtype=spec.dtype, name="inputs")
    for number, width in enumerate(spec.hidden, start=1):
        for layer in _hidden_layers(spec, number, width, seeds):
            tensor = layer(tensor)
    outputs = _dense(
        spec, spec.n_outputs, seeds, activation=spec.output_activation, name="outputs"
    )(tensor)
    return keras.Model(inputs, outputs, name="network")


def _hidden_layers(
    spec: NetworkSpec, number: int, width: int, seeds: Iterator[int]
) -> Iterator[keras.Layer]:
    if not spec.batch_normalization:
        yield _dense(spec, width, seeds, activation=spec.activation, name=f"hidden_{number}")
    else:
        # Normalising subtracts a bias, and shifts by one of its own.
        name = f"hidden_{number}"
        yield _dense(spec, width, seeds, activation="linear", name=name, use_bias=False)
        yield keras.layers.BatchNormalization(dtype=spec.dtype, name=f"normalization_{number}")
        yield keras.layers.Activation(
            spec.activation, dtype=spec.dtype, name=f"activation_{number}"
        )
    if spec.dropout:
        yield keras.layers.Dropout(
            spec.dropout, seed=next(seeds), dtype=spec.dtype, name=f"dropout_{number}"
        )


def _dense(
    spec: NetworkSpec,
    width: int,
    seeds: Iterator[int],
    *,
    activation: Any,
    name: str,
    use_bias: bool = True,
) -> keras.layers.Dense:
    return keras.layers.Dense(
        width,
        activation=activation,
        use_bias=use_bias,
        kernel_initializer=seeded_initializer(spec.kernel_initializer, next(seeds)),
        kernel_regularizer=_penalty(spec),
        dtype=spec.dtype,
        name=name,
    )


def _penalty(spec: NetworkSpec) -> keras.regularizers.Regularizer | None:
    if not spec.alpha:
        return None
    # Keras' own where it will do: files with it load without skpnn.
    is_plain = spec.dtype == keras.config.floatx()
    return keras.regularizers.L2(spec.alpha) if is_plain else L2Penalty(spec.alpha)


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


def without_initializer(spec: NetworkSpec) -> NetworkSpec:
    """Return the spec that trains the same as `spec`, once it is given weights to start from."""
    return replace(spec, kernel_initializer="zeros")


def for_inference(spec: NetworkSpec) -> NetworkSpec:
    """Return the spec that predicts the same as `spec`: dropout and L2 act in training only."""
    return replace(without_initializer(spec), alpha=0.0, dropout=0.0)
