"""Writes formulas as MathML, which browsers draw by themselves: no script, no network."""

from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging


def setup(app: Any) -> dict[str, Any]:
    """Make this the only way in which formulas are written."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_converted(node, as_block=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math">{_converted(node, as_block=True)}</div>\n')
    raise nodes.SkipNode


def _converted(node: nodes.Element, *, as_block: bool) -> str:
    # docutils knows the one, and authors write the other.
    formula = node.astext().replace(r"\dots", r"\ldots")
    try:
        return str(tex2mathml(formula, as_block=as_block))
    except MathError as error:
        message = f"{node.astext()!r} cannot be written as MathML: {error}"
        logging.getLogger(__name__).warning(message, location=node)
        return f"<code>{node.astext()}</code>"
