"""HypothesisROCDisplay: the ROC curve at each hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._hypothesis_scores import HypothesisScores, predicted_scores, scores_of
from skpnn._theta_columns import Theta
from skpnn.metrics import roc_curve, weighted_auc
from skpnn.plotting._axes import draw_guide, draw_legend, new_axes, styled
from skpnn.plotting._colours import hypothesis_colours
from skpnn.plotting._theta_labels import Names, ThetaLabels, Units, as_points, described, prefixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["HypothesisROCDisplay"]


class HypothesisROCDisplay:
    """The ROC curve at each hypothesis, exact for weights of either sign.

    Parameters
    ----------
    hypotheses : array-like of shape (k,) or (k, n_theta)
        The values of θ.
    signal_efficiency : sequence of k array-like of shape (n_cuts,)
        The share of each hypothesis' signal that passes the cuts, the tightest first.
    background_efficiency : sequence of k array-like of shape (n_cuts,)
        The share of background that does.
    auc : array-like of shape (k,), optional
        The areas under the curves, for the legend.
    theta_name : str or sequence of str, default="θ"
        Name of the θ column, or of several.
    unit : str or sequence of str, optional
        Its unit, e.g. ``"GeV"``.
    name : str, optional
        What the legend calls the estimator.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The axes drawn on, after `plot`.
    figure_ : matplotlib.figure.Figure
        Their figure.
    lines_ : list of k matplotlib.lines.Line2D
        The curves.
    chance_ : matplotlib.lines.Line2D
        The curve of guessing.

    See Also
    --------
    skpnn.metrics.roc_curve : One such curve.

    Examples
    --------
    >>> from skpnn.plotting import HypothesisROCDisplay
    >>> display = HypothesisROCDisplay([750], [[0, 0.8, 1]], [[0, 0.2, 1]], unit="GeV")
    >>> display.plot(rejection=True).ax_.get_yscale()
    'log'
    """

    def __init__(
        self,
        hypotheses: ArrayLike,
        signal_efficiency: Sequence[ArrayLike],
        background_efficiency: Sequence[ArrayLike],
        *,
        auc: ArrayLike | None = None,
        theta_name: Names = "θ",
        unit: Units = None,
        name: str | None = None,
    ) -> None:
        self.hypotheses = hypotheses
        self.signal_efficiency = signal_efficiency
        self.background_efficiency = background_efficiency
        self.auc = auc
        self.theta_name = theta_name
        self.unit = unit
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        hypotheses: ArrayLike | None = None,
        theta: Theta = -1,
        window: ArrayLike | None = None,
        background_label: Any = None,
        unit: Units = None,
        name: str | None = None,
        rejection: bool = False,
        ax: Axes | None = None,
        **line_options: Any,
    ) -> Self:
        """Compute the curve at each hypothesis, and plot it.

        Parameters
        ----------
        estimator, X, y, sample_weight, hypotheses, theta, window, background_label
            As in `skpnn.score_scan`.
        unit, name
            As in the constructor.
        rejection, ax, **line_options
            As in `plot`.

        Returns
        -------
        HypothesisROCDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            As `skpnn.score_scan` does.
        """
        scores = scores_of(
            estimator,
            X,
            y,
            sample_weight=sample_weight,
            hypotheses=hypotheses,
            theta=theta,
            window=window,
            background_label=background_label,
        )
        scores.warn_of_extrapolation(stacklevel=3)
        return cls._from_scores(scores, unit, name).plot(ax, rejection=rejection, **line_options)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        scores: Any,
        *,
        theta: ArrayLike,
        sample_weight: ArrayLike | None = None,
        hypotheses: ArrayLike | None = None,
        window: ArrayLike | None = None,
        background_label: Any = None,
        unit: Units = None,
        name: str | None = None,
        rejection: bool = False,
        ax: Axes | None = None,
        **line_options: Any,
    ) -> Self:
        """Compute the curves from scores that `skpnn.scan` returned, and plot them.

        Parameters
        ----------
        y_true, scores, theta, hypotheses
            As in `HypothesisScanDisplay.from_predictions`.
        sample_weight, window, background_label
            As in `skpnn.score_scan`.
        unit, name
            As in the constructor.
        rejection, ax, **line_options
            As in `plot`.

        Returns
        -------
        HypothesisROCDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If shapes do not agree, or there is no signal at a hypothesis.
        """
        found = predicted_scores(
            y_true,
            scores,
            theta=theta,
            hypotheses=hypotheses,
            sample_weight=sample_weight,
            background_label=background_label,
            window=window,
        )
        return cls._from_scores(found, unit, name).plot(ax, rejection=rejection, **line_options)

    @classmethod
    def _from_scores(cls, scores: HypothesisScores, unit: Units, name: str | None) -> Self:
        hypotheses, theta_name = described(scores.grid)
        curves = scores.at_each(roc_curve)
        return cls(
            hypotheses,
            [curve.signal_efficiency for curve in curves],
            [curve.background_efficiency for curve in curves],
            auc=scores.at_each(weighted_auc),
            theta_name=theta_name,
            unit=unit,
            name=name,
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        rejection: bool = False,
        name: str | None = None,
        **line_options: Any,
    ) -> Self:
        """Draw on `ax`, or on a new figure.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw.
        rejection : bool, default=False
            False draws signal efficiency against background efficiency; True draws 1 / background
            efficiency, on a logarithmic scale, against signal efficiency.
        name : str, optional
            What the legend calls the estimator; by default the display's.
        **line_options : dict
            Passed to `matplotlib.axes.Axes.plot` for every curve.

        Returns
        -------
        HypothesisROCDisplay
            The display, drawn.
        """
        labels = ThetaLabels.of(self.theta_name, self.unit)
        self.ax_ = ax if ax is not None else new_axes()
        self.figure_ = self.ax_.figure
        points, name = as_points(self.hypotheses), self.name if name is None else name
        texts = self._texts(points, labels, name)
        curves = zip(self.signal_efficiency, self.background_efficiency, strict=True)
        styles = zip(curves, hypothesis_colours(points), texts, strict=True)
        self.lines_ = [
            self.ax_.plot(
                *_drawn(*curve, rejection), **styled({"color": colour, "label": text}, line_options)
            )[0]
            for curve, colour, text in styles
        ]
        self._draw_chance(rejection)
        draw_legend(self.ax_, labels.heading(), loc=f"{'upper' if rejection else 'lower'} right")
        return self

    def _texts(self, points: NDArray, labels: ThetaLabels, name: str | None) -> list[str]:
        values = [prefixed(name, labels.value(point)) for point in points]
        if self.auc is None:
            return values
        return [
            f"{value}   (AUC {area:.3f})"
            for value, area in zip(values, np.asarray(self.auc), strict=True)
        ]

    def _draw_chance(self, rejection: bool) -> None:
        # In rejection it is a hyperbola, which two points would not draw.
        share = np.geomspace(1e-3, 1.0, 101)
        self.chance_ = draw_guide(self.ax_, *_drawn(share, share, rejection))
        efficiencies = ("background efficiency", "signal efficiency")
        if rejection:
            self.ax_.set(xlabel=efficiencies[1], ylabel="background rejection", yscale="log")
            self.ax_.set(xlim=(0, 1), ylim=(1, None))
        else:
            self.ax_.set(xlabel=efficiencies[0], ylabel=efficiencies[1])
            self.ax_.set(xlim=(0, 1), ylim=(0, 1.01))


def _drawn(signal: ArrayLike, background: ArrayLike, rejection: bool) -> tuple[NDArray, NDArray]:
    s, b = np.asarray(signal, dtype=float), np.asarray(background, dtype=float)
    if not rejection:
        return b, s
    some = b > 0
    return s[some], 1 / b[some]
