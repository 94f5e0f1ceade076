"""What a user's function computes, as far as it can be known without running it."""

import dis
import hashlib
import inspect
import pickle
from collections.abc import Hashable
from types import CodeType, FunctionType, ModuleType
from typing import Any

import keras
import numpy as np

__all__ = ["function_key", "loss_identity"]

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
# Modules that do not change under a running program, but for their settings.
_LIBRARIES = ("jax", "keras", "math", "numpy", "tensorflow")


def function_key(function: Any) -> Hashable:
    """Return what functions that compute the same have in common, None where nothing is known.

    A compiled program remembers the data that a function has read, so it holds for these only.
    Noticed are another function, changed code, and changed values of the globals, enclosing
    variables and defaults that it reads by their names. None stands for what reads anything but
    numbers, strings, NumPy arrays, and lists, tuples and dicts of these (another function of the
    user's, an object, another module than Keras, NumPy, ``math``, TensorFlow or JAX), has code
    within its code (a lambda, a generator), or is no plain function. Not noticed is what it gets
    behind the back of these rules: by ``open``, ``eval`` or ``globals()``, or from a library's
    settings.

    Examples
    --------
    >>> def line(x, p):
    ...     return slope[0] * x + p[0]
    >>> slope = [1.0]
    >>> before = function_key(line)
    >>> before == function_key(line)
    True
    >>> slope[0] = 2.0
    >>> before == function_key(line)
    False
    """
    if type(function) is not FunctionType:
        return None
    code = function.__code__
    has_inner = any(isinstance(one, CodeType) for one in code.co_consts)
    if has_inner or any(step.opname == "IMPORT_NAME" for step in dis.get_instructions(code)):
        return None
    # What is read may be any object, and raise anything when it is looked at.
    try:
        read = inspect.getclosurevars(function)
        values = [read.globals, read.nonlocals, function.__defaults__, function.__kwdefaults__]
        return function, code, _digest(values)
    except Exception:
        return None


def loss_identity(loss: Any) -> Hashable:
    """Return what two losses that compute the same have in common, None where nothing is known.

    An instance of Keras' can be changed, and its configuration leaves things out (Huber's δ); a
    function of the user's is known as `function_key` knows it.

    Examples
    --------
    >>> loss_identity(keras.losses.Huber(0.5)) == loss_identity(keras.losses.Huber(0.5))
    True
    >>> loss_identity(keras.losses.Huber(0.5)) == loss_identity(keras.losses.Huber(1.0))
    False
    """
    if isinstance(loss, str) or _is_library(loss):
        return loss
    if not isinstance(loss, keras.losses.Loss):
        return function_key(loss)
    held = [type(loss), *(one for one in vars(loss).values() if isinstance(one, FunctionType))]
    if not all(map(_is_library, held)):
        return None
    try:
        return type(loss), pickle.dumps(vars(loss))
    except (AttributeError, TypeError, pickle.PicklingError):
        return None


def _digest(values: Any) -> bytes:
    return hashlib.blake2b(pickle.dumps(_plain(values))).digest()


def _plain(value: Any) -> Any:
    """Return what pickle writes down in full; raise for anything else."""
    if _is_library(value):
        return value.__name__
    if type(value) in _PLAIN or (_is_array(value) and not value.dtype.hasobject):
        return value
    if type(value) in (list, tuple):
        return type(value)(_plain(one) for one in value)
    if type(value) is dict:
        return [(_plain(name), _plain(one)) for name, one in value.items()]
    raise TypeError(f"{type(value)} is not known to stay as it is.")


def _is_array(value: Any) -> bool:
    return type(value) is np.ndarray or isinstance(value, np.generic)


def _is_library(value: Any) -> bool:
    """Whether it is a module of a library, or a function or class from one."""
    if isinstance(value, ModuleType):
        module = value.__name__
    elif isinstance(value, FunctionType | type):
        module = value.__module__
    else:
        return False
    return module.partition(".")[0] in _LIBRARIES
