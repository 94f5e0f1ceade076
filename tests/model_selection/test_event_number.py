"""EventNumberKFold: folds that depend on the event number alone."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from skpnn.exceptions import SkpnnWarning
from skpnn.model_selection import EventNumberKFold
from skpnn.model_selection._event_number import event_numbers, numbered

# Every remainder is there for up to seven folds.
number_lists = st.lists(st.integers(0, 2**63), max_size=50).map(lambda more: [*range(7), *more])


def frame(numbers):
    return pd.DataFrame({"event": numbers, "pt": np.arange(float(len(numbers)))})


@given(number_lists, st.integers(2, 7))
def test_folds_are_remainders(numbers, n_splits):
    X = frame(np.array(numbers, dtype=np.uint64))
    for fold, (train, test) in enumerate(EventNumberKFold(n_splits).split(X)):
        assert {numbers[row] % n_splits for row in test} == {fold}
        assert fold not in {numbers[row] % n_splits for row in train}
        assert sorted([*train, *test]) == list(range(len(numbers)))


@given(number_lists, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(numbers, random):
    shuffled = random.sample(numbers, len(numbers))
    tested = [
        [sorted(np.array(rows)[test].tolist()) for _, test in splits]
        for rows in (numbers, shuffled)
        for splits in [EventNumberKFold(7).split(frame(np.array(rows, dtype=np.uint64)))]
    ]
    assert tested[0] == tested[1]


@pytest.mark.parametrize(
    "values",
    [
        np.array([12.0, 7.0]),
        np.array([12, 7], dtype=np.int32),
        np.array([12, 7], dtype=object),
        pd.Series([12, 7], dtype="Int64"),
        [12, 7],
    ],
    ids=["float", "int32", "object", "nullable", "list"],
)
def test_numbers_come_in_many_types(values):
    assert event_numbers(values).tolist() == [12, 7]


def test_numbers_of_64_bits_are_exact():
    assert event_numbers(np.array([2**64 - 1, 0], dtype=np.uint64)).tolist() == [2**64 - 1, 0]


@pytest.mark.parametrize(
    ("values", "row"),
    [
        ([0, -1], 1),
        ([0.0, 1.0, np.nan], 2),
        ([0.5, 1.0], 0),
        ([0.0, np.inf], 1),
        (np.array([0, None], dtype=object), 1),
        (pd.Series([0, None], dtype="Int64"), 1),
    ],
)
def test_what_is_no_number_is_named(values, row):
    with pytest.raises(ValueError, match=f"1 rows have no event number, .* row {row}, which"):
        event_numbers(values)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounded_numbers_are_an_error(dtype):
    exact = 2.0 ** (np.finfo(dtype).nmant + 1) - 1
    assert event_numbers(np.array([exact], dtype)).tolist() == [int(exact)]
    with pytest.raises(ValueError, match="they were rounded, and events share numbers"):
        event_numbers(np.array([exact + 1], dtype))


@pytest.mark.parametrize("values", [["a", "b"], [[1, 2], [3, 4]], [1j, 2j]])
def test_what_is_not_understood_is_an_error(values):
    with pytest.raises(ValueError, match="expected one integer per event"):
        numbered(values)


def test_an_empty_fold_is_an_error():
    with pytest.raises(ValueError, match=r"remainder 1 when divided by n_splits = 2: .* is empty"):
        list(EventNumberKFold(2).split(frame([0, 2, 4])))


def test_arrays_have_columns_by_index():
    X = np.array([[0.1, 3], [0.2, 4]])
    assert [test.tolist() for _, test in EventNumberKFold(2, event_number=-1).split(X)] == [
        [1],
        [0],
    ]


def test_groups_can_be_the_event_numbers():
    splits = EventNumberKFold(2, event_number=None).split(np.ones((3, 1)), groups=[4, 5, 6])
    assert [test.tolist() for _, test in splits] == [[0, 2], [1]]


def test_groups_must_then_be_given():
    with pytest.raises(ValueError, match="The 'groups' parameter should not be None"):
        list(EventNumberKFold(event_number=None).split(np.ones((3, 1))))


def test_groups_are_ignored_where_there_is_a_column():
    with pytest.warns(SkpnnWarning, match="groups parameter is ignored by EventNumberKFold"):
        EventNumberKFold(2).split(frame([0, 1]), groups=[0, 1])


@pytest.mark.parametrize(
    ("X", "event_number", "message"),
    [
        (frame([0, 1]), "number", r"is not one column of X, which has \['event', 'pt'\]"),
        (np.ones((2, 2)), "event", "which has no column names"),
        (np.ones((2, 2)), 2, "event_number=2 is no column of X; .* from -2 to 1"),
        (np.ones((2, 2)), 0.5, "event_number=0.5 is no column"),
    ],
)
def test_an_unknown_column_is_an_error(X, event_number, message):
    with pytest.raises(ValueError, match=message):
        list(EventNumberKFold(2, event_number=event_number).split(X))


def test_n_splits_is_checked():
    with pytest.raises(ValueError, match="n_splits=1 is not possible"):
        list(EventNumberKFold(1).split(frame([0, 1])))


def test_get_n_splits_needs_no_data():
    assert EventNumberKFold(7).get_n_splits() == 7


def test_repr_is_the_constructors_call():
    assert repr(EventNumberKFold(3)) == "EventNumberKFold(event_number='event', n_splits=3)"


def test_cross_val_score_takes_it():
    X, y = frame(np.arange(40)), np.arange(40) // 20
    assert len(cross_val_score(LogisticRegression(), X, y, cv=EventNumberKFold(4))) == 4


@pytest.mark.parametrize("routing", [False, True])
def test_cross_val_score_passes_groups_on(routing):
    X, y = np.arange(40.0)[:, np.newaxis], np.arange(40) // 20
    cv = EventNumberKFold(4, event_number=None)
    with sklearn.config_context(enable_metadata_routing=routing):
        given = {"params": {"groups": np.arange(40)}} if routing else {"groups": np.arange(40)}
        assert len(cross_val_score(LogisticRegression(), X, y, cv=cv, **given)) == 4
