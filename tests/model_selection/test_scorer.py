"""hypothesis_scorer: what it reduces, under cross-validation, searches and metadata routing."""

import pickle

import numpy as np
import pytest
from sklearn import config_context
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
)

import skpnn
from skpnn.metrics import background_rejection, log_loss
from skpnn.model_selection import (
    LeaveOneHypothesisOut,
    StratifiedHypothesisKFold,
    hypothesis_scorer,
)


@pytest.fixture(scope="module")
def trees(masses):
    X, y = masses
    drawn = skpnn.inject(X, y, random_state=0)
    return HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(drawn, y)


@pytest.mark.parametrize(("reduce", "reduced"), [("mean", np.mean), ("min", np.min)])
def test_figures_of_merit_are_reduced_to_one(trees, masses, reduce, reduced):
    table = skpnn.score_scan(trees, *masses)
    assert hypothesis_scorer("auc", reduce=reduce)(trees, *masses) == reduced(table["auc"])


def test_larger_is_better_for_losses_too(trees, masses):
    table = skpnn.score_scan(trees, *masses, metric="log_loss")
    assert hypothesis_scorer("log_loss")(trees, *masses) == -table["log_loss"].mean()
    assert hypothesis_scorer("log_loss", reduce="min")(trees, *masses) == -table["log_loss"].max()


def test_a_function_may_say_that_smaller_is_better(trees, masses):
    def efficiency(*scores, **weights):
        return 1 / background_rejection(*scores, **weights)

    scorer = hypothesis_scorer(efficiency, greater_is_better=False)
    assert scorer(trees, *masses) < 0


def test_the_worst_interpolated_is_among_those_not_trained_on(masses):
    X, y = masses
    kept = ~X["mass"].isin([750, 1250])
    model = skpnn.PNNClassifier(epochs=5, random_state=0).fit(X[kept], y[kept])
    table = skpnn.score_scan(model, X, y).set_index("mass")["auc"]
    scorer = hypothesis_scorer(reduce="worst-interpolated")
    assert scorer(model, X, y) == min(table[750], table[1250])


@pytest.mark.filterwarnings("ignore:.*lies outside the range:UserWarning")
def test_what_is_extrapolated_to_is_not_interpolated(masses):
    X, y = masses
    kept = ~X["mass"].isin([500, 1000])
    model = skpnn.PNNClassifier(epochs=2, random_state=0).fit(X[kept], y[kept])
    table = skpnn.score_scan(model, X, y).set_index("mass")["auc"]
    assert table[500] < table[1000]
    assert hypothesis_scorer(reduce="worst-interpolated")(model, X, y) == table[1000]


def test_without_any_left_out_there_is_no_worst(fitted_pipeline, masses):
    with pytest.raises(ValueError, match="finds no hypothesis that the network was not trained on"):
        hypothesis_scorer(reduce="worst-interpolated")(fitted_pipeline, *masses)


def test_what_is_not_known_counts_as_trained(trees, masses):
    with pytest.raises(ValueError, match="Only parametrised networks tell"):
        hypothesis_scorer(reduce="worst-interpolated")(trees, *masses)


def test_hypotheses_and_windows_are_handed_on(trees, masses):
    scorer = hypothesis_scorer(hypotheses=[600], window=150, theta="mass")
    table = skpnn.score_scan(trees, *masses, mass=[600], window=150)
    assert scorer(trees, *masses) == table["auc"][0]


