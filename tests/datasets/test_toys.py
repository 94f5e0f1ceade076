"""The toys against closed forms, brute force, their own samples and a file from elsewhere."""

from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from skpnn.datasets import (
    BaldiToy,
    CranmerToy,
    GaussianShift,
    NoInformation,
    ResonanceOnExponential,
    TwoParameterGaussian,
)

CRANMER_FILE = (
    Path(__file__).parents[2].parent / "shared" / "data" / "cranmer_toy" / "traindata.dat"
)
PROBLEM_AND_THETA = [
    (BaldiToy(), -2.0),
    (BaldiToy(), 0.5),
    (CranmerToy(), -1.0),
    (CranmerToy(), 1.0),
    (GaussianShift(), 0.5),
    (GaussianShift(n_features=1), 2.0),
    (NoInformation(), 1.0),
    (ResonanceOnExponential(), 500.0),
    (ResonanceOnExponential(), 1375.0),
    (TwoParameterGaussian(), (0.0, 0.0)),
    (TwoParameterGaussian(), (-2.0, 1.0)),
]
every_problem = pytest.mark.parametrize(
    ("problem", "theta"), PROBLEM_AND_THETA, ids=lambda one: getattr(type(one), "__name__", one)
)


@pytest.mark.parametrize("theta", [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2])
def test_baldi_optimum(theta):
    assert BaldiToy().optimal_auc(theta) == pytest.approx(0.95013, abs=5e-6)


def test_baldi_optimum_agrees_with_its_closed_form():
    # AUC = 1 - P(|b - θ| < |s - θ|) = 1 - 2 E|s - θ| / 8, as long as the peak lies inside the box.
    expected = 1 - 2 * 0.25 * np.sqrt(2 / np.pi) / 8
    assert BaldiToy().optimal_auc(1.0) == pytest.approx(expected, abs=1e-7)


def test_baldi_optimum_rises_where_the_peak_leaves_the_box():
    assert BaldiToy().optimal_auc(4.0) > BaldiToy().optimal_auc(3.5) > 0.9502
    assert BaldiToy().optimal_auc(9.0) == pytest.approx(1)


def test_baldi_without_theta():
    assert BaldiToy().theta_blind_auc() == pytest.approx(0.760, abs=5e-4)


@pytest.mark.parametrize(
    ("theta", "auc"),
    [(0, 0.5), (0.5, 0.63816), (1, 0.76025), (1.5, 0.85558), (2, 0.92135), (3, 0.98305)],
)
def test_gaussian_shift_optimum(theta, auc):
    assert GaussianShift().optimal_auc(theta) == pytest.approx(auc, abs=6e-6)


@pytest.mark.parametrize(
    ("mass", "auc"),
    [(500, 0.93180), (750, 0.95560), (1000, 0.97432), (1250, 0.98608), (1500, 0.99276)],
)
def test_resonance_optimum(mass, auc):
    assert ResonanceOnExponential().optimal_auc(mass) == pytest.approx(auc, abs=6e-6)


def test_no_information_optimum():
    assert NoInformation().optimal_auc(1.0) == 0.5


@settings(deadline=None, max_examples=100)
@given(x=st.floats(-4, 4), theta=st.floats(-2, 2))
def test_baldi_posterior_by_brute_force(x, theta):
    density = scipy.stats.norm.pdf(x, theta, 0.25)
    expected = density / (density + 1 / 8)
    assert BaldiToy().posterior([x], theta)[0] == pytest.approx(expected, rel=1e-9)


@settings(deadline=None, max_examples=100)
@given(x=st.floats(-5, 5), mu=st.floats(-1, 1))
def test_cranmer_posterior_by_brute_force(x, mu):
    signal = scipy.stats.norm.pdf(x, mu, 0.5)
    background = 0.15 * np.exp(-0.15 * x) / (np.exp(0.75) - np.exp(-0.75))
    expected = signal / (signal + background)
    assert CranmerToy().posterior([x], mu)[0] == pytest.approx(expected, rel=1e-9)


@settings(deadline=None, max_examples=100)
@given(m=st.floats(300, 3000), mass=st.floats(400, 2000))
def test_resonance_posterior_by_brute_force(m, mass):
    signal = scipy.stats.norm.pdf(m, mass, 0.05 * mass)
    background = np.exp(-m / 300) / (300 * (np.exp(-1) - np.exp(-10)))
    expected = signal / (signal + background)
    found = ResonanceOnExponential().posterior([m], mass)[0]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)


