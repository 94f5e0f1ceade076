"""ReliabilityDisplay: against the exact posterior, and by hand."""

import numpy as np
import pytest

import skpnn
from skpnn.plotting import ReliabilityDisplay
from skpnn.plotting._reliability_curve import reliability_curve


@pytest.fixture(scope="module")
def toy():
    return skpnn.datasets.BaldiToy().sample(4000, random_state=0)


def chi_square(display):
    """Return the squared pulls from the diagonal, per point."""
    columns = (display.predicted, display.observed, display.errors)
    predicted, observed, error = (np.concatenate(one) for one in columns)
    return np.mean((observed - predicted) ** 2 / np.maximum(error, 1e-3) ** 2)


@pytest.mark.parametrize("strategy", ["quantile", "uniform"])
def test_the_exact_posterior_lies_on_the_diagonal(toy, exact_posterior, strategy):
    model = exact_posterior(skpnn.datasets.BaldiToy())
    display = ReliabilityDisplay.from_estimator(model, *toy, strategy=strategy)
    assert chi_square(display) < 1.6


def test_a_wrong_share_of_signal_does_not(toy, exact_posterior):
    model = exact_posterior(skpnn.datasets.BaldiToy())
    display = ReliabilityDisplay.from_estimator(model, *toy, signal_fraction=0.3)
    assert chi_square(display) > 10


def test_the_share_of_signal_is_by_default_the_samples(toy, exact_posterior):
    # Signal that weighs a quarter was sampled at a quarter: the posterior of equal shares is off.
    X, y = toy
    model = exact_posterior(skpnn.datasets.BaldiToy())
    weight = np.where(y == 1, 0.25, 1.0)
    of_sample = ReliabilityDisplay.from_estimator(model, X, y, sample_weight=weight)
    given = ReliabilityDisplay.from_estimator(
        model, X, y, sample_weight=weight, signal_fraction=0.2
    )
    assert np.concatenate(of_sample.observed) == pytest.approx(np.concatenate(given.observed))
    assert chi_square(of_sample) > 10


def test_a_network_knows_its_share_of_signal(toy):
    X, y = toy
    kept = (y == 0) | (np.arange(len(y)) % 4 == 0)
    model = skpnn.PNNClassifier(class_weight="balanced", epochs=2, random_state=0)
    model.fit(X[kept], y[kept])
    known = ReliabilityDisplay.from_estimator(model, X, y)
    given = ReliabilityDisplay.from_estimator(model, X, y, signal_fraction=0.5)
    assert np.concatenate(known.observed) == pytest.approx(np.concatenate(given.observed))


def test_negative_weights_keep_the_exact_posterior_on_the_diagonal(toy, exact_posterior):
    X, y = toy
    weight = np.where(np.arange(len(y)) % 5 == 0, -1.0, 1.0)
    model = exact_posterior(skpnn.datasets.BaldiToy())
    display = ReliabilityDisplay.from_estimator(model, X, y, sample_weight=weight, n_bins=5)
    assert chi_square(display) < 1.6


def test_curve_by_hand():
    curve = reliability_curve(
        [0.1, 0.9], [0.2, 0.8], signal_weight=[1, 3], background_weight=[3, 1], n_bins=2
    )
    assert curve.predicted == pytest.approx([0.175, 0.875])
    assert curve.observed == pytest.approx([0.25, 0.75])
    # (b² Σw² + s² Σv²) / (s + b)⁴ with s = 1, b = 3
    assert curve.error == pytest.approx([np.sqrt(18) / 16] * 2)


def test_signal_is_scaled_to_its_share():
    curve = reliability_curve([0.5], [0.5, 0.5], signal_fraction=0.2, n_bins=3)
    assert curve.observed == pytest.approx([0.2])


def test_bins_of_equal_width_leave_out_the_empty():
    curve = reliability_curve([0.95], [0.05], strategy="uniform")
    assert curve.predicted.tolist() == [0.05, 0.95]


def test_equal_probabilities_stay_together():
    curve = reliability_curve([0.5] * 9, [0.5] * 8 + [0.1], n_bins=4)
    assert curve.predicted == pytest.approx([0.1, 0.5])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"signal_fraction": 1.0}, r"signal_fraction=1.0 is not possible"),
        ({"n_bins": 0}, r"n_bins=0 is not possible"),
        ({"strategy": "equal"}, r"strategy='equal' is not possible"),
    ],
)
def test_arguments_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        reliability_curve([0.5], [0.5], **options)


def test_scores_have_to_be_probabilities():
    with pytest.raises(ValueError, match="reliability is a matter of probabilities"):
        reliability_curve([1.5], [0.5])
