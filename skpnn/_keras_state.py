"""What training changes within a Keras model, read and put back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["own_objects", "read_seeds", "restored_on_error", "write_seeds"]


@contextmanager
def restored_on_error(model: Any) -> Iterator[None]:
    """Put the weights and the optimizer of a model that exists back where training fails."""
    variables = [*model.variables] if isinstance(model, keras.Model) else []
    variables += getattr(getattr(model, "optimizer", None), "variables", [])
    before = _read(variables)
    try:
        yield
    except BaseException:
        _write(variables, before)
        raise


def own_objects(model: keras.Model) -> dict[str, Any]:
    """Return the user's classes and functions that `model` is made of, by name.

    Keras finds a class of its own when it loads a model, and a registered one; those of a script
    or a notebook it must be handed.
    """
    parts = [*model._flatten_layers(), getattr(model, "optimizer", None)]
    found = {type(part).__name__: type(part) for part in parts if _is_users(type(part))}
    loss = getattr(model, "loss", None)
    for one in keras.tree.flatten(loss):
        kind = type(one) if isinstance(one, keras.losses.Loss) else one
        if callable(kind) and _is_users(kind):
            found[kind.__name__] = kind
    return found


def _is_users(thing: Any) -> bool:
    module = getattr(thing, "__module__", "keras").split(".")[0]
    return module not in ("builtins", "keras") and hasattr(thing, "__name__")


def read_seeds(model: keras.Model) -> list[NDArray]:
    """Return where the random numbers of dropout and its kind stand: Keras does not save it."""
    return _read(_seed_variables(model))


def write_seeds(model: keras.Model, seeds: list[NDArray]) -> None:
    """Let the random numbers go on from `seeds`."""
    _write(_seed_variables(model), seeds)


def _seed_variables(model: keras.Model) -> list[Any]:
    return [variable for variable in model.variables if variable.name == "seed_generator_state"]


def _read(variables: list[Any]) -> list[NDArray]:
    return [np.copy(keras.ops.convert_to_numpy(variable)) for variable in variables]


def _write(variables: list[Any], values: list[NDArray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
