"""Twins: what models of a user's own have in common, so that one compiled program trains all."""

import inspect
import json
import pickle
import re
from collections.abc import Hashable, Iterator
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

import keras

from skpnn._keras_state import own_objects
from skpnn._seeding import seeded_globals
from skpnn.engine.identity import loss_identity
from skpnn.optimizers import OptimizerSpec

__all__ = ["compiled_twin", "copy_state", "twin_key"]

# Attributes of Keras' own layers that their owner may have changed.
_SCALARS = (bool, int, float, str)


def twin_key(model: keras.Model) -> Hashable:
    """Return what models have in common that train alike; None where that cannot be known.

    It holds the layers' classes themselves: a class defined anew, in a notebook, is another one.
    """
    try:
        key = _key(model)
        hash(key)
    except (AttributeError, KeyError, NotImplementedError, TypeError, ValueError):
        # A layer that cannot say what it is made of.
        return None
    return key


def _key(model: keras.Model) -> Hashable:
    layers = [*model._flatten_layers()]
    is_plain = _is_keras(type(model).__module__) and model.built and len(model.outputs) == 1
    if not is_plain or any(isinstance(layer, keras.layers.Lambda) for layer in layers):
        return None
    compiled = model.get_compile_config()
    metrics = [compiled["loss_weights"], compiled["metrics"], compiled["weighted_metrics"]]
    loss = tuple(map(loss_identity, keras.tree.flatten(model.loss)))
    if None in loss or not all(map(_is_keras, _modules_in(metrics))):
        return None
    text = json.dumps([_unnamed(model.get_config(), layers), metrics], default=repr)
    own = tuple(part for layer in layers for part in _own_parts(layer))
    return text, OptimizerSpec(model.optimizer).key, loss, own


def _is_keras(module: str) -> bool:
    return module.split(".")[0] in ("keras", "builtins")


def _modules_in(config: Any) -> Iterator[str]:
    """Yield the modules of the objects that a configuration describes."""
    if isinstance(config, dict):
        if "class_name" in config:
            is_function = config["class_name"] == "function"
            yield "function" if is_function else config.get("module") or "keras"
        for value in config.values():
            yield from _modules_in(value)
    elif isinstance(config, list | tuple):
        for value in config:
            yield from _modules_in(value)


def _unnamed(config: Any, layers: list[Any]) -> Any:
    """Return a model's configuration, names that Keras made up replaced by numbers.

    Keras numbers them through: no two models would be alike.
    """
    numbers = {layer.name: f"#{n}" for n, layer in enumerate(layers) if _is_made_up(layer)}

    def replaced(node: Any) -> Any:
        if isinstance(node, dict):
            return {k: _name(v) if k == "name" else replaced(v) for k, v in node.items()}
        if isinstance(node, list | tuple):
            # [layer, node, tensor] is how configurations refer to a layer's output.
            is_reference = len(node) == 3 and isinstance(node[0], str)
            return [_name(node[0]), *node[1:]] if is_reference else [replaced(v) for v in node]
        return node

    def _name(name: Any) -> Any:
        return numbers.get(name, name)

    return replaced({name: value for name, value in config.items() if name != "name"})


def _is_made_up(layer: Any) -> bool:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type(layer).__name__)
    # Copied inputs are called by their tensors.
    return re.fullmatch(rf"({snake.lower()}|keras_tensor)(_\d+)?", layer.name) is not None


def _own_parts(layer: Any) -> Iterator[Any]:
    """Yield what a layer computes with and its configuration need not hold.

    Raises
    ------
    TypeError
        If some of it cannot be compared.
    """
    yield type(layer)
    if not _is_keras(type(layer).__module__):
        yield from _code_of(type(layer))
        yield from _state_of(layer, _names_in_every_layer())
        return
    for name, value in sorted(vars(layer).items()):
        if isinstance(value, FunctionType) and not _is_keras(value.__module__):
            yield name
            yield from _function_parts(value, set())
        elif isinstance(value, _SCALARS) and not name.startswith("_") and name not in _NAMES:
            yield name, value
        elif hasattr(value, "get_config") and not _is_keras(type(value).__module__):
            yield name, type(value)
            yield from _code_of(type(value))
            yield from _state_of(value, frozenset())


