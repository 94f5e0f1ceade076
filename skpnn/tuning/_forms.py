"""The forms in which the kinds of search take a dimension of their space."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import loguniform, randint, uniform
from skopt.space import Categorical, Dimension, Integer, Real, check_dimension

from skpnn.tuning._described import described
from skpnn.tuning._ranges import Choices, Range, is_meant_as_range, is_short_form

__all__ = ["FORMS", "Form"]

# Values of a range where a search takes a list: of a product, and of random draws.
GRID_STEPS = 3
MAX_WHOLE_NUMBERS = 10


class Form(ABC):
    """How one kind of search takes ranges and choices; every kind takes a list for choices."""

    kind: str
    others: str

    def write(self, dimension: Range | Choices) -> Any:
        """Return `dimension` in this form."""
        if isinstance(dimension, Choices):
            return self._choices(dimension.values)
        if dimension.low == dimension.high:
            return self._choices((dimension.low,))
        return self._range(dimension)

    def read(self, name: str, thing: Any) -> Range | Choices:
        """Return what `thing`, the entry `name` of a space, means.

        Raises
        ------
        ValueError
            If it is not understood.
        """
        found = Choices(_values(thing)) if self._is_list(thing) else self._read(thing)
        if found is None:
            raise self._unknown(name, thing)
        return found

    def take(self, name: str, value: Any) -> Any:
        """Return a user's `value` for the entry `name` in this form, which a list need not have.

        Raises
        ------
        ValueError
            If the search would not take it.
        """
        if self._is_list(value) and not is_meant_as_range(value):
            return self.write(Choices(_values(value)))
        if not self._is_possible(value):
            raise self._unknown(name, value)
        return value

    @abstractmethod
    def _range(self, dimension: Range) -> Any:
        """Return a range of more than one value in this form."""

    def _choices(self, values: tuple[Any, ...]) -> Any:
        return list(values)

    def _read(self, thing: Any) -> Range | Choices | None:
        """Return what something else than a list means, or None."""
        del thing
        return None

    def _is_possible(self, value: Any) -> bool:
        """Whether the search takes something else than a list."""
        del value
        return False

    def _is_list(self, thing: Any) -> bool:
        return isinstance(thing, Sequence | np.ndarray) and not isinstance(thing, str | bytes)

    def _unknown(self, name: str, thing: Any) -> ValueError:
        return ValueError(
            f"{name}={described(thing)} is not understood; expected, for a search of kind "
            f"{self.kind!r}, a list of values{self.others}."
        )


def _values(thing: Any) -> tuple[Any, ...]:
    return tuple(thing.tolist() if isinstance(thing, np.ndarray) else thing)


class RandomForm(Form):
    """Frozen distributions of SciPy, as RandomizedSearchCV takes them.

    Examples
    --------
    >>> RandomForm().read("depth", randint(1, 5))
    Range(low=1, high=4, log=False, integer=True)
    """

    kind = "random"
    others = ", or a frozen uniform, loguniform or randint of scipy.stats"

    def _range(self, dimension: Range) -> Any:
        low, high = dimension.low, dimension.high
        if not dimension.integer:
            return loguniform(low, high) if dimension.log else uniform(low, high - low)
        # SciPy has no whole numbers that are uniform in their logarithm.
        return dimension.steps(MAX_WHOLE_NUMBERS) if dimension.log else randint(low, high + 1)

    def _read(self, thing: Any) -> Range | None:
        name = getattr(getattr(thing, "dist", None), "name", None)
        if name not in ("uniform", "loguniform", "reciprocal", "randint"):
            return None
        number = int if name == "randint" else float
        low, high = (number(end) for end in thing.support())
        return Range(low, high, log=name in ("loguniform", "reciprocal"), integer=number is int)

    def _is_possible(self, value: Any) -> bool:
        # scikit-optimize's dimensions draw lists of values.
        return hasattr(value, "rvs") and not isinstance(value, Dimension)


class BayesForm(Form):
    """Dimensions of scikit-optimize, as BayesSearchCV takes them, and its short forms of ranges.

    Examples
    --------
    >>> BayesForm().write(Range(1e-4, 1e-1, log=True))
    Real(low=0.0001, high=0.1, prior='log-uniform', transform='identity')
    >>> BayesForm().read("alpha", (1e-4, 1e-1, "log-uniform"))
    Range(low=0.0001, high=0.1, log=True, integer=False)
    """

    kind = "bayes"
    others = ", (low, high), (low, high, 'log-uniform'), or a dimension of skopt.space"

    def _range(self, dimension: Range) -> Any:
        make = Integer if dimension.integer else Real
        prior = "log-uniform" if dimension.log else "uniform"
        return make(dimension.low, dimension.high, prior=prior)

    def _choices(self, values: tuple[Any, ...]) -> Any:
        try:
            return Categorical(values)
        except TypeError:
            # It hashes its categories; skpnn's BayesSearchCV takes any, in a list.
            return list(values)

    def _read(self, thing: Any) -> Range | Choices | None:
        dimension = check_dimension(thing) if is_short_form(thing) else thing
        if isinstance(dimension, Categorical):
            return Choices(dimension.categories)
        if not isinstance(dimension, Real | Integer):
            return None
        number = int if isinstance(dimension, Integer) else float
        low, high = number(dimension.low), number(dimension.high)
        return Range(low, high, log=dimension.prior == "log-uniform", integer=number is int)

    def _is_possible(self, value: Any) -> bool:
        return isinstance(value, Dimension) or is_short_form(value)

    def _is_list(self, thing: Any) -> bool:
        return super()._is_list(thing) and not is_short_form(thing)


class GridForm(Form):
    """Lists, as GridSearchCV takes them.

    Examples
    --------
    >>> GridForm().write(Range(1e-3, 1e-1, log=True))
    [0.001, 0.01, 0.1]
    """

    kind = "grid"
    others = ""

    def _range(self, dimension: Range) -> Any:
        return dimension.steps(GRID_STEPS)


class OptunaForm(Form):
    """Distributions of Optuna, as OptunaSearchCV takes them."""

    kind = "optuna"
    others = ", or a distribution of optuna.distributions"

    def _range(self, dimension: Range) -> Any:
        found = _optuna_distributions()
        make = found.IntDistribution if dimension.integer else found.FloatDistribution
        return make(dimension.low, dimension.high, log=dimension.log)

    def _choices(self, values: tuple[Any, ...]) -> Any:
        return _optuna_distributions().CategoricalDistribution(values)

    def _read(self, thing: Any) -> Range | Choices | None:
        found = _optuna_distributions()
        if isinstance(thing, found.CategoricalDistribution):
            return Choices(thing.choices)
        if isinstance(thing, found.FloatDistribution):
            # Without its step: whoever zooms in wants the values between.
            return Range(thing.low, thing.high, log=thing.log)
        if not isinstance(thing, found.IntDistribution):
            return None
        if thing.step > 1:
            return Choices(tuple(range(thing.low, thing.high + 1, thing.step)))
        return Range(thing.low, thing.high, log=thing.log, integer=True)

    def _is_possible(self, value: Any) -> bool:
        return isinstance(value, _optuna_distributions().BaseDistribution)


def _optuna_distributions() -> Any:
    # An optional dependency, imported where it is needed only.
    try:
        from optuna import distributions
    except ImportError as error:
        raise ImportError(
            'kind="optuna" needs optuna, which is not installed: pip install "skpnn[optuna]"'
        ) from error
    return distributions


FORMS: dict[str, Form] = {
    form.kind: form for form in (RandomForm(), BayesForm(), GridForm(), OptunaForm())
}
