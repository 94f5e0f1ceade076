"""Whether θ alone tells signal from background."""

import warnings

import numpy as np
import pytest

from skpnn.exceptions import ThetaLeakageWarning
from skpnn.leakage import WeightedTheta, theta_only_auc, warn_of_theta_leakage
from skpnn.metrics import weighted_auc

N = 2000
GRID = np.array([500.0, 750.0, 1000.0, 1250.0, 1500.0])


def events(theta, weight=None):
    rows = np.reshape(theta, (len(theta), -1)).astype(float)
    return WeightedTheta(rows, np.ones(len(rows)) if weight is None else weight)


def check(signal, background, background_weight=None):
    background = events(background, background_weight)
    warn_of_theta_leakage(
        events(signal), background, np.random.default_rng(0), remedy="Draw it otherwise."
    )


def alarms(signal, background, background_weight=None):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check(signal, background, background_weight)
    return len(caught)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_continuous_background_against_a_grid(rng):
    with pytest.warns(ThetaLeakageWarning, match="the signal's θ lie on a grid, but 100.0% of"):
        check(rng.choice(GRID, N), rng.uniform(500, 1500, N))


def test_continuous_signal_against_a_grid(rng):
    with pytest.warns(ThetaLeakageWarning, match="the background's θ lie on a grid"):
        check(rng.uniform(500, 1500, N), rng.choice(GRID, N))


@pytest.mark.parametrize("share", [0.005, 0.03])
def test_a_hundredth_of_the_weight_may_lie_off_the_grid(rng, share):
    background = rng.choice(GRID, N)
    background[: int(share * N)] += 10
    assert alarms(rng.choice(GRID, N), background) == (share > 0.01)


@pytest.mark.parametrize("sentinel", [-1.0, -999.0, 0.0])
def test_sentinel_for_no_theta(rng, sentinel):
    with pytest.warns(ThetaLeakageWarning, match="lie on a grid"):
        check(rng.choice(GRID, N), np.full(N, sentinel))


def test_background_drawn_from_the_signal_raises_no_false_alarm():
    rng = np.random.default_rng(1)
    counts = []
    for _ in range(20):
        signal = rng.choice(GRID, N, p=[0.1, 0.4, 0.2, 0.2, 0.1])
        counts.append(alarms(signal, rng.choice(signal, N)))
    assert sum(counts) == 0


def test_equal_continuous_distributions_raise_no_false_alarm():
    rng = np.random.default_rng(2)
    counts = [alarms(rng.normal(size=N), rng.normal(size=N)) for _ in range(20)]
    assert sum(counts) == 0


def test_different_continuous_distributions(rng):
    with pytest.warns(
        ThetaLeakageWarning, match=r"a classifier that sees θ alone has an AUC of 0\.6"
    ):
        check(rng.uniform(500, 1500, N), rng.triangular(500, 1000, 1500, N))


def test_different_continuous_distributions_sorted(rng):
    with pytest.warns(ThetaLeakageWarning, match="sees θ alone"):
        check(np.sort(rng.uniform(500, 1500, N)), rng.triangular(500, 1000, 1500, N))


def test_different_shares_on_one_grid(rng):
    with pytest.warns(ThetaLeakageWarning, match="sees θ alone"):
        check(rng.choice(GRID, N), rng.choice(GRID, N, p=[0.1, 0.1, 0.2, 0.2, 0.4]))


def test_joint_distribution_with_equal_marginals(rng):
    masses = rng.choice(GRID, N)
    signal = np.column_stack([masses, masses / 10])
    background = np.column_stack([rng.choice(GRID, N), rng.choice(GRID, N) / 10])
    with pytest.warns(ThetaLeakageWarning, match="the signal's θ lie on a grid"):
        check(signal, background)


def test_joint_distribution_of_the_signal(rng):
    masses = rng.choice(GRID, N)
    signal = np.column_stack([masses, masses / 10])
    assert alarms(signal, rng.permutation(signal)) == 0


def test_background_drawn_from_a_fine_grid_of_the_signal(rng):
    signal = rng.integers(500, 3500, 10 * N)
    assert alarms(signal, rng.choice(signal, 2 * N)) == 0


def test_large_samples_are_thinned(rng):
    large = events(rng.normal(size=50_000))
    assert len(large.thinned(rng).theta) == len(large.thinned(rng).weight) == 20_000


def test_thinning_keeps_rows_and_weights_together(rng):
    theta = np.arange(30_000.0)
    thinned = WeightedTheta(theta[:, np.newaxis], 2 * theta).thinned(rng)
    np.testing.assert_array_equal(2 * thinned.theta[:, 0], thinned.weight)


@pytest.mark.parametrize(("weight", "n_alarms"), [(0.01, 0), (2.0, 1)])
def test_share_off_the_grid_is_by_weight(rng, weight, n_alarms):
    theta, weights = rng.choice(GRID, N), np.ones(N)
    theta[: N // 10] = rng.uniform(500, 1500, N // 10)
    weights[: N // 10] = weight
    assert alarms(rng.choice(GRID, N), theta, weights) == n_alarms


@pytest.mark.parametrize(
    ("distance", "n_alarms"),
    [
        (3e-5, 0),
        (9e-3, 0),
        (1.1e-2, 1),
    ],
)
def test_off_the_grid_begins_beyond_rounding(rng, distance, n_alarms):
    assert alarms(rng.choice(GRID, N), rng.choice(GRID, N) - distance) == n_alarms


def test_theta_only_auc_of_separate_classes(rng):
    auc, _ = theta_only_auc(events(rng.uniform(0, 1, N)), events(rng.uniform(2, 3, N)))
    assert auc == 1


def test_theta_only_auc_is_one_half_of_a_constant():
    auc, _ = theta_only_auc(events(np.ones(N)), events(np.ones(N)))
    assert auc == 0.5


def test_theta_only_error_is_that_of_equal_distributions(rng):
    _, error = theta_only_auc(events(rng.normal(size=200)), events(rng.normal(size=100)))
    aucs = [weighted_auc(rng.normal(size=200), rng.normal(size=100)) for _ in range(1000)]
    assert error == pytest.approx(np.std(aucs), rel=0.1)


def test_theta_only_auc_of_very_few_events():
    assert theta_only_auc(events([1, 2, 3]), events(np.arange(9)))[0] == 0.5
