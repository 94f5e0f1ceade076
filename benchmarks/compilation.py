"""What a step takes: by XLA and in graph mode, on one vector and variable by variable.

``python -m benchmarks.compilation`` prints the tables that `skpnn.engine.xla` and
`skpnn.engine.vector_steps` go by.
"""

from itertools import product
from math import prod
from statistics import median
from unittest.mock import patch

import numpy as np

from benchmarks.measure import seconds
from skpnn.engine import vector_steps
from skpnn.engine.chunks import ChunkShape, chunks
from skpnn.engine.events import Events
from skpnn.engine.tensorflow_programs import TensorFlowProgram
from skpnn.networks import NetworkSpec, build_adjustable_network, start_network, weight_shapes
from skpnn.optimizers import OptimizerSpec, build_optimizer

BATCH_SIZES = (32, 128, 512, 1024, 2048, 4096, 8192)
HIDDEN = ((32, 32, 32), (128, 128), (300, 150, 100, 50))
# With 28 features from 3,000 to 2,000,000 weights.
WIDTHS = (32, 128, 256, 512, 1024)
HEADER = (
    "| hidden layers | batch | graph: µs per step | XLA | saved | XLA: s longer to compile |\n"
    "| --- | --- | --- | --- | --- | --- |"
)
VECTOR_HEADER = (
    "\n| hidden layers | weights | batch | variables: µs per step | one vector |\n"
    "| --- | --- | --- | --- | --- |"
)


def main() -> None:
    """Print the tables."""
    _print_compilers()
    _print_vectors()


def _print_compilers() -> None:
    print(HEADER)
    for hidden, batch_size in product(HIDDEN, BATCH_SIZES):
        graph, graph_first = _step(hidden, batch_size, is_static=False)
        xla, xla_first = _step(hidden, batch_size, is_static=True)
        numbers = f"{graph:.0f} | {xla:.0f} | {graph - xla:.0f} | {xla_first - graph_first:.2f}"
        print(f"| {'-'.join(map(str, hidden))} | {batch_size} | {numbers} |", flush=True)


def _print_vectors() -> None:
    print(VECTOR_HEADER)
    for width, batch_size in product(WIDTHS, (128, 1024)):
        hidden = (width, width, width)
        with patch.object(vector_steps, "LARGEST_VECTOR", 0):
            variables, _ = _step(hidden, batch_size, is_static=False)
        with patch.object(vector_steps, "LARGEST_VECTOR", 10**9):
            vector, _ = _step(hidden, batch_size, is_static=False)
        n_weights = sum(map(prod, weight_shapes(NetworkSpec(28, 1, hidden))))
        sizes = f"{'-'.join(map(str, hidden))} | {n_weights:,} | {batch_size}"
        print(f"| {sizes} | {variables:.0f} | {vector:.0f} |", flush=True)


def _step(hidden: tuple[int, ...], batch_size: int, *, is_static: bool) -> tuple[float, float]:
    """Return the microseconds that a step takes, and the seconds of the first call."""
    events = _events()
    shape = ChunkShape.of(events, batch_size, is_static=is_static)
    program = _program(hidden, events)
    one = next(iter(chunks(events, shape, order=np.arange(len(events)))))
    chunk = program.on_device(one)
    first = seconds(lambda: program.train_chunk(chunk))
    times = [seconds(lambda: program.train_chunk(chunk)) for _ in range(9)]
    return 1e6 * median(times) / chunk.n_batches, first


def _events() -> Events:
    rng = np.random.default_rng(0)
    n = 32_768
    X = rng.standard_normal((n, 28), dtype=np.float32)
    target = rng.integers(2, size=(n, 1)).astype(np.float32)
    return Events(X, target, np.ones(n, np.float32))


def _program(hidden: tuple[int, ...], events: Events) -> TensorFlowProgram:
    spec = NetworkSpec(28, 1, hidden, output_activation="sigmoid")
    model = build_adjustable_network(spec)
    model.compile(build_optimizer(OptimizerSpec("adam")), "binary_crossentropy")
    start_network(model, spec, seed=0)
    return TensorFlowProgram(model, events.example())


if __name__ == "__main__":
    main()
