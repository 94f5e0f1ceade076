"""Permutation importance at each hypothesis: known answers, and who may be permuted."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn._telling import tell
from skpnn.exceptions import ExtrapolationWarning
from skpnn.inspection import permutation_importance

PROBLEM = skpnn.datasets.ResonanceOnExponential()


class Exact(ClassifierMixin, BaseEstimator):
    """The optimal score of the first column, whatever stands between that and θ."""

    def __init__(self):
        self.classes_ = np.array([0, 1])

    def fit(self, X, y):
        return self

    def predict_proba(self, X):
        X = np.asarray(X, dtype=float)
        signal = PROBLEM.posterior(X[:, :1], X[:, -1])
        return np.column_stack([1 - signal, signal])


class Narrow(Exact):
    """It was trained at 500 GeV, and warns beyond."""

    def predict_proba(self, X):
        if (np.asarray(X)[:, -1] > 500).any():
            tell("beyond 500 GeV", ExtrapolationWarning, stacklevel=2)
        return super().predict_proba(X)


@pytest.fixture(scope="module")
def events():
    X, y = PROBLEM.sample(400, theta=[500, 1000], random_state=0)
    X.insert(1, "noise", np.random.default_rng(0).normal(size=len(X)))
    return X, y


def test_the_only_feature_used_is_worth_all_of_the_auc(events):
    table = permutation_importance(Exact(), *events, random_state=0)
    worth = table[table["feature"] == "m"].set_index("mass")["importance"]
    auc = skpnn.score_scan(Exact(), *events).set_index("mass")["auc"]
    # A permuted score has an AUC of ½, to within the fluctuation of five permutations.
    assert worth.to_numpy() == pytest.approx((auc - 0.5).to_numpy(), abs=0.03)


def test_a_feature_that_is_not_used_is_worth_nothing(events):
    table = permutation_importance(Exact(), *events, random_state=0)
    unused = table[table["feature"] == "noise"]
    assert (unused[["importance", "importance_error"]] == 0).all(axis=None)


def test_one_row_per_feature_and_hypothesis(events):
    table = permutation_importance(Exact(), *events, random_state=0)
    assert table["feature"].tolist() == ["m", "m", "noise", "noise"]
    assert table["mass"].tolist() == [500, 1000, 500, 1000]
    assert list(table) == ["feature", "mass", "importance", "importance_error"]


def test_the_error_is_that_of_the_mean(events):
    once, twice = (
        permutation_importance(Exact(), *events, features=["m"], n_repeats=n, random_state=3)
        for n in (1, 2)
    )
    # The mean of two permutations, of which the first is known.
    first = once["importance"].to_numpy()
    second = 2 * twice["importance"].to_numpy() - first
    assert twice["importance_error"].to_numpy() == pytest.approx(np.abs(first - second) / 2)


def test_weights_stay_with_their_events():
    # One heavy signal event; permuted values come from all events alike.
    X = pd.DataFrame({"m": [1000.0, 400, 400, 400], "mass": [1000, 1000, np.nan, np.nan]})
    y, weight = np.array([1, 1, 0, 0]), np.array([1e9, 1, 1, 1])
    table = permutation_importance(
        Exact(), X, y, sample_weight=weight, n_repeats=150, random_state=0
    )
    # The heavy event keeps 1000 GeV one time in four, else ties with or loses to background.
    # AUC: 1 → 1; at 400 GeV with 1000 GeV on the other signal event ½, on background ¼.
    expected = 1 - (1 / 4 * 1 + 1 / 4 * 1 / 2 + 2 / 4 * 1 / 4)
    error = table["importance_error"].item()
    assert table["importance"].item() == pytest.approx(expected, abs=4 * error)


@pytest.mark.parametrize("metric", ["log_loss", skpnn.metrics.log_loss])
def test_a_loss_rises(events, metric):
    table = permutation_importance(Exact(), *events, metric=metric, features=["m"], random_state=0)
    assert (table["importance"] > 0.5).all()


def test_arrays_give_the_same_by_index(events):
    X, y = events
    by_name = permutation_importance(Exact(), X, y, random_state=0)
    by_index = permutation_importance(Exact(), X.to_numpy(), y, random_state=0)
    assert by_index["importance"].tolist() == by_name["importance"].tolist()
    assert by_index["feature"].tolist() == [0, 0, 1, 1]


def test_a_pipeline_gives_the_same_as_what_it_holds(events):
    X, y = events
    injected = skpnn.inject(X, y, random_state=0)
    pipeline = make_pipeline(RobustScaler(), LogisticRegression()).fit(injected, y)
    scaler, final = pipeline[0], pipeline[-1]
    scaled = scaler.transform(X)
    expected = permutation_importance(final, scaled, y, random_state=0)
    table = permutation_importance(pipeline, X, y, random_state=0)
    assert table["importance"].to_numpy() == pytest.approx(expected["importance"].to_numpy())


def test_permutations_of_a_feature_do_not_depend_on_the_others(events):
    every = permutation_importance(Exact(), *events, random_state=0)
    alone = permutation_importance(Exact(), *events, features=[0], random_state=0)
    pd.testing.assert_frame_equal(alone, every.iloc[:2])


def test_random_state_determines_the_permutations(events):
    one, same, other = (
        permutation_importance(Exact(), *events, random_state=seed) for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_events_are_left_as_they_are(events):
    X, y = events
    before = X.copy()
    permutation_importance(Exact(), X, y, random_state=0)
    pd.testing.assert_frame_equal(X, before)


def test_one_permutation_has_no_error(events):
    table = permutation_importance(Exact(), *events, n_repeats=1, random_state=0)
    assert table["importance_error"].isna().all()


def test_extrapolation_is_told_once(events):
    with pytest.warns(ExtrapolationWarning) as told:
        permutation_importance(Narrow(), *events, random_state=0)
    assert [str(warning.message).split(" lies")[0] for warning in told] == ["mass = [1000]"]


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (["mass"], "'mass' of features= is θ"),
        ([-1], "-1 of features= is θ"),
        (["pt"], r"'pt' of features= is no column of X; its columns are \['m', 'noise', 'mass'\]"),
        ([3], "3 of features= is no column of X"),
    ],
)
def test_what_is_no_feature_is_refused(events, features, message):
    with pytest.raises(ValueError, match=message):
        permutation_importance(Exact(), *events, features=features)


def test_several_figures_of_merit_are_refused(events):
    with pytest.raises(ValueError, match="are 2; the importance is of one"):
        permutation_importance(Exact(), *events, metric=["auc", "asimov"])


def test_repeats_are_a_number(events):
    with pytest.raises(ValueError, match="n_repeats=0 is not possible"):
        permutation_importance(Exact(), *events, n_repeats=0)
