"""What MLPClassifier and MLPRegressor promise alike: arguments, input, failures, seeds, pickles."""

import copy
import io
import pickle
import random
import re

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skpnn import MLPClassifier, MLPRegressor

QUICK = {"hidden_layer_sizes": 8, "epochs": 2, "batch_size": 32}

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(60, 3)), columns=["pt", "eta", "phi"])
Y = (X["pt"] > 0).astype(int).to_numpy()


@pytest.fixture(params=[MLPClassifier, MLPRegressor])
def new(request):
    """Return a function that makes an unfitted estimator."""

    def make(**arguments):
        return request.param(**{**QUICK, "random_state": 0, **arguments})

    return make


def assert_same_network(one, other):
    assert all(map(np.array_equal, one.weights_, other.weights_))


def is_same_network(one, other):
    return all(map(np.array_equal, one.weights_, other.weights_))


# Constructor arguments

POSSIBLE = "is not possible; expected"


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("epochs", 0, POSSIBLE),
        ("epochs", 1.5, POSSIBLE),
        ("batch_size", 0, POSSIBLE),
        ("batch_size", "auto", POSSIBLE),
        ("patience", 0, POSSIBLE),
        ("learning_rate", -1, POSSIBLE),
        ("learning_rate", 0, POSSIBLE),
        ("learning_rate", float("nan"), POSSIBLE),
        ("learning_rate_decay", -0.1, POSSIBLE),
        ("learning_rate_schedule", "linear", POSSIBLE),
        ("momentum", 1, POSSIBLE),
        ("alpha", -1, POSSIBLE),
        ("dropout", 1, POSSIBLE),
        ("validation_fraction", 0, POSSIBLE),
        ("validation_fraction", 1.0, POSSIBLE),
        ("dtype", "float16", POSSIBLE),
        ("depth", 0, POSSIBLE),
        ("depth", 1.5, POSSIBLE),
        ("hidden_layer_sizes", "a-b", "is not understood"),
        ("hidden_layer_sizes", (8, 0), "is not understood"),
        ("hidden_layer_sizes", 8.5, "is not understood"),
        ("hidden_layer_sizes", None, "is not understood"),
        ("optimizer", "admn", "is unknown"),
        ("loss", "crossentropy", "is unknown"),
    ],
)
def test_impossible_argument_is_named_with_its_value(new, argument, value, message):
    with pytest.raises(ValueError, match=re.escape(f"{argument}={value!r} {message}")):
        new(**{argument: value}).fit(X, Y)


@pytest.mark.parametrize(("width", "depth", "widths"), [(8, 3, "8-8-8"), ("8-4", 2, "8-4-8-4")])
def test_depth_repeats_the_hidden_layers(new, width, depth, widths):
    # NumPy's integers are what a search samples.
    repeated = new(hidden_layer_sizes=width, depth=np.int64(depth)).fit(X, Y)
    listed = new(hidden_layer_sizes=widths).fit(X, Y)
    assert_same_network(repeated, listed)


def test_optimizer_of_another_type_is_an_error(new):
    with pytest.raises(TypeError, match="optimizer=3 is not understood"):
        new(optimizer=3).fit(X, Y)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("activation", "rleu"),
        ("activation", 3),
        ("kernel_initializer", "glorot"),
        ("loss", 3),
        ("callbacks", "EarlyStopping"),
    ],
)
def test_argument_that_keras_refuses_is_named(new, argument, value):
    with pytest.raises((TypeError, ValueError), match=f"{argument}={value!r}"):
        new(**{argument: value}).fit(X, Y)


@pytest.mark.parametrize(
    ("argument", "value"), [("output_activation", "relu"), ("huber_delta", 0), ("huber_delta", -1)]
)
def test_regressors_own_impossible_argument(argument, value):
    with pytest.raises(ValueError, match=rf"{argument}={value!r} {POSSIBLE}"):
        MLPRegressor(**QUICK, **{argument: value}).fit(X, Y)


def test_impossible_argument_stops_partial_fit(new):
    with pytest.raises(ValueError, match="dropout=1 is not possible"):
        new(dropout=1).partial_fit(X, Y)


def test_unknown_argument_is_an_error():
    with pytest.raises(TypeError, match="epoch"):
        MLPClassifier(epoch=3)


def test_fit_leaves_the_arguments_alone(new):
    arguments = {
        "hidden_layer_sizes": [8],
        "optimizer": keras.optimizers.Adam(0.01),
        "callbacks": [keras.callbacks.EarlyStopping("loss")],
        "kernel_initializer": keras.initializers.HeNormal(),
        "random_state": np.random.RandomState(0),
    }
    lists = copy.copy(arguments["callbacks"])
    model = new(**arguments).fit(X, Y)
    assert all(getattr(model, name) is value for name, value in arguments.items())
    assert (arguments["hidden_layer_sizes"], arguments["callbacks"]) == ([8], lists)


# X


