"""Training events, and θ drawn into them."""

import numpy as np
import pytest

from skpnn._theta import ThetaRange
from skpnn.engine.events import Events, InjectedTheta, batched
from skpnn.injection import UniformTheta

SPAN = ThetaRange.of(np.array([[500.0], [1500.0]]))
BACKGROUND = np.array([0, 2, 3])
N = 6


def test_several_inputs_are_gathered_alike():
    inputs = {"a": np.arange(4.0), "b": np.arange(8.0).reshape(4, 2)}
    several = Events(inputs, [np.zeros(4)], np.ones(4))
    X, *_ = several.take(np.array([2, 0]))
    assert X["a"].tolist() == [2, 0]
    assert X["b"].tolist() == [[4, 5], [0, 1]]


def test_batches_are_the_first_dimension():
    X, target, weight = batched((np.zeros((12, 2)), np.zeros((12, 1)), np.zeros(12)), 4)
    assert (X.shape, target.shape, weight.shape) == ((3, 4, 2), (3, 4, 1), (3, 4))


def test_bytes_of_an_event_are_those_of_all_its_arrays():
    events = Events([np.zeros((5, 3)), np.zeros((5, 2), "float32")], np.zeros((5, 1)), np.ones(5))
    assert events.bytes_per_event == 24 + 8 + 8 + 8


def test_example_is_one_batch_of_one_event():
    X, target, weight = Events(np.zeros((5, 2)), np.zeros((5, 1)), np.ones(5)).example()
    assert (X.shape, target.shape, weight.shape) == ((1, 1, 2), (1, 1, 1), (1, 1))


def parametrised(source=None, *, redraw_every_epoch=True):
    values = np.full((N, 1), 0.25)
    source = UniformTheta(SPAN) if source is None else source
    theta = InjectedTheta(np.array([1]), values, BACKGROUND, source, SPAN)
    X = np.column_stack([np.arange(N), np.full(N, np.nan)])
    return Events(X, np.zeros((N, 1)), np.ones(N), theta, redraw_every_epoch)


def theta_of(events):
    return events.take(np.arange(N))[0][:, 1].copy()


def theta_after_epochs(events, n_epochs):
    rng = np.random.default_rng(0)
    for _ in range(n_epochs):
        events.start_epoch(rng)
    return theta_of(events)


def test_redraw_changes_background_only():
    changed = np.flatnonzero(theta_after_epochs(parametrised(), 1) != 0.25)
    assert changed.tolist() == BACKGROUND.tolist()


def test_redraw_maps_theta_to_the_unit_interval():
    class HighestMass:
        def draw(self, rng, n):
            return np.full((n, 1), 1500.0)

    assert (theta_after_epochs(parametrised(HighestMass()), 1)[BACKGROUND] == 1).all()


def test_redraw_without_a_source_changes_nothing():
    events = parametrised()
    events.theta.source = None
    assert (theta_after_epochs(events, 1) == 0.25).all()


def test_every_epoch_draws_anew():
    first, second = (theta_after_epochs(parametrised(), n) for n in (1, 2))
    assert (first != second)[BACKGROUND].all()


def test_never_redrawn_means_drawn_once():
    first, second = (theta_after_epochs(parametrised(redraw_every_epoch=False), n) for n in (1, 2))
    assert (first != 0.25)[BACKGROUND].all()
    np.testing.assert_array_equal(first, second)


def test_theta_is_written_into_a_copy():
    events = parametrised()
    theta_after_epochs(events, 1)
    assert np.isnan(events.X[:, 1]).all()


def test_theta_columns_are_filled_in_the_order_given():
    theta = InjectedTheta(np.array([2, 0]), np.tile([[7.0, 8.0]], (N, 1)), BACKGROUND, None, SPAN)
    events = Events(np.zeros((N, 3)), np.zeros((N, 1)), np.ones(N), theta)
    assert events.take(np.array([1]))[0].tolist() == [[8, 0, 7]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_redraw_keeps_the_precision(dtype):
    events = parametrised()
    events.X, events.theta.values = events.X.astype(dtype), events.theta.values.astype(dtype)
    events.start_epoch(np.random.default_rng(0))
    assert events.take(BACKGROUND)[0].dtype == dtype
