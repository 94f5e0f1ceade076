"""PNNClassifier: injection while training, hypotheses while predicting, bad input."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.engine.events import InjectedTheta
from skpnn.exceptions import ExtrapolationWarning, SkpnnWarning, ThetaLeakageWarning

QUICK = {"epochs": 2, "random_state": 0}


@pytest.fixture
def toy():
    """1,000 events, unscaled but of order one: X with columns x and theta, and y."""
    return skpnn.datasets.BaldiToy().sample(100, random_state=0)


@pytest.fixture
def draws(monkeypatch):
    """Collect the scaled θ of background after each draw of a real fit."""
    collected = []
    redraw = InjectedTheta.redraw

    def recording(self, rng):
        redraw(self, rng)
        collected.append(self.values[self.background].copy())

    monkeypatch.setattr(InjectedTheta, "redraw", recording)
    return collected


# Injection


def test_epoch_draws_theta_anew_every_epoch(toy, draws):
    skpnn.PNNClassifier(epochs=3, random_state=0).fit(*toy)
    assert len(draws) == 3
    assert not np.array_equal(draws[0], draws[1])


def test_never_draws_theta_once(toy, draws):
    skpnn.PNNClassifier(epochs=3, redraw="never", random_state=0).fit(*toy)
    assert len(draws) == 1


def share_of(draws, theta):
    """Return the share of all background draws at each of `theta`, scaled to [-1, 1]."""
    drawn = np.concatenate(draws).ravel()
    return np.array([np.mean(np.abs(drawn - one) < 1e-6) for one in theta])


@pytest.fixture
def unbalanced(toy):
    """The toy with signal weights that grow with θ, and their shares by θ."""
    X, y = toy
    weight = np.where(y == 1, 3.0 + X["theta"].fillna(0), 1.0)
    return X, y, weight, np.array([1, 2, 3, 4, 5]) / 15


def test_draws_follow_the_signals_weights(unbalanced, draws):
    X, y, weight, shares = unbalanced
    skpnn.PNNClassifier(epochs=40, random_state=0).fit(X, y, sample_weight=weight)
    assert share_of(draws, [-1, -0.5, 0, 0.5, 1]) == pytest.approx(shares, abs=0.012)


def test_draws_follow_the_balanced_weights(unbalanced, draws):
    X, y, weight, _ = unbalanced
    model = skpnn.PNNClassifier(epochs=40, theta_weight="balanced", random_state=0)
    model.fit(X, y, sample_weight=weight)
    assert share_of(draws, [-1, -0.5, 0, 0.5, 1]) == pytest.approx(np.full(5, 0.2), abs=0.012)


def test_class_balance_leaves_the_draws_alone(unbalanced, draws):
    X, y, weight, shares = unbalanced
    model = skpnn.PNNClassifier(epochs=40, class_weight="balanced", random_state=0)
    model.fit(X, y, sample_weight=weight)
    assert share_of(draws, [-1, -0.5, 0, 0.5, 1]) == pytest.approx(shares, abs=0.012)


@pytest.mark.filterwarnings("ignore:Background holds:skpnn.exceptions.SkpnnWarning")
def test_finite_background_theta_is_overwritten(toy):
    X, y = toy
    sentinel = X.fillna({"theta": -999.0})
    expected = skpnn.PNNClassifier(**QUICK).fit(X, y).predict_proba(X.assign(theta=1))
    model = skpnn.PNNClassifier(**QUICK).fit(sentinel, y)
    assert np.array_equal(model.predict_proba(X.assign(theta=1)), expected)


def test_a_sentinel_on_background_is_warned_of(toy):
    X, y = toy
    with pytest.warns(SkpnnWarning, match="Background holds one θ .*, -999 as .*Put NaN there"):
        skpnn.PNNClassifier(**QUICK).fit(X.fillna({"theta": -999.0}), y)


def test_a_feature_taken_for_theta_is_warned_of(toy):
    X, y = toy
    with pytest.warns(SkpnnWarning, match=r"θ takes \d+ values on signal.*name θ with theta="):
        skpnn.PNNClassifier(**QUICK).fit(X.assign(theta=0.0)[["theta", "x"]], y)


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.ThetaLeakageWarning")
@pytest.mark.parametrize(
    ("strategy", "redraw", "n_draws", "share_on_grid"),
    [
        pytest.param("signal", "epoch", 3, 1, id="identical-sampled"),
        pytest.param("signal", "never", 1, 1, id="identical-fixed"),
        pytest.param("uniform", "epoch", 3, 0, id="uniform-sampled"),
        pytest.param("uniform", "never", 1, 0, id="uniform-fixed"),
    ],
)
def test_strategies_by_their_names_in_the_literature(
    toy, draws, strategy, redraw, n_draws, share_on_grid
):
    model = skpnn.PNNClassifier(background_theta=strategy, redraw=redraw, epochs=3, random_state=0)
    model.fit(*toy)
    assert len(draws) == n_draws
    assert share_of(draws, [-1, -0.5, 0, 0.5, 1]).sum() == pytest.approx(share_on_grid)


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.ThetaLeakageWarning")
@pytest.mark.parametrize(
    "strategy",
    ["uniform", stats.uniform(-2, 4), [stats.norm()], lambda rng, n: rng.uniform(-2, 2, (n, 1))],
    ids=["uniform", "distribution", "list", "function"],
)
def test_other_strategies_draw_off_the_grid(toy, draws, strategy):
    skpnn.PNNClassifier(background_theta=strategy, **QUICK).fit(*toy)
    assert share_of(draws, [-1, -0.5, 0, 0.5, 1]).sum() == 0


def test_signal_strategy_draws_whole_rows_of_two_theta(draws):
    rng = np.random.default_rng(0)
    pairs = np.array([[500.0, 0.1], [750.0, 0.2], [1000.0, 0.3]])
    signal = np.column_stack([rng.normal(size=90), np.repeat(pairs, 30, axis=0)])
    background = np.column_stack([rng.normal(size=90), np.full((90, 2), np.nan)])
    y = np.repeat([1, 0], 90)
    skpnn.PNNClassifier(theta=[1, 2], **QUICK).fit(np.concatenate([signal, background]), y)
    drawn = np.concatenate(draws)
    assert drawn[:, 0] == pytest.approx(drawn[:, 1], abs=1e-6)


def test_uniform_against_a_grid_is_warned_of(toy):
    with pytest.warns(ThetaLeakageWarning, match="signal's θ lie on a grid"):
        skpnn.PNNClassifier(background_theta="uniform", **QUICK).fit(*toy)


def test_a_leaking_given_theta_is_warned_of(toy):
    X, y = toy
    with pytest.warns(ThetaLeakageWarning, match="off it"):
        skpnn.PNNClassifier(background_theta="given", **QUICK).fit(X.fillna({"theta": -1.5}), y)


def test_the_signals_own_theta_given_to_background_is_not_warned_of(toy):
    X, y = toy
    injected = skpnn.inject(X, y, random_state=0)
    skpnn.PNNClassifier(background_theta="given", **QUICK).fit(injected, y)


def test_negative_weight_sums_at_a_theta_are_warned_of(toy):
    X, y = toy
    weight = np.where(X["theta"] == 2, -0.5, 1.0)
    with pytest.warns(SkpnnWarning, match=r"weights at θ = \[2\.0\]"):
        skpnn.PNNClassifier(**QUICK).fit(X, y, sample_weight=weight)


# Early stopping


def test_validation_loss_does_not_depend_on_the_draw(toy):
    """Held-out background stands at every θ: with frozen weights the loss is constant."""
    model = skpnn.PNNClassifier(
        epochs=3, early_stopping=True, learning_rate=1e-12, random_state=0
    ).fit(*toy)
    assert np.ptp(model.history_["val_loss"]) < 1e-6


def test_early_stopping_restores_the_best_epoch(toy):
    X, y = toy
    options = {"learning_rate": 0.1, "learning_rate_schedule": "constant", "random_state": 0}
    stopped = skpnn.PNNClassifier(early_stopping=True, patience=2, epochs=50, **options).fit(X, y)
    assert stopped.n_iter_ == np.argmin(stopped.history_["val_loss"]) + 3


def test_early_stopping_takes_a_plane_of_theta_with_rare_cells():
    rng = np.random.default_rng(0)
    signal = np.column_stack([rng.normal(size=400), *rng.normal(size=(2, 400))])
    background = np.column_stack([rng.normal(size=400), np.full((400, 2), np.nan)])
    X, y = np.concatenate([signal, background]), np.repeat([1, 0], 400)
    skpnn.PNNClassifier(theta=[1, 2], early_stopping=True, **QUICK).fit(X, y)


# Columns


def test_theta_is_found_by_name_wherever_it_stands(toy):
    X, y = toy
    last = skpnn.PNNClassifier(**QUICK).fit(X, y)
    first = skpnn.PNNClassifier(theta="theta", **QUICK).fit(X[["theta", "x"]], y)
    assert first.theta_columns_.tolist() == [0]
    assert last.theta_columns_.tolist() == [1]


def test_theta_by_name_works_behind_a_scaler_that_returns_pandas(toy):
    scaler = RobustScaler().set_output(transform="pandas")
    model = make_pipeline(scaler, skpnn.PNNClassifier(theta="theta", **QUICK)).fit(*toy)
    assert model[-1].theta_columns_.tolist() == [1]


@pytest.mark.parametrize(("factor", "shift"), [(1e-3, 0.0), (1e6, -5e6)])
def test_any_unit_of_theta_gives_the_same_network(toy, factor, shift):
    X, y = toy
    other = X.assign(theta=X["theta"] * factor + shift)
    expected = skpnn.PNNClassifier(dtype="float64", **QUICK).fit(X, y)
    model = skpnn.PNNClassifier(dtype="float64", **QUICK).fit(other, y)
    at_one = model.predict_proba(X.assign(theta=factor + shift))
    assert at_one == pytest.approx(expected.predict_proba(X.assign(theta=1.0)), abs=1e-6)


def test_a_single_hypothesis_is_no_obstacle(toy):
    X, y = toy
    one = X["theta"].isna() | (X["theta"] == 1)
    model = skpnn.PNNClassifier(**QUICK).fit(X[one], y[one])
    assert model.hypotheses_.tolist() == [[1.0]]


def test_background_label_names_the_larger_label(toy):
    X, y = toy
    model = skpnn.PNNClassifier(background_label=1, **QUICK).fit(X, 1 - y)
    assert model.background_label_ == 1


def test_theta_is_injected_into_the_background_label_only(toy):
    X, y = toy
    with pytest.raises(ValueError, match="NaN or infinite on 500 signal rows"):
        skpnn.PNNClassifier(background_label=0, **QUICK).fit(X, 1 - y)


# Missing θ at prediction


def test_a_call_without_any_hypothesis_is_an_error(fitted_pipeline, masses):
    X, y = masses
    with pytest.raises(ValueError, match=r"NaN in all 750 rows.*X\.assign"):
        fitted_pipeline.predict_proba(X[y == 0])


def test_missing_theta_can_be_forbidden(masses):
    model = skpnn.PNNClassifier(missing_theta="error", **QUICK).fit(*masses)
    with pytest.raises(ValueError, match='missing_theta="error"'):
        model.predict_proba(masses[0])


def test_missing_theta_does_not_depend_on_the_order_of_rows(fitted_pipeline, masses):
    X, _ = masses
    order = np.random.default_rng(0).permutation(len(X))
    shuffled = fitted_pipeline.predict_proba(X.iloc[order])
    assert np.array_equal(shuffled, fitted_pipeline.predict_proba(X)[order])


def test_missing_theta_does_not_depend_on_the_other_rows(fitted_pipeline, masses):
    X, _ = masses
    some = fitted_pipeline.predict_proba(X[:64])
    assert some == pytest.approx(fitted_pipeline.predict_proba(X)[:64], abs=1e-6)


def test_missing_theta_is_drawn_as_in_training(masses):
    X, y = masses
    model = skpnn.PNNClassifier(**QUICK).fit(X, y)
    values, counts = np.unique(model._hypotheses_of(X.to_numpy())[y == 0], return_counts=True)
    assert values.tolist() == [500, 750, 1000, 1250, 1500]
    assert counts / counts.sum() == pytest.approx(np.full(5, 0.2), abs=0.06)


def test_predicting_outside_the_trained_range_warns(fitted_pipeline, masses):
    with pytest.warns(ExtrapolationWarning, match="extrapolated"):
        fitted_pipeline.predict_proba(masses[0].assign(mass=1600))


def test_rounding_at_the_edge_of_the_range_is_no_extrapolation(fitted_pipeline, masses):
    fitted_pipeline.predict_proba(masses[0].assign(mass=499.99997))


# Partial fit and warm start


def test_partial_fit_takes_one_class_after_the_first_call(toy):
    X, y = toy
    model = skpnn.PNNClassifier(random_state=0).partial_fit(X, y)
    for label in (0, 1):
        model.partial_fit(X[y == label], y[y == label])
    assert np.isfinite(model.predict_proba(X)).all()


def test_partial_fit_needs_both_classes_first(toy):
    X, y = toy
    with pytest.raises(ValueError, match="one class only"):
        skpnn.PNNClassifier().partial_fit(X[y == 0], y[y == 0], classes=[0, 1])


@pytest.fixture
def low_then_high(toy):
    """The toy in two parts: the signal at −2 and 2, and that in between."""
    X, y = toy
    outer = y.eq(0) & (X.index % 2 == 0) | X["theta"].abs().eq(2)
    return (X[outer], y[outer]), (X[~outer], y[~outer])


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.ThetaLeakageWarning")
def test_partial_fit_accumulates_hypotheses(low_then_high):
    model = skpnn.PNNClassifier(random_state=0)
    for part in low_then_high:
        model.partial_fit(*part)
    assert model.hypotheses_.ravel().tolist() == [-2, -1, 0, 1, 2]


def test_partial_fit_warns_of_calls_with_other_hypotheses(low_then_high):
    model = skpnn.PNNClassifier(random_state=0).partial_fit(*low_then_high[0])
    with pytest.warns(ThetaLeakageWarning, match="mix the files"):
        model.partial_fit(*low_then_high[1])


def test_partial_fit_with_the_same_hypotheses_does_not_warn(toy):
    X, y = toy
    model = skpnn.PNNClassifier(random_state=0)
    for part in (X.index % 2 == 0, X.index % 2 == 1):
        model.partial_fit(X[part], y[part])


@pytest.mark.filterwarnings("ignore::skpnn.exceptions.SkpnnWarning")
def test_partial_fit_freezes_the_map_of_theta_and_widens_the_range(toy):
    X, y = toy
    at_two = X.assign(theta=2.0)
    model = skpnn.PNNClassifier(learning_rate=1e-12, random_state=0).partial_fit(X, y)
    before = model.predict_proba(at_two)
    model.partial_fit(X.assign(theta=X["theta"] * 2), y)
    assert model.theta_range_.high == [4]
    assert model.predict_proba(at_two) == pytest.approx(before, abs=1e-5)


def test_partial_fit_warns_of_signal_beyond_the_map(toy):
    X, y = toy
    model = skpnn.PNNClassifier(random_state=0).partial_fit(X, y)
    with (
        pytest.warns(ThetaLeakageWarning),
        pytest.warns(ExtrapolationWarning, match="beyond .* which the first call mapped"),
    ):
        model.partial_fit(X.assign(theta=X["theta"] + 3), y)


def test_partial_fit_takes_signal_alone_under_a_distribution(toy):
    X, y = toy
    model = skpnn.PNNClassifier(background_theta=stats.uniform(-2, 4), random_state=0)
    with pytest.warns(ThetaLeakageWarning):
        model.partial_fit(X, y)
    model.partial_fit(X[y == 1], y[y == 1])


def test_partial_fit_draws_anew_in_every_call(toy, draws):
    model = skpnn.PNNClassifier(random_state=0)
    for _ in range(2):
        model.partial_fit(*toy)
    assert not np.array_equal(*draws)


def test_warm_start_goes_on_from_the_weights(toy):
    model = skpnn.PNNClassifier(warm_start=True, **QUICK).fit(*toy)
    first = model.history_["loss"][0]
    assert model.fit(*toy).history_["loss"][0] < first


def test_warm_start_draws_from_the_present_signal_only(toy, draws):
    X, y = toy
    inner = y.eq(0) | X["theta"].abs().le(1)
    model = skpnn.PNNClassifier(warm_start=True, **QUICK).fit(X, y)
    draws.clear()
    model.fit(X[inner], y[inner])
    assert share_of(draws, [-0.5, 0, 0.5]).sum() == 1


def test_warm_start_needs_the_same_classes(toy):
    X, y = toy
    model = skpnn.PNNClassifier(warm_start=True, **QUICK).fit(X, y)
    with pytest.raises(ValueError, match=r"classes_ = \[0 1\], but X and y now have \[1 2\]"):
        model.fit(X, y + 1)


# Randomness


def test_the_same_random_state_gives_bit_equal_predictions(toy):
    X, y = toy
    first, second = (skpnn.PNNClassifier(dropout=0.1, **QUICK).fit(X, y) for _ in range(2))
    at_one = X.assign(theta=1)
    assert np.array_equal(first.predict_proba(at_one), second.predict_proba(at_one))


SCRIPT = """
import hashlib, skpnn
X, y = skpnn.datasets.BaldiToy().sample(2000, random_state=0)
options = dict(epochs=3, random_state=0, dropout=0.1, early_stopping=True)
model = skpnn.PNNClassifier(**options).fit(X, y)
print(hashlib.sha256(model.predict_proba(X).tobytes()).hexdigest())
"""


def test_the_same_random_state_gives_bit_equal_predictions_in_two_processes():
    run = [sys.executable, "-c", SCRIPT]
    both = [subprocess.Popen(run, stdout=subprocess.PIPE) for _ in range(2)]
    first, second = (process.communicate()[0] for process in both)
    assert first == second
    assert len(first.strip()) == 64


# Bad input


def nan_feature(X, y):
    return X.assign(x=X["x"].where(X.index != 7)), y, None


def infinite_feature(X, y):
    return X.assign(x=X["x"].where(X.index != 7, np.inf)), y, None


def nan_signal_theta(X, y):
    return X.assign(theta=np.nan), y, None


def one_class(label):
    return lambda X, y: (X[y == label], y[y == label], None)


BAD_INPUT = [
    (nan_feature, {}, "NaN in column 'x': 1 of 1000 rows, first in row 7"),
    (nan_feature, {}, r"if it is θ, name it with theta=… \(θ is now column 'theta'\)"),
    (infinite_feature, {}, "infinity .* in column 'x'"),
    (nan_signal_theta, {}, "θ is NaN or infinite on 500 signal rows"),
    (lambda X, y: (X, y, None), {"theta": "mass"}, r"'mass' is no column .*\['x', 'theta'\]"),
    (lambda X, y: (X.to_numpy(), y, None), {"theta": "mass"}, "has no column names"),
    (lambda X, y: (X[["theta"]], y, None), {}, "θ is the only column: X has n_features = 1"),
    (one_class(0), {}, "one class only"),
    (one_class(1), {}, "one class only"),
    (lambda X, y: (X, y + (X["x"] > 0), None), {}, "Only binary classification"),
    (lambda X, y: (X, y, np.ones(10)), {}, r"sample_weight.shape == \(10,\), expected \(1000,\)"),
    (lambda X, y: (X, y, np.zeros(1000)), {}, "sample_weight is zero for every row"),
    (lambda X, y: (X, y, y - 0.5), {}, r"weights of class .*0.* sum to -250"),
    (lambda X, y: (X, y + 0.5 * X["x"], None), {}, "Unknown label type: continuous"),
    (
        lambda X, y: (X[:12], y[:12], None),
        {"early_stopping": True, "validation_fraction": 0.05},
        "Too few events to hold out 5%",
    ),
    (lambda X, y: (X, y, None), {"background_theta": "given"}, "trains on the θ of X"),
    (lambda X, y: (X, y, None), {"background_theta": "typo"}, "background_theta='typo'"),
    (lambda X, y: (X, y, None), {"redraw": "batch"}, "redraw='batch'"),
    (lambda X, y: (X, y, None), {"background_label": 7}, "background_label=7 is no class"),
    (lambda X, y: (X, y[:-1], None), {}, "inconsistent numbers of samples"),
]


@pytest.mark.parametrize(("spoil", "options", "message"), BAD_INPUT, ids=lambda v: str(v)[:40])
def test_bad_input_is_named_and_leaves_the_estimator_alone(toy, spoil, options, message):
    model = skpnn.PNNClassifier(**QUICK, **options)
    before = dict(vars(model))
    X, y, weight = spoil(*toy)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y, sample_weight=weight)
    assert vars(model) == before


def test_a_failing_refit_leaves_the_fitted_network(toy):
    X, y = toy
    model = skpnn.PNNClassifier(**QUICK).fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="NaN in column"):
        model.fit(*nan_feature(X, y)[:2])
    assert np.array_equal(model.predict_proba(X), before)


def test_columns_in_another_order_are_an_error(toy):
    X, y = toy
    model = skpnn.PNNClassifier(**QUICK).fit(X, y)
    with pytest.raises(ValueError, match="should match those that were passed during fit"):
        model.predict_proba(X[["theta", "x"]])


def test_predicting_before_fitting_is_an_error(toy):
    with pytest.raises(NotFittedError):
        skpnn.PNNClassifier().predict(toy[0])


def test_an_infinite_hypothesis_is_an_error(toy):
    X, y = toy
    model = skpnn.PNNClassifier(**QUICK).fit(X, y)
    with pytest.raises(ValueError, match="θ contains infinity"):
        model.predict_proba(X.assign(theta=np.inf))


def test_the_error_says_which_class_counts_as_signal(toy):
    X, y = toy
    named = np.where(y == 1, "HH", "ttbar")
    with pytest.raises(ValueError, match="Class 'ttbar' counts as signal; if it is not, say"):
        skpnn.PNNClassifier(**QUICK).fit(X, named)


def test_classes_that_look_swapped_are_warned_of(toy):
    X, y = toy
    named = np.where(y == 1, "HH", "ttbar")
    with pytest.warns(SkpnnWarning, match="'ttbar' counts as signal and holds one θ only"):
        skpnn.PNNClassifier(**QUICK).fit(X.fillna({"theta": -999.0}), named)


# Weights


def test_events_of_weight_zero_count_as_absent(toy):
    X, y = toy
    dropped = np.arange(len(X)) % 3 == 0
    weighted = clone(skpnn.PNNClassifier(**QUICK)).fit(X, y, sample_weight=~dropped)
    absent = skpnn.PNNClassifier(**QUICK).fit(X[~dropped], y[~dropped])
    at_one = X.assign(theta=1)
    assert np.array_equal(weighted.predict_proba(at_one), absent.predict_proba(at_one))


def test_the_scale_of_weights_does_not_matter(toy):
    X, y = toy
    small, large = (
        skpnn.PNNClassifier(**QUICK).fit(X, y, sample_weight=np.full(len(X), scale))
        for scale in (2.0**-10, 2.0**10)
    )
    at_one = X.assign(theta=1)
    assert np.array_equal(small.predict_proba(at_one), large.predict_proba(at_one))


def test_y_may_be_text(toy):
    X, y = toy
    named = pd.Series(np.where(y == 1, "signal", "background"), index=y.index)
    model = skpnn.PNNClassifier(**QUICK).fit(X, named)
    assert set(model.predict(X.assign(theta=0))) <= {"signal", "background"}
