"""Warnings told to whoever listens for them, in its thread, and given where nobody does."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

__all__ = ["tell", "told"]

# Not warnings.catch_warnings, which changes the whole process under other threads' feet.
_LISTENERS: ContextVar[Mapping[type[Warning], list[str]]] = ContextVar(
    "listeners", default=MappingProxyType({})
)


@contextmanager
def told(category: type[Warning]) -> Iterator[list[str]]:
    """Collect the warnings of `category` that `tell` would give inside the block, in this thread.

    Examples
    --------
    >>> from skpnn.exceptions import ExtrapolationWarning
    >>> with told(ExtrapolationWarning) as messages:
    ...     tell("θ = 2000 lies outside", ExtrapolationWarning, stacklevel=2)
    >>> messages
    ['θ = 2000 lies outside']
    """
    messages: list[str] = []
    token = _LISTENERS.set({**_LISTENERS.get(), category: messages})
    try:
        yield messages
    finally:
        _LISTENERS.reset(token)


def tell(message: str, category: type[Warning], *, stacklevel: int) -> None:
    """Tell who listens for `category`; give the warning where nobody does."""
    messages = _LISTENERS.get().get(category)
    if messages is None:
        warnings.warn(message, category, stacklevel=stacklevel + 1)
    else:
        messages.append(message)
