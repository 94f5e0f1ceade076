"""TrainingHistoryDisplay: the loss against the epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skpnn._scan_inputs import unwrapped
from skpnn.plotting._axes import new_axes, styled
from skpnn.plotting._colours import BACKGROUND, NEUTRAL, SIGNAL
from skpnn.plotting._theta_labels import prefixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TrainingHistoryDisplay"]

# Fewer epochs than this are points as well as a line.
FEW = 30


class TrainingHistoryDisplay:
    """The training loss, and the validation loss where there is one, of each epoch.

    Parameters
    ----------
    history : mapping of str to sequence of float
        As Keras keeps it: ``loss``, and ``val_loss`` where events were held out.
    name : str, optional
        What the legend calls the estimator.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The axes drawn on, after `plot`.
    figure_ : matplotlib.figure.Figure
        Their figure.
    lines_ : dict of matplotlib.lines.Line2D
        The lines, by their names in the history.
    best_ : matplotlib.lines.Line2D or None
        The mark of the smallest validation loss.

    Examples
    --------
    >>> from skpnn.plotting import TrainingHistoryDisplay
    >>> display = TrainingHistoryDisplay({"loss": [0.6, 0.4, 0.3], "val_loss": [0.5, 0.4, 0.45]})
    >>> list(display.plot().lines_), display.best_.get_label()
    (['loss', 'val_loss'], 'best: epoch 2')
    """

    def __init__(self, history: Mapping[str, Sequence[float]], *, name: str | None = None) -> None:
        self.history = history
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        name: str | None = None,
        ax: "Axes | None" = None,
        **options: Any,
    ) -> Self:
        """Plot the history of a fitted network.

        Parameters
        ----------
        estimator : fitted estimator, Pipeline or search
            With a network of ours inside, or another that has ``history_``.
        name
            As in the constructor.
        ax, **options
            As in `plot`.

        Returns
        -------
        TrainingHistoryDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the estimator keeps no history, or is not fitted.
        """
        inside = unwrapped(estimator)[1]
        history = getattr(inside, "history_", None)
        if history is None:
            raise ValueError(
                f"{type(inside).__name__} has no history_; expected a fitted network that keeps "
                "one, e.g. PNNClassifier or KerasClassifier."
            )
        return cls.from_history(history, name=name, ax=ax, **options)

    @classmethod
    def from_history(
        cls,
        history: Mapping[str, Sequence[float]],
        *,
        name: str | None = None,
        ax: "Axes | None" = None,
        **options: Any,
    ) -> Self:
        """Plot a history as Keras keeps it.

        Parameters
        ----------
        history, name
            As in the constructor.
        ax, **options
            As in `plot`.

        Returns
        -------
        TrainingHistoryDisplay
            The display, drawn.
        """
        return cls(history, name=name).plot(ax, **options)

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        log: bool = False,
        name: str | None = None,
        **line_options: Any,
    ) -> Self:
        """Draw on `ax`, or on a new figure.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw.
        log : bool, default=False
            Whether the loss is drawn on a logarithmic scale.
        name : str, optional
            What the legend calls the estimator; by default the display's.
        **line_options : dict
            Passed to `matplotlib.axes.Axes.plot` for both lines.

        Returns
        -------
        TrainingHistoryDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the history has no ``loss``.
        """
        from matplotlib.ticker import MaxNLocator

        if not len(self.history.get("loss", ())):
            raise ValueError(f"history holds {list(self.history)}; expected 'loss', by epoch.")
        self.ax_ = ax if ax is not None else new_axes()
        self.figure_ = self.ax_.figure
        name = self.name if name is None else name
        self.lines_ = {
            key: self._draw(key, {"color": colour, "label": prefixed(name, text)}, line_options)
            for key, text, colour in (
                ("loss", "training", BACKGROUND),
                ("val_loss", "validation", SIGNAL),
            )
            if key in self.history
        }
        self.best_ = self._mark_best(name)
        self.ax_.set(xlabel="epoch", ylabel="loss", yscale="log" if log else "linear")
        self.ax_.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        self.ax_.legend()
        return self

    def _draw(self, key: str, style: dict[str, Any], options: dict[str, Any]) -> Any:
        values = np.asarray(self.history[key], dtype=float)
        style["marker"] = "." if len(values) < FEW else ""
        epochs = np.arange(1, len(values) + 1)
        return self.ax_.plot(epochs, values, **styled(style, options))[0]

    def _mark_best(self, name: str | None) -> Any:
        validation = np.asarray(self.history.get("val_loss", ()), dtype=float)
        if not np.isfinite(validation).any():
            return None
        best = int(np.nanargmin(validation)) + 1
        label = prefixed(name, f"best: epoch {best}")
        return self.ax_.axvline(best, color=NEUTRAL, linestyle=":", zorder=1, label=label)
