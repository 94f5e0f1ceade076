"""Generators from scikit-learn's random_state; global ones seeded for a while and put back."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

__all__ = ["generator", "seeded_globals"]

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


def generator(random_state: Any) -> np.random.Generator:
    """Return a Generator seeded from scikit-learn's kind of `random_state`.

    Examples
    --------
    >>> int(generator(0).integers(100)) == int(generator(0).integers(100))
    True
    """
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    return np.random.default_rng(seed)
