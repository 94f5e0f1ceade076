"""The forms of dimensions: written and read again, and what users write themselves."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import loguniform, norm, randint, reciprocal, uniform
from skopt.space import Categorical, Integer, Real

from skpnn.tuning._forms import FORMS
from skpnn.tuning._ranges import Choices, Range

needs_optuna = pytest.mark.skipif(find_spec("optuna") is None, reason="Optuna is not installed")
KINDS = [pytest.param(kind, marks=needs_optuna if kind == "optuna" else ()) for kind in FORMS]
every_kind = pytest.mark.parametrize("kind", KINDS)
ends = st.tuples(st.integers(1, 1000), st.integers(1, 1000)).filter(lambda e: e[0] < e[1])


@st.composite
def ranges(draw):
    low, high = draw(ends)
    is_integer = draw(st.booleans())
    scale = 1 if is_integer else 1e-3
    return Range(low * scale, high * scale, log=draw(st.booleans()), integer=is_integer)


def assert_same(found, dimension):
    assert (found.low, found.high) == pytest.approx((dimension.low, dimension.high))
    assert (found.log, found.integer) == (dimension.log, dimension.integer)


# Written and read again


@pytest.mark.parametrize("kind", [k for k in KINDS if "grid" not in k.values])
@given(dimension=ranges())
def test_range_is_read_as_it_was_written(kind, dimension):
    if kind == "random" and dimension.log and dimension.integer:
        dimension = Range(dimension.low, dimension.high, integer=True)
    assert_same(FORMS[kind].read("alpha", FORMS[kind].write(dimension)), dimension)


@every_kind
@pytest.mark.parametrize("values", [(16, 32), ("relu", "tanh"), (0.1,), (1, 2, 3, 4, 5)])
def test_choices_are_read_as_they_were_written(kind, values):
    written = FORMS[kind].write(Choices(values))
    assert FORMS[kind].read("alpha", written) == Choices(values)


@every_kind
def test_range_of_one_value_is_a_choice(kind):
    written = FORMS[kind].write(Range(3, 3, log=True, integer=True))
    assert FORMS[kind].read("depth", written) == Choices((3,))


def test_grid_has_three_steps_of_a_range():
    assert FORMS["grid"].write(Range(1e-3, 1e-1, log=True)) == pytest.approx([1e-3, 1e-2, 1e-1])


def test_choices_that_cannot_be_hashed_are_a_list_for_bayes():
    values = ([0.1, 0.9], [0.5, 0.5])
    assert FORMS["bayes"].write(Choices(values)) == list(values)


def test_whole_numbers_uniform_in_their_logarithm_are_a_list_for_random_draws():
    values = FORMS["random"].write(Range(1, 512, log=True, integer=True))
    assert values == [2**k for k in range(10)]


# What users write


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (uniform(0.1, 0.3), Range(0.1, 0.4)),
        (uniform(loc=-1, scale=2), Range(-1.0, 1.0)),
        (loguniform(1e-4, 1e-1), Range(1e-4, 1e-1, log=True)),
        (reciprocal(1e-4, 1e-1), Range(1e-4, 1e-1, log=True)),
        (loguniform(1, 10, scale=3), Range(3.0, 30.0, log=True)),
        (randint(1, 5), Range(1, 4, integer=True)),
        (randint(low=2, high=9), Range(2, 8, integer=True)),
        ([1, 2], Choices((1, 2))),
        ((1, 2), Choices((1, 2))),
        (np.array([0.1, 0.2]), Choices((0.1, 0.2))),
        (range(1, 4), Choices((1, 2, 3))),
    ],
)
def test_random_understands(thing, expected):
    assert FORMS["random"].read("alpha", thing) == expected


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (Real(1e-4, 1e-1, prior="log-uniform"), Range(1e-4, 1e-1, log=True)),
        (Real(1, 2), Range(1.0, 2.0)),
        (Integer(1, 4), Range(1, 4, integer=True)),
        (Integer(1, 64, prior="log-uniform", base=2), Range(1, 64, log=True, integer=True)),
        (Categorical([3, 1]), Choices((3, 1))),
        ((1e-4, 1e-1), Range(1e-4, 1e-1)),
        ((1, 4), Range(1, 4, integer=True)),
        ((1e-4, 1e-1, "log-uniform"), Range(1e-4, 1e-1, log=True)),
        ((1, 4, "uniform"), Range(1, 4, integer=True)),
        ((1e-4, 1e-1, "log-uniform", 2), Range(1e-4, 1e-1, log=True)),
        ([1, 4], Choices((1, 4))),
        ((16, 32, 64), Choices((16, 32, 64))),
        (("relu", "tanh"), Choices(("relu", "tanh"))),
        (("relu",), Choices(("relu",))),
        (np.array([1, 4]), Choices((1, 4))),
    ],
)
def test_bayes_understands(thing, expected):
    assert FORMS["bayes"].read("alpha", thing) == expected


def test_optuna_understands():
    distributions = pytest.importorskip("optuna").distributions
    cases = [
        (distributions.FloatDistribution(1e-4, 1e-1, log=True), Range(1e-4, 1e-1, log=True)),
        (distributions.FloatDistribution(0, 1, step=0.25), Range(0.0, 1.0)),
        (distributions.IntDistribution(1, 4), Range(1, 4, integer=True)),
        (distributions.IntDistribution(1, 4, log=True), Range(1, 4, log=True, integer=True)),
        (distributions.IntDistribution(16, 64, step=16), Choices((16, 32, 48, 64))),
        (distributions.CategoricalDistribution(["a", 1]), Choices(("a", 1))),
    ]
    assert [FORMS["optuna"].read("alpha", thing) for thing, _ in cases] == [e for _, e in cases]


@every_kind
@pytest.mark.parametrize("thing", [norm(0, 1), 3, "relu", None, {"a": 1}])
def test_what_is_not_understood_raises(kind, thing):
    with pytest.raises(ValueError, match=r"^alpha=.* is not understood; expected, for a search of"):
        FORMS[kind].read("alpha", thing)


# What users replace entries with


@every_kind
@pytest.mark.parametrize("values", [[16, 32], np.array([16, 32])])
def test_list_holds_choices_for_every_kind(kind, values):
    form = FORMS[kind]
    assert form.read("alpha", form.take("alpha", values)) == Choices((16, 32))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("random", norm(0, 1)),
        ("bayes", (1, 4)),
        ("bayes", Real(0, 1)),
    ],
)
def test_value_of_that_kind_is_left_alone(kind, value):
    assert FORMS[kind].take("alpha", value) is value


def test_optuna_distribution_is_left_alone():
    value = pytest.importorskip("optuna").distributions.IntDistribution(1, 4)
    assert FORMS["optuna"].take("alpha", value) is value


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("random", Real(0, 1), "a frozen uniform"),
        ("random", 3, "a list of values, or"),
        ("bayes", uniform(0, 1), "a dimension of skopt.space"),
        ("grid", uniform(0, 1), r"a list of values\.$"),
        ("grid", "relu", r"a list of values\.$"),
    ],
)
def test_value_of_another_kind_raises(kind, value, expected):
    with pytest.raises(ValueError, match=expected):
        FORMS[kind].take("alpha", value)


def test_value_that_is_no_distribution_of_optuna_raises():
    pytest.importorskip("optuna")
    with pytest.raises(ValueError, match=r"a distribution of optuna\.distributions"):
        FORMS["optuna"].take("alpha", uniform(0, 1))


def test_absent_optuna_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'pip install "skpnn\[optuna\]"'):
        FORMS["optuna"].write(Range(0, 1))
