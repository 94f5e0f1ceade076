"""What the name of a file says about its events: label, θ and weight."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from numbers import Real
from pathlib import PurePath, PurePosixPath
from typing import Any, TypeAlias

import numpy as np

from skpnn.io._sources import Source, shown

ThetaValue: TypeAlias = float | Mapping[str, float | None] | None

_NUMBER = r"(?<!\d)(?<!\d[.p])-?\d+(?:[.p]\d+)?(?!\d)"
_FIELD = r"\{([^\d\W]\w*)\}"


@dataclass(frozen=True)
class Tags:
    """The values that every event of one source shares; None: no such column."""

    label: Any = None
    theta: dict[str, float] = field(default_factory=dict)  # by column; NaN: no hypothesis
    weight: float | str | None = None  # a number, or an expression of branches


def tag_sources(
    sources: Sequence[Source], *, label: Any, theta: Any, theta_name: str, weight: Any
) -> list[Tags]:
    """Look up label, θ and weight of every source.

    Raises
    ------
    ValueError
        If a source has no label or weight where others have, or a pattern decides no source.
    """
    labels = _values("label", label, sources, is_required=True)
    if label is not None:
        _check_labels(labels)
    weights = _values("weight", weight, sources, is_required=True)
    if weight is not None:
        _check_weights(weights)
    thetas = _thetas(theta, theta_name, sources)
    return [Tags(*tags) for tags in zip(labels, thetas, weights, strict=True)]


def _values(
    argument: str, given: Any, sources: Sequence[Source], *, is_required: bool
) -> list[Any]:
    if not isinstance(given, Mapping):
        return [given] * len(sources)
    decisive = [_first_match(source, given) for source in sources]
    idle = [pattern for pattern in given if pattern not in decisive]
    if idle:
        raise ValueError(
            f"{argument}= has patterns that decide no file: {idle}; the first pattern that "
            f"matches a file decides; files: {shown(sources)}"
        )
    missing = [source for source, pattern in zip(sources, decisive, strict=True) if pattern is None]
    if missing and is_required:
        raise ValueError(f"{argument}= has no pattern that matches {shown(missing)}; add one")
    return [None if pattern is None else given[pattern] for pattern in decisive]


def _first_match(source: Source, patterns: Mapping[str, Any]) -> str | None:
    spellings = {PurePath(source.path).as_posix(), PurePath(str(source)).as_posix()}
    for pattern in patterns:
        if not isinstance(pattern, str) or not pattern:
            raise TypeError(
                f"{pattern!r} is not a pattern of file names such as 'signal_500*.root'"
            )
        # A file's name may hold brackets, which are special in a pattern.
        if pattern in spellings or any(PurePosixPath(name).match(pattern) for name in spellings):
            return pattern
    return None


def _check_labels(labels: list[Any]) -> None:
    wrong = [label for label in labels if not isinstance(label, str | Real | np.generic)]
    if wrong:
        raise TypeError(
            f"label= holds {wrong[0]!r}; expected a number or a text, or a mapping from file "
            "pattern to one of these"
        )
    if len({isinstance(label, str) for label in labels}) > 1:
        raise TypeError(f"label= mixes numbers and texts: {[*dict.fromkeys(labels)]}; use one type")


def _check_weights(weights: list[Any]) -> None:
    for weight in weights:
        if isinstance(weight, bool) or not isinstance(weight, Real | str):
            raise TypeError(
                f"weight= holds {weight!r}; expected a branch, an expression of branches, a "
                "number, or a mapping from file pattern to one of these"
            )
        if isinstance(weight, Real) and not isfinite(weight):
            raise ValueError(f"weight= holds {weight!r}; expected a finite number")


def _thetas(given: Any, name: str, sources: Sequence[Source]) -> list[dict[str, float]]:
    if isinstance(given, str):
        _check_fields(given)
        found = [_read_template(given, source) for source in sources]
        _check_template(given, found, sources)
    else:
        values = _values("theta", given, sources, is_required=False)
        found = [_as_columns(value, name) for value in values]
    names = dict.fromkeys(column for columns in found for column in columns)
    return [{column: columns.get(column, float("nan")) for column in names} for columns in found]


def _as_columns(value: ThetaValue, name: str) -> dict[str, float]:
    if value is None:
        return {}
    columns = value if isinstance(value, Mapping) else {name: value}
    wrong = [column for column in columns if not isinstance(column, str)]
    if wrong:
        raise TypeError(f"a column of θ would be called {wrong[0]!r}; expected a text")
    return {column: _as_number(number) for column, number in columns.items()}


def _as_number(value: Any) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(
            f"theta= holds {value!r}; expected a number, {{name: number}}, a mapping from file "
            "pattern to one of these, or a template such as 'signal_{mass}.root'"
        )
    return float(value)


def _check_fields(template: str) -> None:
    names = re.findall(_FIELD, template)
    if len(set(names)) < len(names):
        raise ValueError(
            f"theta={template!r} names a parameter twice; read it once and write * elsewhere"
        )


def _read_template(template: str, source: Source) -> dict[str, float]:
    name = PurePath(str(source)).as_posix() if ":" in template else PurePath(source.path).as_posix()
    match = re.fullmatch("(?:.*/)?" + _as_regex(template), name)
    return {} if match is None else {k: _parse(text) for k, text in match.groupdict().items()}


def _as_regex(template: str) -> str:
    pieces = re.split(_FIELD, template)
    texts = [
        re.escape(piece).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") for piece in pieces[::2]
    ]
    fields = [f"(?P<{name}>{_NUMBER})" for name in pieces[1::2]]
    return "".join(text + field for text, field in zip(texts, [*fields, ""], strict=True))


def _parse(text: str) -> float:
    return float(text.replace("p", "."))


def _check_template(
    template: str, found: list[dict[str, float]], sources: Sequence[Source]
) -> None:
    if not any(found):
        raise ValueError(
            f"theta={template!r} reads a number from no file: it is compared with the whole name "
            "of the file, where * stands for the rest, as in '*_m{mass}GeV.root'; the files are "
            f"{shown(sources)}. A θ that is a branch goes last in columns instead"
        )
