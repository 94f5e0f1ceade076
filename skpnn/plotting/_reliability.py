"""ReliabilityDisplay: predicted probability against observed share of signal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from numpy.typing import ArrayLike

from skpnn._hypothesis_scores import HypothesisScores, predicted_scores, scores_of
from skpnn._scan_inputs import trained_signal_fraction
from skpnn._theta_columns import Theta
from skpnn.plotting._axes import draw_guide, draw_legend, new_axes, styled
from skpnn.plotting._colours import hypothesis_colours
from skpnn.plotting._reliability_curve import reliability_curve
from skpnn.plotting._theta_labels import Names, ThetaLabels, Units, as_points, described, prefixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ReliabilityDisplay"]

STYLE: dict[str, Any] = {
    "marker": "o",
    "linestyle": "-",
    "markersize": 4,
    "linewidth": 1,
    "elinewidth": 1.5,
    "capsize": 2,
}


class ReliabilityDisplay:
    """Predicted probability against observed share of signal, in bins, at each hypothesis.

    On the diagonal the scores are probabilities. At each hypothesis the weights of its signal are
    scaled to the share of signal that the probabilities refer to.

    Parameters
    ----------
    hypotheses : array-like of shape (k,) or (k, n_theta)
        The values of θ.
    predicted : sequence of k array-like of shape (n_bins,)
        The mean predicted probability in each bin.
    observed : sequence of k array-like of shape (n_bins,)
        The share of signal there.
    errors : sequence of k array-like of shape (n_bins,), optional
        Its standard deviation; by default none are drawn.
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
        The points.
    diagonal_ : matplotlib.lines.Line2D
        Where they should lie.

    Examples
    --------
    >>> from skpnn.plotting import ReliabilityDisplay
    >>> display = ReliabilityDisplay([750], [[0.2, 0.8]], [[0.25, 0.78]], theta_name="mass")
    >>> display.plot().ax_.get_xlabel()
    'predicted probability'
    """

    def __init__(
        self,
        hypotheses: ArrayLike,
        predicted: Sequence[ArrayLike],
        observed: Sequence[ArrayLike],
        *,
        errors: Sequence[ArrayLike] | None = None,
        theta_name: Names = "θ",
        unit: Units = None,
        name: str | None = None,
    ) -> None:
        self.hypotheses = hypotheses
        self.predicted = predicted
        self.observed = observed
        self.errors = errors
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
        signal_fraction: float | None = None,
        n_bins: int = 10,
        strategy: str = "uniform",
        unit: Units = None,
        name: str | None = None,
        ax: Axes | None = None,
        **line_options: Any,
    ) -> Self:
        """Compute the observed shares of signal at each hypothesis, and plot them.

        Parameters
        ----------
        estimator, X, y, sample_weight, hypotheses, theta, window, background_label
            As in `skpnn.score_scan`; the estimator gives probabilities.
        signal_fraction : float, optional
            The share of signal in weight, between 0 and 1, that the probabilities refer to. By
            default what a `PNNClassifier` trained with (or was calibrated with by
            `HypothesisCalibratedClassifier`); of other classifiers that of the whole sample.
        n_bins : int, default=10
            Number of bins of the predicted probability.
        strategy : {"uniform", "quantile"}, default="uniform"
            Whether the bins are of equal width or of equal weight. Bins without events are left
            out, equal probabilities stay together.
        unit, name
            As in the constructor.
        ax, **line_options
            As in `plot`.

        Returns
        -------
        ReliabilityDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the scores are no probabilities.
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
        if signal_fraction is None:
            signal_fraction = trained_signal_fraction(estimator)
        display = cls._from_scores(scores, signal_fraction, n_bins, strategy, unit, name)
        return display.plot(ax, **line_options)

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
        signal_fraction: float | None = None,
        n_bins: int = 10,
        strategy: str = "uniform",
        unit: Units = None,
        name: str | None = None,
        ax: Axes | None = None,
        **line_options: Any,
    ) -> Self:
        """Compute the observed shares from scores that `skpnn.scan` returned, and plot them.

        Parameters
        ----------
        y_true, scores, theta, hypotheses
            As in `HypothesisScanDisplay.from_predictions`.
        sample_weight, window, background_label, n_bins, strategy
            As in `from_estimator`.
        signal_fraction : float, optional
            As in `from_estimator`, but by default that of the whole sample.
        unit, name
            As in the constructor.
        ax, **line_options
            As in `plot`.

        Returns
        -------
        ReliabilityDisplay
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
        display = cls._from_scores(found, signal_fraction, n_bins, strategy, unit, name)
        return display.plot(ax, **line_options)

    @classmethod
    def _from_scores(
        cls,
        scores: HypothesisScores,
        signal_fraction: float | None,
        n_bins: int,
        strategy: str,
        unit: Units,
        name: str | None,
    ) -> Self:
        if signal_fraction is None:
            signal, background = scores.signal_weight.sum(), scores.background_weight.sum()
            signal_fraction = float(signal / (signal + background))
        options = {"signal_fraction": signal_fraction, "n_bins": n_bins, "strategy": strategy}
        curves = scores.at_each(reliability_curve, **options)
        hypotheses, theta_name = described(scores.grid)
        return cls(
            hypotheses,
            [curve.predicted for curve in curves],
            [curve.observed for curve in curves],
            errors=[curve.error for curve in curves],
            theta_name=theta_name,
            unit=unit,
            name=name,
        )

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **line_options: Any) -> Self:
        """Draw on `ax`, or on a new figure.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw.
        name : str, optional
            What the legend calls the estimator; by default the display's.
        **line_options : dict
            Passed to `matplotlib.axes.Axes.errorbar` for every hypothesis.

        Returns
        -------
        ReliabilityDisplay
            The display, drawn.
        """
        labels = ThetaLabels.of(self.theta_name, self.unit)
        self.ax_ = ax if ax is not None else new_axes()
        self.figure_ = self.ax_.figure
        self.diagonal_ = draw_guide(self.ax_, [0, 1], [0, 1])
        points, name = as_points(self.hypotheses), self.name if name is None else name
        errors = [None] * len(points) if self.errors is None else self.errors
        columns = (points, hypothesis_colours(points), self.predicted, self.observed, errors)
        self.lines_ = []
        for point, colour, predicted, observed, error in zip(*columns, strict=True):
            label = prefixed(name, labels.value(point))
            style = styled(STYLE | {"color": colour, "label": label}, line_options)
            drawn = self.ax_.errorbar(predicted, observed, yerr=error, **style)
            self.lines_.append(drawn.lines[0])
        self.ax_.set(xlabel="predicted probability", ylabel="observed share of signal")
        self.ax_.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        draw_legend(self.ax_, labels.heading(), loc="upper left")
        return self
