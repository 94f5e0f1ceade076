"""Extrapolation, told to whoever listens or else warned of."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from skpnn.exceptions import ExtrapolationWarning

__all__ = ["extrapolations_told", "tell_of_extrapolation"]

# Not warnings.catch_warnings, which changes the whole process under other threads' feet.
_LISTENER: ContextVar[list[str] | None] = ContextVar("listener", default=None)


@contextmanager
def extrapolations_told() -> Iterator[list[str]]:
    """Collect what would be warned of inside the block, in this thread.

    Examples
    --------
    >>> with extrapolations_told() as told:
    ...     tell_of_extrapolation("θ = 2000 lies outside", stacklevel=2)
    >>> told
    ['θ = 2000 lies outside']
    """
    told: list[str] = []
    token = _LISTENER.set(told)
    try:
        yield told
    finally:
        _LISTENER.reset(token)


def tell_of_extrapolation(message: str, *, stacklevel: int) -> None:
    """Tell who listens; give an ExtrapolationWarning where nobody does."""
    told = _LISTENER.get()
    if told is None:
        warnings.warn(message, ExtrapolationWarning, stacklevel=stacklevel + 1)
    else:
        told.append(message)
