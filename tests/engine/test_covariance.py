"""Covariances from second derivatives, against closed forms."""

from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from skpnn.engine.covariance import (
    has_curvature,
    least_squares_covariance,
    sandwich_covariance,
)
from skpnn.exceptions import CovarianceWarning

RNG = np.random.default_rng(0)
DESIGN = np.column_stack([np.ones(40), RNG.normal(size=(40, 2))])
WEIGHT = RNG.uniform(0.5, 2, size=40)
Y = DESIGN @ [1.0, -2.0, 0.5] + RNG.normal(size=40) / np.sqrt(WEIGHT)
NORMAL = DESIGN.T @ (WEIGHT[:, np.newaxis] * DESIGN)
BEST = np.linalg.solve(NORMAL, DESIGN.T @ (WEIGHT * Y))
R = Y - DESIGN @ BEST


def residuals(p):
    return ops.matmul(ops.convert_to_tensor(DESIGN), p) - Y


def least_squares(weight=WEIGHT, *, absolute_sigma):
    return least_squares_covariance(residuals, BEST, weight, absolute_sigma=absolute_sigma)


def test_known_errors():
    expected = np.linalg.inv(NORMAL)
    assert least_squares(absolute_sigma=True) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_errors_from_the_residuals():
    expected = np.linalg.inv(NORMAL) * (WEIGHT @ R**2) / (40 - 3)
    assert least_squares(absolute_sigma=False) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(scale=st.floats(1e-3, 1e3))
def test_scale_of_weights_shows_in_known_errors_only(scale):
    relative = least_squares(scale * WEIGHT, absolute_sigma=False)
    assert relative == pytest.approx(least_squares(absolute_sigma=False), rel=1e-9)
    absolute = least_squares(scale * WEIGHT, absolute_sigma=True)
    assert absolute * scale == pytest.approx(least_squares(absolute_sigma=True), rel=1e-9)


def test_sandwich_of_squares():
    bread = np.linalg.inv(NORMAL)
    meat = DESIGN.T @ ((WEIGHT * R)[:, np.newaxis] ** 2 * DESIGN)
    found = sandwich_covariance(lambda p: ops.square(residuals(p)), BEST, WEIGHT)
    assert found == pytest.approx(bread @ meat @ bread, rel=1e-9, abs=1e-12)


@given(scale=st.floats(1e-3, 1e3), factor=st.floats(1e-3, 1e3))
def test_sandwich_knows_no_scale_of_weights_or_of_the_loss(scale, factor):
    def losses(p):
        return ops.square(residuals(p))

    found = sandwich_covariance(lambda p: factor * losses(p), BEST, scale * WEIGHT)
    assert found == pytest.approx(sandwich_covariance(losses, BEST, WEIGHT), rel=1e-9)


@given(st.floats(1e-6, 1e6))
def test_units_of_a_parameter_do_not_make_it_undetermined(unit):
    found = least_squares_covariance(
        lambda p: residuals(p * np.array([1.0, unit, 1.0])),
        BEST / [1.0, unit, 1.0],
        WEIGHT,
        absolute_sigma=True,
    )
    expected = least_squares(absolute_sigma=True)[1, 1] / unit**2
    assert found[1, 1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "curve",
    [
        lambda p: p[0] + p[1] - Y,
        lambda p: p[0] + 0 * p[1] - Y,
        lambda p: ops.cos(p[0] + 0 * Y) + p[1] * DESIGN[:, 1] + 2,
        lambda p: ops.sqrt(p[0] - 1) + p[1] - Y,
    ],
    ids=["alike", "absent", "maximum", "not finite"],
)
@pytest.mark.parametrize("absolute_sigma", [False, True])
def test_undetermined_is_infinite_with_a_warning(curve, absolute_sigma):
    p = np.array([0.0, 0.0])
    with pytest.warns(CovarianceWarning, match="not reached a minimum that determines every"):
        found = least_squares_covariance(curve, p, WEIGHT, absolute_sigma=absolute_sigma)
    assert np.isposinf(found).all()


