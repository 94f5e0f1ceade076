"""scikit-learn's Display contract, for every Display: compute once, plot often, return self."""

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn import plotting
from skpnn.inspection import permutation_importance

MASSES = [500.0, 750.0, 1000.0, 1250.0, 1500.0]
HISTORY = {"loss": [0.6, 0.4, 0.3], "val_loss": [0.5, 0.4, 0.45]}
RANGE = ([1e-3, 1e-2, 1e-1, 1.0], [0.7, 0.4, 0.2, 3.0])
K = len(MASSES)


class Network(BaseEstimator):
    """Something that was trained."""

    def __init__(self):
        self.history_ = HISTORY


@dataclass(frozen=True)
class Case:
    """How a Display is built, and which of its attributes hold its numbers.

    Some cannot be built from an estimator: what trains networks lies above the pictures.
    """

    from_arrays: Callable
    from_estimator: Callable | None
    from_predictions: Callable
    numbers: tuple[str, ...]
    panels: bool = False
    has_theta: bool = True


def of_scores(name, arrays, numbers, **more):
    """Return the case of a Display of signal and background scores."""
    display = getattr(plotting, name)
    options = {"random_state": 0} if name == "HypothesisScanDisplay" else {}
    return Case(
        lambda: display(MASSES, *arrays, unit="GeV"),
        lambda model, X, y, **ax: display.from_estimator(model, X, y, unit="GeV", **options, **ax),
        lambda model, X, y, **ax: display.from_predictions(
            y, skpnn.scan(model, X), theta=X["mass"], unit="GeV", **options, **ax
        ),
        numbers,
        **more,
    )


def importances(model, X, y):
    return permutation_importance(model, X, y, random_state=0)


CASES = {
    "KernelDisplay": Case(
        lambda: plotting.KernelDisplay(np.ones((5, 5, 3))),
        None,
        lambda model, X, y, **ax: plotting.KernelDisplay(np.ones((5, 5, 3))).plot(**ax),
        (),
        has_theta=False,
    ),
    "HypothesisScanDisplay": of_scores(
        "HypothesisScanDisplay", [[0.5] * K], ("hypotheses", "values", "errors")
    ),
    "HypothesisROCDisplay": of_scores(
        "HypothesisROCDisplay",
        [[[0, 0.8, 1]] * K, [[0, 0.2, 1]] * K],
        ("hypotheses", "signal_efficiency", "background_efficiency", "auc"),
    ),
    "ScoreDistributionDisplay": of_scores(
        "ScoreDistributionDisplay",
        [[0, 0.5, 1], [[0.2, 0.8]] * K, [[0.7, 0.3]] * K],
        ("edges", "signal", "background", "signal_errors", "background_errors"),
        panels=True,
    ),
    "ReliabilityDisplay": of_scores(
        "ReliabilityDisplay",
        [[[0.2, 0.8]] * K, [[0.25, 0.75]] * K],
        ("hypotheses", "predicted", "observed", "errors"),
    ),
    "ScanMapDisplay": Case(
        lambda: plotting.ScanMapDisplay(MASSES, np.eye(K), unit="GeV"),
        lambda model, X, y, **ax: plotting.ScanMapDisplay.from_estimator(
            model, X, hypotheses=MASSES, unit="GeV", **ax
        ),
        lambda model, X, y, **ax: plotting.ScanMapDisplay.from_predictions(
            skpnn.scan(model, X), unit="GeV", **ax
        ),
        ("hypotheses", "scores"),
    ),
    "TrainingHistoryDisplay": Case(
        lambda: plotting.TrainingHistoryDisplay(HISTORY),
        lambda model, X, y, **ax: plotting.TrainingHistoryDisplay.from_estimator(
            make_pipeline(RobustScaler(), Network()), **ax
        ),
        lambda model, X, y, **ax: plotting.TrainingHistoryDisplay.from_history(HISTORY, **ax),
        (),
        has_theta=False,
    ),
    "LearningRateRangeDisplay": Case(
        lambda: plotting.LearningRateRangeDisplay(*RANGE, RANGE[1], suggestion=0.01),
        None,
        lambda model, X, y, **ax: plotting.LearningRateRangeDisplay.from_losses(*RANGE, **ax),
        (),
        has_theta=False,
    ),
    "PermutationImportanceDisplay": Case(
        lambda: plotting.PermutationImportanceDisplay(["m"], MASSES, [[0.1] * K], unit="GeV"),
        lambda model, X, y, **ax: plotting.PermutationImportanceDisplay.from_estimator(
            model, X, y, random_state=0, unit="GeV", **ax
        ),
        lambda model, X, y, **ax: plotting.PermutationImportanceDisplay.from_table(
            importances(model, X, y), unit="GeV", **ax
        ),
        ("hypotheses", "importances", "errors"),
    ),
}
OF_THETA = {name: case for name, case in CASES.items() if case.has_theta}
OF_ESTIMATOR = {name: case for name, case in CASES.items() if case.from_estimator is not None}

every = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
of_theta = pytest.mark.parametrize("case", OF_THETA.values(), ids=OF_THETA)
of_estimator = pytest.mark.parametrize("case", OF_ESTIMATOR.values(), ids=OF_ESTIMATOR)


def axes_for(case):
    return plt.subplots(1, K if case.panels else 1)[1]


def numbers_of(display, case):
    parts = [part for name in case.numbers for part in getattr(display, name)]
    return np.concatenate([np.ravel(part) for part in parts]).astype(float)


def test_every_display_is_tested():
    assert sorted(CASES) == plotting.__all__


@every
def test_plot_returns_the_display(case):
    display = case.from_arrays()
    assert display.plot() is display


@every
def test_plot_draws_on_the_axes_given(case):
    ax = axes_for(case)
    assert case.from_arrays().plot(ax=ax).ax_ is np.ravel(ax)[0]


@every
def test_plot_leaves_no_figure_beside_the_axes_given(case):
    case.from_arrays().plot(ax=axes_for(case))
    assert len(plt.get_fignums()) == 1


@every
def test_plot_draws_again_on_a_new_figure(case):
    display = case.from_arrays()
    first, second = display.plot().figure_, display.plot().figure_
    assert first is not second


@every
def test_plot_keeps_the_figure(case):
    display = case.from_arrays().plot()
    assert display.figure_ is display.ax_.figure


@every
def test_constructor_draws_nothing(case):
    case.from_arrays()
    assert plt.get_fignums() == []


@of_theta
def test_the_unit_of_theta_is_written(case):
    texts = [text.get_text() for text in case.from_arrays().plot().figure_.findobj(Text)]
    assert any("GeV" in text for text in texts)


@of_estimator
def test_from_estimator_draws_on_the_axes_given(case, pipeline, masses):
    ax = axes_for(case)
    assert case.from_estimator(pipeline, *masses, ax=ax).ax_ is np.ravel(ax)[0]


@every
def test_from_predictions_draws_on_the_axes_given(case, pipeline, masses):
    ax = axes_for(case)
    assert case.from_predictions(pipeline, *masses, ax=ax).ax_ is np.ravel(ax)[0]


@of_theta
def test_from_arrays_of_events_gives_the_same(case, pipeline, pipeline_of_arrays, masses):
    X, y = masses
    expected = case.from_estimator(pipeline, X, y)
    display = case.from_estimator(pipeline_of_arrays, X.to_numpy(), y.to_numpy())
    assert numbers_of(display, case) == pytest.approx(numbers_of(expected, case), abs=1e-12)


@of_theta
def test_from_predictions_gives_the_same(case, pipeline, masses):
    expected = case.from_estimator(pipeline, *masses)
    display = case.from_predictions(pipeline, *masses)
    assert numbers_of(display, case) == pytest.approx(numbers_of(expected, case), abs=1e-12)


@of_theta
def test_hypotheses_of_arrays_are_called_theta(case, pipeline_of_arrays, masses):
    X, y = masses
    display = case.from_estimator(pipeline_of_arrays, X.to_numpy(), y)
    assert display.theta_name == "θ"
