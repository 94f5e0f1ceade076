"""Error texts about X, y and weights."""

import numpy as np
import pytest

from skpnn._validation import (
    check_class_weight_sums,
    check_finite_features,
    check_sample_weight,
    check_target_given,
    column_label,
)


def test_column_label_is_the_name_where_there_is_one():
    assert column_label(1, ["pt", "met"]) == "column 'met'"


def test_column_label_is_the_number_otherwise():
    assert column_label(1, None) == "column 1"


def check(X, names=None, features=(0, 1), theta=None):
    theta = None if theta is None else np.array(theta)
    check_finite_features(X, features=np.array(features), names=names, theta=theta)


def with_bad(value, dtype=np.float64):
    X = np.zeros((6, 3), dtype=dtype)
    X[[2, 4], 1] = value
    return X


def test_nan_feature_is_counted_and_placed():
    with pytest.raises(ValueError, match=r"NaN in column 'met': 2 of 6 rows, first in row 2\."):
        check(with_bad(np.nan), names=["pt", "met", "mass"])


@pytest.mark.parametrize(
    ("theta", "advice"),
    [
        (None, r"drop these rows or impute them\.$"),
        ([2], r"impute them by skpnn.on_features\(SimpleImputer\(\)\), which leaves θ alone\.$"),
        ([0], r"skpnn.on_features\(SimpleImputer\(\), theta=…\), which leaves θ alone\.$"),
    ],
)
def test_imputing_is_advised_where_it_leaves_theta_alone(theta, advice):
    with pytest.raises(ValueError, match=advice):
        check(with_bad(np.nan), features=[1], theta=theta)


def test_infinite_feature_is_called_infinity():
    message = r"Input X contains infinity or a value too large for float32 in column 1"
    with pytest.raises(ValueError, match=message):
        check(with_bad(np.inf, np.float32))


def test_infinities_that_cancel_are_found():
    X = with_bad(np.inf)
    X[4, 1] = -np.inf
    with pytest.raises(ValueError, match="infinity"):
        check(X)


def test_theta_columns_may_hold_nan():
    check(with_bad(np.nan), features=(0, 2))


def test_large_finite_features_pass():
    check(np.full((100, 2), np.finfo(np.float64).max))


def test_no_weights_stay_none():
    assert check_sample_weight(None, 3) is None


def test_weights_become_float64():
    weight = check_sample_weight([1, -2, 3], 3)
    assert weight.dtype == np.float64
    assert weight.tolist() == [1, -2, 3]


def test_one_weight_is_for_every_event():
    assert check_sample_weight(2, 3).tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0, 1.0], r"sample_weight.shape == \(2,\), expected \(3,\)"),
        ([[1.0], [1.0], [1.0]], r"sample_weight.shape == \(3, 1\), expected \(3,\)"),
        ([1.0, np.nan, 1.0], "sample_weight contains NaN or infinity, first in row 1"),
        ([1.0, 1.0, np.inf], "first in row 2"),
        ([0.0, 0.0, 0.0], "sample_weight is zero for every row"),
        (0, "sample_weight is zero for every row"),
    ],
)
def test_weights_that_cannot_be_used(weight, message):
    with pytest.raises(ValueError, match=message):
        check_sample_weight(weight, 3)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0, 1.0, -2.0, 1.0], r"class np.str_\('s'\) sum to -1;|class 's' sum to -1;"),
        ([0.0, 0.0, 2.0, 1.0], r"sum to 0; every class needs a positive sum"),
    ],
)
def test_class_whose_weights_sum_to_nothing(weight, message):
    codes, classes = np.array([0, 0, 1, 1]), np.array(["b", "s"])
    with pytest.raises(ValueError, match=message):
        check_class_weight_sums(np.array(weight), codes, classes)


def test_class_without_events_has_no_positive_sum():
    with pytest.raises(ValueError, match="sum to 0"):
        check_class_weight_sums(np.ones(2), np.array([0, 0]), np.array([0, 1]))


def test_negative_weights_may_sum_to_more_than_nothing():
    check_class_weight_sums(np.array([2.0, -1.0, 1.0]), np.array([0, 0, 1]), np.array([0, 1]))


def test_missing_target_names_the_estimator():
    with pytest.raises(ValueError, match="str requires y to be passed, but the target y is None"):
        check_target_given("an estimator", None)


def test_given_target_passes():
    check_target_given("an estimator", [0, 1])
