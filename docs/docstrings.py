"""Docstrings that the site cannot show as they are."""

import re
from importlib import import_module
from typing import Any

from sphinx.pycode import ModuleAnalyzer

LINK = re.compile(r":(?:ref|term):`([^`<]+?)\s*(?:<[^`]*>)?`")


def setup(app: Any) -> dict[str, Any]:
    """Edit docstrings before numpydoc reads them."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", _edited, priority=100)
    app.connect("autodoc-skip-member", _is_left_out)
    return {"parallel_read_safe": True}


def _edited(_app: Any, what: str, name: str, _item: Any, _options: Any, lines: list[str]) -> None:
    if what == "data":
        lines[:] = _of_constant(name)
    # scikit-learn's docstrings point into its own guide and glossary.
    lines[:] = LINK.sub(r"*\1*", "\n".join(lines)).split("\n")


def _of_constant(name: str) -> list[str]:
    """Return what stands below a constant in the file that defines it, where autodoc does not look.

    `name` is ``skpnn.subpackage.CONSTANT``; one of the subpackage's files has it in its `__all__`.
    """
    package, _, constant = name.rpartition(".")
    modules = vars(import_module(package)).values()
    (home,) = {m.__name__ for m in modules if constant in getattr(m, "__all__", ())}
    return ModuleAnalyzer.for_module(home).find_attr_docs()["", constant]


def _is_left_out(
    _app: Any, _what: str, _name: str, item: Any, _skip: Any, _options: Any
) -> bool | None:
    """Leave the fields of named tuples to the docstring of the class; None says nothing."""
    return True if type(item).__name__ == "_tuplegetter" else None
