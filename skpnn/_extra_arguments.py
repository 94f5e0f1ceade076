"""The extra arguments of an estimator whose network a model function builds."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["check_extra_arguments"]

# What a model function may ask for without being a parameter of the estimator.
_PROVIDED = {"meta", "compile_kwargs", "params", "self"}


def check_extra_arguments(
    estimator: type[Any], function: Callable | None, extra: Iterable[str], prefixes: Iterable[str]
) -> None:
    """Raise a TypeError for a name that neither routing nor the model function knows.

    Parameters
    ----------
    estimator : type
        The class; a subclass may name arguments of its own, and hand them up.
    function : callable or None
        The model function; None where the model is built already.
    extra : iterable of str
        The names of the arguments given.
    prefixes : iterable of str
        ``prefix__name`` is known for any name.

    Examples
    --------
    >>> check_extra_arguments(dict, lambda meta, width: None, ["width", "fit__shuffle"], ["fit"])
    >>> check_extra_arguments(dict, lambda meta, width: None, ["widht"], ["fit"])
    Traceback (most recent call last):
    TypeError: dict got an unexpected argument 'widht'; expected one of its own, one of the model
    function's (['width']), or a routed one (fit__…).
    """
    arguments = {} if function is None else dict(inspect.signature(function).parameters)
    if any(a.kind is a.VAR_KEYWORD for a in arguments.values()):
        return
    known = {*arguments, *inspect.signature(estimator.__init__).parameters}
    for name in extra:
        prefix, is_routed, _ = name.partition("__")
        if name not in known and not (is_routed and prefix in prefixes):
            raise TypeError(
                f"{estimator.__name__} got an unexpected argument {name!r}; expected one of its "
                f"own, one of the model function's ({sorted(arguments.keys() - _PROVIDED)}), or a "
                f"routed one ({', '.join(f'{p}__…' for p in prefixes)})."
            )
