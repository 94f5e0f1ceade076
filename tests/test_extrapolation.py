"""Extrapolation is told to who listens, in its own thread, and warned of where nobody does."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from skpnn._extrapolation import extrapolations_told, tell_of_extrapolation
from skpnn.exceptions import ExtrapolationWarning


def test_who_listens_is_told_and_nobody_is_warned():
    with extrapolations_told() as told:
        tell_of_extrapolation("far away", stacklevel=1)
    assert told == ["far away"]


def test_where_nobody_listens_it_is_warned_of():
    with pytest.warns(ExtrapolationWarning, match="far away") as caught:
        tell_of_extrapolation("far away", stacklevel=1)
    assert caught[0].filename == __file__


def test_the_inner_listener_hears():
    with extrapolations_told() as outer:
        with extrapolations_told() as inner:
            tell_of_extrapolation("inside", stacklevel=1)
        tell_of_extrapolation("outside", stacklevel=1)
    assert (outer, inner) == (["outside"], ["inside"])


def test_an_error_ends_listening():
    with pytest.raises(RuntimeError), extrapolations_told():
        raise RuntimeError
    with pytest.warns(ExtrapolationWarning):
        tell_of_extrapolation("far away", stacklevel=1)


def test_threads_listen_each_to_its_own_and_leave_warnings_alone():
    filters, show = list(warnings.filters), warnings.showwarning
    together = Barrier(2)

    def listen(message):
        with extrapolations_told() as told:
            together.wait(timeout=10)
            tell_of_extrapolation(message, stacklevel=1)
            together.wait(timeout=10)
        return told

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(listen, ["one", "other"])) == [["one"], ["other"]]
    assert warnings.filters == filters
    assert warnings.showwarning is show
