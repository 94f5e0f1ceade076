"""Range test, random search and zoom, Bayesian and evolutionary search."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(numbers):
    return numbers("plot_searches")


def test_best_possible_is_the_mean_of_the_known_optima(found):
    # DESIGN.md: .93180 .95560 .97432 .98608 .99276
    assert found["best_possible"] == pytest.approx(0.96811, abs=1e-5)


def test_suggested_rate_learns(found):
    assert 1e-3 < found["suggested_rate"] < 0.05


def test_zoom_leaves_a_third_of_the_decades(found):
    assert found["decades"]["first"] == pytest.approx(2)
    # Less where the best is near an end.
    assert found["decades"]["zoomed"] <= 2 / 3 + 1e-6


@pytest.mark.parametrize("search", ["random", "zoomed", "Bayesian", "evolutionary"])
def test_every_search_comes_near_the_best_possible(found, search):
    # 100 signal events of each mass in a fold: the AUC fluctuates by about 0.005.
    assert found["best"][search] == pytest.approx(found["best_possible"], abs=0.015)


def test_zoomed_candidates_are_better_in_the_mean(found):
    assert found["mean_scores"]["zoomed"] > found["mean_scores"]["random"] + 0.01


def test_later_generations_are_fitter(found):
    first, *_, last = found["mean_by_generation"]
    assert last > first
