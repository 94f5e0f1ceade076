"""Compiled training steps, by hand and by Keras; and programs lent again."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.optimizers.schedules import CosineDecay

from skpnn.engine import sharing, xla
from skpnn.engine.chunks import ChunkShape, chunks
from skpnn.engine.events import Events
from skpnn.engine.programs import leased_program
from skpnn.engine.tensorflow_programs import TensorFlowProgram
from skpnn.exceptions import CompilationWarning
from skpnn.networks import (
    NetworkSpec,
    build_adjustable_network,
    build_network,
    for_training,
    start_network,
)
from skpnn.optimizers import OptimizerSpec, build_optimizer

RATE = 0.1
BATCH_SIZE = 8
N = 3 * BATCH_SIZE


def network(optimizer="sgd", loss="mean_squared_error", *, seed=0, **arguments):
    model = build_network(NetworkSpec(n_inputs=3, n_outputs=1, **arguments), seed)
    if optimizer is not None:
        model.compile(optimizer=build_optimizer(optimizer), loss=loss)
        model.optimizer.learning_rate = RATE
    return model


def linear(momentum=0.0, *, nesterov=False):
    return network(OptimizerSpec("sgd", momentum, nesterov), hidden=())


def program_of(model):
    return TensorFlowProgram(model, some_events().example())


def linear_program():
    return program_of(linear())


def some_events(n=N, dtype="float32", weighted=True):
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(n, 3)), rng.exponential(size=n) - 0.2
    target = rng.integers(2, size=(n, 1))
    weight = weight if weighted else np.ones(n)
    return Events(X.astype(dtype), target.astype(dtype), weight.astype(dtype))


def one_chunk(events, batch_size=BATCH_SIZE, n_batches=None, is_static=False):
    shape = ChunkShape(batch_size, n_batches or len(events), is_static)
    (chunk,) = chunks(events, shape, order=np.arange(len(events)))
    return TensorFlowProgram.on_device(chunk)


def close(one, other, **tolerance):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, **({"rtol": 1e-5, "atol": 1e-6} | tolerance))


def by_hand(weights, chunk, *, momentum=0.0, nesterov=False):
    """Stochastic gradient descent on Σ w (y − xk − b)² / n in float64."""
    w = [array.astype(np.float64) for array in weights]
    velocity = [0.0, 0.0]
    for X, target, weight in zip(*map(np.asarray, chunk.batches), strict=True):
        pull = 2 * weight[:, np.newaxis] * (X @ w[0] + w[1] - target) / len(X)
        for i, gradient in enumerate([X.T @ pull, pull.sum(axis=0)]):
            velocity[i] = momentum * velocity[i] - RATE * gradient
            step = momentum * velocity[i] - RATE * gradient if nesterov else velocity[i]
            w[i] = w[i] + step
    return w


@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
def test_steps_are_those_computed_by_hand(momentum, nesterov):
    model, chunk = linear(momentum, nesterov=nesterov), one_chunk(some_events())
    expected = by_hand(model.get_weights(), chunk, momentum=momentum, nesterov=nesterov)
    program_of(model).train_chunk(chunk)
    close(model.get_weights(), expected)


def test_step_of_a_smaller_batch_is_the_mean_of_its_events():
    model, chunk = linear(), one_chunk(some_events(5), batch_size=5)
    expected = by_hand(model.get_weights(), chunk)
    program_of(model).train_chunk(chunk)
    close(model.get_weights(), expected)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_steps_compiled_by_xla_are_those_computed_by_hand(momentum):
    model, chunk = linear(momentum), one_chunk(some_events(), n_batches=5, is_static=True)
    real = one_chunk(some_events())
    expected = by_hand(model.get_weights(), real, momentum=momentum)
    program_of(model).train_chunk(chunk)
    close(model.get_weights(), expected)


def test_loss_of_a_padded_chunk_is_that_of_its_events():
    one, other = linear(), linear()
    padded = one_chunk(some_events(), n_batches=5, is_static=True)
    by_xla = program_of(one).train_chunk(padded)
    in_graph = program_of(other).train_chunk(one_chunk(some_events()))
    assert float(by_xla["loss"]) == pytest.approx(float(in_graph["loss"]), rel=1e-6)


class Lengths(keras.layers.Layer):
    """A layer that XLA cannot compile: it knows no text."""

    def call(self, inputs):
        lengths = tf.strings.length(tf.strings.as_string(inputs))
        return inputs + 0 * tf.cast(lengths, inputs.dtype)


def uncompilable():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(1)(Lengths()(inputs)))
    model.compile("sgd", "mse")
    return program_of(model)


def test_model_that_xla_cannot_compile_is_trained_in_graph_mode():
    program, plain = uncompilable(), linear()
    plain.optimizer.learning_rate = 0.01
    plain.set_weights(program.model.get_weights())
    program.train_chunk(one_chunk(some_events(), n_batches=5, is_static=True))
    program_of(plain).train_chunk(one_chunk(some_events()))
    close(program.model.get_weights(), plain.get_weights())


def test_fall_back_is_told_once_where_asked(recwarn):
    program = uncompilable()
    for _ in range(2):
        program.train_chunk(one_chunk(some_events(), n_batches=5, is_static=True), verbose=1)
    assert [w.category for w in recwarn] == [CompilationWarning]
    assert recwarn[0].message.args[0].startswith("XLA cannot compile this model")


def test_fall_back_is_told_in_every_fit():
    program = uncompilable()
    chunk = one_chunk(some_events(), n_batches=5, is_static=True)
    program.train_chunk(chunk)
    for _ in range(2):
        program.restart()
        with pytest.warns(CompilationWarning, match="XLA cannot compile this model"):
            program.train_chunk(chunk, verbose=1)


def test_fall_back_is_silent_by_default(recwarn):
    uncompilable().train_chunk(one_chunk(some_events(), n_batches=5, is_static=True))
    assert not recwarn


def test_loss_is_the_weighted_mean_of_all_batches():
    model, events = linear(), some_events()
    kernel, bias = model.get_weights()
    squares = np.square(events.X @ kernel + bias - events.target)[:, 0]
    result = TensorFlowProgram(model, events.example()).test_chunk(one_chunk(events))
    assert float(result["loss"]) == pytest.approx((events.weight * squares).mean(), rel=1e-5)


def test_float64_is_kept():
    model = network(OptimizerSpec("sgd", 0.0, False), hidden=(), dtype="float64")
    events = some_events(dtype="float64")
    expected = by_hand(model.get_weights(), one_chunk(events))
    TensorFlowProgram(model, events.example()).train_chunk(one_chunk(events))
    # The rate is a float32 variable, and so is Keras' loss by name: its rounding is relative.
    close(model.get_weights(), expected, rtol=1e-6)


STOCHASTIC = NetworkSpec(3, 1, (8, 8), dropout=0.3, batch_normalization=True, alpha=0.1)


@pytest.fixture(scope="module")
def stochastic():
    model = build_adjustable_network(for_training(STOCHASTIC))
    model.compile(optimizer=build_optimizer(OptimizerSpec("adam")), loss="mean_squared_error")
    return program_of(model)


def restart(program, seed=0):
    program.restart()
    start_network(program.model, STOCHASTIC, seed)


def trained(program, seed):
    restart(program, seed)
    program.train_chunk(one_chunk(some_events()))
    return [*program.model.get_weights(), *program.optimizer_state()]


def test_restart_repeats_a_fit_bit_by_bit(stochastic):
    one, other = trained(stochastic, 5), trained(stochastic, 5)
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_restart_puts_the_optimizer_back(stochastic):
    restart(stochastic)
    initial = stochastic.optimizer_state()
    stochastic.train_chunk(one_chunk(some_events()))
    restart(stochastic)
    assert all((a == b).all() for a, b in zip(initial, stochastic.optimizer_state(), strict=True))


def test_restart_puts_the_count_of_steps_back(stochastic):
    trained(stochastic, 5)
    restart(stochastic)
    assert int(stochastic.model.optimizer.iterations) == 0


def test_restart_draws_other_dropout_from_another_seed(stochastic):
    def masks(seed):
        restart(stochastic, seed)
        stochastic.model.set_weights(common)
        stochastic.train_chunk(one_chunk(some_events()))
        return stochastic.model.get_weights()[0]

    common = stochastic.model.get_weights()
    assert (masks(1) != masks(2)).any()


def test_restart_lets_training_go_on(stochastic):
    stochastic.model.stop_training = True
    trained(stochastic, 5)
    assert stochastic.model.stop_training is False


def test_optimizer_state_is_a_copy(stochastic):
    trained(stochastic, 5)
    state = stochastic.optimizer_state()
    before = [value.copy() for value in state]
    stochastic.train_chunk(one_chunk(some_events()))
    assert all((a == b).all() for a, b in zip(state, before, strict=True))


def test_optimizer_state_loaded_is_the_one_saved(stochastic):
    trained(stochastic, 5)
    saved = stochastic.optimizer_state()
    trained(stochastic, 6)
    stochastic.load_optimizer_state(saved)
    close(stochastic.optimizer_state(), saved, rtol=0, atol=0)


@pytest.fixture
def lease(empty_pool):
    """Lend from an empty pool that keeps two programs."""
    example = some_events().example()
    return lambda key: leased_program(key, linear, example)


def lent(lease, key):
    with lease(key) as program:
        return program


def test_equal_keys_share_a_program(lease):
    assert lent(lease, "a") is lent(lease, "a")


def test_different_keys_have_programs_of_their_own(lease):
    assert lent(lease, "a") is not lent(lease, "b")


def test_simultaneous_leases_have_programs_of_their_own(lease):
    with lease("a") as one, lease("a") as other:
        assert one is not other


def test_both_programs_of_simultaneous_leases_are_lent_again(lease):
    with lease("a") as one, lease("a") as other:
        pass
    with lease("a") as third, lease("a") as fourth:
        assert {id(third), id(fourth)} == {id(one), id(other)}


def test_program_of_a_failed_lease_is_not_lent_again(lease):
    failed = []

    def fail():
        with lease("a") as program:
            failed.append(program)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert lent(lease, "a") is not failed[0]


def test_least_recently_used_program_is_dropped(lease):
    a, b = lent(lease, "a"), lent(lease, "b")
    lent(lease, "a")
    lent(lease, "c")
    assert lent(lease, "a") is a
    assert lent(lease, "b") is not b


@pytest.fixture
def traced(monkeypatch):
    """The loops traced, by name."""
    names = []
    original = sharing.SharedGraphs.get

    def get(self, name, trace, variables):
        def counted():
            names.append(name if isinstance(name, str) else name[0])
            return trace()

        return original(self, name, counted, variables)

    monkeypatch.setattr(sharing.SharedGraphs, "get", get)
    return names


def test_simultaneous_leases_share_what_is_traced(lease, traced):
    chunk, static = one_chunk(some_events()), one_chunk(some_events(), n_batches=4, is_static=True)
    with lease("a") as one, lease("a") as other:
        for program in (one, other):
            program.train_chunk(chunk)
            program.train_chunk(static)
            program.test_chunk(chunk)
    assert traced == ["train", "XLA", "test"]


def test_simultaneous_leases_train_weights_of_their_own(lease):
    with lease("a") as one, lease("a") as other:
        before = other.model.get_weights()
        one.train_chunk(one_chunk(some_events()))
        close(other.model.get_weights(), before, rtol=0, atol=0)
        other.train_chunk(one_chunk(some_events()))
        close(other.model.get_weights(), one.model.get_weights(), rtol=0, atol=0)
        other.train_chunk(one_chunk(some_events()))
        assert (one.model.get_weights()[0] != other.model.get_weights()[0]).any()


def test_different_keys_share_nothing(lease, traced):
    for key in "ab":
        lent(lease, key).train_chunk(one_chunk(some_events()))
    assert traced == ["train", "train"]


def deep():
    return network(OptimizerSpec("sgd", momentum=0.0), hidden=(4,))


def test_program_with_a_frozen_layer_shares_nothing(empty_pool):
    example, chunk = some_events().example(), one_chunk(some_events())
    with (
        leased_program("a", deep, example) as frozen,
        leased_program("a", deep, example) as plain,
    ):
        frozen.model.layers[1].trainable = False
        for program in (frozen, plain):
            program.train_chunk(chunk)
        first, other = (program.model.get_weights()[0] for program in (frozen, plain))
    assert (first != other).any()


def train_with_so_many(program, *numbers):
    for n_batches in numbers:
        program.train_chunk(one_chunk(some_events(), n_batches=n_batches, is_static=True))


def test_xla_compiles_only_so_many_loops(monkeypatch):
    monkeypatch.setattr(xla, "_BUDGET", xla._Budget(1))
    program, plain = linear_program(), linear()
    with pytest.warns(CompilationWarning, match="compiled 1 training loops in this process"):
        train_with_so_many(program, 4, 5)
    for _ in range(2):
        program_of(plain).train_chunk(one_chunk(some_events()))
    close(program.model.get_weights(), plain.get_weights())


def test_spent_budget_is_told_once(monkeypatch):
    monkeypatch.setattr(xla, "_BUDGET", xla._Budget(0))
    program = linear_program()
    with pytest.warns(CompilationWarning, match="Start a new process") as told:
        train_with_so_many(program, 4, 5, 4)
    assert len(told) == 1


def test_loops_compiled_before_run_on_when_no_more_are_compiled(monkeypatch):
    monkeypatch.setattr(xla, "_BUDGET", xla._Budget(1))
    program = linear_program()
    train_with_so_many(program, 4)
    monkeypatch.setattr(program, "_train", None)
    train_with_so_many(program, 4)


@pytest.mark.parametrize("change", [{"beta_1": 0.5}, {"learning_rate": CosineDecay(0.1, 9)}])
def test_program_whose_optimizer_a_callback_changed_is_not_lent_again(empty_pool, change):
    def adam():
        return network(OptimizerSpec("adam"), hidden=(4,))

    def lend():
        with leased_program("a", adam, some_events().example()) as program:
            for name, value in change.items():
                setattr(program.model.optimizer, name, value)
        return program

    assert lend() is not lend()
