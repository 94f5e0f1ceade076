"""assign_hypothesis, scan and score_scan over DataFrames, arrays, pipelines and strangers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, RobustScaler

import skpnn
from skpnn.exceptions import ExtrapolationWarning
from skpnn.metrics import weighted_auc

MASSES = [500, 750, 1000, 1250, 1500]


def test_assign_hypothesis_leaves_the_original_alone(masses):
    X, _ = masses
    before = X.copy()
    skpnn.assign_hypothesis(X, mass=750)
    pd.testing.assert_frame_equal(X, before)


def test_assign_hypothesis_to_an_array_is_by_index():
    assigned = skpnn.assign_hypothesis(np.array([[1, 2], [3, 4]]), 0.5, theta=0)
    assert assigned.tolist() == [[0.5, 2.0], [0.5, 4.0]]


def test_assign_hypothesis_takes_several_theta_by_name():
    X = pd.DataFrame({"width": [0.0], "pt": [30.0], "mass": [0.0]})
    assert skpnn.assign_hypothesis(X, mass=750, width=0.1).iloc[0].tolist() == [0.1, 30.0, 750.0]


def test_assign_hypothesis_takes_one_only(masses):
    with pytest.raises(ValueError, match="got 2 hypotheses, expected one"):
        skpnn.assign_hypothesis(masses[0], mass=[500, 750])


def test_scan_has_one_column_per_hypothesis(fitted_pipeline, masses):
    scores = skpnn.scan(fitted_pipeline, masses[0], mass=MASSES)
    assert scores.columns.tolist() == MASSES
    assert scores.columns.name == "mass"
    assert scores.index.equals(masses[0].index)


def test_scan_equals_predicting_at_each_hypothesis(fitted_pipeline, masses):
    X, _ = masses
    scores = skpnn.scan(fitted_pipeline, X, mass=[625, 875.5])
    for mass in (625, 875.5):
        expected = fitted_pipeline.predict_proba(X.assign(mass=mass))[:, 1]
        assert np.array_equal(scores[mass], expected)


def test_scan_of_an_array_returns_an_array(masses):
    X, y = masses
    model = skpnn.PNNClassifier(epochs=1, random_state=0).fit(X.to_numpy(), y)
    assert skpnn.scan(model, X.to_numpy(), hypotheses=MASSES).shape == (len(X), 5)


def test_scan_defaults_to_the_hypotheses_given(fitted_pipeline, masses):
    assert skpnn.scan(fitted_pipeline, masses[0]).columns.tolist() == MASSES


def test_scan_takes_the_product_of_two_keywords():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(20, 3)), columns=["x", "mass", "width"])
    model = LogisticRegression().fit(X, rng.integers(2, size=20))
    scores = skpnn.scan(model, X, mass=[1, 2], width=[0.1, 0.2, 0.3])
    assert scores.shape == (20, 6)
    assert scores.columns.names == ["mass", "width"]


class CountingScaler(RobustScaler):
    """Counts the rows that it transforms."""

    rows = 0

    def transform(self, X):
        type(self).rows += len(X)
        return super().transform(X)


def test_scan_transforms_once_where_theta_is_apart(masses):
    X, y = masses
    model = make_pipeline(CountingScaler(), skpnn.PNNClassifier(epochs=1, random_state=0)).fit(X, y)
    CountingScaler.rows = 0
    skpnn.scan(model, X, mass=np.linspace(500, 1500, 11))
    assert CountingScaler.rows < 1.2 * len(X)


def test_scan_falls_back_where_theta_mixes_with_features(masses):
    X, y = masses
    injected = skpnn.inject(X, y, random_state=0)
    model = make_pipeline(RobustScaler(), PolynomialFeatures(2), LogisticRegression())
    model.fit(injected, y)
    scores = skpnn.scan(model, X, mass=[500, 900])
    assert np.array_equal(scores[900], model.predict_proba(X.assign(mass=900))[:, 1])


def test_scan_warns_of_extrapolation_once_in_the_users_units(fitted_pipeline, masses):
    with pytest.warns(ExtrapolationWarning, match=r"mass = \[400.0, 2000.0\]") as caught:
        skpnn.scan(fitted_pipeline, masses[0], mass=[400, 750, 2000])
    assert len(caught) == 1


def test_scan_goes_through_a_search(masses):
    X, y = masses
    pipeline = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    search = GridSearchCV(pipeline, {"pnnclassifier__alpha": [0.0]}, cv=2).fit(X, y)
    assert skpnn.scan(search, X, mass=[500, 750]).shape == (len(X), 2)


def test_scan_returns_the_signals_column(masses):
    X, y = masses
    straight = skpnn.PNNClassifier(epochs=20, random_state=0)
    flipped = skpnn.PNNClassifier(epochs=20, background_label=1, random_state=0)
    scaled = pd.DataFrame(RobustScaler().fit_transform(X), columns=X.columns)
    for model, labels in ((straight, y), (flipped, 1 - y)):
        table = skpnn.score_scan(model.fit(scaled, labels), scaled, labels)
        assert table["auc"].min() > 0.8


def test_hypotheses_given_twice_are_an_error(fitted_pipeline, masses):
    with pytest.raises(ValueError, match="given twice"):
        skpnn.scan(fitted_pipeline, masses[0], hypotheses=[500], mass=[750])


def test_a_continuum_of_theta_must_be_named(fitted_pipeline, masses):
    X, _ = masses
    spread = X.assign(mass=np.linspace(500, 1500, len(X)))
    with pytest.raises(ValueError, match="1500 distinct hypotheses; name those"):
        skpnn.scan(fitted_pipeline, spread)


def test_score_scan_puts_all_background_at_each_hypothesis(fitted_pipeline, masses):
    X, y = masses
    table = skpnn.score_scan(fitted_pipeline, X, y)
    signal, background = X[X["mass"] == 750], X[y == 0].assign(mass=750)
    expected = weighted_auc(
        fitted_pipeline.predict_proba(signal)[:, 1], fitted_pipeline.predict_proba(background)[:, 1]
    )
    assert table.set_index("mass")["auc"][750] == pytest.approx(expected, abs=1e-12)
    assert table["n_background"].tolist() == [750] * 5


def test_score_scan_marks_what_was_trained(masses):
    X, y = masses
    kept = X["mass"] != 1000
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    table = skpnn.score_scan(model.fit(X[kept], y[kept]), X, y)
    assert table["trained"].tolist() == [True, True, False, True, True]


def test_score_scan_keeps_negative_weights(fitted_pipeline, masses):
    X, y = masses
    weight = np.where(np.arange(len(X)) % 5 == 0, -0.5, 1.0)
    weighted = skpnn.score_scan(fitted_pipeline, X, y, sample_weight=weight)
    dropped = skpnn.score_scan(fitted_pipeline, X[weight > 0], y[weight > 0])
    assert not np.allclose(weighted["auc"], dropped["auc"])


def test_score_scan_works_with_boosted_trees(masses):
    X, y = masses
    trees = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    trees.fit(skpnn.inject(X, y, random_state=0), y)
    table = skpnn.score_scan(trees, X, y)
    assert table["auc"].between(0.8, 1.0).all()
    assert table["trained"].isna().all()


def test_score_scan_needs_signal_at_each_hypothesis(fitted_pipeline, masses):
    with pytest.raises(ValueError, match=r"no signal event at \['mass'\] = \[875.0\]"):
        skpnn.score_scan(fitted_pipeline, *masses, mass=[875])


def test_score_scan_matches_masses_to_rounding(fitted_pipeline, masses):
    X, y = masses
    stored = X.assign(mass=X["mass"].replace(500, 499.99997))
    assert len(skpnn.score_scan(fitted_pipeline, stored, y, mass=MASSES)) == 5
