"""Signal of each hypothesis and all background put there: from an estimator, and from scores."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skpnn
from skpnn._hypothesis_scores import predicted_scores, scores_of

MASSES = [500, 750, 1000, 1250, 1500]


def distance(X):
    """Return how far the reconstructed mass is from the hypothesis, in terms of its resolution."""
    m, mass = np.asarray(X, dtype=float).T
    return np.abs(m / mass - 1)[:, np.newaxis] / 0.05


@pytest.fixture(scope="module")
def model(masses):
    X, y = masses
    return make_pipeline(FunctionTransformer(distance), LogisticRegression()).fit(
        skpnn.inject(X, y, random_state=0), y
    )


def of(model, X, y, **given):
    defaults = {
        "sample_weight": None,
        "hypotheses": None,
        "theta": -1,
        "window": None,
        "background_label": None,
        "keywords": {},
    }
    return scores_of(model, X, y, **defaults | given)


def test_background_is_scored_at_each_hypothesis(model, masses):
    X, y = masses
    found = of(model, X, y)
    assert found.grid.points.ravel().tolist() == MASSES
    for k, mass in enumerate(MASSES):
        expected = model.predict_proba(X[y == 0].assign(mass=mass))[:, 1]
        assert found.background[:, k] == pytest.approx(expected, abs=1e-12)


def test_signal_is_scored_at_its_hypothesis(model, masses):
    X, y = masses
    found = of(model, X, y)
    for k, mass in enumerate(MASSES):
        expected = model.predict_proba(X[X["mass"] == mass])[:, 1]
        assert found.signal[k] == pytest.approx(expected, abs=1e-12)


def test_signal_from_nearby_is_put_at_the_hypothesis(model, masses):
    X, y = masses
    found = of(model, X, y, keywords={"mass": [700]}, window=60)
    expected = model.predict_proba(X[X["mass"] == 750].assign(mass=700))[:, 1]
    assert found.signal[0] == pytest.approx(expected, abs=1e-12)


def test_weights_follow_their_events(model, masses):
    X, y = masses
    weight = np.arange(len(X)) - 100.0
    found = of(model, X, y, sample_weight=weight)
    assert found.background_weight.tolist() == weight[y == 0].tolist()
    for k, mass in enumerate(MASSES):
        assert found.weight_at(k).tolist() == weight[X["mass"] == mass].tolist()


def test_every_weight_is_one_by_default(model, masses):
    found = of(model, *masses)
    assert found.weight_at(0).tolist() == [1.0] * 150
    assert len(found) == 5


def test_what_was_trained_is_not_known_of_other_estimators(model, masses):
    assert of(model, *masses).trained == [None] * 5


def test_the_events_are_left_alone(model, masses):
    X, y = masses
    before = X.copy()
    of(model, X, y, keywords={"mass": [700]}, window=60)
    pd.testing.assert_frame_equal(X, before)


def test_sparse_events_are_refused(model, masses):
    X, y = masses
    with pytest.raises(ValueError, match="X is sparse; θ needs dense columns"):
        of(model, csr_array(X.to_numpy()), y)


@pytest.fixture
def scanned(model, masses):
    X, _ = masses
    return skpnn.scan(model, X, mass=MASSES)


def same(found, expected):
    assert found.grid.points.tolist() == expected.grid.points.tolist()
    assert found.background == pytest.approx(expected.background, abs=1e-12)
    for one, other in zip(found.signal, expected.signal, strict=True):
        assert one == pytest.approx(other, abs=1e-12)
    assert found.signal_weight.tolist() == expected.signal_weight.tolist()
    assert found.background_weight.tolist() == expected.background_weight.tolist()


def test_scores_of_a_scan_are_those_of_the_estimator(model, masses, scanned):
    X, y = masses
    weight = np.random.default_rng(0).normal(1, 1, len(X))
    found = predicted_scores(y, scanned, theta=X["mass"], sample_weight=weight)
    same(found, of(model, X, y, sample_weight=weight))
    assert found.grid.names == ["mass"]


def test_scores_in_an_array_need_their_hypotheses(masses, scanned):
    X, y = masses
    found = predicted_scores(y, scanned.to_numpy(), theta=X["mass"], hypotheses=MASSES)
    same(found, predicted_scores(y, scanned, theta=X["mass"]))
    with pytest.raises(ValueError, match=r"no DataFrame.*give hypotheses="):
        predicted_scores(y, scanned.to_numpy(), theta=X["mass"])


def test_scores_are_taken_by_position(masses, scanned):
    X, y = masses
    expected = predicted_scores(y, scanned, theta=X["mass"])
    found = predicted_scores(
        pd.Series(y.to_numpy(), index=y.index[::-1]),
        scanned.set_axis(np.zeros(len(y)), axis=0),
        theta=pd.Series(X["mass"].to_numpy(), index=X.index + 7, name="mass"),
    )
    same(found, expected)


def test_scores_at_two_theta():
    y = [0, 1, 1]
    theta = np.array([[np.nan, np.nan], [1, 0.1], [2, 0.1]])
    columns = pd.MultiIndex.from_product([[1, 2], [0.1]], names=["mass", "width"])
    scores = pd.DataFrame([[0.1, 0.2], [0.9, 0.8], [0.7, 0.6]], columns=columns)
    found = predicted_scores(y, scores, theta=theta)
    assert found.grid.names == ["mass", "width"]
    assert [one.tolist() for one in found.signal] == [[0.9], [0.6]]


def test_another_class_may_be_background(masses, scanned):
    X, y = masses
    found = predicted_scores(1 - y, scanned, theta=X["mass"], background_label=1)
    same(found, predicted_scores(y, scanned, theta=X["mass"]))


def test_theta_without_a_name_is_called_theta(masses, scanned):
    X, y = masses
    found = predicted_scores(y, scanned.to_numpy(), theta=X["mass"].to_numpy(), hypotheses=MASSES)
    assert found.grid.names == ["θ"]


@pytest.mark.parametrize(
    ("rows", "columns"), [(slice(None), slice(4)), (slice(None), [0, 1, 2, 3, 4, 4])]
)
def test_there_is_one_column_per_hypothesis(masses, scanned, rows, columns):
    X, y = masses
    table = scanned.to_numpy()[rows, columns]
    with pytest.raises(ValueError, match=r"scores has shape .* expected \(1500, 5\)"):
        predicted_scores(y, table, theta=X["mass"], hypotheses=MASSES)


def test_there_is_one_row_per_event(masses, scanned):
    X, y = masses
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        predicted_scores(y, scanned[:-1], theta=X["mass"])


def test_scores_without_signal_are_an_error(masses, scanned):
    X, y = masses
    with pytest.raises(ValueError, match=r"no signal event at \['mass'\] = \[625.0\]"):
        predicted_scores(y, scanned.rename(columns={500: 625}), theta=X["mass"])


@pytest.mark.parametrize("hypotheses", [None, [500]])
def test_signal_without_theta_is_an_error(model, masses, hypotheses):
    X, y = masses
    forgotten = X.assign(mass=X["mass"].where(np.arange(len(X)) != np.flatnonzero(y)[3]))
    with pytest.raises(ValueError, match="θ is NaN or infinite on 1 signal rows"):
        of(model, forgotten, y, hypotheses=hypotheses)


def test_hypotheses_that_are_not_those_of_the_columns_are_refused(model, masses):
    X, y = masses
    scanned = skpnn.scan(model, X, mass=[500, 750])
    with pytest.raises(ValueError, match="are not those of the columns of scores"):
        predicted_scores(y, scanned, theta=X["mass"], hypotheses=[750, 500])


def test_two_theta_without_names_are_numbered(masses):
    _, y = masses
    theta = np.column_stack([np.ones(len(y)), np.arange(len(y)) % 2])
    scores = pd.DataFrame(np.zeros((len(y), 2)), columns=pd.MultiIndex.from_product([[1], [0, 1]]))
    assert predicted_scores(y, scores, theta=theta).grid.names == ["θ1", "θ2"]


def test_theta_in_a_table_has_its_names(masses):
    _, y = masses
    theta = pd.DataFrame({"mass": np.ones(len(y)), "width": np.ones(len(y))})
    found = predicted_scores(y, np.zeros((len(y), 1)), theta=theta, hypotheses=[[1, 1]])
    assert found.grid.names == ["mass", "width"]


def test_labels_that_were_not_trained_with_are_named(model, masses):
    X, y = masses
    message = r"y holds \['bkg', 'sig'\], but the estimator was trained with the classes \[0, 1\]"
    with pytest.raises(ValueError, match=message):
        of(model, X, np.where(y == 1, "sig", "bkg"))
