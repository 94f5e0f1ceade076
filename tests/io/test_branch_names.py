"""Labels as names of branches: identifiers, unique, and reversible."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skpnn.io._branch_names import branch_names


def numbers_in(name):
    """Return what a name says, by the rule that the documentation gives."""
    return [
        float(text.replace("p", ".").replace("m", "-"))
        for text in re.findall(r"(?<=_)m?\d[\dpem]*", name)
    ]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        (500, "score_500"),
        (500.0, "score_500"),
        (np.int64(500), "score_500"),
        (750.5, "score_750p5"),
        (-1, "score_m1"),
        (-0.0, "score_0"),
        (1e-05, "score_1em05"),
        (1.5e300, "score_1p5e300"),
        ("pnn", "pnn"),
    ],
)
def test_name_of_a_label(label, name):
    assert branch_names(pd.Index([label], dtype=object), "score") == [name]


def test_integers_among_fractions_have_the_names_of_integers():
    assert branch_names(pd.Index([500, 750.5]), "mass") == ["mass_500", "mass_750p5"]


@pytest.mark.parametrize(
    ("levels", "name"),
    [
        (["mass", "width"], "score_mass_500_width_0p1"),
        ([None, None], "score_500_0p1"),
        ([3, 4], "score_500_0p1"),
    ],
)
def test_name_of_several_parameters(levels, name):
    labels = pd.MultiIndex.from_tuples([(500, 0.1)], names=levels)
    assert branch_names(labels, "score") == [name]


def test_name_of_a_model_and_a_parameter():
    labels = pd.MultiIndex.from_tuples([("pnn", 500)], names=[None, "mass"])
    assert branch_names(labels, "score") == ["score_pnn_mass_500"]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, unique=True))
def test_hypotheses_can_be_read_from_unique_identifiers(values):
    names = branch_names(pd.Index(values), "score")
    assert all(name.isascii() and name.isidentifier() for name in names)
    assert len(set(names)) == len(names)
    assert [numbers_in(name) for name in names] == [[value] for value in values]


PAIRS = st.tuples(st.integers(-3000, 3000), st.floats(-10, 10))


@given(st.lists(PAIRS, min_size=1, unique=True), st.sampled_from([None, "width"]))
def test_pairs_of_hypotheses_can_be_read(pairs, level):
    names = branch_names(pd.MultiIndex.from_tuples(pairs, names=["mass", level]), "score")
    assert [tuple(numbers_in(name)) for name in names] == pairs


@pytest.mark.parametrize("labels", [[1, 1], ["a", "a"], [1, "score_1"], [500, 500.0]])
def test_two_labels_of_one_name(labels):
    with pytest.raises(ValueError, match=r"would be branches of the same name; .* columns="):
        branch_names(pd.Index(labels, dtype=object), "score")


@pytest.mark.parametrize("label", ["a b", "1a", "", "é", "p(s)", "a.b", "a\n"])
def test_text_that_is_no_identifier(label):
    with pytest.raises(ValueError, match=r"has letters, digits and _ only; .* by columns="):
        branch_names(pd.Index([label]), "score")


def test_level_that_is_no_identifier():
    labels = pd.MultiIndex.from_tuples([(500, 0.1)], names=["m [GeV]", "width"])
    with pytest.raises(ValueError, match=r"would be the branch 'score_m \[GeV\]_500_width_0p1'"):
        branch_names(labels, "score")


@pytest.mark.parametrize("label", [float("nan"), float("inf")])
def test_hypothesis_that_is_not_finite(label):
    with pytest.raises(ValueError, match="expected a finite hypothesis"):
        branch_names(pd.Index([label]), "score")


@pytest.mark.parametrize("label", [True, None, b"a", 1j])
def test_label_of_another_type(label):
    with pytest.raises(TypeError, match=r"expected a hypothesis \(a number or a tuple of them\)"):
        branch_names(pd.Index([label], dtype=object), "score")


@pytest.mark.parametrize("prefix", ["", "a b", "1", 5, None])
def test_prefix_that_is_no_identifier(prefix):
    with pytest.raises(ValueError, match="expected letters, digits and _"):
        branch_names(pd.Index([1]), prefix)


def test_a_number_of_single_precision_has_its_own_shortest_text():
    labels = pd.Index([np.float32(0.1), np.float32(750.5)], dtype=object)
    assert branch_names(labels, "score") == ["score_0p1", "score_750p5"]
