"""Threads for searches: the fast choice, unless the user has made another."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import joblib
from joblib.parallel import default_parallel_config

__all__ = ["in_threads"]


@contextmanager
def in_threads() -> Iterator[None]:
    """Have joblib take threads inside the block, where no backend was chosen.

    Threads share one TensorFlow and its compiled programs; processes start one each. scikit-learn
    sets its warning filters anew in each of them, where the last to come may find them gone: the
    process's own are kept out of that.

    Examples
    --------
    >>> from joblib import Parallel, delayed
    >>> from threading import get_ident
    >>> with in_threads():
    ...     threads = Parallel(n_jobs=2)(delayed(get_ident)() for _ in range(4))
    >>> get_ident() in threads
    False
    """
    threads = joblib.parallel_config(backend="threading") if _nothing_is_chosen() else nullcontext()
    with threads, warnings.catch_warnings():
        yield


def _nothing_is_chosen() -> bool:
    with joblib.parallel_config() as config:
        return all(
            config[name] is default_parallel_config[name]
            for name in ("backend", "prefer", "require")
        )
