"""Writes `api/index.rst`: every public name in a table of its topic, taken from `__all__`.

autosummary makes a page for each name in the tables. A top-level name that is in no topic ends the
build.
"""

from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any

import skpnn

# Top-level names by topic; the subpackages follow, each under its own title.
TOPICS = {
    "Estimators": (
        "PNNClassifier",
        "MLPClassifier",
        "MLPRegressor",
        "CurveRegressor",
        "KerasClassifier",
        "KerasRegressor",
    ),
    "Hypotheses": ("assign_hypothesis", "scan", "score_scan"),
    "Injection and preprocessing": ("inject", "on_features"),
    "Likelihood and calibration": ("log_likelihood_ratio", "HypothesisCalibratedClassifier"),
}
SUBPACKAGES = {
    "Metrics": "metrics",
    "Model selection": "model_selection",
    "Tuning": "tuning",
    "Plotting": "plotting",
    "Inspection": "inspection",
    "ROOT files": "io",
    "Data sets": "datasets",
    "Warnings and errors": "exceptions",
}
INTRODUCTION = """\
API
===

Public names, by topic. ``import skpnn`` is enough: subpackages and names are loaded when they are
first used. X holds one event per row, with θ, the theory parameters, in columns of its own.
"""


def setup(app: Any) -> dict[str, Any]:
    """Write the page before Sphinx looks for pages."""
    app.connect("config-inited", lambda app, _: write(Path(app.srcdir) / "api"))
    return {"parallel_read_safe": True}


def write(folder: Path) -> None:
    """Write the page, unless it stands there as it should."""
    _check_every_name_has_a_topic()
    text = "\n".join([INTRODUCTION, *_top_level(), *_subpackages()])
    folder.mkdir(exist_ok=True)
    page = folder / "index.rst"
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8")


def _check_every_name_has_a_topic() -> None:
    topics = [name for names in (*TOPICS.values(), SUBPACKAGES.values()) for name in names]
    if sorted(topics) != skpnn.__all__:
        differing = sorted({*topics} ^ {*skpnn.__all__})
        raise ValueError(f"docs/api_tables.py and skpnn.__all__ differ in {differing}.")


def _top_level() -> list[str]:
    return [_section(title, "", names) for title, names in TOPICS.items()]


def _subpackages() -> list[str]:
    sections = []
    for title, name in SUBPACKAGES.items():
        module = import_module(f"skpnn.{name}")
        names = [f"{name}.{public}" for public in module.__all__]
        summary = getdoc(module).splitlines()[0]
        sections.append(_section(title, f"``skpnn.{name}``: {summary}\n", names))
    return sections


def _section(title: str, text: str, names: Any) -> str:
    lines = [title, "-" * len(title), "", text, ".. currentmodule:: skpnn", ""]
    table = [".. autosummary::", "   :toctree: generated", "   :nosignatures:", ""]
    return "\n".join([*lines, *table, *(f"   {name}" for name in names), ""])
