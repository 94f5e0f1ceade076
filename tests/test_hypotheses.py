"""assign_hypothesis and scan over DataFrames, arrays, pipelines and strangers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

import skpnn
from skpnn.engine import scanning
from skpnn.exceptions import ExtrapolationWarning

MASSES = [500, 750, 1000, 1250, 1500]


@pytest.fixture(autouse=True, params=["one by one", "at once"])
def way(request, monkeypatch):
    """Scan by a prediction at each hypothesis, and by one compiled call for all."""
    fewest = 0 if request.param == "at once" else np.inf
    monkeypatch.setattr(scanning, "FEWEST_PREDICTIONS", fewest)
    return request.param


def alike(scores, expected):
    # The features here are in GeV, unscaled where there is no pipeline: float32 rounds them.
    return np.allclose(scores, expected, rtol=1e-4, atol=1e-5)


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
        assert alike(scores[mass], expected)


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


def test_scan_transforms_once_where_theta_is_apart(fitted_pipeline, masses, monkeypatch):
    X, _ = masses
    rows = []
    transform = RobustScaler.transform
    monkeypatch.setattr(
        RobustScaler, "transform", lambda self, X: rows.append(len(X)) or transform(self, X)
    )
    skpnn.scan(fitted_pipeline, X, mass=np.linspace(500, 1500, 11))
    assert sum(rows) < 1.1 * len(X)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda inner: make_pipeline(RobustScaler(), inner),
        lambda inner: make_pipeline(RobustScaler(), GridSearchCV(inner, {}, cv=2)),
    ],
    ids=["pipeline", "search"],
)
def test_scan_of_nested_pipelines_equals_predicting(masses, wrapped):
    X, y = masses
    inner = make_pipeline(StandardScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    model = wrapped(inner).fit(X, y)
    expected = model.predict_proba(X.assign(mass=600))[:, 1]
    assert alike(skpnn.scan(model, X, mass=[500, 600])[600], expected)


def near_the_hypothesis(X):
    """Return X with a flag for the few events whose mass is within 5 GeV of the hypothesis."""
    return X.assign(near=(abs(X["m"] - X["mass"]) < 5).astype(float))[["m", "near", "mass"]]


def test_scan_sees_what_theta_does_to_few_events(masses):
    X, y = masses
    window = FunctionTransformer(near_the_hypothesis)
    model = make_pipeline(window, StandardScaler(), skpnn.PNNClassifier(epochs=5, random_state=0))
    model.fit(skpnn.inject(X, y, random_state=0), y)
    scores = skpnn.scan(model, X, mass=[500, 600])
    assert alike(scores[600], model.predict_proba(X.assign(mass=600))[:, 1])


def test_scan_keeps_features_that_are_missing_in_some_rows(masses):
    X, y = masses
    jet = np.where(np.arange(len(X)) % 3, y + np.random.default_rng(0).normal(size=len(X)), np.nan)
    X = X.assign(jet=jet)[["jet", "m", "mass"]]
    model = make_pipeline(RobustScaler(), HistGradientBoostingClassifier(random_state=0))
    model.fit(skpnn.inject(X, y, random_state=0), y)
    scores = skpnn.scan(model, X, mass=[500, 750])
    assert alike(scores[750], model.predict_proba(X.assign(mass=750))[:, 1])


def test_scan_of_a_column_that_a_step_mixes_with_features_equals_predicting(masses):
    X, y = masses
    X = X.assign(width=1.0)
    pca = skpnn.on_features(PCA(2), theta="width")
    model = make_pipeline(pca, HistGradientBoostingClassifier(random_state=0))
    model.fit(skpnn.inject(X, y, theta="mass", random_state=0), y)
    scores = skpnn.scan(model, X, mass=[500, 750])
    assert alike(scores[750], model.predict_proba(X.assign(mass=750))[:, 1])


def test_a_column_that_is_not_the_networks_theta_is_an_error(masses):
    X, y = masses
    model = skpnn.PNNClassifier(theta="mass", epochs=1).fit(X[["mass", "m"]], y)
    with pytest.raises(ValueError, match=r"Column \['m'\] is assigned, but .*theta='mass'"):
        skpnn.scan(model, X[["mass", "m"]], hypotheses=[500, 750])


def test_half_a_hypothesis_is_an_error(masses):
    X, y = masses
    two = X.assign(width=X["mass"] / 10)
    model = skpnn.PNNClassifier(theta=["mass", "width"], epochs=1, random_state=0).fit(two, y)
    with pytest.raises(ValueError, match="hold only a part of θ"):
        skpnn.scan(model, two, mass=[500])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model, X: skpnn.scan(skpnn.PNNClassifier(), X, mass=[500]), "not fitted yet"),
        (lambda model, X: skpnn.scan(LinearRegression().fit([[0]], [0]), X), "has no classes_"),
        (lambda model, X: skpnn.scan(model, X[:0], mass=[500]), "X has 0 rows"),
        (lambda model, X: skpnn.scan(model, X, mass="500 GeV"), "are not numbers"),
        (lambda model, X: skpnn.scan(model, X[["m"]], mass=[500]), r"X.assign\(mass=float\('nan'"),
        (lambda model, X: skpnn.scan(model, X, theta=[0.5, 1.5]), "go to hypotheses="),
        (lambda model, X: skpnn.assign_hypothesis(X), "names no hypothesis"),
        (lambda model, X: skpnn.assign_hypothesis(X, [500, 750]), "got 2 hypotheses"),
    ],
)
def test_mistakes_are_named(fitted_pipeline, masses, call, message):
    with pytest.raises(ValueError, match=message):
        call(fitted_pipeline, masses[0])


def test_scan_falls_back_where_theta_mixes_with_features(masses):
    X, y = masses
    injected = skpnn.inject(X, y, random_state=0)
    model = make_pipeline(RobustScaler(), PolynomialFeatures(2), LogisticRegression())
    model.fit(injected, y)
    scores = skpnn.scan(model, X, mass=[500, 900])
    assert alike(scores[900], model.predict_proba(X.assign(mass=900))[:, 1])


def test_scan_warns_of_extrapolation_once_in_the_users_units(fitted_pipeline, masses):
    with pytest.warns(ExtrapolationWarning, match=r"mass = \[400, 2000\]") as caught:
        skpnn.scan(fitted_pipeline, masses[0], mass=[400, 750, 2000])
    assert len(caught) == 1


@pytest.mark.parametrize("background", [0, 1])
def test_scan_is_what_the_network_predicts_whichever_class_is_background(masses, background):
    X, y = masses
    labels = y if background == 0 else 1 - y
    model = skpnn.PNNClassifier(epochs=2, background_label=background, random_state=0)
    scores = skpnn.scan(model.fit(X, labels), X, mass=MASSES)
    for mass in MASSES:
        expected = model.predict_proba(X.assign(mass=mass))[:, 1 - background]
        assert alike(scores[mass], expected)


@pytest.mark.parametrize("scaled", [False, True])
def test_scan_of_one_theta_keeps_the_others(scaled):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 4)), columns=["x", "z", "mass", "width"])
    # The first rows look as if width were one number.
    X["width"] = np.where(np.arange(200) < 20, 0.1, rng.choice([0.1, 0.3], 200))
    network = skpnn.PNNClassifier(theta=("mass", "width"), epochs=1, random_state=0)
    scaler = RobustScaler().set_output(transform="pandas")
    model = make_pipeline(scaler, network) if scaled else network
    model.fit(X, np.arange(200) % 2)
    scores = skpnn.scan(model, X, mass=[-1.0, 0.5])
    assert alike(scores[0.5], model.predict_proba(X.assign(mass=0.5))[:, 1])


def test_scan_of_theta_and_a_feature_assigns_both():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(99, 3)), columns=["x", "z", "mass"])
    model = skpnn.PNNClassifier(epochs=2, random_state=0).fit(X, np.arange(99) % 2)
    scores = skpnn.scan(model, X, mass=[-1.0, 0.5], z=3.0).to_numpy()
    for k, mass in enumerate([-1.0, 0.5]):
        assert alike(scores[:, k], model.predict_proba(X.assign(mass=mass, z=3.0))[:, 1])


def test_scan_reads_nothing_of_the_theta_given(masses):
    X, y = masses
    model = skpnn.PNNClassifier(epochs=1, random_state=0).fit(X, y)
    words = X.assign(mass="none")
    assert alike(skpnn.scan(model, words, mass=[600]), skpnn.scan(model, X, mass=[600]))


def test_scan_has_the_networks_precision(fitted_pipeline, masses):
    assert set(skpnn.scan(fitted_pipeline, masses[0], mass=MASSES).dtypes) == {np.dtype("float32")}


@pytest.mark.parametrize("wrong", [np.inf, np.nan])
def test_scan_refuses_features_that_are_no_numbers(fitted_pipeline, masses, wrong):
    X = masses[0].copy()
    X.iloc[3, 0] = wrong
    with pytest.raises(ValueError, match="Input X contains"):
        skpnn.scan(fitted_pipeline, X, mass=MASSES)


def test_scan_goes_through_a_search(masses):
    X, y = masses
    pipeline = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    search = GridSearchCV(pipeline, {"pnnclassifier__alpha": [0.0]}, cv=2).fit(X, y)
    assert skpnn.scan(search, X, mass=[500, 750]).shape == (len(X), 2)


def test_hypotheses_given_twice_are_an_error(fitted_pipeline, masses):
    with pytest.raises(ValueError, match="given twice"):
        skpnn.scan(fitted_pipeline, masses[0], hypotheses=[500], mass=[750])


def test_a_continuum_of_theta_must_be_named(fitted_pipeline, masses):
    X, _ = masses
    spread = X.assign(mass=np.linspace(500, 1500, len(X)))
    with pytest.raises(ValueError, match="1500 distinct hypotheses; name those"):
        skpnn.scan(fitted_pipeline, spread)


def test_background_is_what_the_outermost_says(masses):
    X, y = masses
    labels = np.where(y == 1, "a Z'", "ttbar")
    drawn = skpnn.inject(X, labels, background_label="ttbar", random_state=0)
    trees = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(drawn, labels)
    calibrated = skpnn.HypothesisCalibratedClassifier(
        FrozenEstimator(trees), theta="mass", background_label="ttbar"
    ).fit(X, labels)
    table = skpnn.score_scan(calibrated, X, labels)
    given = skpnn.score_scan(calibrated, X, labels, background_label="ttbar")
    pd.testing.assert_frame_equal(table, given)


def test_a_tuned_threshold_is_opened(masses):
    X, y = masses
    network = skpnn.PNNClassifier(background_label=1, epochs=2, random_state=0)
    tuned = TunedThresholdClassifierCV(network, cv=2).fit(
        skpnn.inject(X, 1 - y, background_label=1), 1 - y
    )
    expected = skpnn.scan(tuned.estimator_, X, mass=[600])
    assert alike(skpnn.scan(tuned, X, mass=[600]), expected)


@pytest.mark.parametrize("mass", [1e8, 1e-8])
def test_theta_of_any_size_is_seen_to_change(masses, mass):
    X, y = masses
    scaled = (X * mass).astype("float32")
    model = skpnn.PNNClassifier(epochs=1, random_state=0).fit(scaled, y)
    assert skpnn.scan(model, scaled, mass=[np.float32(500 * mass)]).shape == (len(X), 1)


def test_huge_hypotheses_keep_their_value(masses):
    X, y = masses
    drawn = skpnn.inject(X, y, random_state=0)
    trees = HistGradientBoostingClassifier(max_iter=1).fit(drawn, y)
    assert skpnn.scan(trees, X, mass=[1e19]).columns.tolist() == [1e19]
