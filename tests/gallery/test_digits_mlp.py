"""One hidden layer on digits: how well it reads those held out."""

import pytest

pytestmark = pytest.mark.slow

MNIST = 10_000


@pytest.fixture(scope="module")
def mlp(numbers):
    return numbers("plot_digits_mlp")


def test_has_one_hidden_layer(mlp):
    assert mlp["n_parameters"] == 300 * 785 + 10 * 301


def test_reads_the_digits_held_out(mlp):
    # On all of MNIST the notes have 0.97; a fifth of MNIST's test images is held out here.
    assert mlp["accuracy"] >= (0.94 if mlp["n_images"] == MNIST else 0.93)


def test_counts_its_mistakes(mlp):
    n_held_out = round(0.2 * mlp["n_images"])
    assert mlp["n_wrong"] == pytest.approx((1 - mlp["accuracy"]) * n_held_out, abs=0.01)
