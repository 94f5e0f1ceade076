"""KerasClassifier and KerasRegressor: scikeras' estimators, cured and on the compiled loop.

The one file that knows scikeras, which is no longer maintained (adriangb/scikeras#337).
"""

import copy
import inspect
import sys
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
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import _check_feature_names, _check_n_features, check_is_fitted

from skpnn._atomic import scratch_copy, take_over
from skpnn._classes import class_weight_factors
from skpnn._sample import Seeds, split_rows, unit_weight
from skpnn._seeding import seeded_globals
from skpnn._validation import check_finite_features, check_sample_weight, check_target_given
from skpnn.engine.divergence import StopOnDivergence
from skpnn.engine.events import Events
from skpnn.engine.inference import compiled_model, in_blocks
from skpnn.engine.loop import TrainingPlan, train
from skpnn.engine.programs import Program

__all__ = ["KerasClassifier", "KerasRegressor"]


@contextmanager
def _keras_as_it_was() -> Iterator[None]:
    """Undo what importing scikeras does to Keras: it replaces how Keras objects are pickled."""
    names = ("__reduce__", "__deepcopy__")
    classes = (keras.Model, keras.losses.Loss, keras.metrics.Metric, keras.optimizers.Optimizer)
    before = {(c, n): vars(c)[n] for c in classes for n in names if n in vars(c)}
    is_ours = "scikeras" not in sys.modules
    yield
    for owner in classes if is_ours else ():
        for name in names:
            if (owner, name) in before:
                setattr(owner, name, before[owner, name])
            elif name in vars(owner):
                delattr(owner, name)


with _keras_as_it_was():
    from scikeras._utils import route_params
    from scikeras.utils import metric_name
    from scikeras.utils.transformers import ClassifierLabelEncoder, RegressorTargetEncoder
    from scikeras.wrappers import BaseWrapper

# What the compiled loop knows of the arguments of Keras' fit; any other is left to Keras' own loop,
# which knows it, or knows it to be wrong.
_COMPILED = {"batch_size", "epochs", "initial_epoch", "shuffle", "validation_batch_size", "verbose"}
# A model's own methods rely on what Keras hands them: no weights where none were given, numbers in
# Keras' precision.
_TRAINING = ("fit", "make_train_function", "train_step", "test_step", "compute_loss")
_PREDICTING = ("predict", "make_predict_function", "predict_step")
_PREDICT_HOOKS = (
    "on_predict_begin",
    "on_predict_end",
    "on_predict_batch_begin",
    "on_predict_batch_end",
)
# What a model function may ask for without being a parameter of the estimator.
_PROVIDED = {"meta", "compile_kwargs", "params", "self"}


