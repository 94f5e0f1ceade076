"""Scans: every row at every hypothesis, the inputs that are not θ multiplied once."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import product
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from skpnn.engine.backends import is_tensorflow
from skpnn.engine.dense import TENSORS, after_first_product
from skpnn.networks import NetworkSpec, for_inference, weight_shapes

if is_tensorflow():
    import tensorflow as tf

__all__ = ["outputs_at", "scanning_pays"]

# One compiled call is for so many rows and hypotheses: a layer of the rows stays in the processor's
# cache, and calls cost little.
ROWS = 1024
HYPOTHESES = 64

# Measured with 28-32-32-32-1: a prediction takes 0.1 µs longer on its own than within a scan, which
# takes 0.15 s to compile.
FEWEST_PREDICTIONS = 1_000_000

# More threads would wait for Python between the calls.
MAX_THREADS = 8


def scanning_pays(spec: NetworkSpec, n_rows: int, n_hypotheses: int) -> bool:
    """Whether `outputs_at` knows the network, and is faster than predicting at each hypothesis.

    It is TensorFlow's; on JAX each hypothesis is predicted by itself.
    """
    is_known = is_tensorflow() and isinstance(spec.activation, str) and spec.n_outputs == 1
    return is_known and n_rows * n_hypotheses >= FEWEST_PREDICTIONS


def outputs_at(
    spec: NetworkSpec,
    weights: Sequence[NDArray],
    X: NDArray,
    *,
    columns: NDArray[np.intp],
    theta: NDArray[np.floating],
) -> NDArray:
    """Return the network's output for every row of X at every θ.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture, of one output.
    weights : sequence of ndarray
        In Keras' order.
    X : ndarray of shape (n, n_inputs)
        The rows; their θ is not read.
    columns : ndarray of shape (n_theta,)
        Where θ stands in X.
    theta : ndarray of shape (k, n_theta)
        The θ, as the network is given them.

    Returns
    -------
    ndarray of shape (n, k)
    """
    compiled = _compiled(for_inference(spec), theta.shape[1])
    of_rows, of_theta = _first_kernels(spec, weights[0], columns)
    constants = [tf.convert_to_tensor(w) for w in (of_rows, *weights[1:])]
    theta = theta.astype(spec.dtype)
    shifts = theta @ of_theta
    outputs = np.empty((len(X), len(theta)), dtype=spec.dtype)

    def compute(part: tuple[int, int]) -> None:
        row, first = part
        rows = _padded(X[row : row + ROWS], ROWS)
        rows[:, columns] = 0
        some = slice(first, first + HYPOTHESES)
        at = _padded(theta[some], HYPOTHESES), _padded(shifts[some], HYPOTHESES)
        scores = compiled(constants, rows, *at, tf.constant(len(theta[some])))
        block = outputs[row : row + ROWS, some]
        block[:] = scores.numpy()[: block.shape[1], : len(block)].T

    _in_threads(compute, product(range(0, len(X), ROWS), range(0, len(theta), HYPOTHESES)))
    return outputs


def _first_kernels(
    spec: NetworkSpec, kernel: NDArray, columns: NDArray[np.intp]
) -> tuple[NDArray, NDArray]:
    """Return the first kernel for whole rows, and what of it belongs to θ."""
    whole = kernel
    if spec.conditioning is not None:
        whole = np.zeros((spec.n_inputs, kernel.shape[1]), dtype=kernel.dtype)
        whole[list(spec.conditioning.first_inputs())] = kernel
    return whole, whole[columns]


def _in_threads(work: Callable[[Any], None], parts: Iterable[Any]) -> None:
    with ThreadPoolExecutor(min(MAX_THREADS, joblib.cpu_count())) as pool:
        # The results are read for the exceptions in them.
        for _ in pool.map(work, parts):
            pass


def _padded(rows: NDArray, n: int) -> NDArray:
    """Return a copy of `rows` with as many rows of zeros as make `n`."""
    copied = np.zeros((n, *rows.shape[1:]), dtype=rows.dtype)
    copied[: len(rows)] = rows
    return copied


@lru_cache(maxsize=16)
def _compiled(spec: NetworkSpec, n_theta: int) -> Callable[..., Any]:
    """Return ``outputs(weights, rows, theta, shifts, n)``, of shape (HYPOTHESES, ROWS), `n` set.

    `shifts` is what each θ adds to the rows' product with the first kernel.
    """

    @tf.function(jit_compile=True)
    def outputs(weights: list[Any], rows: Any, theta: Any, shifts: Any, n: Any) -> Any:
        at_zero = rows @ weights[0]
        scores = tf.TensorArray(spec.dtype, HYPOTHESES, element_shape=(ROWS, 1))
        for number in tf.range(n):
            shifted, here = at_zero + shifts[number], theta[number][tf.newaxis]
            scored = after_first_product(spec, weights, shifted, here, TENSORS)
            scores = scores.write(number, scored)
        return scores.stack()[..., 0]

    first, *others = weight_shapes(spec)
    return outputs.get_concrete_function(
        [tf.TensorSpec(shape, spec.dtype) for shape in [(spec.n_inputs, first[1]), *others]],
        tf.TensorSpec((ROWS, spec.n_inputs), spec.dtype),
        tf.TensorSpec((HYPOTHESES, n_theta), spec.dtype),
        tf.TensorSpec((HYPOTHESES, first[1]), spec.dtype),
        tf.TensorSpec((), tf.int32),
    )
