"""Descriptions of values: short, readable, and equal for equal values in every process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from hashlib import blake2b
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, stats
from scipy.stats._distn_infrastructure import rv_frozen, rv_generic

__all__ = ["described", "shortened"]

# Characters that are shown of a text before the digest of all of it.
SHOWN = 60
# Objects within objects are looked into so deep; what lies deeper is only named.
DEPTH = 4
SCALARS = {bool, bytes, complex, float, int, str, type(None)}
BRACKETS = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("{", "}")}
TABLES = (pd.DataFrame, pd.Series, pd.Index, pd.api.extensions.ExtensionArray)
RANDOM_STATES = (np.random.RandomState, np.random.Generator, np.random.BitGenerator)
# The rest of a scikit-optimize dimension follows from these, or is a random state.
OF_A_DIMENSION = ("low", "high", "categories", "prior", "base", "transform_")
# What scikit-learn's clone copies beside the parameters.
OF_AN_ESTIMATOR = ("_metadata_request", "_sklearn_output_config")
# What runs when a function does; where it stands in its file does not matter.
OF_CODE = (
    "co_code",
    "co_exceptiontable",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_flags",
    "co_consts",
)
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
# Keras numbers the objects of a class as they come: name='adam_1', 'name': 'dense_3'.
NUMBERED = re.compile(r"(\bname(?:=|': )'[^']*?)_\d+'")


def described(value: Any) -> str:
    """Return a text that is equal for equal values, and differs as far as can be told.

    Of a long text its beginning is shown, and a digest of all of it; of arrays, functions and
    random states a digest of what is in them. Of anything else it is what its parameters, its
    representation or its attributes say; what says nothing is only named.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> described({"alpha": loguniform(1e-6, 0.1), "activation": ["relu", "elu"]})
    "{'activation': ['relu', 'elu'], 'alpha': loguniform(1e-06, 0… #..."
    """
    return shortened(_text(value, 0))


def shortened(text: str) -> str:
    """Return `text`, or its beginning and a digest of all of it where it is long.

    Examples
    --------
    >>> shortened("relu"), shortened("7" * 100)
    ('relu', '777777777777777777777777777777777777777777777777777777777777… #...')
    """
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… #{_digest(text)}"


def _text(value: Any, depth: int) -> str:
    try:
        return next(rule for applies, rule in RULES if applies(value))(value, depth)
    except Exception:  # of whatever object this is
        return _short_name(type(value))


def _digest(*contents: Any) -> str:
    digest = blake2b(digest_size=6)
    for content in contents:
        is_text = isinstance(content, str)
        digest.update(content.encode(errors="backslashreplace") if is_text else content)
    return digest.hexdigest()


def _call(name: str, args: Iterable[Any], kwds: Mapping[str, Any], depth: int) -> str:
    """Return the text of ``name(*args, **kwds)``."""
    texts = [_text(value, depth) for value in args]
    texts += [f"{key}={_text(kwds[key], depth)}" for key in sorted(kwds)]
    return f"{name}({', '.join(texts)})"


def _name(named: Any) -> str:
    return f"{named.__module__}.{named.__qualname__}"


def _short_name(kind: type) -> str:
    return f"{_library(kind)}.{kind.__qualname__}"


def _library(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _is_from(value: Any, *libraries: str) -> bool:
    """Whether a base class of the value's is of one of them, which need not be installed."""
    return any(_library(base) in libraries for base in type(value).__mro__)


def _numpy_scalar(value: np.generic, _: int) -> str:
    item = value.item()
    # Times become integers without their unit, and long doubles stay what they are.
    return repr(item if type(item) in SCALARS and value.dtype.kind not in "mM" else value)


def _array(value: Any, depth: int) -> str:
    array = np.asarray(value)
    # Not the memory as it is, where equal arrays can lie in another order, or are only pointers.
    content: Any = _text(array.tolist(), depth) if array.dtype.kind in "OTV" else _bytes(array)
    mask = _text(np.ma.getmask(value), depth) if isinstance(value, np.ma.MaskedArray) else ""
    return f"array(shape={array.shape}, dtype={array.dtype}, #{_digest(content, mask)})"


def _bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _table(value: Any, depth: int) -> str:
    frame = pd.Series(value) if isinstance(value, pd.api.extensions.ExtensionArray) else value
    frame = frame if isinstance(frame, pd.DataFrame) else frame.to_frame()
    columns = _text([list(frame.columns), [str(dtype) for dtype in frame.dtypes]], depth)
    rows = pd.util.hash_pandas_object(frame).to_numpy()
    return f"{type(value).__name__}(shape={value.shape}, #{_digest(columns, rows)})"


def _sparse(value: Any, depth: int) -> str:
    entries = sparse.coo_array(value, copy=True)
    entries.sum_duplicates()  # which sorts them
    places = np.array(entries.coords, dtype=np.int64)
    content = _digest(_array(places, depth), _array(entries.data, depth))
    return f"sparse(shape={value.shape}, dtype={value.dtype}, #{content})"


