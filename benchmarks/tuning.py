"""Tuning: the time of a search over each package's network, and the memory of a long one."""

import itertools
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import joblib

from benchmarks import searches, subjects
from benchmarks.measure import MIB, Row, seconds, status


@dataclass(frozen=True)
class Size:
    """What is searched, and how often; less only shows that the benchmark runs."""

    candidates: int = 16
    events: int = 20_000
    repeats: int = 3
    long: int = 1000


FULL = Size()
# A search after the first finds workers started, and ours its programs compiled. Keras compiles at
# every fit.
SEARCHES = {"skpnn": 2, "scikit-learn": 2, "scikeras": 1}


def rows(size: Size = FULL) -> Iterator[Row]:
    """Yield the rows of the table."""
    yield from _over_scikeras(size)
    yield from _over_scikit_learn(size)
    yield _memory(size)


def _over_scikeras(size: Size) -> Iterator[Row]:
    """Yield first searches in a process over theirs, for one architecture and for three."""
    backend = _faster_backend("scikeras", size)
    what = (
        f"first `RandomizedSearchCV` in a process, {size.candidates} candidates × 3 folds, "
        f"{size.events:,} × 28, {searches.EPOCHS} epochs, `n_jobs=2`, over scikeras ({backend})"
    )
    for architectures, text, asked in ((1, what, "8"), (3, "… three architectures", "5")):
        pairs = [
            (
                _times("skpnn", "threading", size, architectures)[0],
                _times("scikeras", backend, size, architectures)[0],
            )
            for _ in range(size.repeats)
        ]
        yield _ratio(text, pairs, asked)


def _over_scikit_learn(size: Size) -> Iterator[Row]:
    """Yield first searches over theirs, and second ones, with workers started and all compiled."""
    backend = _faster_backend("scikit-learn", size)
    both = [
        (_times("skpnn", "threading", size), _times("scikit-learn", backend, size))
        for _ in range(size.repeats)
    ]
    for number, what, asked in (
        (0, f"… one architecture, over scikit-learn's `MLPClassifier` ({backend})", "1.5"),
        (1, "… the second search in each process: all is compiled, all workers started", ""),
    ):
        pairs = [(ours[number], theirs[number]) for ours, theirs in both]
        yield _ratio(what, pairs, asked)


def _memory(size: Size) -> Row:
    early, end = _in_a_process("memory", size.long)
    what = (
        f"resident memory after {size.long:,} candidates × 3 folds, 2,000 events, two threads, "
        f"over that after {_early(size.long)}"
    )
    texts = f"{end:.0f} MiB", f"{early:.0f} MiB"
    return Row(what, *texts, [end / early], "at most 1.2")


def _faster_backend(package: str, size: Size) -> str:
    """Return the joblib backend in which the package's search takes less time."""
    return min(("loky", "threading"), key=lambda backend: _times(package, backend, size)[-1])


def _times(package: str, backend: str, size: Size, architectures: int = 1) -> list[float]:
    """Return the seconds of one search after the other in a process of their own."""
    return _in_a_process("times", package, backend, size.candidates, size.events, architectures)


def _ratio(what: str, pairs: Sequence[tuple[float, float]], asked: str = "") -> Row:
    ours, theirs = (f"{median(times):.1f} s" for times in zip(*pairs, strict=True))
    return Row(what, ours, theirs, [their / own for own, their in pairs], asked)


def _in_a_process(*arguments: object) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.tuning", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


def _print_times(package: str, backend: str, *numbers: str) -> None:
    """Print the seconds of the searches; imports in this process are no part of them."""
    n_candidates, n_events, n_architectures = map(int, numbers)
    X, y = subjects.events(n_events)
    search = searches.same_search(package, searches.candidates(n_candidates, n_architectures))
    with joblib.parallel_config(backend):
        print(*(seconds(lambda: search.fit(X, y)) for _ in range(SEARCHES[package])))


def _print_memory(n_candidates: str) -> None:
    """Print the resident memory in MiB after a twentieth of the candidates, and at the end."""
    measured: list[float] = []
    last_fit = 3 * _early(int(n_candidates))
    fits = itertools.count(1)

    def score(estimator: Any, X: Any, y: Any) -> float:
        value = estimator.score(X, y)
        if next(fits) == last_fit:
            measured.append(status("VmRSS"))
        return value

    search = searches.long_search(int(n_candidates), score)
    with joblib.parallel_config("threading"):
        search.fit(*subjects.events(2000))
    print(*(size / MIB for size in (*measured, status("VmRSS"))))


def _early(n_candidates: int) -> int:
    return n_candidates // 20


if __name__ == "__main__":
    {"times": _print_times, "memory": _print_memory}[sys.argv[1]](*sys.argv[2:])
