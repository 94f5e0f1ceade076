"""EventNumberClassifier: no event is scored by a network that was trained on it."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from joblib import parallel_config
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

import skpnn
from skpnn.model_selection import EventNumberClassifier, EventNumberKFold

FEATURES = ["x", "z"]


@pytest.fixture
def sample():
    """Return 400 events with numbers in no order, and labels that features tell a little of."""
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=400)
    X = pd.DataFrame(rng.normal(size=(400, 2)) + 0.5 * y[:, np.newaxis], columns=FEATURES)
    X.insert(0, "event", rng.permutation(1000)[:400])
    return X, y


@pytest.fixture
def new_events():
    """Return 50 events whose numbers are none of the sample's."""
    X = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 2)), columns=FEATURES)
    X.insert(0, "event", np.arange(5000, 5050))
    return X


@pytest.fixture
def model(sample):
    """Return a classifier of trees, which know by heart what they saw, fitted on the sample."""
    tree = DecisionTreeClassifier(min_samples_leaf=2, random_state=0)
    return EventNumberClassifier(tree, n_splits=4).fit(*sample)


def mean_of_all(model, X):
    """Return the mean of the networks' probabilities, for X without event numbers."""
    return np.mean([one.predict_proba(X) for one in model.estimators_], axis=0)


def test_labels_known_by_heart_do_not_show():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(4000, 3)), columns=["x", "z", "w"])
    X["event"], y = rng.permutation(4000), rng.integers(2, size=4000)
    neighbour = KNeighborsClassifier(1)
    direct = neighbour.fit(X, y).predict_proba(X)[:, 1]
    out_of_fold = EventNumberClassifier(neighbour).fit(X, y).predict_proba(X)[:, 1]
    assert roc_auc_score(y, direct) == 1
    assert roc_auc_score(y, out_of_fold) == pytest.approx(0.5, abs=0.03)


def test_training_events_are_scored_by_the_network_that_did_not_see_them(model, sample):
    X, y = sample
    scores = model.predict_proba(X)
    for fold, (train, test) in enumerate(EventNumberKFold(4).split(X)):
        alone = clone(model.estimator).fit(X[FEATURES].iloc[train], y[train])
        expected = alone.predict_proba(X[FEATURES].iloc[test])
        np.testing.assert_array_equal(scores[test], expected)
        np.testing.assert_array_equal(
            model.estimators_[fold].predict_proba(X[FEATURES]), alone.predict_proba(X[FEATURES])
        )


def test_new_events_are_scored_by_the_mean(model, new_events):
    expected = mean_of_all(model, new_events[FEATURES])
    np.testing.assert_array_equal(model.predict_proba(new_events), expected)


@pytest.mark.parametrize("number", [np.nan, -1.0, 0.5, None])
def test_events_without_a_number_are_new(model, sample, number):
    X, _ = sample
    expected = mean_of_all(model, X[FEATURES])
    np.testing.assert_array_equal(model.predict_proba(X.assign(event=number)), expected)


def test_events_without_the_column_are_new(model, sample):
    X, _ = sample
    expected = mean_of_all(model, X[FEATURES])
    np.testing.assert_array_equal(model.predict_proba(X[FEATURES]), expected)


def test_a_score_depends_on_nothing_but_the_event(model, sample, new_events):
    both = pd.concat([sample[0], new_events], ignore_index=True).sample(frac=1, random_state=0)
    one_by_one = [model.predict_proba(both.iloc[[row]])[0] for row in range(len(both))]
    np.testing.assert_array_equal(model.predict_proba(both), one_by_one)


def test_the_same_number_in_two_samples_shares_a_fold(sample):
    X, y = sample
    twice = pd.concat([X, X], ignore_index=True)
    model = EventNumberClassifier(KNeighborsClassifier(1)).fit(twice, np.concatenate([y, y]))
    once = EventNumberClassifier(KNeighborsClassifier(1)).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), once.predict_proba(X))


def test_attributes(model, sample):
    X, _ = sample
    assert len(model.estimators_) == 4
    assert model.classes_.tolist() == [0, 1]
    assert model.n_features_in_ == 3
    assert model.feature_names_in_.tolist() == ["event", *FEATURES]
    assert model.event_numbers_.tolist() == sorted(X["event"])
    assert not hasattr(model, "background_label_")


def test_the_networks_do_not_see_event_numbers(model):
    assert model.estimators_[0].feature_names_in_.tolist() == FEATURES


def test_predict_returns_labels(sample):
    X, y = sample
    words = np.array(["background", "signal"])[y]
    model = EventNumberClassifier(LogisticRegression()).fit(X, words)
    assert set(model.predict(X)) == {"background", "signal"}
    assert model.score(X, words) > 0.6


@pytest.mark.parametrize("column", [0, -3])
def test_arrays_have_event_numbers_by_index(model, sample, new_events, column):
    X, y = sample
    other = clone(model).set_params(event_number=column).fit(X.to_numpy(), y)
    np.testing.assert_array_equal(other.predict_proba(X.to_numpy()), model.predict_proba(X))
    without = new_events[FEATURES]
    np.testing.assert_array_equal(
        other.predict_proba(without.to_numpy()), model.predict_proba(without)
    )


