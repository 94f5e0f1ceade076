"""What the tests share: quiet TensorFlow, pictures without a screen, fitted estimators, data."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from weakref import WeakValueDictionary

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

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
# What a build in the clone has left beside its sources.
GENERATED = shutil.ignore_patterns("_build", "api", "gallery")


@pytest.fixture(autouse=True)
def compile_anew(monkeypatch):
    """Let XLA compile in every test, however many loops others have had compiled."""
    if xla := sys.modules.get("skpnn.engine.xla"):
        monkeypatch.setattr(xla, "_BUDGET", xla._Budget(xla.MOST_LOOPS))


@pytest.fixture
def empty_pool(monkeypatch):
    """Let no program of another test be lent, nor its graphs."""
    from skpnn.engine import programs, tensorflow_programs

    monkeypatch.setattr(programs, "_POOL", programs._Pool(2))
    monkeypatch.setattr(tensorflow_programs, "_GRAPHS", WeakValueDictionary())


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


def pytest_collection_modifyitems(items):
    """Put the tests of the site last: by then another process has built it."""
    items.sort(key=uses_site)


def uses_site(item):
    return "site" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session", autouse=True)
def site_build(request, tmp_path_factory):
    """Return the site's folder and the process that builds it there, from now on; or None.

    A copy is built, as Sphinx writes the gallery's pages beside its sources. With the variable
    SKPNN_EXAMPLES, a pattern, in the environment only these examples run.
    """
    if not any(map(uses_site, request.session.items)):
        yield None
        return
    folder = tmp_path_factory.mktemp("site")
    for name in ("docs", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=GENERATED)
    for page in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / page, folder)
    numbers, images = folder / "numbers", SHARED_DATA / "mnist_t10k"
    with (
        open(folder / "log", "w", encoding="utf-8") as log,
        subprocess.Popen(
            [sys.executable, "-m", "sphinx", "-W", "--keep-going", "docs", "pages"],
            cwd=folder,
            env=os.environ | {"SKPNN_NUMBERS": str(numbers), "MNIST_FOLDER": str(images)},
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as building,
    ):
        yield folder, building
        building.terminate()


@pytest.fixture(scope="session")
def site(site_build):
    """Return the site's ``pages``, its gallery's ``numbers``, and the ``log`` of the build."""
    folder, building = site_build
    status = building.wait()
    return SimpleNamespace(
        pages=folder / "pages",
        numbers=folder / "numbers",
        log=(folder / "log").read_text(encoding="utf-8"),
        is_clean=status == 0,
    )
