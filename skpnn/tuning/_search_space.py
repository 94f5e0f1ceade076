"""Spaces of hyper-parameters for the network estimators, wherever these are in a pipeline."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import keras
from sklearn.base import clone

from skpnn._parameters import check_choice
from skpnn.networks import parse_hidden_layer_sizes
from skpnn.tuning._forms import FORMS
from skpnn.tuning._networks import is_keras, network_in
from skpnn.tuning._ranges import Choices, Range

__all__ = ["search_space"]

Space = dict[str, Range | Choices]

_LEARNING_RATE = Range(3e-4, 3e-2, log=True)
_BATCH_SIZE = Choices((128, 256, 512))
_NETWORK: Space = {
    "hidden_layer_sizes": Choices((16, 32, 64, 128)),
    "depth": Range(1, 4, integer=True),
    "activation": Choices(("relu", "silu")),
    "optimizer": Choices(("adam", "adamw")),
    "learning_rate": _LEARNING_RATE,
    "alpha": Range(1e-7, 1e-2, log=True),
    "dropout": Range(0.0, 0.4),
    "batch_size": _BATCH_SIZE,
}
_KERAS: Space = {
    "optimizer": Choices(("adam", "adamw")),
    "optimizer__learning_rate": _LEARNING_RATE,
    "batch_size": _BATCH_SIZE,
}
# A grid is a product: every entry multiplies the fits.
_NETWORK_GRID: Space = {
    "hidden_layer_sizes": Choices((32, 128)),
    "depth": Choices((2, 4)),
    "learning_rate": Choices((1e-3, 3e-3, 1e-2)),
    "alpha": Choices((1e-6, 1e-5, 1e-4)),
}
_KERAS_GRID: Space = {
    "optimizer": Choices(("adam", "adamw")),
    "optimizer__learning_rate": Choices((1e-3, 3e-3, 1e-2)),
    "batch_size": Choices((128, 512)),
}
# What an optimizer instance brings of its own.
_OF_OPTIMIZERS = ("optimizer", "learning_rate", "optimizer__learning_rate")


def search_space(estimator: Any, kind: str = "random", **replacements: Any) -> dict[str, Any]:
    """Return a space of hyper-parameters to search for the network in an estimator.

    Parameters
    ----------
    estimator : estimator
        A `PNNClassifier`, `MLPClassifier`, `MLPRegressor`, `KerasClassifier` or `KerasRegressor`,
        or anything that holds exactly one of them at any depth: a Pipeline, a
        `TransformedTargetRegressor`, a `BaggingClassifier` and the like.
    kind : {"random", "bayes", "grid", "optuna"}, default="random"
        For which search: `RandomizedSearchCV` and `HalvingRandomSearchCV`; `BayesSearchCV`;
        `GridSearchCV` and `HalvingGridSearchCV`; `OptunaSearchCV`.
    **replacements : list, distribution or None
        Entries to be replaced, added, or with None left out. Names are the network's, or
        in full (``robustscaler__with_centering``). A list holds choices; ranges are in the form of
        that kind of search, such as ``scipy.stats.loguniform(1e-4, 1e-2)`` for ``"random"`` or
        ``(1e-4, 1e-2, "log-uniform")`` for ``"bayes"``.

    Returns
    -------
    dict
        What the search takes as `param_distributions`, `search_spaces` or `param_grid`, names
        complete: ``pnnclassifier__learning_rate``.

    Raises
    ------
    ValueError
        If the estimator holds no network or several, if it has not a parameter that is named, or
        if the value for one is none that this kind of search takes.
    ImportError
        If `kind` is ``"optuna"`` and Optuna is not installed.

    See Also
    --------
    zoom : The space around the best candidate of a search.

    Notes
    -----
    The entries, and those of ``"grid"``, a product of 36 points (12 for Keras):

    =========================  ===============================  =====================
    entry                      values                           ``"grid"``
    =========================  ===============================  =====================
    hidden_layer_sizes         16, 32, 64, 128                  32, 128
    depth                      1, 2, 3, 4                       2, 4
    activation                 relu, silu
    optimizer                  adam, adamw
    learning_rate              3e-4 … 3e-2, log-uniform         1e-3, 3e-3, 1e-2
    alpha                      1e-7 … 1e-2, log-uniform         1e-6, 1e-5, 1e-4
    dropout                    0 … 0.4
    batch_size                 128, 256, 512
    for Keras:
    optimizer                  adam, adamw                      adam, adamw
    optimizer__learning_rate   3e-4 … 3e-2, log-uniform         1e-3, 3e-3, 1e-2
    batch_size                 128, 256, 512                    128, 512
    =========================  ===============================  =====================

    Widths and batch sizes are a few powers of two on purpose: each new combination of width,
    depth, activation and optimizer is compiled, for up to a second, which exceeds the training of
    a few thousand events. Learning rate, alpha and dropout cost nothing. Of fewer than about 50,000
    events, smaller batches may be better. SGD wants rates ten times as large: search it in a space
    of its own, ``optimizer=["sgd"], learning_rate=loguniform(1e-2, 0.3)``.

    `depth` repeats the hidden layers; where hidden_layer_sizes is left out and the estimator has
    several widths, depth is left out with it. A Keras estimator's network is your function's, and
    its arguments are yours to add: ``model__width=[32, 64]``; let it return the model uncompiled,
    for one that it compiles keeps its optimizer. Where the estimator has an optimizer instance, the
    space has neither an optimizer nor a learning rate, which the instance brings.

    Examples
    --------
    >>> from sklearn.model_selection import RandomizedSearchCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import RobustScaler
    >>> import skpnn
    >>> from skpnn.tuning import search_space
    >>> X, y = skpnn.datasets.BaldiToy().sample(200, random_state=0)
    >>> model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=3, random_state=0))
    >>> space = search_space(model, activation=None, optimizer=None, batch_size=None, depth=[2, 3])
    >>> list(space)
    ['pnnclassifier__hidden_layer_sizes', 'pnnclassifier__depth', 'pnnclassifier__learning_rate',
     'pnnclassifier__alpha', 'pnnclassifier__dropout']
    >>> search = RandomizedSearchCV(model, space, n_iter=2, cv=2, random_state=0).fit(X, y)
    >>> search.best_params_["pnnclassifier__depth"] in (2, 3)
    True
    """
    form = FORMS[check_choice("kind", kind, tuple(FORMS))]
    prefix, network = network_in(estimator)
    space = {prefix + own: form.write(d) for own, d in _entries(network, kind).items()}
    for given, value in replacements.items():
        full = _full_name(estimator, network, prefix, given)
        if value is None:
            space.pop(full, None)
        else:
            space[full] = form.take(full, value)
    if "depth" not in replacements and _would_repeat_layers(network, prefix, space):
        space.pop(f"{prefix}depth", None)
    return space


def _would_repeat_layers(network: Any, prefix: str, space: dict[str, Any]) -> bool:
    """Whether a depth would repeat several layers of the estimator's own."""
    if is_keras(network) or f"{prefix}hidden_layer_sizes" in space:
        return False
    return len(parse_hidden_layer_sizes(network.hidden_layer_sizes)) > 1


