"""Class labels: codes and balancing factors."""

import numpy as np
import pytest

from skpnn._classes import class_codes, class_weight_factors

LABELS = np.array(["b", "s"])
CODES = np.array([0, 0, 0, 1])
WEIGHT = np.array([1.0, 2.0, 3.0, 2.0])


@pytest.mark.parametrize(
    "classes", [np.array([-1, 1]), np.array(["b", "s", "t"]), np.array(["b", "s"], dtype=object)]
)
def test_class_codes_are_places(classes):
    order = np.random.default_rng(0).integers(len(classes), size=20)
    assert class_codes(classes[order], classes).tolist() == order.tolist()


@pytest.mark.parametrize("unknown", ["a", "c", "z"])
def test_class_codes_refuse_an_unknown_label(unknown):
    message = rf"y contains \['{unknown}'\], which the earlier call did not know.*\['b', 's'\]"
    with pytest.raises(ValueError, match=message):
        class_codes(np.array(["s", unknown]), LABELS)


def test_no_class_weight_is_one():
    assert class_weight_factors(None, CODES, LABELS, WEIGHT).tolist() == [1, 1]


def test_balanced_factors_make_sums_of_weights_equal():
    factors = class_weight_factors("balanced", CODES, LABELS, WEIGHT)
    sums = np.bincount(CODES, weights=WEIGHT * factors[CODES])
    assert sums == pytest.approx([4, 4])


def test_balanced_factors_keep_the_sum_over_all_classes():
    codes, classes = np.array([0, 1, 2, 2]), np.arange(3)
    factors = class_weight_factors("balanced", codes, classes, WEIGHT)
    assert (WEIGHT * factors[codes]).sum() == pytest.approx(WEIGHT.sum())


def test_balanced_factor_of_an_absent_class_is_one():
    factors = class_weight_factors("balanced", np.zeros(4, dtype=int), LABELS, WEIGHT)
    assert factors.tolist() == [1, 1]


def test_class_weight_mapping_leaves_others_at_one():
    assert class_weight_factors({"s": 3}, CODES, LABELS, WEIGHT).tolist() == [1, 3]


@pytest.mark.parametrize("class_weight", ["Balanced", {"x": 2.0}, 3, [1.0, 2.0]])
def test_class_weight_refuses(class_weight):
    with pytest.raises(ValueError, match=r"class_weight=.* is not possible.*\['b', 's'\]"):
        class_weight_factors(class_weight, CODES, LABELS, WEIGHT)
