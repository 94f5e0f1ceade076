"""Generators from scikit-learn's random_state; global ones seeded for a while and put back."""

import random
import threading
from collections.abc import Callable, Iterator
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
    when they are made, by ``random.randint``. Other threads (those of a Dask worker, say) draw from
    it at the same time: those seeds come from a generator of this thread's own.

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
        randint = random.randint
        random.seed(seed)
        random.randint = _in_this_thread(random.Random(seed).randint, randint)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            yield
        finally:
            random.randint = randint
            random.setstate(python_state)
            np.random.set_state(numpy_state)  # noqa: NPY002


def _in_this_thread(here: Callable[..., int], elsewhere: Callable[..., int]) -> Callable[..., int]:
    """Return a function that is `here` in the thread that asks, and `elsewhere` in any other."""
    thread = threading.get_ident()

    def either(*args: int) -> int:
        return (here if threading.get_ident() == thread else elsewhere)(*args)

    return either


def generator(random_state: Any) -> np.random.Generator:
    """Return a Generator seeded from scikit-learn's kind of `random_state`.

    Examples
    --------
    >>> int(generator(0).integers(100)) == int(generator(0).integers(100))
    True
    """
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    return np.random.default_rng(seed)
