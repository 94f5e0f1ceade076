"""LeaveOneHypothesisOut: what is left out leaves training altogether."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score

from skpnn.exceptions import SkpnnWarning
from skpnn.model_selection import LeaveOneHypothesisOut

MASSES = [500.0, 750.0, 1000.0]


@pytest.fixture
def sample():
    """Return a frame of 9 signal events at three masses and 10 background events without."""
    mass = np.concatenate([np.tile(MASSES, 3), np.full(10, np.nan)])
    return pd.DataFrame({"m": np.arange(19.0), "mass": mass}), np.repeat([1, 0], [9, 10])


def given_theta(X, y):
    """Return X whose background holds masses, of which one is no signal's."""
    background = np.array([500.0, 750.0, 1000.0, 900.0, 750.00001] * 2)
    return X.assign(mass=np.where(y == 0, np.append(np.zeros(9), background), X["mass"]))


@st.composite
def drawn_samples(draw):
    """Return X of two to five hypotheses of one or two θ, with and without NaN, and y."""
    values = draw(st.lists(st.integers(1, 30), min_size=2, max_size=5, unique=True))
    n_theta = draw(st.integers(1, 2))
    grid = np.column_stack([np.array(values) * 50.0, np.array(values) ** 2])[:, :n_theta]
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    signal = np.concatenate([grid, rng.choice(grid, 10)])
    own = rng.choice(grid, draw(st.integers(0, 10)))
    theta = np.concatenate([signal, own, np.full((12, n_theta), np.nan)])
    y = np.repeat([1, 0], [len(signal), len(theta) - len(signal)])
    order = rng.permutation(len(y))
    return np.column_stack([rng.normal(size=len(y)), theta])[order], y[order], n_theta


splitters = st.builds(
    lambda seed: LeaveOneHypothesisOut(shuffle=seed is not None, random_state=seed),
    st.none() | st.integers(0, 99),
)


def prepared(splitter, n_theta):
    splitter.theta = list(range(1, 1 + n_theta))
    return splitter


@given(drawn_samples(), splitters)
def test_no_row_at_the_hypothesis_is_trained_on(drawn, splitter):
    X, y, n_theta = drawn
    prepared(splitter, n_theta)
    left_out = splitter.hypotheses(X, y)
    for hypothesis, (train, test) in zip(left_out, splitter.split(X, y), strict=True):
        assert not (X[train, 1:] == hypothesis).all(axis=1).any()
        assert set(np.flatnonzero((X[:, 1:] == hypothesis).all(axis=1))) <= set(test)


@given(drawn_samples(), splitters)
def test_every_row_is_tested_once_and_trained_on_otherwise(drawn, splitter):
    X, y, n_theta = drawn
    splits = list(prepared(splitter, n_theta).split(X, y))
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(len(y)))
    for train, test in splits:
        assert sorted([*train, *test]) == list(range(len(y)))


@given(drawn_samples(), splitters)
def test_shares_of_background_without_theta_differ_by_one_row_at_most(drawn, splitter):
    X, y, n_theta = drawn
    without = np.isnan(X[:, 1])
    splits = prepared(splitter, n_theta).split(X, y)
    shares = [without[test].sum() for _, test in splits]
    assert max(shares) - min(shares) <= 1


@given(drawn_samples(), splitters)
def test_both_parts_hold_both_classes(drawn, splitter):
    X, y, n_theta = drawn
    for train, test in prepared(splitter, n_theta).split(X, y):
        assert set(y[train]) == set(y[test]) == {0, 1}


def test_hypotheses_are_sorted(sample):
    assert LeaveOneHypothesisOut().hypotheses(*sample).tolist() == [[500.0], [750.0], [1000.0]]


def test_the_signal_tested_is_that_of_the_hypothesis(sample):
    X, y = sample
    tested = [X["mass"][test][y[test] == 1] for _, test in LeaveOneHypothesisOut().split(X, y)]
    assert [masses.tolist() for masses in tested] == [[mass] * 3 for mass in MASSES]


def test_background_is_dealt_in_turn(sample):
    X, y = sample
    first = next(LeaveOneHypothesisOut().split(X, y))[1]
    assert first[y[first] == 0].tolist() == [9, 12, 15, 18]


def test_background_with_theta_is_tested_at_its_own(sample):
    X, y = sample
    X = given_theta(X, y)
    tested = [X["mass"][test][y[test] == 0] for _, test in LeaveOneHypothesisOut().split(X, y)]
    assert [masses.round(3).tolist() for masses in tested] == [[500.0] * 2, [750.0] * 4, [1e3] * 2]


def test_background_at_a_theta_of_no_signal_is_always_trained_on(sample):
    X, y = sample
    X = given_theta(X, y)
    for train, _ in LeaveOneHypothesisOut().split(X, y):
        assert (X["mass"][train] == 900).sum() == 2


def test_rounded_theta_leave_together(sample):
    X, y = sample
    X.loc[3, "mass"] = 499.99997
    assert len(LeaveOneHypothesisOut().hypotheses(X, y)) == 3
    train, test = next(LeaveOneHypothesisOut().split(X, y))
    assert X["mass"][train].min() == 750
    assert {0, 3, 6} <= set(test)


