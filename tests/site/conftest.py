"""The public names, taken from `__all__`, for tests of what the documentation says about each."""

import inspect
from importlib import import_module
from importlib.util import find_spec

import pytest

import skpnn

SUBPACKAGES = [name for name in skpnn.__all__ if find_spec(f"skpnn.{name}")]
TOP_LEVEL = [f"skpnn.{name}" for name in skpnn.__all__ if name not in SUBPACKAGES]
MEMBERS = {
    f"skpnn.{package}.{name}": getattr(module, name)
    for package in SUBPACKAGES
    for module in [import_module(f"skpnn.{package}")]
    for name in module.__all__
}
CALLABLES = [
    name for name, item in MEMBERS.items() if inspect.isclass(item) or inspect.isfunction(item)
]


def pytest_generate_tests(metafunc):
    """Give `callable_name`, each public class or function in turn, to the tests that ask for it."""
    if "callable_name" in metafunc.fixturenames:
        metafunc.parametrize("callable_name", [*TOP_LEVEL, *CALLABLES])


@pytest.fixture(scope="session")
def public_names():
    """Return all public names, with their path from ``skpnn`` on, but for the subpackages."""
    return [*TOP_LEVEL, *MEMBERS]
