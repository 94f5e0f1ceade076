"""MLPRegressor: targets and their range, losses, and training steps computed by hand."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import StandardScaler

from skpnn import MLPRegressor

QUICK = {"hidden_layer_sizes": 8, "epochs": 2, "batch_size": 32, "random_state": 0}
# One batch of all events: their order and their number only show as rounding.
EXACT = {**QUICK, "batch_size": None, "dtype": "float64"}
# One step so small that the loss reported is that of the initial network, which is the fitted one.
STILL = {**EXACT, "epochs": 1, "learning_rate": 1e-30}

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
ONE = np.sin(X[:, 0]) + 0.2 * X[:, 1]
TWO = np.column_stack([ONE, 10 * X[:, 2]])
WEIGHT = RNG.uniform(0.5, 2, size=120)


def fitted(y, weight=None, **arguments):
    return MLPRegressor(**{**QUICK, **arguments}).fit(X, y, weight)


def assert_close_network(one, other):
    for mine, theirs in zip(one.weights_, other.weights_, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-9)


# Targets


@pytest.mark.parametrize(
    ("y", "shape"),
    [(ONE, (120,)), (ONE[:, np.newaxis], (120,)), (TWO, (120, 2)), (list(ONE), (120,))],
    ids=["one", "column", "two", "list"],
)
def test_prediction_has_the_shape_of_the_targets(y, shape):
    assert fitted(y).predict(X).shape == shape


@pytest.mark.parametrize(("y", "n_outputs"), [(ONE, 1), (TWO, 2)], ids=["one", "two"])
def test_network_has_one_output_per_target(y, n_outputs):
    model = fitted(y)
    assert (model.n_outputs_, model.model_.layers[-1].units) == (n_outputs, n_outputs)


def test_column_vector_trains_the_network_of_the_plain_one():
    assert_close_network(fitted(ONE, **EXACT), fitted(ONE[:, np.newaxis], **EXACT))


def test_keras_model_predicts_the_same():
    model = fitted(TWO)
    keras_prediction = model.model_.predict(X.astype("float32"), verbose=0)
    assert model.predict(X) == pytest.approx(keras_prediction, abs=1e-6)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.where(X[:, 0] > 1, np.nan, ONE), "Input y contains NaN"),
        (np.where(X[:, 0] > 1, np.inf, ONE), "Input y contains infinity"),
        (ONE[:-1], r"inconsistent numbers of samples: \[120, 119\]"),
        (None, "MLPRegressor requires y to be passed"),
    ],
    ids=["NaN", "infinity", "short", "None"],
)
def test_target_that_is_none(y, message):
    with pytest.raises(ValueError, match=message):
        MLPRegressor(**QUICK).fit(X, y)


def test_another_number_of_targets_in_partial_fit_is_an_error():
    model = MLPRegressor(**QUICK).partial_fit(X, TWO)
    with pytest.raises(ValueError, match="y has 1 targets, expected 2"):
        model.partial_fit(X, ONE)


# What the network can put out


@pytest.mark.parametrize(
    ("activation", "target_range", "reached"),
    [
        ("sigmoid", None, (ONE.min(), ONE.max())),
        ("tanh", None, (ONE.min(), ONE.max())),
        ("sigmoid", (-3, 5), (-3, 5)),
        ("tanh", [-3, 5], (-3, 5)),
    ],
)
def test_predictions_fill_the_target_range(activation, target_range, reached):
    model = fitted(ONE, output_activation=activation, target_range=target_range)
    predictions = model.predict(1e4 * X)
    assert (predictions.min(), predictions.max()) == pytest.approx(reached, abs=1e-5)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_each_target_has_a_range_of_its_own(activation):
    model = fitted(TWO, output_activation=activation)
    predictions = model.predict(1e4 * X)
    assert predictions.min(axis=0) == pytest.approx(TWO.min(axis=0), abs=1e-4)
    assert predictions.max(axis=0) == pytest.approx(TWO.max(axis=0), abs=1e-4)


def test_softplus_predicts_no_negative_target():
    model = fitted(np.abs(ONE), output_activation="softplus")
    assert (model.predict(1e4 * X) >= 0).all()


def test_linear_predicts_targets_of_either_sign():
    predictions = fitted(ONE).predict(1e4 * X)
    assert predictions.min() < ONE.min()
    assert predictions.max() > ONE.max()


@pytest.mark.parametrize(
    ("activation", "target_range"), [("softplus", None), ("sigmoid", (0, 2)), ("tanh", (-9, 0))]
)
def test_target_beyond_the_range_is_an_error(activation, target_range):
    with pytest.raises(ValueError, match=rf"beyond what output_activation='{activation}' can"):
        fitted(ONE, output_activation=activation, target_range=target_range)


def test_target_beyond_the_first_calls_range_is_an_error():
    model = MLPRegressor(output_activation="sigmoid", **QUICK).partial_fit(X, ONE)
    with pytest.raises(ValueError, match=r"beyond what .* Widen target_range"):
        model.partial_fit(X, 2 * ONE)


def test_warm_start_with_another_output_activation_is_an_error():
    model = fitted(ONE, warm_start=True).set_params(output_activation="sigmoid")
    with pytest.raises(ValueError, match=r"'sigmoid', but the fitted network has 'linear'"):
        model.fit(X, ONE)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_constant_target_without_a_range_is_an_error(activation):
    with pytest.raises(ValueError, match=r"The target's range, \[1.\] to \[1.\], has no width"):
        fitted(np.ones(120), output_activation=activation)


def test_constant_target_within_a_range_is_learnt():
    learning = {"epochs": 100, "learning_rate": 0.05}
    model = fitted(np.ones(120), output_activation="tanh", target_range=(-2, 4), **learning)
    assert model.predict(X) == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize(
    "target_range", [(5, -5), (0, 0), "ab", 3, (-5, 0, 5), (np.nan, 5), (-5, np.inf)], ids=str
)
def test_target_range_that_is_none(target_range):
    with pytest.raises(ValueError, match="target_range"):
        fitted(ONE, output_activation="tanh", target_range=target_range)


def test_target_range_may_be_an_array():
    network = fitted(ONE, output_activation="tanh", target_range=np.array([-3.0, 5.0]))
    assert_close_network(network, fitted(ONE, output_activation="tanh", target_range=(-3, 5)))


# Losses


def huber(error, delta):
    quadratic = np.minimum(np.abs(error), delta)
    return 0.5 * quadratic**2 + delta * (np.abs(error) - quadratic)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("auto", np.square),
        ("squared_error", np.square),
        ("mse", np.square),
        ("absolute_error", np.abs),
        ("huber", lambda error: huber(error, 0.7)),
        (keras.losses.LogCosh(dtype="float64"), lambda error: np.log(np.cosh(error))),
        (lambda y, p: keras.ops.mean(keras.ops.abs(y - p), axis=-1), np.abs),
    ],
    ids=["auto", "squared", "mse", "absolute", "huber", "instance", "function"],
)
@pytest.mark.parametrize("y", [ONE, TWO], ids=["one", "two"])
def test_loss_is_the_weighted_mean(loss, expected, y):
    model = fitted(y, WEIGHT, loss=loss, huber_delta=0.7, **STILL)
    error = expected(y - model.predict(X)).reshape(120, -1).mean(axis=1)
    assert model.history_["loss"] == pytest.approx([np.average(error, weights=WEIGHT)], rel=1e-6)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_huber_delta_is_in_units_of_the_target(activation):
    scaled = {"loss": "huber", "huber_delta": 0.7, "output_activation": activation}
    model = fitted(TWO, **scaled, **STILL)
    # The loss is that of outputs, which span 1 or 2 where targets span their range.
    width = np.ptp(TWO, axis=0) / (1 if activation == "sigmoid" else 2)
    expected = (huber(TWO - model.predict(X), 0.7) / width**2).mean()
    assert model.history_["loss"] == pytest.approx([expected], rel=1e-5)


@pytest.mark.parametrize("loss", ["huber", "absolute_error"])
def test_robust_loss_fits_the_bulk_better_than_squares(loss):
    truth = X[:, 0]
    outliers = truth + 30 * (np.arange(120) % 10 == 0)
    learning = {"epochs": 60, "learning_rate": 0.02, "huber_delta": 0.5}
    robust, squares = (
        np.abs(fitted(outliers, loss=one, **learning).predict(X) - truth).mean()
        for one in (loss, "squared_error")
    )
    assert robust < 0.5 * squares


# Weights


def test_weight_of_two_is_an_event_twice():
    rows = np.repeat(np.arange(120), np.where(ONE > 0, 2, 1))
    twice = MLPRegressor(**EXACT).fit(X[rows], ONE[rows])
    assert_close_network(twice, fitted(ONE, np.where(ONE > 0, 2.0, 1.0), **EXACT))


@given(scale=st.floats(1e-6, 1e6))
@settings(max_examples=10, deadline=None)
def test_scale_of_weights_does_not_matter(scale):
    assert_close_network(fitted(ONE, WEIGHT, **EXACT), fitted(ONE, scale * WEIGHT, **EXACT))


def test_event_of_zero_weight_may_lie_beyond_the_others():
    outlier = np.where(np.arange(120) == 5, 1e9, ONE)
    weight = np.where(np.arange(120) == 5, 0.0, 1.0)
    model = fitted(outlier, weight, output_activation="tanh")
    assert np.abs(model.predict(X)).max() < 10


def test_weights_need_a_positive_sum():
    with pytest.raises(ValueError, match="weights of 120 events sum to -120"):
        fitted(ONE, -np.ones(120))


# Training computed by hand

STEP = {
    "hidden_layer_sizes": (),
    "optimizer": "sgd",
    "learning_rate_schedule": "constant",
    "learning_rate": 0.1,
    "epochs": 1,
    "batch_size": None,
    "dtype": "float64",
    "random_state": 0,
}


def initial_weights(**arguments):
    return MLPRegressor(**{**STEP, **arguments, "learning_rate": 1e-30}).fit(X, TWO).weights_


def gradients(kernel, bias, weight, alpha):
    """Return those of mean(w · mean((p − y)², over targets)) + alpha · Σ kernel²."""
    slope = 2 * (X @ kernel + bias - TWO) * (weight / weight.sum())[:, np.newaxis] / TWO.shape[1]
    return X.T @ slope + 2 * alpha * kernel, slope.sum(axis=0)


@pytest.mark.parametrize("alpha", [0.0, 0.3])
@pytest.mark.parametrize(
    ("momentum", "nesterov", "factor"), [(0.0, False, 1), (0.9, False, 1), (0.9, True, 1.9)]
)
def test_step_is_the_one_computed_by_hand(momentum, nesterov, factor, alpha):
    model = MLPRegressor(momentum=momentum, nesterov=nesterov, alpha=alpha, **STEP)
    model.fit(X, TWO, WEIGHT)
    kernel, bias = initial_weights(alpha=alpha)
    by_kernel, by_bias = gradients(kernel, bias, WEIGHT, alpha)
    assert model.weights_[0] == pytest.approx(kernel - 0.1 * factor * by_kernel, rel=1e-6)
    assert model.weights_[1] == pytest.approx(bias - 0.1 * factor * by_bias, rel=1e-6)


def test_second_step_has_the_momentum_of_the_first():
    model = MLPRegressor(momentum=0.5, nesterov=False, **{**STEP, "epochs": 2}).fit(X, TWO)
    kernel, bias = initial_weights()
    velocity = [0.0, 0.0]
    for _ in range(2):
        slopes = gradients(kernel, bias, np.ones(120), 0.0)
        velocity = [0.5 * v - 0.1 * g for v, g in zip(velocity, slopes, strict=True)]
        kernel, bias = kernel + velocity[0], bias + velocity[1]
    assert model.weights_[0] == pytest.approx(kernel, rel=1e-6)
    assert model.weights_[1] == pytest.approx(bias, rel=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_alpha_adds_the_squared_kernels_to_the_loss(dtype):
    still = {**STILL, "dtype": dtype}
    free, penalised = fitted(ONE, **still), fitted(ONE, alpha=0.3, **still)
    penalty = 0.3 * sum(np.square(w).sum() for w in free.weights_ if w.ndim == 2)
    difference = penalised.history_["loss"][0] - free.history_["loss"][0]
    assert difference == pytest.approx(penalty, rel=1e-5)


def test_partial_fit_calls_are_epochs_of_one_fit():
    model = MLPRegressor(**EXACT).partial_fit(X, ONE, WEIGHT).partial_fit(X, ONE, WEIGHT)
    assert_close_network(model, fitted(ONE, WEIGHT, learning_rate_schedule="constant", **EXACT))


def test_sine_is_learnt():
    grid = np.linspace(-1, 1, 200)[:, np.newaxis]
    wave = np.sin(3 * grid[:, 0])
    model = MLPRegressor(16, "tanh", learning_rate=0.02, batch_size=10, epochs=150, random_state=0)
    assert model.fit(grid[::2], wave[::2]).score(grid[1::2], wave[1::2]) > 0.95


def test_target_in_large_units_is_learnt_behind_a_scaler():
    learning = {**QUICK, "epochs": 60, "learning_rate": 0.02}
    model = TransformedTargetRegressor(MLPRegressor(**learning), transformer=StandardScaler())
    assert model.fit(X, 5000 + 1000 * ONE).score(X, 5000 + 1000 * ONE) > 0.9
