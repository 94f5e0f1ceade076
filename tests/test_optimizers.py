"""Optimizers, their keys and their learning rates."""

import keras
import numpy as np
import pytest

from skpnn.optimizers import (
    LearningRate,
    OptimizerSpec,
    ScheduledRate,
    build_optimizer,
    moves_each_weight_alone,
    set_learning_rate,
    twin_optimizer,
)

NAMES = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "adagrad": keras.optimizers.Adagrad,
    "rmsprop": keras.optimizers.RMSprop,
    "nadam": keras.optimizers.Nadam,
    "Adam": keras.optimizers.Adam,
}


@pytest.mark.parametrize("step", [0, 1, 37, 100, 140])
@pytest.mark.parametrize("decay", [0.0, 0.05])
@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_rate_is_that_of_the_formula(schedule, decay, step):
    rate = ScheduledRate(schedule)
    rate.assign(LearningRate(0.2, schedule, decay, horizon=100))
    shape = (1 + np.cos(np.pi * min(step / 100, 1))) / 2 if schedule == "cosine" else 1
    assert float(rate(step)) == pytest.approx(0.2 * shape / (1 + decay * step), abs=1e-7)


def test_rate_changes_with_the_numbers_assigned():
    rate = ScheduledRate("constant")
    for initial in (0.1, 0.3):
        rate.assign(LearningRate(initial, "constant", decay=1.0))
        assert float(rate(0)) == pytest.approx(initial)


@pytest.mark.parametrize(
    ("rate", "is_constant"),
    [
        (LearningRate(0.1), True),
        (LearningRate(0.1, "constant", 0.1), False),
        (LearningRate(0.1, "cosine"), False),
    ],
)
def test_rate_is_constant_without_shape_and_decay(rate, is_constant):
    assert rate.is_constant is is_constant


def test_set_constant_learning_rate():
    optimizer = build_optimizer(OptimizerSpec("adam"))
    set_learning_rate(optimizer, LearningRate(0.07))
    assert float(optimizer.learning_rate) == pytest.approx(0.07)


def test_set_scheduled_learning_rate():
    optimizer = build_optimizer(OptimizerSpec("adam", schedule="cosine"))
    set_learning_rate(optimizer, LearningRate(0.07, "cosine", horizon=10))
    assert float(optimizer.learning_rate) == pytest.approx(0.07)


@pytest.mark.parametrize(("name", "expected"), NAMES.items())
def test_optimizer_by_name(name, expected):
    assert isinstance(build_optimizer(OptimizerSpec(name)), expected)


def test_optimizer_by_class():
    assert type(build_optimizer(OptimizerSpec(keras.optimizers.Nadam))) is keras.optimizers.Nadam


@pytest.mark.parametrize("momentum", [0.0, 0.3])
@pytest.mark.parametrize("optimizer", ["sgd", keras.optimizers.SGD])
def test_sgd_gets_its_momentum(optimizer, momentum):
    config = build_optimizer(OptimizerSpec(optimizer, momentum, nesterov=False)).get_config()
    assert (config["momentum"], config["nesterov"]) == (pytest.approx(momentum), False)


@pytest.mark.parametrize("momentum", [0.2, 0.7])
def test_numbers_are_those_of_the_spec(momentum):
    built = build_optimizer(OptimizerSpec("sgd"))
    OptimizerSpec("sgd", momentum=momentum).set_numbers(built, LearningRate(0.07))
    numbers = built.get_config()
    assert (numbers["momentum"], numbers["learning_rate"]) == pytest.approx((momentum, 0.07))


def test_numbers_of_an_instance_are_its_own():
    built = build_optimizer(OptimizerSpec(keras.optimizers.Adam(0.1)))
    OptimizerSpec(keras.optimizers.Adam(0.2)).set_numbers(built, LearningRate(0.07))
    assert float(built.learning_rate) == pytest.approx(0.2)


def test_schedule_of_an_instance_is_left_alone():
    given = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.2, 9))
    built = build_optimizer(OptimizerSpec(given))
    OptimizerSpec(given).set_numbers(built, LearningRate(0.07))
    assert float(built.learning_rate) == pytest.approx(0.2)


def test_optimizer_instance_is_copied():
    given = keras.optimizers.Adam(learning_rate=0.5, beta_1=0.1)
    built = build_optimizer(OptimizerSpec(given))
    assert built is not given
    assert built.get_config() == given.get_config()


def test_optimizer_instance_is_left_alone():
    given = keras.optimizers.Adam(learning_rate=0.5)
    build_optimizer(OptimizerSpec(given)).build([keras.Variable(1.0)])
    assert not given.built


def test_optimizer_instance_brings_its_own_rate():
    assert OptimizerSpec(keras.optimizers.Adam()).brings_its_own_rate
    assert not OptimizerSpec("adam").brings_its_own_rate
    assert not OptimizerSpec(keras.optimizers.Adam).brings_its_own_rate


