"""Training and validation events of a parametrised network."""

import numpy as np
import pytest

from skpnn._parametrised import Parametrisation
from skpnn._sample import Sample
from skpnn._theta import ThetaRange
from skpnn.injection import EmpiricalTheta, UniformTheta

N = 12
COLUMNS = np.array([1])
SPAN = ThetaRange.of(np.array([[500.0], [1500.0]]))
GRID = np.array([[500.0], [1000.0], [1500.0]])
SHARES = np.array([0.25, 0.5, 0.25])
BACKGROUND = np.arange(N) % 2 == 0
WEIGHT = np.arange(1.0, N + 1)


@pytest.fixture
def sample():
    theta = np.where(BACKGROUND, np.nan, 500.0 + 500 * (np.arange(N) % 3))
    # The first column numbers the events.
    X = np.column_stack([np.arange(N), theta, np.ones(N)])
    target = (~BACKGROUND[:, np.newaxis]).astype(float)
    alike = np.zeros(N, dtype=np.intp)
    return Sample(X, target, WEIGHT, alike, alike)


def parametrisation(source):
    return Parametrisation(COLUMNS, SPAN, source)


def validation(sample, source):
    rng = np.random.default_rng(0)
    return parametrisation(source).validation_events(sample, WEIGHT, BACKGROUND, rng)


def training(sample, source, *, redraw_every_epoch=True):
    return parametrisation(source).training_events(
        sample, WEIGHT, BACKGROUND, redraw_every_epoch=redraw_every_epoch
    )


@pytest.fixture
def on_grid(sample):
    return validation(sample, EmpiricalTheta(GRID, SHARES))


def every(events):
    return events.take(np.arange(len(events)))


def test_training_background_stands_on_the_grid_after_the_draw(sample):
    events = training(sample, EmpiricalTheta(GRID, SHARES))
    events.start_epoch(np.random.default_rng(0))
    assert set(every(events)[0][BACKGROUND, 1]) <= {-1.0, 0.0, 1.0}


def test_training_signal_keeps_its_theta_scaled(sample):
    events = training(sample, EmpiricalTheta(GRID, SHARES))
    events.start_epoch(np.random.default_rng(0))
    expected = sample.X[~BACKGROUND, 1] / 500 - 2
    assert every(events)[0][~BACKGROUND, 1].tolist() == expected.tolist()


def test_training_takes_theta_given_without_a_source(sample):
    X = np.where(np.isnan(sample.X), 750.0, sample.X)
    given = Sample(X, sample.target, sample.weight, sample.codes, sample.groups)
    events = training(given, None)
    events.start_epoch(np.random.default_rng(0))
    assert (every(events)[0][BACKGROUND, 1] == -0.5).all()


def test_training_leaves_the_sample_alone(sample):
    before = sample.X.copy()
    training(sample, EmpiricalTheta(GRID, SHARES)).start_epoch(np.random.default_rng(0))
    np.testing.assert_array_equal(sample.X, before)


def test_training_weights_have_a_mean_of_one(sample):
    weight = training(sample, EmpiricalTheta(GRID, SHARES)).weight
    assert weight == pytest.approx(WEIGHT / WEIGHT.mean())


@pytest.mark.parametrize("redraw", [True, False])
def test_training_passes_the_redraw_on(sample, redraw):
    events = training(sample, UniformTheta(SPAN), redraw_every_epoch=redraw)
    assert events.redraw_every_epoch is redraw


def test_validation_repeats_background_at_every_theta_of_the_grid(on_grid):
    X = every(on_grid)[0]
    for number in np.flatnonzero(BACKGROUND):
        assert sorted(X[X[:, 0] == number, 1]) == [-1, 0, 1]


def test_validation_has_each_signal_event_once(sample, on_grid):
    X = every(on_grid)[0]
    for number in np.flatnonzero(~BACKGROUND):
        assert X[X[:, 0] == number, 1].tolist() == [sample.X[number, 1] / 500 - 2]


def test_validation_rows_share_the_weight_of_their_event(on_grid):
    X, _, weight = every(on_grid)
    sums = np.bincount(X[:, 0].astype(int), weights=weight)
    assert sums / sums.sum() == pytest.approx(WEIGHT / WEIGHT.sum())


def test_validation_shares_are_the_probabilities(on_grid):
    X, _, weight = every(on_grid)
    first = weight[X[:, 0] == 0]
    assert first / first.sum() == pytest.approx(SHARES)


def test_validation_keeps_the_balance_of_the_classes(on_grid):
    _, target, weight = every(on_grid)
    share = weight[target[:, 0] == 0].sum() / weight.sum()
    assert share == pytest.approx(WEIGHT[BACKGROUND].sum() / WEIGHT.sum())


def test_validation_keeps_targets_with_their_events(on_grid):
    X, target, _ = every(on_grid)
    np.testing.assert_array_equal(target[:, 0] == 0, BACKGROUND[X[:, 0].astype(int)])


def test_validation_does_not_change_from_epoch_to_epoch(sample):
    events = validation(sample, UniformTheta(SPAN))
    before = every(events)[0]
    events.start_epoch(np.random.default_rng(1))
    np.testing.assert_array_equal(every(events)[0], before)


def test_validation_of_a_continuum_draws_ten_theta_for_each_event(sample):
    X = every(validation(sample, UniformTheta(SPAN)))[0]
    assert len(np.unique(X[X[:, 0] == 0, 1])) == 10


def test_validation_takes_theta_given_without_a_source(sample):
    assert len(validation(sample, None)) == N
