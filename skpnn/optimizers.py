"""Optimizers: the Keras optimizer, and its learning rate, that constructor arguments stand for."""

import json
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from skpnn.adjustable import AdjustableSGD, Number

__all__ = [
    "LearningRate",
    "OptimizerSpec",
    "build_optimizer",
    "keras_class",
    "moves_each_weight_alone",
    "set_learning_rate",
    "settings",
    "twin_optimizer",
]

_CLASSES = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "adagrad": keras.optimizers.Adagrad,
    "rmsprop": keras.optimizers.RMSprop,
}

# Arguments by which any optimizer looks at other weights, or keeps a state of another kind.
_JOINT = (
    "clipnorm",
    "global_clipnorm",
    "use_ema",
    "loss_scale_factor",
    "gradient_accumulation_steps",
    "_exclude_from_weight_decay",
    "_exclude_from_weight_decay_pattern",
)


@dataclass(frozen=True)
class LearningRate:
    """η(t) = initial · shape(t / horizon) / (1 + decay · t), at step t.

    The shape is ½(1 + cos πs) under ``"cosine"``, 1 under ``"constant"``.
    """

    initial: float
    schedule: str = "constant"
    decay: float = 0.0
    horizon: int = 1

    @property
    def is_constant(self) -> bool:
        """Whether the rate never changes, so that callbacks may set it."""
        return self.schedule == "constant" and self.decay == 0


@keras.saving.register_keras_serializable("skpnn")
class ScheduledRate(keras.optimizers.schedules.LearningRateSchedule):
    """A `LearningRate` whose numbers are variables, so that one compiled program serves them all.

    Parameters
    ----------
    schedule : {"cosine", "constant"}
        The shape.
    initial : float, default=0.0
        η at the first step.
    decay : float, default=0.0
        Divides η by 1 + decay · t.
    horizon : float, default=1.0
        The step at which the cosine ends.
    """

    def __init__(
        self, schedule: str, initial: float = 0.0, decay: float = 0.0, horizon: float = 1.0
    ) -> None:
        self.schedule = schedule
        # As Keras' rates are, so that no step casts them.
        self.initial = Number(initial, "float32")
        self.decay = Number(decay, "float32")
        self.horizon = Number(horizon, "float32")

    def assign(self, rate: LearningRate) -> None:
        """Take over the numbers of `rate`."""
        self.initial.assign(rate.initial)
        self.decay.assign(rate.decay)
        self.horizon.assign(float(rate.horizon))

    def __call__(self, step: Any) -> Any:
        """Return the rate at `step`."""
        t = ops.cast(step, "float32")
        initial, decay, horizon = (
            number.as_dtype("float32") for number in (self.initial, self.decay, self.horizon)
        )
        rate = initial / (1.0 + decay * t)
        if self.schedule == "cosine":
            rate = rate * 0.5 * (1.0 + ops.cos(np.pi * ops.minimum(t / horizon, 1.0)))
        return rate

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as they stand."""
        numbers = {name: float(getattr(self, name)) for name in ("initial", "decay", "horizon")}
        return {"schedule": self.schedule, **numbers}


@dataclass(frozen=True)
class OptimizerSpec:
    """Everything that training depends on, of an optimizer, but a learning rate given beside it."""

    optimizer: Any
    momentum: float = 0.9
    nesterov: bool = True
    schedule: str | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """What optimizers have in common that take the same step but for `set_numbers`."""
        if self.brings_its_own_rate:
            config = keras.saving.serialize_keras_object(self.optimizer)
            # Keras numbers the names of unnamed optimizers.
            config["config"].pop("name", None)
            if self._own_rate is not None:
                config["config"].pop("learning_rate")
            text = json.dumps(config, sort_keys=True, default=repr)
            return (type(self.optimizer), self._schedule_identity, text)
        kind = _optimizer_class(self.optimizer)
        momentum = (bool(self.momentum), self.nesterov) if kind is keras.optimizers.SGD else None
        return (kind, momentum, self.schedule)

    @property
    def brings_its_own_rate(self) -> bool:
        """Whether the user gave an optimizer instance, with a learning rate in it."""
        return isinstance(self.optimizer, keras.optimizers.Optimizer)

    @property
    def _own_rate(self) -> float | None:
        """The constant learning rate that the user's instance has."""
        rate = self.optimizer._learning_rate
        # A LossScaleOptimizer has one that is not its own.
        is_own = isinstance(rate, keras.Variable) and "learning_rate" in self.optimizer.get_config()
        return float(rate) if is_own else None

    @property
    def _schedule_identity(self) -> Any:
        """Return what a configuration only names: the class or function of a schedule."""
        rate = self.optimizer._learning_rate
        if isinstance(rate, keras.Variable):
            return None
        is_schedule = isinstance(rate, keras.optimizers.schedules.LearningRateSchedule)
        return type(rate) if is_schedule else rate

    def set_numbers(self, optimizer: keras.optimizers.Optimizer, rate: LearningRate) -> None:
        """Give the optimizer that a program of this key has the momentum and rate of this spec."""
        if isinstance(optimizer, AdjustableSGD):
            optimizer.assign_momentum(self.momentum)
        if not self.brings_its_own_rate:
            set_learning_rate(optimizer, rate)
        elif self._own_rate is not None:
            optimizer.learning_rate = self._own_rate


