"""The learning-rate range test: a short training under a rate that grows with every batch."""

from __future__ import annotations

import warnings
from typing import Any, Self

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from skpnn._fitting import fitted_on
from skpnn._parameters import check_integer, check_real
from skpnn._telling import told
from skpnn.exceptions import DivergenceWarning, SkpnnWarning
from skpnn.plotting._learning_rate_curve import FIRST, LearningRateCurve, learning_rate_curve
from skpnn.plotting._learning_rate_range import LearningRateRangeDisplay
from skpnn.tuning._networks import network_in

__all__ = ["learning_rate_range_test"]

# The range ends where the loss is so many times that of the untrained network: no minimum follows.
MANY = 10.0


def learning_rate_range_test(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    low: float = 1e-5,
    high: float = 10.0,
    n_steps: int = 300,
    smoothing: float = 0.9,
) -> LearningRateRangeDisplay:
    """Train for `n_steps` batches under a rate that grows from `low` to `high`, and watch the loss.

    The rate grows by the same factor from batch to batch. The loss falls once the rate is large
    enough to learn, and turns up where it is so large that training diverges; a tenth of that rate
    is a good one to start from. One short training so replaces a search over decades.

    The loss is that of training, of each batch: the mean of the weighted losses of its events, and
    penalties. The last batch of an epoch counts as any other, however few its events. The range
    ends early where the loss is not finite, or where the mean of ten batches is ten times that of
    the first ten.

    Training is that of `estimator`, with its batches, optimizer, preprocessing and random state,
    but with a rate of the test's, on all events (nothing is held out) and without `callbacks`,
    which might stop it or write files. A clone is trained: `estimator` stays as it is.

    Parameters
    ----------
    estimator : estimator
        A `PNNClassifier`, `MLPClassifier`, `MLPRegressor`, `KerasClassifier` or `KerasRegressor`,
        or a Pipeline (a `TransformedTargetRegressor`, …) that trains one, once. An optimizer
        instance needs a constant rate, which is not used.
    X : DataFrame or array of shape (n_samples, n_features)
        The events, as `estimator` is fitted on them.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        The classes or targets.
    sample_weight : array-like of shape (n_samples,), optional
        One weight per event.
    low : float, default=1e-5
        The rate of the first batch, above 0.
    high : float, default=10.0
        The rate of the last, above `low`.
    n_steps : int, default=300
        Number of batches, at least 10.
    smoothing : float, default=0.9
        Of the exponential moving average of the losses, in [0, 1): the share that the average of
        the batches before has in the next.

    Returns
    -------
    LearningRateRangeDisplay
        With ``learning_rates``, ``losses`` and ``smoothed``, of shape (n,), n ≤ `n_steps`, and
        ``suggestion``: a tenth of the rate at which the smoothed loss is smallest, None where it
        never falls by more than the scatter of the batches. It is drawn by its ``plot``.

    Raises
    ------
    ValueError
        If an argument is out of range; if `estimator` holds no network or several, or trains it
        more than once; if a schedule sets the rate; if the loss of the first batch is not finite.

    Warns
    -----
    SkpnnWarning
        If the smoothed loss never falls, or does not turn up: the suggestion is then a tenth of
        about the last rate, and larger ones may be good.

    Notes
    -----
    [1]_ reads the largest rate from where the accuracy falls again, in section 3.3, and lets the
    rate grow linearly; that it grows exponentially, and the tenth, are those of [2]_. A rate for a
    schedule that lowers it, as ``learning_rate_schedule="cosine"``, may be somewhat larger.

    References
    ----------
    .. [1] L. N. Smith, "Cyclical learning rates for training neural networks", WACV 2017,
       arXiv:1506.01186.
    .. [2] A. Géron, "Hands-on machine learning with scikit-learn, Keras and TensorFlow", 3rd ed.,
       O'Reilly 2022, chapter 10.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import RobustScaler
    >>> import skpnn
    >>> from skpnn.tuning import learning_rate_range_test
    >>> X, y = skpnn.datasets.BaldiToy().sample(500, random_state=0)
    >>> model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(random_state=0))
    >>> result = learning_rate_range_test(model, X, y)
    >>> 1e-3 < result.suggestion < 0.1
    True
    >>> model = model.set_params(pnnclassifier__learning_rate=result.suggestion)
    """
    check_real("low", low, low=0, open_low=True)
    check_real("high", high, low=low, open_low=True)
    check_integer("n_steps", n_steps, low=FIRST)
    check_real("smoothing", smoothing, low=0, high=1)
    recorder = _RangeRecorder(np.geomspace(low, high, n_steps))
    weight = None if sample_weight is None else np.asarray(sample_weight)
    with told(DivergenceWarning):
        fitted_on(_watched(estimator, recorder), X, y, sample_weight=weight)
    rates, losses = recorder.recorded()
    curve = learning_rate_curve(rates, losses, smoothing=smoothing)
    if not (curve.falls and curve.turns_up):
        warnings.warn(_doubt(curve, rates), SkpnnWarning, stacklevel=2)
    return LearningRateRangeDisplay(rates, losses, curve.smoothed, suggestion=curve.suggestion)