def test_undetermined_sandwich_is_infinite_with_a_warning():
    with pytest.warns(CovarianceWarning, match="not reached a minimum"):
        found = sandwich_covariance(lambda p: (p[0] + p[1] - Y) ** 2, np.zeros(2), WEIGHT)
    assert np.isposinf(found).all()


def test_too_few_events_for_their_spread():
    def residuals(p):
        return p - np.array([1.0, 2.0])

    p = np.array([1.0, 2.0])
    with pytest.warns(CovarianceWarning, match="2 events do not determine the spread .* of 2 para"):
        found = least_squares_covariance(residuals, p, np.ones(2), absolute_sigma=False)
    assert np.isposinf(found).all()
    known = least_squares_covariance(residuals, p, np.ones(2), absolute_sigma=True)
    assert known == pytest.approx(np.eye(2))


# Convergence


def away(distance, covariance):
    """Return parameters that many standard deviations from the minimum, in an odd direction."""
    direction = np.array([1.0, -3.0, 0.2])
    return BEST + distance * direction / np.sqrt(direction @ np.linalg.inv(covariance) @ direction)


def by_squares(p, *, absolute_sigma=False):
    return least_squares_covariance(residuals, p, WEIGHT, absolute_sigma=absolute_sigma)


def known_errors(p):
    return by_squares(p, absolute_sigma=True)


def by_sandwich(p):
    return sandwich_covariance(lambda p: ops.square(residuals(p)), p, WEIGHT)


@pytest.mark.parametrize("method", [by_squares, known_errors, by_sandwich])
def test_a_tenth_of_a_standard_deviation_is_near_enough(method):
    covariance = method(BEST)
    assert method(away(0.09, covariance)) == pytest.approx(covariance, rel=0.05, abs=1e-3)
    with pytest.warns(
        CovarianceWarning, match=r"not converged: .* distance .* least 0\.1[01]* stand"
    ):
        found = method(away(0.108, covariance))
    assert np.isposinf(found).all()


@pytest.mark.parametrize("method", [known_errors, by_sandwich])
def test_distance_is_told(method):
    with pytest.warns(
        CovarianceWarning, match=r"minimum is at least (0\.49|0\.5|0\.51) standard deviations"
    ):
        method(away(0.5, method(BEST)))


def exact(p):
    return ops.matmul(ops.convert_to_tensor(DESIGN), p - BEST)


@pytest.mark.parametrize(("part", "is_near"), [(0, True), (1e-7, True), (1e-3, False)])
def test_without_noise_the_parameters_count(part, is_near):
    p = BEST * (1 + part)
    with nullcontext() if is_near else pytest.warns(CovarianceWarning, match="not converged"):
        squares = least_squares_covariance(exact, p, WEIGHT, absolute_sigma=False)
    with nullcontext() if is_near else pytest.warns(CovarianceWarning, match="not converged"):
        sandwich = sandwich_covariance(lambda p: ops.square(exact(p)), p, WEIGHT)
    for covariance in (squares, sandwich):
        assert np.isfinite(covariance).all() == is_near


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        (lambda f: ops.abs(f - Y), False),
        (lambda f: ops.maximum(0.9 * (f - Y), 0.1 * (Y - f)), False),
        (lambda f: ops.sqrt((f - Y) ** 2), False),
        (lambda f: ops.log(ops.cosh(f - Y)), True),
        (lambda f: ops.where(ops.abs(f - Y) < 1, (f - Y) ** 2, ops.abs(f - Y)), True),
        (lambda f: (f - Y) ** 4, True),
    ],
    ids=["absolute", "quantile", "root", "logarithm", "huber", "fourth power"],
)
def test_curvature_anywhere(losses, expected):
    # Powers of two: roots of squares are exact.
    assert has_curvature(losses, Y, Y + 4.0) == expected
