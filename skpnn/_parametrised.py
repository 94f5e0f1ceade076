"""Training and validation events of a parametrised network: θ scaled, background θ injected."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skpnn._sample import Sample, unit_weight
from skpnn._theta import ThetaRange
from skpnn.engine.events import Events, InjectedTheta
from skpnn.injection import ThetaSource, fixed_theta

__all__ = ["Parametrisation"]


@dataclass(frozen=True)
class Parametrisation:
    """Where θ stands, how it is scaled, and where background gets it from.

    Attributes
    ----------
    columns : ndarray of shape (n_theta,)
        The θ columns of X.
    span : ThetaRange
        The training signal's range, mapped to [−1, 1].
    source : ThetaSource or None
        What draws background θ; None takes those of X.
    """

    columns: NDArray[np.intp]
    span: ThetaRange
    source: ThetaSource | None

    def training_events(
        self,
        sample: Sample,
        weight: NDArray[np.float64],
        background: NDArray[np.bool_],
        *,
        redraw_every_epoch: bool,
    ) -> Events:
        """Return events whose background θ are drawn as training goes."""
        values = self._scaled(sample.X[:, self.columns], sample)
        theta = InjectedTheta(
            self.columns, values, np.flatnonzero(background), self.source, self.span
        )
        weight = unit_weight(weight, sample.X.dtype)
        return Events(sample.X, sample.target, weight, theta, redraw_every_epoch)

    def validation_events(
        self,
        sample: Sample,
        weight: NDArray[np.float64],
        background: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> Events:
        """Return events whose background rows stand at several fixed θ, sharing their weight.

        Were θ drawn anew for every epoch, the validation loss would jump with the draw, and early
        stopping with it.
        """
        if self.source is None:
            return self.training_events(sample, weight, background, redraw_every_epoch=False)
        signal_rows, background_rows = np.flatnonzero(~background), np.flatnonzero(background)
        fixed, share = fixed_theta(self.source, len(background_rows), rng)
        rows = np.concatenate([signal_rows, np.tile(background_rows, len(share))])
        values = np.concatenate([sample.X[signal_rows][:, self.columns], np.concatenate(fixed)])
        shared = np.outer(share, weight[background_rows]).ravel()
        repeated = np.concatenate([weight[signal_rows], shared])
        none = np.empty(0, dtype=np.intp)
        return Events(
            sample.X[rows],
            sample.target[rows],
            unit_weight(repeated, sample.X.dtype),
            InjectedTheta(self.columns, self._scaled(values, sample), none, None, self.span),
        )

    def _scaled(self, theta: NDArray[np.floating], sample: Sample) -> NDArray[np.floating]:
        return self.span.scaled(theta).astype(sample.X.dtype)
