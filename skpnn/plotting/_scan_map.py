"""ScanMapDisplay: the scores of events against θ."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._hypothesis_grid import hypothesis_grid, scanned_hypotheses
from skpnn._theta_columns import Theta
from skpnn.hypotheses import scanned, signal_column
from skpnn.plotting._axes import new_axes, styled
from skpnn.plotting._colours import CATEGORIES, DENSITY, SEQUENTIAL, SIGNAL
from skpnn.plotting._scores import score_edges
from skpnn.plotting._theta_labels import Names, ThetaLabels, Units, as_points, described, names_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.colorbar import Colorbar
    from matplotlib.lines import Line2D

__all__ = ["ScanMapDisplay"]

# More events than this are a histogram.
MAX_LINES = 10
# Of what a bin would hold if all held the same: emptier ones are as pale.
PALEST = 0.04
# More hypotheses than this are a line without markers.
MAX_MARKERS = 30


class ScanMapDisplay:
    """What a classifier says of events at each hypothesis.

    Up to ten events are a line each. More are a histogram of the scores at each hypothesis, with
    the median. One event over two θ is a map of the plane.

    Parameters
    ----------
    hypotheses : array-like of shape (k,) or (k, 2)
        The values of θ; of two θ, the product of both.
    scores : array-like of shape (n_events, k)
        The score of each event at each hypothesis.
    events : sequence of length n_events, optional
        What the legend calls the events; by default their numbers.
    theta_name : str or sequence of 2 str, default="θ"
        Name of the θ column, or of both.
    unit : str or sequence of 2 str, optional
        Its unit, e.g. ``"GeV"``.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The axes drawn on, after `plot`.
    figure_ : matplotlib.figure.Figure
        Their figure.
    lines_ : list of matplotlib.lines.Line2D
        The lines of the events, or the median's.
    mesh_ : matplotlib.collections.QuadMesh or None
        The histogram, or the map.
    colorbar_ : matplotlib.colorbar.Colorbar or None
        What its colours mean.

    See Also
    --------
    skpnn.scan : The scores themselves.

    Examples
    --------
    >>> from skpnn.plotting import ScanMapDisplay
    >>> display = ScanMapDisplay([500, 750, 1000], [[0.1, 0.8, 0.3], [0.6, 0.2, 0.1]], unit="GeV")
    >>> len(display.plot().lines_)
    2
    """

    def __init__(
        self,
        hypotheses: ArrayLike,
        scores: ArrayLike,
        *,
        events: Any = None,
        theta_name: Names = "θ",
        unit: Units = None,
    ) -> None:
        self.hypotheses = hypotheses
        self.scores = scores
        self.events = events
        self.theta_name = theta_name
        self.unit = unit

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        hypotheses: ArrayLike | None = None,
        theta: Theta = -1,
        background_label: Any = None,
        unit: Units = None,
        ax: Axes | None = None,
        **options: Any,
    ) -> Self:
        """Scan the events, and plot their scores.

        Parameters
        ----------
        estimator, X, hypotheses, theta, background_label
            As in `skpnn.scan`; one θ column, or two for one event.
        unit
            As in the constructor.
        ax, **options
            As in `plot`.

        Returns
        -------
        ScanMapDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            As `skpnn.scan` does.
        """
        column = signal_column(estimator, background_label)
        grid = hypothesis_grid(X, hypotheses, theta=theta, keywords={})
        scores = scanned(grid, estimator, X, column, stacklevel=3)
        points, theta_name = described(grid)
        events = getattr(X, "index", None)
        display = cls(points, scores, events=events, theta_name=theta_name, unit=unit)
        return display.plot(ax, **options)

    @classmethod
    def from_predictions(
        cls,
        scores: Any,
        *,
        hypotheses: ArrayLike | None = None,
        theta_name: Names | None = None,
        unit: Units = None,
        ax: Axes | None = None,
        **options: Any,
    ) -> Self:
        """Plot scores that `skpnn.scan` returned.

        Parameters
        ----------
        scores : DataFrame or array of shape (n_events, k)
            The score of each event at each hypothesis.
        hypotheses : array-like of shape (k,) or (k, 2), optional
            Needed where `scores` is an array: what its columns are.
        theta_name : str or sequence of 2 str, optional
            By default as the columns of `scores` say.
        unit
            As in the constructor.
        ax, **options
            As in `plot`.

        Returns
        -------
        ScanMapDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the columns of `scores` and the hypotheses do not agree.
        """
        points, names = scanned_hypotheses(scores, hypotheses)
        display = cls(
            points[:, 0] if len(names) == 1 else points,
            np.asarray(scores),
            events=getattr(scores, "index", None),
            theta_name=theta_name or names_of(names),
            unit=unit,
        )
        return display.plot(ax, **options)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        bins: int = 40,
        colorbar: bool = True,
        **options: Any,
    ) -> Self:
        """Draw on `ax`, or on a new figure.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw.
        bins : int, default=40
            Number of bins of the score, for more than ten events.
        colorbar : bool, default=True
            Whether a colour bar explains what is coloured.
        **options : dict
            Passed to `matplotlib.axes.Axes.plot` for every event, or to `pcolormesh`.

        Returns
        -------
        ScanMapDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there are two θ and several events, or two θ and no product of both, or scores are
            not finite.
        """
        points = as_points(self.hypotheses)
        scores = np.atleast_2d(np.asarray(self.scores, dtype=float))
        _check_shape(points, scores)
        plane = _plane(points, scores) if points.shape[1] == 2 else None
        labels = ThetaLabels.of(self.theta_name, self.unit).axes()
        self.ax_ = ax if ax is not None else new_axes()
        self.figure_ = self.ax_.figure
        self.lines_: list[Line2D] = []
        self.mesh_: QuadMesh | None = None
        self.colorbar_: Colorbar | None = None
        self.ax_.set_xlabel(labels[0])
        self.ax_.set_ylabel("score" if plane is None else labels[1])
        if plane is not None:
            self._draw_mesh(*plane, options)
        else:
            order = np.argsort(points[:, 0])
            self._draw_curve(points[order, 0], scores[:, order], bins, options)
        if colorbar and self.mesh_ is not None:
            meaning = "share of events per bin" if plane is None else "score"
            self.colorbar_ = self.figure_.colorbar(self.mesh_, ax=self.ax_, label=meaning)
        return self

    def _draw_curve(self, theta: NDArray, scores: NDArray, bins: int, options: dict) -> None:
        if len(scores) <= MAX_LINES:
            self._draw_lines(theta, scores, options)
        else:
            self._draw_histogram(theta, scores, bins, options)

    def _draw_lines(self, theta: NDArray, scores: NDArray, options: dict) -> None:
        names = range(len(scores)) if self.events is None else self.events
        styles = product(("-", "--"), CATEGORIES)
        for event, (dashes, colour), values in zip(names, styles, scores, strict=False):
            style: dict[str, Any] = {
                "color": colour,
                "linestyle": dashes,
                "label": f"event {event}",
            }
            style["marker"] = "." if len(theta) <= MAX_MARKERS else ""
            self.lines_ += self.ax_.plot(theta, values, **styled(style, options))
        self.ax_.legend()

    def _draw_histogram(self, theta: NDArray, scores: NDArray, bins: int, options: dict) -> None:
        from matplotlib.colors import LogNorm

        edges = score_edges(bins, scores)
        shares = [np.histogram(column, edges)[0] / len(scores) for column in scores.T]
        # What no event reaches stays white.
        table = np.ma.masked_equal(np.transpose(shares), 0.0)
        limits = {"vmin": PALEST / bins, "vmax": None} | options
        norm = LogNorm(limits.pop("vmin"), limits.pop("vmax"))
        style = {"norm": norm, "cmap": DENSITY} | limits
        self._draw_mesh(_borders(theta), edges, table, style)
        median = np.median(scores, axis=0)
        self.lines_ = self.ax_.plot(theta, median, ".-", color=SIGNAL, label="median")
        self.ax_.legend()

    def _draw_mesh(self, x: NDArray, y: NDArray, values: NDArray, options: dict) -> None:
        self.mesh_ = self.ax_.pcolormesh(x, y, values, **{"cmap": SEQUENTIAL, **options})


def _check_shape(points: NDArray, scores: NDArray) -> None:
    if scores.shape[1] != len(points):
        raise ValueError(
            f"scores has shape {scores.shape}, expected (n_events, {len(points)}): one row per "
            "event, one column per hypothesis, as skpnn.scan returns them."
        )
    if not np.isfinite(scores).all():
        raise ValueError("The scores contain NaN or infinity; expected numbers.")
    if points.shape[1] > 2 or (points.shape[1] == 2 and len(scores) > 1):
        raise ValueError(
            f"{len(scores)} events at hypotheses of {points.shape[1]} θ do not fit on two axes; "
            "give events of one θ, or one event of two: X.iloc[[0]]."
        )


def _plane(points: NDArray, scores: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return the borders of the cells in both θ, and one event's scores in them."""
    (x, column), (y, row) = (np.unique(one, return_inverse=True) for one in points.T)
    table = np.full((len(y), len(x)), np.nan)
    table[row, column] = scores[0]
    if np.isnan(table).any() or table.size != len(points):
        raise ValueError(
            f"The {len(points)} hypotheses are no product of {len(x)} values of the one θ and "
            f"{len(y)} of the other; name each combination once, e.g. by itertools.product."
        )
    return _borders(x), _borders(y), table


def _borders(values: NDArray) -> NDArray[np.float64]:
    """Return the borders of cells around rising `values`."""
    if len(values) == 1:
        return values + np.array([-0.5, 0.5])
    middles = (values[:-1] + values[1:]) / 2
    return np.concatenate([[2 * values[0] - middles[0]], middles, [2 * values[-1] - middles[-1]]])
