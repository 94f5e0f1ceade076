"""Shared graphs: programs that differ in nothing but their variables are traced once."""

import copy
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

__all__ = ["Graphs", "SharedGraphs", "recorded_variables"]


@dataclass(frozen=True)
class _Traced:
    function: Any
    variables: Sequence[tf.Variable]


class SharedGraphs:
    """Traced functions by name; safe from several threads."""

    def __init__(self) -> None:
        self._traced: dict[Hashable, _Traced] = {}
        self._lock = threading.RLock()

    def get(
        self, name: Hashable, trace: Callable[[], Any], variables: Sequence[tf.Variable]
    ) -> Any:
        """Return the function of that name, on `variables`; it is what `trace` returns, or would.

        Another thread that asks for it waits: tracing is Python, and two at a time take as long.
        """
        with self._lock:
            if name not in self._traced:
                self._traced[name] = _Traced(trace(), variables)
            traced = self._traced[name]
        if traced.variables is variables:
            return traced.function
        try:
            return _on_variables(traced, variables)
        except LookupError:
            return trace()


def _on_variables(traced: _Traced, variables: Sequence[tf.Variable]) -> Any:
    """Return the function with other variables in place of those that it was traced with.

    Raises
    ------
    LookupError
        If it uses a resource that is none of them.
    """
    if len(traced.variables) != len(variables):
        raise LookupError("The programs differ in what they have made.")
    counterparts = {
        id(theirs.handle): ours.handle
        for theirs, ours in zip(traced.variables, variables, strict=True)
        if theirs.shape == ours.shape and theirs.dtype == ours.dtype
    }
    captured = [
        counterparts[id(tensor)] if tensor.dtype == tf.resource else tensor
        for tensor in traced.function.captured_inputs
    ]
    function = copy.copy(traced.function)
    function.set_external_captures(captured)
    return function


@dataclass(frozen=True)
class Graphs:
    """The shared graphs as one program calls them, on its own variables.

    Attributes
    ----------
    shared : SharedGraphs
        Those of all programs of a key.
    variables : list of tf.Variable
        The program's own, in the order in which it made them; programs of a key make the same.
    """

    shared: SharedGraphs
    variables: Sequence[tf.Variable]

    @classmethod
    def alone(cls) -> "Graphs":
        """Return graphs that are shared with no other program."""
        return cls(SharedGraphs(), [])

    def get(self, name: Hashable, trace: Callable[[], Any]) -> Any:
        """Return the function of that name, traced by this program or another."""
        return self.shared.get(name, trace, self.variables)


@contextmanager
def recorded_variables() -> Iterator[list[tf.Variable]]:
    """Lend a list to which this thread's new variables are appended, as they are made."""
    variables: list[tf.Variable] = []

    def record(create: Callable[..., tf.Variable], **arguments: Any) -> tf.Variable:
        variable = create(**arguments)
        variables.append(variable)
        return variable

    with tf.variable_creator_scope(record):
        yield variables