def test_a_column_by_index_is_found_by_name_afterwards(model, sample):
    X, y = sample
    other = clone(model).set_params(event_number=0).fit(X, y)
    moved = X[[*FEATURES, "event"]]
    np.testing.assert_array_equal(other.predict_proba(moved), model.predict_proba(X))


def test_arrays_of_another_width_are_an_error(model, sample):
    X, y = sample
    other = clone(model).set_params(event_number=0).fit(X.to_numpy(), y)
    with pytest.raises(ValueError, match=r"X has 1 features, but .* expecting 3 .* or one less"):
        other.predict_proba(np.ones((5, 1)))


def test_weights_reach_the_networks(sample):
    X, y = sample
    kept = np.arange(400) % 3 > 0
    tree = EventNumberClassifier(DecisionTreeClassifier(random_state=0))
    weighted = clone(tree).fit(X, y, sample_weight=kept)
    np.testing.assert_array_equal(
        weighted.predict_proba(X[FEATURES]), tree.fit(X[kept], y[kept]).predict_proba(X[FEATURES])
    )


@pytest.mark.parametrize("nested", [False, True])
def test_weights_reach_the_last_step_of_a_pipeline(sample, nested):
    X, y = sample
    weight = np.random.default_rng(2).uniform(size=400)
    last = make_pipeline("passthrough", LogisticRegression()) if nested else LogisticRegression()
    pipeline = EventNumberClassifier(make_pipeline("passthrough", last))
    plain = EventNumberClassifier(LogisticRegression())
    np.testing.assert_array_equal(
        pipeline.fit(X, y, sample_weight=weight).predict_proba(X),
        plain.fit(X, y, sample_weight=weight).predict_proba(X),
    )


@pytest.mark.parametrize("in_pipeline", [False, True])
def test_weights_are_routed(sample, in_pipeline):
    X, y = sample
    weight = np.random.default_rng(2).uniform(size=400)
    expected = EventNumberClassifier(LogisticRegression()).fit(X, y, sample_weight=weight)
    with sklearn.config_context(enable_metadata_routing=True):
        inner = LogisticRegression().set_fit_request(sample_weight=True)
        inner = make_pipeline("passthrough", inner) if in_pipeline else inner
        model = EventNumberClassifier(inner).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=False)
        search = GridSearchCV(model, {"n_splits": [5]}, cv=2).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(search.predict_proba(X), expected.predict_proba(X))


def test_a_failing_fit_changes_nothing(model, sample):
    X, y = sample
    before = dict(vars(model))
    with pytest.raises(ValueError, match="contains NaN"):
        model.set_params(estimator=LogisticRegression()).fit(X.assign(x=np.nan), y)
    del before["estimator"]
    assert {name: vars(model)[name] for name in before} == before


@pytest.mark.parametrize(
    ("arguments", "change", "message"),
    [
        ({"n_splits": 1}, {}, "n_splits=1 is not possible"),
        ({"event_number": "number"}, {}, "event_number='number' is not one column of X"),
        ({"event_number": None}, {}, "event_number=None is no column of X"),
        ({}, {"event": np.nan}, "400 rows have no event number"),
        ({}, {"event": -0.5}, "400 rows have no event number.* scale features only"),
        ({}, {"event": np.arange(400) * 5}, "remainder 1 .* that fold is empty"),
        ({"estimator": LinearSVC()}, {}, "has no fit or no predict_proba"),
    ],
)
def test_mistakes_are_named(sample, arguments, change, message):
    X, y = sample
    model = EventNumberClassifier(LogisticRegression()).set_params(**arguments)
    with pytest.raises(ValueError, match=message):
        model.fit(X.assign(**change), y)


def test_every_fold_needs_every_class(sample):
    X, _ = sample
    y = np.where(X["event"] % 5 == 3, 0, np.arange(400) % 2)
    with pytest.raises(ValueError, match=r"Fold 3, .* has no event of class \[1\]"):
        EventNumberClassifier(LogisticRegression()).fit(X, y)


def test_one_class_is_an_error(sample):
    with pytest.raises(ValueError, match="y has one class only"):
        EventNumberClassifier(LogisticRegression()).fit(sample[0], np.ones(400))


def test_a_target_that_is_no_class_is_an_error(sample):
    with pytest.raises(ValueError, match="continuous"):
        EventNumberClassifier(LogisticRegression()).fit(sample[0], np.linspace(0, 1, 400))


def test_it_is_pickled(model, sample):
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict_proba(sample[0]), model.predict_proba(sample[0]))


def test_it_is_cloned(model):
    assert repr(clone(model)) == repr(model)
    assert not hasattr(clone(model), "estimators_")


