"""The network in an estimator that is tuned, wherever it is there."""

from __future__ import annotations

from typing import Any

from skpnn._base import NetworkEstimator
from skpnn.keras_estimators import KerasClassifier, KerasRegressor

__all__ = ["is_keras", "network_in"]


def network_in(estimator: Any) -> tuple[str, Any]:
    """Return the prefix of the parameters of the one network in an estimator, and that network.

    Raises
    ------
    ValueError
        If there is none, or several.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import RobustScaler
    >>> from skpnn import MLPClassifier
    >>> network_in(make_pipeline(RobustScaler(), MLPClassifier()))[0]
    'mlpclassifier__'
    >>> network_in(MLPClassifier())[0]
    ''
    """
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise ValueError(
            f"estimator={estimator!r} is not possible; expected an instance of an estimator."
        )
    if _is_network(estimator):
        return "", estimator
    inside = estimator.get_params(deep=True)
    # A FrozenEstimator shows its estimator, but nobody may set the parameters of that.
    found = [k for k, v in inside.items() if _is_network(v) and f"{k}__batch_size" in inside]
    if len(found) == 1:
        return f"{found[0]}__", inside[found[0]]
    others = {k: type(v).__name__ for k, v in inside.items() if hasattr(v, "get_params")}
    what = f"{len(found)} networks, {found}" if found else f"no network, only {others}"
    raise ValueError(
        f"{type(estimator).__name__} holds {what}; expected exactly one PNNClassifier, "
        "MLPClassifier, MLPRegressor, KerasClassifier or KerasRegressor that is not frozen."
    )


def is_keras(value: Any) -> bool:
    """Return whether an estimator's network is its user's own model."""
    return isinstance(value, KerasClassifier | KerasRegressor)


def _is_network(value: Any) -> bool:
    return isinstance(value, NetworkEstimator) or is_keras(value)
