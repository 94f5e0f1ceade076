"""score_scan over DataFrames, arrays, pipelines and strangers; the bootstrap behind its errors."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, RobustScaler, StandardScaler
from sklearn.svm import LinearSVC

import skpnn
from skpnn._hypothesis_scores import predicted_scores
from skpnn.evaluation import metric_replicas, metric_table
from skpnn.exceptions import ExtrapolationWarning
from skpnn.metrics import METRICS, background_rejection, best_cut, weighted_auc

MASSES = [500, 750, 1000, 1250, 1500]


def distance(X):
    """Return how far the reconstructed mass is from the hypothesis, in terms of its resolution."""
    m, mass = np.asarray(X, dtype=float)[:, :2].T
    return np.abs(m / mass - 1)[:, np.newaxis] / 0.05


def near_optimal(masses, classifier):
    """Return a classifier that looks at the distance from the hypothesis only, fitted."""
    X, y = masses
    model = make_pipeline(FunctionTransformer(distance), classifier)
    return model.fit(skpnn.inject(X, y, random_state=0), y)


@pytest.fixture(scope="module")
def model(masses):
    return near_optimal(masses, LogisticRegression())


@pytest.fixture(scope="module")
def decisions(masses):
    """Return a classifier that has no probabilities."""
    return near_optimal(masses, LinearSVC(random_state=0))


def scored(model, X, y, mass, weight=None):
    """Return the keyword arguments that a metric gets at one hypothesis, by predicting."""
    weight = np.ones(len(X)) if weight is None else weight
    is_signal, is_background = (X["mass"] == mass).to_numpy(), (y == 0).to_numpy()
    score = model.predict_proba(X.assign(mass=mass))[:, 1]
    return {
        "signal_score": score[is_signal],
        "background_score": score[is_background],
        "signal_weight": weight[is_signal],
        "background_weight": weight[is_background],
    }


# What is compared at a hypothesis.


@pytest.mark.parametrize("name", list(METRICS))
def test_each_figure_of_merit_is_of_the_signal_against_all_background_there(model, masses, name):
    X, y = masses
    weight = np.random.default_rng(0).normal(1, 1, len(X))
    table = skpnn.score_scan(model, X, y, metric=name, sample_weight=weight)
    assert table["mass"].tolist() == MASSES
    for mass, found in zip(MASSES, table[name], strict=True):
        expected = METRICS[name](**scored(model, X, y, mass, weight))
        assert found == pytest.approx(np.atleast_1d(expected)[0], rel=1e-9)


def test_a_network_is_scored_as_it_predicts(fitted_pipeline, masses):
    X, y = masses
    table = skpnn.score_scan(fitted_pipeline, X, y).set_index("mass")
    expected = weighted_auc(**scored(fitted_pipeline, X, y, 750))
    assert table["auc"][750] == pytest.approx(expected, abs=1e-12)
    assert table["n_background"].tolist() == [750] * 5


def test_the_best_possible_scores_reach_the_known_optimum():
    problem = skpnn.datasets.ResonanceOnExponential()
    X, y = problem.sample(4000, random_state=0)
    scores = np.column_stack([problem.posterior(X, mass) for mass in MASSES])
    found = predicted_scores(y, scores, theta=X["mass"], hypotheses=MASSES)
    table = metric_table(found, "auc", n_bootstraps=50, random_state=0)
    optimum = [problem.optimal_auc(mass) for mass in MASSES]
    assert (np.abs(table["auc"] - optimum) < 4 * table["auc_error"]).all()


def test_hypotheses_asked_for_are_the_only_ones(model, masses):
    assert skpnn.score_scan(model, *masses, mass=[750, 500])["mass"].tolist() == [750, 500]


def test_masses_are_matched_to_rounding(model, masses):
    X, y = masses
    stored = X.assign(mass=X["mass"].replace(500, 499.99997))
    table = skpnn.score_scan(model, stored, y, mass=MASSES)
    assert table["n_signal"].tolist() == [150] * 5


def test_a_window_puts_signal_from_nearby_at_the_hypothesis(model, masses):
    X, y = masses
    table = skpnn.score_scan(model, X, y, mass=[700], window=60)
    there = X.assign(mass=X["mass"].replace(750, 700))
    assert table["auc"][0] == weighted_auc(**scored(model, there, y, 700))
    assert table["n_signal"].tolist() == [150]


def test_a_continuum_of_theta_is_binned(model, masses):
    X, y = masses
    spread = X.assign(mass=X["mass"] + np.random.default_rng(0).uniform(-100, 100, len(X)))
    table = skpnn.score_scan(model, spread, y)
    assert len(table) == 10
    assert table["n_signal"].sum() == 750
    assert table["mass"].is_monotonic_increasing


def test_background_may_hold_any_theta(model, masses):
    X, y = masses
    held = X.assign(mass=X["mass"].fillna(123.0))
    pd.testing.assert_frame_equal(skpnn.score_scan(model, held, y), skpnn.score_scan(model, X, y))


def test_negative_weights_are_kept(model, masses):
    X, y = masses
    weight = np.where(np.arange(len(X)) % 5 == 0, -0.5, 1.0)
    table = skpnn.score_scan(model, X, y, sample_weight=weight)
    expected = [weighted_auc(**scored(model, X, y, mass, weight)) for mass in MASSES]
    assert table["auc"].tolist() == pytest.approx(expected, rel=1e-12)


def test_two_theta_are_two_columns():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(400, 3)), columns=["mass", "x", "width"])
    X[["mass", "width"]] = rng.integers(1, 4, (400, 2)) * [500.0, 1.0]
    y = pd.Series(np.arange(400) % 2)
    model = HistGradientBoostingClassifier(max_iter=5, random_state=0).fit(X, y)
    table = skpnn.score_scan(model, X, y, theta=["mass", "width"])
    assert list(table.columns[:3]) == ["mass", "width", "auc"]
    assert len(table) == 9
    assert table["n_signal"].sum() == 200
    product = skpnn.score_scan(model, X, y, mass=[500, 1500], width=[1, 3])
    kept = table[table["mass"].isin([500, 1500]) & table["width"].isin([1, 3])]
    assert product["auc"].tolist() == kept["auc"].tolist()


# Whose events, whose estimator.

INDICES = {
    "shuffled": lambda n: np.random.default_rng(0).permutation(n),
    "duplicated": lambda n: np.arange(n) // 7,
    "constant": lambda n: np.zeros(n, dtype=int),
    "words": lambda n: [f"event {k}" for k in range(n)],
    "booleans": lambda n: np.arange(n) % 2 == 0,
}


@pytest.mark.parametrize("index", list(INDICES))
@pytest.mark.parametrize("given", ["X", "y", "sample_weight"])
def test_events_are_taken_by_position_whatever_their_index(model, masses, given, index):
    X, y = masses
    weight = pd.Series(np.random.default_rng(0).normal(1, 0.5, len(X)))
    expected = skpnn.score_scan(model, X, y, sample_weight=weight)
    events = {"X": X, "y": y, "sample_weight": weight}
    events[given] = events[given].set_axis(INDICES[index](len(X)), axis=0)
    found = skpnn.score_scan(model, **events)
    pd.testing.assert_frame_equal(found, expected)


def test_arrays_are_scored_like_data_frames(model, masses):
    X, y = masses
    found = skpnn.score_scan(model, X.to_numpy(), y.tolist(), sample_weight=[1.0] * len(X))
    expected = skpnn.score_scan(model, X, y)
    pd.testing.assert_frame_equal(found.rename(columns={1: "mass"}), expected)


def test_boosted_trees_are_scored(masses):
    X, y = masses
    trees = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    trees.fit(skpnn.inject(X, y, random_state=0), y)
    table = skpnn.score_scan(trees, X, y)
    assert table["auc"].between(0.8, 1.0).all()
    assert table["trained"].isna().all()


def test_a_decision_function_will_do(decisions, model, masses):
    found = skpnn.score_scan(decisions, *masses)["auc"]
    assert found.tolist() == pytest.approx(skpnn.score_scan(model, *masses)["auc"].tolist())


def test_a_decision_function_is_no_probability(decisions, masses):
    with pytest.raises(ValueError, match="log_loss needs probabilities, as predict_proba"):
        skpnn.score_scan(decisions, *masses, metric="log_loss")


@pytest.mark.parametrize("classifier", [LogisticRegression, LinearSVC])
def test_the_other_class_may_be_background(masses, classifier):
    X, y = masses
    flipped = make_pipeline(FunctionTransformer(distance), classifier())
    flipped.fit(skpnn.inject(X, y, random_state=0), 1 - y)
    table = skpnn.score_scan(flipped, X, 1 - y, background_label=1)
    assert table["auc"].min() > 0.8
    assert table["n_background"].tolist() == [750] * 5


def test_classes_may_be_words(masses):
    X, y = masses
    words = np.where(y == 1, "signal", "background")
    model = near_optimal((X, y), LogisticRegression())
    worded = make_pipeline(FunctionTransformer(distance), LogisticRegression())
    worded.fit(skpnn.inject(X, y, random_state=0), words)
    pd.testing.assert_frame_equal(skpnn.score_scan(worded, X, words), skpnn.score_scan(model, X, y))


@pytest.mark.parametrize("frozen", [FrozenEstimator, lambda model: model])
def test_the_background_label_is_found_inside(masses, frozen):
    X, y = masses
    pipeline = make_pipeline(
        RobustScaler(), skpnn.PNNClassifier(background_label=1, epochs=10, random_state=0)
    )
    table = skpnn.score_scan(frozen(pipeline.fit(X, 1 - y)), X, 1 - y)
    assert table["auc"].min() > 0.7


def test_what_was_trained_is_marked(masses):
    X, y = masses
    kept = X["mass"] != 1000
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    table = skpnn.score_scan(model.fit(X[kept], y[kept]), X, y)
    assert table["trained"].tolist() == [True, True, False, True, True]


def test_what_was_trained_is_found_inside(masses):
    X, y = masses
    inner = make_pipeline(StandardScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    model = make_pipeline(RobustScaler(), GridSearchCV(inner, {}, cv=2)).fit(X, y)
    assert skpnn.score_scan(model, X, y)["trained"].all()


def test_signal_elsewhere_is_no_extrapolation(masses):
    X, y = masses
    low = X["mass"].isna() | (X["mass"] <= 750)
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    assert len(skpnn.score_scan(model.fit(X[low], y[low]), X, y, mass=[500, 750])) == 2


def test_extrapolation_is_warned_of_once_where_score_scan_was_called(masses):
    X, y = masses
    low = X["mass"].isna() | (X["mass"] <= 750)
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=1, random_state=0))
    model.fit(X[low], y[low])
    with pytest.warns(ExtrapolationWarning, match=r"mass = \[1000, 1250, 1500\]") as caught:
        skpnn.score_scan(model, X, y)
    assert [warning.filename for warning in caught] == [__file__]


# The table.


def test_a_table_has_a_row_per_hypothesis(model, masses):
    table = skpnn.score_scan(model, *masses)
    assert list(table.columns) == ["mass", "auc", "n_signal", "n_background", "trained"]


def test_several_metrics_are_several_columns(model, masses):
    table = skpnn.score_scan(model, *masses, metric=["auc", "log_loss"])
    assert list(table.columns[1:3]) == ["auc", "log_loss"]
    assert table["log_loss"].tolist() == (
        skpnn.score_scan(model, *masses, metric="log_loss")["log_loss"].tolist()
    )


def test_metrics_are_named_by_a_dict(model, masses):
    metric = {"tight": partial(background_rejection, signal_efficiency=0.2), "loose": "auc"}
    table = skpnn.score_scan(model, *masses, metric=metric)
    X, y = masses
    expected = background_rejection(**scored(model, X, y, 500), signal_efficiency=0.2)
    assert table["tight"][0] == expected
    assert "loose" in table


def test_a_metric_of_several_fields_has_several_columns(model, masses):
    X, y = masses
    table = skpnn.score_scan(model, X, y, metric="asimov", n_bootstraps=2, random_state=0)
    expected = ["mass", "asimov", "asimov_error", "asimov_cut", "asimov_cut_error"]
    assert list(table.columns[:5]) == expected
    found = best_cut(**scored(model, X, y, 1500))
    assert tuple(table[["asimov", "asimov_cut"]].iloc[4]) == pytest.approx(found)


def test_a_metric_of_ones_own_will_do(model, masses):
    def excess(signal_score, background_score, *, signal_weight, background_weight):
        return signal_weight.sum() - background_weight.sum()

    table = skpnn.score_scan(model, *masses, metric=excess)
    assert table["excess"].tolist() == [150 - 750] * 5


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("auc", "auc"),
        ("auc", "n_signal"),
        ("auc", "trained"),
        ("asimov", "asimov_cut"),
        ({"mine": "auc"}, "mine"),
    ],
)
def test_a_theta_called_like_a_result_is_refused(model, masses, metric, name):
    X, y = masses
    with pytest.raises(ValueError, match=rf"would be called \['{name}'\]: a θ column or a metric"):
        skpnn.score_scan(model, X.rename(columns={"mass": name}), y, metric=metric)


@pytest.mark.parametrize(
    "metric", [{"n_signal": "auc"}, {"trained": "auc"}, {"asimov": "asimov", "asimov_cut": "auc"}]
)
def test_a_metric_called_like_another_result_is_refused(model, masses, metric):
    with pytest.raises(ValueError, match=list(metric)[-1]):
        skpnn.score_scan(model, *masses, metric=metric)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mass": [875]}, r"no signal event at \['mass'\] = \[875.0\]"),
        ({"mass": [500], "hypotheses": [750]}, "given twice"),
        ({"width": [1]}, "X has no column 'width'"),
        ({"metric": "acu"}, "metric='acu' is unknown"),
        ({"n_bootstraps": 1}, "n_bootstraps=1 has no spread"),
        ({"n_bootstraps": -1}, "n_bootstraps=-1 is not possible"),
        ({"n_bootstraps": 2.0}, "n_bootstraps=2.0 is not possible"),
        ({"window": -1}, "window=-1 is not possible"),
        ({"background_label": 7}, "background_label=7 is none of the estimator's classes"),
        ({"sample_weight": [1.0, 2.0]}, r"sample_weight.shape == \(2,\)"),
        ({"y": np.ones((1500, 2))}, "should be a 1d array"),
        ({"y": [0, 1]}, "inconsistent numbers"),
        ({"y": np.zeros(1500)}, "y has 1 class, .* expected two"),
        ({"y": np.arange(1500) % 3}, r"y holds \[2\], but the estimator was trained with"),
    ],
)
def test_mistakes_are_named(model, masses, given, message):
    X, y = masses
    with pytest.raises(ValueError, match=message):
        skpnn.score_scan(model, X, **({"y": y} | given))


def test_signal_of_no_weight_is_an_error(model, masses):
    X, y = masses
    weight = np.where(X["mass"] == 500, -1.0, 1.0)
    with pytest.raises(ValueError, match="signal weights sum to -150"):
        skpnn.score_scan(model, X, y, sample_weight=weight)


# The bootstrap.


def at_one(signal, background, weight=None):
    """Return scores of one hypothesis."""
    theta = np.repeat([1.0, np.nan], [len(signal), len(background)])
    scores = np.concatenate([signal, background])[:, np.newaxis]
    return predicted_scores(theta == 1, scores, theta=theta, hypotheses=[1], sample_weight=weight)


@pytest.fixture
def overlapping():
    """Return scores of 2,000 signal and 3,000 background events."""
    rng = np.random.default_rng(0)
    return rng.normal(1, 1, 2000), rng.normal(0, 1, 3000)


def delong_error(signal, background):
    """Return the standard error of the AUC after DeLong et al., Biometrics 44 (1988) 837."""
    wins = (signal[:, np.newaxis] > background) + 0.5 * (signal[:, np.newaxis] == background)
    of_signal, of_background = wins.mean(axis=1), wins.mean(axis=0)
    variance = of_signal.var(ddof=1) / len(signal) + of_background.var(ddof=1) / len(background)
    return np.sqrt(variance)


def auc_error(signal, background):
    table = metric_table(at_one(signal, background), "auc", n_bootstraps=200, random_state=0)
    return table["auc_error"][0]


def test_the_error_of_the_auc_is_delongs(overlapping):
    assert auc_error(*overlapping) == pytest.approx(delong_error(*overlapping), rel=0.2)


def test_the_error_of_the_auc_is_delongs_for_events_that_are_sorted():
    rng = np.random.default_rng(0)
    signal, background = np.sort(rng.normal(1, 1, 2000)), np.sort(rng.normal(0, 1, 2000))
    expected = delong_error(signal, background)
    assert auc_error(signal, background) == pytest.approx(expected, rel=0.2)


def test_the_error_of_a_sum_of_weights_is_that_of_the_multinomial():
    rng = np.random.default_rng(0)
    w, v = rng.normal(1, 2, 500), rng.exponential(size=800)

    def sums(signal_score, background_score, *, signal_weight, background_weight):
        return signal_weight.sum(), background_weight.sum()

    scores = at_one(rng.random(500), rng.random(800), weight=np.concatenate([w, v]))
    replicas = np.array(list(metric_replicas(scores, sums, 400, 0)))[:, 0]
    expected = [np.sqrt(500) * w.std(), np.sqrt(800) * v.std()]
    assert replicas.std(axis=0, ddof=1).tolist() == pytest.approx(expected, rel=0.15)
    assert replicas.mean(axis=0).tolist() == pytest.approx([w.sum(), v.sum()], rel=0.1)


def test_as_many_events_are_drawn_as_there_are(overlapping):
    def numbers(signal_score, background_score, *, signal_weight, background_weight):
        return signal_weight.sum(), background_weight.sum()

    for replica in metric_replicas(at_one(*overlapping), numbers, 5, 0):
        assert replica.tolist() == [[2000.0, 3000.0]]


@pytest.mark.parametrize("name", ["asimov", "binned_significance"])
def test_the_error_of_a_significance_is_its_spread_over_experiments(name):
    rng = np.random.default_rng(0)

    def experiment():
        return rng.normal(2, 1, 500), rng.normal(0, 1, 1000)

    spread = np.std([np.atleast_1d(METRICS[name](*experiment()))[0] for _ in range(200)])
    table = metric_table(at_one(*experiment()), name, n_bootstraps=100, random_state=0)
    assert table[f"{name}_error"][0] == pytest.approx(spread, rel=0.35)


@pytest.mark.parametrize("name", ["asimov", "binned_significance"])
def test_a_sample_has_as_many_effective_events_as_the_events(name):
    rng = np.random.default_rng(0)
    scores = at_one(rng.normal(2, 1, 50), rng.normal(0, 1, 16))
    table = metric_table(scores, name, n_bootstraps=50, random_state=0)
    assert np.isfinite(table[f"{name}_error"][0])


def test_signal_and_background_are_drawn_independently():
    def drawn_alike(signal_score, background_score, *, signal_weight, background_weight):
        means = (
            np.average(signal_score, weights=signal_weight),
            np.average(background_score, weights=background_weight),
        )
        return float(means[0] == means[1])

    scores = at_one(np.arange(1000.0), np.arange(1000.0))
    assert sum(metric_replicas(scores, drawn_alike, 10, 2**62)) <= 1


def test_background_is_drawn_alike_at_all_hypotheses():
    rng = np.random.default_rng(0)
    of_event = rng.random(300)
    theta = np.where(np.arange(300) < 100, np.arange(300) % 2, np.nan)
    # The same events in another order of scores.
    scores = np.column_stack([of_event, 1 - of_event])

    def background_mean(signal_score, background_score, *, signal_weight, background_weight):
        return np.average(background_score, weights=background_weight)

    found = predicted_scores(theta >= 0, scores, theta=theta, hypotheses=[0, 1])
    for replica in metric_replicas(found, background_mean, 5, 0):
        assert replica.sum() == pytest.approx(1, abs=1e-12)


def test_signal_is_drawn_independently_at_each_hypothesis():
    theta = np.where(np.arange(300) < 200, np.arange(300) % 2, np.nan)
    own = np.where(np.arange(300) < 200, np.arange(300) // 2, 0.0)

    def signal_mean(signal_score, background_score, *, signal_weight, background_weight):
        return np.average(signal_score, weights=signal_weight)

    found = predicted_scores(
        theta >= 0, np.column_stack([own, own]), theta=theta, hypotheses=[0, 1]
    )
    means = np.array(list(metric_replicas(found, signal_mean, 50, 0)))[:, :, 0]
    assert abs(np.corrcoef(means.T)[0, 1]) < 0.5


def test_equal_seeds_pair_two_estimators(overlapping):
    signal, background = overlapping
    rng = np.random.default_rng(1)
    noise = [0.1 * rng.normal(size=len(one)) for one in overlapping]
    one, other = at_one(signal, background), at_one(signal + noise[0], background + noise[1])

    def replicas(scores, seed):
        return np.ravel(list(metric_replicas(scores, weighted_auc, 100, seed)))

    paired = np.std(replicas(one, 0) - replicas(other, 0))
    assert paired < 0.3 * np.std(replicas(one, 0) - replicas(other, 1))


def test_errors_are_reproduced_bit_for_bit(model, masses):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    tables = [skpnn.score_scan(model, *masses, n_bootstraps=5, random_state=3) for _ in range(2)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_other_seeds_draw_other_samples(model, masses):
    one, other = (
        skpnn.score_scan(model, *masses, n_bootstraps=5, random_state=seed) for seed in (0, 1)
    )
    assert one["auc"].equals(other["auc"])
    assert (one["auc_error"] != other["auc_error"]).all()


def test_several_metrics_see_the_same_samples(model, masses):
    alone = skpnn.score_scan(model, *masses, n_bootstraps=5, random_state=0)
    both = skpnn.score_scan(
        model, *masses, metric=["log_loss", "auc"], n_bootstraps=5, random_state=0
    )
    assert both["auc_error"].equals(alone["auc_error"])


def test_errors_stand_beside_their_figures(model, masses):
    table = skpnn.score_scan(
        model, *masses, metric=["auc", "log_loss"], n_bootstraps=2, random_state=0
    )
    assert list(table.columns[1:5]) == ["auc", "auc_error", "log_loss", "log_loss_error"]


def test_an_infinite_rejection_has_no_error():
    scores = at_one(np.linspace(1, 2, 20), np.linspace(0, 1.05, 20))
    table = metric_table(scores, "background_rejection", n_bootstraps=20, random_state=0)
    assert table["background_rejection"].tolist() == [np.inf]
    assert table["background_rejection_error"].isna().all()


def test_a_sample_without_a_figure_makes_the_error_of_one_hypothesis_nan(masses, model):
    X, y = masses
    few = np.r_[np.flatnonzero(X["mass"] == 750)[:30], np.flatnonzero(y == 0)[:14]]
    weight = np.ones(44)
    weight[-1] = 3.5
    table = skpnn.score_scan(
        model, X.iloc[few], y.iloc[few], sample_weight=weight, metric="asimov", n_bootstraps=50
    )
    assert table[["asimov_error", "asimov_cut_error"]].isna().all(axis=None)
