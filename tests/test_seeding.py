"""Seeds for model functions of the user's, and what they leave behind: nothing."""

import random
import threading

import numpy as np
import pytest

from skpnn._seeding import seeded_globals


def drawn():
    return random.random(), np.random.random()  # noqa: NPY002


def states():
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002
    return random.getstate(), kind, keys.tolist(), rest


def test_same_seed_draws_the_same():
    with seeded_globals(3):
        first = drawn()
    with seeded_globals(3):
        assert drawn() == first


def test_other_seed_draws_otherwise():
    with seeded_globals(3):
        first = drawn()
    with seeded_globals(4):
        second = drawn()
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_generators_are_as_before():
    before = states()
    with seeded_globals(3):
        drawn()
    assert states() == before


def test_generators_are_as_before_an_error():
    def failing():
        with seeded_globals(3):
            drawn()
            raise RuntimeError("enough")

    before = states()
    with pytest.raises(RuntimeError, match="enough"):
        failing()
    assert states() == before


def test_seed_may_be_larger_than_numpy_takes():
    with seeded_globals(2**32 + 3):
        large = np.random.random()  # noqa: NPY002
    with seeded_globals(3):
        assert np.random.random() == large  # noqa: NPY002


def test_blocks_of_one_thread_nest():
    inner = []

    def nested():
        with seeded_globals(3), seeded_globals(4):
            inner.append(drawn())

    thread = threading.Thread(target=nested, daemon=True)
    thread.start()
    thread.join(timeout=10)
    with seeded_globals(4):
        assert inner == [drawn()]


def test_threads_do_not_disturb_each_other():
    with seeded_globals(3):
        alone = [random.random() for _ in range(1000)]
    together = {}

    def draw(number):
        with seeded_globals(3):
            together[number] = [random.random() for _ in range(1000)]

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(together.values()) == [alone] * 4


def test_other_threads_take_no_integers_from_keras():
    def drawn_integers(meanwhile):
        with seeded_globals(3):
            first = random.randint(1, 10**9)
            meanwhile()
            return first, random.randint(1, 10**9)

    def elsewhere():
        thread = threading.Thread(target=random.random)
        thread.start()
        thread.join()

    assert drawn_integers(elsewhere) == drawn_integers(lambda: None)
