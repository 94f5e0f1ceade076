"""The warnings and errors of skpnn, so that each can be filtered or caught by its own class."""

__all__ = [
    "CheckpointError",
    "CompilationWarning",
    "CovarianceWarning",
    "DivergenceError",
    "DivergenceWarning",
    "EmptySelectionWarning",
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


class CheckpointError(ValueError):
    """The checkpoint of a search is damaged, or of another search; the file is left as it is."""


class CompilationWarning(SkpnnWarning):
    """XLA cannot compile a model; it trains in graph mode. Given at ``verbose`` ≥ 1 only."""


class CovarianceWarning(SkpnnWarning):
    """A fit does not determine its parameters' covariance, which is infinite then."""


class DivergenceError(ArithmeticError):
    """Training a candidate of a search diverged, which counts as a failure there."""


class DivergenceWarning(SkpnnWarning):
    """Training reached a loss or a weight that is not finite; the last finite weights are kept."""


class EmptySelectionWarning(SkpnnWarning):
    """A cut leaves no event of a file that has events, as one in the wrong units does."""


class ExtrapolationWarning(SkpnnWarning):
    """A hypothesis lies outside the range of θ that the network was trained on."""


class ThetaLeakageWarning(SkpnnWarning):
    """Signal and background are told apart by θ alone in the training sample."""
