"""ScoreDistributionDisplay: the scores of signal and background at each hypothesis."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._hypothesis_scores import HypothesisScores, predicted_scores, scores_of
from skpnn._theta_columns import Theta
from skpnn.metrics._weighted_scores import WeightedScores
from skpnn.plotting._axes import given_panels, new_panels
from skpnn.plotting._colours import BACKGROUND, SIGNAL
from skpnn.plotting._scores import score_edges
from skpnn.plotting._theta_labels import Names, ThetaLabels, Units, as_points, described

__all__ = ["ScoreDistributionDisplay"]


class ScoreDistributionDisplay:
    """Histograms of the scores of signal and of background, a panel for each hypothesis.

    Each is normalised to 1; the error bars are statistical, the root of the summed squared weights.

    Parameters
    ----------
    hypotheses : array-like of shape (k,) or (k, n_theta)
        The values of θ.
    edges : array-like of shape (n_bins + 1,)
        The edges of the bins.
    signal, background : array-like of shape (k, n_bins)
        The share of the events in each bin.
    signal_errors, background_errors : array-like of shape (k, n_bins), optional
        Their standard deviations; by default none are drawn.
    theta_name : str or sequence of str, default="θ"
        Name of the θ column, or of several.
    unit : str or sequence of str, optional
        Its unit, e.g. ``"GeV"``.

    Attributes
    ----------
    axes_ : ndarray of shape (k,), of matplotlib.axes.Axes
        The panels, after `plot`.
    ax_ : matplotlib.axes.Axes
        The first of them.
    figure_ : matplotlib.figure.Figure
        Their figure.
    signal_, background_ : list of k matplotlib.patches.StepPatch
        The histograms.

    Examples
    --------
    >>> from skpnn.plotting import ScoreDistributionDisplay
    >>> display = ScoreDistributionDisplay(
    ...     [500, 750], [0, 0.5, 1], [[0.4, 0.6], [0.1, 0.9]], [[0.7, 0.3], [0.8, 0.2]],
    ...     theta_name="mass", unit="GeV",
    ... )
    >>> [ax.get_title() for ax in display.plot().axes_]
    ['mass = 500 GeV', 'mass = 750 GeV']
    """

    def __init__(
        self,
        hypotheses: ArrayLike,
        edges: ArrayLike,
        signal: ArrayLike,
        background: ArrayLike,
        *,
        signal_errors: ArrayLike | None = None,
        background_errors: ArrayLike | None = None,
        theta_name: Names = "θ",
        unit: Units = None,
    ) -> None:
        self.hypotheses = hypotheses
        self.edges = edges
        self.signal = signal
        self.background = background
        self.signal_errors = signal_errors
        self.background_errors = background_errors
        self.theta_name = theta_name
        self.unit = unit

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
        bins: int | ArrayLike = 20,
        unit: Units = None,
        log: bool = False,
        ax: Any = None,
        **step_options: Any,
    ) -> Self:
        """Compute the histograms at each hypothesis, and plot them.

        Parameters
        ----------
        estimator, X, y, sample_weight, hypotheses, theta, window, background_label
            As in `skpnn.score_scan`.
        bins : int or array-like of shape (n_bins + 1,), default=20
            The number of bins, or their edges. A number divides [0, 1], or the range of scores that
            are no probabilities. An event outside the edges is in no bin, but counts in the sum.
        unit
            As in the constructor.
        log, ax, **step_options
            As in `plot`.

        Returns
        -------
        ScoreDistributionDisplay
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
        return cls._from_scores(scores, bins, unit).plot(ax, log=log, **step_options)

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
        bins: int | ArrayLike = 20,
        unit: Units = None,
        log: bool = False,
        ax: Any = None,
        **step_options: Any,
    ) -> Self:
        """Compute the histograms of scores that `skpnn.scan` returned, and plot them.

        Parameters
        ----------
        y_true, scores, theta, hypotheses
            As in `HypothesisScanDisplay.from_predictions`.
        sample_weight, window, background_label, bins
            As in `from_estimator`.
        unit
            As in the constructor.
        log, ax, **step_options
            As in `plot`.

        Returns
        -------
        ScoreDistributionDisplay
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
        return cls._from_scores(found, bins, unit).plot(ax, log=log, **step_options)

    @classmethod
    def _from_scores(cls, scores: HypothesisScores, bins: int | ArrayLike, unit: Units) -> Self:
        hypotheses, theta_name = described(scores.grid)
        if isinstance(bins, Integral):
            bins = score_edges(int(bins), *scores.signal, scores.background)
        edges = np.asarray(bins, dtype=np.float64)
        each = scores.at_each(_shares, edges=edges)
        shares = {name: [getattr(one, name) for one in each] for name in _Shares._fields}
        return cls(hypotheses, edges, **shares, theta_name=theta_name, unit=unit)

    def plot(self, ax: Any = None, *, log: bool = False, **step_options: Any) -> Self:
        """Draw on `ax`, or on a new figure.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or array of k of them, optional
            Where to draw, a panel per hypothesis.
        log : bool, default=False
            Whether the shares are drawn on a logarithmic scale.
        **step_options : dict
            Passed to `matplotlib.axes.Axes.stairs` for every histogram.

        Returns
        -------
        ScoreDistributionDisplay
            The display, drawn.
        """
        points = as_points(self.hypotheses)
        labels = ThetaLabels.of(self.theta_name, self.unit)
        # Shapes differ by more than a linear scale can show; a logarithmic one compares panels.
        n = len(points)
        self.axes_ = new_panels(n, sharey=log) if ax is None else given_panels(ax, n)
        self.ax_ = self.axes_[0]
        self.figure_ = self.ax_.figure
        filled = {"color": SIGNAL, "label": "signal", "fill": True, "alpha": 0.45}
        outline = {"color": BACKGROUND, "label": "background", "linewidth": 1.5}
        self.signal_ = self._draw(self.signal, self.signal_errors, filled | step_options)
        self.background_ = self._draw(
            self.background, self.background_errors, outline | step_options
        )
        for panel, point in zip(self.axes_, points, strict=True):
            panel.set_title(labels.equation(point), fontsize="medium")
            panel.margins(x=0)
            panel.set_yscale("log" if log else "linear")
        self._name_axes(is_own=ax is None)
        return self

    def _draw(self, shares: ArrayLike, errors: ArrayLike | None, options: dict) -> list[Any]:
        edges = np.asarray(self.edges, dtype=float)
        centres = (edges[:-1] + edges[1:]) / 2
        steps = []
        for k, (panel, values) in enumerate(zip(self.axes_, np.asarray(shares), strict=True)):
            steps.append(panel.stairs(values, edges, **options))
            if errors is not None:
                style = {"fmt": "none", "ecolor": options["color"], "elinewidth": 1}
                panel.errorbar(centres, values, yerr=np.asarray(errors)[k], **style)
        return steps

    def _name_axes(self, *, is_own: bool) -> None:
        handles, texts = self.ax_.get_legend_handles_labels()
        if is_own:
            self.figure_.supxlabel("score", fontsize="medium")
            self.figure_.supylabel("share of events per bin", fontsize="medium")
            self.figure_.legend(handles, texts, loc="outside upper center", ncols=2, frameon=False)
            return
        for panel in self.axes_:
            panel.set(xlabel="score", ylabel="share of events per bin")
        self.ax_.legend()


class _Shares(NamedTuple):
    signal: NDArray[np.float64]
    background: NDArray[np.float64]
    signal_errors: NDArray[np.float64]
    background_errors: NDArray[np.float64]


def _shares(
    signal_score: NDArray,
    background_score: NDArray,
    *,
    signal_weight: NDArray,
    background_weight: NDArray,
    edges: NDArray,
) -> _Shares:
    signal = WeightedScores.of(signal_score, signal_weight, name="signal")
    background = WeightedScores.of(background_score, background_weight, name="background")
    classes = (signal, background)
    sums = [np.histogram(c.score, edges, weights=c.weight)[0] / c.weight.sum() for c in classes]
    squares = [np.histogram(c.score, edges, weights=c.weight**2)[0] for c in classes]
    errors = [np.sqrt(s) / c.weight.sum() for s, c in zip(squares, classes, strict=True)]
    return _Shares(*sums, *errors)
