"""Perceptron, threshold units and XOR: truth tables, exact."""

import pytest

pytestmark = pytest.mark.slow

TRUTH = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NOT": [1, 0]}
XOR = [0, 1, 1, 0]


@pytest.fixture(scope="module")
def found(numbers):
    return numbers("plot_perceptron_and_xor")


@pytest.mark.parametrize("by", ["perceptron", "one_unit"])
def test_a_line_separates_setosa_from_the_other_irises(found, by):
    assert found[f"n_right_by_{by}"] == found["n_flowers"] == 150


@pytest.mark.parametrize("tables", ["by_hand", "learnt"])
def test_one_unit_computes_and_or_not(found, tables):
    assert found[tables] == TRUTH


def test_one_unit_gets_at_most_three_of_four_rows_of_xor(found):
    assert found["n_right_at_most"] == {"AND": 4, "OR": 4, "XOR": 3}
    assert found["n_xor_right_by_one_unit"] <= 3


def test_one_sigmoid_unit_ends_at_one_half_everywhere(found):
    assert found["xor_probabilities_of_one_unit"] == pytest.approx([0.5] * 4, abs=1e-3)


@pytest.mark.parametrize("way", ["by_hand", "by_hidden_layer", "from_by_hand"])
def test_a_hidden_layer_computes_xor(found, way):
    assert found[f"xor_{way}"] == XOR


def test_training_sharpens_the_units_set_by_hand(found):
    losses = found["losses_from_by_hand"]
    # Their probabilities are all near one half at first, whose cross-entropy is log 2.
    assert losses[0] == pytest.approx(0.69, abs=0.03)
    assert losses[-1] < 0.05
