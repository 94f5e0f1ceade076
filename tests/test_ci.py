"""What the checks run is what the README and pyproject.toml say."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / ".ci/lowest.txt").read_text(), re.MULTILINE))


def shell_blocks(markdown):
    return re.findall(r"^```sh\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)


def test_ci_runs_the_test_command_of_the_readme():
    script = (ROOT / ".ci/run").read_text()
    (command,) = re.findall(r'^test_command="(.*)"$', script, re.MULTILINE)
    documented = [
        line
        for block in shell_blocks((ROOT / "README.md").read_text())
        for line in block.splitlines()
    ]
    assert command in documented


@pytest.mark.parametrize(
    "requirement",
    PROJECT["dependencies"]
    + [
        one
        for extra in ("dask", "hepmass", "jax", "optuna", "plots")
        for one in PROJECT["optional-dependencies"][extra]
    ],
)
def test_lowest_versions_are_the_lower_bounds(requirement):
    name, bound = re.match(r"([\w-]+)>=([\d.]+)", requirement).groups()
    assert PINS[name] == bound
