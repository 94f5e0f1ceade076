"""Dimensions that scikit-optimize can hold, and what they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.svm import SVC
from skopt.space import Categorical, Integer, Real, Space

from skpnn.tuning._dimensions import decoded, encoded

CHOICES = {
    "tuples": [(32,), (64, 64)],
    "None": [None, 1, "a"],
    "estimators": [SVC(), SVC(C=2), None],
    "equal descriptions": [np.ones(2000), np.ones(2000) * (1 + 1e-12)],
    "strings": ["relu", "tanh"],
    "two integers": [16, 64],
    "two floats": [0.1, 0.2],
    "booleans": [True, False],
    "one": [(8, 8)],
    "categories": Categorical([(8,), (16,)]),
    "an array": np.array([8, 16, 32]),
}


@pytest.mark.parametrize("choices", CHOICES.values(), ids=CHOICES)
def test_every_choice_is_sampled_and_comes_back_itself(choices):
    space = {"name": choices}
    expected = list(getattr(choices, "categories", choices))
    points = Space(list(encoded(space).values())).rvs(60, random_state=0)
    native = [np.array(value).item() for (value,) in points]
    found = [decoded(space, {"name": value})["name"] for value in native]
    assert {_place(one, expected) for one in found} == set(range(len(expected)))


def _place(value, among):
    """Return where `value` is among others; an error where it is not."""
    return next(i for i, one in enumerate(among) if one is value or np.array_equal(one, value))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((1, 5), Integer(1, 5)),
        ((0.1, 0.9), Real(0.1, 0.9)),
        ((1e-4, 1e-1, "log-uniform"), Real(1e-4, 1e-1, "log-uniform")),
        ((1, 64, "log-uniform", 2), Integer(1, 64, "log-uniform", 2)),
        (Real(0, 1), Real(0, 1)),
    ],
)
def test_a_range_stays_one(given, expected):
    assert encoded({"name": given})["name"] == expected


@given(st.floats(0.1, 10), st.floats(11, 20))
def test_a_value_of_a_range_stands_for_itself(low, high):
    assert decoded({"name": (low, high)}, {"name": low}) == {"name": low}


@pytest.mark.parametrize("pair", [[16, 64], [0.1, 0.2]])
def test_a_list_of_two_numbers_is_no_range(pair):
    assert encoded({"name": pair})["name"] == Categorical(pair)


def test_prior_and_name_of_a_category_are_kept():
    given = Categorical([(8,), (16,)], prior=[0.9, 0.1], name="width")
    found = encoded({"hidden": given})["hidden"]
    assert (found.name, found.prior) == ("width", [0.9, 0.1])


def test_scikit_optimize_changes_no_dimension_of_the_users():
    given = Real(1e-3, 1.0, "log-uniform")
    before = repr(given)
    encoded({"name": given})["name"].set_transformer("normalize")
    assert repr(given) == before


@pytest.mark.parametrize("given", [3, "relu", [], None, (1.0, 2.0, "log"), (2, 1)])
def test_what_is_no_dimension_is_named(given):
    with pytest.raises(ValueError, match="is no dimension of a search space; expected a range"):
        encoded({"name": given})
