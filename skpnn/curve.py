"""CurveRegressor: fits any differentiable function of data and parameters by gradient steps."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, Self

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skpnn._atomic import scratch_copy, take_over
from skpnn._parameters import check_choice, check_integer, check_real
from skpnn._sample import Seeds, unit_weight, weighted_rows
from skpnn._validation import checked_weights
from skpnn.engine.backends import double_precision
from skpnn.engine.callbacks import as_callbacks, check_rate_callbacks
from skpnn.engine.covariance import has_curvature, least_squares_covariance, sandwich_covariance
from skpnn.engine.curves import CurveModel, curve_values, event_losses
from skpnn.engine.domain import StayInDomain
from skpnn.engine.events import Events
from skpnn.engine.identity import function_key, loss_identity
from skpnn.engine.loop import TrainingPlan, train
from skpnn.engine.programs import leased_program
from skpnn.losses import resolve_loss
from skpnn.optimizers import LearningRate, OptimizerSpec, build_optimizer

__all__ = ["CurveRegressor"]


class CurveRegressor(RegressorMixin, BaseEstimator):
    """Fits any differentiable curve f(x, p) to data by the steps of a Keras optimizer.

    Parameters
    ----------
    function : callable
        ``function(x, p)``, written with `keras.ops`, which differentiates it. It gets x of shape
        (n, n_features) and p of shape (n_parameters,), tensors of `dtype`, and returns shape (n,)
        or (n, 1). Parameters are its elements ``p[0]``, ``p[1]`` and so on.
    p0 : array-like of shape (n_parameters,)
        Where the parameters start.
    loss : str, keras.losses.Loss or callable, default="squared_error"
        Or ``"absolute_error"``, ``"huber"``, or any Keras loss, which is minimised in the mean.
    optimizer : str, Keras optimizer class or instance, default="adam"
        ``"sgd"``, ``"adam"``, ``"adamw"``, ``"adagrad"``, ``"rmsprop"`` or any Keras optimizer. A
        name or a class gets `learning_rate` and its schedule; an instance brings its own.
    learning_rate : float, default=0.3
        Learning rate η at the first step. A step of Adam's moves a parameter by η at most, nearly:
        scale parameters to be of order one, or adapt it.
    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        ``"cosine"`` multiplies η by ½(1 + cos πt/T) at step t of T.
    learning_rate_decay : float, default=0.0
        Divides η by 1 + decay · t.
    momentum : float, default=0.9
        Momentum of ``"sgd"``.
    nesterov : bool, default=True
        Whether that is Nesterov's.
    batch_size : int or None, default=None
        Events per step; None takes all of them at once, 1 goes event by event.
    epochs : int, default=1000
        Passes over the events.
    shuffle : bool, default=True
        Whether every pass has an order of its own.
    huber_delta : float, default=1.0
        Under ``loss="huber"``, where the loss turns from a parabola into a line, in units of y.
    absolute_sigma : bool, default=False
        Whether `sample_weight` is 1/σ², with σ the errors of y in its units, or proportional to
        it. It changes nothing but `covariance_`.
    callbacks : keras.callbacks.Callback or list of these, default=None
        Called as by `keras.Model.fit`, but batch hooks cost one compiled call per batch. A file of
        the model can hold its parameters (``save_weights_only=True``), not the function.
    warm_start : bool, default=False
        Whether `fit` starts from ``p_`` of the last fit; optimizer and schedule restart.
    dtype : {"float64", "float32"}, default="float64"
        Precision of the curve.
    verbose : int, default=0
        0 is silent, 1 shows Keras' progress bar, 2 a line per epoch.
    random_state : int, RandomState instance or None, default=None
        Determines the order of events.

    Attributes
    ----------
    p_ : ndarray of shape (n_parameters,)
        The fitted parameters.
    covariance_ : ndarray of shape (n_parameters, n_parameters)
        Their covariance, see below; infinite, with a `CovarianceWarning`, where the data do not
        determine it or the fit has not converged to a tenth of a standard deviation.
    p_std_ : ndarray of shape (n_parameters,)
        Their standard deviations, the root of its diagonal.
    loss_ : float
        Weighted mean of the loss at ``p_``.
    history_ : dict of list
        Keras' history: ``loss`` by epoch, the mean over its steps.
    n_iter_ : int
        Number of epochs.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X had names.

    See Also
    --------
    MLPRegressor : Where the function is not known.

    Notes
    -----
    For squares, S = Σ w (y − f)² of Hessian H has the covariance 2 H⁻¹ where weights are 1/σ²
    (``absolute_sigma=True``) [1]_. Otherwise it is multiplied by S / (n − k), for n events of
    weights other than 0 and k parameters, as `scipy.optimize.curve_fit` does, which takes JᵀJ for
    H/2: that differs by the curvature of f times the residuals. For any other loss l it is the
    sandwich A⁻¹ B A⁻¹ of A = Σ w ∂²l and B = Σ w² ∂l ∂lᵀ [2]_, whatever `absolute_sigma`; NaN for
    a loss without curvature, as ``"absolute_error"``, whose covariance depends on the unknown
    density of y at f: use the bootstrap.

    Whether the fit has converged is estimated from the slope g that is left at ``p_``, for squares
    by Minuit's estimated distance to the minimum, ½ gᵀH⁻¹g [1]_; without noise, the errors vanish,
    and five digits of the parameters do.

    The function should read nothing that changes but x and p. Numbers and arrays that it reads as
    a global or enclosing variable are looked at by every fit, and a function that reads more than
    these and Keras' own functions is compiled anew each time.

    References
    ----------
    .. [1] James, Roos, "Minuit", Comput. Phys. Commun. 10 (1975) 343: HESSE, for a χ².
    .. [2] Zeileis, "Object-oriented computation of sandwich estimators", J. Stat. Softw. 16(9)
       (2006), eqs. (4)-(6).

    Examples
    --------
    >>> import numpy as np
    >>> from keras import ops
    >>> from skpnn import CurveRegressor
    >>> def decay(x, p):
    ...     return p[0] * ops.exp(-p[1] * x) + p[2]
    >>> X = np.linspace(0, 1, 11)[:, np.newaxis]
    >>> y = 5 * np.exp(-2 * X[:, 0]) + 1.5
    >>> CurveRegressor(decay, p0=[1, 1, 1]).fit(X, y).p_.round(2)
    array([5. , 2. , 1.5])
    """

    def __init__(
        self,
        function: Callable[[Any, Any], Any],
        p0: ArrayLike,
        *,
        loss: Any = "squared_error",
        optimizer: Any = "adam",
        learning_rate: float = 0.3,
        learning_rate_schedule: str = "cosine",
        learning_rate_decay: float = 0.0,
        momentum: float = 0.9,
        nesterov: bool = True,
        batch_size: int | None = None,
        epochs: int = 1000,
        shuffle: bool = True,
        huber_delta: float = 1.0,
        absolute_sigma: bool = False,
        callbacks: Any = None,
        warm_start: bool = False,
        dtype: str = "float64",
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.function = function
        self.p0 = p0
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.learning_rate_decay = learning_rate_decay
        self.momentum = momentum
        self.nesterov = nesterov
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.huber_delta = huber_delta
        self.absolute_sigma = absolute_sigma
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.dtype = dtype
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the parameters to X and y.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            Where the curve was measured.
        y : array-like of shape (n_samples,)
            The measurements.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event, proportional to 1/σ² of y, so that none may be negative; 0 leaves
            an event out. Training does not depend on their scale.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If an argument, X, y or a weight cannot be used, or function or loss return another
            shape, or the function no finite numbers at p0. The estimator is then as it was before.
        """
        scratch = scratch_copy(self)
        with double_precision():
            scratch._fit(X, y, sample_weight)
        return take_over(self, scratch)

    def predict(self, X: Any) -> NDArray:
        """Return the curve at X.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            Where to compute it.

        Returns
        -------
        ndarray of shape (n_samples,)
            The values of the fitted function.

        Raises
        ------
        ValueError
            If it is not fitted, or X holds NaN or infinity or has other columns than `fit` saw.
        """
        check_is_fitted(self, "p_")
        X = validate_data(self, X, reset=False, dtype=self.dtype)
        with double_precision():
            return ops.convert_to_numpy(curve_values(self.function, X, self.p_))

    def _fit(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> None:
        self._check_parameters()
        start = self._start()
        X, y, weight = self._read(X, y, sample_weight)
        self._check_start(X, y, start)
        events = Events(X, y[:, np.newaxis], unit_weight(weight, self.dtype))
        self.p_, self.history_ = self._train(events, start)
        self.n_iter_ = len(self.history_["loss"])
        losses = ops.convert_to_numpy(self._losses(y, curve_values(self.function, X, self.p_)))
        self.loss_ = float(np.average(losses, weights=weight))
        self.covariance_ = self._covariance(X, y, weight)
        self.p_std_ = np.sqrt(np.diag(self.covariance_))

    def _check_parameters(self) -> None:
        if not callable(self.function):
            raise ValueError(
                f"function={self.function!r} is not possible; expected a callable of (x, p)."
            )
        for name in ("nesterov", "shuffle", "absolute_sigma", "warm_start"):
            check_choice(name, getattr(self, name), (False, True))
        check_integer("epochs", self.epochs, low=1)
        if self.batch_size is not None:
            check_integer("batch_size", self.batch_size, low=1)
        check_real("learning_rate", self.learning_rate, low=0, open_low=True)
        check_real("learning_rate_decay", self.learning_rate_decay, low=0)
        check_real("momentum", self.momentum, low=0, high=1)
        check_real("huber_delta", self.huber_delta, low=0, open_low=True)
        check_choice("learning_rate_schedule", self.learning_rate_schedule, ("cosine", "constant"))
        check_choice("dtype", self.dtype, ("float32", "float64"))
        check_choice("verbose", self.verbose, (0, 1, 2))
        check_rate_callbacks(
            self.callbacks,
            optimizer=self.optimizer,
            schedule=self.learning_rate_schedule,
            decay=self.learning_rate_decay,
        )

    def _start(self) -> NDArray:
        p0 = _checked_p0(self.p0, self.dtype)
        if not self.warm_start or not hasattr(self, "p_"):
            return p0
        if p0.shape != self.p_.shape:
            raise ValueError(
                f"warm_start=True goes on from {len(self.p_)} parameters, but p0 now has "
                f"{len(p0)}; fit a clone to start anew."
            )
        return self.p_.astype(self.dtype)

    def _read(
        self, X: Any, y: Any, sample_weight: ArrayLike | None
    ) -> tuple[NDArray, NDArray, NDArray[np.float64]]:
        X, y = validate_data(self, X, y, dtype=self.dtype, y_numeric=True)
        weight = checked_weights(sample_weight, len(X))
        if (weight < 0).any():
            raise ValueError(
                f"sample_weight is negative in {(weight < 0).sum()} of {len(weight)} rows, first "
                f"in row {np.flatnonzero(weight < 0)[0]}; a curve's weights stand for 1/σ². Sum "
                "the events in bins, whose errors are positive, and fit the bins."
            )
        weight, X, y = weighted_rows(weight, weight, X, y.astype(self.dtype))
        return X, y, weight

    def _check_start(self, X: NDArray, y: NDArray, p: NDArray) -> None:
        values = curve_values(self.function, X, p)
        bad = ~np.isfinite(ops.convert_to_numpy(values))
        if bad.any():
            raise ValueError(
                f"function(x, p) is not finite in {bad.sum()} of {len(X)} rows at the start, "
                f"p = {p.tolist()}, first at x = {X[bad][0].tolist()}; choose another p0."
            )
        self._losses(y, values)

    def _train(self, events: Events, start: NDArray) -> tuple[NDArray, dict[str, list[float]]]:
        batch_size = min(self.batch_size or len(events), len(events))
        callbacks = as_callbacks(self.callbacks)
        plan = TrainingPlan(
            self.epochs,
            batch_size,
            [*callbacks, StayInDomain(events.X)],
            self.verbose,
            shuffle=bool(self.shuffle),
            # One step per call: XLA would gain nothing, and compile first.
            use_xla=batch_size < len(events),
        )
        rate = LearningRate(
            self.learning_rate,
            self.learning_rate_schedule,
            self.learning_rate_decay,
            horizon=plan.epochs * -(-len(events) // batch_size),
        )
        optimizer = OptimizerSpec(
            self.optimizer,
            self.momentum,
            self.nesterov,
            None if rate.is_constant else rate.schedule,
        )

        def build() -> keras.Model:
            model = CurveModel(self.function, len(start), dtype=self.dtype)
            model.compile(optimizer=build_optimizer(optimizer), loss=self._keras_loss())
            return model

        key = self._key(events, start, optimizer)
        with leased_program(key, build, events.example()) as program:
            program.restart()
            program.model.set_weights([start])
            optimizer.set_numbers(program.model.optimizer, rate)
            rng = Seeds.of(self.random_state).training
            history = train(program, events, plan, rng=rng)
            (p,) = program.model.get_weights()
        for callback in callbacks:
            # The program will train other curves: a callback must not go on looking at it.
            keras.callbacks.Callback.set_model(callback, None)
        return p, history

    def _key(self, events: Events, start: NDArray, optimizer: OptimizerSpec) -> Hashable:
        """Return what two fits by the same compiled program have in common, or None."""
        function, loss = function_key(self.function), loss_identity(self.loss)
        if function is None or loss is None:
            return None
        shapes = (events.X.shape[1], len(start), self.dtype)
        return ("curve", function, shapes, optimizer.key, loss, self.huber_delta)

    def _keras_loss(self) -> Any:
        return resolve_loss(self.loss, dtype=self.dtype, huber_delta=self.huber_delta)

    def _losses(self, y: NDArray, values: Any) -> Any:
        return event_losses(self._keras_loss(), y, values)

    def _covariance(
        self, X: NDArray, y: NDArray, weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        def curve(p: Any) -> Any:
            return curve_values(self.function, X, p)

        if _is_squared_error(self._keras_loss()):
            return least_squares_covariance(
                lambda p: curve(p) - y, self.p_, weight, absolute_sigma=bool(self.absolute_sigma)
            )
        if not has_curvature(partial(self._losses, y), y, ops.convert_to_numpy(curve(self.p_))):
            return np.full((len(self.p_), len(self.p_)), np.nan)
        return sandwich_covariance(lambda p: self._losses(y, curve(p)), self.p_, weight)


def _checked_p0(p0: ArrayLike, dtype: str) -> NDArray:
    try:
        found = np.asarray(p0, dtype=dtype)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 1 or not len(found) or not np.isfinite(found).all():
        raise ValueError(
            f"p0={p0!r} is not possible; expected a list of one finite number per parameter."
        )
    return found


def _is_squared_error(loss: Any) -> bool:
    # A subclass may compute anything.
    return type(loss) is keras.losses.MeanSquaredError or loss is keras.losses.mean_squared_error
