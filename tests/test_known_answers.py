"""Networks reach the optimum where it is known; regret is paired, on the same test events."""

import numpy as np
import pandas as pd
import pytest

import skpnn
from skpnn import datasets
from skpnn.metrics import weighted_auc

pytestmark = pytest.mark.slow

EVENTS = 20_000
TEST_EVENTS = 100_000
TRAINING = {"epochs": 15, "random_state": 0}


def fitted(problem):
    return skpnn.PNNClassifier(**TRAINING).fit(*problem.sample(EVENTS, random_state=1))


def scores_at(model, problem, theta):
    """Return the network's and the optimal scores of the same events, and their classes."""
    X, y = problem.sample(TEST_EVENTS, theta=[theta], random_state=2)
    network = model.predict_proba(skpnn.assign_hypothesis(X, theta))[:, 1]
    return network, problem.posterior(X, theta), y.to_numpy()


def auc(score, y):
    return weighted_auc(score[y == 1], score[y == 0])


def regret(network, optimum, y):
    return auc(optimum, y) - auc(network, y)


@pytest.fixture(scope="module")
def baldi():
    return fitted(datasets.BaldiToy())


@pytest.mark.parametrize("theta", np.arange(-2, 2.5, 0.5))
def test_baldi_toy_is_solved_at_trained_and_untrained_theta(baldi, theta):
    network, optimum, y = scores_at(baldi, datasets.BaldiToy(), theta)
    assert regret(network, optimum, y) <= 0.001
    assert np.abs(network - optimum).mean() <= 0.005


@pytest.fixture(scope="module")
def gaussian():
    return fitted(datasets.GaussianShift())


@pytest.mark.parametrize("theta", [1, 1.5, 2, 3])
def test_gaussian_shift_is_solved_in_five_dimensions(gaussian, theta):
    assert regret(*scores_at(gaussian, datasets.GaussianShift(), theta)) <= 0.003


@pytest.fixture(scope="module")
def no_information():
    return fitted(datasets.NoInformation())


@pytest.mark.parametrize("theta", [-2, -1, 0, 1, 2])
def test_nothing_is_learnt_where_there_is_nothing(no_information, theta):
    network, _, y = scores_at(no_information, datasets.NoInformation(), theta)
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
    assert regret(network, optimum, y) <= 0.002
