"""CurveRegressor: known answers, steps computed by hand, and what it does with bad input."""

import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from scipy.optimize import curve_fit
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import check_estimator

from skpnn import CurveRegressor
from skpnn.exceptions import CovarianceWarning, DivergenceWarning

# Most fits here take three steps; those that should converge say so by their errors.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The fit has not converged:skpnn.exceptions.CovarianceWarning"
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 2))
WEIGHT = RNG.uniform(0.5, 2, size=50)
Y = 1 - 2 * X[:, 0] + 0.5 * X[:, 1] + RNG.normal(size=50)
GRID = np.linspace(0, 1, 11)[:, np.newaxis]
DECAYING = 5 * np.exp(-2 * GRID[:, 0]) + 1.5 + np.random.default_rng(1).normal(0, 0.5, 11)


def plane(x, p):
    """Return a plane over as many columns as x has; p may have more."""
    return p[0] + ops.sum(x * p[1 : 1 + x.shape[1]], axis=1)


def decay(x, p):
    return p[0] * ops.exp(-p[1] * x) + p[2]


QUICK = {"p0": [0, 0, 0], "epochs": 3, "random_state": 0}
CONVERGED = {"epochs": 80}
STEP = {"optimizer": "sgd", "learning_rate": 0.1, "learning_rate_schedule": "constant"}
PLAIN = {**STEP, "momentum": 0.0, "nesterov": False}


def fitted(weight=None, **arguments):
    return CurveRegressor(plane, **{**QUICK, **arguments}).fit(X, Y, weight)


def fitted_decay(**arguments):
    return CurveRegressor(decay, [1, 1, 1], **arguments).fit(GRID, DECAYING)


def closed_form(weight):
    """Return the least squares plane, and (XᵀWX)⁻¹."""
    design = np.column_stack([np.ones(len(X)), X])
    inverse = np.linalg.inv(design.T @ (weight[:, np.newaxis] * design))
    return inverse @ design.T @ (weight * Y), inverse


# Known answers


@pytest.mark.slow
@pytest.mark.parametrize("weight", [np.ones(50), WEIGHT], ids=["alike", "weighted"])
@pytest.mark.parametrize("absolute_sigma", [False, True])
def test_plane_is_that_of_the_closed_form(weight, absolute_sigma):
    model = fitted(weight, epochs=1000, absolute_sigma=absolute_sigma)
    p, covariance = closed_form(weight)
    chi2 = weight @ (Y - p[0] - X @ p[1:]) ** 2
    assert model.p_ == pytest.approx(p, abs=1e-6)
    expected = covariance * (1 if absolute_sigma else chi2 / (50 - 3))
    assert model.covariance_ == pytest.approx(expected, abs=1e-6)
    assert model.p_std_ == pytest.approx(np.sqrt(np.diag(expected)), rel=1e-6)
    # Keras' mean rounds to float32 on JAX.
    assert model.loss_ == pytest.approx(chi2 / weight.sum(), rel=1e-7)


@pytest.mark.slow
def test_exponential_is_that_of_scipy():
    model = fitted_decay(epochs=1500)
    p, covariance = curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, GRID[:, 0], DECAYING)
    assert np.abs(model.p_ - p).max() < 1e-3 * np.sqrt(np.diag(covariance)).min()
    # SciPy takes JᵀJ for half the Hessian, and the residuals are large here.
    assert model.p_std_ == pytest.approx(np.sqrt(np.diag(covariance)), rel=0.3)


@pytest.mark.slow
def test_errors_are_those_of_scipy_where_residuals_are_small():
    y = decay(GRID[:, 0], [5, 2, 1.5]) + (DECAYING - decay(GRID[:, 0], [5, 2, 1.5])) / 1000
    model = CurveRegressor(decay, [4, 2, 2], epochs=2000, learning_rate=1.0).fit(GRID, y)
    f = lambda x, a, b, c: a * np.exp(-b * x) + c  # noqa: E731
    p, covariance = curve_fit(f, GRID[:, 0], y, p0=[5, 2, 1.5])
    assert model.p_ == pytest.approx(p, abs=1e-5)
    assert model.covariance_ == pytest.approx(covariance, rel=0.01)


