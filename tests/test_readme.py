"""README and the documentation: their Python runs, their links resolve."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").glob("*.md"))


def python_blocks(text):
    return re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


def run(page):
    """Run the Python of a page from top to bottom, as a reader would."""
    namespace = {}
    for block in python_blocks(page):
        exec(compile(block, "<page>", "exec"), namespace)
    return namespace


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.mark.slow
def test_the_python_of_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = run(README)
    assert namespace["scores"].columns.tolist() == [500, 625, 750, 875, 1000]
    assert 0.5 < namespace["search"].best_score_ < 1


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_python_of_the_documentation_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(page.read_text(encoding="utf-8"))


def test_fit_scan_and_plot_stand_in_the_first_30_lines():
    first = "\n".join(README.splitlines()[:30])
    assert all(word in first for word in (".fit(", "skpnn.scan(", "HypothesisScanDisplay"))


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.stem)
def test_every_link_to_a_file_resolves(page):
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [t for t in targets if not (page.parent / t).exists()] == []
