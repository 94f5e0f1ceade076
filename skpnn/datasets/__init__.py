"""Data to learn and to test with: the sample that ships, and toys whose optimum is known."""

from skpnn.datasets._known_optimum import KnownOptimum
from skpnn.datasets._toys import (
    BaldiToy,
    CranmerToy,
    GaussianShift,
    NoInformation,
    ResonanceOnExponential,
)
from skpnn.datasets._ttbar_resonance import load_ttbar_resonance, ttbar_resonance_path

__all__ = [
    "BaldiToy",
    "CranmerToy",
    "GaussianShift",
    "KnownOptimum",
    "NoInformation",
    "ResonanceOnExponential",
    "load_ttbar_resonance",
    "ttbar_resonance_path",
]
