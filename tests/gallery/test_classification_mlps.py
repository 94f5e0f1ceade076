"""Classification networks: the textbook's table, from what was built, and the best accuracies."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(numbers):
    return numbers("plot_classification_mlps")


@pytest.mark.parametrize(
    ("kind", "n_classes", "units", "activation", "loss"),
    [
        ("binary", 2, 1, "sigmoid", "binary_crossentropy"),
        ("multilabel binary", 2, 2, "sigmoid", "binary_crossentropy"),
        ("multiclass", 3, 3, "softmax", "categorical_crossentropy"),
    ],
)
def test_outputs_and_loss_are_the_textbook_s(found, kind, n_classes, units, activation, loss):
    assert found["table"][kind] == {
        "classes or labels": n_classes,
        "output units": units,
        "output activation": activation,
        "loss": loss,
    }


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_species_are_told_nearly_as_well_as_possible(found, kind):
    accuracy, best = found[f"accuracy_{kind}"], found[f"best_{kind}"]
    # 20,000 particles: the best classifier is the best up to their fluctuation.
    assert best - 0.01 < accuracy < best + 0.003


def test_each_label_is_told_nearly_as_well_as_possible(found):
    assert len(found["accuracy_by_label"]) == 2
    for accuracy, best in zip(found["accuracy_by_label"], found["best_by_label"], strict=True):
        assert best - 0.01 < accuracy < best + 0.003


def test_probabilities_of_classes_sum_to_one(found):
    assert found["largest_error_of_sum"] < 1e-5
