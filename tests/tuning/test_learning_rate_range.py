"""learning_rate_range_test: losses by hand, the rate at which a quadratic diverges, and clones."""

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingRegressor, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler

import skpnn
from skpnn import KerasClassifier, KerasRegressor, MLPClassifier, MLPRegressor, PNNClassifier
from skpnn.exceptions import SkpnnWarning
from skpnn.tuning._learning_rate_range import learning_rate_range_test

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 3)) * [1.0, 2.0, 0.5]
Y = X @ [1.0, -0.5, 2.0] + 0.3 * RNG.normal(size=300)
LABEL = (Y + RNG.normal(size=300) > 0).astype(int)
WEIGHT = RNG.uniform(0.5, 2, size=300)

# From where nothing is learnt to where everything diverges.
SHORT = {"low": 1e-4, "high": 30.0, "n_steps": 60}
SMALL = {"hidden_layer_sizes": 8, "batch_size": 32, "random_state": 0}
# One linear unit that starts at 0 and sees all events at every step.
LINEAR = {
    "hidden_layer_sizes": (),
    "optimizer": "sgd",
    "momentum": 0.0,
    "batch_size": None,
    "kernel_initializer": "zeros",
    "dtype": "float64",
}


def linear_model(meta):
    inputs = keras.Input((meta["n_features_in_"],))
    return keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="zeros")(inputs))


def sigmoid_model(meta, width=4, rate=None):
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dense(width, "relu")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(hidden))
    if rate is not None:
        model.compile(optimizer=keras.optimizers.SGD(rate), loss="binary_crossentropy")
    return model


@keras.saving.register_keras_serializable("skpnn_tests")
def own_rate():
    return 0.1


def keras_classifier(**arguments):
    return KerasClassifier(
        **{"model": sigmoid_model, "loss": "binary_crossentropy", "random_state": 0, **arguments}
    )


def losses_by_hand(rates, weight):
    """Return the loss before each step of gradient descent, from weights of 0."""
    inputs = np.column_stack([X, np.ones(300)])
    w = np.zeros(4)
    losses = []
    for rate in rates:
        residual = inputs @ w - Y
        losses.append(np.mean(weight * residual**2))
        w = w - rate * 2 * inputs.T @ (weight * residual) / 300
    return losses


def valley(estimator, y=Y, **arguments):
    """Return the test of `estimator`, over a range in which it learns and diverges."""
    return learning_rate_range_test(estimator, X, y, **{**SHORT, **arguments})


def assert_same(one, other):
    np.testing.assert_array_equal(one.learning_rates, other.learning_rates)
    np.testing.assert_array_equal(one.losses, other.losses)
    assert one.suggestion == other.suggestion


# Known answers


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_losses_are_those_of_gradient_descent(weight):
    result = valley(MLPRegressor(**LINEAR), sample_weight=weight)
    unit = np.ones(300) if weight is None else weight / weight.mean()
    by_hand = losses_by_hand(result.learning_rates, unit)
    np.testing.assert_allclose(result.losses, by_hand, rtol=1e-4)


def test_a_quadratic_loss_turns_up_where_gradient_descent_diverges():
    inputs = np.column_stack([X, np.ones(300)])
    limit = 2 / np.linalg.eigvalsh(2 * inputs.T @ inputs / 300).max()
    network = MLPRegressor(**{**LINEAR, "dtype": "float32"})
    result = valley(network, low=limit / 3, high=3 * limit, n_steps=300)
    # Beyond the limit, what rounding left along the largest eigenvalue first has to grow.
    assert limit < 10 * result.suggestion < 1.5 * limit


def test_rates_are_geometric():
    rates = valley(MLPRegressor(**LINEAR), low=1e-3, high=10.0, n_steps=41).learning_rates
    np.testing.assert_allclose(rates, 10 ** np.linspace(-3, 1, 41)[: len(rates)], rtol=1e-14)


def test_the_last_batch_of_an_epoch_counts_with_the_mean_of_its_events():
    still = {"low": 1e-12, "high": 1e-11, "n_steps": 10}
    with pytest.warns(SkpnnWarning, match="never falls"):
        losses = valley(MLPRegressor(**{**LINEAR, "batch_size": 200}), **still).losses
    assert (2 * losses[::2] + losses[1::2]) / 3 == pytest.approx([np.mean(Y**2)] * 5)