# Steps computed by hand


def gradient(p, rows, weight):
    """Return that of the mean of w (f − y)² over `rows`, with weights of mean 1 over all."""
    design = np.column_stack([np.ones(len(X)), X])[rows]
    slope = 2 * (design @ p - Y[rows]) * weight[rows] / weight.mean()
    return design.T @ slope / len(rows)


@pytest.mark.parametrize("batch_size", [None, 50, 7, 1])
def test_steps_are_those_computed_by_hand(batch_size):
    model = fitted(WEIGHT, **{**PLAIN, "epochs": 2}, batch_size=batch_size, shuffle=False)
    p = np.zeros(3)
    for start in 2 * list(range(0, 50, batch_size or 50)):
        rows = np.arange(start, min(50, start + (batch_size or 50)))
        p = p - 0.1 * gradient(p, rows, WEIGHT)
    assert model.p_ == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize(("momentum", "nesterov", "factor"), [(0.9, False, 1), (0.9, True, 1.9)])
def test_momentum(momentum, nesterov, factor):
    model = fitted(**{**STEP, "epochs": 1}, momentum=momentum, nesterov=nesterov)
    expected = -0.1 * factor * gradient(np.zeros(3), np.arange(50), np.ones(50))
    assert model.p_ == pytest.approx(expected, rel=1e-6)


class Updates(keras.callbacks.Callback):
    """Notes how many steps were taken by the end of each epoch."""

    def __init__(self):
        super().__init__()
        self.counts = []

    def on_epoch_end(self, epoch, logs=None):
        self.counts.append(int(self.model.optimizer.iterations))


@pytest.mark.parametrize(("batch_size", "n"), [(1, 50), (20, 3), (25, 2), (None, 1), (999, 1)])
def test_updates_per_epoch(batch_size, n):
    updates = Updates()
    model = fitted(batch_size=batch_size, callbacks=updates)
    assert updates.counts == [n, 2 * n, 3 * n]
    assert (model.n_iter_, len(model.history_["loss"])) == (3, 3)


def test_history_of_a_full_batch_starts_at_p0():
    assert fitted().history_["loss"][0] == pytest.approx(np.mean(Y**2), rel=1e-6)


def test_order_is_shuffled_by_the_seed():
    steps = {"batch_size": 1, "learning_rate": 0.1}
    seeds = [fitted(**{**steps, "random_state": seed}).p_ for seed in (0, 1)]
    plain = [fitted(**{**steps, "random_state": seed}, shuffle=False).p_ for seed in (0, 1)]
    assert (seeds[0] != seeds[1]).any()
    assert (plain[0] == plain[1]).all()


def test_learning_rate_decays():
    slow = fitted(**PLAIN, learning_rate_decay=1.0)
    p = np.zeros(3)
    for t in range(3):
        p = p - 0.1 / (1 + t) * gradient(p, np.arange(50), np.ones(50))
    assert slow.p_ == pytest.approx(p, rel=1e-6)


# Weights


def test_weight_of_two_is_an_event_twice():
    twice = np.where(Y > 0, 2, 1)
    rows = np.repeat(np.arange(50), twice)
    repeated = CurveRegressor(plane, **QUICK).fit(X[rows], Y[rows])
    assert fitted(twice).p_ == pytest.approx(repeated.p_, rel=1e-9)


@given(scale=st.floats(1e-6, 1e6))
@settings(max_examples=5)
def test_scale_of_weights_does_not_matter(scale):
    scaled = fitted(scale * WEIGHT, **CONVERGED)
    plain = fitted(WEIGHT, **CONVERGED)
    assert scaled.p_ == pytest.approx(plain.p_, rel=1e-9)
    assert scaled.covariance_ == pytest.approx(plain.covariance_, rel=1e-6)
    assert np.isfinite(plain.p_std_).all()


