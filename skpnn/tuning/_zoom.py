"""Zooming in: the space around the best region, for a second search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import skopt
from skopt.space import check_dimension

from skpnn._parameters import check_real
from skpnn.tuning._bayes import BayesSearchCV
from skpnn.tuning._candidates import ranked_candidates
from skpnn.tuning._forms import FORMS, Form
from skpnn.tuning._narrowing import narrowed
from skpnn.tuning._ranges import Choices, Range

__all__ = ["zoom"]


def zoom(search: Any, factor: float = 3.0) -> dict[str, Any]:
    """Return the space around the best candidate of a search, to search there once more.

    Parameters
    ----------
    search : fitted search
        A `RandomizedSearchCV`, `GridSearchCV`, `HalvingRandomSearchCV` or `HalvingGridSearchCV` of
        scikit-learn, a `BayesSearchCV` or an `OptunaSearchCV`.
    factor : float, default=3.0
        By how much ranges become narrower; more than 1.

    Returns
    -------
    dict
        The space, in the form that the search took its own in:

        - a range keeps 1/`factor` of its width, in its logarithm where it is log-uniform, with the
          best value in the middle, or where that would reach over an end, up to that end;
        - a range of whole numbers does too, but keeps the neighbours of the best value;
        - a list of whole numbers keeps those of its values around the best one, as such a range
          would keep their positions: the best one and its neighbours at least;
        - a list of other numbers has as many values as before around the best one, which is among
          them, at 1/`factor` of their distances;
        - of other values those stay that the best 1/`factor` of the candidates have.

    Raises
    ------
    ValueError
        If no candidate has a finite score, or the space has an entry that is not understood.
    NotFittedError
        If the search is not fitted.

    Notes
    -----
    Candidates whose score is NaN are left out. Of several spaces (a list of dictionaries) the one
    is zoomed that the best candidate is from: the first that could be it. The steps of Optuna's
    ``FloatDistribution`` and the weights of scikit-optimize's ``Categorical`` are dropped. An
    ``IntDistribution`` with a step becomes a list of values, and so does a range of which one value
    is left.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skpnn import MLPClassifier
    >>> from skpnn.tuning import zoom
    >>> model = MLPClassifier(16, batch_size=32, epochs=5, random_state=0)
    >>> space = {"learning_rate": [1e-4, 1e-3, 1e-2]}
    >>> search = GridSearchCV(model, space, cv=2).fit(*load_iris(return_X_y=True))
    >>> [round(rate, 4) for rate in zoom(search)["learning_rate"]]
    [0.0022, 0.0046, 0.01]
    """
    check_real("factor", factor, low=1, open_low=True)
    form, spaces = _searched(search)
    ranking = ranked_candidates(search)
    names = ranking[0].keys() - {getattr(search, "resource", None)}
    space = _space_of(ranking[0], names, form, spaces)
    return {
        name: form.write(narrowed(dimension, [c[name] for c in ranking if name in c], factor))
        for name, dimension in space.items()
    }


def _searched(search: Any) -> tuple[Form, list[Mapping[str, Any]]]:
    """Return the kind and the spaces of a search."""
    for attribute, kind in (
        ("search_spaces", "bayes"),
        ("param_grid", "grid"),
        ("param_distributions", "optuna" if hasattr(search, "n_trials") else "random"),
    ):
        if hasattr(search, attribute):
            given = getattr(search, attribute)
            spaces = [given] if isinstance(given, Mapping) else given
            return FORMS[kind], [_plain(space, search) for space in spaces]
    raise ValueError(
        f"{type(search).__name__} is not a search that is known; expected a fitted "
        "RandomizedSearchCV, GridSearchCV, BayesSearchCV, OptunaSearchCV or halving search."
    )


def _plain(space: Any, search: Any) -> Mapping[str, Any]:
    """Return a space without its number of candidates."""
    plain = space[0] if isinstance(space, tuple) else space
    if not isinstance(search, skopt.BayesSearchCV) or isinstance(search, BayesSearchCV):
        return plain
    # scikit-optimize's own takes a list of two numbers for a range.
    return {name: check_dimension(dimension) for name, dimension in plain.items()}


def _space_of(
    best: dict[str, Any], names: set[str], form: Form, spaces: list[Mapping[str, Any]]
) -> dict[str, Range | Choices]:
    """Return the first of the spaces that the best candidate can be from."""
    for space in spaces:
        if space.keys() == names:
            dimensions = {name: form.read(name, thing) for name, thing in space.items()}
            if all(dimension.holds(best[name]) for name, dimension in dimensions.items()):
                return dimensions
    raise ValueError(
        f"The best candidate, {best}, is from none of the search's spaces; was the space changed "
        "after the search?"
    )
