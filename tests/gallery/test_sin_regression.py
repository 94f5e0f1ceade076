"""Half a sine: the losses that the study notes print, step by step."""

import pytest

pytestmark = pytest.mark.slow

FIRST_LOSSES = [155.2018, 636.6941, 1982.0791, 2056.0511, 75.1510, 41.3069]


@pytest.fixture
def found(numbers):
    return numbers("plot_sin_regression")


def test_the_network_starts_where_the_notes_do(found):
    assert found["start"] == pytest.approx(61.29358546868393, rel=1e-12)


def test_gradient_descent_ends_where_the_notes_do(found):
    assert found["after_descent"] == pytest.approx(31.426829, rel=1e-6)


def test_adam_ends_where_the_notes_do(found):
    # Keras' ε stands elsewhere than the notes', which costs 2e-6.
    assert found["after_adam"] == pytest.approx(0.898390, rel=1e-5)


def test_every_step_of_gradient_descent_is_that_of_the_notes(found):
    assert len(found["first_losses"]) == 20
    assert found["first_losses"][:6] == pytest.approx(FIRST_LOSSES, abs=1e-4)
    assert found["first_losses"][-1] == pytest.approx(40.185413, rel=1e-6)


def test_ten_times_the_rate_grows_as_the_curvature_says(found):
    assert found["growth"] == pytest.approx(49, rel=1e-3)


def test_divergence_is_told_once_and_leaves_finite_predictions(found):
    assert found["n_divergence_warnings"] == 1
    assert found["predicts_finite"]
    assert found["steps_until_overflow"] < 300


def test_the_first_layer_does_not_move_while_the_second_is_zero(found):
    assert found["moves"]["W, step 1"] == 0
    assert found["moves"]["V, step 1"] > 0.1
    assert found["moves"]["W, step 2"] > 0.01
