"""What the benchmarks measure with; they themselves are run by hand."""

import importlib

import pytest

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


@pytest.mark.parametrize("part", ["training", "inference", "resources"])
def test_every_part_has_rows(part):
    assert callable(importlib.import_module(f"benchmarks.{part}").rows)