# Attributes of Keras' own layers that say nothing of what they compute.
_NAMES = {"name", "path", "built", "auto_name"}


@lru_cache(maxsize=1)
def _names_in_every_layer() -> frozenset[str]:
    class Bare(keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs

    bare = Bare()
    bare(keras.Input((1,)))
    return frozenset(vars(bare))


def _code_of(kind: type) -> Iterator[Any]:
    """Yield what the methods of a user's class compute with, its base classes' too."""
    for base in kind.__mro__:
        if _is_keras(base.__module__):
            return
        for member in vars(base).values():
            if isinstance(member, FunctionType):
                yield from _function_parts(member, set())


def _function_parts(function: FunctionType, seen: set[FunctionType]) -> Iterator[Any]:
    """Yield a function and what outside of it it computes with."""
    if function in seen:
        return
    seen.add(function)
    yield function
    found = inspect.getclosurevars(function)
    for name, value in sorted({**found.globals, **found.nonlocals}.items()):
        if isinstance(value, FunctionType):
            if not _is_keras(value.__module__):
                yield from _function_parts(value, seen)
        elif not isinstance(value, ModuleType | type):
            yield name, _comparable(value)


def _state_of(thing: Any, ignored: frozenset[str]) -> Iterator[Any]:
    for name, value in sorted(vars(thing).items()):
        if name not in ignored:
            # Variables are copied, and layers within are looked at for themselves.
            leaves = [leaf for leaf in keras.tree.flatten(value) if not isinstance(leaf, _COPIED)]
            yield name, *map(_comparable, leaves)


_COPIED = (keras.Variable, keras.layers.Layer, keras.random.SeedGenerator)


def _comparable(value: Any) -> Hashable:
    if isinstance(value, FunctionType):
        return value
    try:
        return pickle.dumps(value)
    except Exception as error:  # an object's own pickling may raise anything
        raise TypeError(
            f"{type(value).__name__} cannot be compared: it cannot be pickled"
        ) from error


def compiled_twin(model: keras.Model, key: Hashable) -> keras.Model:
    """Return another model of the same key, compiled alike.

    Raises
    ------
    NotImplementedError
        If Keras cannot copy the model, or copies it with something left out.
    """
    try:
        twin = _copied(model)
    except (AttributeError, TypeError, ValueError) as error:
        raise NotImplementedError("Keras cannot copy this model.") from error
    if twin_key(twin) != key or _shapes(twin) != _shapes(model):
        raise NotImplementedError("A layer's get_config leaves out what it computes with.")
    return twin


def _copied(model: keras.Model) -> keras.Model:
    config = model.get_compile_config()
    with seeded_globals(0), keras.saving.custom_object_scope(_own_names(model)):
        twin = keras.models.clone_model(model)
    twin.compile(
        optimizer=type(model.optimizer).from_config(model.optimizer.get_config()),
        loss=model.loss,
        loss_weights=config["loss_weights"],
        metrics=keras.saving.deserialize_keras_object(config["metrics"]),
        weighted_metrics=keras.saving.deserialize_keras_object(config["weighted_metrics"]),
    )
    return twin


def _own_names(model: keras.Model) -> dict[str, Any]:
    """Return the user's classes and functions by name, among them activations."""
    values = [value for layer in model._flatten_layers() for value in vars(layer).values()]
    functions = [v for v in values if isinstance(v, FunctionType) and not _is_keras(v.__module__)]
    return own_objects(model) | {function.__name__: function for function in functions}


def copy_state(source: keras.Model, target: keras.Model) -> None:
    """Give `target` the weights, seeds and optimizer state of `source`, its twin."""
    for given, taken in zip(_state(source), _state(target), strict=True):
        taken.assign(given)


def _state(model: keras.Model) -> list[Any]:
    model.optimizer.build(model.trainable_variables)
    metrics = {id(variable) for variable in model.metrics_variables}
    own = [variable for variable in model.variables if id(variable) not in metrics]
    return [*own, *model.optimizer.variables]


def _shapes(model: keras.Model) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in _state(model)]
