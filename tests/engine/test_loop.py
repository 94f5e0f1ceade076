"""Epochs, callbacks and history."""

import keras
import numpy as np
import pytest

from skpnn.engine.events import Events
from skpnn.engine.loop import TrainingPlan, train
from skpnn.engine.tensorflow_programs import TensorFlowProgram
from skpnn.networks import NetworkSpec, build_network
from skpnn.optimizers import OptimizerSpec, build_optimizer

SPEC = NetworkSpec(n_inputs=3, n_outputs=1, hidden=())
RATE = 0.05
N = 10


def some_events(n=N, seed=0):
    rng = np.random.default_rng(seed)
    X, weight = rng.normal(size=(n, 3)), rng.exponential(size=n)
    return Events(*(a.astype("float32") for a in (X, rng.normal(size=(n, 1)), weight)))


@pytest.fixture(scope="module")
def compiled():
    model = build_network(SPEC)
    sgd = build_optimizer(OptimizerSpec("sgd", 0.0, nesterov=False))
    model.compile(optimizer=sgd, loss="mean_squared_error", metrics=["mae"])
    return TensorFlowProgram(model, some_events().example())


def restart(program):
    program.restart()
    program.model.set_weights(build_network(SPEC).get_weights())
    program.model.optimizer.learning_rate = RATE


@pytest.fixture
def program(compiled):
    restart(compiled)
    return compiled


def run(program, *callbacks, epochs=3, events=None, validation=None, seed=0, **plan):
    return train(
        program,
        some_events() if events is None else events,
        TrainingPlan(epochs, 4, callbacks, **plan),
        rng=np.random.default_rng(seed),
        validation=validation,
    )


def loss_by_hand(program, events):
    kernel, bias = program.model.get_weights()
    squares = np.square(events.X @ kernel + bias - events.target)[:, 0]
    return (events.weight * squares).mean()


