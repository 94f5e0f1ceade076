import numpy as np
import pandas as pd
import pytest

from skpnn.datasets import BaldiToy, GaussianShift, TwoParameterGaussian
from skpnn.datasets._regret import auc_at_hypotheses

PROBLEMS = [(BaldiToy(), [-1.5, 0.0, 2.0]), (TwoParameterGaussian(), [(0.0, 1.0), (2.0, -1.0)])]
every_problem = pytest.mark.parametrize(
    ("problem", "theta"), PROBLEMS, ids=[type(one).__name__ for one, _ in PROBLEMS]
)


def posteriors(problem, X, theta):
    return np.column_stack([problem.posterior(X, one) for one in theta])


@every_problem
def test_posterior_has_none(problem, theta):
    X, y = problem.sample(500, theta=theta, random_state=0)
    table = problem.regret(posteriors(problem, X, theta), X, y, theta=theta)
    np.testing.assert_array_equal(table["regret"], 0)


@pytest.mark.parametrize("increasing", [lambda p: 2 * p - 7, np.sqrt, lambda p: np.log(p + 1e-30)])
@every_problem
def test_increasing_function_of_the_posterior_has_none(problem, theta, increasing):
    X, y = problem.sample(500, theta=theta, random_state=0)
    table = problem.regret(increasing(posteriors(problem, X, theta)), X, y, theta=theta)
    np.testing.assert_allclose(table["regret"], 0, atol=1e-12)


@every_problem
def test_random_scores_lose_all_above_one_half(problem, theta):
    X, y = problem.sample(20_000, theta=theta, random_state=0)
    scores = np.random.RandomState(1).uniform(size=(len(X), len(theta)))
    table = problem.regret(scores, X, y, theta=theta)
    expected = [problem.optimal_auc(one) - 0.5 for one in theta]
    np.testing.assert_allclose(table["regret"], expected, atol=0.015)


def test_pairing_takes_the_statistical_error_away():
    problem, theta = GaussianShift(), [1.0]
    noise = np.random.RandomState(0)
    regrets, unpaired = [], []
    for seed in range(20):
        X, y = problem.sample(500, theta=theta, random_state=seed)
        scores = problem.posterior(X, 1.0) + noise.normal(0, 0.02, len(X))
        table = problem.regret(scores, X, y, theta=theta)
        regrets.append(table["regret"][0])
        unpaired.append(problem.optimal_auc(1.0) - table["auc"][0])
    assert np.std(regrets) < 0.2 * np.std(unpaired)


def test_one_hypothesis_takes_one_column():
    problem = BaldiToy()
    X, y = problem.sample(100, theta=[1.0], random_state=0)
    table = problem.regret(-np.abs(X["x"] - 1), X, y, theta=[1.0])
    assert table["regret"].tolist() == pytest.approx([0], abs=1e-12)


@every_problem
def test_table_has_a_row_per_hypothesis(problem, theta):
    X, y = problem.sample(50, theta=theta, random_state=0)
    table = problem.regret(posteriors(problem, X, theta), X, y, theta=theta)
    assert list(table) == [*problem.theta_names, "auc", "posterior_auc", "regret"]
    np.testing.assert_array_equal(table[list(problem.theta_names)].squeeze(), theta)


def test_default_hypotheses_are_those_of_the_problem():
    problem = TwoParameterGaussian()
    X, y = problem.sample(10, random_state=0)
    table = problem.regret(np.zeros((len(X), 25)), X, y)
    assert len(table) == 25
    np.testing.assert_array_equal(table["auc"], 0.5)


def test_signal_of_other_hypotheses_does_not_count():
    own = np.array([[1.0], [2.0], [np.nan], [np.nan]])
    scores = np.array([[0.5, 0.0], [9.0, 0.5], [0.4, 0.4], [0.6, 0.6]])
    found = auc_at_hypotheses(
        scores, [1, 1, 0, 0], own_theta=own, hypotheses=np.array([[1.0], [2.0]])
    )
    assert found == [0.5, 0.5]


def test_stored_theta_matches_within_rounding():
    own = np.array([[499.99997], [1500.0], [np.nan]])
    found = auc_at_hypotheses(
        [1.0, 0.0, 0.5], [1, 1, 0], own_theta=own, hypotheses=np.array([[500.0]])
    )
    assert found == [1.0]


@pytest.fixture
def events():
    return BaldiToy().sample(10, theta=[0.0, 1.0], random_state=0)


def test_refuses_scores_of_another_shape(events):
    with pytest.raises(ValueError, match=r"scores.shape == \(40, 1\), expected \(40, 2\)"):
        BaldiToy().regret(np.zeros((40, 1)), *events, theta=[0.0, 1.0])


def test_refuses_a_hypothesis_without_signal(events):
    with pytest.raises(ValueError, match=r"no signal event at θ = \[0.5\]"):
        BaldiToy().regret(np.zeros(40), *events, theta=[0.5])


@pytest.mark.parametrize("y", [[1, 0], np.repeat([-1, 1], 20)])
def test_refuses_other_labels(events, y):
    with pytest.raises(ValueError, match="must hold 1 for signal or 0 for background"):
        BaldiToy().regret(np.zeros(40), events[0], y, theta=[0.0])


def test_refuses_events_without_theta(events):
    X, y = events
    with pytest.raises(ValueError, match="X lacks theta among its columns"):
        BaldiToy().regret(np.zeros(40), pd.DataFrame({"x": X["x"]}), y, theta=[0.0])


def test_regret_refuses_columns_of_other_hypotheses():
    problem = BaldiToy()
    X, y = problem.sample(50, random_state=0)
    scores = pd.DataFrame({theta: problem.posterior(X, theta) for theta in (2.0, 1, 0, -1, -2)})
    with pytest.raises(ValueError, match="expected the hypotheses"):
        problem.regret(scores, X, y)


def test_regret_refuses_other_rows():
    problem = BaldiToy()
    X, y = problem.sample(50, theta=[1], random_state=0)
    scores = pd.DataFrame({1.0: problem.posterior(X, 1.0)}).sample(frac=1, random_state=0)
    with pytest.raises(ValueError, match="has another index than X"):
        problem.regret(scores, X, y, theta=[1])


def test_regret_needs_names_of_columns():
    problem = BaldiToy()
    X, y = problem.sample(50, theta=[1], random_state=0)
    with pytest.raises(ValueError, match="X is of type ndarray; expected a DataFrame"):
        problem.regret(np.zeros(len(X)), X.to_numpy(), y, theta=[1])
