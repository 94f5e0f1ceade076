"""Figures of merit by name."""

from functools import partial

import numpy as np
import pytest

from skpnn.metrics import (
    METRICS,
    background_rejection,
    best_cut,
    log_loss,
    lower_is_better,
    named_metrics,
    weighted_auc,
)


def test_one_name_is_one_metric():
    assert named_metrics("auc") == {"auc": weighted_auc}


def test_several_keep_their_order():
    assert list(named_metrics(("log_loss", "auc", "asimov"))) == ["log_loss", "auc", "asimov"]


def test_a_function_goes_by_its_own_name():
    assert named_metrics(weighted_auc) == {"weighted_auc": weighted_auc}


def test_a_partial_goes_by_the_name_of_its_function():
    tight = partial(background_rejection, signal_efficiency=0.3)
    assert named_metrics(["auc", tight])["background_rejection"] is tight


def test_a_dict_renames():
    assert named_metrics({"Z": "asimov", "A": weighted_auc}) == {"Z": best_cut, "A": weighted_auc}


@pytest.mark.parametrize("name", list(METRICS))
def test_every_name_is_a_function_of_two_classes(name):
    rng = np.random.default_rng(0)
    score = METRICS[name](
        rng.random(50), rng.random(60), signal_weight=np.ones(50), background_weight=np.ones(60)
    )
    assert np.isfinite(score).all()


@pytest.mark.parametrize("metric", ["log_loss", log_loss, partial(log_loss)])
def test_the_log_loss_is_better_where_lower_however_it_is_named(metric):
    assert lower_is_better(metric)


@pytest.mark.parametrize("metric", [name for name in METRICS if name != "log_loss"])
def test_all_others_are_better_where_higher(metric):
    assert not lower_is_better(metric)


@pytest.mark.parametrize("metric", ["acu", ["auc", "acu"], {"mine": "acu"}, {"mine": 3}])
def test_unknown_metrics_are_named_with_those_there_are(metric):
    with pytest.raises(ValueError, match=r"is unknown; expected one of \['auc', .*function"):
        named_metrics(metric)


@pytest.mark.parametrize(
    "metric", [["auc", "auc"], [partial(best_cut), best_cut], {1: "auc", "1": "auc"}, [], {}]
)
def test_no_metric_or_one_twice_is_an_error(metric):
    with pytest.raises(ValueError, match="names none, or one twice"):
        named_metrics(metric)


class Nameless:
    def __call__(self, signal_score, background_score, *, signal_weight, background_weight):
        return 1.0


def test_a_function_without_a_name_needs_one():
    with pytest.raises(ValueError, match="has no name; give it one"):
        named_metrics(Nameless())
    assert list(named_metrics({"one": Nameless()})) == ["one"]
