"""HypothesisScanDisplay: AUC against θ."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._theta_columns import Theta, requested_columns
from skpnn.hypotheses import score_scan

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["HypothesisScanDisplay"]


class HypothesisScanDisplay:
    """AUC at each hypothesis: signal of that θ against all background put there.

    Filled markers are hypotheses that the network was trained on, open ones were left out.

    Parameters
    ----------
    hypotheses : array-like of shape (k,)
        The values of θ.
    auc : array-like of shape (k,)
        The area under the ROC curve at each.
    trained : array-like of bool of shape (k,), optional
        Whether each was trained on; by default all are drawn as trained.
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
        auc: ArrayLike,
        *,
        trained: ArrayLike | None = None,
        theta_name: str = "θ",
        unit: str | None = None,
        name: str | None = None,
    ) -> None:
        self.hypotheses = hypotheses
        self.auc = auc
        self.trained = trained
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
        background_label: Any = None,
        unit: str | None = None,
        name: str | None = None,
        ax: "Axes | None" = None,
        **line_options: Any,
    ) -> Self:
        """Compute the AUC at each hypothesis with `skpnn.score_scan`, and plot it.

        Parameters
        ----------
        estimator : fitted classifier or Pipeline
            Anything with θ among its columns.
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,)
            Two classes.
        sample_weight : array-like of shape (n_samples,), optional
            Weights, of either sign.
        hypotheses : array-like of shape (k,), optional
            By default those of the signal in `X`.
        theta : int or str, default=-1
            The θ column of `X`.
        background_label : label, optional
            The class that is background; by default the estimator's own, or its first class.
        unit : str, optional
            Its unit, e.g. ``"GeV"``.
        name : str, optional
            What the legend calls the estimator.
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default a new figure.
        **line_options : dict
            Passed to `matplotlib.axes.Axes.plot`.

        Returns
        -------
        HypothesisScanDisplay

        Raises
        ------
        ValueError
            If there is more than one θ column: one axis shows one.
        """
        n_theta = len(requested_columns(theta))
        if n_theta > 1:
            raise ValueError(f"theta={theta!r} are {n_theta} columns; the axis can show one.")
        table = score_scan(
            estimator,
            X,
            y,
            sample_weight=sample_weight,
            hypotheses=hypotheses,
            theta=theta,
            background_label=background_label,
        )
        name_of_theta = table.columns[0]
        trained = table["trained"]
        display = cls(
            table[name_of_theta].to_numpy(),
            table["auc"].to_numpy(),
            trained=None if trained.isna().any() else trained.to_numpy(dtype=bool),
            theta_name=name_of_theta if isinstance(name_of_theta, str) else "θ",
            unit=unit,
            name=name,
        )
        return display.plot(ax=ax, **line_options)

    def plot(
        self, ax: "Axes | None" = None, *, name: str | None = None, **line_options: Any
    ) -> Self:
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
        """
        self.ax_ = ax if ax is not None else _new_axes()
        self.figure_ = self.ax_.figure
        theta, auc, trained = self._ordered()
        label = self.name if name is None else name
        options = {"label": label, "marker": "o", **line_options}
        (self.line_,) = self.ax_.plot(theta, auc, markevery=np.flatnonzero(trained), **options)
        self._mark_left_out(theta[~trained], auc[~trained])
        unit = "" if self.unit is None else f" ({self.unit})"
        self.ax_.set(xlabel=f"{self.theta_name}{unit}", ylabel="AUC")
        if label is not None:
            self.ax_.legend(loc="lower right")
        return self

    def _ordered(self) -> tuple[NDArray, NDArray, NDArray[np.bool_]]:
        theta, auc = np.asarray(self.hypotheses, dtype=float), np.asarray(self.auc, dtype=float)
        trained = np.ones(len(theta), dtype=bool) if self.trained is None else self.trained
        order = np.argsort(theta)
        return theta[order], auc[order], np.asarray(trained, dtype=bool)[order]

    def _mark_left_out(self, theta: NDArray, auc: NDArray) -> None:
        if len(theta):
            self.ax_.plot(
                theta,
                auc,
                linestyle="none",
                color=self.line_.get_color(),
                marker=self.line_.get_marker(),
                markerfacecolor="white",
                markersize=self.line_.get_markersize() + 2,
                label=None if self._left_out_is_named() else "not trained on",
                zorder=self.line_.get_zorder() + 1,
            )

    def _left_out_is_named(self) -> bool:
        return "not trained on" in self.ax_.get_legend_handles_labels()[1]


def _new_axes() -> "Axes":
    from matplotlib import pyplot as plt

    return plt.subplots()[1]
