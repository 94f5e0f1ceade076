"""interpolation_report: which events train which network, and what is compared."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skpnn
from skpnn.exceptions import SkpnnWarning
from skpnn.model_selection import interpolation_report

SEEN = []


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was trained on, θ of its background or not."""

    def __init__(self, background_theta="signal"):
        self.background_theta = background_theta

    def fit(self, X, y, sample_weight=None):
        SEEN.append((X, np.asarray(y), sample_weight))
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        signal = 1 / (1 + np.exp(-np.asarray(X)[:, 0] / 1000))
        return np.column_stack([1 - signal, signal])


@pytest.fixture
def seen():
    SEEN.clear()
    return SEEN


def report(X, y, **arguments):
    return interpolation_report(Recorder(), X, y, n_bootstraps=2, random_state=0, **arguments)


def test_three_networks_for_each_hypothesis_but_one_for_all(masses, seen):
    report(*masses)
    assert len(seen) == 1 + 2 * 5


def test_a_hypothesis_left_out_is_not_in_training_and_one_alone_is_all(masses, seen):
    report(*masses)
    hypotheses = [set(X["mass"].dropna()) for X, *_ in seen[1:]]
    every = {500, 750, 1000, 1250, 1500}
    for mass, out, alone in zip(sorted(every), hypotheses[::2], hypotheses[1::2], strict=True):
        assert out == every - {mass}
        assert alone == {mass}


def test_background_without_theta_is_in_every_training(masses, seen):
    report(*masses)
    assert len({(y == 0).sum() for _, y, _ in seen}) == 1


def test_background_given_theta_leaves_with_its_hypothesis(masses, seen):
    X, y = masses
    given = skpnn.inject(X, y, random_state=0)
    interpolation_report(Recorder("given"), given, y, n_bootstraps=2, random_state=0)
    for X_seen, y_seen, _ in seen[1:]:
        assert set(X_seen["mass"][y_seen == 0]) == set(X_seen["mass"][y_seen == 1])


@pytest.mark.parametrize("theta", [-999.0, 750.0])
def test_background_whose_theta_is_overwritten_is_in_every_training(masses, seen, theta):
    X, y = masses
    report(X.assign(mass=X["mass"].fillna(theta)), y)
    assert len({(y == 0).sum() for _, y, _ in seen}) == 1


def test_background_given_other_theta_cannot_train_for_one(masses):
    X, y = masses
    with pytest.raises(ValueError, match="No background can train at θ"):
        interpolation_report(Recorder("given"), X.assign(mass=X["mass"].fillna(600.0)), y)


def test_what_is_tested_on_is_not_trained_on(masses, seen):
    X, y = masses
    report(X, y, n_splits=3)
    assert len(seen[0][0]) == pytest.approx(2 / 3 * len(X), abs=6)


def test_the_strategy_injects_before_training(masses, seen):
    report(*masses, strategy="signal")
    assert all(X["mass"].notna().all() for X, *_ in seen)
    assert set(seen[2][0]["mass"]) == {500}


def test_weights_stay_with_their_rows(masses, seen):
    X, y = masses
    report(X, y, sample_weight=X["m"])
    assert all(np.array_equal(weight, X_seen["m"]) for X_seen, _, weight in seen)


def test_inner_hypotheses_are_interpolated(masses):
    table = report(*masses)
    assert table["interpolated"].tolist() == [False, True, True, True, False]


def test_the_table_has_the_figures_and_their_errors(masses):
    table = report(*masses)
    three = ["left_out", "included", "dedicated", "cost"]
    columns = [name for one in three for name in (one, f"{one}_error")]
    assert list(table) == ["mass", "interpolated", *columns]


def test_equal_models_lose_nothing_without_any_doubt(masses):
    table = report(*masses)
    assert (table[["cost", "cost_error"]] == 0).all(axis=None)
    assert (table["included_error"] > 0).all()


def test_it_depends_on_the_random_state_only(masses):
    one, other = (report(*masses) for _ in range(2))
    assert one.equals(other)


def test_trees_fall_apart_where_a_mass_is_left_out(masses):
    trees = make_pipeline(StandardScaler(), HistGradientBoostingClassifier(random_state=0))
    X, y = skpnn.datasets.ResonanceOnExponential().sample(1500, random_state=0)
    table = interpolation_report(trees, X, y, strategy="signal", n_bootstraps=20, random_state=0)
    inner = table[table["interpolated"]]
    assert (inner["cost"] > 3 * inner["cost_error"]).all()


@pytest.mark.slow
def test_a_parametrised_network_does_not():
    X, y = skpnn.datasets.ResonanceOnExponential().sample(4000, random_state=0)
    model = make_pipeline(StandardScaler(), skpnn.PNNClassifier(epochs=15, random_state=0))
    table = interpolation_report(model, X, y, n_bootstraps=20, random_state=0)
    inner = table[table["interpolated"]]
    assert (inner["cost"] < 0.02).all()
    assert (table["dedicated"] - table["included"] < 0.01).all()


def test_the_cost_is_positive_where_it_is_worse(masses):
    trees = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    options = {"strategy": "signal", "n_bootstraps": 2, "random_state": 0}
    for metric in ("auc", "log_loss"):
        table = interpolation_report(trees, *masses, metric=metric, **options)
        assert table["cost"].mean() > 0


def test_the_edge_of_a_grid_of_two_theta_is_not_interpolated():
    problem = skpnn.datasets.TwoParameterGaussian()
    X, y = problem.sample(20, random_state=0)
    table = report(X, y, theta=list(problem.theta_names))
    assert table["interpolated"].sum() == 9


def test_an_estimator_that_does_not_inject_is_warned_of(masses):
    trees = make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=1))
    with pytest.warns(SkpnnWarning, match='Say strategy="signal"'):
        interpolation_report(trees, *masses, n_bootstraps=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X.assign(mass=X["mass"].where(X["mass"].isna(), 500.0)), "has 1 hypotheses"),
        (lambda X: X.assign(mass=X["mass"] + np.arange(len(X))), "it needs from 2 to 200"),
    ],
)
def test_one_hypothesis_or_a_continuum_cannot_be_left_out(masses, change, message):
    X, y = masses
    with pytest.raises(ValueError, match=message):
        report(change(X), y)


def test_errors_need_two_samples(masses):
    with pytest.raises(ValueError, match="n_bootstraps=1 is not possible"):
        interpolation_report(LogisticRegression(), *masses, n_bootstraps=1)
