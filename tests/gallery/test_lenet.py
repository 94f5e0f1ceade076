"""LeNet: its size, and how well it reads digits held out."""

import pytest

pytestmark = pytest.mark.slow

MNIST = 10_000


@pytest.fixture(scope="module")
def lenet(numbers):
    return numbers("plot_lenet")


def test_has_as_many_parameters_as_the_notes_say(lenet):
    assert lenet["n_parameters"] == 656_080


def test_its_layers_have_the_sizes_of_the_notes(lenet):
    sizes = [n for n in lenet["parameters"].values() if n]
    assert sizes == [20 * 26, 50 * (20 * 25 + 1), 500 * (50 * 25 + 1), 10 * 501]


def test_reads_the_digits_held_out(lenet):
    assert lenet["accuracy"] >= (0.975 if lenet["n_images"] == MNIST else 0.93)


def test_counts_its_mistakes(lenet):
    n_held_out = round(0.2 * lenet["n_images"])
    assert lenet["n_wrong"] == pytest.approx((1 - lenet["accuracy"]) * n_held_out, abs=0.01)
