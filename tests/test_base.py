"""Training of all network estimators: architecture, optimizer, rate, callbacks, early stopping."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss

from skpnn import MLPClassifier, _base
from skpnn._sample import split_rows
from skpnn.engine import programs
from skpnn.exceptions import DivergenceWarning

QUICK = {"hidden_layer_sizes": 8, "epochs": 2, "batch_size": 32, "random_state": 0}
# One step so small that the fitted network is the initial one.
STILL = {**QUICK, "epochs": 1, "batch_size": None, "learning_rate": 1e-30}
CONSTANT = {"learning_rate_schedule": "constant"}

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


def fitted(**arguments):
    return MLPClassifier(**{**QUICK, **arguments}).fit(X, Y)


def assert_same_network(one, other):
    assert all(map(np.array_equal, one.weights_, other.weights_))


class Recorder(keras.callbacks.Callback):
    """Keeps what an epoch ends with."""

    def on_train_begin(self, logs=None):
        self.optimizer = self.model.optimizer
        self.rates, self.weights = [], []

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))
        self.weights.append(self.model.get_weights())


@pytest.fixture
def recorder():
    return Recorder()


# Initial weights


GIVEN = [
    np.linspace(-1, 1, 6).reshape(3, 2).tolist(),
    [0.5, -0.5],
    np.array([[1.0], [-2.0]]),
    np.array([0.25]),
]


def test_training_starts_from_the_weights_given():
    model = fitted(**{**STILL, "hidden_layer_sizes": 2, "initial_weights": GIVEN})
    for got, given in zip(model.weights_, GIVEN, strict=True):
        np.testing.assert_array_equal(got, np.asarray(given, dtype=np.float32))


def test_warm_start_goes_on_from_the_last_fit_not_from_the_weights_given():
    model = MLPClassifier(2, epochs=1, initial_weights=GIVEN, warm_start=True).fit(X, Y)
    before = model.weights_
    model.set_params(learning_rate=1e-30).fit(X, Y)
    assert all(map(np.array_equal, before, model.weights_))


def test_partial_fit_starts_from_the_weights_given_and_goes_on_from_its_own():
    model = MLPClassifier(2, initial_weights=GIVEN, learning_rate=1e-30, dtype="float64")
    model.partial_fit(X, Y, classes=[0, 1])
    np.testing.assert_array_equal(model.weights_[2], GIVEN[2])
    once = model.set_params(learning_rate=0.1).partial_fit(X, Y).weights_
    twice = model.set_params(learning_rate=1e-30).partial_fit(X, Y).weights_
    np.testing.assert_allclose(twice[2], once[2], rtol=1e-12)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (GIVEN[:2], r"have shapes \[\(3, 2\), \(2,\)\]; expected finite arrays.*\(1,\)\]"),
        ([np.full((3, 2), np.nan), *GIVEN[1:]], "expected finite arrays"),
        ([np.full((3, 2), 1e300), *GIVEN[1:]], "expected finite arrays"),
        (["zeros"], "is not understood; expected a list of arrays"),
        (3, "initial_weights=3 is not understood"),
    ],
    ids=["too few", "not finite", "not finite in float32", "names", "a number"],
)
def test_initial_weights_that_do_not_fit_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        fitted(hidden_layer_sizes=2, initial_weights=weights)


# Architecture


@pytest.mark.parametrize(
    ("sizes", "widths"),
    [(16, [16]), ((16, 8), [16, 8]), ([16, 8], [16, 8]), ("16-8", [16, 8]), ((), [])],
    ids=str,
)
def test_hidden_layers_have_the_widths_asked_for(sizes, widths):
    layers = fitted(hidden_layer_sizes=sizes).model_.layers
    assert [layer.units for layer in layers[1:-1]] == widths


@pytest.mark.parametrize(
    "name",
    ["relu", "tanh", "elu", "selu", "gelu", "silu", "swish", "softplus", "sigmoid", "leaky_relu"],
)
def test_activation_by_name(name):
    model = fitted(activation=name)
    function = keras.activations.get(name)
    hidden, outputs = model.weights_[:2], model.weights_[2:]
    tensor = keras.ops.convert_to_numpy(function((X @ hidden[0] + hidden[1]).astype("float32")))
    expected = 1 / (1 + np.exp(-(tensor @ outputs[0] + outputs[1])))
    assert model.predict_proba(X)[:, 1:] == pytest.approx(expected, abs=1e-5)


def test_activation_by_function():
    assert_same_network(fitted(activation=keras.ops.tanh), fitted(activation="tanh"))


def test_dropout_follows_every_hidden_layer():
    layers = fitted(hidden_layer_sizes=(8, 8), dropout=0.25).model_.layers
    assert [getattr(layer, "rate", None) for layer in layers] == [
        None, None, 0.25, None, 0.25, None,
    ]  # fmt: skip


def test_dropout_acts_in_training_only():
    model = fitted(dropout=0.5)
    assert np.array_equal(model.predict_proba(X), model.predict_proba(X))
    assert not np.array_equal(model.weights_[0], fitted().weights_[0])


def test_normalisation_precedes_every_activation():
    layers = fitted(hidden_layer_sizes=(8, 8), batch_normalization=True).model_.layers
    hidden = ["Dense", "BatchNormalization", "Activation"]
    assert [type(one).__name__ for one in layers] == ["InputLayer", *hidden, *hidden, "Dense"]


def test_normalisation_learns_the_moving_average():
    model = fitted(batch_normalization=True)
    assert not np.array_equal(model.model_.get_layer("normalization_1").moving_mean, np.zeros(8))


def test_normalised_network_predicts_as_its_keras_model():
    model = fitted(batch_normalization=True, dropout=0.2)
    expected = model.model_.predict(X.astype("float32"), verbose=0)
    assert model.predict_proba(X)[:, 1:] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("initializer", "value"),
    [("zeros", 0.0), ("ones", 1.0), (keras.initializers.Constant(0.25), 0.25)],
    ids=["zeros", "ones", "instance"],
)
def test_kernel_initializer_starts_the_kernels(initializer, value):
    model = fitted(kernel_initializer=initializer, **STILL)
    assert model.weights_[0] == pytest.approx(np.full((3, 8), value))


@pytest.mark.parametrize("initializer", ["he_normal", keras.initializers.HeNormal], ids=str)
def test_unseeded_initializer_follows_random_state(initializer):
    given = initializer if isinstance(initializer, str) else initializer()
    assert_same_network(fitted(kernel_initializer=given), fitted(kernel_initializer="he_normal"))


def test_float64_throughout():
    model = fitted(dtype="float64", alpha=1e-3, dropout=0.1, batch_normalization=True)
    assert {w.dtype for w in model.weights_} == {np.dtype("float64")}
    assert model.predict_proba(X).dtype == np.float64


# Optimizers

OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "adagrad": keras.optimizers.Adagrad,
    "rmsprop": keras.optimizers.RMSprop,
    "nadam": keras.optimizers.Nadam,
    keras.optimizers.Adamax: keras.optimizers.Adamax,
}


@pytest.mark.parametrize(("optimizer", "expected"), OPTIMIZERS.items())
def test_optimizer_trains(optimizer, expected, recorder):
    model = fitted(optimizer=optimizer, callbacks=recorder, epochs=5)
    assert isinstance(recorder.optimizer, expected)
    assert model.history_["loss"][-1] < model.history_["loss"][0]


def test_momentum_reaches_sgd(recorder):
    fitted(optimizer="sgd", momentum=0.25, nesterov=False, callbacks=recorder)
    assert (recorder.optimizer.momentum, recorder.optimizer.nesterov) == (0.25, False)


def test_optimizer_instance_brings_its_own_rate(recorder):
    optimizer = keras.optimizers.SGD(0.03)
    fitted(optimizer=optimizer, learning_rate=0.5, callbacks=recorder)
    assert recorder.rates == pytest.approx([0.03, 0.03])


def test_optimizer_instance_is_left_alone():
    optimizer = keras.optimizers.Adam(0.01)
    fitted(optimizer=optimizer)
    assert not optimizer.built
    assert optimizer.iterations == 0


def test_optimizer_instance_can_be_fitted_with_twice():
    model = fitted(optimizer=keras.optimizers.Adam(0.01))
    before = model.weights_
    model.fit(X, Y)
    assert all(map(np.array_equal, before, model.weights_))


def test_optimizer_instance_can_be_cloned():
    model = fitted(optimizer=keras.optimizers.Adam(0.01))
    assert_same_network(model, clone(model).fit(X, Y))


def test_optimizer_instance_differs_by_its_settings():
    slow, fast = (fitted(optimizer=keras.optimizers.SGD(rate)) for rate in (1e-30, 0.1))
    assert not np.array_equal(slow.weights_[0], fast.weights_[0])


# The learning rate


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_rate_follows_schedule_and_decay(schedule, decay, recorder):
    fitted(
        learning_rate=0.02,
        learning_rate_schedule=schedule,
        learning_rate_decay=decay,
        epochs=5,
        callbacks=recorder,
    )
    step = 4 * np.arange(1, 6)  # 120 events are four batches
    shape = (1 + np.cos(np.pi * step / 20)) / 2 if schedule == "cosine" else 1
    assert recorder.rates == pytest.approx(0.02 * shape / (1 + decay * step), abs=1e-8)


def test_plateau_reduces_a_constant_rate(recorder):
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)
    fitted(learning_rate=0.08, epochs=4, callbacks=[plateau, recorder], **CONSTANT)
    assert recorder.rates == pytest.approx([0.08, 0.04, 0.02, 0.01])


def test_reduced_rate_does_not_reach_the_next_fit(recorder):
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)
    fitted(learning_rate=0.08, callbacks=plateau, **CONSTANT)
    fitted(learning_rate=0.08, callbacks=recorder, **CONSTANT)
    assert recorder.rates == pytest.approx([0.08, 0.08])


@pytest.mark.parametrize("scheduled", [{}, {**CONSTANT, "learning_rate_decay": 0.1}], ids=str)
def test_plateau_beside_a_schedule_is_an_error(scheduled):
    plateau = keras.callbacks.ReduceLROnPlateau("loss")
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau sets the learning rate.*\"constant\""):
        fitted(callbacks=plateau, **scheduled)


# Batches and callbacks


@pytest.mark.parametrize(
    ("batch_size", "steps"), [(1, 1000), (100, 10), (96, 11), (None, 1), (5000, 1)]
)
def test_epoch_has_a_step_per_batch(batch_size, steps):
    counted = []
    counter = keras.callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: counted.append(b))
    many = np.resize(X, (1000, 3))
    model = MLPClassifier(**{**QUICK, "batch_size": batch_size, "epochs": 1}, callbacks=counter)
    model.fit(many, np.resize(Y, 1000))
    assert counted == list(range(steps))


def test_counting_batches_does_not_change_the_network():
    counter = keras.callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: None)
    assert_same_network(fitted(callbacks=counter), fitted())


def test_keras_early_stopping_on_the_loss():
    stopping = keras.callbacks.EarlyStopping("loss", patience=2, min_delta=1e9)
    model = fitted(epochs=20, callbacks=[stopping])
    assert (model.n_iter_, len(model.history_["loss"])) == (3, 3)


def test_callback_may_stop_training():
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    assert fitted(epochs=10, callbacks=Stop()).n_iter_ == 2


def test_stopped_fit_does_not_stop_the_next():
    fitted(epochs=5, callbacks=keras.callbacks.EarlyStopping("loss", patience=1, min_delta=1e9))
    assert fitted(epochs=5).n_iter_ == 5


def test_callbacks_model_is_the_estimators(recorder):
    model = fitted(callbacks=recorder)
    assert recorder.model is model.model_


def test_callback_sees_the_loss_of_its_epoch():
    seen = []
    watcher = keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(logs["loss"]))
    assert fitted(callbacks=watcher).history_["loss"] == seen


def test_checkpoint_of_a_callback_can_be_loaded(tmp_path):
    model = fitted(callbacks=keras.callbacks.ModelCheckpoint(tmp_path / "last.keras"))
    loaded = keras.models.load_model(tmp_path / "last.keras")
    assert all(map(np.array_equal, loaded.get_weights(), model.weights_))


def test_progress_bar_counts_epochs(capsys):
    fitted(verbose=1)
    output = capsys.readouterr().out
    assert "Epoch 2/2" in output
    assert "4/4" in output


def test_verbose_2_prints_a_line_per_epoch(capsys):
    fitted(verbose=2, epochs=3)
    lines = [line for line in capsys.readouterr().out.splitlines() if "loss:" in line]
    assert len(lines) == 3


def test_silent_by_default(capfd):
    fitted().predict(X)
    assert capfd.readouterr().out == ""


# Early stopping

STOPPING = {"early_stopping": True, "validation_fraction": 0.25, "learning_rate": 0.05, **CONSTANT}


def test_early_stopping_waits_for_patience():
    model = fitted(epochs=200, patience=3, **STOPPING)
    best = int(np.argmin(model.history_["val_loss"]))
    assert model.n_iter_ == best + 1 + 3


@pytest.mark.parametrize("epochs", [200, 3], ids=["stopped", "ran out"])
def test_early_stopping_restores_the_best_weights(epochs, recorder):
    model = fitted(epochs=epochs, patience=3, callbacks=recorder, **STOPPING)
    best = recorder.weights[int(np.argmin(model.history_["val_loss"]))]
    assert all(map(np.array_equal, model.weights_, best))


@pytest.fixture
def held_out(monkeypatch):
    """Collect the rows that real fits hold out."""
    collected = []

    def recording(*arguments, groups):
        training, validation = split_rows(*arguments, groups=groups)
        collected.append(validation)
        return training, validation

    monkeypatch.setattr(_base, "split_rows", recording)
    return collected


def test_validation_loss_is_that_of_the_events_held_out(held_out):
    model = fitted(epochs=20, patience=3, **STOPPING)
    (rows,) = held_out
    expected = log_loss(Y[rows], model.predict_proba(X[rows]))
    assert min(model.history_["val_loss"]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("fraction", "counts"), [(0.1, [9, 3]), (0.5, [45, 15])])
def test_validation_keeps_the_shares_of_the_classes(held_out, fraction, counts):
    y = (np.arange(120) % 4 == 0).astype(int)
    MLPClassifier(early_stopping=True, validation_fraction=fraction, **QUICK).fit(X, y)
    assert np.bincount(y[held_out[0]]).tolist() == counts


def test_early_stopping_on_too_few_events():
    with pytest.raises(ValueError, match="Too few events to hold out 10% for validation"):
        MLPClassifier(early_stopping=True).fit(X[:6], [0, 1, 0, 1, 0, 1])


def test_history_has_the_validation_loss_under_early_stopping():
    assert set(fitted(early_stopping=True).history_) == {"loss", "val_loss"}


def test_history_has_one_loss_per_epoch():
    model = fitted()
    assert {name: len(values) for name, values in model.history_.items()} == {"loss": 2}


# Divergence

DIVERGING = {"optimizer": "sgd", "learning_rate": 1e30}


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.DivergenceWarning")
@pytest.mark.parametrize(
    ("batch_size", "epochs"),
    [
        (32, 1),
        (32, 3),
        (None, 1),
        (None, 3),
    ],
)
def test_diverged_network_predicts_finite_numbers(batch_size, epochs):
    model = fitted(**DIVERGING, batch_size=batch_size, epochs=epochs)
    assert np.isfinite(model.predict_proba(X)).all()


def test_divergence_is_warned_of():
    with pytest.warns(DivergenceWarning, match=r"Training diverged in epoch 1 \(loss nan\)"):
        fitted(**DIVERGING)


def test_divergence_ends_training():
    with pytest.warns(DivergenceWarning):
        assert fitted(**DIVERGING, epochs=5).n_iter_ == 1


def test_diverging_partial_fit_predicts_finite_numbers():
    model = MLPClassifier(**QUICK, **DIVERGING)
    with pytest.warns(DivergenceWarning, match="Training diverged"):
        model.partial_fit(X, Y)
    assert np.isfinite(model.predict_proba(X)).all()


class Rates(keras.callbacks.Callback):
    """Sets the learning rate of each epoch from a list."""

    def __init__(self, rates):
        super().__init__()
        self.rates = rates

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = self.rates[epoch]


def test_late_divergence_keeps_the_last_finite_weights(recorder):
    callbacks = [Rates([0.1, 0.1, 1e30]), recorder]
    with pytest.warns(DivergenceWarning, match="epoch 3"):
        model = fitted(optimizer="sgd", epochs=3, callbacks=callbacks, **CONSTANT)
    assert all(map(np.array_equal, model.weights_, recorder.weights[1]))


def test_late_divergence_keeps_the_best_weights(recorder):
    callbacks = [Rates([0.05, 0.05, 30.0, 1e30]), recorder]
    with pytest.warns(DivergenceWarning, match="epoch 4"):
        model = fitted(optimizer="sgd", epochs=4, callbacks=callbacks, **STOPPING)
    best = recorder.weights[int(np.nanargmin(model.history_["val_loss"]))]
    assert all(map(np.array_equal, model.weights_, best))


def test_partial_fit_does_not_change_whether_there_is_momentum():
    model = MLPClassifier(**QUICK, optimizer="sgd").partial_fit(X, Y)
    model.set_params(momentum=0.5).partial_fit(X, Y)
    with pytest.raises(ValueError, match=r"momentum=0.0, but the earlier partial_fit"):
        model.set_params(momentum=0.0).partial_fit(X, Y)


# Programs


@pytest.fixture
def traces(monkeypatch, empty_pool):
    """The programs made, from an empty pool."""
    made = []
    make = programs.new_program
    monkeypatch.setattr(programs, "new_program", lambda *a: made.append(make(*a)) or made[-1])
    return made


SOUGHT = {
    "learning_rate": (1e-3, 1e-2),
    "learning_rate_decay": (1e-3, 1e-2),
    "epochs": (2, 3),
    "batch_size": (16, 32),
    "alpha": (1e-4, 1e-2),
    "dropout": (0.1, 0.4),
    "momentum": (0.5, 0.9),
    "kernel_initializer": ("he_normal", "glorot_uniform"),
    "random_state": (0, 1),
}


@pytest.mark.parametrize("name", SOUGHT)
def test_search_over_numbers_shares_one_program(name, traces):
    one, other = (fitted(**{"optimizer": "sgd", name: value}) for value in SOUGHT[name])
    assert len(traces) == 1
    assert not all(map(np.array_equal, one.weights_, other.weights_))


@pytest.mark.parametrize("name", SOUGHT)
def test_program_that_others_used_gives_the_same_fit(name, traces):
    value, others = SOUGHT[name]
    alone = fitted(**{"optimizer": "sgd", name: value})
    fitted(**{"optimizer": "sgd", name: others})
    assert_same_network(fitted(**{"optimizer": "sgd", name: value}), alone)


FACTOR = 1.0


def own_loss(y_true, y_pred):
    return FACTOR * keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def test_what_an_own_loss_reads_is_looked_at_by_every_fit(monkeypatch):
    before = fitted(loss=own_loss)
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    after = fitted(loss=own_loss)
    assert after.history_["loss"][0] > 2 * before.history_["loss"][0]


LONG = {"epochs": 400, "batch_size": 40, "dropout": 0.2, "alpha": 1e-3}


def test_fit_compiled_by_xla_is_reproducible(traces):
    one, other = fitted(**LONG), fitted(**LONG)
    assert traces[0]._xla._compiled
    assert_same_network(one, other)


def test_fits_compiled_by_xla_in_threads_are_those_one_after_the_other():
    seeds = [0, 1, 2, 3]

    def fit(seed):
        return fitted(**LONG | {"random_state": seed})

    expected = [fit(seed) for seed in seeds]
    with ThreadPoolExecutor(4) as pool:
        for one, other in zip(pool.map(fit, seeds), expected, strict=True):
            assert_same_network(one, other)


@pytest.mark.slow
def test_fit_needs_little_memory_beyond_x():
    X = np.random.default_rng(0).standard_normal((400_000, 28), dtype="float32")
    y = (X[:, 0] > 0).astype(int)
    model = MLPClassifier(8, epochs=1)
    model.fit(X[:1000], y[:1000])
    tracemalloc.start()
    model.fit(X, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.5 * X.nbytes