@pytest.mark.filterwarnings("ignore:.*lies outside the range:UserWarning")
def test_leaving_hypotheses_out_scores_each_where_it_was_left_out(masses):
    X, y = masses
    model = skpnn.PNNClassifier(epochs=3, random_state=0)
    scores = cross_val_score(model, X, y, cv=LeaveOneHypothesisOut(), scoring=hypothesis_scorer())
    assert len(scores) == 5
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("search", [GridSearchCV, RandomizedSearchCV])
def test_searches_maximise_it(masses, search):
    X, y = masses
    drawn = skpnn.inject(X, y, random_state=0)
    options = {} if search is GridSearchCV else {"n_iter": 2, "random_state": 0}
    found = search(
        HistGradientBoostingClassifier(random_state=0),
        {"max_iter": [1, 30]},
        scoring=hypothesis_scorer(reduce="min"),
        cv=StratifiedHypothesisKFold(2),
        **options,
    ).fit(drawn, y)
    assert found.best_params_ == {"max_iter": 30}


def test_several_scorers_at_once(masses):
    X, y = masses
    drawn = skpnn.inject(X, y, random_state=0)
    scoring = {"auc": hypothesis_scorer(), "loss": hypothesis_scorer("log_loss")}
    found = cross_validate(LogisticRegression(), drawn, y, cv=2, scoring=scoring)
    assert {"test_auc", "test_loss"} <= set(found)


def test_weights_matter(trees, masses):
    X, y = masses
    weight = np.where(X["m"] > 700, 3.0, 1.0)
    scorer = hypothesis_scorer()
    assert scorer(trees, X, y, sample_weight=weight) != scorer(trees, X, y)


def test_metadata_routing_hands_weights_to_those_who_ask(masses):
    X, y = masses
    drawn = skpnn.inject(X, y, random_state=0)
    seen = []

    def weight_sum(*scores, signal_weight, background_weight):
        seen.append(background_weight.sum())
        return 0.0

    weight = np.full(len(y), 2.0)
    with config_context(enable_metadata_routing=True):
        model = LogisticRegression().set_fit_request(sample_weight=True)
        scorer = hypothesis_scorer(weight_sum)
        for asks in (True, False):
            scorer.set_score_request(sample_weight=asks)
            cross_val_score(model, drawn, y, cv=2, scoring=scorer, params={"sample_weight": weight})
    n_background = (y == 0).sum()
    assert sum(seen) == 5 * (2 * n_background + n_background)


def test_scorers_are_pickled(trees, masses):
    scorer = hypothesis_scorer("asimov", reduce="min", hypotheses=[500, 750])
    loaded = pickle.loads(pickle.dumps(scorer))
    assert loaded(trees, *masses) == scorer(trees, *masses)


def test_repr_is_the_call():
    scorer = hypothesis_scorer("asimov", reduce="min", theta="mass")
    assert repr(scorer) == "hypothesis_scorer('asimov', reduce='min', theta='mass')"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metric": "roc_auc"}, "metric='roc_auc' is unknown"),
        ({"metric": ["auc", "asimov"]}, "is unknown; expected one of"),
        ({"reduce": "max"}, "reduce='max' is not possible"),
    ],
)
def test_mistakes_are_named_at_once(arguments, message):
    with pytest.raises(ValueError, match=message):
        hypothesis_scorer(**arguments)


def test_the_log_loss_is_minimised_however_it_is_named(trees, masses):
    by_name = hypothesis_scorer("log_loss")(trees, *masses)
    assert hypothesis_scorer(log_loss)(trees, *masses) == by_name < 0


def test_weights_that_nobody_asked_for_are_an_error(masses):
    X, y = masses
    drawn = skpnn.inject(X, y, random_state=0)
    with config_context(enable_metadata_routing=True):
        model = LogisticRegression().set_fit_request(sample_weight=True)
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            cross_val_score(
                model,
                drawn,
                y,
                scoring=hypothesis_scorer(),
                params={"sample_weight": np.ones(len(y))},
            )


def test_a_figure_that_is_no_number_is_not_skipped(trees, masses):
    def without_1000(signal, background, **weights):
        return np.nan if np.mean(signal) == means[1000] else 1.0

    X, y = masses
    means = {1000: trees.predict_proba(X[X["mass"] == 1000])[:, 1].mean()}
    assert np.isnan(hypothesis_scorer(without_1000)(trees, X, y))