def test_nan_is_named_by_column_and_row(new):
    broken = X.mask(np.outer(np.arange(60) == 7, [False, True, False]))
    with pytest.raises(ValueError, match=r"NaN in column 'eta': 1 of 60 rows, first in row 7"):
        new().fit(broken, Y)


def test_nan_is_named_by_number_in_an_array(new):
    model = new().fit(X.to_numpy(), Y)
    with pytest.raises(ValueError, match=r"NaN in column 2: 1 of 1 rows, first in row 0"):
        model.predict([[0.0, 1.0, np.nan]])


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e300])
def test_value_beyond_float32_is_named(new, value):
    broken = X.mask(np.outer(np.arange(60) == 7, [False, False, True]), value)
    with pytest.raises(ValueError, match=r"infinity or a value too large for float32 in .*'phi'"):
        new().fit(broken, Y)


def test_columns_in_another_order_are_an_error(new):
    model = new().fit(X, Y)
    with pytest.raises(ValueError, match="must be in the same order as they were in fit"):
        model.predict(X[["eta", "pt", "phi"]])


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("predict", "X has 2 features, but .* is expecting 3 features"),
        ("partial_fit", "X has 2 features, but .* is expecting 3 features"),
        ("fit", "a network with n_features_in_ = 3, but X and y now have 2"),
    ],
)
def test_another_number_of_features_is_an_error(new, method, message):
    model = new(warm_start=True).fit(X.to_numpy(), Y)
    arguments = () if method == "predict" else (Y,)
    with pytest.raises(ValueError, match=message):
        getattr(model, method)(X.to_numpy()[:, :2], *arguments)


def test_a_warm_start_needs_the_columns_in_the_same_order(new):
    model = new(warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match="a network with feature_names_in_"):
        model.fit(X[["eta", "pt", "phi"]], Y)


def test_one_row_is_predicted_as_among_others(new):
    model = new(dtype="float64").fit(X, Y)
    assert model.predict(X[:1]) == pytest.approx(model.predict(X)[:1], abs=1e-12)


def test_no_rows_are_an_error(new):
    with pytest.raises(ValueError, match="Found array with 0 sample"):
        new().fit(X, Y).predict(X[:0])


@pytest.mark.parametrize("access", [lambda m: m.predict(X), lambda m: m.model_])
def test_unfitted_estimator_is_an_error(new, access):
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        access(new())


def test_probabilities_of_unfitted_classifier_are_an_error():
    with pytest.raises(NotFittedError, match="MLPClassifier instance is not fitted yet"):
        MLPClassifier().predict_proba(X)


# What a failing call leaves behind


class Failing(keras.callbacks.Callback):
    """Raises at the end of the second epoch."""

    def __init__(self, exception):
        super().__init__()
        self.exception = exception

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise self.exception


def fail_by_data(model):
    with pytest.raises(ValueError, match="NaN"):
        model.fit(X.mask(X > 1), Y)


def fail_by_target(model):
    with pytest.raises(ValueError, match="inconsistent"):
        model.fit(X[["eta"]], Y[:-1])


def fail_by_partial_fit(model):
    with pytest.raises(ValueError, match="same order"):
        model.partial_fit(X[["eta", "pt", "phi"]], Y)


def fail_by_interrupt(model):
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y)


@pytest.mark.parametrize(
    ("fail", "exception"),
    [
        (fail_by_data, None),
        (fail_by_target, None),
        (fail_by_partial_fit, None),
        (fail_by_interrupt, KeyboardInterrupt()),
    ],
)
@pytest.mark.parametrize("is_fitted", [False, True])
def test_failing_call_leaves_the_estimator_as_it_was(new, fail, exception, is_fitted):
    model = new()
    if is_fitted or fail is fail_by_partial_fit:
        model.fit(X, Y)
    model.set_params(callbacks=exception and [Failing(exception)])
    before, weights = dict(vars(model)), copy.deepcopy(vars(model).get("weights_"))
    fail(model)
    assert vars(model).keys() == before.keys()
    assert all(value is before[name] for name, value in vars(model).items())
    assert weights is None or all(map(np.array_equal, weights, model.weights_))


def test_callback_that_raises_leaves_the_estimator_as_it_was(new):
    model = new().fit(X, Y).set_params(callbacks=Failing(RuntimeError("disk full")))
    before = dict(vars(model))
    with pytest.raises(RuntimeError, match="disk full"):
        model.fit(X, Y)
    assert vars(model) == before


def test_interrupted_fit_does_not_reach_the_next(new):
    expected = new().fit(X, Y)
    with pytest.raises(KeyboardInterrupt):
        new(callbacks=Failing(KeyboardInterrupt())).fit(X, Y)
    assert_same_network(new().fit(X, Y), expected)


def test_failing_partial_fit_does_not_reach_the_next(new):
    expected = new().partial_fit(X, Y).partial_fit(X, Y)
    model = new().partial_fit(X, Y)
    with pytest.raises(ValueError, match="NaN"):
        model.partial_fit(X.mask(X > 1), Y)
    assert_same_network(model.partial_fit(X, Y), expected)


# Seeds


