"""Training that leaves the finite numbers."""

import keras
import numpy as np
import pytest

from skpnn.engine.divergence import StopOnDivergence
from skpnn.engine.events import Events
from skpnn.engine.loop import TrainingPlan, train
from skpnn.engine.tensorflow_programs import TensorFlowProgram
from skpnn.exceptions import DivergenceWarning
from skpnn.networks import NetworkSpec, build_network
from skpnn.optimizers import OptimizerSpec, build_optimizer

SPEC = NetworkSpec(n_inputs=3, n_outputs=1, hidden=())
RNG = np.random.default_rng(0)
EVENTS = Events(
    *(RNG.normal(size=shape).astype("float32") for shape in [(12, 3), (12, 1)]),
    np.ones(12, dtype="float32"),
)


@pytest.fixture(scope="module")
def compiled():
    model = build_network(SPEC)
    sgd = build_optimizer(OptimizerSpec("sgd", 0.0, nesterov=False))
    model.compile(optimizer=sgd, loss="mean_squared_error")
    return TensorFlowProgram(model, EVENTS.example())


@pytest.fixture
def program(compiled):
    restart(compiled)
    return compiled


def restart(program):
    program.restart()
    program.model.set_weights(build_network(SPEC).get_weights())


class Rates(keras.callbacks.Callback):
    """Trains every epoch at a rate of its own."""

    def __init__(self, rates):
        super().__init__()
        self.rates = rates

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = self.rates[epoch]


def run(program, rates, batch_size=4):
    """Train an epoch at each of `rates`."""
    plan = TrainingPlan(len(rates), batch_size, [Rates(rates), StopOnDivergence()])
    return train(program, EVENTS, plan, rng=np.random.default_rng(0))


def test_divergence_warns_of_the_epoch(program):
    with pytest.warns(DivergenceWarning, match=r"diverged in epoch 3 \(loss (nan|inf)\)"):
        run(program, [0.01, 0.01, 1e30, 0.01])


def test_divergence_ends_training(program):
    with pytest.warns(DivergenceWarning):
        history = run(program, [0.01, 1e30, 0.01, 0.01])
    assert len(history["loss"]) == 2


def test_divergence_keeps_the_weights_of_the_last_finite_epoch(program):
    run(program, [0.01, 0.01])
    expected = program.model.get_weights()
    restart(program)
    with pytest.warns(DivergenceWarning):
        run(program, [0.01, 0.01, 1e30])
    assert all((a == b).all() for a, b in zip(expected, program.model.get_weights(), strict=True))


def test_divergence_at_once_keeps_the_initial_weights(program):
    with pytest.warns(DivergenceWarning):
        run(program, [1e30])
    expected = build_network(SPEC).get_weights()
    assert all((a == b).all() for a, b in zip(expected, program.model.get_weights(), strict=True))


def test_weights_may_diverge_before_the_loss(program):
    with pytest.warns(DivergenceWarning, match=r"epoch 1 \(loss [0-9.]+\)"):
        run(program, [float(np.inf)], batch_size=12)


def test_finite_training_keeps_its_last_weights(program):
    run(program, [0.01])
    initial = build_network(SPEC).get_weights()
    assert (program.model.get_weights()[0] != initial[0]).all()