def _collection(value: Any, depth: int) -> str:
    texts = [_text(one, depth) for one in value]
    (kind,) = (kind for kind in BRACKETS if isinstance(value, kind))
    if kind in (set, frozenset):
        texts.sort()  # their own order is another one in every process
    left, right = BRACKETS[kind]
    name = "" if type(value) is kind else type(value).__name__
    comma = "," if kind is tuple and len(texts) == 1 else ""
    return f"{name}{left}{', '.join(texts)}{comma}{right}"


def _mapping(value: Mapping[Any, Any], depth: int) -> str:
    items = [f"{_text(key, depth)}: {_text(item, depth)}" for key, item in value.items()]
    name = "" if type(value) is dict else type(value).__name__
    return f"{name}{{{', '.join(sorted(items))}}}"


def _function(value: FunctionType, depth: int) -> str:
    # A function can be among the variables that it closes over.
    variables = value.__closure__ if depth < DEPTH else None
    parts = [value.__code__, value.__defaults__, value.__kwdefaults__, variables]
    return f"{_name(value)}#{_digest(_text(parts, depth + 1))}"


def _code(value: CodeType, depth: int) -> str:
    return _text([getattr(value, name) for name in OF_CODE], depth)


def _method(value: MethodType, depth: int) -> str:
    return _call("method", [value.__self__, value.__func__], {}, depth + 1)


def _partial(value: partial[Any], depth: int) -> str:
    return _call("partial", [value.func, *value.args], value.keywords, depth)


def _random_state(value: Any, depth: int) -> str:
    if value is np.random.mtrand._rand:
        return "numpy.random"
    if isinstance(value, np.random.RandomState):
        state = value.get_state(legacy=False)
    else:
        state = getattr(value, "bit_generator", value).state
    return f"{type(value).__name__}(#{_digest(_text(state, depth))})"


def _frozen(value: rv_frozen, depth: int) -> str:
    return _call(_text(value.dist, depth), value.args, value.kwds, depth)


def _distribution(value: Any, depth: int) -> str:
    # Not its attributes, among which is NumPy's global random state.
    name: str = value.name
    if type(getattr(stats, name, None)) is type(value):
        return name
    return _call(_short_name(type(value)), [], value._updated_ctor_param(), depth)


def _dimension(value: Any, depth: int) -> str:
    args = [getattr(value, name) for name in OF_A_DIMENSION if hasattr(value, name)]
    return _call(type(value).__name__, args, {}, depth)


def _estimator(value: Any, depth: int) -> str:
    beside = {name: vars(value)[name] for name in OF_AN_ESTIMATOR if name in vars(value)}
    kwds = {**value.get_params(deep=False), **beside}
    return _call(_short_name(type(value)), [], kwds, depth)


def _keras(value: Any, depth: int) -> str:
    return NUMBERED.sub(r"\1'", _call(_short_name(type(value)), [], value.get_config(), depth))


def _array_like(value: Any, depth: int) -> str:
    columns = _text(getattr(value, "columns", None), depth)
    return f"{_short_name(type(value))}({_array(value, depth)}, {columns})"


def _by_attributes(value: Any, depth: int) -> str:
    state = value.__getstate__() if depth < DEPTH else None
    # With slots, there are two dicts.
    parts = [part for part in (state if isinstance(state, tuple) else (state,)) if part]
    named = {name: one for part in parts if isinstance(part, dict) for name, one in part.items()}
    others = [part for part in parts if not isinstance(part, dict)]
    return _call(_short_name(type(value)), others, named, depth + 1)


def _anything(value: Any, depth: int) -> str:
    text = repr(value)
    return _by_attributes(value, depth) if ADDRESS.search(text) else text


def _says_too_little(value: Any) -> bool:
    """Whether the representation leaves out what matters, or its order is not fixed."""
    is_scorer = callable(value) and _is_from(value, "sklearn", "skpnn")
    return is_scorer or hasattr(value, "get_n_splits") or hasattr(value, "__dataclass_fields__")


def _instance(*kinds: type) -> Any:
    return lambda value: isinstance(value, kinds)


# The first that applies.
RULES: tuple[tuple[Any, Any], ...] = (
    (lambda value: type(value) in SCALARS, lambda value, _: repr(value)),
    (_instance(type), lambda value, _: _name(value)),
    (_instance(np.generic), _numpy_scalar),
    (_instance(np.ndarray), _array),
    (_instance(*TABLES), _table),
    (sparse.issparse, _sparse),
    (_instance(*BRACKETS), _collection),
    (_instance(Mapping), _mapping),
    (_instance(FunctionType), _function),
    (_instance(CellType), lambda value, depth: _text(value.cell_contents, depth)),
    (_instance(CodeType), _code),
    (_instance(MethodType), _method),
    (_instance(partial), _partial),
    (_instance(ModuleType), lambda value, _: value.__name__),
    (_instance(*RANDOM_STATES), _random_state),
    (_instance(rv_frozen), _frozen),
    (_instance(rv_generic), _distribution),
    (lambda value: _is_from(value, "skopt") and hasattr(value, "transform_"), _dimension),
    (lambda value: hasattr(value, "get_params"), _estimator),
    (lambda value: _is_from(value, "keras") and hasattr(value, "get_config"), _keras),
    (lambda value: hasattr(value, "__qualname__"), lambda value, _: _name(value)),
    (lambda value: hasattr(value, "__array__"), _array_like),
    (_says_too_little, _by_attributes),
    (lambda _: True, _anything),
)
