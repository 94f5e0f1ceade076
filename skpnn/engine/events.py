"""Training events on the host: inputs, targets, weights, and θ drawn anew."""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from skpnn._theta import ThetaRange
from skpnn.injection import ThetaSource

__all__ = ["Batches", "Events", "InjectedTheta", "batched"]

# Inputs and targets are arrays, or what Keras takes for several: lists or dicts of arrays.
Arrays = Any
Batches = tuple[Arrays, Arrays, NDArray]

# Rows whose θ are scaled at once.
ROWS_SCALED = 65_536


@dataclass
class InjectedTheta:
    """The θ columns of the network's input, background rows drawn from `source`.

    Attributes
    ----------
    columns : ndarray of shape (n_theta,)
        Where θ stands in X.
    values : ndarray of shape (n, n_theta)
        θ mapped to [−1, 1]; background rows hold the last draw.
    background : ndarray of shape (n_background,)
        Row numbers of the background.
    source : ThetaSource or None
        What draws their θ, in the units of X; None leaves them as they are.
    span : ThetaRange
        The map to [−1, 1].
    """

    columns: NDArray[np.intp]
    values: NDArray[np.floating]
    background: NDArray[np.intp]
    source: ThetaSource | None
    span: ThetaRange

    def redraw(self, rng: np.random.Generator) -> None:
        """Give every background event a new θ."""
        if self.source is not None and len(self.background):
            drawn = self.source.draw(rng, len(self.background))
            # By blocks: no temporary arrays as long as the sample.
            for start in range(0, len(drawn), ROWS_SCALED):
                rows = slice(start, start + ROWS_SCALED)
                self.values[self.background[rows]] = self.span.scaled(drawn[rows])


@dataclass
class Events:
    """Training events: inputs, targets and weights, and θ where the network has one.

    Attributes
    ----------
    X : ndarray of shape (n, …), or a list or dict of such
        The inputs; θ columns are not read.
    target : ndarray of shape (n, …), or a list or dict of such
        What the network should return.
    weight : ndarray of shape (n,)
        Weights, of mean 1.
    theta : InjectedTheta or None
        The θ columns.
    redraw_every_epoch : bool
        Whether θ is drawn for every epoch anew, or once.
    """

    X: Arrays
    target: Arrays
    weight: NDArray
    theta: InjectedTheta | None = None
    redraw_every_epoch: bool = True
    _drawn: bool = field(default=False, init=False)

    def __len__(self) -> int:
        return len(self.weight)

    def start_epoch(self, rng: np.random.Generator) -> None:
        """Draw θ where an epoch begins with a new draw."""
        if self.theta is not None and (self.redraw_every_epoch or not self._drawn):
            self.theta.redraw(rng)
            self._drawn = True

    def take(self, rows: NDArray[np.intp]) -> Batches:
        """Return the inputs, targets and weights of `rows`."""
        arrays = (self.X, self.target, self.weight)
        X, target, weight = keras.tree.map_structure(lambda a: a.take(rows, axis=0), arrays)
        if self.theta is not None:
            X[:, self.theta.columns] = self.theta.values[rows]
        return X, target, weight

    def example(self) -> Batches:
        """Return one batch of one event."""
        return batched(self.take(np.zeros(1, dtype=np.intp)), 1)

    @property
    def bytes_per_event(self) -> int:
        """Memory that one event takes."""
        first = keras.tree.flatten(self.take(np.zeros(1, dtype=np.intp)))
        return sum(array.nbytes for array in first)


def batched(arrays: Batches, batch_size: int) -> Batches:
    """Return the arrays, of shape (n, …), as (n / batch_size, batch_size, …)."""
    return keras.tree.map_structure(lambda a: a.reshape(-1, batch_size, *a.shape[1:]), arrays)
