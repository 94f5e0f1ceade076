"""What the toys of one feature share: the optimum, by quadrature over their densities."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from skpnn.datasets._densities import Floats, auc_of_cells, cells_between
from skpnn.datasets._known_optimum import KnownOptimum


class OneFeatureProblem(KnownOptimum):
    """A problem with one feature and explicit densities, whose AUC is a sum over fine cells."""

    feature_name: ClassVar[str]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The name of the only feature column."""
        return (self.feature_name,)

    @abstractmethod
    def _signal_log_density(self, x: Floats, theta: Floats) -> Floats:
        """Return log s(x | θ), broadcast."""

    @abstractmethod
    def _background_log_density(self, x: Floats) -> Floats:
        """Return log b(x)."""

    @abstractmethod
    def _edges(self, theta: Floats) -> Floats:
        """Return where the background jumps and where the signal at `theta`, (n,), fades out."""

    def optimal_auc(self, theta: float) -> float:
        """Return the AUC of the best possible classifier of signal at θ against background.

        Parameters
        ----------
        theta : float
            The hypothesis, in the units of the problem.

        Returns
        -------
        float
            The Neyman-Pearson optimum, by quadrature, to about 1e-7.

        Examples
        --------
        >>> from skpnn.datasets import BaldiToy
        >>> round(BaldiToy().optimal_auc(1.5), 5)
        0.95013
        """
        return self.theta_blind_auc([theta])

    def theta_blind_auc(self, theta: Iterable[float] | None = None) -> float:
        """Return the best AUC that a classifier reaches which does not know θ.

        Parameters
        ----------
        theta : iterable of float, default=None
            The hypotheses that the signal mixes in equal parts; None stands for ``default_theta``.

        Returns
        -------
        float
            The pooled AUC of that mixture against background, by quadrature, to about 1e-7.

        Examples
        --------
        >>> from skpnn.datasets import BaldiToy
        >>> round(BaldiToy().theta_blind_auc(), 3)
        0.76
        """
        hypotheses = self._checked_hypotheses(theta)
        x, width = cells_between(self._edges(hypotheses))
        signal = sum(np.exp(self._signal_log_density(x, one)) for one in hypotheses)
        return auc_of_cells(signal * width, np.exp(self._background_log_density(x)) * width)

    def _log_likelihood_ratio(self, x: Floats, theta: Floats) -> Floats:
        feature = x[:, 0]
        return self._signal_log_density(feature, theta) - self._background_log_density(feature)
