"""Compiled training steps, by hand and by Keras; and programs lent again."""

import numpy as np
import pytest

from skpnn.engine import programs
from skpnn.engine.events import Events, chunks
from skpnn.engine.programs import Program, leased_program
from skpnn.losses import resolve_loss
from skpnn.networks import NetworkSpec, build_network
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


def some_events(n=N, dtype="float32", weighted=True):
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(n, 3)), rng.exponential(size=n) - 0.2
    target = rng.integers(2, size=(n, 1))
    weight = weight if weighted else np.ones(n)
    return Events(X.astype(dtype), target.astype(dtype), weight.astype(dtype))


def one_chunk(events, batch_size=BATCH_SIZE):
    order = np.arange(len(events))
    (batches,) = chunks(events, batch_size, order=order, batches_per_chunk=len(events))
    return batches


def close(one, other, **tolerance):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, **({"rtol": 1e-5, "atol": 1e-6} | tolerance))


def by_hand(weights, batches, *, momentum=0.0, nesterov=False):
    """Stochastic gradient descent on Σ w (y − xk − b)² / n in float64."""
    w = [array.astype(np.float64) for array in weights]
    velocity = [0.0, 0.0]
    for X, target, weight in zip(*batches, strict=True):
        pull = 2 * weight[:, np.newaxis] * (X @ w[0] + w[1] - target) / len(X)
        for i, gradient in enumerate([X.T @ pull, pull.sum(axis=0)]):
            velocity[i] = momentum * velocity[i] - RATE * gradient
            step = momentum * velocity[i] - RATE * gradient if nesterov else velocity[i]
            w[i] = w[i] + step
    return w


@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
def test_steps_are_those_computed_by_hand(momentum, nesterov):
    model, batches = linear(momentum, nesterov=nesterov), one_chunk(some_events())
    expected = by_hand(model.get_weights(), batches, momentum=momentum, nesterov=nesterov)
    Program(model, some_events().example()).train_chunk(batches)
    close(model.get_weights(), expected)


def test_step_of_a_smaller_batch_is_the_mean_of_its_events():
    model, batches = linear(), one_chunk(some_events(5), batch_size=5)
    expected = by_hand(model.get_weights(), batches)
    Program(model, some_events().example()).train_chunk(batches)
    close(model.get_weights(), expected)


def test_loss_is_the_weighted_mean_of_all_batches():
    model, events = linear(), some_events()
    kernel, bias = model.get_weights()
    squares = np.square(events.X @ kernel + bias - events.target)[:, 0]
    result = Program(model, events.example()).test_chunk(one_chunk(events))
    assert float(result["loss"]) == pytest.approx((events.weight * squares).mean(), rel=1e-5)


ARCHITECTURES = {
    "plain": {},
    "L2": {"alpha": 0.01},
    # The bias before a normalisation has no gradient but rounding, which Adam blows up: float64.
    "normalised": {"batch_normalization": True, "dtype": "float64"},
    "normalised L2": {"batch_normalization": True, "alpha": 0.01, "dtype": "float64"},
}
OPTIMIZERS = ["sgd", "adam", "adamw", "adagrad", "rmsprop"]


@pytest.fixture(scope="module", params=ARCHITECTURES)
def architecture(request):
    return {"hidden": (4,), "output_activation": "sigmoid", **ARCHITECTURES[request.param]}


@pytest.fixture(scope="module", params=OPTIMIZERS)
def pair(request, architecture):
    """A program, and a plain Keras model that starts the same and is trained eagerly."""
    loss = resolve_loss("binary_crossentropy", dtype=architecture.get("dtype", "float32"))
    ours, theirs = (network(OptimizerSpec(request.param), loss, **architecture) for _ in range(2))
    theirs.compile(theirs.optimizer, loss, run_eagerly=True)
    return Program(ours, some_events(dtype=ours.dtype).example()), theirs


@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
def test_chunk_is_three_steps_of_keras(pair, weighted):
    program, theirs = pair
    batches = one_chunk(some_events(dtype=theirs.dtype, weighted=weighted))
    program.train_chunk(batches)
    for X, target, weight in zip(*batches, strict=True):
        theirs.train_on_batch(X, target, sample_weight=weight if weighted else None)
    close(program.model.get_weights(), theirs.get_weights(), rtol=1e-4, atol=1e-5)


def test_float64_is_kept():
    model = network(OptimizerSpec("sgd", 0.0, False), hidden=(), dtype="float64")
    events = some_events(dtype="float64")
    expected = by_hand(model.get_weights(), one_chunk(events))
    Program(model, events.example()).train_chunk(one_chunk(events))
    # The rate is a float32 variable, and so is Keras' loss by name: its rounding is relative.
    close(model.get_weights(), expected, rtol=1e-6)


STOCHASTIC = {"hidden": (8, 8), "dropout": 0.3, "batch_normalization": True}


@pytest.fixture(scope="module")
def stochastic():
    model = network(OptimizerSpec("adam"), **STOCHASTIC)
    return Program(model, some_events().example())


def trained(program, seed):
    fresh = network(None, seed=seed, **STOCHASTIC)
    program.restart(fresh)
    program.train_chunk(one_chunk(some_events()))
    return [*program.model.get_weights(), *program.optimizer_state()]


def test_restart_repeats_a_fit_bit_by_bit(stochastic):
    one, other = trained(stochastic, 5), trained(stochastic, 5)
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_restart_takes_the_weights_given(stochastic):
    fresh = network(None, seed=9, **STOCHASTIC)
    stochastic.restart(fresh)
    close(stochastic.model.get_weights(), fresh.get_weights(), rtol=0, atol=0)


def test_restart_puts_the_optimizer_back(stochastic):
    stochastic.restart(network(None, **STOCHASTIC))
    initial = stochastic.optimizer_state()
    stochastic.train_chunk(one_chunk(some_events()))
    stochastic.restart(network(None, **STOCHASTIC))
    assert all((a == b).all() for a, b in zip(initial, stochastic.optimizer_state(), strict=True))


def test_restart_puts_the_count_of_steps_back(stochastic):
    trained(stochastic, 5)
    stochastic.restart(network(None, **STOCHASTIC))
    assert int(stochastic.model.optimizer.iterations) == 0


def test_restart_draws_other_dropout_from_another_seed(stochastic):
    def masks(seed):
        fresh = network(None, seed=seed, **STOCHASTIC)
        fresh.set_weights(common)
        stochastic.restart(fresh)
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
def lease(monkeypatch):
    """Lend from an empty pool that keeps two programs."""
    monkeypatch.setattr(programs, "_POOL", programs._Pool(2))
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
