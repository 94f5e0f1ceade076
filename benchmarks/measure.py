"""Timing in pairs: machines are noisy, so that only ratios within one run say something."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Work = Callable[[], object]

MIB = 2**20


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    what : str
        What is measured, against what.
    ours, peers : str
        The two medians, with their units.
    ratios : sequence of float
        One per pair.
    asked : str
        What the issue at hand asks for.
    """

    what: str
    ours: str
    peers: str
    ratios: Sequence[float]
    asked: str = ""

    def __str__(self) -> str:
        middle, low, high = median(self.ratios), min(self.ratios), max(self.ratios)
        spread = f" ({low:.2f}–{high:.2f})" if len(self.ratios) > 1 else ""
        return f"| {self.what} | {self.ours} | {self.peers} | {middle:.2f}{spread} | {self.asked} |"


HEADER = "| what | skpnn | other | ratio: median (range) | asked |\n| --- | --- | --- | --- | --- |"


def seconds(work: Work) -> float:
    """Return how long `work` takes."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def alternately(one: Work, other: Work, repeats: int = 5) -> tuple[list[float], list[float]]:
    """Return the times of both, run in turns after one run of each that does not count."""
    one(), other()
    times = [(seconds(one), seconds(other)) for _ in range(repeats)]
    return [a for a, _ in times], [b for _, b in times]


def times_faster(
    what: str, ours: Work, peers: Work, *, asked: str = "", repeats: int = 5, calls: int = 1
) -> Row:
    """Return how many times faster `ours` is than `peers`; each is called `calls` times in turn."""
    a, b = alternately(_repeated(ours, calls), _repeated(peers, calls), repeats)
    ratios = [peer / own for own, peer in zip(a, b, strict=True)]
    return Row(what, _duration(median(a) / calls), _duration(median(b) / calls), ratios, asked)


def _repeated(work: Work, calls: int) -> Work:
    def repeated() -> None:
        for _ in range(calls):
            work()

    return repeated


def _duration(value: float) -> str:
    return f"{value:.2f} s" if value > 1 else f"{1e3 * value:.3g} ms"


def rate(work: Callable[[int], object], n_events: int, *, few: int, many: int) -> float:
    """Return events per second of ``work(epochs)``; what does not grow with epochs cancels.

    With ``few=0`` it does not: all of the time counts.
    """
    before = seconds(lambda: work(few)) if few else 0.0
    return (many - few) * n_events / (seconds(lambda: work(many)) - before)


def thousands(value: float) -> str:
    """Return a rate as text."""
    return f"{value / 1e3:,.0f} k/s"


def status(name: str) -> float:
    """Return an entry of Linux's status of this process, such as ``VmRSS``, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * float(line.split()[1]) for line in lines if line.startswith(name))
