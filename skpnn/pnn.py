"""PNNClassifier: one network for all hypotheses, p(signal | x, θ)."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from skpnn._base import NetworkEstimator
from skpnn._classes import class_codes, class_weighted
from skpnn._conditioning import KINDS, PLACES, Conditioning
from skpnn._parameters import check_choice
from skpnn._parametrised import Parametrisation
from skpnn._sample import Sample, Seeds, weighted_rows
from skpnn._telling import tell
from skpnn._theta import ThetaRange, distinct_hypotheses, extrapolation_message, theta_groups
from skpnn._theta_columns import theta_columns
from skpnn._validation import check_class_weight_sums, check_finite_features, check_target_given
from skpnn.engine.events import Events
from skpnn.engine.scanning import outputs_at, scanning_pays
from skpnn.exceptions import ExtrapolationWarning
from skpnn.injection import (
    EmpiricalTheta,
    ThetaSource,
    check_signal_theta,
    summarised_theta,
    theta_source,
    warn_of_odd_theta,
)
from skpnn.leakage import WeightedTheta, warn_of_theta_leakage
from skpnn.missing_theta import fill_missing_theta

__all__ = ["PNNClassifier"]

DRAW_FROM_SIGNAL = 'Use background_theta="signal", which draws background θ from the signal\'s.'
MIX_THE_CALLS = (
    "This call's signal holds other θ than the calls before: mix the files, so that every call of "
    "partial_fit holds all hypotheses."
)
# Rows of θ kept for predicting where θ is missing.
THETA_SAMPLE_SIZE = 4096


class PNNClassifier(ClassifierMixin, NetworkEstimator):
    """A parametrised neural network: one classifier for every hypothesis θ.

    θ, the theory parameters (a mass in GeV, a coupling), are columns of X. The network takes them
    as inputs, learns p(signal | x, θ), and interpolates to θ that were never simulated [1]_.
    Background has no θ: it may hold NaN there, and `fit` injects θ drawn from the signal's. To
    predict, assign a hypothesis to every event: ``X.assign(mass=750)``, or `skpnn.scan`.

    Scale the features before (`sklearn.preprocessing.RobustScaler` passes NaN in θ on); θ is
    mapped inside, affinely, so that the training signal's range becomes [−1, 1].

    Parameters
    ----------
    hidden_layer_sizes : int, sequence of int, or str, default=(32, 32, 32)
        Widths of the hidden layers; ``"32-32-32"`` is for search tools, which sample scalars.
    activation : str or callable, default="relu"
        Keras activation of the hidden layers.
    depth : int, default=1
        How often the hidden layers follow each other: ``hidden_layer_sizes=64, depth=3`` is
        64-64-64 in two scalars, as search tools like it.
    theta : int, str or sequence of these, default=-1
        The θ column(s) of X, by index or by name.
    background_theta : {"signal", "uniform", "given"}, object with ``rvs``, list or callable, \
