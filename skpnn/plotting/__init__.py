"""Pictures, under scikit-learn's Display contract: compute once, plot often."""

from skpnn.plotting._hypothesis_scan import HypothesisScanDisplay
from skpnn.plotting._kernels import KernelDisplay
from skpnn.plotting._learning_rate_range import LearningRateRangeDisplay
from skpnn.plotting._permutation_importance import PermutationImportanceDisplay
from skpnn.plotting._reliability import ReliabilityDisplay
from skpnn.plotting._roc import HypothesisROCDisplay
from skpnn.plotting._scan_map import ScanMapDisplay
from skpnn.plotting._score_distribution import ScoreDistributionDisplay
from skpnn.plotting._training_history import TrainingHistoryDisplay

__all__ = [
    "HypothesisROCDisplay",
    "HypothesisScanDisplay",
    "KernelDisplay",
    "LearningRateRangeDisplay",
    "PermutationImportanceDisplay",
    "ReliabilityDisplay",
    "ScanMapDisplay",
    "ScoreDistributionDisplay",
    "TrainingHistoryDisplay",
]
