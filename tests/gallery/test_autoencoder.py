"""The autoencoder: what it restores, and what its lower layer is worth where labels are few."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

MNIST = 10_000


@pytest.fixture(scope="module")
def autoencoder(numbers):
    return numbers("plot_autoencoder")


@pytest.fixture(scope="module")
def margins(autoencoder):
    """Return by number of labels how much the transferred layer gains over scratch."""
    if autoencoder["n_images"] != MNIST:
        pytest.skip("MNIST's images are not here, and scikit-learn's are too few to learn from")
    return dict(zip(autoencoder["numbers_of_labels"], autoencoder["margins"], strict=True))


def test_restores_what_is_hidden(autoencoder):
    assert autoencoder["hidden_error"] < 0.7 * autoencoder["mean_image_error"]


def test_reads_digits_by_few_labels(autoencoder):
    at = autoencoder["numbers_of_labels"].index(100)
    assert np.mean(autoencoder["transferred"][at]) > 0.78


def test_its_lower_layer_beats_scratch_where_labels_are_few(margins):
    assert margins[50] > 0.02
    assert margins[100] > 0.02


def test_it_beats_scratch_in_every_draw_of_a_hundred_labels(autoencoder, margins):
    at = autoencoder["numbers_of_labels"].index(100)
    transferred, from_scratch = autoencoder["transferred"][at], autoencoder["from_scratch"][at]
    assert (np.array(transferred) > from_scratch).all()


def test_many_labels_leave_little_to_gain(margins):
    assert margins[1000] < margins[50] / 2