default="signal"
        How background receives θ while training. ``"signal"`` draws whole θ rows of the training
        signal, by its final weights; ``"uniform"`` draws from the box they span; an object with
        ``rvs(size=, random_state=)``, a list of one per θ column, or a function ``f(rng, n)``
        draws as it likes, in the units that the network is given θ in (behind a scaler not yours:
        put the scaler in `skpnn.on_features`); ``"given"`` takes θ from X, where it must not be
        NaN. All but ``"given"`` overwrite the θ that background has in X.
    redraw : {"epoch", "never"}, default="epoch"
        Whether background θ is drawn for every epoch anew, or once.
    missing_theta : {"draw", "error"}, default="draw"
        What predicting does with rows whose θ is NaN, where others have one: ``"draw"`` takes a θ
        of the training draw, chosen by a hash of the features; ``"error"`` raises.
    background_label : label or None, default=None
        The class that is background; None takes the smaller label.
    conditioning : {"concat", "affine", "scaling", "biasing"}, default="concat"
        How θ acts in the network [2]_. ``"concat"`` makes it an input; ``"affine"`` multiplies the
        outputs z of hidden layers by a scale and adds a shift, z · s(θ) + t(θ), both linear in θ;
        ``"scaling"`` and ``"biasing"`` do one of both. The other three leave θ out of the inputs.
    conditioning_at : {"auto", "start", "all", "end"}, default="auto"
        The hidden layers where that is done: the first, all or the last. ``"auto"`` is
        ``"start"`` for ``"concat"`` and ``"all"`` for the others.
    loss : str, keras.losses.Loss or callable, default="auto"
        ``"auto"`` is cross-entropy; or any Keras loss.
    optimizer : str, Keras optimizer class or instance, default="adam"
        ``"sgd"``, ``"adam"``, ``"adamw"``, ``"adagrad"``, ``"rmsprop"`` or any Keras optimizer. A
        name or a class gets `learning_rate` and its schedule; an instance brings its own.
    learning_rate : float, default=3e-3
        Learning rate η at the first step.
    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        ``"cosine"`` multiplies η by ½(1 + cos πt/T) at step t of the T steps that `epochs` epochs
        take, also where early stopping ends training before.
    learning_rate_decay : float, default=0.0
        Divides η by 1 + decay · t.
    momentum : float, default=0.9
        Momentum of ``"sgd"``.
    nesterov : bool, default=True
        Whether that is Nesterov's.
    batch_size : int or None, default=256
        Events per step; None takes all of them at once.
    epochs : int, default=50
        Passes over the training events.
    alpha : float, default=0.0
        L2 penalty on the kernels, added to the mean loss as alpha · Σ w².
    dropout : float, default=0.0
        Share of each hidden layer's units that is dropped while training.
    batch_normalization : bool, default=False
        Whether batches are normalised before each hidden layer's activation.
    kernel_initializer : str or keras.initializers.Initializer, default="glorot_uniform"
        How the kernels start; biases start at 0.
    initial_weights : list of array-like, default=None
        The weights that training starts from, in Keras' order, as ``weights_`` has them: for each
        layer its kernel, of shape (n_in, n_out), and its bias, of shape (n_out,). They stand in
        for those that `kernel_initializer` draws.
    early_stopping : bool, default=False
        Whether to hold out events and stop when their loss no longer improves. The weights of the
        best epoch are restored.
    validation_fraction : float, default=0.1
        Share of the events held out under `early_stopping`, stratified by class and θ.
    patience : int, default=10
        Epochs without improvement before stopping.
    class_weight : dict, "balanced" or None, default=None
        Factors on the weights of the classes. ``"balanced"`` makes their sums equal.
    theta_weight : "balanced" or None, default=None
        ``"balanced"`` makes the sums of the signal's weights equal at every θ.
    negative_weights : {"keep", "drop", "resample"}, default="keep"
        What training does with events of negative weight. The sum of weights in each class and at
        each θ stays what it is, and validation always keeps all events. ``"keep"`` is unbiased, but
        where they outweigh the others the loss has no lower bound: watch for overfitting.
        ``"drop"`` leaves them out and scales the others, which is biased wherever their share
        varies with the features. ``"resample"`` draws, in each class and at each θ where some
        weights are negative, as many events as there are, in proportion to ``|weight|``, and gives
        them one weight, signed: unbiased, with less spread of the weights for more noise.
    callbacks : keras.callbacks.Callback or list of these, default=None
        Called as by `keras.Model.fit`, but batch hooks cost one compiled call per batch.
    warm_start : bool, default=False
        Whether `fit` starts from the weights of the last fit; optimizer and schedule restart.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the network.
    verbose : int, default=0
        0 is silent, 1 shows Keras' progress bar, 2 a line per epoch.
    random_state : int, RandomState instance or None, default=None
        Determines initial weights, validation split, order of events, dropout and θ draws.
        Equal integers give bit-equal networks on one machine.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The class labels.
    background_label_ : label
        The one that is background.
    theta_columns_ : ndarray of shape (n_theta,)
        Indices of the θ columns.
    hypotheses_ : ndarray of shape (n_hypotheses, n_theta)
        The distinct θ of the training signal, at most 10,000, in the units of the X that `fit`
        received.
    theta_range_ : ThetaRange
        The box that they span, over all partial fits.
    theta_sample_ : ndarray of shape (n, n_theta)
        4,096 rows of θ as training drew them for background.
    signal_fraction_ : float or None
        The share of signal in the weight that training used, which `skpnn.log_likelihood_ratio`
        divides by; None where `background_theta` is not ``"signal"``, since it depends on θ then.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X had names.
    weights_ : list of ndarray
        The trained weights, in Keras' order.
    model_ : keras.Model
        The trained network, built from ``weights_`` on first access. It takes θ as the network
        sees it, mapped to [−1, 1].
    history_ : dict of list
        Keras' history: ``loss``, and ``val_loss`` under `early_stopping`, by epoch.
    n_iter_ : int
        Number of epochs.

    See Also
    --------
    skpnn.scan : Scores at several hypotheses.
    skpnn.score_scan : AUC at several hypotheses.

    Notes
    -----
    A scorer of scikit-learn's sees one number for all hypotheses together: a pooled AUC, which is
    not the AUC at a mass.

    References
    ----------
    .. [1] P. Baldi, K. Cranmer, T. Faucett, P. Sadowski and D. Whiteson, "Parameterized neural
       networks for high-energy physics", Eur. Phys. J. C 76 (2016) 235, arXiv:1601.07913.
    .. [2] L. Anzalone, T. Diotalevi and D. Bonacorsi, "Improving parametric neural networks for
       high-energy physics (and beyond)", Mach. Learn.: Sci. Technol. 3 (2022) 035017,
       arXiv:2202.00424.

    Examples
    --------
    >>> import skpnn
    >>> X, y = skpnn.datasets.BaldiToy().sample(2000, random_state=0)
    >>> model = skpnn.PNNClassifier(epochs=10, random_state=0).fit(X, y)
    >>> model.predict_proba(X.assign(theta=0.5)).shape
    (20000, 2)
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (32, 32, 32),
        activation: Any = "relu",
        *,
        depth: int = 1,
        theta: Any = -1,
        background_theta: Any = "signal",
        redraw: str = "epoch",
        missing_theta: str = "draw",
        background_label: Any = None,
        conditioning: str = "concat",
        conditioning_at: str = "auto",
        loss: Any = "auto",
        optimizer: Any = "adam",
        learning_rate: float = 3e-3,
        learning_rate_schedule: str = "cosine",
        learning_rate_decay: float = 0.0,
        momentum: float = 0.9,
        nesterov: bool = True,
        batch_size: int | None = 256,
        epochs: int = 50,
        alpha: float = 0.0,
        dropout: float = 0.0,
        batch_normalization: bool = False,
        kernel_initializer: Any = "glorot_uniform",
        initial_weights: Any = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        class_weight: Any = None,
        theta_weight: str | None = None,
        negative_weights: str = "keep",
        callbacks: Any = None,
        warm_start: bool = False,
        dtype: str = "float32",
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            depth=depth,
            loss=loss,
            optimizer=optimizer,
            learning_rate=learning_rate,
            learning_rate_schedule=learning_rate_schedule,
            learning_rate_decay=learning_rate_decay,
            momentum=momentum,
            nesterov=nesterov,
            batch_size=batch_size,
            epochs=epochs,
            alpha=alpha,
            dropout=dropout,
            batch_normalization=batch_normalization,
            kernel_initializer=kernel_initializer,
            initial_weights=initial_weights,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            patience=patience,
            negative_weights=negative_weights,
            callbacks=callbacks,
            warm_start=warm_start,
            dtype=dtype,
            verbose=verbose,
            random_state=random_state,
        )
        self.theta = theta
        self.background_theta = background_theta
        self.redraw = redraw
        self.missing_theta = missing_theta
        self.background_label = background_label
        self.conditioning = conditioning
        self.conditioning_at = conditioning_at
        self.class_weight = class_weight
        self.theta_weight = theta_weight

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Train one pass over X and y with a new draw of θ; the optimizer goes on.

        The learning rate is constant. The θ that background is drawn from accumulate over the
        calls; the map of θ is that of the first call, which needs both classes.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,)
            The classes; later calls may hold one only.
        classes : array-like of shape (2,), optional
            The two classes; accepted for scikit-learn's sake.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If an argument, X, y or a weight cannot be used, or the first call lacks a class. The
            estimator is then as it was before.

        Warns
        -----
        ExtrapolationWarning
            If the signal's θ reach beyond the range that the first call mapped.
        ThetaLeakageWarning
            If θ alone tells signal from background.
        """
        return self._partially_fitted(X, y, sample_weight, classes=classes)

    def predict_proba(self, X: Any) -> NDArray:
        """Return the probability of each class at the hypothesis that each row holds.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events, with θ.

        Returns
        -------
        ndarray of shape (n_samples, 2)
            Columns in the order of ``classes_``.

        Raises
        ------
        ValueError
            If no row has a θ, or, under ``missing_theta="error"``, if one has none.

        Warns
        -----
        ExtrapolationWarning
            If a θ lies outside the range that was trained on.
        """
        check_is_fitted(self, "weights_")
        X = self._read_columns(X, reset=False)
        outputs = self._raw_predict(self._with_scaled_theta(X))
        return np.column_stack([1 - outputs, outputs])

    def _scan_pays(self, n_rows: int, n_hypotheses: int) -> bool:
        """Whether `_scan` is faster than a prediction at each hypothesis."""
        return scanning_pays(self.network_spec_, n_rows, n_hypotheses)

    def _scan(
        self, X: Any, theta: NDArray[np.float64], column: int
    ) -> tuple[NDArray, NDArray[np.bool_]]:
        """Return the probability of class `column` of every row at every θ, and what is outside."""
        X = self._read_columns(X, reset=False)
        scaled = self._theta_map.scaled(theta)
        spec, columns = self.network_spec_, self.theta_columns_
        outputs = outputs_at(spec, self.weights_, X, columns=columns, theta=scaled)
        return outputs if column == 1 else 1 - outputs, self.theta_range_.excludes(theta)

    def predict(self, X: Any) -> NDArray:
        """Return the more probable class at the hypothesis that each row holds.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events, with θ.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels of ``classes_``.

        Raises
        ------
        ValueError
            As `predict_proba` does.
        """
        most_probable = self.predict_proba(X).argmax(axis=1)
        return self.classes_[most_probable]

    def _conditioning(self) -> Conditioning | None:
        return Conditioning.of(
            self.conditioning,
            self.conditioning_at,
            n_hidden=len(self._hidden_widths()),
            theta=self.theta_columns_,
            n_inputs=self.n_features_in_,
        )

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_choice("conditioning", self.conditioning, KINDS)
        check_choice("conditioning_at", self.conditioning_at, PLACES)
        check_choice("redraw", self.redraw, ("epoch", "never"))
        check_choice("missing_theta", self.missing_theta, ("draw", "error"))
        check_choice("theta_weight", self.theta_weight, (None, "balanced"))

    @property
    def _is_given(self) -> bool:
        return isinstance(self.background_theta, str) and self.background_theta == "given"

    @property
    def _draws_from_signal(self) -> bool:
        return isinstance(self.background_theta, str) and self.background_theta == "signal"

    def _read(
        self, X: Any, y: Any, weight: ArrayLike | None, *, classes: Any, first: bool
    ) -> Sample:
        self._check_classes_named(classes)
        X = self._read_columns(X, reset=first)
        check_target_given(self, y)
        check_consistent_length(X, y)
        codes = self._read_classes(y, first=first)
        weight = self._read_weight(weight, len(X))
        if first:
            check_class_weight_sums(weight, codes, self.classes_)
        X, codes, weight = weighted_rows(weight, X, codes, weight)
        theta = X[:, self.theta_columns_]
        background = self.classes_[codes] == self.background_label_
        check_signal_theta(theta, ~background, self.classes_[codes])
        if self._is_given:
            self._check_given(theta)
        if first and not self._is_given:
            signal_label = self.classes_[self.classes_ != self.background_label_].tolist()[0]
            warn_of_odd_theta(theta, ~background, signal_label)
        self._learn_range(theta[~background])
        target = codes[:, np.newaxis].astype(self.dtype)
        return Sample(X, target, weight, codes, self._groups(theta, background, weight))

    def _learn_range(self, theta: NDArray) -> None:
        """Widen the range that was trained on; fix the map of θ where there is none yet."""
        if not len(theta):
            return
        seen = ThetaRange.of(theta)
        if not hasattr(self, "_theta_map"):
            self._theta_map = seen
        elif self._theta_map.excludes(theta).any():
            warnings.warn(
                _beyond_the_map(seen, self._theta_map), ExtrapolationWarning, stacklevel=6
            )
        known = getattr(self, "theta_range_", seen)
        self.theta_range_ = known.joined(seen)

    def _read_columns(self, X: Any, *, reset: bool) -> NDArray:
        X = self._read_array(X, reset=reset)
        names = getattr(self, "feature_names_in_", None)
        if reset:
            self.theta_columns_ = theta_columns(self.theta, n_columns=X.shape[1], names=names)
        features = np.setdiff1d(np.arange(X.shape[1]), self.theta_columns_)
        check_finite_features(X, features=features, names=names, theta=self.theta_columns_)
        return X

    def _read_classes(self, y: Any, *, first: bool) -> NDArray[np.intp]:
        check_classification_targets(y)
        y = column_or_1d(y, warn=True)
        if first:
            self.classes_ = self._two_classes(y)
            is_default = self.background_label is None
            self.background_label_ = self.classes_[0] if is_default else self.background_label
        return class_codes(y, self.classes_)

    def _check_classes_named(self, classes: Any) -> None:
        if classes is not None and len(np.unique(classes)) != 2:
            raise ValueError(f"classes={classes!r} are not two; a PNN has background and signal.")

    def _two_classes(self, y: NDArray) -> NDArray:
        classes = np.unique(y)
        if len(classes) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is "
                f"{type_of_target(y)}: y has {len(classes)} classes, {classes.tolist()[:10]}; "
                "expected background and signal."
            )
        if len(classes) < 2:
            raise ValueError(
                f"y has one class only, {classes.tolist()}; expected background and signal (of "
                "partial_fit's calls the first needs both, for the map of θ)."
            )
        if self.background_label is not None and self.background_label not in classes:
            raise ValueError(
                f"background_label={self.background_label!r} is no class of y; its classes are "
                f"{classes.tolist()}."
            )
        return classes

    def _check_given(self, theta: NDArray) -> None:
        bad = ~np.isfinite(theta).all(axis=1)
        if bad.any():
            raise ValueError(
                f"θ is NaN or infinite in {bad.sum()} rows, first in row {np.flatnonzero(bad)[0]}, "
                'but background_theta="given" trains on the θ of X. Fill them in, or let fit draw '
                'them: background_theta="signal".'
            )

    def _groups(
        self, theta: NDArray, background: NDArray[np.bool_], weight: NDArray[np.float64]
    ) -> NDArray[np.intp]:
        has_policy = self.negative_weights != "keep" and (weight < 0).any()
        if not (self.early_stopping or self.theta_weight is not None or has_policy):
            # To find them takes longer than an epoch.
            return np.broadcast_to(np.intp(0), len(theta))
        groups = np.zeros(len(theta), dtype=np.intp)
        for rows in (~background, background & self._is_given):
            if rows.any():
                groups[rows] = theta_groups(theta[rows])
        return groups

    def _is_background(self, sample: Sample) -> NDArray[np.bool_]:
        return self.classes_[sample.codes] == self.background_label_

    def _final_weight(self, sample: Sample) -> NDArray[np.float64]:
        weight = class_weighted(self.class_weight, sample.codes, self.classes_, sample.weight)
        is_signal = ~self._is_background(sample)
        if self.theta_weight == "balanced" and is_signal.any():
            weight = weight.copy()
            weight[is_signal] = _balanced(weight[is_signal], sample.groups[is_signal])
        return weight

    def _outputs(self) -> tuple[int, str]:
        return 1, "sigmoid"

    def _loss(self) -> Any:
        is_auto = isinstance(self.loss, str) and self.loss == "auto"
        return "binary_crossentropy" if is_auto else self.loss

    def _events(
        self, training: Sample, validation: Sample | None, seeds: Seeds
    ) -> tuple[Events, Events | None]:
        background = self._is_background(training)
        weight = self._final_weight(training)
        source = self._learn_theta(training, weight, background, seeds)
        parametrisation = Parametrisation(self.theta_columns_, self._theta_map, source)
        every_epoch = self.redraw == "epoch"
        events = parametrisation.training_events(
            training, weight, background, redraw_every_epoch=every_epoch
        )
        self._learn_signal_fraction(weight, background)
        if validation is None:
            return events, None
        weight, background = self._final_weight(validation), self._is_background(validation)
        return events, parametrisation.validation_events(
            validation, weight, background, seeds.checks
        )

    def _learn_signal_fraction(
        self, weight: NDArray[np.float64], background: NDArray[np.bool_]
    ) -> None:
        """Remember the share of signal, over all partial fits."""
        sums = np.array([weight[background].sum(), weight[~background].sum()])
        known = getattr(self, "_weight_sums", np.zeros(2))
        # In every call weights are scaled to a mean of 1.
        self._weight_sums = known + sums * (len(weight) / sums.sum())
        share = float(self._weight_sums[1] / self._weight_sums.sum())
        # Weights of either sign in a call of one class can make it no share.
        is_known = self._draws_from_signal and 0 < share < 1
        self.signal_fraction_ = share if is_known else None

    def _learn_theta(
        self,
        sample: Sample,
        weight: NDArray[np.float64],
        background: NDArray[np.bool_],
        seeds: Seeds,
    ) -> ThetaSource | None:
        """Remember the θ of signal and background; return what background θ are drawn from."""
        theta = sample.X[:, self.theta_columns_]
        source = self._source(theta[~background], weight[~background], seeds)
        drawn = source
        if self._is_given and background.any():
            drawn = EmpiricalTheta.of(theta[background], weight[background])
        self.theta_sample_ = drawn.draw(seeds.checks, THETA_SAMPLE_SIZE)
        if background.any() and not background.all():
            self._check_leakage(theta[~background], weight[~background], seeds)
        return None if self._is_given else source

    def _source(self, theta: NDArray, weight: NDArray[np.float64], seeds: Seeds) -> ThetaSource:
        """Return what draws θ, from the signal of this call and of earlier partial fits."""
        known, known_weight = getattr(self, "_theta_pool", (theta[:0], weight[:0]))
        theta = np.concatenate([known, theta]).astype(np.float64)
        weight = np.concatenate([known_weight, weight])
        self._theta_pool = summarised_theta(theta, weight, seeds.checks)
        self.hypotheses_ = distinct_hypotheses(self._theta_pool[0])
        return theta_source("signal" if self._is_given else self.background_theta, theta, weight)

    def _check_leakage(self, theta: NDArray, weight: NDArray[np.float64], seeds: Seeds) -> None:
        is_signals_own = self._draws_from_signal
        # From the second partial fit on, background draws from the signal of earlier calls too.
        if is_signals_own and not hasattr(self, "weights_"):
            return
        drawn = WeightedTheta(self.theta_sample_, np.ones(len(self.theta_sample_)))
        remedy = MIX_THE_CALLS if is_signals_own else DRAW_FROM_SIGNAL
        warn_of_theta_leakage(
            WeightedTheta(theta, np.abs(weight)), drawn, seeds.checks, remedy=remedy
        )

    def _with_scaled_theta(self, X: NDArray) -> NDArray:
        theta = self._hypotheses_of(X)
        if self.theta_range_.excludes(theta).any():
            message = extrapolation_message(theta, self.theta_range_)
            tell(message, ExtrapolationWarning, stacklevel=3)
        inputs = X.copy()
        inputs[:, self.theta_columns_] = self._theta_map.scaled(theta)
        return inputs

    def _hypotheses_of(self, X: NDArray) -> NDArray:
        theta = X[:, self.theta_columns_]
        missing = np.isnan(theta).any(axis=1)
        partly = missing & ~np.isnan(theta).all(axis=1)
        if partly.any():
            raise ValueError(
                f"{partly.sum()} rows hold only a part of θ, the first is row "
                f"{np.flatnonzero(partly)[0]}: give each of the {theta.shape[1]} θ columns, e.g. "
                f"scan(…, mass=[500], width=0.1) or theta={self.theta!r}, or none."
            )
        if np.isinf(theta).any():
            raise ValueError("θ contains infinity; every hypothesis must be a number.")
        if self.missing_theta == "error" and missing.any():
            raise ValueError(
                f"θ is NaN in {missing.sum()} of {len(X)} rows, first in row "
                f'{np.flatnonzero(missing)[0]}, and missing_theta="error". Assign a hypothesis to '
                "every row, e.g. with skpnn.assign_hypothesis."
            )
        if not missing.any():
            return theta
        return fill_missing_theta(
            theta, np.delete(X, self.theta_columns_, axis=1), self.theta_sample_
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        # scikit-learn's checks do not know that the last column is θ.
        tags.classifier_tags.poor_score = True
        return tags


def _balanced(weight: NDArray[np.float64], groups: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return `weight` rescaled so that its sum is the same in every group."""
    _, codes = np.unique(groups, return_inverse=True)
    sums = np.bincount(codes, weights=weight)
    if (sums <= 0).any():
        raise ValueError(
            'theta_weight="balanced" needs signal weights with a positive sum at every θ; the '
            f"smallest sum is {sums.min():g}."
        )
    return weight * (weight.sum() / len(sums) / sums)[codes]


def _beyond_the_map(seen: ThetaRange, map_: ThetaRange) -> str:
    return (
        f"The signal's θ reach from {seen.low.tolist()} to {seen.high.tolist()}, beyond "
        f"{map_.low.tolist()} to {map_.high.tolist()}, which the first call mapped to [−1, 1]. The "
        "map stays, and θ far outside train badly: let the first call span the range."
    )