@pytest.mark.parametrize("more", [{}, {"dropout": 0.3, "early_stopping": True}], ids=str)
def test_equal_integers_give_equal_networks(new, more):
    assert_same_network(new(**more).fit(X, Y), new(**more).fit(X, Y))


@pytest.mark.parametrize("states", [(0, 1), (None, None)], ids=["two integers", "none"])
def test_other_seeds_give_other_networks(new, states):
    one, other = (new(random_state=state).fit(X, Y) for state in states)
    assert not is_same_network(one, other)


def test_random_state_instance_goes_on(new):
    state = np.random.RandomState(0)
    first, second = (new(random_state=state).fit(X, Y) for _ in range(2))
    assert_same_network(first, new().fit(X, Y))
    assert not is_same_network(first, second)


@pytest.mark.parametrize("initializer", ["glorot_uniform", "he_normal"])
def test_seeded_fit_leaves_global_generators_alone(new, initializer):
    python, numpy = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    new(hidden_layer_sizes=7, dropout=0.1, kernel_initializer=initializer).fit(X, Y).predict(X)
    assert random.getstate() == python
    assert np.array_equal(np.random.get_state()[1], numpy)  # noqa: NPY002


def test_global_seeds_do_not_reach_a_seeded_fit(new):
    expected = new(dropout=0.3).fit(X, Y)
    keras.utils.set_random_seed(3)
    assert_same_network(new(dropout=0.3).fit(X, Y), expected)


def test_partial_fit_draws_anew_in_every_call(new):
    still = {"dropout": 0.5, "learning_rate": 1e-30}
    model = new(**still).partial_fit(X, Y)
    first = model.history_["loss"]
    assert model.partial_fit(X, Y).history_["loss"] != first


# Copies


def through_pickle(model):
    return pickle.loads(pickle.dumps(model))


def through_joblib(model):
    stream = io.BytesIO()
    joblib.dump(model, stream)
    stream.seek(0)
    return joblib.load(stream)


copies = pytest.mark.parametrize("copied", [through_pickle, through_joblib, copy.deepcopy])


@copies
@pytest.mark.parametrize(
    "more", [{}, {"batch_normalization": True, "alpha": 1e-3, "dropout": 0.1}], ids=["", "layers"]
)
def test_copy_predicts_the_same(new, copied, more):
    model = new(**more).fit(X, Y)
    assert np.array_equal(copied(model).predict(X), model.predict(X))


@copies
def test_copy_after_access_to_the_keras_model_predicts_the_same(new, copied):
    model = new().fit(X, Y)
    before = model.model_
    copy_ = copied(model)
    assert np.array_equal(copy_.predict(X), model.predict(X))
    assert copy_.model_ is not before


@copies
def test_partial_fit_goes_on_in_the_copy(new, copied):
    model = new(dropout=0.3).partial_fit(X, Y)
    copy_ = copied(model)
    assert_same_network(copy_.partial_fit(X, Y), model.partial_fit(X, Y))


@copies
def test_callbacks_survive_in_the_copy(new, copied):
    model = new(callbacks=[keras.callbacks.EarlyStopping("loss")], alpha=1e-3).fit(X, Y)
    assert_same_network(copied(model).fit(X, Y), model)


def test_training_a_copy_leaves_the_original_alone(new):
    model = new().partial_fit(X, Y)
    before = copy.deepcopy(model.weights_)
    copy.deepcopy(model).partial_fit(X, Y)
    assert all(map(np.array_equal, model.weights_, before))


def test_clone_is_unfitted_and_trains_the_same(new):
    model = new(callbacks=[keras.callbacks.EarlyStopping("loss")]).fit(X, Y)
    cloned = clone(model)
    assert not hasattr(cloned, "weights_")
    assert_same_network(cloned.fit(X, Y), model)


def test_keras_model_can_be_saved_and_loaded(new, tmp_path):
    model = new(alpha=1e-3, batch_normalization=True).fit(X, Y)
    model.model_.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    inputs = X.to_numpy("float32")
    expected = model.model_.predict(inputs, verbose=0)
    assert loaded.predict(inputs, verbose=0) == pytest.approx(expected)


# What a fit leaves


@pytest.mark.parametrize("epochs", [1, 3])
def test_number_of_epochs_is_counted(new, epochs):
    model = new(epochs=epochs).fit(X, Y)
    assert (model.n_iter_, len(model.history_["loss"])) == (epochs, epochs)


def test_partial_fit_counts_one_epoch(new):
    assert new().partial_fit(X, Y).partial_fit(X, Y).n_iter_ == 1


def test_keras_model_follows_the_last_fit(new):
    model = new().fit(X, Y)
    first = model.model_
    model.set_params(random_state=1).fit(X, Y)
    assert model.model_ is not first
    assert all(map(np.array_equal, model.model_.get_weights(), model.weights_))


def test_columns_are_remembered(new):
    model = new().fit(X, Y)
    assert (model.n_features_in_, model.feature_names_in_.tolist()) == (3, list(X.columns))
