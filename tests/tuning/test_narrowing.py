"""What is left of a dimension: inside, around the best value, 1/factor as wide."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skpnn.tuning._narrowing import narrowed
from skpnn.tuning._ranges import Choices, Range

factors = st.floats(1.01, 100)
shares = st.floats(0, 1)


def scaled(dimension, value):
    return math.log(value) if dimension.log else value


def width(dimension):
    return scaled(dimension, dimension.high) - scaled(dimension, dimension.low)


def at(dimension, share):
    """Return the value at a share of the range's width."""
    value = scaled(dimension, dimension.low) + share * width(dimension)
    value = math.exp(value) if dimension.log else value
    value = round(value) if dimension.integer else value
    return min(max(value, dimension.low), dimension.high)


@st.composite
def real_ranges(draw):
    low = draw(st.floats(1e-8, 1e3))
    return Range(low, low * draw(st.floats(1.1, 1e6)), log=draw(st.booleans()))


@st.composite
def whole_ranges(draw):
    low = draw(st.integers(1, 100))
    return Range(low, low + draw(st.integers(0, 1000)), log=draw(st.booleans()), integer=True)


both = st.one_of(real_ranges(), whole_ranges())


# Ranges


@given(both, shares, factors)
def test_narrowed_range_is_inside_and_contains_the_best_value(dimension, share, factor):
    best = at(dimension, share)
    found = narrowed(dimension, [best], factor)
    assert dimension.low <= found.low <= best <= found.high <= dimension.high


@given(real_ranges(), shares, factors)
def test_narrowed_range_has_its_share_of_the_width(dimension, share, factor):
    found = narrowed(dimension, [at(dimension, share)], factor)
    scale = max(abs(scaled(dimension, end)) for end in (dimension.low, dimension.high))
    assert width(found) == pytest.approx(width(dimension) / factor, rel=1e-6, abs=1e-12 * scale)


@given(real_ranges(), shares, factors)
def test_best_value_is_in_the_middle_unless_an_end_is_near(dimension, share, factor):
    assume(0.5 / factor < share < 1 - 0.5 / factor)
    best = at(dimension, share)
    found = narrowed(dimension, [best], factor)
    ends = scaled(dimension, found.low), scaled(dimension, found.high)
    assert sum(ends) / 2 == pytest.approx(scaled(dimension, best), rel=1e-6, abs=1e-9)


@given(real_ranges(), st.floats(1.01, 10))
def test_twice_is_once_with_the_square(dimension, factor):
    best = at(dimension, 0.5)
    twice = narrowed(narrowed(dimension, [best], factor), [best], factor)
    once = narrowed(dimension, [best], factor**2)
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high), rel=1e-6)


@given(whole_ranges(), shares, factors)
def test_whole_numbers_keep_the_neighbours(dimension, share, factor):
    best = at(dimension, share)
    found = narrowed(dimension, [best], factor)
    assert type(found.low) is type(found.high) is int
    assert found.low <= max(best - 1, dimension.low)
    assert found.high >= min(best + 1, dimension.high)


def test_best_value_that_rounding_put_outside_is_at_the_end():
    found = narrowed(Range(1e-4, 1e-2, log=True), [1e-4 * (1 - 1e-12)], 2)
    assert (found.low, found.high) == pytest.approx((1e-4, 1e-3))


# Lists of whole numbers


@pytest.mark.parametrize(
    ("best", "factor", "kept"),
    [
        (64, 3, (32, 64, 128)),
        (16, 3, (16, 32)),
        (256, 3, (128, 256)),
        (64, 1.1, (16, 32, 64, 128, 256)),
        (64, 100, (32, 64, 128)),
    ],
)
def test_whole_choices_keep_the_neighbours(best, factor, kept):
    assert narrowed(Choices((16, 64, 32, 128, 256)), [best], factor) == Choices(kept)


# Lists of other numbers


@pytest.mark.parametrize(
    ("values", "best", "factor", "expected"),
    [
        ((1e-4, 1e-3, 1e-2), 1e-3, 2, (10**-3.5, 1e-3, 10**-2.5)),
        ((1e-4, 1e-3, 1e-2), 1e-2, 2, (1e-3, 10**-2.5, 1e-2)),
        ((0.3, 0.1, 0.2), 0.2, 2, (0.15, 0.2, 0.25)),
        ((0.1, 0.2, 0.3, 0.4), 0.1, 2, (0.1, 0.15, 0.2, 0.25)),
        ((0, 1e-4, 1e-2), 1e-4, 2, (5e-5, 1e-4, 5.05e-3)),
        ((1e-3, 1e-1), 1e-3, 2, (1e-3, 1e-2)),
        ((0.5,), 0.5, 2, (0.5,)),
        ((-1.0, 0.0, 1.0), 0.0, 4, (-0.25, 0.0, 0.25)),
    ],
)
def test_other_numbers_move_together(values, best, factor, expected):
    assert narrowed(Choices(values), [best], factor).values == pytest.approx(expected)


@given(st.sets(st.floats(1e-6, 1e3), min_size=1, max_size=8), shares, factors)
def test_other_numbers_are_as_many_inside_around_the_best(values, share, factor):
    values = sorted(values)
    best = values[round(share * (len(values) - 1))]
    found = narrowed(Choices(tuple(values)), [best], factor).values
    assert len(found) == len(values)
    assert best in found
    assert list(found) == sorted(found)
    assert values[0] * (1 - 1e-9) <= found[0]
    assert found[-1] <= values[-1] * (1 + 1e-9)


@pytest.mark.parametrize("factor", [1.5, 2, 3.7])
def test_other_numbers_twice_are_once_with_the_square(factor):
    values = Choices(tuple(10.0**k for k in range(-5, 0)))
    twice = narrowed(narrowed(values, [1e-3], factor), [1e-3], factor)
    assert twice.values == pytest.approx(narrowed(values, [1e-3], factor**2).values)


# Other values


def test_values_that_the_best_candidates_have_stay_in_their_order():
    activations = Choices(("relu", "elu", "tanh", "silu"))
    best_first = ["tanh", "relu", "tanh", "silu", "elu", "elu"]
    assert narrowed(activations, best_first, 3).values == ("relu", "tanh")


def test_best_value_stays_at_least():
    assert narrowed(Choices((None, (8, 8))), [(8, 8), None], 100).values == ((8, 8),)
