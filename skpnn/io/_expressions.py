"""Expressions of branches in uproot's own language, for RNTuples too, where uproot has none."""

import re
from collections.abc import Collection, Mapping, Sized
from difflib import get_close_matches
from functools import partial
from types import SimpleNamespace

import awkward as ak
import numpy as np
from uproot.language.python import PythonLanguage

# Over the items of each event; axis=1 refuses a branch of one number per event.
_OVER_ITEMS = {
    function.__name__: partial(function, axis=1)
    for function in [ak.all, ak.any, ak.count, ak.max, ak.min, ak.sum]
}
_FUNCTIONS = PythonLanguage.default_functions | _OVER_ITEMS
_LANGUAGE = PythonLanguage(_FUNCTIONS)
# Where messages of uproot would name a file; ours name it themselves.
_NOWHERE = ("", "")
# An integer right behind something's opening bracket, as in jet_pt[0] and jet_pt[0, 1].
_EVENT_INDEX = r"[\w)\]]\s*\[\s*-?\d+\s*[],]"


def names_in(expression: str, known: Collection[str], aliases: Mapping[str, str]) -> set[str]:
    """Return the branches that an expression needs, directly or through aliases.

    Raises
    ------
    ValueError
        If it is not one Python expression, or names something that the tree does not have.
    """
    try:
        symbols = _LANGUAGE.free_symbols(expression, known, aliases, *_NOWHERE)
    except (SyntaxError, TypeError) as error:
        raise ValueError(
            f"{expression!r} is neither a branch nor an expression: {_first_line(error)}; "
            "expected Python, as in '(nJet >= 2) & ~(MET < 30)'"
        ) from error
    except KeyError as error:
        raise ValueError(_unknown(str(error.args[0]), expression, known)) from error
    names = set()
    for symbol in symbols:
        if symbol in known:
            names.add(symbol)
        elif symbol in aliases:
            others = {name: text for name, text in aliases.items() if name != symbol}
            names |= names_in(aliases[symbol], known, others)
        else:
            raise ValueError(_unknown(symbol, expression, known))
    return names


def evaluate(
    expression: str, arrays: Mapping[str, ak.Array], aliases: Mapping[str, str]
) -> ak.Array:
    """Evaluate one expression of branches, event by event.

    Parameters
    ----------
    expression : str
        Names only what is in `arrays` and `aliases`.
    arrays : mapping from str to array of shape (n_events, ...)
    aliases : mapping from str to str
        Names of expressions.

    Returns
    -------
    array of shape (n_events, ...)

    Raises
    ------
    ValueError
        If the expression fails, or does not give one value per event.
    """
    n_events = len(next(iter(arrays.values()), ()))
    try:
        value = _compute(expression, arrays, aliases)
        values = ak.Array(value if isinstance(value, Sized) else np.full(n_events, value))
    except Exception as error:
        raise ValueError(
            f"{expression!r} cannot be evaluated: {_reason(error, expression)}"
        ) from error
    if len(values) != n_events:
        raise ValueError(f"{expression!r} gives {len(values)} values for {n_events} events")
    return values


def _compute(expression: str, arrays: Mapping[str, ak.Array], aliases: Mapping[str, str]) -> object:
    # uproot asks a tree and its branches for no more than these names.
    tree = SimpleNamespace()
    branches = [SimpleNamespace(name=name, cache_key=name, parent=tree) for name in arrays]
    role = {"branches": branches, "is_primary": True, "is_cut": False}
    return _LANGUAGE.compute_expressions(
        tree, arrays, [(expression, role)], set(arrays), dict(aliases), *_NOWHERE
    )[expression]


def _reason(error: Exception, expression: str) -> str:
    text = str(error)
    if "ambiguous" in text or "bitwise" in text:
        return (
            "join conditions with & and |, each in parentheses, as in (0 < x) & (x < 5); "
            "not with 'and' or 'or', nor as 0 < x < 5"
        )
    # Expressions are first tried without an event, where no integer indexes one.
    if isinstance(error, IndexError) and re.search(_EVENT_INDEX, expression):
        return (
            "an index counts events first: 'jet_pt[:, 0]' is the first item of each event, and "
            "needs one in every event; use jagged=, or in cut= a reduction, as in "
            "'sum(jet_pt > 30e3) >= 2'"
        )
    if "axis" in text:
        return f"{', '.join(_OVER_ITEMS)} each take one list per event, not a number per event"
    if isinstance(error, IndexError):
        return (
            "some events hold too few items; pad them with jagged= instead of an index, "
            "or leave these events out with cut="
        )
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _unknown(name: str, expression: str, known: Collection[str]) -> str:
    spelled = {text.lower(): text for text in [*_FUNCTIONS, *known]}
    similar = [spelled[text] for text in get_close_matches(name.lower(), spelled, 5, 0.5)]
    which = f"similar: {similar}" if similar else f"some branches: {sorted(known)[:10]}"
    where = "" if name == expression else f" (in {expression!r})"
    return f"there is no branch or function {name!r}{where}; {which}"
