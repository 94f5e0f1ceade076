"""Calibration at each hypothesis: right at each, where one for all is right on the average only."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.svm import LinearSVC

import skpnn
from skpnn.exceptions import SkpnnWarning
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


def test_isotonic_probabilities_are_never_sure(sample, too_sure):
    X, y = sample
    model = skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta", method="isotonic")
    probability = model.fit(X, y).predict_proba(X.assign(theta=3.0))
    least = 1 / (4000 + 12000 + 2)
    assert probability.min() == pytest.approx(least)
    assert np.isfinite(skpnn.log_likelihood_ratio(model, X, hypotheses=[3.0])).all(axis=None)


def test_isotonic_with_few_events_is_warned_of(sample, too_sure):
    X, y = sample
    model = skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta", method="isotonic")
    with pytest.warns(SkpnnWarning, match="signal events at a hypothesis, fewer than 1000"):
        model.fit(X[:2000], y[:2000])


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


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_scale_of_weights_does_not_matter(sample, too_sure, calibrated, scale):
    X, y = sample
    model = skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta")
    model.fit(X, y, sample_weight=np.full(len(y), scale))
    at = X.assign(theta=2.0)
    assert model.predict_proba(at) == pytest.approx(calibrated.predict_proba(at), rel=1e-6)


def test_a_hypothesis_of_negative_weight_is_refused(sample, too_sure):
    X, y = sample
    weight = np.where(X["theta"] == 1, -0.5, 1.0)
    model = skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta")
    with pytest.raises(ValueError, match=r"signal's weights at θ = \[1.0\] sum to -2000"):
        model.fit(X, y, sample_weight=weight)


def test_few_events_at_a_hypothesis_are_enough(sample, too_sure):
    X, y = sample
    few = np.r_[np.flatnonzero(y == 0)[:50], np.flatnonzero(y == 1)[:8]]
    model = skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta")
    assert np.isfinite(model.fit(X.iloc[few], y.iloc[few]).predict_proba(X.assign(theta=2))).all()


def test_x_and_y_are_of_one_length(sample, too_sure):
    X, y = sample
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta").fit(X, y[:100])


def test_metadata_routing_hands_weights_on(sample, too_sure):
    X, y = sample
    weight = np.where(y == 1, 3.0, 1.0)
    model = skpnn.HypothesisCalibratedClassifier(too_sure, theta="theta")
    expected = model.fit(X, y, sample_weight=weight).predict_proba(X.assign(theta=1))
    with config_context(enable_metadata_routing=True):
        model.set_fit_request(sample_weight=True).fit(X, y, sample_weight=weight)
    assert (model.predict_proba(X.assign(theta=1)) == expected).all()
