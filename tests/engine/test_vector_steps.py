"""Steps on one vector are those on each variable, and stay away where they would not be."""

from contextlib import nullcontext

import keras
import numpy as np
import pytest

from skpnn.engine import vector_steps as module
from skpnn.engine.chunks import ChunkShape, chunks
from skpnn.engine.events import Events
from skpnn.engine.tensorflow_programs import TensorFlowProgram
from skpnn.engine.vector_steps import vector_steps
from skpnn.networks import NetworkSpec, build_network
from skpnn.optimizers import LearningRate, OptimizerSpec, build_optimizer

RATE = 0.05
N = 48
SPECS = {
    "sgd": OptimizerSpec("sgd", momentum=0.0),
    "momentum": OptimizerSpec("sgd", momentum=0.8),
    "adam": OptimizerSpec("adam"),
    "adam on a schedule": OptimizerSpec("adam", schedule="cosine"),
    "amsgrad": OptimizerSpec(keras.optimizers.Adam(RATE, amsgrad=True)),
    "clipvalue": OptimizerSpec(keras.optimizers.Adam(RATE, clipvalue=0.01)),
    "adamw": OptimizerSpec("adamw"),
    "adagrad": OptimizerSpec("adagrad"),
    "rmsprop": OptimizerSpec("rmsprop"),
    "centered rmsprop": OptimizerSpec(keras.optimizers.RMSprop(RATE, momentum=0.5, centered=True)),
}
JOINT = {
    "clipnorm": keras.optimizers.Adam(clipnorm=1.0),
    "global_clipnorm": keras.optimizers.Adam(global_clipnorm=1.0),
    "moving average": keras.optimizers.Adam(use_ema=True),
    "accumulation": keras.optimizers.Adam(gradient_accumulation_steps=2),
    "loss scale": keras.optimizers.Adam(loss_scale_factor=2.0),
    "whole matrices": keras.optimizers.Adafactor(),
}


def some_events():
    rng = np.random.default_rng(0)
    X, target = rng.normal(size=(N, 3)), rng.integers(2, size=(N, 1))
    return Events(*(array.astype("float32") for array in (X, target, rng.exponential(size=N))))


def a_chunk(n_batches=6):
    (chunk,) = chunks(some_events(), ChunkShape(8, n_batches), order=np.arange(8 * n_batches))
    return TensorFlowProgram.on_device(chunk)


def compiled(model, optimizer="adam"):
    """Return the model as a program has it: without its state, no optimizer has a vector."""
    model.compile(optimizer, "binary_crossentropy")
    model.optimizer.build(model.trainable_variables)
    return model


def network(optimizer):
    spec = NetworkSpec(3, 1, (5, 4), output_activation="sigmoid")
    return compiled(build_network(spec, seed=1), optimizer)


def program(spec):
    made = TensorFlowProgram(network(build_optimizer(spec)), some_events().example())
    spec.set_numbers(made.model.optimizer, LearningRate(RATE, horizon=8))
    return made


def test_the_network_of_these_tests_has_a_vector():
    assert is_vector(vector_steps(network("adam")))


def is_vector(steps):
    return not isinstance(steps, nullcontext)


@pytest.fixture
def no_vectors(monkeypatch):
    monkeypatch.setattr(module, "LARGEST_VECTOR", 0)


@pytest.mark.parametrize("name", SPECS)
def test_named_optimizers_take_their_steps_on_a_vector(name):
    model = program(SPECS[name]).model
    names = [variable.name for variable in model.optimizer.variables]
    # Keras 3.7 has one name for all of Adagrad's.
    assert is_vector(vector_steps(model)) == (len(set(names)) == len(names))


@pytest.fixture(params=SPECS)
def pair(request, monkeypatch):
    """One program that steps on a vector and one that does not, after the same two chunks."""
    spec = SPECS[request.param]
    on_vector = program(spec)
    with monkeypatch.context() as patch:
        patch.setattr(module, "LARGEST_VECTOR", 0)
        plain = program(spec)
    for one in (on_vector, plain):
        one.train_chunk(a_chunk(6))
        one.train_chunk(a_chunk(2))
    return on_vector, plain


def assert_equal_up_to_rounding(ours, theirs):
    # Adam's are equal to the bit; 1/√x of many numbers at once rounds otherwise than that of one.
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_weights_are_those_of_steps_on_each_variable(pair):
    assert_equal_up_to_rounding(*(program.model.get_weights() for program in pair))


def test_state_of_the_optimizer_is_that_of_steps_on_each_variable(pair):
    assert_equal_up_to_rounding(*(program.optimizer_state() for program in pair))


@pytest.mark.parametrize("name", JOINT)
def test_optimizers_that_see_more_than_one_weight_keep_their_own_steps(name):
    assert not is_vector(vector_steps(network(JOINT[name])))


def test_large_networks_keep_their_own_steps(no_vectors):
    assert not is_vector(vector_steps(network("adam")))


def test_weights_of_two_precisions_keep_their_own_steps():
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, dtype="float64")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1, dtype="float32")(hidden))
    assert not is_vector(vector_steps(compiled(model)))


def test_constrained_weights_keep_their_own_steps():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(1, kernel_constraint="non_neg")(inputs))
    assert not is_vector(vector_steps(compiled(model)))


def test_weights_that_gradients_overwrite_keep_their_own_steps():
    model = network("adam")
    model.trainable_variables[0].overwrite_with_gradient = True
    assert not is_vector(vector_steps(model))


