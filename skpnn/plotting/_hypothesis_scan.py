"""HypothesisScanDisplay: a figure of merit against θ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skpnn._hypothesis_scores import HypothesisScores, predicted_scores, scores_of
from skpnn._theta_columns import Theta
from skpnn.evaluation import metric_table
from skpnn.metrics import named_metrics
from skpnn.plotting._axes import new_axes, styled
from skpnn.plotting._theta_labels import ThetaLabels, described, metric_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["HypothesisScanDisplay"]


class HypothesisScanDisplay:
    """A figure of merit at each hypothesis: signal of that θ against all background put there.

    Filled markers are hypotheses that the network was trained on, open ones were left out.

    Parameters
    ----------
    hypotheses : array-like of shape (k,)
        The values of θ.
    values : array-like of shape (k,)
        The figure of merit at each.
    errors : array-like of shape (k,), optional
        Its standard deviations; by default none are drawn.
    trained : array-like of bool of shape (k,), optional
        Whether each was trained on; by default all are drawn as trained.
    metric_name : str, default="auc"
        Which figure of merit it is.
    theta_name : str, default="θ"
        Name of the θ column.
    unit : str, optional
        Its unit, e.g. ``"GeV"``.
    name : str, optional
        What the legend calls the estimator.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The axes drawn on, after `plot`.
    figure_ : matplotlib.figure.Figure
        Their figure.
    line_ : matplotlib.lines.Line2D
        The line through the points.
    errorbar_ : matplotlib.container.ErrorbarContainer or None
        The error bars.

    See Also
    --------
    skpnn.score_scan : The same as a table.

    Examples
    --------
    >>> from skpnn.plotting import HypothesisScanDisplay
    >>> display = HypothesisScanDisplay(
    ...     [500, 750, 1000], [0.70, 0.88, 0.96], trained=[True, True, False], unit="GeV"
    ... )
    >>> display.plot().ax_.get_xlabel()
    'θ (GeV)'
    """

    def __init__(
        self,
        hypotheses: ArrayLike,
        values: ArrayLike,
        *,
        errors: ArrayLike | None = None,
        trained: ArrayLike | None = None,
        metric_name: str = "auc",
        theta_name: str = "θ",
        unit: str | None = None,
        name: str | None = None,
    ) -> None:
        self.hypotheses = hypotheses
        self.values = values
        self.errors = errors
        self.trained = trained
        self.metric_name = metric_name
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
        metric: Any = "auc",
        hypotheses: ArrayLike | None = None,
        theta: Theta = -1,
        window: ArrayLike | None = None,
        background_label: Any = None,
        n_bootstraps: int = 50,
        random_state: Any = None,
        unit: str | None = None,
        name: str | None = None,
        ax: Axes | None = None,
        **line_options: Any,
    ) -> Self:
        """Compute the figure of merit at each hypothesis, and plot it.

        Parameters
        ----------
        estimator, X, y, sample_weight, hypotheses, theta, window, background_label
            As in `skpnn.score_scan`; one θ column.
        metric : str, callable or dict of one, default="auc"
            The figure of merit, of those that `skpnn.score_scan` knows.
        n_bootstraps : int, default=50
            Number of bootstrap samples for the error bars; 0 leaves these out.
        random_state : int, RandomState instance or None, default=None
            Determines the bootstrap samples.
        unit, name
            As in the constructor.
        ax, **line_options
            As in `plot`.

        Returns
        -------
        HypothesisScanDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is more than one θ column or more than one figure of merit: one axis shows one.
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
        display = cls._from_scores(scores, metric, n_bootstraps, random_state, unit, name)
        return display.plot(ax, **line_options)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        scores: Any,
        *,
        theta: ArrayLike,
        sample_weight: ArrayLike | None = None,
        metric: Any = "auc",
        hypotheses: ArrayLike | None = None,
        window: ArrayLike | None = None,
        background_label: Any = None,
        n_bootstraps: int = 50,
        random_state: Any = None,
        unit: str | None = None,
        name: str | None = None,
        ax: Axes | None = None,
        **line_options: Any,
    ) -> Self:
        """Compute the figure of merit from scores that `skpnn.scan` returned, and plot it.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Two classes.
        scores : DataFrame or array of shape (n_samples, k)
            The score of each event at each hypothesis, as `skpnn.scan` returns them.
        theta : array-like of shape (n_samples,)
            The θ that signal was simulated at; that of background is not read.
        hypotheses : array-like of shape (k,), optional
            Needed where `scores` is an array: what its columns are.
        sample_weight, metric, window, background_label, n_bootstraps, random_state
            As in `from_estimator`.
        unit, name
            As in the constructor.
        ax, **line_options
            As in `plot`.

        Returns
        -------
        HypothesisScanDisplay
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
        display = cls._from_scores(found, metric, n_bootstraps, random_state, unit, name)
        return display.plot(ax, **line_options)

    @classmethod
    def _from_scores(
        cls,
        scores: HypothesisScores,
        metric: Any,
        n_bootstraps: int,
        random_state: Any,
        unit: str | None,
        name: str | None,
    ) -> Self:
        hypotheses, theta_name = described(scores.grid)
        if not isinstance(theta_name, str):
            raise ValueError(
                f"theta={theta_name} are {len(theta_name)} columns; the axis can show one."
            )
        names = list(named_metrics(metric))
        if len(names) > 1:
            raise ValueError(f"metric={names} are {len(names)}; the axis can show one.")
        table = metric_table(scores, metric, n_bootstraps=n_bootstraps, random_state=random_state)
        is_known = None not in scores.trained
        return cls(
            hypotheses,
            table[names[0]].to_numpy(),
            errors=table[f"{names[0]}_error"].to_numpy() if n_bootstraps else None,
            trained=np.array(scores.trained, dtype=bool) if is_known else None,
            metric_name=names[0],
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
            Passed to `matplotlib.axes.Axes.plot`.

        Returns
        -------
        HypothesisScanDisplay
            The display, drawn.
        """
        labels = ThetaLabels.of(self.theta_name, self.unit)
        self.ax_ = ax if ax is not None else new_axes()
        self.figure_ = self.ax_.figure
        points = self._points()
        trained = points["trained"].to_numpy()
        label = self.name if name is None else name
        options = styled({"label": label, "marker": "o"}, line_options)
        (self.line_,) = self.ax_.plot(
            points["theta"], points["value"], markevery=np.flatnonzero(trained), **options
        )
        self.errorbar_ = None if self.errors is None else self._error_bars(points)
        if not trained.all():
            self._mark_left_out(points[~trained])
        self.ax_.set(xlabel=labels.heading(), ylabel=metric_label(self.metric_name))
        if self.ax_.get_legend_handles_labels()[1]:
            self.ax_.legend()
        return self

    def _points(self) -> pd.DataFrame:
        table = {
            "theta": np.asarray(self.hypotheses, dtype=float),
            "value": self.values,
            "error": np.nan if self.errors is None else self.errors,
            "trained": True if self.trained is None else np.asarray(self.trained, dtype=bool),
        }
        return pd.DataFrame(table).sort_values("theta")

    def _error_bars(self, points: pd.DataFrame) -> Any:
        style: dict[str, Any] = {"fmt": "none", "ecolor": self.line_.get_color(), "capsize": 3}
        return self.ax_.errorbar(points["theta"], points["value"], points["error"], **style)

    def _mark_left_out(self, points: pd.DataFrame) -> None:
        is_named = "not trained on" in self.ax_.get_legend_handles_labels()[1]
        self.ax_.plot(
            points["theta"],
            points["value"],
            linestyle="none",
            color=self.line_.get_color(),
            marker=self.line_.get_marker(),
            markerfacecolor="white",
            markersize=self.line_.get_markersize() + 2,
            label=None if is_named else "not trained on",
            zorder=self.line_.get_zorder() + 1,
        )
