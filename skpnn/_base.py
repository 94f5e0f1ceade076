"""What all network estimators share: arguments, splitting, training, predicting, pickling."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from dataclasses import replace
from numbers import Integral
from typing import Any, Self

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from skpnn._atomic import scratch_copy, take_over
from skpnn._conditioning import Conditioning
from skpnn._negative_weights import POLICIES, training_weights
from skpnn._parameters import check_choice, check_integer, check_real
from skpnn._sample import Sample, Seeds, split_rows, unit_weight
from skpnn._validation import check_finite_features, check_sample_weight
from skpnn.engine.backends import double_precision
from skpnn.engine.callbacks import as_callbacks, check_rate_callbacks
from skpnn.engine.divergence import StopOnDivergence
from skpnn.engine.events import Events
from skpnn.engine.identity import loss_identity
from skpnn.engine.inference import predict
from skpnn.engine.loop import TrainingPlan, train
from skpnn.engine.program import Program
from skpnn.engine.programs import leased_program
from skpnn.losses import resolve_loss
from skpnn.networks import (
    NetworkSpec,
    build_adjustable_network,
    build_network,
    for_training,
    parse_hidden_layer_sizes,
    start_network,
)
from skpnn.optimizers import LearningRate, OptimizerSpec, build_optimizer, keras_class

# What fits and partial fits learn under a private name.
_LEARNT = ("_optimizer_state", "_partial_random", "_theta_pool", "_weight_sums", "_model")
# The maps to the network's inputs and outputs: its weights mean nothing under others.
_FROZEN = ("_theta_map", "_scale")

# Events whose predictions show whether large weights are too large.
PROBE = 256


class NetworkEstimator(BaseEstimator, ABC):
    """A dense Keras network as a scikit-learn estimator; subclasses say what it estimates.

    A subclass reads X and y into a `Sample`, names the network's outputs and its loss, and turns
    predictions into what scikit-learn expects. Fitting happens on a scratch copy, so that bad
    input, a failing callback or an interrupt leave the estimator as it was.
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (32, 32, 32),
        activation: Any = "relu",
        *,
        depth: int = 1,
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
        negative_weights: str = "keep",
        callbacks: Any = None,
        warm_start: bool = False,
        dtype: str = "float32",
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.depth = depth
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.learning_rate_decay = learning_rate_decay
        self.momentum = momentum
        self.nesterov = nesterov
        self.batch_size = batch_size
        self.epochs = epochs
        self.alpha = alpha
        self.dropout = dropout
        self.batch_normalization = batch_normalization
        self.kernel_initializer = kernel_initializer
        self.initial_weights = initial_weights
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.negative_weights = negative_weights
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.dtype = dtype
        self.verbose = verbose
        self.random_state = random_state

    @abstractmethod
    def _read(
        self, X: Any, y: Any, weight: ArrayLike | None, *, classes: Any, first: bool
    ) -> Sample:
        """Return the validated events; set what they determine (``classes_`` and the like)."""

    @abstractmethod
    def _outputs(self) -> tuple[int, str]:
        """Return the number of outputs and their activation."""

    @abstractmethod
    def _loss(self) -> Any:
        """Return the loss, as `resolve_loss` takes it, for ``loss="auto"``."""

    def _final_weight(self, sample: Sample) -> NDArray[np.float64]:
        """Return the weights that training uses, before they are scaled to a mean of 1."""
        return sample.weight

    def _events(
        self, training: Sample, validation: Sample | None, seeds: Seeds
    ) -> tuple[Events, Events | None]:
        """Return what training draws its batches from, and what validation is computed on."""
        del seeds
        held_out = None if validation is None else self._as_events(validation)
        return self._as_events(training), held_out

    def _as_events(self, sample: Sample) -> Events:
        weight = unit_weight(self._final_weight(sample), sample.X.dtype)
        return Events(sample.X, sample.target, weight)

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Train the network on X and y.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The classes or targets.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event, of either sign; their scale does not matter.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If an argument, X, y or a weight cannot be used; the message names it. The estimator
            is then as it was before.
        """
        scratch = scratch_copy(self)
        scratch._fit(X, y, sample_weight)
        return take_over(self, scratch)

    def _fit(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> None:
        self._check_parameters()
        before = self._forget()
        seeds = Seeds.of(self.random_state)
        events, held_out = self._prepared(X, y, sample_weight, seeds, before)
        plan = self._plan(events, epochs=self.epochs, callbacks=self._fit_callbacks())
        self._train(events, plan, self._rate(plan, len(events)), seeds, validation=held_out)

    def _prepared(
        self, X: Any, y: Any, sample_weight: ArrayLike | None, seeds: Seeds, before: dict[str, Any]
    ) -> tuple[Events, Events | None]:
        """Return what to train on and what to validate on; the sample itself is needed no more."""
        sample = self._read(X, y, sample_weight, classes=None, first=True)
        if self.warm_start and before:
            self._resume(before)
        training, validation = self._split(sample, seeds)
        return self._events(self._policed(training, seeds), validation, seeds)

    def _forget(self) -> dict[str, Any]:
        """Drop what the last fit learnt; return it, where there was one."""
        goes_on = self.warm_start and "weights_" in vars(self)
        frozen = _FROZEN if goes_on else ()
        dropped = {*_LEARNT, *_FROZEN} - set(frozen)
        names = [name for name in vars(self) if name in dropped or name.endswith("_")]
        before = {name: self.__dict__.pop(name) for name in names}
        return before if "weights_" in before else {}

    def _resume(self, before: dict[str, Any]) -> None:
        """Go on from the weights of the last fit.

        Raises
        ------
        ValueError
            If classes or the number of columns or targets are not those of the last fit.
        """
        for name in (
            "classes_",
            "n_features_in_",
            "feature_names_in_",
            "n_outputs_",
            "theta_columns_",
        ):
            known, now = before.get(name, []), getattr(self, name, [])
            if not np.array_equal(known, now):
                raise ValueError(
                    f"warm_start=True goes on from a network with {name} = {known}, but X and y "
                    f"now have {now}; fit a clone to start anew."
                )
        self.weights_ = before["weights_"]
        self.network_spec_ = before["network_spec_"]

    def _partially_fitted(
        self, X: Any, y: Any, sample_weight: ArrayLike | None, *, classes: Any = None
    ) -> Self:
        """Return the estimator after one more pass; as it was, where that fails."""
        scratch = scratch_copy(self)
        scratch._partial_fit(X, y, sample_weight, classes)
        return take_over(self, scratch)

    def _partial_fit(self, X: Any, y: Any, sample_weight: ArrayLike | None, classes: Any) -> None:
        self._check_parameters()
        seeds = Seeds.of(self._partial_random_state())
        first = not hasattr(self, "weights_")
        sample = self._read(X, y, sample_weight, classes=classes, first=first)
        events, _ = self._events(self._policed(sample, seeds), None, seeds)
        # No callbacks of the user's: they would see a new training at every call.
        plan = self._plan(events, epochs=1, callbacks=[])
        constant = LearningRate(self.learning_rate)
        self._train(events, plan, constant, seeds, keeps_optimizer=True)

    def _partial_random_state(self) -> Any:
        # Every call continues the random sequence: the same integer would repeat its draws.
        calls = getattr(self, "_partial_random", None)
        if calls is None:
            calls = check_random_state(self.random_state)
        elif isinstance(self.random_state, Integral):
            # A copy: a call that fails must not take draws from the next.
            calls = copy.deepcopy(calls)
        self._partial_random = calls
        return calls

    def _check_parameters(self) -> None:
        check_integer("depth", self.depth, low=1)
        check_integer("epochs", self.epochs, low=1)
        for name in ("early_stopping", "batch_normalization", "warm_start", "nesterov"):
            check_choice(name, getattr(self, name), (False, True))
        check_choice("verbose", self.verbose, (0, 1, 2))
        check_integer("patience", self.patience, low=1)
        if self.batch_size is not None:
            check_integer("batch_size", self.batch_size, low=1)
        check_real("learning_rate", self.learning_rate, low=0, open_low=True)
        check_real("learning_rate_decay", self.learning_rate_decay, low=0)
        check_real("momentum", self.momentum, low=0, high=1)
        check_real("alpha", self.alpha, low=0)
        check_real("dropout", self.dropout, low=0, high=1)
        check_real("validation_fraction", self.validation_fraction, low=0, high=1, open_low=True)
        check_choice("learning_rate_schedule", self.learning_rate_schedule, ("cosine", "constant"))
        check_choice("dtype", self.dtype, ("float32", "float64"))
        check_choice("negative_weights", self.negative_weights, POLICIES)
        check_rate_callbacks(
            self.callbacks,
            optimizer=self.optimizer,
            schedule=self.learning_rate_schedule,
            decay=self.learning_rate_decay,
        )

    def _read_array(self, X: Any, *, reset: bool) -> NDArray:
        return validate_data(self, X, reset=reset, dtype=self.dtype, ensure_all_finite=False)

    def _read_features(self, X: Any, *, reset: bool) -> NDArray:
        X = self._read_array(X, reset=reset)
        every = np.arange(X.shape[1])
        check_finite_features(X, features=every, names=getattr(self, "feature_names_in_", None))
        return X

    def _read_weight(self, sample_weight: ArrayLike | None, n_samples: int) -> NDArray[np.float64]:
        weight = check_sample_weight(sample_weight, n_samples)
        return np.broadcast_to(1.0, n_samples) if weight is None else weight

    def _split(self, sample: Sample, seeds: Seeds) -> tuple[Sample, Sample | None]:
        if not self.early_stopping:
            return sample, None
        training, validation = split_rows(
            sample.codes, self.validation_fraction, seeds.split, groups=sample.groups
        )
        return sample.rows(training), sample.rows(validation)

    def _policed(self, training: Sample, seeds: Seeds) -> Sample:
        """Return the training events as the policy for negative weights leaves them."""
        if self.negative_weights == "keep" or (training.weight > 0).all():
            return training
        strata = training.codes * (training.groups.max() + 1) + training.groups
        rows, weight = training_weights(
            self.negative_weights, training.weight, strata, seeds.checks
        )
        return replace(training.rows(rows), weight=weight)

    def _batch_size(self, n_events: int) -> int:
        return n_events if self.batch_size is None else min(self.batch_size, n_events)

    def _fit_callbacks(self) -> list[keras.callbacks.Callback]:
        stopping = [_early_stopping(self.patience)] if self.early_stopping else []
        return [*stopping, *as_callbacks(self.callbacks)]

    def _plan(
        self, events: Events, *, epochs: int, callbacks: list[keras.callbacks.Callback]
    ) -> TrainingPlan:
        rows = np.arange(min(len(events), PROBE))
        # Background has no θ before the first draw.
        probe = np.nan_to_num(events.take(rows)[0])
        batch_size = self._batch_size(len(events))
        return TrainingPlan(epochs, batch_size, [*callbacks, StopOnDivergence(probe)], self.verbose)

    def _rate(self, plan: TrainingPlan, n_events: int) -> LearningRate:
        return LearningRate(
            self.learning_rate,
            self.learning_rate_schedule,
            self.learning_rate_decay,
            horizon=plan.epochs * -(-n_events // plan.batch_size),
        )

    def _hidden_widths(self) -> tuple[int, ...]:
        # A NumPy integer would multiply the widths instead.
        return parse_hidden_layer_sizes(self.hidden_layer_sizes) * int(self.depth)

    def _network_spec(self) -> NetworkSpec:
        n_outputs, output_activation = self._outputs()
        return NetworkSpec(
            n_inputs=self.n_features_in_,
            n_outputs=n_outputs,
            hidden=self._hidden_widths(),
            activation=self.activation,
            output_activation=output_activation,
            kernel_initializer=self.kernel_initializer,
            alpha=float(self.alpha),
            dropout=float(self.dropout),
            batch_normalization=bool(self.batch_normalization),
            dtype=self.dtype,
            conditioning=self._conditioning(),
        )

    def _conditioning(self) -> Conditioning | None:
        """Return how θ acts inside the network; None where all its inputs are alike."""
        return None

    def _train(
        self,
        events: Events,
        plan: TrainingPlan,
        rate: LearningRate,
        seeds: Seeds,
        *,
        validation: Events | None = None,
        keeps_optimizer: bool = False,
    ) -> None:
        spec = self._network_spec()
        optimizer = OptimizerSpec(
            self.optimizer,
            self.momentum,
            self.nesterov,
            None if rate.is_constant else rate.schedule,
        )
        trained = for_training(spec)

        def build() -> keras.Model:
            model = build_adjustable_network(trained)
            model.compile(optimizer=build_optimizer(optimizer), loss=self._keras_loss())
            return model

        loss = self._loss_key()
        key = None if loss is None else (trained, optimizer.key, loss)
        with leased_program(key, build, events.example()) as program:
            program.restart()
            start_network(program.model, spec, seeds.network)
            self._load_given_weights(program.model, spec)
            if keeps_optimizer and hasattr(self, "_optimizer_state"):
                self._continue_optimizer(program)
            # After the state, which holds the rate of the last call.
            optimizer.set_numbers(program.model.optimizer, rate)
            history = train(program, events, plan, rng=seeds.training, validation=validation)
            self._keep(spec, program, history, keeps_optimizer=keeps_optimizer)
        for callback in as_callbacks(self.callbacks):
            # The program will train other networks: a callback must not go on looking at it.
            # Set as the base class does: an override may expect a model in training.
            keras.callbacks.Callback.set_model(callback, self.model_)

    def _load_given_weights(self, network: keras.Model, spec: NetworkSpec) -> None:
        """Set the weights of the last fit, where it goes on, or else the user's."""
        if hasattr(self, "weights_"):
            self._check_conditioning(spec)
            _load_weights(network, self.weights_)
        elif self.initial_weights is not None:
            network.set_weights(_as_initial_weights(network, self.initial_weights))

    def _check_conditioning(self, spec: NetworkSpec) -> None:
        """Raise where the fitted weights fit a network in which they mean something else."""
        if self.network_spec_.conditioning != spec.conditioning:
            raise ValueError(
                f"The fitted network has {self.network_spec_.conditioning}, but the arguments now "
                f"ask for {spec.conditioning}. Undo the change of conditioning, or fit a clone "
                "(warm_start=False)."
            )

    def _continue_optimizer(self, program: Program) -> None:
        kind, state = self._optimizer_state
        now = keras_class(program.model.optimizer)
        if kind is not now:
            raise ValueError(
                f"optimizer={self.optimizer!r} is {now.__name__}, but the earlier partial_fit "
                f"used {kind.__name__}, whose state goes on; fit a clone to change it."
            )
        if len(state) != len(program.model.optimizer.variables):
            raise ValueError(
                f"momentum={self.momentum!r}, but the earlier partial_fit, whose state goes on, "
                "was the other of with and without momentum; fit a clone to change that."
            )
        program.load_optimizer_state(state)

    def _keep(
        self, spec: NetworkSpec, program: Program, history: dict, *, keeps_optimizer: bool
    ) -> None:
        self.weights_ = program.model.get_weights()
        self.history_ = history
        self.n_iter_ = len(history["loss"])
        self.network_spec_ = spec
        self.__dict__.pop("_model", None)
        self.__dict__.pop("_optimizer_state", None)
        if keeps_optimizer:
            kind = keras_class(program.model.optimizer)
            self._optimizer_state = kind, program.optimizer_state()

    def _keras_loss(self) -> Any:
        return resolve_loss(self._loss(), dtype=self.dtype)

    def _loss_key(self) -> Any:
        return loss_identity(self._loss())

    @property
    def model_(self) -> keras.Model:
        """The trained network as a Keras model, built on first access from ``weights_``."""
        check_is_fitted(self, "weights_")
        if "_model" not in self.__dict__:
            with double_precision():
                self._model = build_network(self.network_spec_)
                self._model.set_weights(self.weights_)
        return self._model

    def _raw_predict(self, X: NDArray) -> NDArray:
        return predict(self.network_spec_, self.weights_, X)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the Keras model, which ``model_`` rebuilds from the weights."""
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_model"}


def _early_stopping(patience: int) -> keras.callbacks.Callback:
    return keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)


def _as_initial_weights(network: keras.Model, weights: Any) -> list[NDArray]:
    """Return the user's weights as arrays of the shapes of the network's."""
    expected = [tuple(w.shape) for w in network.weights]
    try:
        given = [np.asarray(one, dtype=np.float64) for one in weights]
    except (TypeError, ValueError):
        raise ValueError(
            f"initial_weights={weights!r} is not understood; expected a list of arrays of numbers, "
            f"in Keras' order, of shapes {expected}."
        ) from None
    shapes = [one.shape for one in given]
    largest = np.finfo(network.weights[0].dtype).max
    if shapes != expected or not all((np.abs(one) <= largest).all() for one in given):
        raise ValueError(
            f"initial_weights have shapes {shapes}; expected finite arrays, in Keras' order, of "
            f"shapes {expected}."
        )
    return given


def _load_weights(network: keras.Model, weights: list[NDArray]) -> None:
    expected = [tuple(w.shape) for w in network.weights]
    kept = [w.shape for w in weights]
    if expected != kept:
        raise ValueError(
            f"The fitted weights have shapes {kept}, but the arguments now ask for {expected}. "
            "Undo the change of architecture, or fit a clone (warm_start=False)."
        )
    network.set_weights(weights)
