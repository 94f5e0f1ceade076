"""Calibration at each hypothesis: right at each, where one for all is right on the average only."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.svm import LinearSVC

import skpnn
from skpnn.likelihood import log_odds

PROBLEM = skpnn.datasets.GaussianShift()


class TooSure(LogisticRegression):
    """The exact posterior, its log odds wrong by a factor and an offset that depend on θ."""

    def predict_proba(self, X):
        theta = X["theta"].to_numpy()
        odds = np.exp(theta * log_odds(PROBLEM.posterior(X, theta)) + theta - 1)
        return np.column_stack([1 / (1 + odds), odds / (1 + odds)])


@pytest.fixture(scope="module")
def sample():
    return PROBLEM.sample(4000, theta=[1.0, 2.0, 3.0], random_state=0)


@pytest.fixture(scope="module")
def too_sure(sample):
    X, y = sample
    return FrozenEstimator(TooSure().fit(X.fillna(0), y))


@pytest.fixture(scope="module")
def calibrated(sample, too_sure):
    return skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta").fit(*sample)


def off_by(model, theta):
    """Return the mean distance from the exact posterior at `theta`, on other events."""
    X, _ = PROBLEM.sample(2000, theta=[theta], random_state=1)
    at = X.assign(theta=theta)
    return np.mean(np.abs(model.predict_proba(at)[:, 1] - PROBLEM.posterior(X, theta)))


@pytest.mark.parametrize("theta", [1.0, 2.0, 3.0])
def test_probabilities_are_right_at_each_hypothesis(calibrated, theta):
    assert off_by(calibrated, theta) < 0.015


@pytest.mark.parametrize("theta", [2.0, 3.0])
def test_they_were_not_before(too_sure, theta):
    assert off_by(too_sure, theta) > 0.03


def test_one_calibration_for_all_is_not_right_at_each(sample, too_sure):
    X, y = sample
    drawn = skpnn.inject(X, y, random_state=0)
    pooled = CalibratedClassifierCV(too_sure).fit(drawn, y)
    assert max(off_by(pooled, theta) for theta in (1.0, 2.0, 3.0)) > 0.03


def test_between_hypotheses_probabilities_are_interpolated(calibrated):
    X, _ = PROBLEM.sample(50, theta=[2.0], random_state=1)
    part = calibrated.calibrated_classifiers_[0]
    scores = part.estimator.predict_proba(X.assign(theta=1.25))[:, 1]
    decision = log_odds(scores)[:, np.newaxis]
    low, high = (one.predict_proba(decision)[:, 1] for one in part.calibrators[:2])
    assert calibrated.predict_proba(X.assign(theta=1.25))[:, 1] == pytest.approx(
        0.75 * low + 0.25 * high
    )


@pytest.mark.parametrize(("outside", "nearest"), [(0.5, 0), (4.0, 2)])
def test_outside_the_nearest_calibration_is_used(calibrated, outside, nearest):
    X, _ = PROBLEM.sample(50, theta=[2.0], random_state=1)
    part = calibrated.calibrated_classifiers_[0]
    scores = part.estimator.predict_proba(X.assign(theta=outside))[:, 1]
    expected = part.calibrators[nearest].predict_proba(log_odds(scores)[:, np.newaxis])[:, 1]
    assert calibrated.predict_proba(X.assign(theta=outside))[:, 1] == pytest.approx(expected)


def test_isotonic_is_possible(sample, too_sure):
    model = skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta", method="isotonic")
    assert off_by(model.fit(*sample), 3.0) < 0.03


def test_probabilities_refer_to_the_share_of_signal_in_the_weights(sample, too_sure):
    X, y = sample
    model = skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta")
    model.fit(X, y, sample_weight=np.where(y == 1, 3.0, 1.0))
    at = X[y == 0].assign(theta=1.0)
    shift = log_odds(model.predict_proba(at)[:, 1]) - log_odds(PROBLEM.posterior(at, 1.0))
    assert np.median(shift) == pytest.approx(np.log(3), abs=0.1)


def test_what_is_not_frozen_is_trained_by_cross_validation(sample):
    X, y = sample
    trees = skpnn.HypothesisCalibratedClassifier(
        skpnn.PNNClassifier(epochs=2, random_state=0), cv=3, theta="theta"
    )
    assert len(trees.fit(X, y).calibrated_classifiers_) == 3
    assert off_by(trees, 2.0) < 0.1


def test_decisions_become_probabilities(sample):
    X, y = sample
    drawn = skpnn.inject(X, y, random_state=0)
    frozen = FrozenEstimator(LinearSVC().fit(drawn, y))
    model = skpnn.HypothesisCalibratedClassifier(frozen, theta="theta").fit(X, y)
    assert model.score(drawn, y) > 0.6


def test_labels_of_any_kind_and_background_second(sample, too_sure):
    X, y = sample
    labels = np.where(y == 1, "Z'", "ttbar")
    frozen = FrozenEstimator(LogisticRegression().fit(X.fillna(1), labels))
    model = skpnn.HypothesisCalibratedClassifier(frozen, theta="theta", background_label="ttbar")
    model.fit(X, labels)
    at = X.assign(theta=3.0)
    signal_column = list(model.classes_).index("Z'")
    scores = model.predict_proba(at)[:, signal_column]
    assert scores[y == 1].mean() > scores[y == 0].mean()
    assert model.background_label_ == "ttbar"


def test_scan_and_clone_and_scorers(sample, calibrated):
    X, y = sample
    table = skpnn.score_scan(calibrated, X, y, theta="theta")
    assert table["auc"].is_monotonic_increasing
    assert clone(calibrated).method == "sigmoid"
    drawn = skpnn.inject(X, y, theta="theta", random_state=0)
    linear = skpnn.HypothesisCalibratedClassifier(LogisticRegression(), theta="theta", cv=2)
    assert cross_val_score(linear, drawn, y, cv=2, scoring="roc_auc").mean() > 0.6


@pytest.mark.parametrize(
    ("arguments", "weight", "message"),
    [
        ({"method": "platt"}, None, "method='platt'"),
        ({"theta": ["x0", "theta"]}, None, "are several columns"),
        ({"method": "isotonic"}, -1.0, "leaves events of negative weight out"),
    ],
)
def test_mistakes_are_named(sample, too_sure, arguments, weight, message):
    X, y = sample
    weights = None if weight is None else np.where(np.arange(len(y)) % 9, 1.0, weight)
    model = skpnn.HypothesisCalibratedClassifier(too_sure, **({"theta": "theta"} | arguments))
    with pytest.raises(ValueError, match=message):
        model.fit(X, y, sample_weight=weights)


def test_a_row_without_theta_is_an_error(sample, calibrated):
    with pytest.raises(ValueError, match="assign a hypothesis to every row"):
        calibrated.predict_proba(sample[0])