class _KerasEstimator(BaseWrapper):
    """What the two estimators share: scikeras' routing over our validation, seeds and loop."""

    # scikeras routes these too, but lets nobody set them.
    _routing_prefixes = BaseWrapper._routing_prefixes | {"callbacks", "score"}
    _program: tuple[Program, keras.Optimizer]

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
        """Raise a TypeError for an argument that neither routing nor the model function knows."""
        function: Any = model if callable(model) else getattr(self, "_keras_build_fn", None)
        is_function = callable(function) and not isinstance(function, keras.Model)
        arguments = dict(inspect.signature(function).parameters) if is_function else {}
        if any(a.kind is a.VAR_KEYWORD for a in arguments.values()):
            return
        prefixes = sorted(self._routing_prefixes)
        routed = {name for name in extra if name.split("__")[0] in prefixes and "__" in name}
        # A subclass may name arguments of its own, and hand them up.
        known = set(arguments) | set(inspect.signature(type(self).__init__).parameters)
        for name in extra.keys() - routed - known:
            raise TypeError(
                f"{type(self).__name__} got an unexpected argument {name!r}; expected one of its "
                f"own, one of the model function's ({sorted(set(arguments) - _PROVIDED)}), or a "
                f"routed one ({', '.join(f'{p}__…' for p in prefixes)})."
            )

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
            The fitted estimator; as it was before, where fitting failed.
        """
        return self._atomically("_fit_from_scratch", X, y, sample_weight, **kwargs)

    def _fit_from_scratch(self, X: Any, y: Any, weight: ArrayLike | None, **kwargs: Any) -> None:
        check_target_given(self, y)
        if not (self.warm_start and self.initialized_):
            self._forget_classes()
        BaseWrapper.fit(self, X, y, sample_weight=weight, **kwargs)

    def _continue_fitting(self, X: Any, y: Any, weight: ArrayLike | None, **kwargs: Any) -> None:
        check_target_given(self, y)
        BaseWrapper.partial_fit(self, X, y, sample_weight=weight, **kwargs)

    def initialize(self, X: Any, y: Any = None) -> Self:
        """Build the model for X and y without training it."""
        return self._atomically("_initialize_anew", X, y)

    def _initialize_anew(self, X: Any, y: Any) -> None:
        self._forget_classes()
        self._initialize(X, y)

    def _forget_classes(self) -> None:
        """Forget what only a classifier knows."""

    def _atomically(self, method: str, *args: Any, **kwargs: Any) -> Self:
        scratch = scratch_copy(self)
        # The copy shares the model and the generator, which training changes in place.
        scratch.__dict__ |= copy.deepcopy({k: v for k, v in vars(self).items() if k == "_seeds"})
        with _restored_on_error(getattr(self, "model_", self.model)):
            getattr(scratch, method)(*args, **kwargs)
        return take_over(self, scratch)

    def _initialize(self, X: Any, y: Any = None) -> tuple[Any, Any]:
        # scikeras takes an integer here to set global seeds; ours are set without it.
        self._seeds = Seeds.of(self.random_state)
        for name in ("_program", "_forward"):
            self.__dict__.pop(name, None)
        return super()._initialize(X, y)

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
        if X is not None:
            # Keras reads some of SciPy's sparse formats wrongly, and none of them fast.
            X = X.toarray() if hasattr(X, "toarray") else X
            _check_feature_names(self, X, reset=reset)
            _check_named_columns(self, X)
            if not reset:
                X = self._like_fitted(X)
        if reset or y is None:
            return super()._validate_data(X, y, reset=reset, y_numeric=y_numeric)
        X = None if X is None else super()._validate_data(X)[0]
        return X, self._target_like_fitted(X, y, "numeric" if y_numeric else None)

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

    def _like_fitted(self, X: Any) -> Any:
        """Return X in the precision of fit: float64 is as good as float32."""
        array = np.asarray(X)
        if array.ndim == 2:
            _check_n_features(self, array, reset=False)
        is_number = array.dtype.kind in "fiub" and self.X_dtype_.kind == "f"
        return array.astype(self.X_dtype_) if is_number else X

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
        routed = route_params(self.get_params(), "fit", self._fit_kwargs)
        arguments = {k: v for k, v in routed.items() if not k.startswith("callbacks")} | kwargs
        arguments |= {"epochs": initial_epoch + epochs, "initial_epoch": initial_epoch}
        n_events = len(y) if isinstance(y, np.ndarray) else len(keras.tree.flatten(X)[0])
        for name in ("batch_size", "validation_batch_size"):
            if arguments.get(name) == -1:
                arguments[name] = n_events
        factors = _factors_by_index(y, arguments.pop("class_weight", None))
        is_weighted = sample_weight is not None or factors is not None
        weight = np.ones(n_events) if sample_weight is None else sample_weight
        weight = weight if factors is None else weight * factors
        # Keras casts weights to the precision of the loss, which is the model function's choice.
        events = Events(X, y, unit_weight(weight, np.float64))
        history = self._run(events, arguments, is_weighted=is_weighted)
        if _are_arrays(X):
            self._forward = compiled_model(self.model_, X)
        self._extend_history(history, anew=not warm_start or initial_epoch == 0)

    def _run(
        self, events: Events, arguments: dict[str, Any], *, is_weighted: bool
    ) -> dict[str, list[float]]:
        given = [self._fit_callbacks, arguments.pop("callbacks", None) or []]
        callbacks = [*keras.tree.flatten(given), StopOnDivergence()]
        fraction = arguments.pop("validation_split", 0.0)
        is_given = arguments.get("validation_data") is not None
        training, validation = self._held_out(events, 0.0 if is_given else fraction)
        if self._needs_keras_loop(events, arguments):
            arguments["callbacks"] = callbacks
            return self._run_in_keras(training, validation, arguments, is_weighted=is_weighted)
        # Keras' fit puts the moving average of the weights in place before the callbacks' turn.
        callbacks.insert(0, keras.callbacks.LambdaCallback(on_train_end=self._finalize_weights))
        plan = TrainingPlan(
            epochs=arguments["epochs"],
            batch_size=min(arguments.get("batch_size") or 32, len(training)),
            callbacks=callbacks,
            verbose=_as_level(arguments.get("verbose", 1)),
            initial_epoch=arguments["initial_epoch"],
            shuffle=bool(arguments.get("shuffle", True)),
        )
        program = self._program_for(training)
        self.model_.stop_training = False
        return train(program, training, plan, rng=self._seeds.training, validation=validation)

    def _finalize_weights(self, logs: Any = None) -> None:
        del logs
        self.model_.optimizer.finalize_variable_values(self.model_.trainable_weights)

    def _program_for(self, events: Events) -> Program:
        program, optimizer = getattr(self, "_program", (None, None))
        # A model that its owner compiles anew has another optimizer.
        if program is None or optimizer is not self.model_.optimizer:
            program = Program(self.model_, events.example())
            self._program = program, self.model_.optimizer
        return program

    def _held_out(self, events: Events, fraction: float) -> tuple[Events, Events | None]:
        if not fraction:
            return events, None
        strata = self._strata(events.target)
        training, validation = split_rows(strata, fraction, self._seeds.split)
        return Events(*events.take(training)), Events(*events.take(validation))

    def _strata(self, target: Any) -> NDArray[np.intp]:
        """Return the groups whose proportions a validation split keeps."""
        return np.zeros(len(keras.tree.flatten(target)[0]), dtype=np.intp)

    def _needs_keras_loop(self, events: Events, arguments: dict[str, Any]) -> bool:
        asked = {name for name, value in arguments.items() if value is not None}
        return (
            bool(asked - _COMPILED)
            or self.model_.run_eagerly
            or _has_own(self.model_, *_TRAINING)
            or not _are_arrays((events.X, events.target))
        )

    def _run_in_keras(
        self,
        training: Events,
        validation: Events | None,
        arguments: dict[str, Any],
        *,
        is_weighted: bool,
    ) -> dict[str, list[float]]:
        n_parts = 3 if is_weighted else 2
        if validation is not None:
            parts = (validation.X, validation.target, validation.weight)
            arguments["validation_data"] = parts[:n_parts]
        if _has_own(self.model_, "fit") or not _are_arrays((training.X, training.target)):
            arguments["sample_weight"] = training.weight if is_weighted else None
            return self.model_.fit(training.X, training.target, **arguments).history
        size = arguments.pop("batch_size", None) or 32
        arguments["validation_batch_size"] = arguments.get("validation_batch_size") or size
        rng = self._seeds.training if arguments.pop("shuffle", True) else None
        batches = _KerasBatches(training, size, rng, n_parts)
        return self.model_.fit(batches, shuffle=False, **arguments).history

    def _extend_history(self, history: dict[str, list[float]], *, anew: bool) -> None:
        before = {} if anew else getattr(self, "history_", {})
        self.history_ = defaultdict(list, {name: list(values) for name, values in before.items()})
        for name, values in history.items():
            self.history_[_scikeras_name(name)] += values

    def _predict_raw(self, X: Any, **kwargs: Any) -> Any:
        check_is_fitted(self, "model_")
        if kwargs or self._needs_keras_predict():
            return super()._predict_raw(X, **kwargs)
        X, _ = self._validate_data(X=X)
        X = self.feature_encoder_.transform(X)
        if not _are_arrays(X):
            return super()._predict_raw(X)
        if not hasattr(self, "_forward"):
            self._forward = compiled_model(self.model_, X)
        return in_blocks(self._forward, X)

    def _needs_keras_predict(self) -> bool:
        return (
            any(name.startswith("predict__") for name in self.get_params())
            or any(map(_acts_in_predict, keras.tree.flatten(self._predict_callbacks)))
            or self.model_.run_eagerly
            or _has_own(self.model_, *_PREDICTING)
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without compiled programs, which are made anew when needed."""
        state = super().__getstate__()
        # Keras does not save where dropout's random numbers stand.
        drawn = map(keras.ops.convert_to_numpy, _seed_states(getattr(self, "model_", None)))
        kept = {k: v for k, v in state.items() if k not in ("_program", "_forward")}
        return kept | {"_drawn": [np.copy(value) for value in drawn]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({k: v for k, v in state.items() if k != "_drawn"})
        for variable, value in zip(_seed_states(state.get("model_")), state["_drawn"], strict=True):
            variable.assign(value)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags


class _KerasBatches(keras.utils.PyDataset):
    """Batches for Keras' own loop, in an order of ours: Keras shuffles by global seeds only."""

    def __init__(
        self, events: Events, batch_size: int, rng: np.random.Generator | None, n_parts: int
    ) -> None:
        super().__init__()
        self._events, self._size, self._rng, self._n_parts = events, batch_size, rng, n_parts
        self._order = np.arange(len(events))
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self._order) // self._size)

    def __getitem__(self, number: int) -> tuple[Any, ...]:
        rows = self._order[number * self._size : (number + 1) * self._size]
        batch = keras.tree.map_structure(_as_keras_casts, self._events.take(rows))
        # tf.data takes a list for one array.
        parts = (tuple(part) if isinstance(part, list) else part for part in batch)
        return tuple(parts)[: self._n_parts]

    def on_epoch_end(self) -> None:
        """Draw an order for the next epoch."""
        if self._rng is not None:
            self._order = self._rng.permutation(len(self._order))


