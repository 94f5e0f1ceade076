"""On-line, mini-batch and full batch: updates per epoch, and what they bring."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def found(numbers):
    return numbers("plot_batch_sizes")


@pytest.mark.parametrize(
    ("batch_size", "expected"),
    [("1", 1000), ("100", 10), ("300", 4), ("all", 1)],
)
def test_every_epoch_has_exactly_its_number_of_updates(found, batch_size, expected):
    assert found["updates_per_epoch"][batch_size] == [expected, expected]


def test_long_runs_count_on(found):
    assert found["updates"]["on-line (1)"][-1] == 20_000
    assert found["updates"]["mini-batch (100)"][-1] == 4_000
    assert found["updates"]["full batch (1,000)"][-1] == 1_000


def test_smaller_batches_learn_more_from_a_pass(found):
    loss = found["after_20_epochs"]
    assert loss["on-line (1)"] < 0.2 * loss["mini-batch (100)"]
    assert loss["mini-batch (100)"] < 0.8 * loss["full batch (1,000)"]


def test_an_update_on_a_hundred_events_is_worth_one_on_a_thousand(found):
    loss = found["after_1000_updates"]
    assert loss["mini-batch (100)"] == pytest.approx(loss["full batch (1,000)"], rel=0.05)


def test_on_line_steps_do_not_settle(found):
    assert found["noise_floor"]["on-line (1)"] > 1.1 * found["noise_floor"]["mini-batch (100)"]