@pytest.mark.parametrize("scale", [1e-40, 1e39])
@pytest.mark.parametrize("arguments", [{}, {"loss": "huber"}], ids=["squares", "sandwich"])
def test_scale_of_weights_does_not_matter_beyond_the_precision(scale, arguments):
    arguments = {**CONVERGED, **arguments, "dtype": "float32"}
    expected = fitted(WEIGHT, **arguments).covariance_
    assert fitted(scale * WEIGHT, **arguments).covariance_ == pytest.approx(expected, rel=1e-3)


def test_known_errors_beyond_the_precision():
    known = {**CONVERGED, "dtype": "float32", "absolute_sigma": True}
    expected = fitted(WEIGHT, **known).covariance_
    scaled = fitted(1e-40 * WEIGHT, **known).covariance_
    assert scaled * 1e-40 == pytest.approx(expected, rel=1e-3)


def test_event_of_no_weight_is_absent():
    weight = np.where(np.arange(50) < 40, 1.0, 0.0)
    absent = CurveRegressor(plane, **{**QUICK, **CONVERGED}).fit(X[:40], Y[:40])
    model = fitted(weight, **CONVERGED)
    assert (model.p_ == absent.p_).all()
    assert model.covariance_ == pytest.approx(absent.covariance_, rel=1e-12)


def test_negative_weight_is_an_error():
    weight = np.where(np.arange(50) == 7, -1.0, 1.0)
    with pytest.raises(ValueError, match=r"negative in 1 of 50 rows, first in row 7; .* 1/σ²"):
        fitted(weight)


# Losses


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("squared_error", lambda r: r**2),
        ("absolute_error", np.abs),
        ("huber", lambda r: np.where(np.abs(r) < 0.7, r**2 / 2, 0.7 * (np.abs(r) - 0.35))),
        (keras.losses.LogCosh(dtype="float64"), lambda r: np.log(np.cosh(r))),
        (lambda y, f: ops.mean(ops.abs(y - f), axis=-1), np.abs),
    ],
    ids=["squared", "absolute", "huber", "instance", "function"],
)
def test_loss_is_the_weighted_mean(loss, expected):
    still = {"loss": loss, "huber_delta": 0.7, "learning_rate": 1e-30}
    model = fitted(WEIGHT, **still)
    loss = np.average(expected(Y), weights=WEIGHT)
    assert model.history_["loss"] == pytest.approx([loss] * 3, rel=1e-6)
    assert model.loss_ == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("loss", ["mse", keras.losses.MeanSquaredError(dtype="float64")])
def test_squares_by_another_name_have_the_same_covariance(loss):
    expected = fitted(**CONVERGED).covariance_
    assert fitted(**CONVERGED, loss=loss).covariance_ == pytest.approx(expected, rel=1e-3)


class FourthPower(keras.losses.MeanSquaredError):
    def call(self, y_true, y_pred):
        return ops.mean((y_true - y_pred) ** 4, axis=-1)


def test_subclass_of_squares_is_another_loss():
    model = fitted(**{**CONVERGED, "epochs": 300}, loss=FourthPower(dtype="float64"))
    residual = Y - model.predict(X)
    design = np.column_stack([np.ones(len(X)), X])
    bread = np.linalg.inv(design.T @ (12 * residual[:, np.newaxis] ** 2 * design))
    meat = design.T @ (16 * residual[:, np.newaxis] ** 6 * design)
    assert model.covariance_ == pytest.approx(bread @ meat @ bread, rel=1e-6)


class Column(keras.losses.Loss):
    """Squares of shape (n, 1)."""

    def call(self, y_true, y_pred):
        return ops.square(y_true - y_pred)


def test_losses_in_a_column_are_reduced_as_keras_does():
    model = fitted(WEIGHT, **CONVERGED, loss=Column(dtype="float64"))
    expected = fitted(WEIGHT, **CONVERGED)
    assert model.p_ == pytest.approx(expected.p_, rel=1e-6)
    assert model.loss_ == pytest.approx(expected.loss_, rel=1e-9)
    assert np.isfinite(model.p_std_).all()