def test_a_network_without_weights_has_no_vector():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Activation("relu")(inputs))
    assert not is_vector(vector_steps(compiled(model)))


class Twice(keras.layers.Layer):
    """A layer whose two kernels have one path, and so one name in the optimizer's state."""

    def build(self, shape):
        self.one, self.other = (
            self.add_weight((shape[-1], 1), name="kernel", initializer="ones") for _ in range(2)
        )

    def call(self, inputs):
        return inputs @ self.one + inputs @ self.other


def test_weights_of_one_name_keep_their_own_steps(monkeypatch):
    monkeypatch.setattr(module, "_PLAIN", (*module._PLAIN, Twice))
    inputs = keras.Input((3,))
    model = keras.Model(inputs, Twice()(inputs))
    assert not is_vector(vector_steps(compiled(model)))


def test_layers_frozen_before_the_first_step_stay_where_they_are():
    frozen = program(SPECS["adam"])
    before = frozen.model.get_weights()
    frozen.model.layers[1].trainable = False
    frozen.train_chunk(a_chunk())
    moved = [
        not np.array_equal(a, b) for a, b in zip(before, frozen.model.get_weights(), strict=True)
    ]
    assert moved == [False, False, True, True, True, True]


class Projecting(keras.layers.Dense):
    """A layer that assigns its kernel as it computes."""

    def call(self, inputs):
        self.kernel.assign(keras.ops.clip(self.kernel, -0.1, 0.1))
        return super().call(inputs)


class Own(keras.Model):
    """A model that computes what its author says."""

    def __init__(self):
        super().__init__()
        self.layer = keras.layers.Dense(1)

    def call(self, inputs):
        return self.layer(inputs)


def own_model():
    model = Own()
    model(keras.ops.zeros((1, 3)))
    return model


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.Sequential([keras.Input((3,)), Projecting(1)]),
        lambda: keras.Sequential(
            [keras.Input((3,)), keras.layers.SpectralNormalization(keras.layers.Dense(1))]
        ),
        own_model,
    ],
    ids=["projecting", "spectral", "own model"],
)
def test_models_that_may_assign_weights_keep_their_own_steps(make):
    assert not is_vector(vector_steps(compiled(make())))


def test_excluded_weight_decay_keeps_its_own_steps():
    optimizer = keras.optimizers.AdamW()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    assert not is_vector(vector_steps(network(optimizer)))


def test_method_on_the_instance_keeps_its_own_steps():
    optimizer = keras.optimizers.Adam()
    optimizer.apply_gradients = lambda pairs: None
    assert not is_vector(vector_steps(network(optimizer)))


def test_schedule_that_a_callback_sets_before_the_first_step_is_followed():
    trained, slow = program(SPECS["adam"]), program(SPECS["adam"])
    slow.model.optimizer.learning_rate = keras.optimizers.schedules.CosineDecay(1e-9, 100)
    before = slow.model.get_weights()
    for one in (trained, slow):
        one.train_chunk(a_chunk())
    np.testing.assert_allclose(slow.model.get_weights()[0], before[0], atol=1e-6)
    assert abs(trained.model.get_weights()[0] - before[0]).max() > 0.01


def test_setting_that_a_callback_changes_before_the_first_step_counts():
    plain, changed = program(SPECS["adam"]), program(SPECS["adam"])
    changed.model.optimizer.clipvalue = 1e-9
    for one in (plain, changed):
        one.train_chunk(a_chunk())
    assert (plain.model.get_weights()[0] != changed.model.get_weights()[0]).any()


def test_metric_reads_the_rate_of_its_step():
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5))

    def rate(target, predicted):
        return optimizer.learning_rate

    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile(optimizer, "mse", metrics=[rate])
    made = TensorFlowProgram(model, some_events().example())
    assert is_vector(made._steps)
    # After 6 steps at 1, 1/2, … 1/32; Keras computes metrics after the step.
    assert float(made.train_chunk(a_chunk(6))["rate"]) == pytest.approx(
        np.mean(0.5 ** np.arange(1, 7))
    )


def test_failed_trace_leaves_the_optimizer_as_it_was():
    def fail(target, predicted):
        raise KeyError("loss")

    model = network("adam")
    made = TensorFlowProgram(model, some_events().example())
    model.compile(model.optimizer, fail)
    with pytest.raises(KeyError, match="loss"):
        made.train_chunk(a_chunk())
    assert "apply_gradients" not in vars(model.optimizer)


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_a_rate_set_between_chunks_is_that_of_the_next(name):
    trained = program(SPECS[name])
    trained.train_chunk(a_chunk())
    for state in trained.model.optimizer.variables[2:]:
        state.assign(0 * state)
    before = trained.model.get_weights()
    trained.model.optimizer.learning_rate = 0.0
    trained.train_chunk(a_chunk())
    for ours, theirs in zip(trained.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_momentum_set_between_chunks_is_that_of_the_next():
    one, other = program(SPECS["momentum"]), program(SPECS["momentum"])
    other.model.optimizer.assign_momentum(0.1)
    for trained in (one, other):
        trained.train_chunk(a_chunk())
    assert not np.array_equal(one.model.get_weights()[0], other.model.get_weights()[0])


def test_the_optimizer_is_as_it_was_outside():
    model = program(SPECS["adam"]).model
    before = dict(vars(model.optimizer))
    with vector_steps(model):
        assert "apply_gradients" in vars(model.optimizer)
    assert dict(vars(model.optimizer)) == before
