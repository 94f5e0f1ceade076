"""What the tests share: quiet TensorFlow, pictures without a screen, fitted estimators, data."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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

TESTS = Path(__file__).parent
ROOT = TESTS.parent
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


# Fixtures whose processes run beside the tests, one after the other, the longest first.
BESIDE = ("site", "on_jax", "main_job")


def pytest_collection_modifyitems(items):
    """Put the tests that wait for a process last: by then it has ended."""
    items.sort(key=lambda item: bool(awaited_by(item)))


def awaited_by(item):
    return {*BESIDE} & {*getattr(item, "fixturenames", ())}


@pytest.fixture(scope="session", autouse=True)
def beside(request, tmp_path_factory):
    """Return, by name, the results to come of the processes that these tests wait for."""
    awaited = set().union(*map(awaited_by, request.session.items))
    start = {"site": build_site, "on_jax": compute_on_jax, "main_job": run_main_job}
    with ThreadPoolExecutor(1) as worker:
        yield {
            name: worker.submit(start[name], tmp_path_factory.mktemp(name))
            for name in BESIDE
            if name in awaited
        }
        worker.shutdown(cancel_futures=True)


def run_beside(*command, **arguments):
    """Run a process out of the way of the tests, which have the cores first."""
    command = ["nice", sys.executable, *map(str, command)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **arguments)


def build_site(folder):
    """Build a copy of the site, as Sphinx writes the gallery's pages beside its sources.

    With the variable SKPNN_EXAMPLES, a pattern, in the environment only these examples run.
    """
    for name in ("docs", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=GENERATED)
    for page in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / page, folder)
    numbers, images = folder / "numbers", SHARED_DATA / "mnist_t10k"
    here = {"SKPNN_NUMBERS": str(numbers), "MNIST_FOLDER": str(images)}
    command = ("-m", "sphinx", "-W", "--keep-going", "docs", "pages")
    built = run_beside(*command, cwd=folder, env=os.environ | here)
    return SimpleNamespace(
        pages=folder / "pages",
        numbers=numbers,
        log=built.stdout + built.stderr,
        is_clean=built.returncode == 0,
    )


def compute_on_jax(_folder):
    # What pyproject.toml ignores, and why.
    quiet = ("-W", "error", "-W", "ignore:__array__")
    here = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    return run_beside(*quiet, TESTS / "engine/both_backends.py", env=os.environ | here)


def run_main_job(folder):
    arguments = ("--epochs", "1", "--figure", folder / "auc.png")
    return run_beside(ROOT / "examples/ttbar_resonance.py", *arguments, cwd=folder), folder


@pytest.fixture(scope="session")
def site(beside):
    """Return the site's ``pages``, its gallery's ``numbers``, and the ``log`` of the build."""
    return beside["site"].result()


@pytest.fixture(scope="session")
def on_jax(beside):
    """Return what a process of its own, with Keras on JAX, computed."""
    pytest.importorskip("jax")
    ended = beside["on_jax"].result()
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def main_job(beside):
    """Return what the main example printed, and the folder of its figure."""
    ended, folder = beside["main_job"].result()
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout, folder