@pytest.mark.parametrize(
    ("loss", "shape"),
    [(lambda y, f: ops.mean((y - f) ** 2), r"\(\)"), (lambda y, f: (y - f)[:7], r"\(7, 1\)")],
    ids=["scalar", "short"],
)
def test_loss_that_is_not_one_per_event_is_an_error_before_training(loss, shape):
    updates = Updates()
    with pytest.raises(ValueError, match=rf"loss returned shape {shape} for 50 events.*\(50,\)"):
        fitted(loss=loss, callbacks=updates)
    assert updates.counts == []


def test_huber_has_a_sandwich():
    model = fitted(WEIGHT, loss="huber", huber_delta=1.0, epochs=300)
    design = np.column_stack([np.ones(len(X)), X])
    residual = Y - design @ model.p_
    inside = WEIGHT * (np.abs(residual) < 1)
    bread = np.linalg.inv(design.T @ (inside[:, np.newaxis] * design))
    meat = design.T @ ((WEIGHT * np.clip(residual, -1, 1))[:, np.newaxis] ** 2 * design)
    assert model.covariance_ == pytest.approx(bread @ meat @ bread, rel=1e-6)


@pytest.mark.parametrize("function", [plane, lambda x, p: ops.exp(plane(x, p))])
def test_absolute_error_has_no_covariance(function):
    model = CurveRegressor(function, **QUICK, loss="absolute_error").fit(X, Y)
    assert np.isnan(model.covariance_).all()
    assert np.isnan(model.p_std_).all()


@pytest.mark.filterwarnings("error")
def test_huber_far_from_all_data_has_not_converged():
    with pytest.warns(CovarianceWarning, match="not reached a minimum"):
        model = fitted(p0=[1e3, 0, 0], loss="huber")
    assert np.isposinf(model.covariance_).all()


# Convergence


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("loss", ["squared_error", "huber"])
@pytest.mark.parametrize("absolute_sigma", [False, True])
def test_fit_that_has_not_converged_has_no_errors(loss, absolute_sigma):
    x = np.linspace(0, 1, 50)[:, np.newaxis]
    y = 1000 + 50 * x[:, 0] + np.random.default_rng(0).normal(size=50)
    line = CurveRegressor(
        lambda x, p: p[0] + p[1] * x, [1, 1], loss=loss, absolute_sigma=absolute_sigma
    )
    # Huber's loss has no curvature so far away.
    with pytest.warns(
        CovarianceWarning, match=r"distance to the minimum is at least \d|not reached"
    ):
        line.fit(x, y)
    assert np.isposinf(line.p_std_).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("arguments", [{}, {"absolute_sigma": True}, {"loss": "huber"}], ids=str)
def test_fit_without_noise_converges(dtype, arguments):
    y = 5 * np.exp(-2 * GRID[:, 0]) + 1.5
    model = CurveRegressor(decay, [1, 1, 1], dtype=dtype, **arguments).fit(GRID, y)
    assert model.p_ == pytest.approx([5, 2, 1.5], rel=1e-4)
    assert np.isfinite(model.p_std_).all()


@pytest.mark.filterwarnings("error")
def test_fit_that_starts_at_the_answer_stays_there():
    y = plane(X, np.array([1.0, -2.0, 0.5])).__array__()
    model = CurveRegressor(plane, **{**QUICK, "p0": [1, -2, 0.5]}).fit(X, y)
    assert (model.p_std_ < 1e-12).all()


def test_covariance_of_a_needless_parameter_is_infinite():
    with pytest.warns(CovarianceWarning, match="not reached a minimum that determines every"):
        model = fitted(p0=[0, 0, 0, 7])
    assert np.isposinf(model.covariance_).all()
    assert model.p_[3] == 7


# What scikit-learn expects


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_passes_all_of_its_checks():
    # One of them has 30 features.
    check_estimator(CurveRegressor(plane, np.zeros(31), epochs=60))


def test_column_vector_warns_and_fits_the_same():
    with pytest.warns(DataConversionWarning, match="column-vector y"):
        model = CurveRegressor(plane, **QUICK).fit(X, Y[:, np.newaxis])
    assert (model.p_ == fitted().p_).all()


