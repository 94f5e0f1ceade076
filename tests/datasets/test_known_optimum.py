import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from skpnn import datasets
from skpnn.datasets import (
    BaldiToy,
    CranmerToy,
    GaussianShift,
    KnownOptimum,
    NoInformation,
    ResonanceOnExponential,
    TwoParameterGaussian,
)
from skpnn.datasets._one_feature import OneFeatureProblem

PROBLEMS = [
    BaldiToy(),
    CranmerToy(),
    GaussianShift(),
    NoInformation(),
    ResonanceOnExponential(),
    TwoParameterGaussian(),
]
every_problem = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: type(one).__name__)


@pytest.mark.parametrize("abstract", [KnownOptimum, OneFeatureProblem])
def test_abstract_is_never_instantiated(abstract):
    with pytest.raises(TypeError, match="abstract"):
        abstract()


@every_problem
def test_final_is_never_subclassed(problem):
    assert type(problem).__final__
    assert not inspect.isabstract(type(problem))
    assert not type(problem).__subclasses__()


@every_problem
def test_name_of_theta_is_that_of_the_only_theta(problem):
    expected = problem.theta_names if len(problem.theta_names) == 1 else (None,)
    assert (getattr(problem, "theta_name", None),) == expected


def test_public_names_are_sorted_and_exist():
    assert datasets.__all__ == sorted(datasets.__all__)
    assert all(hasattr(datasets, name) for name in datasets.__all__)


def test_import_is_light():
    code = "import sys, skpnn.datasets; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {
        "keras",
        "tensorflow",
        "scikeras",
        "sklearn",
        "uproot",
        "matplotlib",
        "scipy.stats",
        "pooch",
    }
    assert not heavy & set(loaded.stdout.split())


@every_problem
def test_sample_has_n_signal_events_per_hypothesis_and_as_much_background(problem):
    X, y = problem.sample(7, random_state=0)
    n_signal = 7 * len(problem.default_theta)
    assert X.shape == (2 * n_signal, len(problem.feature_names) + len(problem.theta_names))
    assert y.sum() == n_signal
    assert set(X.groupby(list(problem.theta_names)).size()) == {7}


@every_problem
def test_sample_has_theta_last_and_nan_on_background_alone(problem):
    X, y = problem.sample(50, random_state=0)
    assert list(X) == [*problem.feature_names, *problem.theta_names]
    for name in problem.theta_names:
        np.testing.assert_array_equal(X[name].isna(), y == 0)


@every_problem
def test_sample_types(problem):
    X, y = problem.sample(5, random_state=0)
    assert set(X.dtypes) == {np.dtype("float64")}
    assert y.dtype == np.int64
    assert y.name == "label"
    assert X.index.equals(y.index)


@every_problem
def test_sample_is_reproducible_bit_for_bit(problem):
    first, second = (problem.sample(20, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(first[0], second[0], check_exact=True)
    pd.testing.assert_series_equal(first[1], second[1], check_exact=True)


def test_sample_takes_a_random_state_instance_and_advances_it():
    rng = np.random.RandomState(0)
    (first, _), (second, _) = (BaldiToy().sample(20, random_state=rng) for _ in range(2))
    assert not first["x"].equals(second["x"])


def test_sample_is_shuffled():
    _, y = BaldiToy().sample(1000, random_state=0)
    assert y.head(1000).mean() == pytest.approx(0.5, abs=0.05)


def test_sample_takes_any_iterable_of_hypotheses():
    X, _ = BaldiToy().sample(3, theta=iter([0.25, 1.75]), random_state=0)
    assert sorted(X["theta"].dropna().unique()) == [0.25, 1.75]


@pytest.mark.parametrize("n_samples", [0, -1, 2.5])
def test_sample_refuses_a_number_of_events_that_is_not_one(n_samples):
    with pytest.raises(ValueError, match=rf"n_samples={n_samples} is not possible"):
        BaldiToy().sample(n_samples)


@pytest.mark.parametrize("theta", [[], [[0.0, 1.0]]])
def test_sample_refuses_hypotheses_of_the_wrong_shape(theta):
    with pytest.raises(ValueError, match=r"expected \(n_hypotheses,\) with at least one"):
        BaldiToy().sample(5, theta=theta)


def test_sample_refuses_a_mass_that_is_not_positive():
    with pytest.raises(
        ValueError, match="mass holds -5; every hypothesis must be finite and above 0"
    ):
        ResonanceOnExponential().sample(5, theta=[500, -5])


@every_problem
def test_posterior_refuses_the_nan_of_background(problem):
    X, _ = problem.sample(5, random_state=0)
    with pytest.raises(ValueError, match=f"{problem.theta_names[0]} holds nan"):
        problem.posterior(X, X[list(problem.theta_names)].squeeze(axis="columns"))


@every_problem
def test_optimal_auc_refuses_nan(problem):
    with pytest.raises(ValueError, match=f"{problem.theta_names[0]} holds nan"):
        problem.optimal_auc(np.full_like(problem.default_theta[0], np.nan))


@every_problem
def test_posterior_of_a_frame_reads_the_features_alone_in_any_order(problem):
    X, _ = problem.sample(20, random_state=0)
    theta = problem.default_theta[0]
    expected = problem.posterior(X[list(problem.feature_names)].to_numpy(), theta)
    np.testing.assert_array_equal(problem.posterior(X[X.columns[::-1]], theta), expected)


@every_problem
def test_posterior_takes_one_hypothesis_per_row(problem):
    X, _ = problem.sample(20, random_state=0)
    hypotheses = np.array(problem.default_theta)
    theta = hypotheses[np.arange(len(X)) % len(hypotheses)]
    found = problem.posterior(X, theta)
    expected = [problem.posterior(X.iloc[[i]], theta[i])[0] for i in range(len(X))]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_posterior_refuses_the_theta_column_in_an_array():
    X, _ = BaldiToy().sample(5, random_state=0)
    with pytest.raises(
        ValueError, match=r"expected \(n_samples, 1\): the features x without theta"
    ):
        BaldiToy().posterior(X.to_numpy(), 0.0)


def test_posterior_refuses_a_frame_without_the_feature():
    with pytest.raises(ValueError, match=r"X lacks x among its columns \['m'\]; expected x"):
        BaldiToy().posterior(pd.DataFrame({"m": [1.0]}), 0.0)


def test_posterior_refuses_a_theta_of_another_length():
    with pytest.raises(ValueError, match=r"theta.shape == \(2,\), expected \(\) or \(3,\)"):
        BaldiToy().posterior([0.0, 1.0, 2.0], [0.0, 1.0])


@pytest.mark.parametrize("x", [1e3, -1e3, 1e150])
@every_problem
def test_posterior_is_a_probability_far_out_in_the_tails(problem, x):
    found = problem.posterior(np.full((1, len(problem.feature_names)), x), problem.default_theta[0])
    assert 0 <= found[0] <= 1
