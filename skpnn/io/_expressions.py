"""Expressions of branches, evaluated by uproot's own language for TTrees and RNTuples alike."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from types import SimpleNamespace

import awkward as ak
from uproot.language.python import python_language

# Where messages of uproot would name a file; ours name it themselves.
_NOWHERE = ("", "")


def names_in(expression: str, known: Collection[str], aliases: Mapping[str, str]) -> set[str]:
    """Return the branches that an expression needs, directly or through aliases.

    Raises
    ------
    ValueError
        If it is not one Python expression, or names something that the tree does not have.
    """
    try:
        symbols = python_language.free_symbols(expression, known, aliases, *_NOWHERE)
    except SyntaxError as error:
        raise ValueError(
            f"{expression!r} is neither a branch nor an expression: {_first_line(error)}"
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
) -> ak.Array | float:
    """Evaluate one expression of branches, event by event."""
    tree = SimpleNamespace()
    leaves = [SimpleNamespace(name=name, cache_key=name, parent=tree) for name in arrays]
    context = [(name, _role([leaf], False)) for name, leaf in zip(arrays, leaves, strict=True)]
    context.append((expression, _role([], True)))
    try:
        values = python_language.compute_expressions(
            tree, dict(arrays), context, set(arrays), dict(aliases), *_NOWHERE
        )
    except Exception as error:
        raise ValueError(f"{expression!r} cannot be evaluated: {_reason(error)}") from error
    return values[expression]


def _role(leaves: list[SimpleNamespace], is_result: bool) -> dict[str, object]:
    return {"branches": leaves, "is_primary": is_result, "is_cut": False}


def _reason(error: Exception) -> str:
    if "ambiguous" in str(error):
        return "join conditions with & and | (not 'and', 'or'), each in parentheses"
    if isinstance(error, IndexError):
        return "some events hold too few items; pad them with jagged= instead of an index"
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _unknown(name: str, expression: str, known: Collection[str]) -> str:
    similar = get_close_matches(name, known, n=5, cutoff=0.5)
    shown = similar or sorted(known)[:10]
    where = "" if name == expression else f" (in {expression!r})"
    which = "similar" if similar else "some"
    return f"there is no branch or function {name!r}{where}; {which} branches: {shown}"