def _as_keras_casts(array: NDArray) -> NDArray:
    return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array


@contextmanager
def _restored_on_error(model: Any) -> Iterator[None]:
    """Put the weights and the optimizer of a model that exists back where training fails."""
    variables = [*model.variables] if isinstance(model, keras.Model) else []
    variables += getattr(getattr(model, "optimizer", None), "variables", [])
    before = [np.copy(keras.ops.convert_to_numpy(variable)) for variable in variables]
    try:
        yield
    except BaseException:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
        raise


def _seed_states(model: keras.Model | None) -> list[Any]:
    variables = [] if model is None else model.variables
    return [variable for variable in variables if variable.name == "seed_generator_state"]


def _has_own(model: keras.Model, *methods: str) -> bool:
    return any(getattr(type(model), m) is not getattr(keras.Model, m) for m in methods)


def _acts_in_predict(callback: keras.callbacks.Callback) -> bool:
    # A LambdaCallback keeps its hooks on the instance.
    base = keras.callbacks.Callback
    return any(
        getattr(type(callback), hook) is not getattr(base, hook) or hook in vars(callback)
        for hook in _PREDICT_HOOKS
    )


def _codes(target: NDArray) -> NDArray[np.intp]:
    """Return the class numbers that an encoded target holds, one-hot or not."""
    columns = target.reshape(len(target), -1)
    return columns.argmax(axis=1) if columns.shape[1] > 1 else columns[:, 0].astype(np.intp)


