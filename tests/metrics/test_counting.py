"""The Asimov significance: published numbers, its limits, and its formula in many digits."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skpnn.metrics import asimov_significance

numbers = st.floats(1e-2, 1e6)


def in_many_digits(signal, background, error):
    """Return equation (97) of Cowan et al., or (20) of Cowan's note, as they are printed."""
    with localcontext(prec=120):
        s, b, variance = Decimal(signal), Decimal(background), Decimal(error) ** 2
        if not variance:
            return float((2 * ((s + b) * (1 + s / b).ln() - s)).sqrt())
        excess = (s + b) * ((s + b) * (b + variance) / (b**2 + (s + b) * variance)).ln()
        profiled = b**2 / variance * (1 + variance * s / (b * (b + variance))).ln()
        return float((2 * (excess - profiled)).sqrt())


# Cash's statistic, as gammapy has it: the same formula for a background that is known.
@pytest.mark.parametrize(
    ("n_on", "background", "significance"),
    [(10, 4.2, 2.3979181), (5, 1, 2.8450622), (10, 5, 1.9654373), (100, 23, 11.8294207)],
)
def test_known_background_has_the_published_significance(n_on, background, significance):
    found = asimov_significance(n_on - background, background)
    assert found == pytest.approx(significance, rel=1e-7)


# T. Li and Y. Ma, Astrophys. J. 272 (1983) 317, equation (17), as gammapy has it: b = α n_off is
# then known to within α √n_off.
@pytest.mark.parametrize(
    ("n_on", "n_off", "alpha", "significance"),
    [(5, 1, 1, 1.7061746), (10, 5, 0.3, 3.5853813), (10, 23, 0.1, 3.4434155)],
)
def test_background_from_a_side_band_has_the_published_significance(
    n_on, n_off, alpha, significance
):
    b, error = alpha * n_off, alpha * np.sqrt(n_off)
    found = asimov_significance(n_on - b, b, background_error=error)
    assert found == pytest.approx(significance, rel=1e-7)


@given(numbers, numbers, st.just(0.0) | st.floats(1e-8, 1e6))
def test_it_agrees_with_its_formula_in_many_digits(s, b, error):
    # Terms of the size of s cancel down to s²/b.
    tolerance = 1e-14 * (1 + (b + error) / s)
    expected = in_many_digits(s, b, error)
    found = asimov_significance(s, b, background_error=error)
    assert found == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize("b", [1e2, 1e4, 1e8])
def test_little_signal_on_known_background_is_s_over_root_b(b):
    s = 1e-3 * np.sqrt(b)
    assert asimov_significance(s, b) == pytest.approx(s / np.sqrt(b), rel=s / b)


@pytest.mark.parametrize("error", [0.1, 10.0, 1000.0])
def test_little_signal_is_s_over_the_total_error(error):
    s, b = 1e-3, 100.0
    expected = s / np.sqrt(b + error**2)
    assert asimov_significance(s, b, background_error=error) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("error", [1e-170, 1e-162, 1e-160, 1e-100, 1e-20, 1e-9, 1e-4])
def test_an_error_that_vanishes_is_none(error):
    found = asimov_significance(10.0, 100.0, background_error=error)
    assert found == pytest.approx(asimov_significance(10.0, 100.0), rel=1e-10)


@given(numbers, numbers, st.floats(0, 1e4), st.floats(1.01, 10))
def test_more_signal_is_more_significant(s, b, error, factor):
    less, more = asimov_significance([s, factor * s], b, background_error=error)
    assert more > less


@given(numbers, numbers, st.floats(0, 1), st.floats(1.01, 10))
def test_more_background_is_less_significant(s, b, uncertainty, factor):
    backgrounds = np.array([b, factor * b])
    more, less = asimov_significance(s, backgrounds, background_error=uncertainty * backgrounds)
    assert more >= less * (1 - 1e-6)


@given(numbers, numbers, st.floats(1e-3, 1e4), st.floats(1.01, 10))
def test_a_larger_error_is_less_significant(s, b, error, factor):
    known, more, less = asimov_significance(s, b, background_error=[0, error, factor * error])
    assert known * (1 + 1e-6) >= more >= less * (1 - 1e-6)


@pytest.mark.parametrize("signal", [0.0, -3.0])
def test_no_signal_has_no_significance(signal):
    assert asimov_significance(signal, 5.0, background_error=1.0) == 0


def test_arguments_are_broadcast():
    found = asimov_significance([[1.0], [2.0]], [3.0, 4.0, 5.0], background_error=[0.0, 1.0, 2.0])
    assert found.shape == (2, 3)
    assert found[1, 2] == asimov_significance(2.0, 5.0, background_error=2.0)


@pytest.mark.parametrize(
    ("background", "error"), [(0.0, 0.0), (-1.0, 0.0), (np.nan, 0.0), (1.0, -0.1), (1.0, np.nan)]
)
def test_impossible_backgrounds_are_refused(background, error):
    with pytest.raises(ValueError, match="expected numbers above 0 with errors of at least 0"):
        asimov_significance(1.0, background, background_error=error)
