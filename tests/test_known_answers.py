"""Networks reach the optimum where it is known; regret is paired, on the same test events."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn import datasets
from skpnn.metrics import weighted_auc

pytestmark = pytest.mark.slow

EVENTS = 40_000
TEST_EVENTS = 100_000
TRAINING = {"epochs": 15, "random_state": 0}
MASSES = np.arange(500, 1501, 125)


def fitted(problem, *, theta=None, events=EVENTS, **arguments):
    """Return a network trained on `events` of each class at each θ; without `theta` the default."""
    X, y = problem.sample(events, theta=theta, random_state=1)
    columns = [X.columns.get_loc(name) for name in problem.theta_names]
    model = skpnn.PNNClassifier(theta=columns, **TRAINING, **arguments)
    return make_pipeline(RobustScaler(), model).fit(X, y)


def regrets(model, problem, theta, *, events=TEST_EVENTS // 2):
    X, y = problem.sample(events, theta=theta, random_state=2)
    scores = skpnn.scan(model, X, hypotheses=theta, theta=list(problem.theta_names))
    return problem.regret(scores, X, y, theta=theta)["regret"]


def auc(score, y):
    return weighted_auc(score[y == 1], score[y == 0])


@pytest.fixture(scope="module")
def baldi():
    return fitted(datasets.BaldiToy())


def test_baldi_toy_is_solved_at_trained_and_untrained_theta(baldi):
    assert regrets(baldi, datasets.BaldiToy(), np.arange(-2, 2.5, 0.5)).max() <= 0.0005


@pytest.mark.parametrize("theta", [-1.5, 0, 0.5])
def test_baldi_toy_has_the_right_probabilities(baldi, theta):
    problem = datasets.BaldiToy()
    X, _ = problem.sample(TEST_EVENTS, theta=[theta], random_state=2)
    network = baldi.predict_proba(X.assign(theta=theta))[:, 1]
    assert np.abs(network - problem.posterior(X, theta)).mean() <= 0.005


def test_a_resonance_is_found_at_trained_and_untrained_masses():
    problem = datasets.ResonanceOnExponential()
    assert regrets(fitted(problem), problem, MASSES).max() <= 0.0005


def test_gaussian_shift_is_solved_in_five_dimensions():
    problem = datasets.GaussianShift()
    assert regrets(fitted(problem), problem, [1, 1.5, 2, 3]).max() <= 0.003


def test_two_theta_are_interpolated_between_half_of_a_grid():
    problem = datasets.TwoParameterGaussian()
    model = fitted(problem, theta=problem.training_theta, events=10_000)
    assert regrets(model, problem, problem.default_theta, events=20_000).max() <= 0.003


@pytest.fixture(scope="module")
def no_information():
    return fitted(datasets.NoInformation())


@pytest.mark.parametrize("theta", [-2, -1, 0, 1, 2])
def test_nothing_is_learnt_where_there_is_nothing(no_information, theta):
    X, y = datasets.NoInformation().sample(TEST_EVENTS, theta=[theta], random_state=2)
    network = no_information.predict_proba(X.assign(theta=theta))[:, 1]
    assert abs(auc(network, y) - 0.5) <= 0.01


def test_cranmers_file_is_solved_to_its_ceiling(shared_data):
    toy = pd.read_csv(
        shared_data("cranmer_toy/traindata.dat"), sep=r"\s+", names=["x", "mu", "target"]
    )
    X, y = toy[["x", "mu"]], toy["target"].astype(int).to_numpy()
    model = skpnn.PNNClassifier(**TRAINING).fit(X, y)
    network = model.predict_proba(X)[:, 1]
    optimum = datasets.CranmerToy().posterior(X[["x"]].to_numpy(), X["mu"].to_numpy())
    assert auc(optimum, y) == pytest.approx(0.9292, abs=5e-5)
    assert auc(optimum, y) - auc(network, y) <= 0.002
