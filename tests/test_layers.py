"""What lies below the networks is usable without a deep learning library.

The import-linter contracts in pyproject.toml follow our own import statements; this follows
the interpreter, and with it what our dependencies import.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
(LIGHT,) = (contract for contract in CONTRACTS if contract["id"] == "light")

PROBE = """
import json, sys
from importlib import import_module
light, deep = json.loads(sys.argv[1])
loaded = {}
for module in light:
    import_module(module)
    loaded[module] = [library for library in deep if library in sys.modules]
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def loaded():
    """Which deep learning libraries are loaded after the import of each light module."""
    modules = json.dumps([LIGHT["source_modules"], LIGHT["forbidden_modules"]])
    answer = subprocess.run(
        [sys.executable, "-c", PROBE, modules], capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)


@pytest.mark.parametrize("module", LIGHT["source_modules"])
def test_light_module_loads_no_deep_learning_library(loaded, module):
    assert loaded[module] == []


def test_modules_are_imported_by_their_own_path():
    # import-linter takes "from skpnn import injection" for an import of skpnn.injection.
    through_the_package = re.compile(r"^\s*from skpnn import", re.MULTILINE)
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "skpnn").rglob("*.py")
        if through_the_package.search(path.read_text())
    ]
    assert found == ["skpnn/__init__.py"]
