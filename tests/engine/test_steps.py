"""Steps of a program are steps of Keras' own fit, for all that the estimators name."""

import keras
import numpy as np
import pytest

from skpnn._conditioning import Conditioning
from skpnn.engine.chunks import ChunkShape, chunks
from skpnn.engine.events import Events
from skpnn.engine.tensorflow_programs import TensorFlowProgram
from skpnn.losses import resolve_loss
from skpnn.networks import (
    NetworkSpec,
    build_adjustable_network,
    build_network,
    for_training,
    start_network,
)
from skpnn.optimizers import LearningRate, OptimizerSpec, build_optimizer

RATE = 0.05
BATCH_SIZE = 8
N_STEPS = 3

ARCHITECTURES = {
    "plain": {},
    "L2": {"alpha": 0.01},
    # The bias before a normalisation has no gradient but rounding, which Adam blows up: float64.
    "normalised": {"batch_normalization": True, "dtype": "float64"},
    "affine": {"conditioning": Conditioning("affine", (0, 1), (1,), 3)},
    "normalised L2": {"batch_normalization": True, "alpha": 0.01, "dtype": "float64"},
}
OPTIMIZERS = {
    "sgd": keras.optimizers.SGD(RATE, momentum=0.8, nesterov=True),
    "adam": keras.optimizers.Adam(RATE),
    "adamw": keras.optimizers.AdamW(RATE),
    "adagrad": keras.optimizers.Adagrad(RATE),
    "rmsprop": keras.optimizers.RMSprop(RATE),
}
LOSSES = {
    "binary_crossentropy": keras.losses.BinaryCrossentropy(),
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy(),
    "squared_error": keras.losses.MeanSquaredError(),
    "absolute_error": keras.losses.MeanAbsoluteError(),
    "huber": keras.losses.Huber(0.7),
}
OUTPUTS = {"binary_crossentropy": "sigmoid", "categorical_crossentropy": "softmax"}


def some_events(dtype, n_outputs, weighted):
    rng = np.random.default_rng(0)
    n = N_STEPS * BATCH_SIZE
    X, weight = rng.normal(size=(n, 3)), rng.exponential(size=n) - 0.2
    target = np.eye(n_outputs + 1)[rng.integers(n_outputs, size=n), :n_outputs]
    weight = weight if weighted else np.ones(n)
    return Events(*(array.astype(dtype) for array in (X, target, weight)))


class Pair:
    """A program, and plain Keras' model, optimizer and loss, that start alike."""

    def __init__(self, loss, optimizer, **arguments):
        output = OUTPUTS.get(loss, "linear")
        self.spec = NetworkSpec(3, 2, (4,), output_activation=output, **arguments)
        ours = build_adjustable_network(for_training(self.spec))
        self.optimizer = OptimizerSpec(optimizer, momentum=0.8)
        ours_loss = resolve_loss(loss, dtype=self.spec.dtype, huber_delta=0.7)
        ours.compile(build_optimizer(self.optimizer), ours_loss)
        example = some_events(self.spec.dtype, 2, weighted=True).example()
        self.program = TensorFlowProgram(ours, example)
        self.theirs_loss = LOSSES[loss]
        self.theirs_optimizer = OPTIMIZERS[optimizer]

    def ours(self, events, *, is_static):
        """Return the weights after the program's steps."""
        self.program.restart()
        start_network(self.program.model, self.spec, seed=1)
        self.optimizer.set_numbers(self.program.model.optimizer, LearningRate(RATE))
        shape = ChunkShape(BATCH_SIZE, n_batches=5, is_static=is_static)
        (chunk,) = chunks(events, shape, order=np.arange(len(events)))
        self.program.train_chunk(self.program.on_device(chunk))
        return self.program.model.get_weights()

    def theirs(self, events, *, weighted):
        """Return the weights after Keras' fit."""
        network = build_network(self.spec, seed=1)
        optimizer = type(self.theirs_optimizer).from_config(self.theirs_optimizer.get_config())
        network.compile(optimizer, self.theirs_loss, run_eagerly=True)
        weight = events.weight if weighted else None
        arguments = {"sample_weight": weight, "batch_size": BATCH_SIZE, "shuffle": False}
        network.fit(events.X, events.target, verbose=0, **arguments)
        return network.get_weights()

    def check(self, *, is_static, weighted):
        events = some_events(self.spec.dtype, 2, weighted)
        theirs = self.theirs(events, weighted=weighted)
        for one, other in zip(self.ours(events, is_static=is_static), theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module", params=ARCHITECTURES)
def architecture(request):
    return ARCHITECTURES[request.param]


@pytest.fixture(scope="module", params=OPTIMIZERS)
def network_pair(request, architecture):
    return Pair("binary_crossentropy", request.param, **architecture)


@pytest.fixture(scope="module", params=LOSSES)
def loss_pair(request):
    return Pair(request.param, "sgd", alpha=0.01)


modes = pytest.mark.parametrize("is_static", [False, True], ids=["graph", "XLA"])
weights = pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])


@modes
@weights
def test_steps_of_every_optimizer(network_pair, is_static, weighted):
    network_pair.check(is_static=is_static, weighted=weighted)


@modes
@weights
def test_steps_on_every_loss(loss_pair, is_static, weighted):
    loss_pair.check(is_static=is_static, weighted=weighted)
