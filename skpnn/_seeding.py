"""Seeds for model functions that are not ours, with every global generator put back after."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

__all__ = ["seeded_globals"]

# A model function may fit another estimator, of its own thread.
_LOCK = threading.RLock()


@contextmanager
def seeded_globals(seed: int) -> Iterator[None]:
    """Seed Python's and NumPy's global generators inside the block, and restore them after.

    Keras layers and initialisers that are given no seed take one from Python's global generator
    when they are made.

    Examples
    --------
    >>> before = random.getstate()
    >>> with seeded_globals(0):
    ...     drawn = random.random()
    >>> round(drawn, 3), random.getstate() == before
    (0.844, True)
    """
    with _LOCK:
        python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            yield
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)  # noqa: NPY002