@pytest.mark.parametrize("n", [1, 3, 1000])
def test_predictions_are_the_function(n):
    model = fitted()
    rows = np.resize(X, (n, 2))
    assert model.predict(rows) == pytest.approx(model.p_[0] + rows @ model.p_[1:], rel=1e-12)


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.CovarianceWarning")
def test_column_of_values_is_predicted_flat():
    assert fitted_decay(epochs=2).predict(GRID).shape == (11,)


def test_unfitted():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        CurveRegressor(plane, [0, 0]).predict(X)


def test_names_of_columns_are_kept():
    frame = pd.DataFrame(X, columns=["a", "b"])
    model = CurveRegressor(plane, **QUICK).fit(frame, Y)
    assert (model.feature_names_in_.tolist(), model.n_features_in_) == (["a", "b"], 2)


def test_pickled_it_predicts_the_same():
    model = fitted()
    assert (pickle.loads(pickle.dumps(model)).predict(X) == model.predict(X)).all()


def test_clone_has_the_function():
    assert clone(CurveRegressor(plane, [0, 0])).function is plane


def test_grid_search_over_the_learning_rate():
    search = GridSearchCV(CurveRegressor(plane, **QUICK), {"learning_rate": [1e-9, 0.5]}, cv=2)
    assert search.fit(X, Y).best_params_ == {"learning_rate": 0.5}


@pytest.mark.parametrize("batch_size", [None, 7, 1])
def test_equal_seeds_give_equal_bits(batch_size):
    one, other = (fitted(WEIGHT, batch_size=batch_size) for _ in range(2))
    assert (one.p_ == other.p_).all()
    assert (one.covariance_ == other.covariance_).all()
    assert one.history_ == other.history_


def test_float32():
    model = fitted(dtype="float32")
    assert (model.p_.dtype, model.predict(X).dtype) == (np.float32, np.float32)
    assert model.p_ == pytest.approx(fitted().p_, rel=1e-4)


@pytest.mark.parametrize("optimizer", ["rmsprop", keras.optimizers.Adam, keras.optimizers.SGD(0.3)])
def test_any_optimizer(optimizer):
    assert fitted(optimizer=optimizer).loss_ < np.mean(Y**2)


# Warm start


def test_warm_start_goes_on_from_the_last_fit():
    warm = fitted(**{**PLAIN, "epochs": 2}, warm_start=True).fit(X, Y)
    assert warm.p_ == pytest.approx(fitted(**{**PLAIN, "epochs": 4}).p_, rel=1e-12)


def test_cold_start_does_not():
    assert (fitted().fit(X, Y).p_ == fitted().p_).all()


def test_warm_start_with_another_number_of_parameters_is_an_error():
    model = fitted(warm_start=True).set_params(p0=[0, 0])
    with pytest.raises(ValueError, match="goes on from 3 parameters, but p0 now has 2"):
        model.fit(X, Y)


# The same function, reading other data


def test_what_the_function_reads_may_change():
    offset = np.array([0.0])

    def shifted(x, p):
        return plane_at(x, p) + offset[0]

    def plane_at(x, p):
        return p[0] + x[:, 0] * p[1]

    model = CurveRegressor(shifted, [0, 0], epochs=2, **PLAIN)
    before = model.fit(X, Y).p_
    offset[0] = 5.0
    after = model.fit(X, Y).p_
    assert after == pytest.approx(CurveRegressor(**model.get_params()).fit(X, Y).p_)
    assert (after != before).any()


SCALE = np.ones(2)


def scaled_plane(x, p):
    return p[0] + ops.sum(x * SCALE, axis=1) * p[1]


def test_a_global_array_may_change(monkeypatch):
    model = CurveRegressor(scaled_plane, [0, 0], epochs=1, **PLAIN)
    before = model.fit(X, Y).p_
    monkeypatch.setitem(globals(), "SCALE", np.array([3.0, 0.0]))
    slope = 2 * np.mean(Y * 3 * X[:, 0])
    assert model.fit(X, Y).p_[1] == pytest.approx(0.1 * slope, rel=1e-6)
    assert before[1] != pytest.approx(0.1 * slope)


