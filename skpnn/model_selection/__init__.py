"""Splitters and scorers that know θ, for scikit-learn's cross-validation and searches."""

from skpnn.model_selection._event_number import EventNumberKFold
from skpnn.model_selection._event_number_classifier import EventNumberClassifier
from skpnn.model_selection._interpolation import interpolation_report
from skpnn.model_selection._leave_one_hypothesis_out import LeaveOneHypothesisOut
from skpnn.model_selection._scorer import HypothesisScorer, hypothesis_scorer
from skpnn.model_selection._stratified import StratifiedHypothesisKFold

__all__ = [
    "EventNumberClassifier",
    "EventNumberKFold",
    "HypothesisScorer",
    "LeaveOneHypothesisOut",
    "StratifiedHypothesisKFold",
    "hypothesis_scorer",
    "interpolation_report",
]
