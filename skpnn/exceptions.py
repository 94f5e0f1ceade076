"""The warnings that skpnn gives, so that each can be filtered by its own class."""

__all__ = [
    "CompilationWarning",
    "DivergenceWarning",
    "ExtrapolationWarning",
    "SkpnnWarning",
    "ThetaLeakageWarning",
]


class SkpnnWarning(UserWarning):
    """Base class of every warning that skpnn gives.

    Examples
    --------
    >>> import warnings
    >>> from skpnn.exceptions import SkpnnWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", SkpnnWarning)
    """


class CompilationWarning(SkpnnWarning):
    """XLA cannot compile a model; it trains in graph mode. Given at ``verbose`` ≥ 1 only."""


class DivergenceWarning(SkpnnWarning):
    """Training reached a loss or a weight that is not finite; the last finite weights are kept."""


class ExtrapolationWarning(SkpnnWarning):
    """A hypothesis lies outside the range of θ that the network was trained on."""


class ThetaLeakageWarning(SkpnnWarning):
    """θ alone separates signal from background in the training sample."""
