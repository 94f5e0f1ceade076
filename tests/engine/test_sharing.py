"""Graphs traced once, and called on the variables of each program."""

import threading

import pytest
import tensorflow as tf

from skpnn.engine.sharing import Graphs, SharedGraphs, recorded_variables


class Counter:
    """Adds to a variable of its own, in a graph that others may have traced."""

    def __init__(self, shared, shape=()):
        with recorded_variables() as self.variables:
            self.total = tf.Variable(tf.zeros(shape), name="total")
        self.graphs = Graphs(shared, self.variables)
        self.n_traces = 0

    def trace(self):
        self.n_traces += 1
        add = tf.function(lambda x: self.total.assign_add(x * tf.ones_like(self.total)))
        return add.get_concrete_function(tf.TensorSpec((), tf.float32))

    def add(self, value):
        self.graphs.get("add", self.trace)(tf.constant(value))


@pytest.fixture
def shared():
    return SharedGraphs()


def test_second_of_a_kind_is_not_traced(shared):
    one, other = Counter(shared), Counter(shared)
    one.add(1.0)
    other.add(2.0)
    assert (one.n_traces, other.n_traces) == (1, 0)


def test_each_has_its_own_variables(shared):
    one, other = Counter(shared), Counter(shared)
    one.add(1.0)
    other.add(2.0)
    one.add(4.0)
    assert (float(one.total), float(other.total)) == (5.0, 2.0)


def test_graph_outlives_the_one_that_traced_it(shared):
    Counter(shared).add(1.0)
    other = Counter(shared)
    other.add(2.0)
    assert float(other.total) == 2.0


def test_variables_of_another_shape_have_a_graph_of_their_own(shared):
    one, other = Counter(shared), Counter(shared, (3,))
    one.add(1.0)
    other.add(2.0)
    assert other.n_traces == 1
    assert other.total.numpy().tolist() == [2.0] * 3


def test_variable_that_is_not_recorded_is_not_shared(shared):
    one, other = Counter(shared), Counter(shared)
    for counter in (one, other):
        counter.total = tf.Variable(0.0)
        counter.add(1.0)
    assert other.n_traces == 1
    assert float(one.total) == float(other.total) == 1.0


def test_different_names_are_different_graphs(shared):
    one = Counter(shared)
    one.graphs.get("add", one.trace)
    one.graphs.get("other", one.trace)
    assert one.n_traces == 2


def test_alone_nothing_is_shared():
    one, other = Graphs.alone(), Graphs.alone()
    assert one.get("name", object) is not other.get("name", object)


def test_thread_that_asks_at_the_same_time_waits(shared):
    started, go_on = threading.Event(), threading.Event()
    one, other = Counter(shared), Counter(shared)
    trace = one.trace

    def slow_trace():
        started.set()
        go_on.wait()
        return trace()

    one.trace = slow_trace
    threads = [threading.Thread(target=one.add, args=(1.0,))]
    threads[0].start()
    started.wait()
    threads.append(threading.Thread(target=other.add, args=(2.0,)))
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert (one.n_traces, other.n_traces) == (1, 0)
    assert (float(one.total), float(other.total)) == (1.0, 2.0)


def test_failed_trace_is_tried_again(shared):
    one = Counter(shared)

    def fail():
        raise KeyError("trace")

    with pytest.raises(KeyError, match="trace"):
        one.graphs.get("add", fail)
    one.add(1.0)
    assert float(one.total) == 1.0


def test_variables_of_other_threads_are_not_recorded():
    def make():
        tf.Variable(2.0)

    with recorded_variables() as variables:
        mine = tf.Variable(1.0)
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
    assert [float(variable) for variable in variables] == [float(mine)]