@pytest.mark.slow
def test_the_toys_suggestion_trains_well():
    problem = skpnn.datasets.BaldiToy()
    X, y = problem.sample(2000, random_state=0)
    model = PNNClassifier(epochs=5, random_state=0)
    rate = learning_rate_range_test(model, X, y).suggestion
    assert model.set_params(learning_rate=rate).fit(X, y).history_["loss"][-1] < 0.27


# The end of the range


def test_the_range_ends_where_the_loss_is_many_times_the_first():
    result = valley(MLPRegressor(**LINEAR), n_steps=300)
    n = len(result.losses)
    assert n < 300
    first, last = np.mean(result.losses[:10]), np.mean(result.losses[-10:])
    assert last > 10 * first > np.mean(result.losses[-11:-1])


# After an epoch of one batch the engine sees that; within one, the next batch's loss.
@pytest.mark.parametrize("batch_size", [None, 32])
def test_weights_that_are_not_finite_end_the_range(batch_size):
    network = MLPRegressor(**{**LINEAR, "dtype": "float32", "batch_size": batch_size})
    with pytest.warns(SkpnnWarning, match="never falls"):
        result = valley(network, low=1e38, high=2e38)
    assert np.isfinite(result.losses).tolist() == [True, False]


def test_a_loss_that_does_not_turn_up_is_warned_of():
    with pytest.warns(SkpnnWarning, match=r"from 0.0001 to 0.01 the loss does not turn up.*Raise"):
        result = valley(MLPRegressor(**LINEAR), high=0.01)
    assert result.suggestion == pytest.approx(0.001)


def test_a_loss_that_never_falls_suggests_nothing():
    with pytest.warns(SkpnnWarning, match="never falls by more than the scatter"):
        result = valley(MLPRegressor(**LINEAR), low=1.0)
    assert result.suggestion is None


# Every estimator, alone and inside others


@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        (PNNClassifier(**SMALL), LABEL),
        (MLPClassifier(**SMALL, early_stopping=True), LABEL),
        (MLPRegressor(**SMALL, optimizer="sgd"), Y),
        (keras_classifier(), LABEL),
        (KerasRegressor(linear_model, loss="mse", random_state=0), Y),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_network_estimator_is_tested(estimator, y):
    result = valley(estimator, y)
    assert 1e-4 < result.suggestion < 3


