"""PermutationImportanceDisplay: what each feature is worth at each hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skpnn._theta_columns import Theta
from skpnn.inspection import permutation_importance
from skpnn.metrics import lower_is_better, named_metrics
from skpnn.plotting._axes import draw_legend, new_axes, styled
from skpnn.plotting._colours import NEUTRAL, hypothesis_colours
from skpnn.plotting._theta_labels import (
    Names,
    ThetaLabels,
    Units,
    as_points,
    metric_label,
    names_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PermutationImportanceDisplay"]

STYLE: dict[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 4, "elinewidth": 1}
# In inches: a row of a feature or of the legend, and what stands above and below.
ROW_HEIGHT, FRAME_HEIGHT = 0.21, 1.0
# The share of a row that the hypotheses spread over.
SPREAD = 0.5


class PermutationImportanceDisplay:
    """By how much a figure of merit falls where a feature is permuted, at each hypothesis.

    The most important feature, on the average over the hypotheses, is at the top.

    Parameters
    ----------
    features : sequence of n_features labels
        The features.
    hypotheses : array-like of shape (k,) or (k, n_theta)
        The values of θ.
    importances : array-like of shape (n_features, k)
        The falls.
    errors : array-like of shape (n_features, k), optional
        Their standard deviations; by default none are drawn.
    metric_name : str, default="auc"
        Which figure of merit falls.
    theta_name : str or sequence of str, default="θ"
        Name of the θ column, or of several.
    unit : str or sequence of str, optional
        Its unit, e.g. ``"GeV"``.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The axes drawn on, after `plot`.
    figure_ : matplotlib.figure.Figure
        Their figure.
    points_ : list of k matplotlib.lines.Line2D
        The points of each hypothesis.

    See Also
    --------
    skpnn.inspection.permutation_importance : The same as a table.

    Examples
    --------
    >>> from skpnn.plotting import PermutationImportanceDisplay
    >>> display = PermutationImportanceDisplay(
    ...     ["met", "m_wwbb"], [500, 750], [[0.01, 0.02], [0.15, 0.3]], unit="GeV"
    ... )
    >>> [text.get_text() for text in display.plot().ax_.get_yticklabels()]
    ['m_wwbb', 'met']
    """

    def __init__(
        self,
        features: Sequence[Any],
        hypotheses: ArrayLike,
        importances: ArrayLike,
        *,
        errors: ArrayLike | None = None,
        metric_name: str = "auc",
        theta_name: Names = "θ",
        unit: Units = None,
    ) -> None:
        self.features = features
        self.hypotheses = hypotheses
        self.importances = importances
        self.errors = errors
        self.metric_name = metric_name
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
        metric: Any = "auc",
        n_repeats: int = 5,
        features: Sequence[int | str] | None = None,
        hypotheses: ArrayLike | None = None,
        theta: Theta = -1,
        window: ArrayLike | None = None,
        background_label: Any = None,
        random_state: Any = None,
        unit: Units = None,
        top_n: int | None = None,
        ax: Axes | None = None,
        **options: Any,
    ) -> Self:
        """Permute the features, and plot what that costs.

        Parameters
        ----------
        estimator, X, y, sample_weight, metric, n_repeats, features, hypotheses, theta, window
            As in `skpnn.inspection.permutation_importance`.
        background_label, random_state
            As there.
        unit
            As in the constructor.
        top_n, ax, **options
            As in `plot`.

        Returns
        -------
        PermutationImportanceDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            As `skpnn.inspection.permutation_importance` does.
        """
        table = permutation_importance(
            estimator,
            X,
            y,
            sample_weight=sample_weight,
            metric=metric,
            n_repeats=n_repeats,
            features=features,
            hypotheses=hypotheses,
            theta=theta,
            window=window,
            background_label=background_label,
            random_state=random_state,
        )
        (metric_name,) = named_metrics(metric)
        return cls.from_table(
            table, metric_name=metric_name, unit=unit, top_n=top_n, ax=ax, **options
        )

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        *,
        metric_name: str = "auc",
        unit: Units = None,
        top_n: int | None = None,
        ax: Axes | None = None,
        **options: Any,
    ) -> Self:
        """Plot what `skpnn.inspection.permutation_importance` returned.

        Parameters
        ----------
        table : DataFrame
            Its result.
        metric_name, unit
            As in the constructor.
        top_n, ax, **options
            As in `plot`.

        Returns
        -------
        PermutationImportanceDisplay
            The display, drawn.
        """
        known = ("feature", "importance", "importance_error")
        theta: list[Any] = [column for column in table if column not in known]
        ordered = table.sort_values(["feature", *theta])
        features = ordered["feature"].drop_duplicates().to_list()
        points = ordered[theta].drop_duplicates().to_numpy(dtype=float)
        shape = len(features), len(points)
        display = cls(
            features,
            points if len(theta) > 1 else points[:, 0],
            ordered["importance"].to_numpy().reshape(shape),
            errors=ordered["importance_error"].to_numpy().reshape(shape),
            metric_name=metric_name,
            theta_name=names_of(theta),
            unit=unit,
        )
        return display.plot(ax, top_n=top_n, **options)

    def plot(self, ax: Axes | None = None, *, top_n: int | None = None, **options: Any) -> Self:
        """Draw on `ax`, or on a new figure as high as the features need.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw.
        top_n : int, optional
            Only the so many most important features are drawn; by default all.
        **options : dict
            Passed to `matplotlib.axes.Axes.errorbar` for every hypothesis.

        Returns
        -------
        PermutationImportanceDisplay
            The display, drawn.
        """
        importances = np.asarray(self.importances, dtype=float)
        shown = np.argsort(-importances.mean(axis=1), kind="stable")[:top_n]
        labels = ThetaLabels.of(self.theta_name, self.unit)
        self.ax_ = ax if ax is not None else new_axes(_height(*importances[shown].shape))
        self.figure_ = self.ax_.figure
        points = as_points(self.hypotheses)
        self.points_ = []
        self.ax_.axvline(0, color=NEUTRAL, linestyle=":", linewidth=1, zorder=1)
        for k, colour in enumerate(hypothesis_colours(points)):
            style = styled(STYLE | {"color": colour, "label": labels.value(points[k])}, options)
            errors = None if self.errors is None else np.asarray(self.errors)[shown, k]
            rows = np.arange(len(shown)) + SPREAD * ((k + 0.5) / len(points) - 0.5)
            drawn = self.ax_.errorbar(importances[shown, k], rows, xerr=errors, **style)
            self.points_.append(drawn.lines[0])
        self._name_rows([str(self.features[row]) for row in shown])
        change = "rise" if lower_is_better(self.metric_name) else "drop"
        self.ax_.set_xlabel(f"{change} of {metric_label(self.metric_name)} when permuted")
        draw_legend(self.ax_, labels.heading(), loc="best")
        return self

    def _name_rows(self, names: list[str]) -> None:
        self.ax_.set_yticks(range(len(names)), names)
        self.ax_.set_ylim(len(names) - 0.5, -0.5)
        self.ax_.tick_params(axis="y", length=0)
        for row in range(1, len(names), 2):
            self.ax_.axhspan(row - 0.5, row + 0.5, color="0.95", zorder=0)


def _height(n_features: int, n_hypotheses: int) -> float:
    return max(3.0, FRAME_HEIGHT + ROW_HEIGHT * max(n_features, n_hypotheses))
