"""The likelihood ratio against the exact one, whatever the classes weigh."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from sklearn.svm import LinearSVC

import skpnn
from skpnn.likelihood import log_odds
from skpnn.model_selection import EventNumberClassifier


@pytest.fixture(scope="module")
def shift():
    """Return two Gaussians, three times as much background as signal, and the exact log r."""
    problem = skpnn.datasets.GaussianShift()
    X, y = problem.sample(3000, theta=[1.0, 2.0], random_state=0)
    keep = (y == 0) | (np.random.default_rng(0).random(len(y)) < 1 / 3)
    return X[keep], y[keep], lambda X, theta: log_odds(problem.posterior(X, theta))


class Exact(LogisticRegression):
    """Probabilities of the exact posterior, at another share of signal than one half."""

    problem = skpnn.datasets.GaussianShift()

    def predict_proba(self, X):
        odds = 0.25 / 0.75 * np.exp(log_odds(self.problem.posterior(X, X["theta"].to_numpy())))
        return np.column_stack([1 / (1 + odds), odds / (1 + odds)])


def test_the_share_of_signal_is_divided_out(shift):
    X, y, exact = shift
    model = Exact().fit(X.fillna(0), y)
    ratio = skpnn.log_likelihood_ratio(model, X, hypotheses=[1.0, 2.0], signal_fraction=0.25)
    for theta in (1.0, 2.0):
        assert ratio[theta].to_numpy() == pytest.approx(exact(X, theta), abs=1e-6)


@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 1, 1: 10}])
def test_it_does_not_depend_on_the_weights_of_the_classes(shift, class_weight):
    X, y, exact = shift
    model = skpnn.PNNClassifier(epochs=15, class_weight=class_weight, random_state=0).fit(X, y)
    ratio = skpnn.log_likelihood_ratio(model, X, hypotheses=[1.0])[1.0]
    # Events between the classes, where there are many of both.
    inside = np.abs(exact(X, 1.0)) < 1
    assert np.mean(ratio[inside] - exact(X, 1.0)[inside]) == pytest.approx(0, abs=0.15)


def test_a_pipeline_knows_its_share(shift):
    X, y, _ = shift
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0)).fit(X, y)
    table = skpnn.log_likelihood_ratio(model, X, hypotheses=[1.0, 2.0])
    assert list(table.columns) == [1, 2]
    assert table.index.equals(X.index)
    assert model[-1].signal_fraction_ == pytest.approx(np.mean(y))


def test_partial_fits_share_by_their_events(shift):
    X, y, _ = shift
    model = skpnn.PNNClassifier(random_state=0)
    model.partial_fit(X, y).partial_fit(X[y == 1], y[y == 1])
    expected = 2 * y.sum() / (len(y) + y.sum())
    assert model.signal_fraction_ == pytest.approx(expected)


def test_calibrated_probabilities_refer_to_the_share_they_were_calibrated_with(shift):
    X, y, _ = shift
    model = skpnn.PNNClassifier(class_weight="balanced", epochs=1, random_state=0).fit(X, y)
    calibrated = skpnn.HypothesisCalibratedClassifier(FrozenEstimator(model)).fit(X, y)
    ratio = skpnn.log_likelihood_ratio(calibrated, X, hypotheses=[1])
    given = skpnn.log_likelihood_ratio(calibrated, X, hypotheses=[1], signal_fraction=y.mean())
    assert ratio[1].to_numpy() == pytest.approx(given[1].to_numpy())


def test_a_classifier_over_folds_knows_its_share(shift):
    X, y, _ = shift
    numbered = X.assign(event=np.arange(len(X)))[["event", *X.columns]]
    network = skpnn.PNNClassifier(epochs=1, random_state=0)
    model = EventNumberClassifier(network, n_splits=2).fit(numbered, y)
    assert model.signal_fraction_ == pytest.approx(y.mean(), abs=0.02)
    ratio = skpnn.log_likelihood_ratio(model, numbered, hypotheses=[1])
    assert np.isfinite(ratio).all(axis=None)


def test_other_calibrations_do_not_tell(shift):
    X, y, _ = shift
    model = skpnn.PNNClassifier(epochs=1, random_state=0).fit(X, y)
    calibrated = CalibratedClassifierCV(FrozenEstimator(model)).fit(X, y)
    with pytest.raises(ValueError, match="share of signal in training is not known"):
        skpnn.log_likelihood_ratio(calibrated, X, hypotheses=[1])


def test_one_share_for_each_hypothesis(shift):
    X, y, _ = shift
    model = Exact().fit(X.fillna(0), y)
    both = skpnn.log_likelihood_ratio(model, X, hypotheses=[1, 2], signal_fraction=[0.25, 0.5])
    one = skpnn.log_likelihood_ratio(model, X, hypotheses=[2], signal_fraction=0.5)
    assert both[2].tolist() == one[2].tolist()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_saturated_probabilities_stay_finite(dtype, probability):
    assert np.isfinite(log_odds(np.array([probability], dtype))).all()


def test_log_odds_are_antisymmetric_where_numbers_are_exact():
    p = np.arange(1, 64) / 64
    assert log_odds(p) == pytest.approx(-log_odds(1 - p))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "share of signal in training is not known"),
        ({"signal_fraction": 1.0}, "expected shares between 0 and 1"),
        ({"signal_fraction": [0.1, 0.2, 0.3]}, r"signal_fraction has shape \(3,\), expected"),
    ],
)
def test_mistaken_shares_are_named(shift, arguments, message):
    X, y, _ = shift
    model = LogisticRegression().fit(X.fillna(0), y)
    with pytest.raises(ValueError, match=message):
        skpnn.log_likelihood_ratio(model, X, hypotheses=[1, 2], **arguments)


def test_where_theta_is_given_the_share_is_not_known(shift):
    X, y, _ = shift
    given = X.assign(theta=X["theta"].fillna(1.0))
    with pytest.warns(skpnn.exceptions.ThetaLeakageWarning):
        model = skpnn.PNNClassifier(background_theta="given", epochs=1).fit(given, y)
    with pytest.raises(ValueError, match="or depends on θ: give signal_fraction"):
        skpnn.log_likelihood_ratio(model, X, hypotheses=[1])


def test_decisions_are_no_probabilities(shift):
    X, y, _ = shift
    with pytest.raises(ValueError, match="LinearSVC has no predict_proba"):
        skpnn.log_likelihood_ratio(LinearSVC().fit(X.fillna(0), y), X, hypotheses=[1])
