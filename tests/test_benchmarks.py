"""What the benchmarks measure with; they themselves are run by hand."""

import importlib

import pytest
from sklearn.model_selection import ParameterSampler

from benchmarks import bayes, searches
from benchmarks.measure import Row, alternately, rate, times_faster


def test_row_shows_the_median_and_the_range():
    row = Row("training", "2 s", "6 s", [2.0, 4.0, 3.0], "2.5")
    assert str(row) == "| training | 2 s | 6 s | 3.00 (2.00–4.00) | 2.5 |"


def test_single_ratio_has_no_range():
    assert str(Row("memory", "", "", [0.4])).endswith("| 0.40 |  |")


def test_runs_alternate_after_one_that_does_not_count():
    calls = []
    one, other = alternately(lambda: calls.append("a"), lambda: calls.append("b"), repeats=2)
    assert "".join(calls) == "ababab"
    assert len(one) == len(other) == 2


def test_ratio_is_above_one_for_the_faster():
    row = times_faster("sum", lambda: None, lambda: sum(range(200_000)), repeats=3)
    assert min(row.ratios) > 1


def test_rate_leaves_out_what_does_not_grow_with_epochs(monkeypatch):
    spent = {1: 12.0, 3: 16.0}
    monkeypatch.setattr("benchmarks.measure.seconds", lambda work: spent[work()])
    assert rate(lambda epochs: epochs, 100, few=1, many=3) == 2 * 100 / 4.0


@pytest.mark.parametrize("part", ["training", "inference", "resources", "tuning"])
def test_every_part_has_rows(part):
    assert callable(importlib.import_module(f"benchmarks.{part}").rows)


def test_architectures_take_turns_among_the_candidates():
    given = searches.candidates(6, 3)
    assert [one["hidden_layer_sizes"] for one in given] == [*searches.ARCHITECTURES] * 2
    assert {one["hidden_layer_sizes"] for one in searches.candidates(6, 1)} == {(32, 32, 32)}


@pytest.mark.parametrize("package", searches.NAMES)
def test_every_package_searches_over_each_candidate_once(package):
    given = searches.candidates(4, 2)
    search = searches.same_search(package, given)
    drawn = ParameterSampler(search.param_distributions, search.n_iter, random_state=0)
    values = [sorted(map(str, one.values())) for one in drawn]
    assert sorted(values) == sorted(sorted(map(str, one.values())) for one in given)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bayes", "random"])
def test_best_of_a_search_is_an_area(kind):
    assert 0.5 < bayes.best(kind, seed=0, n_evaluations=1, n_events=5000) < 1
