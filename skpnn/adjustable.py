"""Constants of training as variables, so that one compiled program serves a search over them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
from keras import ops

__all__ = [
    "AdjustableDropout",
    "AdjustableL2",
    "AdjustableSGD",
    "Number",
    "recorded_numbers",
    "standing_in",
]

_RECORDED: ContextVar[list["Number"] | None] = ContextVar("recorded numbers", default=None)


class Number:
    """A number that a compiled graph reads when it runs, not when it is traced.

    Keras does not look into objects like this one, so the variable inside is no weight.
    """

    def __init__(self, value: float, dtype: str = "float64") -> None:
        self._variable = keras.Variable(value, dtype=dtype, trainable=False)
        self._stand_in: Any = None
        if (recorded := _RECORDED.get()) is not None:
            recorded.append(self)

    def assign(self, value: float) -> None:
        """Set the number."""
        self._variable.assign(value)

    def as_dtype(self, dtype: str) -> Any:
        """Return the number as a tensor."""
        return ops.cast(self._variable if self._stand_in is None else self._stand_in, dtype)

    def __float__(self) -> float:
        return float(self._variable)


@contextmanager
def recorded_numbers() -> Iterator[list[Number]]:
    """Lend a list to which this thread's new numbers are appended, as they are made."""
    numbers: list[Number] = []
    token = _RECORDED.set(numbers)
    try:
        yield numbers
    finally:
        _RECORDED.reset(token)


@contextmanager
def standing_in(numbers: Sequence[Number], tensors: Sequence[Any]) -> Iterator[None]:
    """Let tensors stand in for numbers while JAX traces, which takes a variable for a constant."""
    for number, tensor in zip(numbers, tensors, strict=True):
        number._stand_in = tensor
    try:
        yield
    finally:
        for number in numbers:
            number._stand_in = None


@keras.saving.register_keras_serializable("skpnn")
class AdjustableDropout(keras.layers.Dropout):
    """`keras.layers.Dropout` with a rate that can be set after it is compiled.

    Parameters
    ----------
    rate : float
        Share of the units dropped, above 0.
    seed : int, optional
        What the masks are drawn from.
    **kwargs : dict
        As of `keras.layers.Layer`.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.rate = Number(rate)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the inputs, in training with a share of them put to 0 and the rest scaled up."""
        if not training:
            return inputs
        dtype = keras.backend.standardize_dtype(inputs.dtype)
        rate = self.rate.as_dtype(dtype)
        drawn = keras.random.uniform(ops.shape(inputs), dtype=dtype, seed=self.seed_generator)
        return ops.where(drawn >= rate, inputs / (1 - rate), ops.zeros_like(inputs))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, the rate as it stands."""
        config = keras.layers.Layer.get_config(self)
        return {**config, "rate": float(self.rate), "seed": self.seed}


@keras.saving.register_keras_serializable("skpnn")
class AdjustableL2(keras.regularizers.Regularizer):
    """alpha · Σ w², with an alpha that can be set after it is compiled.

    It is computed in the precision in which Keras adds up losses: Keras' own L2 keeps the weights'
    precision, and Keras cannot add a float64 to a float32.

    Parameters
    ----------
    alpha : float
        The factor.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = Number(alpha)

    def __call__(self, x: Any) -> Any:
        """Return the penalty of the weights `x`."""
        penalty = self.alpha.as_dtype(x.dtype) * ops.sum(ops.square(x))
        return ops.cast(penalty, keras.config.floatx())

    def get_config(self) -> dict[str, float]:
        """Return the constructor's argument, as it stands."""
        return {"alpha": float(self.alpha)}


@keras.saving.register_keras_serializable("skpnn")
class AdjustableSGD(keras.optimizers.SGD):
    """`keras.optimizers.SGD` with a momentum that can be set after it is compiled.

    Parameters
    ----------
    learning_rate : float or schedule
        The learning rate.
    momentum : float
        The momentum, above 0.
    nesterov : bool
        Whether it is Nesterov's.
    **kwargs : dict
        As of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.9,
        nesterov: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, momentum=momentum, nesterov=nesterov, **kwargs)
        self._adjustable_momentum = Number(momentum)

    def assign_momentum(self, momentum: float) -> None:
        """Set the momentum."""
        self._adjustable_momentum.assign(momentum)

    def share_momentum(self, other: "AdjustableSGD") -> None:
        """Have the momentum of another optimizer from now on."""
        self._adjustable_momentum = other._adjustable_momentum

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move `variable` by one step, as the base class does."""
        momentum = self._adjustable_momentum.as_dtype(variable.dtype)
        pull = ops.cast(learning_rate, variable.dtype) * ops.cast(gradient, variable.dtype)
        velocity = self.momentums[self._get_variable_index(variable)]
        self.assign(velocity, velocity * momentum - pull)
        self.assign_add(variable, velocity * momentum - pull if self.nesterov else velocity)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, the momentum as it stands."""
        return {**super().get_config(), "momentum": float(self._adjustable_momentum)}