def schedule_class():
    """Return a schedule's class, another one at each call, as a notebook's cell does."""

    class Falling(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1

        def get_config(self):
            return {}

    return Falling


def test_schedule_defined_anew_is_another_key():
    one, other = (OptimizerSpec(keras.optimizers.SGD(schedule_class()())).key for _ in range(2))
    assert one != other


def test_wrapped_optimizer_has_a_key_and_keeps_its_rate():
    wrapped = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.2))
    spec = OptimizerSpec(wrapped)
    built = build_optimizer(spec)
    spec.set_numbers(built, LearningRate(0.07))
    assert hash(spec.key) == hash(OptimizerSpec(wrapped).key)
    assert float(built.inner_optimizer.learning_rate) == pytest.approx(0.2)


def test_unknown_optimizer_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"optimizer='admn' is unknown; .*'adam'"):
        build_optimizer(OptimizerSpec("admn"))


@pytest.mark.parametrize("optimizer", [3, None, dict, keras.layers.Dense])
def test_optimizer_that_is_none(optimizer):
    with pytest.raises(TypeError, match=r"optimizer=.* expected a name, a Keras optimizer class"):
        build_optimizer(OptimizerSpec(optimizer))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (OptimizerSpec("adam"), OptimizerSpec("adam")),
        (OptimizerSpec("adam"), OptimizerSpec("Adam")),
        (OptimizerSpec("adam"), OptimizerSpec(keras.optimizers.Adam)),
        (OptimizerSpec("sgd"), OptimizerSpec("sgd", momentum=0.5)),
        (OptimizerSpec("adam"), OptimizerSpec("adam", momentum=0.0, nesterov=False)),
        (OptimizerSpec(keras.optimizers.SGD(0.1)), OptimizerSpec(keras.optimizers.SGD(0.2))),
    ],
)
def test_optimizers_that_step_alike_have_one_key(one, other):
    assert one.key == other.key
    assert hash(one.key) == hash(other.key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (OptimizerSpec("adam"), OptimizerSpec("adamw")),
        (OptimizerSpec("sgd"), OptimizerSpec("sgd", momentum=0.0)),
        (OptimizerSpec("sgd"), OptimizerSpec("sgd", nesterov=False)),
        (OptimizerSpec("adam"), OptimizerSpec("adam", schedule="cosine")),
        (OptimizerSpec("sgd"), OptimizerSpec(keras.optimizers.SGD())),
        (
            OptimizerSpec(keras.optimizers.SGD(momentum=0.1)),
            OptimizerSpec(keras.optimizers.SGD(momentum=0.2)),
        ),
        (
            OptimizerSpec(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9))),
            OptimizerSpec(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.2, 9))),
        ),
        (OptimizerSpec(keras.optimizers.Adam()), OptimizerSpec(keras.optimizers.AdamW())),
    ],
)
def test_optimizers_that_step_differently_have_two_keys(one, other):
    assert one.key != other.key


class OtherAdam(keras.optimizers.Adam):
    """Steps that nobody but its author knows."""


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        *[(build_optimizer(OptimizerSpec(name)), True) for name in ("sgd", "adam", "rmsprop")],
        (keras.optimizers.Adam(clipvalue=1.0), True),
        (keras.optimizers.Adam(clipnorm=1.0), False),
        (keras.optimizers.Adam(global_clipnorm=1.0), False),
        (keras.optimizers.Adafactor(), False),
        (OtherAdam(), False),
    ],
)
def test_optimizers_that_move_each_weight_alone(optimizer, expected):
    assert moves_each_weight_alone(optimizer) == expected


def test_twin_follows_a_schedule_as_it_changes():
    spec = OptimizerSpec("adam", schedule="cosine")
    optimizer = build_optimizer(spec)
    twin = twin_optimizer(optimizer)
    spec.set_numbers(optimizer, LearningRate(0.07))
    assert float(twin.learning_rate) == pytest.approx(0.07)


def test_twin_follows_a_momentum_as_it_changes():
    optimizer = build_optimizer(OptimizerSpec("sgd"))
    twin = twin_optimizer(optimizer)
    optimizer.assign_momentum(0.3)
    assert twin.get_config()["momentum"] == pytest.approx(0.3)


def a_fifth():
    return 0.2


def test_twin_has_the_rate_that_a_function_gives():
    assert twin_optimizer(keras.optimizers.Adam(a_fifth))._learning_rate is a_fifth


def test_twin_has_variables_of_its_own():
    optimizer = build_optimizer(OptimizerSpec("adam"))
    twin_optimizer(optimizer).build([keras.Variable(1.0)])
    assert not optimizer.built
