"""TensorFlow's threads in a worker process: as many as it was assigned, not one per core."""

import multiprocessing
import os
from collections.abc import Mapping
from contextlib import suppress

import tensorflow as tf

__all__ = ["limit_worker_threads", "threads_assigned"]


def limit_worker_threads() -> None:
    """Let TensorFlow compute in as many threads as this worker process was assigned.

    Joblib, Dask and Ray say it by ``OMP_NUM_THREADS``, which TensorFlow does not read: 64 workers
    on 64 cores would compute in 64 threads each. Nothing changes in the main process, where
    somebody has chosen a number for TensorFlow, or where TensorFlow has started.

    The threads that run operations side by side (inter-op) stay: one alone would run the fits of
    two Python threads one after the other.
    """
    assigned = threads_assigned(os.environ, multiprocessing.current_process().name)
    threads = tf.config.threading
    if assigned and not threads.get_intra_op_parallelism_threads():
        with suppress(RuntimeError):
            threads.set_intra_op_parallelism_threads(assigned)


def threads_assigned(environment: Mapping[str, str], process_name: str) -> int:
    """Return how many threads were assigned to a process, 0 where it is not for us to say.

    Parameters
    ----------
    environment : mapping
        The process' environment variables.
    process_name : str
        Multiprocessing's name of it. Other than `multiprocessing.parent_process`, it is known
        when a new worker imports the user's main module, and with it skpnn.

    Examples
    --------
    >>> threads_assigned({"OMP_NUM_THREADS": "2"}, "LokyProcess-1")
    2
    >>> threads_assigned({"OMP_NUM_THREADS": "2"}, "MainProcess")
    0
    """
    # Ray's workers are no children of multiprocessing.
    is_worker = process_name != "MainProcess" or "RAY_RAYLET_PID" in environment
    if not is_worker or "TF_NUM_INTRAOP_THREADS" in environment:
        return 0
    # OpenMP takes a list, "4,2", one number per level of nesting.
    outermost = environment.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(outermost) if outermost.isdecimal() else 0
