"""The public names, and what importing the package costs."""

import importlib.metadata
import json
import subprocess
import sys

import pytest

import skpnn

HEAVY = ("keras", "pandas", "scipy", "sklearn", "tensorflow", "uproot")

PROBE = """
import json, sys
import skpnn
print(json.dumps({"modules": list(sys.modules), "dir": dir(skpnn)}))
"""


@pytest.fixture(scope="module")
def fresh_import():
    """What a new interpreter holds after nothing but ``import skpnn``."""
    answer = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)


@pytest.mark.parametrize("library", HEAVY)
def test_import_loads_no_heavy_library(fresh_import, library):
    assert library not in fresh_import["modules"]


def test_import_loads_no_module_of_the_package(fresh_import):
    assert [name for name in fresh_import["modules"] if name.startswith("skpnn.")] == []


def test_dir_is_the_public_names(fresh_import):
    assert sorted(fresh_import["dir"]) == sorted([*skpnn.__all__, "__version__"])


def test_public_names_are_sorted_and_unique():
    assert sorted(set(skpnn.__all__)) == skpnn.__all__


@pytest.mark.parametrize("name", skpnn.__all__)
def test_public_name_resolves(name):
    public = getattr(skpnn, name)
    assert public.__name__.removeprefix("skpnn.") == name
    assert public.__doc__


def test_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="module 'skpnn' has no attribute 'PNNClasifier'"):
        _ = skpnn.PNNClasifier


def test_version_is_that_of_the_distribution():
    assert importlib.metadata.version("skpnn") == skpnn.__version__
