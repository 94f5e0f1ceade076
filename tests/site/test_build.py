"""The site builds without a warning, and holds what it should: names, examples, pictures."""

import json
import os
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("plot_*.py"))


def text_of(page):
    return page.read_text(encoding="utf-8")


def test_there_is_no_warning(site):
    lines = [line for line in site.log.splitlines() if re.search(": (WARNING|ERROR)|rror:", line)]
    assert site.is_clean, "\n".join(lines) or site.log[-3000:]


def test_every_public_name_has_a_page(site, public_names):
    pages = {name: site.pages / "api" / "generated" / f"{name}.html" for name in public_names}
    missing = [name for name, page in pages.items() if not page.exists()]
    assert missing == []
    assert [name for name, page in pages.items() if f'id="{name}"' not in text_of(page)] == []


def test_the_tables_say_what_each_name_is(site, public_names):
    rows = re.findall(r"<tr.*?</tr>", text_of(site.pages / "api" / "index.html"), flags=re.DOTALL)
    said = {}
    for row in rows:
        name, summary = re.findall(r"<td>(.*?)</td>", row, flags=re.DOTALL)
        said[re.search(r'href="generated/(.*?)\.html', name)[1]] = re.sub("<.*?>", "", summary)
    assert sorted(said) == sorted(public_names)
    assert [name for name, summary in said.items() if not summary.strip()] == []


def test_formulas_need_no_script(site):
    page = text_of(site.pages / "api" / "generated" / "skpnn.metrics.asimov_significance.html")
    assert "<msqrt>" in page
    assert "mathjax" not in page.lower()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_has_pictures(site, example):
    pattern = os.environ.get("SKPNN_EXAMPLES", "/plot_")
    if not re.search(pattern, str(example)):
        pytest.skip(f"SKPNN_EXAMPLES={pattern} leaves {example.name} out of this build")
    page = text_of(site.pages / "gallery" / f"{example.stem}.html")
    pictures = re.findall(rf'src="\.\./_images/(sphx_glr_{example.stem}_\d+\.png)"', page)
    assert pictures
    assert [name for name in pictures if not (site.pages / "_images" / name).exists()] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_is_a_notebook_to_download(site, example):
    page = site.pages / "gallery" / f"{example.stem}.html"
    (link,) = {*re.findall(r'href="(\.\./_downloads/[^"]*\.ipynb)"', text_of(page))}
    notebook = json.loads(text_of(page.parent / link))
    kinds = [cell["cell_type"] for cell in notebook["cells"]]
    assert kinds[0] == "markdown"
    assert "code" in kinds
