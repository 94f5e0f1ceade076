"""What the tests of pictures share: figures are closed, and an estimator that fits in no time."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, RobustScaler

import skpnn


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def quadratic():
    """Return a pipeline that separates a peak at θ, not well but at once."""
    return make_pipeline(RobustScaler(), PolynomialFeatures(2), LogisticRegression())


@pytest.fixture(scope="session")
def pipeline(masses):
    X, y = masses
    return quadratic().fit(skpnn.inject(X, y, random_state=0), y)


@pytest.fixture(scope="session")
def pipeline_of_arrays(masses):
    X, y = masses
    return quadratic().fit(skpnn.inject(X, y, random_state=0).to_numpy(), y)


class ExactPosterior(ClassifierMixin, BaseEstimator):
    """The optimal classifier of a toy: there is nothing to fit."""

    def __init__(self, problem):
        self.problem = problem
        self.classes_ = np.array([0, 1])

    def fit(self, X, y):
        return self

    def predict_proba(self, X):
        x, theta = np.split(np.asarray(X), [len(self.problem.feature_names)], axis=1)
        theta = theta[:, 0] if theta.shape[1] == 1 else theta
        signal = self.problem.posterior(x, theta)
        return np.column_stack([1 - signal, signal])


@pytest.fixture(scope="session")
def exact_posterior():
    return ExactPosterior
