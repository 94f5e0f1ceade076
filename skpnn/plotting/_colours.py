"""Colours that the colour-blind tell apart."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BACKGROUND",
    "CATEGORIES",
    "DENSITY",
    "NEUTRAL",
    "SEQUENTIAL",
    "SIGNAL",
    "hypothesis_colours",
]

# The palette of M. Okabe and K. Ito, "Color universal design" (2008), without its yellow.
BACKGROUND = "#0072B2"
SIGNAL = "#D55E00"
CATEGORIES = [BACKGROUND, SIGNAL, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
NEUTRAL = "#767676"

# Perceptually uniform, of rising lightness: it survives a grey printer.
SEQUENTIAL = "viridis"
# What is lighter is hard to see on white.
LIGHTEST = 0.82
# From white: nothing there.
DENSITY = "Blues"


def hypothesis_colours(points: NDArray[np.float64]) -> list[Any]:
    """Return a colour for each hypothesis, of shape (k, n_theta), in the order of θ."""
    from matplotlib import colormaps

    order = np.lexsort(points.T[::-1])
    rank = np.argsort(order)
    return list(colormaps[SEQUENTIAL](LIGHTEST * rank / max(len(points) - 1, 1)))
