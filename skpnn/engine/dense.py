"""The forward pass of a dense network, written once for NumPy's arrays and TensorFlow's tensors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from skpnn._conditioning import Conditioning
from skpnn.networks import NORMALIZATION_EPSILON, NetworkSpec

__all__ = ["NUMPY", "TENSORS", "after_first_product", "forward", "numpy_knows"]


@dataclass(frozen=True)
class Arithmetic:
    """What arrays and tensors do each in their own way.

    Attributes
    ----------
    activate : callable
        ``activate(activation, x)`` of a spec's name or function.
    take : callable
        ``take(x, columns)``.
    """

    activate: Callable[[Any, Any], Any]
    take: Callable[[Any, tuple[int, ...]], Any]


_IN_NUMPY: dict[str, Callable[[NDArray], NDArray]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": expit,
    "softmax": lambda x: softmax(x, axis=1),
    "softplus": lambda x: np.logaddexp(x, x.dtype.type(0)),
    "tanh": np.tanh,
}


NUMPY = Arithmetic(
    activate=lambda activation, x: _IN_NUMPY[activation](x),
    take=lambda x, columns: x[:, list(columns)],
)
TENSORS = Arithmetic(
    activate=lambda activation, x: keras.activations.get(activation)(x),
    take=lambda x, columns: keras.ops.take(x, columns, axis=1),
)


def numpy_knows(spec: NetworkSpec) -> bool:
    """Whether NumPy's arithmetic knows the activations."""
    names = (spec.activation, spec.output_activation)
    return all(isinstance(name, str) and name in _IN_NUMPY for name in names)


def forward(spec: NetworkSpec, weights: Sequence[Any], X: Any, arithmetic: Arithmetic) -> Any:
    """Return the outputs, of shape (n, n_outputs), of the network with `weights` for rows `X`.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    weights : sequence of arrays or tensors
        In Keras' order.
    X : array or tensor of shape (n, n_inputs)
        The rows.
    arithmetic : Arithmetic
        That of the arrays or tensors.

    Examples
    --------
    >>> spec = NetworkSpec(n_inputs=2, n_outputs=1, hidden=())
    >>> weights = [np.array([[1.0], [2.0]]), np.array([0.5])]
    >>> forward(spec, weights, np.array([[3.0, 4.0]]), NUMPY)
    array([[11.5]])
    """
    theta, conditioning = None, spec.conditioning
    if conditioning is not None:
        theta = arithmetic.take(X, conditioning.theta)
        X = arithmetic.take(X, conditioning.first_inputs())
    return after_first_product(spec, weights, X @ weights[0], theta, arithmetic)


def after_first_product(
    spec: NetworkSpec, weights: Sequence[Any], x: Any, theta: Any, arithmetic: Arithmetic
) -> Any:
    """Return the outputs from `x`, the inputs times the first kernel, and from θ.

    `theta`, of shape (n, n_theta) or (1, n_theta), is read under a conditioning only.
    """
    remaining = iter(weights[1:])
    for number in range(len(spec.hidden)):
        x = _normalized(x, remaining) if spec.batch_normalization else x + next(remaining)
        x = arithmetic.activate(spec.activation, x)
        x = _conditioned(spec.conditioning, number, x, theta, remaining)
        x = _product(spec.conditioning, number + 1, x, theta, next(remaining))
    return arithmetic.activate(spec.output_activation, x + next(remaining))


def _conditioned(
    conditioning: Conditioning | None, layer: int, x: Any, theta: Any, remaining: Iterator[Any]
) -> Any:
    if conditioning is not None and conditioning.scales(layer):
        x = x * (theta @ next(remaining) + next(remaining))
    if conditioning is not None and conditioning.shifts(layer):
        x = x + (theta @ next(remaining) + next(remaining))
    return x


def _product(conditioning: Conditioning | None, layer: int, x: Any, theta: Any, kernel: Any) -> Any:
    """Return the inputs of a layer times its kernel, whose last rows are those of θ, if any."""
    if conditioning is None or not conditioning.joins(layer):
        return x @ kernel
    n_theta = conditioning.n_theta
    return x @ kernel[:-n_theta] + theta @ kernel[-n_theta:]


def _normalized(x: Any, remaining: Iterator[Any]) -> Any:
    gamma, beta, mean, variance = (next(remaining) for _ in range(4))
    return (x - mean) * (gamma / (variance + NORMALIZATION_EPSILON) ** 0.5) + beta
