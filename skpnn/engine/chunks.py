"""Chunks: events in random order, gathered on the host while the device computes."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from skpnn.engine.events import Batches, Events, batched

__all__ = ["Chunk", "ChunkShape", "chunks", "epochs_of_chunks", "events_per_chunk", "read_ahead"]

# One compiled call per this many events, or this much memory: large enough that calls cost
# nothing, small enough that a chunk stays near the processor's cache.
EVENTS_PER_CHUNK = 32_768
BYTES_PER_CHUNK = 8 * 2**20

Item = TypeVar("Item")


@dataclass(frozen=True)
class ChunkShape:
    """How events are cut into chunks.

    Attributes
    ----------
    batch_size : int
        Events per step.
    n_batches : int
        Steps per chunk.
    is_static : bool
        Whether a chunk of fewer steps is padded to the same shape, as XLA needs it.
    """

    batch_size: int
    n_batches: int
    is_static: bool = False

    @classmethod
    def of(
        cls, events: Events, batch_size: int, *, one_batch: bool = False, is_static: bool = False
    ) -> "ChunkShape":
        """Return the shape of chunks of `events` that are neither too many nor too large."""
        n_batches = 1 if one_batch else max(1, events_per_chunk(events) // batch_size)
        if is_static:
            # Few events need no large shape; powers of 2, for folds to share a compiled one.
            n_batches = min(n_batches, 1 << (len(events) // batch_size).bit_length())
        return cls(batch_size, n_batches, is_static)


def events_per_chunk(events: Events) -> int:
    """Return how many events make up a chunk."""
    return min(EVENTS_PER_CHUNK, max(1, BYTES_PER_CHUNK // events.bytes_per_event))


@dataclass(frozen=True)
class Chunk:
    """Events for one compiled call.

    Attributes
    ----------
    batches : tuple
        Inputs, targets and weights, of shape (batches, batch_size, …).
    n_batches : int
        How many of them count; more are there as padding.
    is_static : bool
        Whether the shape is the same for every chunk.
    ends_epoch : bool
        Whether this is the last of its epoch.
    """

    batches: Batches
    n_batches: int
    is_static: bool
    ends_epoch: bool


def epochs_of_chunks(
    events: Events,
    shape: ChunkShape,
    *,
    n_epochs: int,
    rng: np.random.Generator,
    shuffle: bool = True,
) -> Iterator[Chunk]:
    """Yield the chunks of every epoch, in an order and with background θ of its own."""
    for _ in range(n_epochs):
        events.start_epoch(rng)
        # No name for it: the last epoch's order is then gone before the next is drawn.
        yield from chunks(
            events,
            shape,
            order=rng.permutation(len(events)) if shuffle else np.arange(len(events)),
        )


def chunks(events: Events, shape: ChunkShape, *, order: NDArray[np.intp]) -> Iterator[Chunk]:
    """Yield the events in `order`, as arrays of shape (batches, batch_size, …).

    The events that do not fill a last batch come as a chunk of their own, one smaller batch: the
    mean over it is the mean of its events.
    """
    n_full = len(order) // shape.batch_size * shape.batch_size
    step = shape.n_batches * shape.batch_size
    for start in range(0, n_full, step):
        rows = order[start : min(start + step, n_full)]
        yield Chunk(
            batched(
                events.take(_padded(rows, step) if shape.is_static else rows), shape.batch_size
            ),
            n_batches=len(rows) // shape.batch_size,
            is_static=shape.is_static,
            ends_epoch=start + len(rows) == len(order),
        )
    if n_full < len(order):
        rest = batched(events.take(order[n_full:]), len(order) - n_full)
        yield Chunk(rest, n_batches=1, is_static=False, ends_epoch=True)


def _padded(rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    return np.pad(rows, (0, n - len(rows)), mode="edge")


@contextmanager
def read_ahead(
    items: Iterator[Item], prepare: Callable[[Item], Item]
) -> Iterator[Generator[Item, None, None]]:
    """Lend an iterator over ``prepare(item)``, made in a thread while the item before is in use.

    An exception in the thread is raised where the item would have come.
    """

    def next_item() -> Item | None:
        item = next(items, None)
        return None if item is None else prepare(item)

    def ahead(worker: ThreadPoolExecutor) -> Generator[Item, None, None]:
        coming = worker.submit(next_item)
        while (item := coming.result()) is not None:
            coming = worker.submit(next_item)
            yield item

    with ThreadPoolExecutor(1, thread_name_prefix="skpnn") as worker:
        yield ahead(worker)
