"""What scikit-optimize searches in the stead of a dimension that it cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from skopt.space import Categorical, Dimension, check_dimension

from skpnn.tuning._ranges import is_meant_as_range, is_short_form

__all__ = ["decoded", "encoded"]

# Values of one of these types pass through scikit-optimize's arrays as they are.
NATIVE = (str, bool, int, float)


def encoded(space: Mapping[str, Any]) -> dict[str, Dimension]:
    """Return dimensions of numbers and strings that stand for those of `space`.

    A tuple ``(low, high)``, with a prior or not, is a range; any other sequence holds choices, also
    where it is a list of two numbers. Choices such as tuples, None or estimators, and those of
    several types, become their descriptions.

    Examples
    --------
    >>> encoded({"hidden_layer_sizes": [(32,), (64, 64)]})["hidden_layer_sizes"]
    Categorical(categories=('(32,)', '(64, 64)'), prior=None)
    """
    return {name: _encoded(dimension) for name, dimension in space.items()}


def decoded(space: Mapping[str, Any], point: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of `space` that a point of its encoded dimensions stands for."""
    return {name: _decoded(space[name], value) for name, value in point.items()}


def _encoded(dimension: Any) -> Dimension:
    if _is_range(dimension):
        # scikit-optimize changes the dimensions that it is given.
        return copy(check_dimension(dimension))
    choices = _choices(dimension)
    options = {}
    if isinstance(dimension, Categorical):
        options = {"prior": dimension.prior, "transform": dimension.transform_}
    name = getattr(dimension, "name", None)
    return Categorical(_codes(choices), name=name, **options)


def _decoded(dimension: Any, value: Any) -> Any:
    if _is_range(dimension):
        return value
    choices = _choices(dimension)
    return choices[_codes(choices).index(value)]


def _is_range(dimension: Any) -> bool:
    if isinstance(dimension, Dimension):
        return not isinstance(dimension, Categorical)
    if is_meant_as_range(dimension) and not is_short_form(dimension):
        raise _no_dimension(dimension)
    return is_short_form(dimension)


def _choices(dimension: Any) -> list[Any]:
    """Return the choices of a dimension that is no range.

    Raises
    ------
    ValueError
        If there are none.
    """
    values = dimension.categories if isinstance(dimension, Categorical) else dimension
    try:
        choices = [] if isinstance(values, str) else list(values)
    except TypeError:
        choices = []
    if not choices:
        raise _no_dimension(dimension)
    return choices


def _no_dimension(thing: Any) -> ValueError:
    return ValueError(
        f"{thing!r} is no dimension of a search space; expected a range (low, high) or (low, high, "
        "'log-uniform'), a list of choices, or one of skopt.space's dimensions."
    )


def _codes(choices: list[Any]) -> list[Any]:
    """Return what stands for the choices: themselves, their descriptions, or numbered ones."""
    if any(all(type(one) is kind for one in choices) for kind in NATIVE):
        return choices
    texts = [repr(one) for one in choices]
    if len(set(texts)) == len(texts):
        return texts
    return [f"{number}: {text}" for number, text in enumerate(texts)]
