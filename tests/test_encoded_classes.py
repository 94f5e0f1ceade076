"""Class numbers in encoded targets, and weights by class."""

import numpy as np
import pytest

from skpnn._encoded_classes import class_numbers, factors_by_number, weighted_by_label

CODES = [1, 0, 2]


@pytest.mark.parametrize("target", [CODES, np.reshape(CODES, (3, 1)), np.eye(3)[CODES]])
def test_class_numbers_are_those_of_the_encoding(target):
    assert class_numbers(np.array(target, "float32")).tolist() == CODES


def test_class_without_a_factor_has_factor_one():
    assert factors_by_number(np.array(CODES), {2: 0.5}).tolist() == [1, 1, 0.5]


def test_weights_are_multiplied_and_left_alone():
    weight = np.array([1.0, 2.0, 3.0])
    given = weighted_by_label({"s": 10}, np.array(["b", "s", "s"]), weight)
    assert (given.tolist(), weight.tolist()) == ([1, 20, 30], [1, 2, 3])


def test_column_of_labels_is_as_labels():
    column = np.array([["b"], ["s"]])
    assert weighted_by_label({"s": 10}, column, np.ones(2)).tolist() == [1, 10]


def test_several_labels_multiply():
    labels = np.array([[0, 1], [1, 1]])
    given = weighted_by_label([{0: 2, 1: 3}, {0: 5, 1: 7}], labels, np.ones(2))
    assert given.tolist() == [14, 21]


def test_known_class_may_be_absent():
    assert weighted_by_label({0: 2}, np.array([1]), np.ones(1), np.array([0, 1])).tolist() == [1]


def test_unknown_class_is_an_error():
    with pytest.raises(ValueError, match="factors for the classes"):
        weighted_by_label({0: 2}, np.array([1]), np.ones(1))