def shift_axis(problem):
    """The direction in which signal differs, learned from the posterior: its logit is linear."""
    unit = np.eye(problem.n_features)
    return scipy.special.logit(problem.posterior(unit, 1.0)) + 0.5


@settings(deadline=None, max_examples=100)
@given(
    x=st.lists(st.floats(-4, 4), min_size=5, max_size=5),
    theta=st.floats(-3, 3),
    seed=st.integers(0, 9),
)
def test_gaussian_shift_posterior_by_brute_force(x, theta, seed):
    problem = GaussianShift(rotation_seed=seed)
    signal = scipy.stats.multivariate_normal.pdf(x, theta * shift_axis(problem))
    background = scipy.stats.multivariate_normal.pdf(x, np.zeros(5))
    expected = signal / (signal + background)
    assert problem.posterior([x], theta)[0] == pytest.approx(expected, rel=1e-9)


def test_gaussian_shift_is_rotated_by_its_seed():
    first, second = (shift_axis(GaussianShift(rotation_seed=seed)) for seed in (0, 1))
    assert np.linalg.norm(first) == pytest.approx(1)
    assert abs(first @ second) < 0.95
    assert np.abs(first).max() < 0.95


def test_gaussian_shift_signal_has_its_mean_and_unit_covariance():
    problem = GaussianShift()
    X, y = problem.sample(50_000, theta=[2.0], random_state=0)
    signal = X.loc[y == 1, list(problem.feature_names)].to_numpy()
    np.testing.assert_allclose(signal.mean(axis=0), 2 * shift_axis(problem), atol=0.02)
    np.testing.assert_allclose(np.cov(signal.T), np.eye(5), atol=0.03)


@pytest.mark.parametrize("problem", [GaussianShift, NoInformation])
def test_problems_refuse_to_have_no_feature(problem):
    with pytest.raises(ValueError, match="n_features=0 is not possible; expected an integer"):
        problem(n_features=0)


def auc_and_sigma(y, score):
    """Return the AUC and its standard error after DeLong et al. (1988)."""
    y, score = np.asarray(y), np.asarray(score)
    rank, n1, n0 = scipy.stats.rankdata(score), y.sum(), (1 - y).sum()
    above = (rank[y == 1] - scipy.stats.rankdata(score[y == 1])) / n0
    below = 1 - (rank[y == 0] - scipy.stats.rankdata(score[y == 0])) / n1
    return above.mean(), np.sqrt(above.var() / n1 + below.var() / n0)


@every_problem
def test_posterior_reaches_the_optimum_on_a_sample(problem, theta):
    X, y = problem.sample(100_000, theta=[theta], random_state=0)
    found, sigma = auc_and_sigma(y, problem.posterior(X, theta))
    assert abs(found - problem.optimal_auc(theta)) <= 3 * sigma


@every_problem
def test_posterior_is_the_fraction_of_signal_in_a_sample(problem, theta):
    X, y = problem.sample(100_000, theta=[theta], random_state=1)
    posterior = problem.posterior(X, theta)
    cell = np.digitize(posterior, np.linspace(0, 1, 21))
    n, found = np.bincount(cell), np.bincount(cell, weights=y)
    expected = np.bincount(cell, weights=posterior)
    variance = np.bincount(cell, weights=posterior * (1 - posterior))
    enough = variance > 10
    chi2 = ((found - expected)[enough] ** 2 / variance[enough]).sum()
    assert n[enough].sum() > 0
    assert scipy.stats.chi2.sf(chi2, enough.sum()) > 0.001


@pytest.mark.skipif(not CRANMER_FILE.exists(), reason=f"{CRANMER_FILE.name} is not beside the tree")
def test_cranmer_file():
    x, mu, label = np.loadtxt(CRANMER_FILE).T
    posterior = CranmerToy().posterior(x, mu)
    assert roc_auc_score(label, posterior) == pytest.approx(0.9292, abs=5e-5)
    for one, expected in [(-1, 0.9167), (1, 0.9317)]:
        here = np.isclose(mu, one)
        found, sigma = auc_and_sigma(label[here].astype(int), posterior[here])
        assert found == pytest.approx(expected, abs=6e-5)
        assert abs(found - CranmerToy().optimal_auc(one)) <= 3 * sigma
