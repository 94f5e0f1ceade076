"""What the tests share: quiet TensorFlow, pictures without a screen, fitted estimators, data."""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")

import pytest
from hypothesis import settings
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn

# A slow machine fails no test, and equal code sees equal examples.
settings.register_profile("skpnn", deadline=None, derandomize=True)
settings.load_profile("skpnn")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def compile_anew(monkeypatch):
    """Let XLA compile in every test, however many loops others have had compiled."""
    if xla := sys.modules.get("skpnn.engine.xla"):
        monkeypatch.setattr(xla, "_BUDGET", xla._Budget(xla.MOST_LOOPS))


@pytest.fixture(scope="session")
def shared_data():
    """Return a function that gives the path of a file beside the checkout, or skips the test."""

    def path(name):
        found = SHARED_DATA / name
        if not found.exists():
            pytest.skip(f"{name} is not in the shared data beside this checkout")
        return found

    return path


@pytest.fixture(scope="session")
def masses():
    """Return 1,500 events of a resonance in GeV: X with NaN on background, and y."""
    problem = skpnn.datasets.ResonanceOnExponential()
    return problem.sample(150, random_state=0)


@pytest.fixture(scope="session")
def fitted_pipeline(masses):
    """Return a PNN behind RobustScaler, fitted on `masses`."""
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=5, random_state=0))
    return model.fit(*masses)
