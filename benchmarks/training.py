"""Training: events per second."""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np

from benchmarks import subjects
from benchmarks.measure import Row, rate, seconds, thousands, times_faster

N = 200_000
REPEATS = 3


def rows() -> Iterator[Row]:
    """Yield the rows of the table."""
    for batch_size, asked in ((32, "25"), (128, "10"), (1024, "4.5")):
        yield _against_keras("scikeras", _scikeras, batch_size, asked)
    for optimizer in ("sgd", "adam"):
        for batch_size, asked in ((32, "6"), (128, "4"), (1024, "2")):
            yield _against_scikit_learn(optimizer, batch_size, asked)
    yield _against_keras("Keras `fit`", _keras_fit, 128, "")
    yield _whole_fit(1024)
    if importlib.util.find_spec("skorch") and importlib.util.find_spec("torch"):
        yield _against_skorch(128)
    if importlib.util.find_spec("pnnplus"):
        yield _against_pnnplus(1024)
    yield _share_of_the_bound()
    yield _redraw()
    yield _second_fit()
    yield _many_events()


def _ours(batch_size: int, optimizer: str = "adam") -> Callable[[int], object]:
    X, y = subjects.events(N)
    return lambda epochs: subjects.ours(epochs, batch_size, optimizer).fit(X, y)


def _scikeras(batch_size: int) -> Callable[[int], object]:
    X, y = subjects.events(N)
    return lambda epochs: subjects.scikeras(epochs, batch_size).fit(X, y)


def _keras_fit(batch_size: int) -> Callable[[int], object]:
    X, y = subjects.events(N)
    targets = y.astype(np.float32)[:, np.newaxis]
    return lambda epochs: subjects.keras_model().fit(
        X, targets, epochs=epochs, batch_size=batch_size, verbose=0
    )


def _paired(
    what: str,
    ours: Callable[[], float],
    peers: Callable[[], float],
    asked: str = "",
    repeats: int = REPEATS,
) -> Row:
    """Return how many times more events per second ours trains, measured in turns."""
    ours()
    pairs = [(ours(), peers()) for _ in range(repeats)]
    own, others = (median(rates) for rates in zip(*pairs, strict=True))
    ratios = [one / other for one, other in pairs]
    return Row(what, thousands(own), thousands(others), ratios, asked)


def _against_keras(name: str, peer: Any, batch_size: int, asked: str) -> Row:
    # Keras traces at every fit; that is not counted here.
    many = 2 if batch_size < 128 else 4 if batch_size < 1024 else 9
    theirs = peer(batch_size)
    return _paired(
        f"training over {name}, batch {batch_size}",
        lambda: rate(_ours(batch_size), N, few=0, many=10),
        lambda: rate(theirs, N, few=1, many=many),
        asked,
    )


def _whole_fit(batch_size: int) -> Row:
    theirs = _scikeras(batch_size)
    return _paired(
        f"… over scikeras, whole fits of 5 epochs, batch {batch_size}: its tracing counts",
        lambda: rate(_ours(batch_size), N, few=0, many=5),
        lambda: rate(theirs, N, few=0, many=5),
    )


def _against_scikit_learn(optimizer: str, batch_size: int, asked: str) -> Row:
    X, y = subjects.events(N)

    def theirs(epochs: int) -> object:
        return subjects.scikit_learns(epochs, batch_size, optimizer).fit(X, y)

    return _paired(
        f"training over scikit-learn, {optimizer}, batch {batch_size}",
        lambda: rate(_ours(batch_size, optimizer), N, few=0, many=10),
        lambda: rate(theirs, N, few=0, many=3),
        asked,
    )


def _against_skorch(batch_size: int) -> Row:
    # PyTorch and TensorFlow bring an LLVM each, and do not bear the other in one process.
    command = [sys.executable, "-m", "benchmarks.skorch_rate", str(N), str(batch_size)]
    return _paired(
        f"training over skorch, batch {batch_size}",
        lambda: rate(_ours(batch_size), N, few=0, many=10),
        lambda: float(subprocess.run(command, capture_output=True, check=True).stdout),
    )


def _against_pnnplus(batch_size: int) -> Row:
    X, y = subjects.events_with_theta(N)
    train = subjects.pnnplus(X, y)
    return _paired(
        f"training a PNN over pnnplus (same network), batch {batch_size}",
        lambda: rate(
            lambda epochs: subjects.parametrised(epochs, batch_size).fit(X, y), N, few=0, many=10
        ),
        lambda: rate(lambda epochs: train(epochs, batch_size), N, few=1, many=5),
    )


def _share_of_the_bound() -> Row:
    return _paired(
        "share of one core's matrix products, batch 128",
        lambda: rate(_ours(128), N, few=0, many=10),
        lambda: products_per_second() / subjects.FLOP_PER_EVENT,
        "0.5",
        repeats=7,
    )


def products_per_second(batch_size: int = 128, width: int = 32) -> float:
    """Return floating-point operations per second of one core, in products of these shapes."""
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(0)
    left = rng.standard_normal((batch_size, width), dtype=np.float32)
    right = rng.standard_normal((width, width), dtype=np.float32)
    out = np.empty_like(left)
    n = 20_000
    with threadpool_limits(1):
        start = time.perf_counter()
        for _ in range(n):
            np.dot(left, right, out=out)
        return 2 * batch_size * width * width * n / (time.perf_counter() - start)


def _redraw() -> Row:
    X, y = subjects.events_with_theta(N)
    never, always = (subjects.parametrised(10, 128, redraw=redraw) for redraw in ("never", "epoch"))
    what = "θ redrawn every epoch: time without redraw over time with (1.1 times the time is 0.91)"
    return times_faster(what, lambda: always.fit(X, y), lambda: never.fit(X, y), asked="0.91")


def _second_fit() -> Row:
    X, y = subjects.events(2000)
    ratios, firsts, seconds_ = [], [], []
    # A width of its own: no program is there yet.
    for width in (21, 22, 23, 24, 25):
        model = subjects.ours(5, 256).set_params(hidden_layer_sizes=(width,) * 3)
        firsts.append(seconds(lambda: model.fit(X, y)))  # noqa: B023
        seconds_.append(seconds(lambda: model.fit(X, y)))  # noqa: B023
        ratios.append(firsts[-1] / seconds_[-1])
    what = "second fit of an architecture against the first, 2,000 events, 5 epochs"
    texts = (f"{1e3 * median(times):.0f} ms" for times in (seconds_, firsts))
    return Row(what, *texts, ratios, "10")


def _many_events() -> Row:
    large, small = subjects.events(7_000_000), subjects.events(N)
    return _paired(
        "events/s at 7,000,000 × 28 against 200,000 × 28, 4 epochs, batch 128",
        lambda: rate(
            lambda epochs: subjects.ours(epochs, 128).fit(*large), 7_000_000, few=0, many=4
        ),
        lambda: rate(lambda epochs: subjects.ours(epochs, 128).fit(*small), N, few=0, many=4),
        "0.8",
    )
