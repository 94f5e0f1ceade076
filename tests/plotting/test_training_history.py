"""TrainingHistoryDisplay: the losses, the best epoch, and where a history is found."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skpnn.plotting import TrainingHistoryDisplay

HISTORY = {"loss": [0.6, 0.4, 0.3], "val_loss": [0.5, 0.4, 0.45]}


def test_epochs_count_from_one():
    line = TrainingHistoryDisplay(HISTORY).plot().lines_["loss"]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([1, 2, 3], HISTORY["loss"])


def test_the_best_epoch_has_the_smallest_validation_loss():
    assert TrainingHistoryDisplay(HISTORY).plot().best_.get_xdata() == [2, 2]


@pytest.mark.parametrize("more", [{}, {"val_loss": [np.nan, np.nan]}])
def test_without_a_validation_loss_no_epoch_is_best(more):
    assert TrainingHistoryDisplay({"loss": [0.5, 0.4], **more}).plot().best_ is None


def test_log_draws_on_a_logarithmic_scale():
    assert TrainingHistoryDisplay(HISTORY).plot(log=True).ax_.get_yscale() == "log"


def test_name_goes_before_what_the_legend_says():
    legend = TrainingHistoryDisplay(HISTORY, name="PNN").plot().ax_.get_legend()
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["PNN, training", "PNN, validation", "PNN, best: epoch 2"]


def test_a_network_in_a_pipeline_is_found(fitted_pipeline):
    display = TrainingHistoryDisplay.from_estimator(fitted_pipeline)
    assert display.history == fitted_pipeline[-1].history_


def test_an_estimator_without_history_is_refused():
    with pytest.raises(ValueError, match="LogisticRegression has no history_"):
        TrainingHistoryDisplay.from_estimator(make_pipeline(LogisticRegression()))


@pytest.mark.parametrize("history", [{}, {"loss": []}, {"accuracy": [0.9]}])
def test_a_history_needs_a_loss(history):
    with pytest.raises(ValueError, match="expected 'loss', by epoch"):
        TrainingHistoryDisplay(history).plot()
