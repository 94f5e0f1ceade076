"""scikit-learn estimators for parametrised neural networks in particle physics.

Public names are resolved on first use (PEP 562), so that ``import skpnn`` costs
milliseconds and loads neither TensorFlow nor Keras.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skpnn import (
        datasets,
        exceptions,
        inspection,
        io,
        metrics,
        model_selection,
        plotting,
        tuning,
    )
    from skpnn.calibration import HypothesisCalibratedClassifier
    from skpnn.curve import CurveRegressor
    from skpnn.evaluation import score_scan
    from skpnn.hypotheses import assign_hypothesis, scan
    from skpnn.injection import inject
    from skpnn.keras_estimators import KerasClassifier, KerasRegressor
    from skpnn.likelihood import log_likelihood_ratio
    from skpnn.mlp import MLPClassifier, MLPRegressor
    from skpnn.pnn import PNNClassifier
    from skpnn.preprocessing import on_features

__version__ = "0.1.0"

__all__ = [
    "CurveRegressor",
    "HypothesisCalibratedClassifier",
    "KerasClassifier",
    "KerasRegressor",
    "MLPClassifier",
    "MLPRegressor",
    "PNNClassifier",
    "assign_hypothesis",
    "datasets",
    "exceptions",
    "inject",
    "inspection",
    "io",
    "log_likelihood_ratio",
    "metrics",
    "model_selection",
    "on_features",
    "plotting",
    "scan",
    "score_scan",
    "tuning",
]

_MODULE_OF_NAME = {
    "CurveRegressor": "skpnn.curve",
    "HypothesisCalibratedClassifier": "skpnn.calibration",
    "KerasClassifier": "skpnn.keras_estimators",
    "KerasRegressor": "skpnn.keras_estimators",
    "MLPClassifier": "skpnn.mlp",
    "MLPRegressor": "skpnn.mlp",
    "PNNClassifier": "skpnn.pnn",
    "assign_hypothesis": "skpnn.hypotheses",
    "inject": "skpnn.injection",
    "log_likelihood_ratio": "skpnn.likelihood",
    "on_features": "skpnn.preprocessing",
    "scan": "skpnn.hypotheses",
    "score_scan": "skpnn.evaluation",
}


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF_NAME:
        return getattr(import_module(_MODULE_OF_NAME[name]), name)
    if name in __all__:
        return import_module(f"skpnn.{name}")
    raise AttributeError(f"module 'skpnn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