class Recorder(keras.callbacks.Callback):
    """Writes down which hooks were called, with what."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.logs = []

    def on_train_begin(self, logs=None):
        self.calls.append("train begins")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} begins")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} ends")
        self.logs.append(dict(logs))

    def on_train_end(self, logs=None):
        self.calls.append("train ends")


class StopAfterFirstEpoch(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = True


class StopAtBatch(keras.callbacks.Callback):
    def __init__(self, number):
        super().__init__()
        self.number = number

    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = batch == self.number


def test_epoch_hooks_are_called_in_keras_order(program):
    recorder = Recorder()
    run(program, recorder, epochs=2)
    assert recorder.calls == [
        "train begins",
        *[f"epoch {epoch} {what}" for epoch in (0, 1) for what in ("begins", "ends")],
        "train ends",
    ]


def test_epoch_hooks_see_the_history(program):
    recorder = Recorder()
    history = run(program, recorder, validation=some_events(5, seed=1))
    assert {name: [logs[name] for logs in recorder.logs] for name in history} == history


def test_history_has_every_metric_for_every_epoch(program):
    history = run(program, epochs=4, validation=some_events(5, seed=1))
    assert {name: len(values) for name, values in history.items()} == dict.fromkeys(
        ["loss", "mae", "val_loss", "val_mae"], 4
    )


def test_history_holds_numbers(program):
    assert all(type(loss) is float for loss in run(program)["loss"])


def test_loss_is_the_mean_over_events_of_an_uneven_last_batch(program):
    program.model.optimizer.learning_rate = 0.0
    expected = loss_by_hand(program, some_events())
    assert run(program)["loss"] == pytest.approx([expected] * 3, rel=1e-5)


def test_validation_metrics_are_those_after_the_epoch(program):
    validation = some_events(5, seed=1)
    history = run(program, validation=validation)
    assert history["val_loss"][-1] == pytest.approx(loss_by_hand(program, validation), rel=1e-5)


def test_validation_changes_no_weight(program):
    run(program)
    with_none = program.model.get_weights()
    restart(program)
    run(program, validation=some_events(5, seed=1))
    assert all((a == b).all() for a, b in zip(with_none, program.model.get_weights(), strict=True))


def test_last_uneven_batch_is_a_step_too(program):
    run(program, epochs=2)
    assert int(program.model.optimizer.iterations) == 2 * 3


def test_equal_generators_give_equal_fits(program):
    one = run(program, seed=3)
    restart(program)
    assert run(program, seed=3) == one


def test_order_of_events_is_random(program):
    one = run(program, seed=3)
    restart(program)
    assert run(program, seed=4) != one


def test_order_is_kept_without_shuffling(program):
    one = run(program, seed=3, shuffle=False)
    restart(program)
    assert run(program, seed=4, shuffle=False) == one


def test_epochs_are_counted_from_the_initial_one(program):
    recorder = Recorder()
    run(program, recorder, epochs=5, initial_epoch=3)
    assert recorder.calls[1::2][:2] == ["epoch 3 begins", "epoch 4 begins"]
    assert len(recorder.logs) == 2


def test_stop_training_ends_after_the_epoch(program):
    assert len(run(program, StopAfterFirstEpoch())["loss"]) == 1


def test_stop_training_ends_within_an_epoch(program):
    run(program, StopAtBatch(1))
    assert int(program.model.optimizer.iterations) == 2


def test_early_stopping_restores_the_best_weights(program):
    program.model.optimizer.learning_rate = 3.0
    early = keras.callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)
    history = run(program, early, epochs=9, validation=some_events(5, seed=1))
    assert len(history["val_loss"]) == 2
    best = loss_by_hand(program, some_events(5, seed=1))
    assert best == pytest.approx(history["val_loss"][0], rel=1e-4)


def test_learning_rate_may_be_scheduled_by_a_callback(program):
    before = program.model.get_weights()
    run(program, keras.callbacks.LearningRateScheduler(lambda epoch: 0.0))
    assert all((a == b).all() for a, b in zip(before, program.model.get_weights(), strict=True))


def overriding(hook, seen):
    def called(self, batch, logs=None):
        seen.append(batch)

    return type("Overriding", (keras.callbacks.Callback,), {hook: called})()


@pytest.mark.parametrize(
    "hook", ["on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"]
)
def test_batch_hooks_are_called_for_every_batch(program, hook):
    seen = []
    run(program, overriding(hook, seen), epochs=2)
    assert seen == [0, 1, 2] * 2


@pytest.mark.parametrize("hook", ["on_train_batch_begin", "on_train_batch_end"])
def test_batch_hooks_of_a_lambda_callback_are_called_for_every_batch(program, hook):
    seen = []
    callback = keras.callbacks.LambdaCallback(**{hook: lambda batch, logs: seen.append(batch)})
    run(program, callback, epochs=1)
    assert seen == [0, 1, 2]


def test_batch_hooks_see_metrics_so_far(program):
    losses = []
    callback = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: losses.append(float(logs["loss"]))
    )
    history = run(program, callback, epochs=1)
    assert losses[-1] == history["loss"][0]


def test_chunks_hold_many_batches_where_nobody_looks(program):
    assert TrainingPlan(1, 4, [Recorder()]).chunk_shape(some_events(), program).n_batches > 1


def test_chunks_are_batches_where_somebody_looks(program):
    assert TrainingPlan(1, 4, [StopAtBatch(0)]).chunk_shape(some_events(), program).n_batches == 1


@pytest.mark.parametrize(
    ("plan", "is_static"),
    [
        (TrainingPlan(900, 4), True),
        (TrainingPlan(900, 4, use_xla=False), False),
        (TrainingPlan(900, 4, [StopAtBatch(0)]), False),
        (TrainingPlan(900, 4, initial_epoch=890), False),
        (TrainingPlan(5, 4), False),
    ],
    ids=["many steps", "unwanted", "batch by batch", "few epochs left", "few steps"],
)
def test_xla_is_for_many_steps(program, plan, is_static):
    assert plan.chunk_shape(some_events(), program).is_static is is_static


def test_batch_hooks_do_not_change_the_fit(program):
    many = run(program)
    restart(program)
    assert run(program, StopAtBatch(-1))["loss"] == pytest.approx(many["loss"], rel=1e-6)


def test_verbose_shows_each_epoch(program, capsys):
    run(program, epochs=2, verbose=2)
    assert "Epoch 2/2" in capsys.readouterr().out


def test_silence_by_default(program, capsys):
    run(program)
    assert capsys.readouterr().out == ""
