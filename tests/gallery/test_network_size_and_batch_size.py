"""Depth against width, early stopping of wide networks, batches that grow."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(numbers):
    return numbers("plot_network_size_and_batch_size")


def test_networks_are_of_equal_size(found):
    assert list(found["n_weights"]) == ["1", "2", "3", "6"]
    assert list(found["n_weights"].values()) == pytest.approx([5000] * 4, rel=0.03)


@pytest.mark.parametrize("depth", ["2", "3"])
def test_a_few_layers_are_better_than_a_wide_one(found, depth):
    errors = found["errors_by_depth"]
    assert max(errors[depth]) < min(errors["1"])


def test_wide_networks_overfit(found):
    losses = found["moons_losses"]["all epochs"]
    assert losses[-1] > losses[0] + 0.05


def test_early_stopping_cures_the_widest(found):
    stopped = found["moons_losses"]["early stopping"]
    assert stopped[-1] < found["moons_losses"]["all epochs"][-1] - 0.05
    assert found["n_epochs_of_stopped"] < 90


def test_under_early_stopping_the_width_hardly_matters(found):
    assert np.ptp(found["moons_losses"]["early stopping"]) < 0.08


def test_updates_are_events_over_batch_size_for_each_epoch(found):
    # Of 8192 events, twelve epochs.
    assert found["n_updates"] == {
        "always 32": 12 * 256,
        "always 512": 12 * 16,
        "32, 128, 512": 4 * 256 + 4 * 64 + 4 * 16,
    }


@pytest.mark.parametrize("other", ["always 32", "always 512"])
def test_batches_that_grow_end_nearest_the_truth(found, other):
    errors = found["last_errors"]
    assert errors["32, 128, 512"] < 0.95 * errors[other]