def _entries(network: Any, kind: str) -> Space:
    if is_keras(network):
        entries = _KERAS_GRID if kind == "grid" else _KERAS
    else:
        entries = _NETWORK_GRID if kind == "grid" else _NETWORK
    if not isinstance(network.get_params(deep=False)["optimizer"], keras.optimizers.Optimizer):
        return entries
    return {name: d for name, d in entries.items() if name not in _OF_OPTIMIZERS}


def _full_name(estimator: Any, network: Any, prefix: str, given: str) -> str:
    for full in (prefix + given, given):
        if _has_parameter(estimator, full):
            return full
    known = [*network.get_params(), *estimator.get_params(deep=True)]
    close = dict.fromkeys(get_close_matches(given, known))
    meant = f"did you mean {' or '.join(close)}? " if close else ""
    routed = "; the model function's arguments are model__…" if is_keras(network) else ""
    raise ValueError(
        f"{given!r} is no parameter of {type(network).__name__} or of what it is in; {meant}"
        f"get_params() lists them{routed}."
    )


def _has_parameter(estimator: Any, name: str) -> bool:
    # Not by get_params, which does not show what a Keras estimator routes.
    copied = clone(estimator)
    try:
        copied.set_params(**{name: None})
    except (AttributeError, TypeError, ValueError):
        return False
    return True
