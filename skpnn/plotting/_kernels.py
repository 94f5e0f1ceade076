"""KernelDisplay: the kernels of a convolution as small pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skpnn._parameters import check_choice, check_integer
from skpnn._scan_inputs import unwrapped
from skpnn.plotting._axes import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.image import AxesImage

__all__ = ["KernelDisplay"]

# Blue below 0, white at it, red above: told apart by the colour-blind, too.
DIVERGING = "RdBu_r"
# Between the pictures, whose own colour may be white: in units of their width and height.
GAP = 0.15
BETWEEN = "0.85"
# In inches: what the pictures and a title take of matplotlib's figures.
WIDTH, TITLE = 5.4, 0.5
# Left, bottom, width and height, in units of the axes'.
BAR = (1.02, 0.0, 0.02, 1.0)


class KernelDisplay:
    """The kernels of a convolution layer, each a small picture, in rows.

    White is 0, red is positive, blue negative. One colour scale, symmetric about 0, serves all, so
    that weak kernels look weak.

    Parameters
    ----------
    kernels : array-like of shape (height, width, n_channels, n_kernels) or \
            (height, width, n_kernels)
        The weights, as Keras stores those of a `Conv2D` layer; without the third axis where there
        is one channel. Those of a dense layer on images fit once they are reshaped:
        ``weights.reshape(28, 28, -1)``.
    name : str, optional
        What the title says, e.g. the layer's name.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The axes drawn on, after `plot`.
    figure_ : matplotlib.figure.Figure
        Their figure.
    images_ : list of matplotlib.image.AxesImage
        The pictures, in the order of the kernels.
    colorbar_ : matplotlib.colorbar.Colorbar or None
        What the colours mean; None where each picture has a scale of its own.

    Examples
    --------
    >>> import numpy as np
    >>> from skpnn.plotting import KernelDisplay
    >>> edge = np.outer([1, 1, 1], [-1, 0, 1])
    >>> display = KernelDisplay(np.dstack([edge, edge.T]), name="edges")
    >>> [image.get_clim() for image in display.plot().images_]
    [(-1.0, 1.0), (-1.0, 1.0)]
    """

    def __init__(self, kernels: ArrayLike, *, name: str | None = None) -> None:
        self.kernels = kernels
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        layer: int | str = 0,
        name: str | None = None,
        ax: Axes | None = None,
        **options: Any,
    ) -> Self:
        """Plot the kernels of a fitted network.

        Parameters
        ----------
        estimator : fitted estimator, Pipeline, search or keras.Model
            A Keras model, or what has one inside as ``model_``: `skpnn.KerasClassifier`.
        layer : int or str, default=0
            Which of the network's `Conv2D` layers: its number among them, from 0, negative from the
            end; or its name.
        name
            As in the constructor; by default the layer's name.
        ax, **options
            As in `plot`.

        Returns
        -------
        KernelDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the estimator holds no Keras model, or that no such layer.
        """
        chosen = _chosen(list(_convolutions(_model_in(estimator))), layer)
        display = cls(
            np.asarray(chosen.get_weights()[0]), name=chosen.name if name is None else name
        )
        return display.plot(ax, **options)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        channel: int | None = None,
        n_columns: int = 10,
        shared_scale: bool = True,
        colorbar: bool = True,
        name: str | None = None,
        **image_options: Any,
    ) -> Self:
        """Draw on `ax`, or on a new figure.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw: its frame and ticks are taken away.
        channel : int, optional
            The input channel whose weights are shown; by default their mean over the channels,
            which is how a kernel answers to channels that are all alike.
        n_columns : int, default=10
            Pictures per row.
        shared_scale : bool, default=True
            Whether one colour scale serves all pictures; False lets each reach its own largest
            weight.
        colorbar : bool, default=True
            Whether a colour bar explains the shared scale.
        name : str, optional
            What the title says; by default the display's.
        **image_options : dict
            Passed to `matplotlib.axes.Axes.imshow`, e.g. ``cmap="gray"``.

        Returns
        -------
        KernelDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there are no kernels, or not of that shape, or no such channel.
        """
        pictures = _pictures(np.asarray(self.kernels, dtype=float), channel)
        n_columns = min(check_integer("n_columns", n_columns, low=1), len(pictures))
        corners, width, height = _places(pictures.shape, n_columns)
        self.ax_ = ax if ax is not None else new_axes(WIDTH * height / width + TITLE)
        self.figure_ = self.ax_.figure
        self.images_ = [
            self._draw(picture, corner, reach, image_options)
            for picture, corner, reach in zip(
                pictures, corners, _reaches(pictures, shared_scale), strict=True
            )
        ]
        self.ax_.set(xlim=(-GAP, width), ylim=(height, -GAP), xticks=[], yticks=[])
        self.ax_.set(facecolor=BETWEEN, title=(self.name if name is None else name) or "")
        self.ax_.spines[:].set_visible(False)
        self.colorbar_: Colorbar | None = None
        if colorbar and shared_scale:
            # As high as the pictures, whatever shape they give the axes.
            beside = self.ax_.inset_axes(BAR)
            self.colorbar_ = self.figure_.colorbar(self.images_[0], cax=beside, label="weight")
        return self

    def _draw(
        self, picture: NDArray, corner: tuple[float, float], reach: float, options: dict[str, Any]
    ) -> AxesImage:
        left, top = corner
        place = (left, left + 1, top + picture.shape[0] / picture.shape[1], top)
        style: dict[str, Any] = {"cmap": DIVERGING, "vmin": -reach, "vmax": reach}
        return self.ax_.imshow(picture, extent=place, **(style | options))


def _pictures(kernels: NDArray[np.float64], channel: int | None) -> NDArray[np.float64]:
    """Return the kernels of one channel, or their mean over all: (n_kernels, height, width)."""
    if kernels.ndim == 3:
        kernels = kernels[:, :, np.newaxis]
    if kernels.ndim != 4 or kernels.size == 0 or not np.isfinite(kernels).all():
        raise ValueError(
            f"kernels has shape {kernels.shape}, expected finite numbers of shape (height, width, "
            "n_channels, n_kernels) or (height, width, n_kernels)."
        )
    n_channels = kernels.shape[2]
    if channel is None:
        chosen = kernels.mean(axis=2)
    else:
        chosen = kernels[:, :, check_choice("channel", channel, tuple(range(n_channels)))]
    return np.moveaxis(chosen, -1, 0)


def _places(
    shape: tuple[int, ...], n_columns: int
) -> tuple[list[tuple[float, float]], float, float]:
    """Return the upper left corners of the pictures, and the width and height of them all.

    In units of a picture's width; each has a gap on its right and below.
    """
    n_pictures, height, width = shape
    right, down = 1 + GAP, height / width + GAP
    corners = [
        (column * right, row * down)
        for row, column in (divmod(n, n_columns) for n in range(n_pictures))
    ]
    return corners, n_columns * right, -(-n_pictures // n_columns) * down


def _reaches(pictures: NDArray[np.float64], shared_scale: bool) -> list[float]:
    """Return where each picture's colours end, on both sides of 0."""
    largest = np.abs(pictures).max(axis=(1, 2))
    if shared_scale:
        largest[:] = largest.max()
    # Kernels of zeros are white.
    return np.where(largest > 0, largest, 1.0).tolist()


def _model_in(estimator: Any) -> Any:
    inside = unwrapped(estimator)[1]
    model = getattr(inside, "model_", inside)
    if not hasattr(model, "layers"):
        raise ValueError(
            f"{type(inside).__name__} holds no Keras model; expected a fitted network, e.g. "
            "KerasClassifier, or a keras.Model."
        )
    return model


def _convolutions(model: Any) -> Iterator[Any]:
    """Yield the convolution layers of a model, and of the models inside it."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _convolutions(layer)
        # By name: pictures load no deep learning library.
        elif any(base.__name__ == "Conv2D" for base in type(layer).__mro__):
            yield layer


def _chosen(layers: list[Any], wanted: int | str) -> Any:
    by_name = {layer.name: layer for layer in layers}
    numbered = dict(enumerate(layers)) | {n - len(layers): one for n, one in enumerate(layers)}
    found = by_name.get(wanted) if isinstance(wanted, str) else numbered.get(wanted)
    if found is None:
        raise ValueError(
            f"layer={wanted!r} is not possible; the network's Conv2D layers are {list(by_name)}. "
            "Give one's name or number, or the weights of another layer to the constructor."
        )
    return found
