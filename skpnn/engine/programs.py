"""The pool of programs: compiled once, reused by every later fit of the same architecture."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import keras

from skpnn.engine.backends import backend_module, double_precision
from skpnn.engine.events import Batches
from skpnn.engine.program import Program

__all__ = ["leased_program", "new_program"]

MAX_IDLE_PROGRAMS = 8


class _Pool:
    """Idle programs by key, the least recently used dropped first; safe from several threads."""

    def __init__(self, max_idle: int) -> None:
        self._max_idle = max_idle
        self._idle: OrderedDict[int, tuple[Hashable, Program]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> Program | None:
        with self._lock:
            for number, (other, program) in self._idle.items():
                if other == key:
                    del self._idle[number]
                    return program
        return None

    def put(self, key: Hashable, program: Program) -> None:
        with self._lock:
            self._idle[id(program)] = (key, program)
            while len(self._idle) > self._max_idle:
                self._idle.popitem(last=False)


_POOL = _Pool(MAX_IDLE_PROGRAMS)


def new_program(
    build: Callable[[], keras.Model], example: Batches, key: Hashable = None
) -> Program:
    """Return a program of the compiled model that `build` returns, to be kept by the caller.

    Those of one `key` share what they can; None stands for what nothing can be said of.
    """
    return backend_module("programs").new_program(build, example, key)


@contextmanager
def leased_program(
    key: Hashable, build: Callable[[], keras.Model], example: Batches
) -> Iterator[Program]:
    """Lend an idle program of `key`, or one made from the compiled model that `build` returns.

    The key None stands for what nothing can be said of: such a program is used once. One that an
    exception interrupted is not lent again: its graph may be half-traced. Nor is one whose layers
    a callback has frozen or thawed.
    """
    with double_precision():
        program = None if key is None else _POOL.take(key)
        if program is None:
            program = new_program(build, example, key)
        yield program
        if key is not None and program.is_as_made:
            _POOL.put(key, program)