def sum_of_scaled(x, p):
    return p[0] * p[2] + sum(x[:, i] * SCALE[i] * p[1] for i in range(2))


def scaled_loss(y, f):
    return SCALE[0] * (y - f)[:, 0] ** 2


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.CovarianceWarning")
@pytest.mark.parametrize(
    ("function", "loss"), [(sum_of_scaled, "squared_error"), (plane, scaled_loss)]
)
def test_what_a_generator_or_a_loss_reads_may_change(monkeypatch, function, loss):
    model = CurveRegressor(function, [0, 0, 0], loss=loss, epochs=1, **PLAIN)
    before = model.fit(X, Y).p_
    monkeypatch.setitem(globals(), "SCALE", np.array([3.0, 3.0]))
    after = model.fit(X, Y).p_
    assert after[1] == pytest.approx(3 * before[1], rel=1e-6)


class Line:
    """A line whose slope has a factor that may change."""

    def __init__(self, factor):
        self.factor = factor

    def curve(self, x, p):
        return p[0] + self.factor * x[:, 0] * p[1]


def test_what_an_object_holds_may_change():
    line = Line(1.0)
    model = CurveRegressor(line.curve, [0, 0], epochs=1, **PLAIN)
    before = model.fit(X, Y).p_
    line.factor = 3.0
    assert model.fit(X, Y).p_[1] == pytest.approx(3 * before[1], rel=1e-6)


# Rates and files


@pytest.mark.parametrize(
    "callback",
    [keras.callbacks.ReduceLROnPlateau("loss"), keras.callbacks.LearningRateScheduler(float)],
    ids=["plateau", "scheduler"],
)
def test_callback_that_sets_the_rate_beside_a_schedule_is_an_error(callback):
    with pytest.raises(ValueError, match=r"sets the learning rate.*schedule=\"constant\""):
        fitted(callbacks=callback)


def test_callback_sets_a_constant_rate():
    steps = keras.callbacks.LearningRateScheduler(lambda epoch: [0.1, 0.05, 0.025][epoch])
    p = np.zeros(3)
    for rate in (0.1, 0.05, 0.025):
        p = p - rate * gradient(p, np.arange(50), np.ones(50))
    assert fitted(**PLAIN, callbacks=steps).p_ == pytest.approx(p, rel=1e-6)


def test_files_hold_the_parameters(tmp_path):
    path = tmp_path / "c.weights.h5"
    fitted(callbacks=keras.callbacks.ModelCheckpoint(path, save_weights_only=True))
    assert path.exists()


def test_files_do_not_hold_the_function(tmp_path):
    with pytest.raises(NotImplementedError, match="file cannot hold the function of a curve"):
        fitted(callbacks=keras.callbacks.ModelCheckpoint(tmp_path / "c.keras"))


# Bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"p0": []}, r"p0=\[\] is not possible; expected a list of one finite number per"),
        ({"p0": 1.0}, "p0=1.0 is not possible"),
        ({"p0": [[0.0, 1.0]]}, "p0=.* is not possible"),
        ({"p0": [0.0, np.nan, 1.0]}, "p0=.*nan.* is not possible"),
        ({"p0": "abc"}, "p0='abc' is not possible"),
        ({"p0": None}, "p0=None is not possible"),
        ({"epochs": 0}, "epochs=0 is not possible"),
        ({"batch_size": 0}, "batch_size=0 is not possible"),
        ({"learning_rate": 0}, "learning_rate=0 is not possible"),
        ({"learning_rate_decay": -1}, "learning_rate_decay=-1 is not possible"),
        ({"learning_rate_schedule": "linear"}, "learning_rate_schedule='linear'"),
        ({"momentum": 1}, "momentum=1 is not possible"),
        ({"huber_delta": 0}, "huber_delta=0 is not possible"),
        ({"loss": "nonsense"}, "loss='nonsense' is unknown"),
        ({"optimizer": "nonsense"}, "optimizer='nonsense' is unknown"),
        ({"dtype": "float16"}, "dtype='float16' is not possible"),
        ({"shuffle": "yes"}, "shuffle='yes' is not possible"),
        ({"absolute_sigma": 2}, "absolute_sigma=2 is not possible"),
        ({"callbacks": "none"}, "callbacks='none' is not possible"),
        ({"verbose": 3}, "verbose=3 is not possible"),
    ],
    ids=str,
)
def test_argument_that_is_not_possible(arguments, message):
    with pytest.raises(ValueError, match=message):
        fitted(**arguments)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x, p: p[0] * x, r"returned shape \(50, 2\) for x of shape \(50, 2\); expected \("),
        (lambda x, p: p[0], r"returned shape \(\) .* A single column of x is x\[:, 0\]"),
        (lambda x, p: x[:7, 0] * p[0], r"returned shape \(7,\)"),
        (lambda x, p: None, r"returned shape \(\)"),
        ("plane", "function='plane' is not possible; expected a callable"),
        (
            lambda x, p: ops.log(x[:, 0] + p[0]),
            "not finite in .* of 50 rows at the start, p = ",
        ),
    ],
    ids=["columns", "scalar", "rows", "None", "name", "not finite"],
)
def test_function_that_is_not_possible(function, message):
    with pytest.raises(ValueError, match=message):
        CurveRegressor(function, **QUICK).fit(X, Y)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.where(X > 1, np.nan, X), Y, "Input X contains NaN"),
        (X, np.where(Y > 1, np.inf, Y), "Input y contains infinity"),
        (X[:-1], Y, r"inconsistent numbers of samples: \[49, 50\]"),
        (X, None, "requires y to be passed, but the target y is None"),
        (X, np.column_stack([Y, Y]), r"y should be a 1d array"),
    ],
    ids=["NaN", "infinity", "short", "None", "two"],
)
def test_data_that_are_not_possible(x, y, message):
    with pytest.raises(ValueError, match=message):
        CurveRegressor(plane, **QUICK).fit(x, y)


class Failing(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"p0": []}, ValueError),
        ({"function": lambda x, p: x * p[0]}, ValueError),
        ({"callbacks": Failing()}, KeyboardInterrupt),
    ],
    ids=["argument", "function", "interrupt"],
)
def test_failing_fit_leaves_the_estimator_as_it_was(change, error):
    model = fitted()
    before = dict(vars(model)) | change
    with pytest.raises(error):
        model.set_params(**change).fit(X[:20], Y[:20] + 1)
    assert all(vars(model)[name] is value for name, value in before.items())
    assert vars(model).keys() == before.keys()


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.CovarianceWarning")
def test_divergence_keeps_the_last_finite_parameters():
    diverging = {**PLAIN, "learning_rate": 1e30, "epochs": 20}
    with pytest.warns(DivergenceWarning, match="Training diverged"):
        model = fitted(**diverging)
    assert np.isfinite(model.p_).all()


def logarithm(x, p):
    return ops.log(p[0]) + 0 * x[:, 0]


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.CovarianceWarning")
def test_last_step_out_of_the_domain_is_taken_back():
    out = {"optimizer": "sgd", "learning_rate": 10.0, "epochs": 1}
    with pytest.warns(DivergenceWarning, match="left the function's domain"):
        model = CurveRegressor(logarithm, [1.0], **out).fit(X, Y - 10)
    assert model.p_ == [1.0]
    assert np.isfinite(model.loss_)
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.CovarianceWarning")
def test_step_out_of_the_domain_before_the_last_is_taken_back():
    out = {"optimizer": "sgd", "learning_rate": 10.0, "epochs": 5}
    with pytest.warns(DivergenceWarning, match="Training diverged") as warned:
        model = CurveRegressor(logarithm, [1.0], **out).fit(X, Y - 10)
    assert [w for w in warned if "left the function" in str(w.message)] == []
    assert model.p_ == [1.0]


def test_callback_does_not_keep_the_model():
    updates = Updates()
    fitted(callbacks=[updates])
    assert updates.model is None
