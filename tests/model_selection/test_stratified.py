"""StratifiedHypothesisKFold: every fold holds every class at every θ alike."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

from skpnn.exceptions import SkpnnWarning
from skpnn.model_selection import StratifiedHypothesisKFold

MASSES = [500.0, 750.0, 1000.0]


@st.composite
def samples(draw):
    """Return X of three masses and NaN in two classes, shuffled; y; and signed weights."""
    counts = draw(st.lists(st.integers(2, 12), min_size=6, max_size=6))
    theta = np.concatenate([np.repeat(MASSES * 2, counts), np.full(14, np.nan)])
    y = np.concatenate([np.repeat([0, 0, 0, 1, 1, 1], counts), np.repeat([0, 1], 7)])
    order = np.random.default_rng(draw(st.integers(0, 99))).permutation(len(y))
    weight = draw(st.lists(st.integers(-9, 9), min_size=len(y), max_size=len(y)).filter(any))
    return np.column_stack([np.arange(len(y)), theta])[order], y[order], np.array(weight)


splitters = st.builds(
    lambda n_splits, seed: StratifiedHypothesisKFold(
        n_splits, shuffle=seed is not None, random_state=seed
    ),
    st.integers(2, 7),
    st.none() | st.integers(0, 99),
)


def folds_of(splitter, X, y):
    """Return the fold that tests each row; small strata may warn."""
    folds = np.full(len(y), -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkpnnWarning)
        for fold, (_, test) in enumerate(splitter.split(X, y)):
            folds[test] = fold
    return folds


def strata_of(X, y):
    """Return the rows of each class at each mass, and without one."""
    at = [X[:, 1] == mass for mass in MASSES] + [np.isnan(X[:, 1])]
    return [rows & (y == label) for rows in at for label in (0, 1)]


def spread(folds, n_splits, values=None):
    """Return by how much the numbers of rows, or sums of values, of two folds differ at most."""
    return np.ptp(np.bincount(folds, weights=values, minlength=n_splits))


@pytest.fixture
def sample():
    """Return a frame of 40 signal events at two masses and 40 background events without."""
    mass = np.concatenate([np.repeat([500.0, 750.0], 20), np.full(40, np.nan)])
    X = pd.DataFrame({"m": np.random.default_rng(0).normal(size=80), "mass": mass})
    return X, np.repeat([1, 0], 40)


@given(samples(), splitters)
def test_every_row_is_tested_once_and_trained_on_otherwise(sample, splitter):
    X, y, _ = sample
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkpnnWarning)
        splits = list(splitter.split(X, y))
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(len(y)))
    for train, test in splits:
        assert sorted([*train, *test]) == list(range(len(y)))


@given(samples(), splitters)
def test_folds_differ_by_one_row_at_most(sample, splitter):
    X, y, _ = sample
    assert spread(folds_of(splitter, X, y), splitter.n_splits) <= 1


@given(samples(), splitters, st.booleans())
def test_strata_differ_by_one_row_at_most(sample, splitter, weighted):
    X, y, weight = sample
    splitter.sample_weight = weight if weighted else None
    folds = folds_of(splitter, X, y)
    for rows in strata_of(X, y):
        assert spread(folds[rows], splitter.n_splits) <= 1


@given(samples(), splitters)
def test_sums_of_weights_telescope(sample, splitter):
    X, y, weight = sample
    splitter.sample_weight = weight
    folds = folds_of(splitter, X, y)
    for rows in strata_of(X, y):
        w = weight[rows]
        bound = max(w.max(), 0) - min(w.min(), 0)
        assert spread(folds[rows], splitter.n_splits, w) <= bound


@given(st.integers(2, 6), st.integers(2, 9), st.integers(0, 99))
def test_with_equal_numbers_of_rows_the_sums_differ_by_the_range(n_splits, n_each, seed):
    n = n_splits * n_each
    weight = np.random.default_rng(seed).integers(5, 50, size=n)
    splitter = StratifiedHypothesisKFold(n_splits, sample_weight=weight)
    folds = folds_of(splitter, np.ones((n, 2)), np.zeros(n))
    assert spread(folds, n_splits, weight) <= np.ptp(weight)


@given(samples(), splitters)
def test_folds_reproduce(sample, splitter):
    X, y, _ = sample
    assert np.array_equal(folds_of(splitter, X, y), folds_of(splitter, X, y))


@given(samples(), splitters)
def test_features_do_not_matter(sample, splitter):
    X, y, _ = sample
    other = np.column_stack([np.random.default_rng(0).normal(size=len(y)), X[:, 1]])
    assert np.array_equal(folds_of(splitter, X, y), folds_of(splitter, other, y))


def test_the_bound_is_reached_by_a_heavy_row():
    weight = np.array([1.0, 1.0, 1.0, 1.0, 10.0])
    splitter = StratifiedHypothesisKFold(2, sample_weight=weight)
    assert spread(folds_of(splitter, np.ones((5, 2)), np.zeros(5)), 2, weight) == 10


def test_weights_are_balanced_better_than_without_them():
    rng = np.random.default_rng(0)
    weight = rng.choice([-1.0, 1.0, 30.0], size=600, p=[0.2, 0.7, 0.1])
    X, y = (
        np.column_stack([rng.normal(size=600), rng.choice(MASSES, 600)]),
        rng.integers(2, size=600),
    )
    plain, weighted = (
        folds_of(StratifiedHypothesisKFold(5, sample_weight=w), X, y) for w in (None, weight)
    )
    assert spread(weighted, 5, weight) < spread(plain, 5, weight) / 2


def test_shuffling_changes_the_folds(sample):
    plain = folds_of(StratifiedHypothesisKFold(), *sample)
    shuffled = folds_of(StratifiedHypothesisKFold(shuffle=True, random_state=0), *sample)
    assert not np.array_equal(plain, shuffled)


def test_shuffling_turns_the_fold_that_has_a_row_more():
    X, y = np.ones((6, 2)), np.zeros(6)
    larger = [
        np.bincount(folds_of(StratifiedHypothesisKFold(5, shuffle=True, random_state=s), X, y))
        for s in range(40)
    ]
    assert set(np.argmax(larger, axis=1)) == set(range(5))


def test_a_continuous_theta_is_binned():
    rng = np.random.default_rng(0)
    theta = rng.exponential(size=1000)
    folds = folds_of(StratifiedHypothesisKFold(), np.column_stack([theta, theta]), np.zeros(1000))
    for tenth in np.array_split(np.argsort(theta), 10):
        assert spread(folds[tenth], 5) <= 1


def test_theta_that_rounding_changed_is_one_hypothesis():
    theta = np.where(np.arange(40) % 2, 499.99997, 500.0)
    folds = folds_of(StratifiedHypothesisKFold(2), np.column_stack([theta, theta]), np.zeros(40))
    assert folds.tolist() == [0, 1] * 20


def test_several_theta_are_strata_jointly():
    mass, width = np.repeat([1.0, 1.0, 2.0, 2.0], 5), np.repeat([1.0, 2.0, 1.0, 2.0], 5)
    X = np.column_stack([mass, np.zeros(20), width])
    folds = folds_of(StratifiedHypothesisKFold(5, theta=[0, 2]), X, np.zeros(20))
    for rows in np.arange(20).reshape(4, 5):
        assert sorted(folds[rows]) == [0, 1, 2, 3, 4]


def test_labels_may_be_words(sample):
    X, y = sample
    words = np.array(["background", "signal"])[y]
    splitter = StratifiedHypothesisKFold()
    assert np.array_equal(folds_of(splitter, X, words), folds_of(splitter, X, y))


def test_a_rare_mass_warns(sample):
    X, y = sample
    X.loc[:2, "mass"] = 1000.0
    with pytest.warns(SkpnnWarning, match=r"in class 1 at θ = \[1000.0\] \(3\): some folds"):
        list(StratifiedHypothesisKFold().split(X, y))


def test_rare_background_without_theta_warns(sample):
    X, y = sample
    X.loc[X.index[42:], "mass"] = 500.0
    with pytest.warns(SkpnnWarning, match=r"in class 0 without θ \(2\)"):
        list(StratifiedHypothesisKFold().split(X, y))


def test_groups_are_ignored_with_a_warning(sample):
    with pytest.warns(SkpnnWarning, match="groups parameter is ignored by Stratified"):
        StratifiedHypothesisKFold().split(*sample, groups=np.ones(80))


@pytest.mark.parametrize(
    ("arguments", "y", "message"),
    [
        ({"n_splits": 1}, None, "n_splits=1 is not possible"),
        ({"random_state": 0}, None, "has no effect, since shuffle=False"),
        ({"theta": "width"}, None, "theta='width' is no column of X"),
        ({"sample_weight": np.ones(79)}, None, r"shape == \(79,\), expected \(80,\)"),
        ({}, np.linspace(0, 1, 80), "kind 'continuous', but .* scikit-learn's KFold"),
        ({}, np.arange(80) < 4, "Class True has 4 rows, fewer than n_splits = 5"),
        ({}, np.arange(79) % 2, "inconsistent numbers of samples"),
    ],
)
def test_mistakes_are_named(sample, arguments, y, message):
    splitter = StratifiedHypothesisKFold(**arguments)
    with pytest.raises(ValueError, match=message):
        list(splitter.split(sample[0], sample[1] if y is None else y))


def test_no_target_is_an_error(sample):
    with pytest.raises(ValueError, match="StratifiedHypothesisKFold requires y"):
        list(StratifiedHypothesisKFold().split(sample[0], None))


def test_get_n_splits_needs_no_data():
    assert StratifiedHypothesisKFold(7).get_n_splits() == 7


def test_repr_is_the_constructors_call():
    expected = "StratifiedHypothesisKFold(n_splits=3, random_state=0, sample_weight=None,"
    assert repr(StratifiedHypothesisKFold(3, shuffle=True, random_state=0)).startswith(expected)


def test_cross_val_score_takes_it(sample):
    X, y = sample
    cv = StratifiedHypothesisKFold(4)
    assert len(cross_val_score(LogisticRegression(), X.fillna(0), y, cv=cv)) == 4


def test_a_search_takes_it_with_weights_and_is_cloned(sample):
    X, y = sample
    cv = StratifiedHypothesisKFold(2, sample_weight=np.arange(80))
    search = clone(GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=cv))
    assert search.fit(X.fillna(0), y).n_splits_ == 2
