"""Splitters that know θ and event numbers, for scikit-learn's cross-validation and searches."""

from skpnn.model_selection._event_number import EventNumberKFold
from skpnn.model_selection._event_number_classifier import EventNumberClassifier
from skpnn.model_selection._leave_one_hypothesis_out import LeaveOneHypothesisOut
from skpnn.model_selection._stratified import StratifiedHypothesisKFold

__all__ = [
    "EventNumberClassifier",
    "EventNumberKFold",
    "LeaveOneHypothesisOut",
    "StratifiedHypothesisKFold",
]