class _RangeRecorder(keras.callbacks.Callback):
    """Sets the rate before each batch, and keeps the loss of each.

    Parameters
    ----------
    rates : ndarray of shape (n_steps,)
        The rates.
    """

    def __init__(self, rates: NDArray[np.float64]) -> None:
        super().__init__()
        self.rates = rates
        self._losses: list[float] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # Meta-estimators train clones, and scikit-learn copies what a clone is given.
        return self

    def recorded(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the rates that were used, and the losses."""
        if not self._losses:
            raise ValueError(
                "The network of the estimator was not trained, or in another process; give the "
                "network alone, or in a Pipeline."
            )
        return self.rates[: len(self._losses)], np.array(self._losses)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Refuse a second training, and a rate that cannot be set."""
        if self._losses:
            raise ValueError(
                "The estimator trains its network more than once, and the range test watches one "
                "training; give the network alone, or in a Pipeline."
            )
        optimizer = self.model.optimizer
        # Mixed precision wraps the optimizer that has the rate.
        rate = getattr(optimizer, "inner_optimizer", optimizer)._learning_rate
        if not isinstance(rate, keras.Variable):
            raise ValueError(
                f"The optimizer's learning rate is set by {rate!r}; expected a number, for the "
                "range test sets it itself. Give the optimizer with a constant learning_rate."
            )

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Set the rate, and forget the batches before: metrics are means over an epoch."""
        self.model.reset_metrics()
        self.model.optimizer.learning_rate = self.rates[len(self._losses)]

    def on_train_batch_end(self, batch: int, logs: dict[str, Any]) -> None:  # noqa: ARG002
        """Keep the loss of the batch."""
        self._losses.append(float(logs["loss"]))
        if self._is_over():
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Keep a loss of NaN where training ended at weights that are not finite."""
        if not self._is_over():
            self._losses.append(np.nan)

    def _is_over(self) -> bool:
        if len(self._losses) == len(self.rates) or not np.isfinite(self._losses[-1]):
            return True
        untrained, now = np.mean(self._losses[:FIRST]), np.mean(self._losses[-FIRST:])
        return bool(now > MANY * abs(untrained))


def _watched(estimator: Any, recorder: _RangeRecorder) -> Any:
    """Return a clone whose network trains as long as the range is, with no callback but one."""
    watched = clone(estimator)
    prefix, network = network_in(watched)
    settings: dict[str, Any] = {
        "callbacks": [recorder],
        "early_stopping": False,
        # At least one batch each.
        "epochs": len(recorder.rates),
        "learning_rate_decay": 0.0,
        "learning_rate_schedule": "constant",
        "validation_split": 0.0,
        "verbose": 0,
    }
    names = list(network.get_params(deep=False))
    given = {name: name.removeprefix("fit__") for name in names}
    watched.set_params(
        **{prefix + name: settings[key] for name, key in given.items() if key in settings}
    )
    for name in names:
        # scikeras' arguments for the callbacks that are not used.
        if "callbacks" in name.split("__") and name != "callbacks":
            delattr(network, name)
    return watched


def _doubt(curve: LearningRateCurve, rates: NDArray[np.float64]) -> str:
    span = f"learning rates from {rates[0]:.2g} to {rates[-1]:.2g}"
    if not curve.falls:
        return (
            f"Under {span} the loss never falls by more than the scatter of the batches: there is "
            "no suggestion. Look at the plot; take larger batches (batch_size), more steps "
            "(n_steps), or another range (low, high), and scale the features (RobustScaler)."
        )
    return (
        f"Under {span} the loss does not turn up: rates above the suggestion may be good. Raise "
        "high."
    )
