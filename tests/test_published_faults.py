"""The faults of published code for parametrised networks: one test for each."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.exceptions import ThetaLeakageWarning
from skpnn.metrics import weighted_auc


def test_theta_drawn_uniform_against_a_grid_is_warned_of(masses):
    X, y = masses
    model = skpnn.PNNClassifier(background_theta="uniform", epochs=1, random_state=0)
    with pytest.warns(ThetaLeakageWarning, match='Use background_theta="signal"'):
        model.fit(X, y)


@pytest.mark.parametrize("given", [True, False])
def test_weights_stay_with_shuffled_rows(given):
    """Events of weight zero hold labels that are wrong: any shift of the weights shows."""
    rng = np.random.default_rng(0)
    n = 4000
    y = rng.integers(2, size=n)
    wrong = rng.random(n) < 0.5
    X = np.column_stack([rng.normal(size=n) + 3 * (y ^ wrong), rng.choice([1.0, 2.0], n)])
    weight = np.where(wrong, 1e-6, 1.0)
    strategy = "given" if given else "signal"
    model = skpnn.PNNClassifier(8, background_theta=strategy, epochs=5, random_state=0)
    scores = model.fit(X, y, sample_weight=weight).predict_proba(X)[:, 1]
    right = ~wrong
    assert weighted_auc(scores[right & (y == 1)], scores[right & (y == 0)]) > 0.97


@pytest.mark.parametrize("early_stopping", [False, True])
def test_theta_drawn_before_the_split_is_redrawn_by_fit(masses, early_stopping):
    X, y = masses
    drawn_before = skpnn.inject(X, y, strategy=lambda rng, n: rng.uniform(500, 1500, n))
    model = skpnn.PNNClassifier(epochs=2, early_stopping=early_stopping, random_state=0)
    at_750 = X.assign(mass=750)
    expected = clone(model).fit(X, y).predict_proba(at_750)
    assert (model.fit(drawn_before, y).predict_proba(at_750) == expected).all()


@pytest.mark.parametrize("sentinel", [-1.0, -999.0])
def test_a_sentinel_left_over_in_background_is_caught(masses, sentinel):
    X, y = masses
    left_over = X.assign(mass=X["mass"].fillna(sentinel))
    model = skpnn.PNNClassifier(background_theta="given", epochs=1, random_state=0)
    with pytest.warns(ThetaLeakageWarning, match="θ"):
        model.fit(left_over, y)


def test_nan_left_over_in_background_is_an_error_where_theta_is_given(masses):
    model = skpnn.PNNClassifier(background_theta="given")
    with pytest.raises(ValueError, match="θ is NaN or infinite in 750 rows"):
        model.fit(*masses)


def test_the_scaler_sees_the_signals_theta_only(masses):
    X, y = masses
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    model.fit(X, y)
    assert model[0].center_[-1] == np.median(X["mass"][y == 1])


def test_background_is_evaluated_at_the_hypothesis_of_the_signal(masses, fitted_pipeline):
    """Scoring it at θ of its own rewards telling an easy mass from a hard one."""
    X, y = masses
    at_500 = skpnn.score_scan(fitted_pipeline, X, y, mass=[500])["auc"][0]
    pooled = fitted_pipeline.predict_proba(skpnn.inject(X, y, random_state=0))[:, 1]
    assert at_500 < weighted_auc(pooled[y == 1], pooled[y == 0])
