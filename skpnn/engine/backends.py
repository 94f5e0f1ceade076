"""Which library computes: Keras' backend, TensorFlow or JAX, each known to files of its own."""

from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from types import ModuleType

import keras

__all__ = ["backend_module", "double_precision", "is_tensorflow"]

KNOWN = ("tensorflow", "jax")


def is_tensorflow() -> bool:
    """Whether Keras computes by TensorFlow."""
    return keras.backend.backend() == "tensorflow"


def backend_module(name: str) -> ModuleType:
    """Return the engine's module of that name for Keras' backend, imported when it is needed.

    Raises
    ------
    RuntimeError
        If the backend is neither TensorFlow nor JAX.

    Examples
    --------
    >>> backend_module("programs").__name__
    'skpnn.engine.tensorflow_programs'
    """
    backend = keras.backend.backend()
    if backend not in KNOWN:
        raise RuntimeError(
            f"Keras' backend is {backend!r}; skpnn's networks run on {' or '.join(KNOWN)}. Set "
            'KERAS_BACKEND="tensorflow" in the environment before Python starts.'
        )
    return import_module(f"skpnn.engine.{backend}_{name}")


def double_precision() -> AbstractContextManager[None]:
    """Let JAX compute in float64 what is float64, in this thread and for a while.

    By itself it takes such numbers for float32. TensorFlow needs no permission.
    """
    if keras.backend.backend() != "jax":
        return nullcontext()
    import jax

    return jax.enable_x64(True)
