"""Figures of merit, as pure functions of scores and of weights of either sign."""

from skpnn.metrics._auc import weighted_auc
from skpnn.metrics._bins import binned_significance
from skpnn.metrics._counting import asimov_significance
from skpnn.metrics._cuts import (
    BestCut,
    average_precision,
    background_rejection,
    best_cut,
)
from skpnn.metrics._log_loss import log_loss
from skpnn.metrics._named import METRICS, Metric, lower_is_better, named_metrics
from skpnn.metrics._roc import ROCCurve, roc_curve

__all__ = [
    "METRICS",
    "BestCut",
    "Metric",
    "ROCCurve",
    "asimov_significance",
    "average_precision",
    "background_rejection",
    "best_cut",
    "binned_significance",
    "log_loss",
    "lower_is_better",
    "named_metrics",
    "roc_curve",
    "weighted_auc",
]
