"""Checks of constructor arguments, made by fit as scikit-learn asks."""

from numbers import Integral, Real
from typing import Any

__all__ = ["check_choice", "check_integer", "check_real"]


def check_integer(name: str, value: Any, *, low: int) -> int:
    """Return `value` where it is an integer of at least `low`; raise otherwise."""
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= low:
        return int(value)
    raise _unexpected(name, value, f"an integer of at least {low}")


def check_real(
    name: str, value: Any, *, low: float, high: float = float("inf"), open_low: bool = False
) -> float:
    """Return `value` where low ≤ value < high (low < value with `open_low`); raise otherwise."""
    is_real = isinstance(value, Real) and not isinstance(value, bool)
    if is_real and (low < value if open_low else low <= value) and value < high:
        return float(value)
    bounds = f"{'(' if open_low else '['}{low:g}, {high:g})"
    raise _unexpected(name, value, f"a number in {bounds}")


def check_choice(name: str, value: Any, choices: tuple[Any, ...]) -> Any:
    """Return `value` where it is one of `choices`; raise otherwise."""
    if any(value is choice or value == choice for choice in choices):
        return value
    raise _unexpected(name, value, f"one of {list(choices)}")


def _unexpected(name: str, value: Any, expected: str) -> ValueError:
    return ValueError(f"{name}={value!r} is not possible; expected {expected}.")
