import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from skpnn.datasets import _densities


@settings(deadline=None, max_examples=50)
@given(x=st.floats(-50, 50), mean=st.floats(-5, 5), width=st.floats(0.1, 10))
def test_gaussian_agrees_with_scipy(x, mean, width):
    expected = scipy.stats.norm.logpdf(x, mean, width)
    assert _densities.gaussian_log_density(x, mean, width) == pytest.approx(expected, rel=1e-12)


@settings(deadline=None, max_examples=50)
@given(x=st.floats(300, 3000), scale=st.floats(10, 1e5))
def test_exponential_agrees_with_scipy(x, scale):
    reference = scipy.stats.truncexpon(b=2700 / scale, loc=300, scale=scale)
    found = _densities.exponential_log_density(x, 300, 3000, scale)
    assert found == pytest.approx(reference.logpdf(x), rel=1e-9)


def test_exponential_is_zero_outside():
    found = _densities.exponential_log_density([299.9, 3000.1], 300, 3000, 300)
    np.testing.assert_array_equal(found, -np.inf)


def test_drawn_exponential_follows_its_density():
    values = _densities.draw_exponential(20_000, -5, 5, 1 / 0.15, np.random.RandomState(0))
    reference = scipy.stats.truncexpon(b=1.5, loc=-5, scale=1 / 0.15)
    assert scipy.stats.kstest(values, reference.cdf).pvalue > 0.01


def test_cells_fill_the_line_between_unsorted_edges():
    middles, widths = _densities.cells_between([3, -1, 0, 0], cells_per_segment=100)
    assert widths.sum() == pytest.approx(4)
    assert (np.diff(middles) > 0).all()
    assert len(middles) == 200


def test_auc_of_cells_counts_ties_one_half():
    same = np.array([0.1, 0.2, 0.7])
    assert _densities.auc_of_cells(same, same) == pytest.approx(0.5)


def test_auc_of_cells_is_one_where_the_supports_are_disjoint():
    found = _densities.auc_of_cells(np.array([0, 0, 1.0]), np.array([1.0, 0, 0]))
    assert found == 1


def test_auc_of_cells_does_not_depend_on_normalisation():
    signal, background = np.array([0.2, 0.3, 0.5]), np.array([0.6, 0.3, 0.1])
    expected = _densities.auc_of_cells(signal, background)
    assert _densities.auc_of_cells(7 * signal, 0.1 * background) == pytest.approx(expected)
