"""What a search needs to end alike after an interruption: an identity, a seed, fixed folds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import randbits
from typing import Any

from skpnn.tuning._described import described
from skpnn.tuning._scratch_ledger import AnyLedger

__all__ = ["check_folds_are_fixed", "identity", "seeded"]

# What changes how a search is run, and not what it finds.
IRRELEVANT = ("callback", "callbacks", "n_jobs", "pre_dispatch", "study", "verbose")


def identity(search: Any, data: Mapping[str, Any]) -> dict[str, str]:
    """Return descriptions of all that determines what a search finds, by name."""
    parameters = search.get_params(deep=True)
    relevant = {name: _outline(v) for name, v in parameters.items() if name not in IRRELEVANT}
    given = {name: value for name, value in data.items() if name not in IRRELEVANT}
    named = {"search": type(search), **relevant, **given}
    return {name: described(value) for name, value in _entry_by_entry(named)}


def _entry_by_entry(named: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield names and values, those of a space each for itself: an error can name what differs."""
    for name, value in named.items():
        if isinstance(value, dict):
            yield from ((f"{name}[{key!r}]", one) for key, one in value.items())
        else:
            yield name, value


def _outline(value: Any) -> Any:
    """Return the classes of estimators in the place of these: their parameters have own names."""
    if isinstance(value, list) and all(_is_named(one) for one in value):
        return [(name, *map(_outline, rest)) for name, *rest in value]
    return type(value) if hasattr(value, "get_params") else value


def _is_named(step: Any) -> bool:
    """Whether it is (name, estimator, …), as the steps of a pipeline are."""
    return isinstance(step, tuple) and len(step) > 1 and isinstance(step[0], str)


def check_folds_are_fixed(search: Any) -> None:
    """Raise where the search's splitter draws other folds whenever it starts.

    Raises
    ------
    ValueError
        If it shuffles without a `random_state`.
    """
    splitter = vars(search.cv) if hasattr(search.cv, "split") else {}
    shuffles = splitter.get("shuffle", True)
    if shuffles and "random_state" in splitter and splitter["random_state"] is None:
        raise ValueError(
            f"cv={search.cv!r} draws other folds at every start, so a checkpoint's scores could "
            "not be gone on with; give it random_state=0, say."
        )


@contextmanager
def seeded(search: Any, ledger: AnyLedger) -> Iterator[None]:
    """Lend a search that has no `random_state` the one that the checkpoint holds."""
    if getattr(search, "random_state", 0) is not None:
        yield
        return
    search.random_state = int(ledger.settled("random_state", str(randbits(31))))
    yield
    search.random_state = None
