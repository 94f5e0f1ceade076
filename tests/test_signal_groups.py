"""Which signal belongs to which hypothesis: grids, rounding, windows and continua."""

from itertools import chain

import numpy as np
import pytest

from skpnn._signal_groups import signal_groups


def groups(own, points=None, *, window=None):
    """Return hypotheses and rows of signal as lists; θ of shape (n,) is one column."""
    own, points = (None if one is None else np.asarray(one, float) for one in (own, points))
    if own.ndim == 1:
        own, points = own[:, np.newaxis], None if points is None else points[:, np.newaxis]
    names = [f"θ{k}" for k in range(own.shape[1])]
    found, rows = signal_groups(own, points, names=names, window=window)
    return found, [one.tolist() for one in rows]


def test_a_grid_is_its_own_hypotheses():
    points, rows = groups([750, 500, 1000, 500])
    assert points.ravel().tolist() == [500, 750, 1000]
    assert rows == [[1, 3], [0], [2]]


def test_hypotheses_asked_for_keep_their_order():
    points, rows = groups([500, 750, 1000], [1000, 500])
    assert points.ravel().tolist() == [1000, 500]
    assert rows == [[2], [0]]


def test_rounding_is_no_difference():
    _, rows = groups([499.99997, 500, 750], [500])
    assert rows == [[0, 1]]


def test_a_window_includes_its_edge():
    _, rows = groups([490, 495, 500, 505, 510.1], [500], window=10)
    assert rows == [[0, 1, 2, 3]]


def test_a_window_of_nothing_still_allows_for_rounding():
    _, rows = groups([499.99997, 500, 750], [500], window=0)
    assert rows == [[0, 1]]


def test_windows_may_share_signal():
    _, rows = groups([500, 600, 700], [550, 650], window=60)
    assert rows == [[0, 1], [1, 2]]


def test_a_window_makes_hypotheses_between_possible():
    points, rows = groups([500, 750], [625], window=125)
    assert points.tolist() == [[625]]
    assert rows == [[0, 1]]


def test_every_theta_column_has_to_match():
    own = [[500, 0.1], [500, 0.2], [750, 0.1]]
    _, rows = groups(own, [[500, 0.1]])
    assert rows == [[0]]


@pytest.mark.parametrize(
    ("window", "expected"), [((10, 0), [0]), ((10, 0.1), [0, 1]), (10, [0, 1])]
)
def test_a_window_has_a_width_per_theta_column(window, expected):
    _, rows = groups([[505, 0.1], [495, 0.2], [750, 0.1]], [[500, 0.1]], window=window)
    assert rows == [expected]


@pytest.mark.parametrize("n", [201, 1000, 5000])
def test_a_continuum_is_cut_into_ten_bins_of_equal_numbers(n):
    own = np.random.default_rng(0).uniform(500, 1500, n)
    points, rows = groups(own)
    assert len(rows) == 10
    assert sorted(chain(*rows)) == list(range(n))
    assert max(map(len, rows)) - min(map(len, rows)) <= 1
    assert points.ravel() == pytest.approx([own[found].mean() for found in rows])


def test_a_continuum_of_few_events_is_binned_as_well():
    points, rows = groups(np.random.default_rng(0).uniform(500, 1500, 150))
    assert len(points) <= 10
    assert sum(map(len, rows)) == 150


def test_a_continuum_of_two_theta_columns_has_at_most_ten_bins():
    own = np.random.default_rng(0).uniform(size=(1000, 2))
    points, rows = groups(own)
    assert len(points) <= 10
    assert sorted(chain(*rows)) == list(range(1000))
    for point, found in zip(points, rows, strict=True):
        assert point == pytest.approx(own[found].mean(axis=0))


def test_a_hypothesis_without_signal_is_an_error():
    with pytest.raises(ValueError, match=r"no signal event at \['θ0'\] = \[600.0\].*window= takes"):
        groups([500, 750], [500, 600])


@pytest.mark.parametrize("window", [-1, np.nan, (1, 2), [[1]]])
def test_an_impossible_window_is_refused(window):
    with pytest.raises(ValueError, match=r"window=.* at least 0, or 1 of them"):
        groups([500, 750], [500], window=window)
