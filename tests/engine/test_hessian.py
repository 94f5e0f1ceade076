"""Second derivatives, against those known in closed form, on each backend."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

from skpnn.engine.hessian import derivatives, hessian

SQUARE = arrays(np.float64, (4, 4), elements=st.floats(-10, 10))
POINT = arrays(np.float64, 4, elements=st.floats(-10, 10))


@given(matrix=SQUARE, p=POINT)
def test_quadratic_has_the_symmetric_part_of_its_matrix(matrix, p):
    found = hessian(lambda p: ops.sum(p * ops.matmul(ops.convert_to_tensor(matrix), p)), p)
    assert found == pytest.approx(matrix + matrix.T, abs=1e-12)


def test_exponential():
    value, gradient, hessian = derivatives(lambda p: p[0] * ops.exp(p[1] * 3.0), [2.0, 0.5])
    e = np.exp(1.5)
    assert value == pytest.approx(2 * e, rel=1e-12)
    assert gradient == pytest.approx(np.array([e, 6 * e]), rel=1e-12)
    assert hessian == pytest.approx(np.array([[0, 3 * e], [3 * e, 18 * e]]), rel=1e-12)


def test_gathered_elements_are_differentiated():
    found = hessian(lambda p: ops.sum(ops.take(p, [0, 2, 2]) ** 2), np.arange(3.0))
    assert found.tolist() == [[2, 0, 0], [0, 0, 0], [0, 0, 4]]


@pytest.mark.parametrize(
    "function", [lambda p: ops.sum(3.0 * p), lambda p: ops.ones(())], ids=["line", "constant"]
)
def test_no_curvature_is_zeros(function):
    assert hessian(function, np.ones(2)).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_is_that_of_the_point(dtype):
    assert hessian(lambda p: ops.sum(p**2), np.ones(2, dtype)).dtype == dtype


def test_unknown_backend_is_named(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(RuntimeError, match=r"backend is 'torch'; .* tensorflow or jax"):
        hessian(lambda p: p[0], [1.0])


ON_JAX = """
from keras import ops
from skpnn.engine.hessian import derivatives
value, gradient, hessian = derivatives(lambda p: p[0] * ops.exp(p[1] * 3.0), [2.0, 0.5])
print(hessian.dtype, value, gradient[1], hessian[1, 1])
"""


@pytest.mark.slow
def test_jax_finds_the_same_in_double_precision():
    pytest.importorskip("jax")
    run = subprocess.run(
        [sys.executable, "-c", ON_JAX],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=True,
    )
    dtype, *numbers = run.stdout.split()
    assert dtype == "float64"
    expected = np.array([2, 6, 18]) * np.exp(1.5)
    assert np.array(numbers, float) == pytest.approx(expected, rel=1e-12)
