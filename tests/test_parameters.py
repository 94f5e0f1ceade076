"""Checks of constructor arguments."""

import numpy as np
import pytest

from skpnn._parameters import check_choice, check_integer, check_real


@pytest.mark.parametrize("value", [1, 7, np.int32(3), np.int64(1)])
def test_integer_is_returned_as_int(value):
    checked = check_integer("epochs", value, low=1)
    assert type(checked) is int
    assert checked == value


@pytest.mark.parametrize("value", [0, -1, 1.0, "3", None, True, np.bool_(True), np.float64(2)])
def test_integer_refuses(value):
    with pytest.raises(ValueError, match=r"epochs=.* expected an integer of at least 1\."):
        check_integer("epochs", value, low=1)


@pytest.mark.parametrize("value", [0, 0.5, np.float32(0.25), np.int64(0)])
def test_real_is_returned_as_float(value):
    checked = check_real("dropout", value, low=0, high=1)
    assert type(checked) is float
    assert checked == value


@pytest.mark.parametrize("value", [-0.1, 1, 1.5, np.nan, np.inf, "0.5", None, False, 1j])
def test_real_refuses(value):
    with pytest.raises(ValueError, match=r"dropout=.* expected a number in \[0, 1\)\."):
        check_real("dropout", value, low=0, high=1)


def test_real_with_an_open_end_refuses_that_end():
    with pytest.raises(ValueError, match=r"expected a number in \(0, inf\)"):
        check_real("learning_rate", 0.0, low=0, open_low=True)


def test_real_without_upper_end_refuses_infinity():
    with pytest.raises(ValueError, match="learning_rate=inf is not possible"):
        check_real("learning_rate", np.inf, low=0)


@pytest.mark.parametrize("value", [None, "balanced"])
def test_choice_is_returned(value):
    assert check_choice("theta_weight", value, (None, "balanced")) is value


@pytest.mark.parametrize("value", ["Balanced", 0, [], {"a": 1}])
def test_choice_refuses(value):
    with pytest.raises(ValueError, match=r"theta_weight=.* one of \[None, 'balanced'\]"):
        check_choice("theta_weight", value, (None, "balanced"))