def _factors_by_index(target: Any, class_weight: dict[int, float] | None) -> NDArray | None:
    """Return what Keras' own class_weight, by class number, means for each event."""
    if class_weight is None:
        return None
    return np.array([class_weight.get(code, 1.0) for code in _codes(target).tolist()])


def _check_named_columns(estimator: Any, X: Any) -> None:
    """Raise a ValueError that names the column where a table of numbers holds NaN or infinity."""
    array = X if isinstance(X, np.ndarray) else None
    if hasattr(X, "to_numpy"):
        array = X.to_numpy()
    if array is not None and array.ndim == 2 and array.dtype.kind == "f":
        names = getattr(estimator, "feature_names_in_", None)
        check_finite_features(array, features=np.arange(array.shape[1]), names=names)


def _are_arrays(X: Any) -> bool:
    return all(isinstance(array, np.ndarray) for array in keras.tree.flatten(X))


def _as_level(verbose: Any) -> int:
    return 1 if verbose == "auto" else int(verbose)


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
    feature_names_in_ : ndarray of shape (n_features_in_,)
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

    @property
    def _fit_kwargs(self) -> set[str]:
        # Class weights become sample weights.
        return BaseWrapper._fit_kwargs - {"class_weight"}

    @property
    def target_encoder(self) -> Any:
        """Return the transformer of y; override it for targets of your own."""
        categories = "auto" if self.classes_ is None else [self.classes_]
        return ClassifierLabelEncoder(loss=self.loss, categories=categories)

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
        """
        return self._atomically("_partial_fit", X, y, classes, sample_weight, **kwargs)

    def _partial_fit(self, X: Any, y: Any, classes: Any, weight: Any, **kwargs: Any) -> None:
        known = getattr(self, "classes_", None)
        self.classes_ = known if classes is None else np.unique(classes)
        self._continue_fitting(X, y, weight, **kwargs)

    def predict_proba(self, X: Any, **kwargs: Any) -> NDArray:
        """Return the probability of each class, of shape (n_samples, n_classes)."""
        outputs = self._predict_raw(X, **kwargs)
        encoder = self.target_encoder_
        if type(encoder).inverse_transform is not ClassifierLabelEncoder.inverse_transform:
            return encoder.inverse_transform(outputs, return_proba=True)
        # scikeras' encoder drops every axis of length 1, that of the events too.
        if self.n_classes_ == 2 and np.size(outputs) == len(outputs):
            return np.column_stack([1 - outputs, outputs])
        return outputs

    def predict(self, X: Any, **kwargs: Any) -> NDArray:
        """Return the most probable class, of shape (n_samples,) or (n_samples, n_labels)."""
        return BaseWrapper.predict(self, X, **kwargs)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy, or what an overridden `scorer` says."""
        return BaseWrapper.score(self, X, y, sample_weight=sample_weight)

    def _forget_classes(self) -> None:
        self.classes_ = None

    def _type_of_target(self, y: NDArray) -> str:
        return ClassifierLabelEncoder(
            categories="auto" if self.classes_ is None else [self.classes_]
        )._type_of_target(y)

    def _fit(self, X: Any, y: Any, sample_weight: Any, warm_start: bool, **kwargs: Any) -> None:
        if self.class_weight is not None:
            sample_weight = self._class_weighted(y, sample_weight)
        super()._fit(X, y, sample_weight, warm_start, **kwargs)

    def _class_weighted(self, y: Any, sample_weight: Any) -> NDArray[np.float64]:
        labels = np.asarray(y)
        weight = check_sample_weight(sample_weight, len(labels))
        weight = np.ones(len(labels)) if weight is None else weight
        if labels.ndim > 1 and labels.shape[1] > 1:
            return weight * compute_sample_weight(self.class_weight, labels)
        # One call of partial_fit need not see every class.
        classes = np.union1d(labels, labels[:0] if self.classes_ is None else self.classes_)
        codes = np.searchsorted(classes, labels.ravel())
        return weight * class_weight_factors(self.class_weight, codes, classes, weight)[codes]

    def _strata(self, target: Any) -> NDArray[np.intp]:
        if self.target_type_ not in ("binary", "multiclass") or not isinstance(target, np.ndarray):
            return super()._strata(target)
        return _codes(target)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class KerasRegressor(RegressorMixin, _KerasEstimator):
    """A Keras model of your own as a scikit-learn regressor: scikeras' class, drop-in.

    See `KerasClassifier`, which has the same arguments but `class_weight`.

    Parameters
    ----------
    model : callable or keras.Model, default=None
        A function that returns a Keras model, compiled or not.
    build_fn, warm_start, random_state, optimizer, loss, metrics, batch_size, \
validation_batch_size, verbose, callbacks, validation_split, shuffle, run_eagerly, epochs, **kwargs
        As in `KerasClassifier`; `validation_split` holds out events at random.

    Attributes
    ----------
    model_ : keras.Model
        The trained model.
    history_ : dict of list
        Keras' history.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
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
        """
        return self._atomically("_continue_fitting", X, y, sample_weight, **kwargs)

    def predict(self, X: Any, **kwargs: Any) -> NDArray:
        """Return the targets, of shape (n_samples,) or (n_samples, n_targets)."""
        predicted = BaseWrapper.predict(self, X, **kwargs)
        is_number = getattr(predicted, "dtype", np.dtype(object)).kind == "f"
        return predicted.astype(self.y_dtype_) if is_number else predicted

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Return R², or what an overridden `scorer` says."""
        return BaseWrapper.score(self, X, y, sample_weight=sample_weight)

    def _validate_data(
        self, X: Any = None, y: Any = None, reset: bool = False, y_numeric: bool = False
    ) -> tuple[Any, Any]:
        del y_numeric
        # Targets that happen to be whole numbers in one call need not be so in the next.
        if y is not None and np.asarray(y).dtype.kind in "iub":
            y = np.asarray(y, dtype=np.float64)
        return super()._validate_data(X, y, reset=reset, y_numeric=True)
