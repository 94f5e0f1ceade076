"""Memory and threads."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import subjects
from benchmarks.measure import MIB, Row, status, times_faster


def rows() -> Iterator[Row]:
    """Yield the rows of the table."""
    for kind in ("MLPClassifier", "PNNClassifier"):
        peak, size = _in_a_process("peak", kind)
        yield Row(
            f"peak memory of `{kind}.fit` beyond X, 1,000,000 × 28, over X",
            f"{peak:.0f} MiB",
            f"{size:.0f} MiB",
            [peak / size],
            "at most 0.5",
        )
    growth = _in_a_process("growth", "PNNClassifier")[0]
    what = "growth of memory over 100 small fits, in MiB"
    yield Row(what, f"{growth:.1f} MiB", "", [growth], "at most 20")
    what = "two fits in two threads, batch 128, over one after the other"
    yield replace(_two_threads(), what=what, asked="1.6")
    ratios = _in_a_process("threads", "MLPClassifier", TF_NUM_INTRAOP_THREADS="1")
    yield Row("… under `TF_NUM_INTRAOP_THREADS=1`", "", "", ratios)


def _two_threads() -> Row:
    """Return how many times faster two fits at once are than in turn."""
    X, y = subjects.events(200_000)
    models = [subjects.ours(10, 128) for _ in range(2)]

    def in_turn() -> None:
        for model in models:
            model.fit(X, y)

    def at_once() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda model: model.fit(X, y), models))

    return times_faster("", at_once, in_turn, repeats=7)


def _in_a_process(what: str, kind: str, **environment: str) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.resources", what, kind]
    env = os.environ | environment
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return [float(number) for number in done.stdout.split()]


def _peak(kind: str) -> None:
    """Print the peak of resident memory of a fit beyond what was there before, and X's size."""
    X, y, make = _subject(kind, 1_000_000)
    make(2).fit(X[:300_000], y[:300_000])
    Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    make(2).fit(X, y)
    print((status("VmHWM") - before) / MIB, X.nbytes / MIB)


def _growth(kind: str) -> None:
    """Print how much resident memory grows over 100 fits, after the first 10."""
    X, y, make = _subject(kind, 2000)
    for number in range(110):
        if number == 10:
            before = status("VmRSS")
        make(5).set_params(random_state=number, learning_rate=1e-3 * (1 + number)).fit(X, y)
    print((status("VmRSS") - before) / MIB)


def _threads(kind: str) -> None:
    """Print how many times faster two fits at once are than in turn, pair by pair."""
    del kind
    print(*_two_threads().ratios)


def _subject(kind: str, n: int) -> tuple:
    if kind == "PNNClassifier":
        return *subjects.events_with_theta(n), lambda epochs: subjects.parametrised(epochs, 256)
    return *subjects.events(n), lambda epochs: subjects.ours(epochs, 256)


if __name__ == "__main__":
    np.seterr(all="ignore")
    {"peak": _peak, "growth": _growth, "threads": _threads}[sys.argv[1]](sys.argv[2])
