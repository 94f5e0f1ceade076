"""Warnings are told to who listens, in its own thread, and given where nobody does."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from skpnn._telling import tell, told
from skpnn.exceptions import DivergenceWarning, ExtrapolationWarning


def test_who_listens_is_told_and_nobody_is_warned():
    with told(ExtrapolationWarning) as messages:
        tell("far away", ExtrapolationWarning, stacklevel=1)
    assert messages == ["far away"]


def test_where_nobody_listens_it_is_warned_of():
    with pytest.warns(ExtrapolationWarning, match="far away") as caught:
        tell("far away", ExtrapolationWarning, stacklevel=1)
    assert caught[0].filename == __file__


def test_the_inner_listener_hears():
    with told(ExtrapolationWarning) as outer:
        with told(ExtrapolationWarning) as inner:
            tell("inside", ExtrapolationWarning, stacklevel=1)
        tell("outside", ExtrapolationWarning, stacklevel=1)
    assert (outer, inner) == (["outside"], ["inside"])


def test_who_listens_for_one_class_hears_nothing_of_another():
    with told(DivergenceWarning) as messages, pytest.warns(ExtrapolationWarning, match="far away"):
        tell("far away", ExtrapolationWarning, stacklevel=1)
    assert messages == []


def test_an_error_ends_listening():
    with pytest.raises(RuntimeError), told(ExtrapolationWarning):
        raise RuntimeError
    with pytest.warns(ExtrapolationWarning):
        tell("far away", ExtrapolationWarning, stacklevel=1)


def test_threads_listen_each_to_its_own_and_leave_warnings_alone():
    filters, show = list(warnings.filters), warnings.showwarning
    together = Barrier(2)

    def listen(message):
        with told(ExtrapolationWarning) as messages:
            together.wait(timeout=10)
            tell(message, ExtrapolationWarning, stacklevel=1)
            together.wait(timeout=10)
        return messages

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(listen, ["one", "other"])) == [["one"], ["other"]]
    assert warnings.filters == filters
    assert warnings.showwarning is show
