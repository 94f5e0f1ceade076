"""How background receives θ."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import skpnn
from skpnn._theta import ThetaRange
from skpnn.exceptions import SkpnnWarning
from skpnn.injection import (
    EmpiricalTheta,
    UniformTheta,
    background_mask,
    fixed_theta,
    summarised_theta,
    theta_source,
    warn_of_odd_theta,
)

MASSES = np.array([[500.0], [750.0], [1000.0]])
PAIRS = np.array([[500.0, 1.0], [500.0, 2.0], [1000.0, 1.0]])


def draw(source, n, seed=0):
    return source.draw(np.random.default_rng(seed), n)


def expect_frequencies(drawn, values, probabilities):
    """Within four standard deviations of the binomial."""
    shares = [(drawn == value).all(axis=1).mean() for value in values]
    p = np.array(probabilities)
    assert np.abs(shares - p).max() < 4 * np.sqrt(p * (1 - p) / len(drawn)).max()


def test_empirical_theta_has_the_probabilities_of_summed_weights():
    source = EmpiricalTheta.of(MASSES[[0, 0, 1, 2]], np.array([5.0, -2.0, 6.0, 1.0]))
    expect_frequencies(draw(source, 100_000), MASSES, [0.3, 0.6, 0.1])


def test_empirical_theta_draws_rows_whole():
    source = EmpiricalTheta.of(PAIRS, np.ones(3))
    expect_frequencies(draw(source, 30_000), PAIRS, [1 / 3] * 3)
    assert {tuple(row) for row in draw(source, 1000)} == {tuple(row) for row in PAIRS}


def test_empirical_theta_with_a_negative_sum_warns_and_takes_absolute_weights():
    weight = np.array([1.0, -3.0, 1.0])
    with pytest.warns(SkpnnWarning, match=r"at θ = \[750.0\] do not sum to more than 0"):
        source = EmpiricalTheta.of(MASSES, weight)
    assert source.probabilities == pytest.approx([0.2, 0.6, 0.2])


def test_empirical_theta_survives_probabilities_that_sum_to_below_one():
    source = EmpiricalTheta(MASSES, np.full(3, 0.3))
    assert set(draw(source, 1000).ravel()) == {500, 750, 1000}


def test_uniform_theta_fills_the_box():
    drawn = draw(UniformTheta(ThetaRange.of(PAIRS)), 5000)
    for column, (low, high) in enumerate([(500, 1000), (1, 2)]):
        assert stats.kstest(drawn[:, column], stats.uniform(low, high - low).cdf).pvalue > 1e-3


def test_list_of_distributions_is_one_per_column():
    distributions = [stats.uniform(500, 1000), stats.norm(-5, 0.1)]
    drawn = draw(theta_source(distributions, PAIRS, np.ones(3)), 5000)
    for column, distribution in enumerate(distributions):
        assert stats.kstest(drawn[:, column], distribution.cdf).pvalue > 1e-3


def test_one_distribution_of_several_columns():
    joint = stats.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]])
    drawn = draw(theta_source(joint, PAIRS, np.ones(3)), 5000)
    assert stats.pearsonr(*drawn.T).statistic == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("n_dimensions", [1, 2])
def test_function_draws_its_rows(n_dimensions):
    def function(rng, n):
        return rng.integers(3, size=(n, 1)[:n_dimensions])

    drawn = draw(theta_source(function, MASSES, np.ones(3)), 100)
    assert drawn.tolist() == function(np.random.default_rng(0), 100).reshape(100, 1).tolist()


@pytest.mark.parametrize("wrong", [lambda rng, n: np.ones(n - 1), lambda rng, n: np.ones((n, 2))])
def test_function_that_returns_a_wrong_shape(wrong):
    with pytest.raises(ValueError, match=r"array of shape \(.*; expected \(5, 1\)"):
        draw(theta_source(wrong, MASSES, np.ones(3)), 5)


def test_distribution_with_too_few_columns():
    with pytest.raises(ValueError, match=r"array of shape \(5, 1\); expected \(5, 2\)"):
        draw(theta_source(stats.norm(), PAIRS, np.ones(3)), 5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_function_that_returns_no_number(value):
    source = theta_source(lambda rng, n: np.full(n, value), MASSES, np.ones(3))
    with pytest.raises(ValueError, match="drew NaN or infinity"):
        draw(source, 5)


@pytest.mark.parametrize("strategy", ["signl", 3, None, [stats.norm(), stats.norm()], [1], []])
def test_unknown_strategy(strategy):
    with pytest.raises(ValueError, match=r"is not understood; expected .* a list of 1 such"):
        theta_source(strategy, MASSES, np.ones(3))


@pytest.mark.parametrize("n_values", [1, 10])
def test_fixed_theta_of_few_values_is_exact(n_values):
    probabilities = np.arange(1.0, n_values + 1)
    probabilities /= probabilities.sum()
    values = np.arange(float(n_values))[:, np.newaxis]
    theta, share = fixed_theta(EmpiricalTheta(values, probabilities), 4, np.random.default_rng(0))
    assert theta.tolist() == np.repeat(values[:, np.newaxis], 4, axis=1).tolist()
    assert share.tolist() == probabilities.tolist()


@pytest.mark.parametrize(
    "source",
    [
        EmpiricalTheta(np.arange(11.0)[:, np.newaxis], np.full(11, 1 / 11)),
        UniformTheta(ThetaRange.of(MASSES)),
    ],
    ids=["eleven values", "uniform"],
)
def test_fixed_theta_of_many_values_is_ten_draws_for_each_event(source):
    theta, share = fixed_theta(source, 200, np.random.default_rng(0))
    assert theta.shape == (10, 200, 1)
    assert share == pytest.approx([0.1] * 10)
    assert (theta[:, 0] != theta[:, 1]).any()


def test_summarised_theta_sums_the_weights_of_each_row():
    weight = np.array([1.0, 2.0, 4.0, 8.0])
    rows, sums = summarised_theta(PAIRS[[2, 0, 0, 1]], weight, np.random.default_rng(0))
    assert rows.tolist() == PAIRS.tolist()
    assert sums == pytest.approx([6, 8, 1])


def test_summarised_theta_keeps_ten_thousand_rows_of_the_distribution():
    rng = np.random.default_rng(0)
    theta = rng.normal(size=(30_000, 1))
    rows, sums = summarised_theta(theta, np.full(30_000, 2.0), rng)
    assert rows.shape == (10_000, 1)
    assert stats.kstest(rows[:, 0], stats.norm().cdf).pvalue > 1e-3
    assert sums.sum() == pytest.approx(60_000)


@pytest.mark.parametrize(
    ("label", "mask"), [(None, [False, True]), ("b", [False, True]), ("s", [True, False])]
)
def test_background_is_the_smaller_label_or_the_one_named(label, mask):
    assert background_mask(["s", "b"], background_label=label).tolist() == mask


def test_background_label_is_a_class():
    with pytest.raises(ValueError, match=r"background_label=2 is no class of y; .* \[0, 1\]"):
        background_mask([0, 1], background_label=2)


@pytest.mark.parametrize(
    ("y", "message"),
    [([1, 1], r"y has 1 class, \[1\]; expected two"), ([0, 1, 2], "y has 3 classes")],
)
def test_background_needs_two_classes(y, message):
    with pytest.raises(ValueError, match=message):
        background_mask(y)


@pytest.fixture
def frame():
    n = np.arange(40)
    mass = np.where(n % 2 == 1, 500.0 + 250 * (n % 3), np.nan)
    return pd.DataFrame({"pt": n * 1.0, "mass": mass, "met": -n})


Y = np.arange(40) % 2


def is_from_signal(theta):
    return set(theta) <= {500.0, 750.0, 1000.0}


@pytest.mark.parametrize("theta", ["mass", 1, -2, ["mass"]])
def test_inject_fills_the_background_of_a_frame(frame, theta):
    assert is_from_signal(skpnn.inject(frame, Y, theta=theta, random_state=0)["mass"])


@pytest.mark.parametrize("theta", [1, -2, [1]])
def test_inject_fills_the_background_of_an_array(frame, theta):
    assert is_from_signal(skpnn.inject(frame.to_numpy(), Y, theta=theta, random_state=0)[:, 1])


def test_inject_leaves_signal_and_features_alone(frame):
    injected = skpnn.inject(frame, Y, theta="mass", random_state=0)
    pd.testing.assert_frame_equal(injected[Y == 1], frame[Y == 1])
    pd.testing.assert_frame_equal(injected[["pt", "met"]], frame[["pt", "met"]])


@pytest.mark.parametrize("as_array", [False, True])
def test_inject_leaves_the_original_alone(frame, as_array):
    X = frame.to_numpy() if as_array else frame
    before = X.copy()
    skpnn.inject(X, Y, theta=1, random_state=0)
    np.testing.assert_array_equal(X, before)


def test_inject_overwrites_finite_background_theta(frame):
    frame.loc[Y == 0, "mass"] = -1.0
    assert is_from_signal(skpnn.inject(frame, Y, theta="mass", random_state=0)["mass"])


def test_inject_keeps_two_columns_joint(frame):
    frame["width"] = frame["mass"] / 10
    injected = skpnn.inject(frame, Y, theta=["width", "mass"], random_state=0)
    np.testing.assert_array_equal(injected["width"], injected["mass"] / 10)


def test_inject_keeps_an_unusual_index(frame):
    frame.index = frame.index[::-1] * 2
    injected = skpnn.inject(frame, Y, theta="mass", random_state=0)
    assert injected.index.equals(frame.index)


def test_inject_draws_by_weight(frame):
    weight = np.where(frame["mass"] == 750, 1.0, 1e-9)
    injected = skpnn.inject(frame, Y, theta="mass", sample_weight=weight, random_state=0)
    assert set(injected.loc[Y == 0, "mass"]) == {750.0}


def test_inject_is_reproducible(frame):
    one, same, other = (
        skpnn.inject(frame, Y, theta="mass", strategy="uniform", random_state=seed)
        for seed in (3, 3, 4)
    )
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_inject_takes_the_background_named(frame):
    injected = skpnn.inject(frame, 1 - Y, theta="mass", background_label=1, random_state=0)
    assert is_from_signal(injected["mass"])


@pytest.mark.parametrize("as_array", [False, True])
def test_inject_turns_an_integer_theta_into_numbers_with_a_fraction(as_array):
    frame = pd.DataFrame({"pt": [1, 2, 3, 4], "mass": [500, 750, -1, -1]})
    X = frame.to_numpy() if as_array else frame
    injected = np.asarray(skpnn.inject(X, [1, 1, 0, 0], strategy="uniform", random_state=0))
    assert (injected[2:, 1] % 1 > 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inject_keeps_the_precision(frame, dtype):
    injected = skpnn.inject(frame.astype(dtype), Y, theta="mass", random_state=0)
    assert injected["mass"].dtype == dtype


def test_inject_with_columns_of_one_name(frame):
    twins = frame.set_axis(["x", "mass", "x"], axis=1)
    injected = skpnn.inject(twins, Y, theta="mass", random_state=0)
    assert list(injected.columns) == ["x", "mass", "x"]
    np.testing.assert_array_equal(injected.iloc[:, [0, 2]], twins.iloc[:, [0, 2]])


def warn_of(background):
    theta = np.vstack([MASSES, background])
    warn_of_odd_theta(theta, np.arange(len(theta)) < len(MASSES), "signal")


@pytest.mark.parametrize(
    ("background", "found"),
    [
        ([[600.0], [600.0]], "one θ that no signal has, 600 as the network is given it"),
        ([[0.0], [np.nan]], "one θ that no signal has, 0 as the network is given it"),
        ([[0.0], [-1.0]], "θ that no signal has, such as 0 as the network is given it"),
    ],
)
def test_background_at_a_theta_that_no_signal_has_is_warned_of(background, found):
    with pytest.warns(SkpnnWarning, match=f"^Background holds {found}.*: a meaningless AUC"):
        warn_of(background)


@pytest.mark.parametrize("background", [[[750.0], [750.0]], [[600.0], [700.0]], [[np.nan]]])
def test_background_at_a_signals_theta_or_at_several_is_not_warned_of(background):
    warn_of(background)


def test_inject_refuses_signal_without_theta(frame):
    frame.loc[[3, 7], "mass"] = np.nan
    with pytest.raises(ValueError, match="NaN or infinite on 2 signal rows, first in row 3"):
        skpnn.inject(frame, Y, theta="mass")


def test_inject_takes_events_of_weight_zero_as_absent(frame):
    weight = np.where(frame["mass"] == 750, 0.0, 1.0)
    injected = skpnn.inject(frame, Y, theta="mass", sample_weight=weight, random_state=0)
    assert set(injected.loc[Y == 0, "mass"]) == {500.0, 1000.0}


@pytest.mark.parametrize("dtype", ["Float64", "double[pyarrow]"])
def test_inject_takes_nullable_columns(frame, dtype):
    frame["mass"] = pd.array([None if np.isnan(m) else m for m in frame["mass"]], dtype=dtype)
    assert is_from_signal(skpnn.inject(frame, Y, theta="mass", random_state=0)["mass"])


def test_inject_refuses_labels_of_another_length(frame):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        skpnn.inject(frame, Y[:-1], theta="mass")


def test_inject_one_background_event_from_a_joint_distribution():
    X = np.array([[0.0, 500.0, 1.0], [0.0, 750.0, 2.0], [0.0, np.nan, np.nan]])
    joint = stats.multivariate_normal([0, 0])
    injected = skpnn.inject(X, [1, 1, 0], theta=[1, 2], strategy=joint, random_state=0)
    assert np.isfinite(injected).all()
