"""Data to learn and to test with: what ships, what is fetched, toys whose optimum is known."""

from skpnn.datasets._digit_images import load_digit_images
from skpnn.datasets._hepmass import fetch_hepmass
from skpnn.datasets._known_optimum import KnownOptimum
from skpnn.datasets._make_ttbar_resonance import make_ttbar_resonance
from skpnn.datasets._toys import (
    BaldiToy,
    CranmerToy,
    GaussianShift,
    NoInformation,
    ResonanceOnExponential,
)
from skpnn.datasets._ttbar_resonance import load_ttbar_resonance, ttbar_resonance_path
from skpnn.datasets._two_parameters import TwoParameterGaussian

__all__ = [
    "BaldiToy",
    "CranmerToy",
    "GaussianShift",
    "KnownOptimum",
    "NoInformation",
    "ResonanceOnExponential",
    "TwoParameterGaussian",
    "fetch_hepmass",
    "load_digit_images",
    "load_ttbar_resonance",
    "make_ttbar_resonance",
    "ttbar_resonance_path",
]
