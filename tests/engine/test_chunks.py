"""Events cut into chunks, and chunks read ahead."""

import threading
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skpnn.engine import chunks as module
from skpnn.engine.chunks import ChunkShape, chunks, epochs_of_chunks, read_ahead
from skpnn.engine.events import Events


def numbered(n):
    """Events that carry their number in every array."""
    number = np.arange(n, dtype=float)
    return Events(np.column_stack([number, -number]), 10 * number[:, np.newaxis], 100 * number)


def all_chunks(n, shape, order=None):
    return list(chunks(numbered(n), shape, order=np.arange(n) if order is None else order))


def numbers(chunk):
    """The events of a chunk that count."""
    return (chunk.batches[-1][: chunk.n_batches] / 100).ravel().tolist()


def all_numbers(yielded):
    return list(chain.from_iterable(map(numbers, yielded)))


n_events = st.integers(1, 50)
shapes = st.builds(
    ChunkShape, st.integers(1, 60), n_batches=st.integers(1, 5), is_static=st.booleans()
)


@given(n_events, shapes, st.randoms(use_true_random=False))
def test_chunks_yield_every_event_once_in_order(n, shape, random):
    order = np.array(random.sample(range(n), n))
    assert all_numbers(all_chunks(n, shape, order)) == order.tolist()


@given(n_events, shapes)
def test_chunks_keep_arrays_together(n, shape):
    for chunk in all_chunks(n, shape):
        X, target, weight = chunk.batches
        np.testing.assert_array_equal(X[..., 0] * 10, target[..., 0])
        np.testing.assert_array_equal(X[..., 1] * -100, weight)


@given(n_events, shapes)
def test_chunks_are_full_batches_then_one_smaller(n, shape):
    yielded = [(chunk.n_batches, chunk.batches[-1].shape[1]) for chunk in all_chunks(n, shape)]
    rest = n % shape.batch_size
    if rest:
        assert yielded.pop() == (1, rest)
    assert all(size == shape.batch_size for _, size in yielded)
    assert all(number == shape.n_batches for number, _ in yielded[:-1])


@given(n_events, shapes)
def test_static_chunks_have_one_shape(n, shape):
    static = [chunk for chunk in all_chunks(n, shape) if chunk.is_static]
    assert {chunk.batches[-1].shape for chunk in static} <= {(shape.n_batches, shape.batch_size)}


@given(n_events, shapes)
def test_last_chunk_ends_the_epoch(n, shape):
    *others, last = all_chunks(n, shape)
    assert last.ends_epoch
    assert not any(chunk.ends_epoch for chunk in others)


def test_chunk_has_a_dimension_for_batches():
    X, target, weight = all_chunks(12, ChunkShape(4, n_batches=3))[0].batches
    assert (X.shape, target.shape, weight.shape) == ((3, 4, 2), (3, 4, 1), (3, 4))


def test_chunks_of_a_subset():
    (chunk,) = all_chunks(9, ChunkShape(2, n_batches=5), order=np.array([7, 3]))
    assert numbers(chunk) == [7, 3]


@pytest.mark.parametrize(("limit", "n_batches"), [(5 * 4 * 32, 5), (1, 1)])
def test_chunks_of_large_events_are_small(monkeypatch, limit, n_batches):
    monkeypatch.setattr(module, "BYTES_PER_CHUNK", limit)
    assert ChunkShape.of(numbered(100), 4).n_batches == n_batches


def test_chunks_of_small_events_hold_many_batches():
    assert ChunkShape.of(numbered(100), 4).n_batches == module.EVENTS_PER_CHUNK // 4


@pytest.mark.parametrize(("n", "n_batches"), [(4, 2), (30, 8), (100, 32), (10**6, 8192)])
def test_static_chunks_of_few_events_are_small(n, n_batches):
    assert ChunkShape.of(numbered(n), 4, is_static=True).n_batches == n_batches


def test_batch_larger_than_a_chunk_is_a_chunk():
    assert ChunkShape.of(numbered(9), module.EVENTS_PER_CHUNK + 1).n_batches == 1


def epochs(n_epochs, **arguments):
    rng = np.random.default_rng(0)
    shape = ChunkShape(4, n_batches=2)
    yielded = epochs_of_chunks(numbered(10), shape, n_epochs=n_epochs, rng=rng, **arguments)
    return np.reshape(all_numbers(yielded), (n_epochs, 10))


def test_every_epoch_has_every_event():
    assert (np.sort(epochs(3)) == np.arange(10)).all()


def test_every_epoch_has_an_order_of_its_own():
    one, other = epochs(2)
    assert one.tolist() != other.tolist()


def test_order_is_kept_without_shuffling():
    assert (epochs(2, shuffle=False) == np.arange(10)).all()


def test_items_read_ahead_are_prepared_in_order():
    with read_ahead(iter(range(5)), lambda n: 10 * n) as items:
        assert list(items) == [0, 10, 20, 30, 40]


def test_next_item_is_made_while_one_is_in_use():
    made = threading.Event()

    def two_items():
        yield 1
        made.set()
        yield 2

    with read_ahead(two_items(), lambda n: n) as items:
        next(items)
        assert made.wait(timeout=10)


def test_no_more_than_one_item_is_read_ahead():
    made = []
    with read_ahead((made.append(n) or n for n in range(9)), lambda n: n) as items:
        next(items)
    assert made == [0, 1]


def test_exception_while_reading_ahead_is_raised():
    def failing():
        yield 1
        raise KeyError("second")

    with read_ahead(failing(), lambda n: n) as items:
        assert next(items) == 1
        with pytest.raises(KeyError, match="second"):
            next(items)
