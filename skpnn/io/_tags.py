"""What the name of a file says about its events: label, θ and weight."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from pathlib import PurePath, PurePosixPath
from typing import Any, TypeAlias

from skpnn.io._sources import Source

ThetaValue: TypeAlias = float | Mapping[str, float | None] | None

_NUMBER = r"(?<!\d)(?<!\d[.p])-?\d+(?:[.p]\d+)?(?!\d)"


@dataclass(frozen=True)
class Tags:
    """The values that every event of one source shares.

    Attributes
    ----------
    label : scalar or None
        Value of the column ``label``; None: no such column.
    theta : dict of str to float
        Value of each θ column; NaN: no hypothesis.
    weight : float, str or None
        A number or an expression of branches; None: no column ``weight``.
    """

    label: Any = None
    theta: dict[str, float] = field(default_factory=dict)
    weight: float | str | None = None


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
    weights = _values("weight", weight, sources, is_required=True)
    for value in weights:
        _check_weight(value)
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
            f"matches a file decides; files: {_shown(sources)}"
        )
    missing = [source for source, pattern in zip(sources, decisive, strict=True) if pattern is None]
    if missing and is_required:
        raise ValueError(f"{argument}= has no pattern that matches {_shown(missing)}; add one")
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


def _shown(sources: Sequence[Source]) -> str:
    more = f" and {len(sources) - 5} more" if len(sources) > 5 else ""
    return f"{[str(source) for source in sources[:5]]}{more}"


def _check_weight(value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, Real | str)):
        raise TypeError(
            f"weight= holds {value!r}; expected a branch, an expression of branches, a number, "
            "or a mapping from file pattern to one of these"
        )


def _thetas(given: Any, name: str, sources: Sequence[Source]) -> list[dict[str, float]]:
    if isinstance(given, str):
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


def _read_template(template: str, source: Source) -> dict[str, float]:
    name = PurePath(str(source)).as_posix() if ":" in template else PurePath(source.path).as_posix()
    match = re.fullmatch("(?:.*/)?" + _as_regex(template), name)
    return {} if match is None else {k: _parse(text) for k, text in match.groupdict().items()}


def _as_regex(template: str) -> str:
    pieces = re.split(r"\{([^\d\W]\w*)\}", template)
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
            f"theta={template!r} reads a number from no file; expected a template such as "
            f"'signal_{{mass}}.root' that matches some of {_shown(sources)}. "
            "A θ that is a branch goes last in columns instead"
        )