def build_optimizer(spec: OptimizerSpec) -> keras.optimizers.Optimizer:
    """Return a new Keras optimizer of `spec`.

    An instance is copied by its configuration: Keras ties an optimizer to the variables of its
    first model, so the user's own must stay untouched.

    Raises
    ------
    ValueError
        If a name is unknown.
    TypeError
        If the optimizer is neither a name, a class nor an instance.

    Examples
    --------
    >>> float(build_optimizer(OptimizerSpec("adam")).beta_1)
    0.9
    """
    if spec.brings_its_own_rate:
        return type(spec.optimizer).from_config(spec.optimizer.get_config())
    rate = 1e-3 if spec.schedule is None else ScheduledRate(spec.schedule)
    optimizer_class = _optimizer_class(spec.optimizer)
    if optimizer_class is keras.optimizers.SGD and spec.momentum:
        return AdjustableSGD(rate, momentum=float(spec.momentum), nesterov=spec.nesterov)
    return optimizer_class(learning_rate=rate)


def keras_class(optimizer: keras.optimizers.Optimizer) -> type:
    """Return the class of an optimizer as its user knows it."""
    return keras.optimizers.SGD if isinstance(optimizer, AdjustableSGD) else type(optimizer)


def moves_each_weight_alone(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether a weight's steps depend on its own gradients only, whatever variable it lies in.

    Examples
    --------
    >>> moves_each_weight_alone(keras.optimizers.Adam())
    True
    >>> moves_each_weight_alone(keras.optimizers.Adam(clipnorm=1.0))
    False
    """
    is_known = keras_class(optimizer) in _CLASSES.values()
    # One whose owner has put a method of his own on the instance is another optimizer.
    is_plain = not any(hasattr(type(optimizer), name) for name in vars(optimizer) if name[0] != "_")
    return is_known and is_plain and not any(getattr(optimizer, name, None) for name in _JOINT)


def twin_optimizer(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Return an optimizer that takes the same steps on variables of its own.

    They share the count of steps, the rate and the momentum: whatever changes them, or reads them
    in between, changes and reads both.
    """
    twin = type(optimizer).from_config({**optimizer.get_config(), "learning_rate": 0.0})
    twin._iterations = optimizer._iterations
    twin._learning_rate = optimizer._learning_rate
    if isinstance(twin, AdjustableSGD):
        twin.share_momentum(optimizer)
    return twin


def settings(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Return what a trace of an optimizer's step is made for: its numbers, and which rate it has.

    Examples
    --------
    >>> settings(keras.optimizers.Adam())["beta_1"]
    0.9
    """
    public = {name: value for name, value in vars(optimizer).items() if name[0] != "_"}
    numbers = (bool, int, float, type(None))
    found = {name: value for name, value in public.items() if isinstance(value, numbers)}
    return {**found, "learning_rate": id(optimizer._learning_rate)}


def _optimizer_class(optimizer: Any) -> Any:
    if isinstance(optimizer, type) and issubclass(optimizer, keras.optimizers.Optimizer):
        return optimizer
    if not isinstance(optimizer, str):
        raise TypeError(
            f"optimizer={optimizer!r} is not understood; expected a name, a Keras optimizer class "
            "or an instance of one."
        )
    if optimizer.lower() in _CLASSES:
        return _CLASSES[optimizer.lower()]
    try:
        return type(keras.optimizers.get(optimizer))
    except (KeyError, ValueError):
        raise ValueError(
            f"optimizer={optimizer!r} is unknown; expected one of {list(_CLASSES)}, another Keras "
            "name, a Keras optimizer class or an instance of one."
        ) from None


def set_learning_rate(optimizer: keras.optimizers.Optimizer, rate: LearningRate) -> None:
    """Give `rate` to an optimizer that `build_optimizer` made from a name or a class."""
    schedule = optimizer._learning_rate
    if isinstance(schedule, ScheduledRate):
        schedule.assign(rate)
    else:
        optimizer.learning_rate = rate.initial