def test_interpolated_only_leaves_the_ends_in(sample):
    splitter = LeaveOneHypothesisOut(interpolated_only=True)
    assert splitter.hypotheses(*sample).tolist() == [[750.0]]
    assert splitter.get_n_splits(*sample) == 1


def test_interpolated_only_changes_no_split(sample):
    (one,) = LeaveOneHypothesisOut(interpolated_only=True).split(*sample)
    every = list(LeaveOneHypothesisOut().split(*sample))
    np.testing.assert_array_equal(one[1], every[1][1])


def test_interpolated_only_of_two_theta_is_the_inside_of_the_box():
    mass, width = (axis.ravel() for axis in np.meshgrid([1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]))
    theta = np.column_stack([np.ones(12), mass, width])
    X = np.concatenate([theta, np.full((24, 3), np.nan)])
    splitter = LeaveOneHypothesisOut(theta=[1, 2], interpolated_only=True)
    assert splitter.hypotheses(X, np.repeat([1, 0], [12, 24])).tolist() == [[2, 2], [2, 3]]


def test_a_constant_theta_is_no_boundary(sample):
    X, y = sample
    X = X.assign(width=X["mass"] * 0 + 0.1)
    splitter = LeaveOneHypothesisOut(theta=["mass", "width"], interpolated_only=True)
    assert splitter.hypotheses(X, y).tolist() == [[750.0, 0.1]]


def test_background_may_be_the_larger_label(sample):
    X, y = sample
    splitter = LeaveOneHypothesisOut(background_label=1)
    assert len(splitter.hypotheses(X, 1 - y)) == 3


def test_shuffling_reproduces(sample):
    splitter = LeaveOneHypothesisOut(shuffle=True, random_state=3)
    for one, other in zip(splitter.split(*sample), splitter.split(*sample), strict=True):
        np.testing.assert_array_equal(one[1], other[1])


def test_shuffling_changes_what_background_is_tested(sample):
    plain, shuffled = (
        next(LeaveOneHypothesisOut(shuffle=s, random_state=r).split(*sample))[1].tolist()
        for s, r in ((False, None), (True, 0))
    )
    assert plain != shuffled


@pytest.mark.parametrize("missing", ["X", "y"])
def test_get_n_splits_needs_the_data(sample, missing):
    arguments = dict(zip("Xy", sample, strict=True)) | {missing: None}
    with pytest.raises(ValueError, match=f"The '{missing}' parameter should not be None"):
        LeaveOneHypothesisOut().get_n_splits(**arguments)


def test_one_hypothesis_is_an_error(sample):
    X, y = sample
    with pytest.raises(ValueError, match=r"one hypothesis only, θ = \[\[500.0\]\]"):
        list(LeaveOneHypothesisOut().split(X.assign(mass=500.0), y))


def test_a_continuum_is_to_be_binned():
    X, y = np.ones((600, 2)), np.repeat([1, 0], 300)
    X[:, 1] = np.random.default_rng(0).uniform(500, 1500, 600)
    with pytest.raises(ValueError, match=r"distinct θ, more than 200: .* Bin θ"):
        list(LeaveOneHypothesisOut().split(X, y))


def test_nothing_inside_is_an_error(sample):
    X, y = sample
    kept = X["mass"] != 750
    with pytest.raises(ValueError, match=r"None of the 2 hypotheses, .* lies inside the box"):
        list(LeaveOneHypothesisOut(interpolated_only=True).split(X[kept], y[kept]))


def test_no_background_to_test_on_is_an_error(sample):
    X, y = sample
    with pytest.raises(ValueError, match=r"θ = \[500.0\] leaves no background to test on: 0 of 10"):
        list(LeaveOneHypothesisOut().split(X.fillna(900.0), y))


def test_no_background_to_train_on_is_an_error(sample):
    X, y = sample
    with pytest.raises(ValueError, match="leaves no background to train on: 10 of 10"):
        list(LeaveOneHypothesisOut().split(X.fillna(500.0), y))


def test_signal_without_theta_is_an_error(sample):
    X, y = sample
    X.loc[0, "mass"] = np.nan
    with pytest.raises(ValueError, match="NaN or infinite on 1 signal rows"):
        list(LeaveOneHypothesisOut().split(X, y))


def test_a_seed_that_is_not_used_is_an_error(sample):
    with pytest.raises(ValueError, match="has no effect, since shuffle=False"):
        list(LeaveOneHypothesisOut(random_state=0).split(*sample))


def test_groups_are_ignored_with_a_warning(sample):
    with pytest.warns(SkpnnWarning, match="groups parameter is ignored by LeaveOne"):
        LeaveOneHypothesisOut().split(*sample, groups=np.ones(19))


def test_repr_is_the_constructors_call():
    expected = "LeaveOneHypothesisOut(background_label=None, interpolated_only=True,"
    assert repr(LeaveOneHypothesisOut(interpolated_only=True)).startswith(expected)


def test_cross_validation_and_searches_take_it(sample):
    X, y = sample
    model, cv = HistGradientBoostingClassifier(max_iter=2), LeaveOneHypothesisOut()
    assert len(cross_val_score(model, X, y, cv=cv, scoring="roc_auc")) == 3
    assert cross_val_predict(model, X, y, cv=cv).shape == (19,)
    assert GridSearchCV(model, {"max_depth": [1, 2]}, cv=cv).fit(X, y).n_splits_ == 3
