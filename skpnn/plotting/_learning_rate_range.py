"""LearningRateRangeDisplay: the loss of each batch against a learning rate that grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn.plotting._axes import new_axes, styled
from skpnn.plotting._colours import BACKGROUND
from skpnn.plotting._learning_rate_curve import learning_rate_curve
from skpnn.plotting._theta_labels import prefixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["LearningRateRangeDisplay"]

# How transparent the losses of single batches are.
LIGHT = 0.35
# Shown beside the loss's fall, in units of it: what diverges would hide the rest.
BELOW, ABOVE = 0.25, 0.6
# A smaller fall, as a share of the loss, is drawn as if it were so large.
SMALLEST_FALL = 0.05
# Of the data, as matplotlib leaves free.
MARGIN = 0.05


class LearningRateRangeDisplay:
    """The loss of each batch against its learning rate, smoothed, and the rate that this suggests.

    Parameters
    ----------
    learning_rates : array-like of shape (n,)
        The rate of each batch, growing.
    losses : array-like of shape (n,)
        Its loss; the last may be infinite or NaN.
    smoothed : array-like of shape (n,)
        A moving average of the losses.
    suggestion : float, optional
        A good rate; None where the losses tell of none.
    name : str, optional
        What the legend calls the estimator.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The axes drawn on, after `plot`.
    figure_ : matplotlib.figure.Figure
        Their figure.
    line_ : matplotlib.lines.Line2D
        The smoothed loss.
    batches_ : matplotlib.lines.Line2D
        The loss of each batch.
    minimum_ : matplotlib.lines.Line2D
        The mark of the smallest smoothed loss.
    suggestion_ : matplotlib.lines.Line2D or None
        The mark of the suggestion.

    See Also
    --------
    skpnn.tuning.learning_rate_range_test : Trains a network under growing rates.

    Examples
    --------
    >>> from skpnn.plotting import LearningRateRangeDisplay
    >>> display = LearningRateRangeDisplay(
    ...     [1e-3, 1e-2, 1e-1, 1], [0.7, 0.4, 0.2, 3], [0.7, 0.5, 0.3, 2], suggestion=0.01
    ... )
    >>> display.plot().suggestion_.get_label()
    'suggested rate: 0.01'
    """

    def __init__(
        self,
        learning_rates: ArrayLike,
        losses: ArrayLike,
        smoothed: ArrayLike,
        *,
        suggestion: float | None = None,
        name: str | None = None,
    ) -> None:
        self.learning_rates = learning_rates
        self.losses = losses
        self.smoothed = smoothed
        self.suggestion = suggestion
        self.name = name

    @classmethod
    def from_losses(
        cls,
        learning_rates: ArrayLike,
        losses: ArrayLike,
        *,
        smoothing: float = 0.9,
        name: str | None = None,
        ax: Axes | None = None,
        **line_options: Any,
    ) -> Self:
        """Smooth the losses of a training that is over, read the suggestion, and plot both.

        Parameters
        ----------
        learning_rates, losses
            As in the constructor.
        smoothing : float, default=0.9
            Of the exponential moving average, in [0, 1): the share that the average of the batches
            before has in the next.
        name
            As in the constructor.
        ax, **line_options
            As in `plot`.

        Returns
        -------
        LearningRateRangeDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there are not as many losses as rates, or the first is not finite.
        """
        curve = learning_rate_curve(learning_rates, losses, smoothing=smoothing)
        display = cls(
            learning_rates, losses, curve.smoothed, suggestion=curve.suggestion, name=name
        )
        return display.plot(ax, **line_options)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **line_options: Any) -> Self:
        """Draw on `ax`, or on a new figure.

        The axis of the loss shows its fall; what diverges leaves the picture.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw.
        name : str, optional
            What the legend calls the estimator; by default the display's.
        **line_options : dict
            Passed to `matplotlib.axes.Axes.plot` for the smoothed line.

        Returns
        -------
        LearningRateRangeDisplay
            The display, drawn.
        """
        self.ax_ = ax if ax is not None else new_axes()
        self.figure_ = self.ax_.figure
        name = self.name if name is None else name
        shown = self._limits()
        style: dict[str, Any] = {"color": BACKGROUND, "label": prefixed(name, "smoothed")}
        (self.line_,) = self.ax_.plot(
            self.learning_rates, self.smoothed, **styled(style | {"zorder": 3}, line_options)
        )
        (self.batches_,) = self.ax_.plot(
            self.learning_rates,
            self.losses,
            color=self.line_.get_color(),
            alpha=LIGHT,
            linewidth=1,
            # Once is enough where curves are compared.
            label="loss of each batch" if name is None else None,
        )
        self.minimum_ = self._mark_minimum(name)
        self.suggestion_ = self._mark_suggestion(name)
        self.ax_.set(xlabel="learning rate", ylabel="loss", xscale="log", ylim=shown)
        self.ax_.legend()
        return self

    def _limits(self) -> tuple[float, float]:
        """Return the losses between which the picture is, with those that are on the axes."""
        smoothed = _finite_or_nan(self.smoothed)
        every = np.concatenate([smoothed, _finite_or_nan(self.losses)])
        minimum = int(np.nanargmin(smoothed))
        bottom, top = smoothed[minimum], np.nanmax(smoothed[: minimum + 1])
        fall = max(top - bottom, SMALLEST_FALL * abs(top)) or 1.0
        low = max(bottom - BELOW * fall, np.nanmin(every) - MARGIN * fall)
        high = min(top + ABOVE * fall, np.nanmax(every) + MARGIN * fall)
        if not self.ax_.has_data():
            return low, high
        low_before, high_before = self.ax_.get_ylim()
        return min(low, low_before), max(high, high_before)

    def _mark_minimum(self, name: str | None) -> Line2D:
        smoothed = _finite_or_nan(self.smoothed)
        lowest = int(np.nanargmin(smoothed))
        rate = float(np.asarray(self.learning_rates, dtype=float)[lowest])
        place = "minimum" if lowest < len(smoothed) - 1 else "lowest at the end"
        return self.ax_.plot(
            [rate],
            [smoothed[lowest]],
            color=self.line_.get_color(),
            marker="o",
            linestyle="none",
            zorder=self.line_.get_zorder() + 1,
            label=prefixed(name, f"{place}, at rate {rate:.2g}"),
        )[0]

    def _mark_suggestion(self, name: str | None) -> Line2D | None:
        if self.suggestion is None:
            return None
        label = prefixed(name, f"suggested rate: {self.suggestion:.2g}")
        colour = self.line_.get_color()
        return self.ax_.axvline(self.suggestion, color=colour, linestyle=":", zorder=1, label=label)


def _finite_or_nan(values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=float)
    return np.where(np.isfinite(array), array, np.nan)
