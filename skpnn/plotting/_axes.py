"""Where pictures are drawn: new axes, or those given; one, or a panel per hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn.plotting._colours import NEUTRAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["draw_guide", "draw_legend", "given_panels", "new_axes", "new_panels", "styled"]

# More entries than this would hide the data; and how many stand one below the other beside them.
MAX_INSIDE, MAX_ROWS = 9, 22
# In inches.
PANEL_WIDTH, PANEL_HEIGHT = 2.4, 2.0


def new_axes(height: float | None = None) -> Axes:
    """Return the axes of a new figure, of matplotlib's size or of another `height` in inches."""
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(layout="constrained")
    if height is not None:
        figure.set_figheight(height)
    return ax


def new_panels(n: int, *, sharey: bool) -> NDArray[Any]:
    """Return `n` axes of a new figure, in rows, that share the horizontal scale."""
    from matplotlib import pyplot as plt

    n_columns = min(n, 3 if n <= 9 else 5)
    n_rows = -(-n // n_columns)
    figure, grid = plt.subplots(
        n_rows,
        n_columns,
        sharex=True,
        sharey=sharey,
        squeeze=False,
        layout="constrained",
        figsize=(max(PANEL_WIDTH * n_columns, 4.8) + 0.4, PANEL_HEIGHT * n_rows + 0.8),
    )
    for unused in grid.flat[n:]:
        figure.delaxes(unused)
    for lowest in grid.flat[max(n - n_columns, 0) : n]:
        lowest.tick_params(labelbottom=True)
    return grid.ravel()[:n]


def given_panels(ax: Any, n: int) -> NDArray[Any]:
    """Return the `n` axes of `ax`, which is one or an array of them.

    Raises
    ------
    ValueError
        If there are more or fewer.
    """
    panels = np.ravel(np.asarray(ax, dtype=object))
    if len(panels) != n:
        raise ValueError(
            f"ax holds {len(panels)} Axes, expected {n}: one per hypothesis, e.g. those of "
            f"plt.subplots(1, {n})[1]; or choose as many by hypotheses=[…]."
        )
    return panels


def styled(defaults: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Return how a line is drawn; what the user says goes first, also by its short name.

    Examples
    --------
    >>> styled({"color": "blue", "marker": "o"}, {"c": "red"})
    {'color': 'red', 'marker': 'o'}
    """
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    return defaults | normalize_kwargs(options, Line2D)


def draw_guide(ax: Axes, x: ArrayLike, y: ArrayLike) -> Line2D:
    """Return a thin line, behind all else, that data are compared with."""
    return ax.plot(x, y, color=NEUTRAL, linestyle=":", linewidth=1, zorder=1)[0]


def draw_legend(ax: Axes, title: str, *, loc: str) -> None:
    """Explain the hypotheses, at `loc`, or beside the axes where they are many."""
    n = len(ax.get_legend_handles_labels()[1])
    place: dict[str, Any] = {"loc": loc}
    if n > MAX_INSIDE:
        place = {"loc": "upper left", "bbox_to_anchor": (1.02, 1.0), "borderaxespad": 0.0}
        place |= {"fontsize": "small", "ncols": -(-n // MAX_ROWS)}
    ax.legend(title=title, **place)