@pytest.mark.parametrize("in_keras", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_keras_regressor_does_what_the_network_estimator_does(in_keras):
    theirs = KerasRegressor(
        linear_model, loss="mse", optimizer="sgd", batch_size=300, run_eagerly=in_keras
    )
    expected = valley(MLPRegressor(**{**LINEAR, "dtype": "float32"}), n_steps=30)
    np.testing.assert_allclose(valley(theirs, n_steps=30).losses, expected.losses, rtol=1e-2)


def test_a_pipeline_does_what_its_network_does_on_scaled_features():
    inside = valley(make_pipeline(StandardScaler(), MLPRegressor(**SMALL)))
    scaled = StandardScaler().fit_transform(X)
    assert_same(inside, learning_rate_range_test(MLPRegressor(**SMALL), scaled, Y, **SHORT))


def test_weights_reach_the_network_in_a_pipeline():
    inside = valley(make_pipeline("passthrough", MLPRegressor(**SMALL)), sample_weight=WEIGHT)
    assert_same(inside, valley(MLPRegressor(**SMALL), sample_weight=WEIGHT))


def test_a_network_that_an_estimator_clones_is_watched():
    inside = TransformedTargetRegressor(MLPRegressor(**SMALL), transformer=StandardScaler())
    scaled = StandardScaler().fit_transform(Y[:, np.newaxis])[:, 0]
    assert_same(valley(inside), valley(MLPRegressor(**SMALL), scaled))


def test_equal_random_states_give_equal_results():
    assert_same(valley(MLPRegressor(**SMALL)), valley(MLPRegressor(**SMALL)))


def test_the_estimator_stays_as_it_is():
    model = make_pipeline(RobustScaler(), MLPRegressor(**SMALL, learning_rate=1e-3, epochs=2))
    model.fit(X, Y)
    before, predicted = repr(clone(model)), model.predict(X)
    valley(model)
    assert repr(clone(model)) == before
    np.testing.assert_array_equal(model.predict(X), predicted)


def test_the_rate_and_schedule_of_the_estimator_do_not_count():
    other = {"learning_rate": 5.0, "learning_rate_decay": 0.5, "epochs": 1, "early_stopping": True}
    network = MLPRegressor(**SMALL, learning_rate_schedule="constant")
    assert_same(valley(network), valley(clone(network).set_params(**other)))


def test_callbacks_of_the_estimator_are_left_out():
    stop = keras.callbacks.TerminateOnNaN()
    stop.on_train_begin = pytest.fail
    assert_same(valley(MLPRegressor(**SMALL, callbacks=[stop])), valley(MLPRegressor(**SMALL)))


def test_routed_callbacks_and_arguments_of_fit_are_left_out():
    routed = keras_classifier(
        callbacks=[keras.callbacks.EarlyStopping],
        callbacks__patience=1,
        fit__callbacks=[keras.callbacks.TerminateOnNaN()],
        fit__epochs=1,
        validation_split=0.2,
    )
    assert_same(valley(routed, LABEL), valley(keras_classifier(), LABEL))


# Optimizers


def test_an_optimizer_instance_is_tested_with_the_rates_of_the_range():
    instance = keras.optimizers.SGD(123.0)
    network = MLPRegressor(**{**LINEAR, "optimizer": instance})
    assert_same(valley(network), valley(MLPRegressor(**LINEAR)))
    assert float(instance.learning_rate) == 123.0


@pytest.mark.parametrize(
    "estimator",
    [
        MLPClassifier(optimizer=keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(1, 9))),
        MLPClassifier(optimizer=keras.optimizers.SGD(own_rate)),
        keras_classifier(rate=keras.optimizers.schedules.CosineDecay(1.0, 9)),
    ],
)
def test_a_schedule_inside_the_optimizer_is_refused(estimator):
    with pytest.raises(ValueError, match=r"learning rate is set by .* constant learning_rate"):
        valley(estimator, LABEL)


# Errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"low": 0}, r"low=0 .* \(0, inf\)"),
        ({"low": 1.0, "high": 1.0}, r"high=1.0 .* \(1, inf\)"),
        ({"n_steps": 9}, "n_steps=9 .* at least 10"),
        ({"smoothing": 1.0}, r"smoothing=1.0 .* \[0, 1\)"),
    ],
)
def test_arguments_out_of_range_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        valley(MLPRegressor(**SMALL), **arguments)


@pytest.mark.parametrize(
    ("estimator", "found"),
    [
        (make_pipeline(RobustScaler(), LogisticRegression()), "Pipeline holds no network, only"),
        (
            VotingClassifier([("a", MLPClassifier()), ("b", PNNClassifier())]),
            r"VotingClassifier holds 2 networks, \['a', 'b'\]",
        ),
    ],
)
def test_other_than_one_network_is_refused(estimator, found):
    with pytest.raises(ValueError, match=found):
        valley(estimator, LABEL)


def test_a_network_that_is_trained_twice_is_refused():
    with pytest.raises(ValueError, match="trains its network more than once"):
        valley(BaggingRegressor(MLPRegressor(**SMALL), n_estimators=2))


def test_a_frozen_network_is_refused_and_stays_as_it_is():
    network = MLPRegressor(**SMALL).fit(X, Y)
    with pytest.raises(ValueError, match="that is not frozen"):
        valley(FrozenEstimator(network))
    assert network.callbacks is None


def test_a_network_that_is_not_trained_is_refused():
    class Idle(TransformedTargetRegressor):
        def fit(self, X, y):
            return self

    with pytest.raises(ValueError, match="was not trained, or in another process"):
        valley(Idle(MLPRegressor(**SMALL)))


def test_features_that_overflow_at_once_are_told_of():
    with pytest.raises(ValueError, match=r"losses begin with \[inf\].*RobustScaler"):
        learning_rate_range_test(MLPRegressor(**SMALL), 1e30 * X, Y)
