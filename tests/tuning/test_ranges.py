"""Ranges and choices, whatever search they are for."""

import numpy as np
import pytest

from skpnn.tuning._ranges import Choices, Range, is_same


@pytest.mark.parametrize(
    ("dimension", "values"),
    [
        (Range(1e-4, 1e-2, log=True), [1e-4, 1e-3, 1e-2]),
        (Range(0.0, 0.4), [0.0, 0.2, 0.4]),
        (Range(1, 5, integer=True), [1, 3, 5]),
        (Range(1, 100, log=True, integer=True), [1, 10, 100]),
    ],
)
def test_steps(dimension, values):
    assert dimension.steps(3) == pytest.approx(values)


def test_steps_of_whole_numbers_are_distinct_integers():
    steps = Range(1, 4, log=True, integer=True).steps(10)
    assert steps == [1, 2, 3, 4]
    assert all(type(step) is int for step in steps)


@pytest.mark.parametrize("ends", [(2, 1), (0, np.inf), (np.nan, 1)])
def test_ends_that_are_no_range_raise(ends):
    with pytest.raises(ValueError, match="expected two numbers, the smaller one first"):
        Range(*ends)


def test_logarithmic_range_from_zero_raises():
    with pytest.raises(ValueError, match=r"from 0 to 1 is not possible; expected two positive"):
        Range(0, 1, log=True)


def test_no_choices_raise():
    with pytest.raises(ValueError, match="expected at least one"):
        Choices(())


@pytest.mark.parametrize(
    ("values", "ordered", "integer"),
    [
        ((16, np.int64(32)), True, True),
        ((1e-3, 1), True, False),
        ((True, False), False, False),
        ((None, 128), False, False),
        (("32", "32-32"), False, False),
    ],
)
def test_choices_of_numbers_are_ordered(values, ordered, integer):
    assert (Choices(values).ordered, Choices(values).integer) == (ordered, integer)


@pytest.mark.parametrize(
    ("value", "holds"),
    [(1e-3, True), (1e-4 * (1 - 1e-12), True), (0.9e-4, False), ("scale", False), (None, False)],
)
def test_range_holds_its_ends_but_for_rounding(value, holds):
    assert Range(1e-4, 1e-2, log=True).holds(value) is holds


@pytest.mark.parametrize(
    ("value", "holds"), [("relu", True), ((8, 8), True), (0.1 + 0.2, True), ("elu", False)]
)
def test_choices_hold_their_values(value, holds):
    assert Choices(("relu", (8, 8), 0.3)).holds(value) is holds


def test_choices_hold_their_arrays():
    choices = Choices((np.ones(3), np.zeros(2), None))
    assert choices.holds(np.zeros(2))
    assert not choices.holds(np.ones(2))


def test_what_cannot_be_compared_is_the_same_as_itself():
    nan = float("nan")
    assert is_same(nan, nan) is False
    thing = object()
    assert is_same(thing, thing)