def test_it_stands_at_the_end_of_a_pipeline(model, sample):
    X, y = sample
    scaler = ColumnTransformer([("scale", StandardScaler(), FEATURES)], remainder="passthrough")
    pipeline = make_pipeline(scaler, clone(model).set_params(event_number=-1)).fit(X, y)
    assert pipeline.predict_proba(X).shape == (400, 2)
    np.testing.assert_array_equal(pipeline[-1].event_numbers_, model.event_numbers_)


def test_it_is_cross_validated(sample):
    model = EventNumberClassifier(LogisticRegression())
    scores = cross_val_score(model, *sample, cv=EventNumberKFold(3), scoring="roc_auc")
    assert scores.min() > 0.6


def test_jobs_train_the_same(model, sample):
    with parallel_config("threading"):
        other = clone(model).set_params(n_jobs=2).fit(*sample)
    scores = other.predict_proba(sample[0])
    np.testing.assert_array_equal(scores, model.predict_proba(sample[0]))


class LabelledClassifier(LogisticRegression):
    """A classifier that says, as PNNClassifier does, which class it takes for background."""

    def fit(self, X, y, sample_weight=None):
        self.background_label_ = 1
        return super().fit(X, y, sample_weight)


class DrawingClassifier(HistGradientBoostingClassifier):
    """A classifier that says, as PNNClassifier does, that it draws missing θ."""

    def fit(self, X, y):
        self.theta_sample_ = np.zeros((1, 1))
        return super().fit(X, y)


@pytest.fixture
def drawing(sample):
    """Return an EventNumberClassifier of networks that draw missing θ."""
    return EventNumberClassifier(DrawingClassifier(max_iter=3), n_splits=3).fit(*sample)


def test_new_events_without_theta_are_scored_by_one_network(drawing, new_events):
    mixed = new_events[FEATURES].assign(z=np.where(np.arange(50) % 2, new_events["z"], np.nan))
    scores = drawing.predict_proba(mixed)
    alone = np.array([one.predict_proba(mixed) for one in drawing.estimators_])
    np.testing.assert_array_equal(scores[1::2], alone.mean(axis=0)[1::2])
    is_that = (scores == alone).all(axis=2)[:, ::2]
    assert is_that.any(axis=0).all()
    assert is_that.any(axis=1).all()


def test_the_network_for_an_event_without_theta_depends_on_nothing_else(drawing, new_events):
    missing = new_events.assign(z=np.nan)
    expected = drawing.predict_proba(missing)
    np.testing.assert_array_equal(drawing.predict_proba(missing[::-1])[::-1], expected)
    np.testing.assert_array_equal(drawing.predict_proba(missing[FEATURES][7:9]), expected[7:9])


@pytest.mark.slow
def test_the_pooled_auc_of_events_without_theta_is_not_above_the_optimum():
    X, y = skpnn.datasets.BaldiToy().sample(1000, random_state=0)
    X.insert(0, "event", np.random.default_rng(0).permutation(len(X)))
    pnn = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=10, random_state=0))
    model = EventNumberClassifier(pnn, n_splits=3)
    scores = cross_val_score(model, X, y, cv=EventNumberKFold(2), scoring="roc_auc")
    assert scores == pytest.approx(0.95, abs=0.01)


def parametrised(masses):
    """Return X with event numbers and injected masses, and y."""
    X, y = masses
    X = skpnn.inject(X, y, random_state=0)
    X.insert(0, "event", np.random.default_rng(0).permutation(len(X)))
    return X, y


def test_a_scan_scores_no_event_with_a_network_that_saw_it(masses):
    X, y = parametrised(masses)
    tree = make_pipeline(RobustScaler(), DecisionTreeClassifier(random_state=0))
    model = EventNumberClassifier(tree).fit(X, y)
    scores = skpnn.scan(model, X, mass=[500, 750])
    for fold, (_, test) in enumerate(EventNumberKFold().split(X)):
        at_mass = X.iloc[test].drop(columns="event").assign(mass=750.0)
        expected = model.estimators_[fold].predict_proba(at_mass)[:, 1]
        np.testing.assert_array_equal(scores[750].iloc[test], expected)


def test_score_scan_looks_at_events_out_of_fold(masses):
    X, y = parametrised(masses)
    labels = np.random.default_rng(0).permutation(y)
    direct, out_of_fold = (
        skpnn.score_scan(one.fit(X, labels), X, labels, theta="mass")["auc"]
        for one in (KNeighborsClassifier(1), EventNumberClassifier(KNeighborsClassifier(1)))
    )
    assert direct.min() > 0.75
    assert out_of_fold.between(0.42, 0.58).all()


@pytest.mark.parametrize("classifier", [LabelledClassifier, LogisticRegression])
def test_a_scan_knows_which_class_the_networks_take_for_background(masses, classifier):
    X, y = parametrised(masses)
    pipeline = make_pipeline(RobustScaler(), classifier())
    model = EventNumberClassifier(pipeline).fit(X, y)
    signal = 0 if classifier is LabelledClassifier else 1
    expected = model.predict_proba(X.assign(mass=750.0))[:, signal]
    np.testing.assert_array_equal(skpnn.scan(model, X, mass=[750])[750], expected)
