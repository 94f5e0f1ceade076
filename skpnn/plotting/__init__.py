"""Pictures, under scikit-learn's Display contract: compute once, plot often."""

from skpnn.plotting._hypothesis_scan import HypothesisScanDisplay

__all__ = ["HypothesisScanDisplay"]
