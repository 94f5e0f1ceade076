"""KerasClassifier and KerasRegressor: scikeras' estimators, cured and on the compiled loop.

The one file that knows scikeras, which is no longer maintained (adriangb/scikeras#337).
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import _safe_indexing, check_array, check_consistent_length
from sklearn.utils.validation import _check_feature_names, _check_n_features, check_is_fitted

from skpnn._atomic import scratch_copy, take_over
from skpnn._encoded_classes import class_numbers, factors_by_number, weighted_by_label
from skpnn._extra_arguments import check_extra_arguments
from skpnn._keras_loop import FitTask, are_arrays, needs_keras_predict
from skpnn._keras_runner import ModelRunner
from skpnn._keras_state import restored_on_error
from skpnn._sample import Seeds, split_rows, unit_weight
from skpnn._seeding import seeded_globals
from skpnn._validation import (
    check_finite_features,
    check_sample_weight,
    check_target_given,
    checked_weights,
)
from skpnn.engine.divergence import StopOnDivergence
from skpnn.engine.events import Events

__all__ = ["KerasClassifier", "KerasRegressor"]


@contextmanager
def _keras_as_it_was() -> Iterator[None]:
    """Undo what importing scikeras does to Keras: it replaces how Keras objects are pickled."""
    names = ("__reduce__", "__deepcopy__")
    classes = (keras.Model, keras.losses.Loss, keras.metrics.Metric, keras.optimizers.Optimizer)
    before = {(owner, name): vars(owner).get(name) for owner in classes for name in names}
    yield
    for (owner, name), method in before.items():
        if method is not None:
            setattr(owner, name, method)
        elif name in vars(owner):
            delattr(owner, name)


with _keras_as_it_was():
    from scikeras._utils import route_params
    from scikeras.utils import metric_name
    from scikeras.utils.transformers import ClassifierLabelEncoder, RegressorTargetEncoder
    from scikeras.wrappers import BaseWrapper


class _KerasEstimator(BaseWrapper):
    """What the two estimators share: scikeras' routing over our validation, seeds and loop."""

    # scikeras routes these too, but lets nobody set them.
    _routing_prefixes = BaseWrapper._routing_prefixes | {"callbacks", "score"}
    _runner: ModelRunner

    def __init__(
        self,
        model: Any = None,
        *,
        build_fn: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: int = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        run_eagerly: bool = False,
        epochs: int = 1,
        **kwargs: Any,
    ) -> None:
        self._check_extra_arguments(build_fn if model is None else model, kwargs)
        super().__init__(
            model=model,
            build_fn=build_fn,
            warm_start=warm_start,
            random_state=random_state,
            optimizer=optimizer,
            loss=loss,
            metrics=metrics,
            batch_size=batch_size,
            validation_batch_size=validation_batch_size,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            shuffle=shuffle,
            run_eagerly=run_eagerly,
            epochs=epochs,
            **kwargs,
        )

    def _check_extra_arguments(self, model: Any, extra: dict[str, Any]) -> None:
        function = model if callable(model) else getattr(self, "_keras_build_fn", None)
        is_built = isinstance(function, keras.Model)
        prefixes = sorted(self._routing_prefixes)
        check_extra_arguments(type(self), None if is_built else function, extra, prefixes)

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None, **kwargs: Any) -> Self:
        """Build the model and train it on X and y.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features) or (n_samples, …)
            The events; a sparse matrix is made dense.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The classes or targets.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event; their scale does not matter.
        **kwargs : dict
            Passed to Keras' ``fit``, as in scikeras; prefer ``fit__…`` in the constructor.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If X, y or a weight cannot be used. The estimator is then as it was before.
        """
        with self._attempt() as scratch:
            check_target_given(self, y)
            if not (self.warm_start and self.initialized_):
                scratch._forget_classes()
            BaseWrapper.fit(scratch, X, y, sample_weight=sample_weight, **kwargs)
        return self

    def initialize(self, X: Any, y: Any = None) -> Self:
        """Build the model for X and y without training it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, …)
            The events.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), optional
            The classes or targets.

        Returns
        -------
        self
            The estimator, with an untrained ``model_``.

        Raises
        ------
        ValueError
            If X or y cannot be used. The estimator is then as it was before.
        """
        with self._attempt() as scratch:
            scratch._forget_classes()
            scratch._initialize(X, y)
        return self

    def _forget_classes(self) -> None:
        """Forget what only a classifier knows."""

    @contextmanager
    def _attempt(self) -> Iterator[Self]:
        """Lend a copy to be fitted, and take it over where nothing fails."""
        scratch = scratch_copy(self)
        # Training changes the generator and the model in place.
        if hasattr(self, "_seeds"):
            scratch._seeds = copy.deepcopy(self._seeds)
        with restored_on_error(getattr(self, "model_", self.model)):
            yield scratch
        take_over(self, scratch)

    def _initialize(self, X: Any, y: Any = None) -> tuple[Any, Any]:
        # scikeras takes an integer here to set global seeds; ours are set without it.
        self._seeds = Seeds.of(self.random_state)
        X, y = super()._initialize(X, y)
        self._runner = ModelRunner(self.model_)
        return X, y

    def _build_keras_model(self) -> keras.Model:
        self._random_state = None
        if self.random_state is None:
            return super()._build_keras_model()
        with seeded_globals(self._seeds.network):
            return super()._build_keras_model()

    def _get_compile_kwargs(self) -> dict[str, Any]:
        arguments = super()._get_compile_kwargs()
        optimizer = arguments["optimizer"]
        if isinstance(optimizer, keras.optimizers.Optimizer):
            # Keras ties an optimizer to the variables of the first model that it trains.
            arguments["optimizer"] = type(optimizer).from_config(optimizer.get_config())
        return arguments

    def _validate_data(
        self, X: Any = None, y: Any = None, reset: bool = False, y_numeric: bool = False
    ) -> tuple[Any, Any]:
        X = None if X is None else self._read_features(X, reset=reset)
        if reset or y is None:
            return super()._validate_data(X, y, reset=reset, y_numeric=y_numeric)
        X = None if X is None else super()._validate_data(X)[0]
        return X, self._target_like_fitted(X, y, "numeric" if y_numeric else None)

    def _read_features(self, X: Any, *, reset: bool) -> Any:
        # Keras reads some of SciPy's sparse formats wrongly, and none of them fast.
        X = X.toarray() if hasattr(X, "toarray") else X
        _check_feature_names(self, X, reset=reset)
        array = np.asarray(X)
        if array.ndim == 2 and array.dtype.kind == "f":
            names = getattr(self, "feature_names_in_", None)
            check_finite_features(array, features=np.arange(array.shape[1]), names=names)
        if reset:
            return X
        if array.ndim == 2:
            _check_n_features(self, array, reset=False)
        # float64 is as good as float32.
        is_number = array.dtype.kind in "fiub" and self.X_dtype_.kind == "f"
        return array.astype(self.X_dtype_) if is_number else X

    def _target_like_fitted(self, X: Any, y: Any, dtype: str | None) -> NDArray:
        """Return y, whose labels may be longer and whose numbers more precise than those of fit."""
        check_is_fitted(self, "model_")
        y = check_array(y, ensure_2d=False, dtype=dtype, input_name="y")
        check_consistent_length(y, y if X is None else X)
        if y.ndim != self.y_ndim_:
            raise ValueError(f"y has {y.ndim} dimensions, but fit saw a y with {self.y_ndim_}.")
        is_number = y.dtype.kind in "fiub" and np.can_cast(y.dtype, self.y_dtype_, "same_kind")
        return y.astype(self.y_dtype_) if is_number else y

    def _check_model_compatibility(self, y: Any) -> None:
        # Models that Keras builds at their first call have no outputs to count yet.
        if getattr(self.model_, "outputs", None) is not None:
            super()._check_model_compatibility(y)

    @staticmethod
    def _validate_sample_weight(X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        weight = check_sample_weight(sample_weight, len(y))
        if weight is None:
            return X, y, None
        kept = np.flatnonzero(weight)
        return _safe_indexing(X, kept), y[kept], weight[kept]

    def _fit_keras_model(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        warm_start: bool,
        epochs: int,
        initial_epoch: int,
        **kwargs: Any,
    ) -> None:
        n_events = len(y) if isinstance(y, np.ndarray) else len(keras.tree.flatten(X)[0])
        kwargs |= {"epochs": initial_epoch + epochs, "initial_epoch": initial_epoch}
        arguments = self._fit_arguments(n_events, kwargs)
        class_weight = arguments.pop("class_weight", None)
        is_weighted = sample_weight is not None or class_weight is not None
        weight = np.ones(n_events) if sample_weight is None else sample_weight
        if class_weight is not None:
            weight = weight * factors_by_number(y, class_weight)
        # Keras casts weights to the precision of the loss, which is the model function's choice.
        events = Events(X, y, unit_weight(weight, np.float64))
        training, validation = self._held_out(events, arguments)
        task = FitTask(training, validation, is_weighted, arguments, self._seeds.training)
        history = self._current_runner().fit(task)
        self._extend_history(history, anew=not warm_start or initial_epoch == 0)

    def _fit_arguments(self, n_events: int, given: dict[str, Any]) -> dict[str, Any]:
        """Return what is routed to Keras' fit, and `given`, which wins."""
        routed = route_params(self.get_params(), "fit", self._fit_kwargs)
        arguments = {k: v for k, v in routed.items() if not k.startswith("callbacks")} | given
        for name in ("batch_size", "validation_batch_size"):
            if arguments.get(name) == -1:
                arguments[name] = n_events
        callbacks = keras.tree.flatten([self._fit_callbacks, given.get("callbacks") or []])
        return arguments | {"callbacks": [*callbacks, StopOnDivergence()]}

    def _held_out(self, events: Events, arguments: dict[str, Any]) -> tuple[Events, Events | None]:
        """Return the events to train on and those held out; drop what asks for them."""
        fraction = arguments.pop("validation_split", 0.0)
        if not fraction or arguments.get("validation_data") is not None:
            return events, None
        training, validation = split_rows(self._strata(events.target), fraction, self._seeds.split)
        return Events(*events.take(training)), Events(*events.take(validation))

    def _strata(self, target: Any) -> NDArray[np.intp]:
        """Return the groups whose proportions a validation split keeps."""
        return np.zeros(len(keras.tree.flatten(target)[0]), dtype=np.intp)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state with the model inside its runner, which knows the user's classes."""
        state = super().__getstate__()
        if "_runner" not in state:
            return state
        inside = {"_runner": self._current_runner()}
        return {k: v for k, v in state.items() if k != "model_"} | inside

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the model out of its runner again."""
        super().__setstate__(state)
        if "_runner" in state:
            self.model_ = self._runner.model

    def _current_runner(self) -> ModelRunner:
        # The owner may have put another model in place.
        if self._runner.model is not self.model_:
            self._runner = ModelRunner(self.model_)
        return self._runner

    def _extend_history(self, history: dict[str, list[float]], *, anew: bool) -> None:
        before = {} if anew else getattr(self, "history_", {})
        self.history_ = defaultdict(list, {name: list(values) for name, values in before.items()})
        for name, values in history.items():
            self.history_[_scikeras_name(name)] += values

    def _predict_raw(self, X: Any, **kwargs: Any) -> Any:
        check_is_fitted(self, "model_")
        is_routed = any(name.startswith("predict__") for name in self.get_params())
        if kwargs or is_routed or needs_keras_predict(self.model_, self._predict_callbacks):
            return super()._predict_raw(X, **kwargs)
        inputs = self.feature_encoder_.transform(self._validate_data(X=X)[0])
        if not are_arrays(inputs):
            return super()._predict_raw(X)
        return self._current_runner().predict(inputs)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags


def _scikeras_name(metric: str) -> str:
    if metric == "loss" or metric.startswith("val_"):
        return metric
    try:
        return metric_name(metric)
    except ValueError:
        return metric


class KerasClassifier(ClassifierMixin, _KerasEstimator):
    """A Keras model of your own as a scikit-learn classifier: scikeras' class, drop-in.

    Change the import and nothing else: ``model__``, ``optimizer__``, ``loss__``, ``metrics__``,
    ``callbacks__``, ``fit__`` and ``predict__`` route as in scikeras. What differs is cured:
    scikit-learn sees a classifier; columns are checked by name; weights are normalised on a copy;
    `validation_split` is stratified and shuffled; `random_state` sets nothing global; an optimizer
    instance can be fitted again; a misspelt argument is an error; training and predicting are
    compiled.

    Parameters
    ----------
    model : callable or keras.Model, default=None
        A function that returns a Keras model, compiled or not; its arguments are parameters of
        the estimator, and it may ask for ``meta``, ``compile_kwargs`` and ``params``.
    build_fn : callable, default=None
        Former name of `model`.
    warm_start : bool, default=False
        Whether `fit` goes on with the model of the last fit.
    random_state : int, RandomState instance or None, default=None
        Determines what layers draw when they are made, the validation split and the order of
        events.
    optimizer : str, class or instance, default="rmsprop"
        Of `keras.optimizers`.
    loss : str, class, instance or callable, default=None
        Of `keras.losses`.
    metrics : list, default=None
        Of `keras.metrics`.
    batch_size : int or None, default=None
        Events per step; None is Keras' 32, −1 takes all.
    validation_batch_size : int or None, default=None
        Accepted for scikeras' sake.
    verbose : int, default=1
        0 is silent, 1 shows Keras' progress bar, 2 a line per epoch.
    callbacks : list or dict of callbacks or classes, default=None
        Of `keras.callbacks`.
    validation_split : float, default=0.0
        Share of the events held out, stratified by class.
    shuffle : bool, default=True
        Whether every epoch has an order of its own.
    run_eagerly : bool, default=False
        Whether Keras' own loop runs, uncompiled.
    epochs : int, default=1
        Passes over the training events.
    class_weight : dict, "balanced" or None, default=None
        Factors on the weights of the classes.
    **kwargs : dict
        Routed arguments, and those of the model function.

    Attributes
    ----------
    model_ : keras.Model
        The trained model.
    classes_ : ndarray of shape (n_classes,)
        The class labels.
    history_ : dict of list
        Keras' history.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X had names.

    Raises
    ------
    TypeError
        If an argument is unknown.

    Examples
    --------
    >>> import keras
    >>> from sklearn.datasets import load_iris
    >>> from skpnn import KerasClassifier
    >>> def network(meta, width=16):
    ...     inputs = keras.Input((meta["n_features_in_"],))
    ...     hidden = keras.layers.Dense(width, "relu")(inputs)
    ...     return keras.Model(inputs, keras.layers.Dense(meta["n_classes_"], "softmax")(hidden))
    >>> model = KerasClassifier(
    ...     network, width=8, loss="sparse_categorical_crossentropy", optimizer="adam",
    ...     optimizer__learning_rate=0.05, epochs=30, verbose=0, random_state=0,
    ... )
    >>> X, y = load_iris(return_X_y=True)
    >>> bool(model.fit(X, y).score(X, y) > 0.9)
    True
    """

    def __init__(
        self,
        model: Any = None,
        *,
        build_fn: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: int = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        run_eagerly: bool = False,
        epochs: int = 1,
        class_weight: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            model,
            build_fn=build_fn,
            warm_start=warm_start,
            random_state=random_state,
            optimizer=optimizer,
            loss=loss,
            metrics=metrics,
            batch_size=batch_size,
            validation_batch_size=validation_batch_size,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            shuffle=shuffle,
            run_eagerly=run_eagerly,
            epochs=epochs,
            **kwargs,
        )
        self.class_weight = class_weight

    scorer = staticmethod(accuracy_score)
    classes_: NDArray | None

    @property
    def _fit_kwargs(self) -> set[str]:
        # Class weights become sample weights.
        return BaseWrapper._fit_kwargs - {"class_weight"}

    @property
    def target_encoder(self) -> Any:
        """Return the transformer of y; override it for targets of your own."""
        return ClassifierLabelEncoder(loss=self.loss, categories=self._categories)

    @property
    def _categories(self) -> Any:
        return "auto" if self.classes_ is None else [self.classes_]

    def partial_fit(
        self,
        X: Any,
        y: Any,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        **kwargs: Any,
    ) -> Self:
        """Train one epoch more, from the present weights and optimizer state.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,)
            The classes.
        classes : array-like of shape (n_classes,), optional
            All classes; needed in the first call where `y` lacks one.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event.
        **kwargs : dict
            Passed to Keras' ``fit``.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If X, y or a weight cannot be used. The estimator is then as it was before.
        """
        with self._attempt() as scratch:
            known = getattr(self, "classes_", None)
            scratch.classes_ = known if classes is None else np.unique(classes)
            check_target_given(self, y)
            BaseWrapper.partial_fit(scratch, X, y, sample_weight=sample_weight, **kwargs)
        return self

    def predict_proba(self, X: Any, **kwargs: Any) -> NDArray:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features) or (n_samples, …)
            The events.
        **kwargs : dict
            Passed to Keras' ``predict``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of ``classes_``.

        Raises
        ------
        ValueError
            If it is not fitted, or X has other columns than `fit` saw.
        """
        outputs = self._predict_raw(X, **kwargs)
        encoder = self.target_encoder_
        if type(encoder).inverse_transform is not ClassifierLabelEncoder.inverse_transform:
            return encoder.inverse_transform(outputs, return_proba=True)
        # scikeras' encoder drops every axis of length 1, that of the events too.
        if self.n_classes_ == 2 and np.size(outputs) == len(outputs):
            return np.column_stack([1 - outputs, outputs])
        return outputs

    def predict(self, X: Any, **kwargs: Any) -> NDArray:
        """Return the most probable class, or the labels.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features) or (n_samples, …)
            The events.
        **kwargs : dict
            Passed to Keras' ``predict``.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
            Classes as `fit` received them.

        Raises
        ------
        ValueError
            If it is not fitted, or X has other columns than `fit` saw.
        """
        return BaseWrapper.predict(self, X, **kwargs)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy, or what an overridden `scorer` says.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features) or (n_samples, …)
            The events.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The classes.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event.

        Returns
        -------
        float
            Larger is better.

        Raises
        ------
        ValueError
            As `predict` does, or if a shape does not fit.
        """
        return BaseWrapper.score(self, X, y, sample_weight=sample_weight)

    def _forget_classes(self) -> None:
        self.classes_ = None

    def _type_of_target(self, y: NDArray) -> str:
        return ClassifierLabelEncoder(categories=self._categories)._type_of_target(y)

    def _fit(self, X: Any, y: Any, sample_weight: Any, warm_start: bool, **kwargs: Any) -> None:
        if self.class_weight is not None:
            labels = np.asarray(y)
            weight = checked_weights(sample_weight, len(labels))
            # One call of partial_fit need not see every class.
            sample_weight = weighted_by_label(self.class_weight, labels, weight, self.classes_)
        super()._fit(X, y, sample_weight, warm_start, **kwargs)

    def _strata(self, target: Any) -> NDArray[np.intp]:
        if self.target_type_ not in ("binary", "multiclass") or not isinstance(target, np.ndarray):
            return super()._strata(target)
        return class_numbers(target)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class KerasRegressor(RegressorMixin, _KerasEstimator):
    """A Keras model of your own as a scikit-learn regressor: scikeras' class, drop-in.

    Routing and what differs from scikeras are as in `KerasClassifier`.

    Parameters
    ----------
    model : callable or keras.Model, default=None
        A function that returns a Keras model, compiled or not; its arguments are parameters of
        the estimator, and it may ask for ``meta``, ``compile_kwargs`` and ``params``.
    build_fn : callable, default=None
        Former name of `model`.
    warm_start : bool, default=False
        Whether `fit` goes on with the model of the last fit.
    random_state : int, RandomState instance or None, default=None
        Determines what layers draw when they are made, the validation split and the order of
        events.
    optimizer : str, class or instance, default="rmsprop"
        Of `keras.optimizers`.
    loss : str, class, instance or callable, default=None
        Of `keras.losses`.
    metrics : list, default=None
        Of `keras.metrics`.
    batch_size : int or None, default=None
        Events per step; None is Keras' 32, −1 takes all.
    validation_batch_size : int or None, default=None
        Accepted for scikeras' sake.
    verbose : int, default=1
        0 is silent, 1 shows Keras' progress bar, 2 a line per epoch.
    callbacks : list or dict of callbacks or classes, default=None
        Of `keras.callbacks`.
    validation_split : float, default=0.0
        Share of the events held out, at random.
    shuffle : bool, default=True
        Whether every epoch has an order of its own.
    run_eagerly : bool, default=False
        Whether Keras' own loop runs, uncompiled.
    epochs : int, default=1
        Passes over the training events.
    **kwargs : dict
        Routed arguments, and those of the model function.

    Attributes
    ----------
    model_ : keras.Model
        The trained model.
    history_ : dict of list
        Keras' history.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X had names.

    Raises
    ------
    TypeError
        If an argument is unknown.

    Examples
    --------
    >>> import keras
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.preprocessing import scale
    >>> from skpnn import KerasRegressor
    >>> def network(meta, width=16):
    ...     inputs = keras.Input((meta["n_features_in_"],))
    ...     hidden = keras.layers.Dense(width, "relu")(inputs)
    ...     return keras.Model(inputs, keras.layers.Dense(1)(hidden))
    >>> model = KerasRegressor(
    ...     network, loss="mse", optimizer="adam", optimizer__learning_rate=0.01, epochs=20,
    ...     verbose=0, random_state=0,
    ... )
    >>> X, y = map(scale, load_diabetes(return_X_y=True))
    >>> bool(model.fit(X, y).score(X, y) > 0.4)
    True
    """

    scorer = staticmethod(r2_score)

    @property
    def target_encoder(self) -> Any:
        """Return the transformer of y; override it for targets of your own."""
        return RegressorTargetEncoder()

    def partial_fit(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None, **kwargs: Any
    ) -> Self:
        """Train one epoch more, from the present weights and optimizer state.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            The targets.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event.
        **kwargs : dict
            Passed to Keras' ``fit``.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If X, y or a weight cannot be used. The estimator is then as it was before.
        """
        with self._attempt() as scratch:
            check_target_given(self, y)
            BaseWrapper.partial_fit(scratch, X, y, sample_weight=sample_weight, **kwargs)
        return self

    def predict(self, X: Any, **kwargs: Any) -> NDArray:
        """Return the targets.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features) or (n_samples, …)
            The events.
        **kwargs : dict
            Passed to Keras' ``predict``.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            In the units of the y that `fit` received.

        Raises
        ------
        ValueError
            If it is not fitted, or X has other columns than `fit` saw.
        """
        predicted = BaseWrapper.predict(self, X, **kwargs)
        is_number = getattr(predicted, "dtype", np.dtype(object)).kind == "f"
        return predicted.astype(self.y_dtype_) if is_number else predicted

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Return R², or what an overridden `scorer` says.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features) or (n_samples, …)
            The events.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event.

        Returns
        -------
        float
            Larger is better.

        Raises
        ------
        ValueError
            As `predict` does, or if a shape does not fit.
        """
        return BaseWrapper.score(self, X, y, sample_weight=sample_weight)

    def _validate_data(
        self, X: Any = None, y: Any = None, reset: bool = False, y_numeric: bool = False
    ) -> tuple[Any, Any]:
        del y_numeric
        # Targets that happen to be whole numbers in one call need not be so in the next.
        if y is not None and np.asarray(y).dtype.kind in "iub":
            y = np.asarray(y, dtype=np.float64)
        return super()._validate_data(X, y, reset=reset, y_numeric=True)
