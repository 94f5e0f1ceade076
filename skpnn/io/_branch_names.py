"""Names that ROOT can read in an expression, for the columns of a scan."""

import re
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from skpnn.io._sources import shown

__all__ = ["branch_names"]

_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*"


def branch_names(labels: pd.Index, prefix: str) -> list[str]:
    """Spell every label as a C identifier.

    A text is its own name. A number follows `prefix`, as the shortest text that gives it back,
    with ``m`` for ``-`` and ``p`` for ``.``. The values of a tuple follow each other, each behind
    the name of its level if that is a text.

    Raises
    ------
    TypeError
        If a label is neither text nor number, nor a tuple of these.
    ValueError
        If a name would be no identifier, or two labels would have the same one.

    Examples
    --------
    >>> import pandas as pd
    >>> branch_names(pd.Index([500, 750.5, -1e-05]), "score")
    ['score_500', 'score_750p5', 'score_m1em05']
    >>> branch_names(pd.MultiIndex.from_tuples([(500, 0.1)], names=["mass", "width"]), "score")
    ['score_mass_500_width_0p1']
    """
    if not isinstance(prefix, str) or not re.fullmatch(_IDENTIFIER, prefix):
        raise ValueError(f"prefix={prefix!r}; expected letters, digits and _, such as 'score'")
    names = [_name(label, list(labels.names), prefix) for label in labels]
    if len(set(names)) < len(names):
        repeated = [
            label for label, name in zip(labels, names, strict=True) if names.count(name) > 1
        ]
        raise ValueError(
            f"the columns {shown(repeated)} of scores would be branches of the same name; "
            "name them by columns=, one text for each"
        )
    return names


def _name(label: Any, levels: list[Any], prefix: str) -> str:
    name = label if isinstance(label, str) else "_".join([prefix, *_parts(label, levels)])
    if not re.fullmatch(_IDENTIFIER, name):
        raise ValueError(
            f"the column {label!r} of scores would be the branch {name!r}, but a name in an "
            "expression of ROOT has letters, digits and _ only; name it otherwise by columns="
        )
    return name


def _parts(label: Any, levels: list[Any]) -> list[str]:
    if not isinstance(label, tuple):
        return [_spelled(label)]
    if len(levels) != len(label):
        levels = [None] * len(label)
    parts = []
    for level, value in zip(levels, label, strict=True):
        parts += [level, _spelled(value)] if isinstance(level, str) else [_spelled(value)]
    return parts


def _spelled(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(
            f"a column of scores is labelled {value!r}; expected a hypothesis (a number or a "
            "tuple of them) or a text; give such labels by columns="
        )
    if not isfinite(value):
        raise ValueError(f"a column of scores is labelled {value!r}; expected a finite hypothesis")
    # NumPy's float32 has a shorter text than the same number in double precision. Adding 0.0 makes
    # 500 and 500.0 one name, as well as 0.0 and -0.0.
    number = value if isinstance(value, np.floating) else float(value)
    text = str(number + type(number)(0)).removesuffix(".0")
    return text.replace("e+", "e").replace("-", "m").replace(".", "p")
