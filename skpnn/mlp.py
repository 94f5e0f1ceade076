"""MLPClassifier and MLPRegressor: dense Keras networks as scikit-learn estimators."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils import check_array
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from skpnn._base import NetworkEstimator
from skpnn._classes import class_codes, class_weighted
from skpnn._parameters import check_choice, check_real
from skpnn._sample import Sample, weighted_rows
from skpnn._targets import OUTPUT_INTERVALS, TargetScale
from skpnn._validation import check_class_weight_sums, check_target_given
from skpnn.losses import resolve_loss

__all__ = ["MLPClassifier", "MLPRegressor"]


class MLPClassifier(ClassifierMixin, NetworkEstimator):
    """A dense network that classifies: two classes, several, or several labels per event.

    Two classes have one sigmoid output, several a softmax, labels (y of shape
    (n_samples, n_labels), 0 or 1) one sigmoid each.

    Parameters
    ----------
    hidden_layer_sizes : int, sequence of int, or str, default=(32, 32, 32)
        Widths of the hidden layers; ``"32-32-32"`` is for search tools, which sample scalars.
    activation : str or callable, default="relu"
        Keras activation of the hidden layers.
    depth : int, default=1
        How often the hidden layers follow each other: ``hidden_layer_sizes=64, depth=3`` is
        64-64-64 in two scalars, as search tools like it.
    loss : str, keras.losses.Loss or callable, default="auto"
        ``"auto"`` is cross-entropy; or any Keras loss, of one-hot targets for several classes.
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
        Share of the events held out under `early_stopping`, stratified by class.
    patience : int, default=10
        Epochs without improvement before stopping.
    class_weight : dict, "balanced" or None, default=None
        Factors on the weights of the classes. ``"balanced"`` makes their sums equal.
    negative_weights : {"keep", "drop", "resample"}, default="keep"
        What training does with events of negative weight. The sum of weights in each class stays
        what it is, and validation always keeps all events. ``"keep"`` is unbiased, but where they
        outweigh the others the loss has no lower bound: watch for overfitting. ``"drop"`` leaves
        them out and scales the others, which is biased wherever their share varies with the
        features. ``"resample"`` draws, where some weights are negative, as many events as there
        are, in proportion to ``|weight|``, and gives them one weight, signed: unbiased, with less
        spread of the weights for more noise.
    callbacks : keras.callbacks.Callback or list of these, default=None
        Called as by `keras.Model.fit`, but batch hooks cost one compiled call per batch.
    warm_start : bool, default=False
        Whether `fit` starts from the weights of the last fit; optimizer and schedule restart.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the network.
    verbose : int, default=0
        0 is silent, 1 shows Keras' progress bar, 2 a line per epoch.
    random_state : int, RandomState instance or None, default=None
        Determines initial weights, validation split, order of events and dropout.
        Equal integers give bit-equal networks on one machine.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels; for multilabel y the numbers of the labels.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X had names.
    weights_ : list of ndarray
        The trained weights, in Keras' order.
    model_ : keras.Model
        The trained network, built from ``weights_`` on first access.
    history_ : dict of list
        Keras' history: ``loss``, and ``val_loss`` under `early_stopping`, by epoch.
    n_iter_ : int
        Number of epochs.

    See Also
    --------
    PNNClassifier : A classifier with a theory parameter among its columns.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import RobustScaler
    >>> from skpnn import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(RobustScaler(), MLPClassifier(batch_size=32, random_state=0))
    >>> bool(model.fit(X, y).score(X, y) > 0.95)
    True
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
        class_weight: Any = None,
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
        self.class_weight = class_weight

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Train one pass over X and y, at a constant learning rate; the optimizer goes on.

        `callbacks` are not called, and no events are held out.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            The classes.
        classes : array-like of shape (n_classes,), optional
            All classes; needed in the first call where `y` lacks one of them. Later calls may
            repeat them.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event.

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
        return self._partially_fitted(X, y, sample_weight, classes=classes)

    def predict_proba(self, X: Any) -> NDArray:
        """Return the probability of each class.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.

        Returns
        -------
        ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
            Columns in the order of ``classes_``; of several labels, each label's own.

        Raises
        ------
        ValueError
            If it is not fitted, or X holds NaN or infinity or has other columns than `fit` saw.
        """
        check_is_fitted(self, "weights_")
        return self._probabilities(self._read_features(X, reset=False))

    def predict(self, X: Any) -> NDArray:
        """Return the most probable class, or the labels that are more probable than not.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
            Classes as in ``classes_``, or labels, 0 or 1.

        Raises
        ------
        ValueError
            If it is not fitted, or X holds NaN or infinity or has other columns than `fit` saw.
        """
        probabilities = self.predict_proba(X)
        if self._is_multilabel:
            return (probabilities > 0.5).astype(int)
        return self.classes_[probabilities.argmax(axis=1)]

    def _probabilities(self, X: NDArray) -> NDArray:
        outputs = self._raw_predict(X)
        if self._is_multilabel or outputs.shape[1] > 1:
            return outputs
        return np.column_stack([1 - outputs, outputs])

    def _read(
        self, X: Any, y: Any, weight: ArrayLike | None, *, classes: Any, first: bool
    ) -> Sample:
        X = self._read_features(X, reset=first)
        check_target_given(self, y)
        check_consistent_length(X, y)
        check_classification_targets(y)
        weight = self._read_weight(weight, len(X))
        if first:
            self._is_multilabel = type_of_target(y).startswith("multilabel")
        if self._is_multilabel:
            target = self._read_labels(y, first=first)
            codes = np.zeros(len(X), dtype=np.intp)
        else:
            codes = self._read_classes(y, weight, classes=classes, first=first)
            target = self._one_hot(codes)
        return Sample(*weighted_rows(weight, X, target, weight, codes, np.zeros_like(codes)))

    def _read_labels(self, y: Any, *, first: bool) -> NDArray:
        if self.class_weight is not None:
            raise ValueError(
                f"class_weight={self.class_weight!r} is not possible for multilabel y; use "
                "sample_weight."
            )
        target = check_array(y, accept_sparse=False, dtype=self.dtype)
        if first:
            self.classes_ = np.arange(target.shape[1])
        if target.shape[1] != len(self.classes_):
            raise ValueError(f"y has {target.shape[1]} labels, expected {len(self.classes_)}.")
        return target

    def _read_classes(
        self, y: Any, weight: NDArray[np.float64], *, classes: Any, first: bool
    ) -> NDArray[np.intp]:
        y = column_or_1d(y, warn=True)
        if first:
            self.classes_ = np.unique(y if classes is None else np.asarray(classes))
            if len(self.classes_) < 2:
                raise ValueError(
                    f"y has one class only, {self.classes_.tolist()}; expected two or more."
                )
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(
                f"classes={classes!r} are not those of the first call, {self.classes_.tolist()}."
            )
        codes = class_codes(y, self.classes_)
        if classes is None and first:
            check_class_weight_sums(weight, codes, self.classes_)
        return codes

    def _one_hot(self, codes: NDArray[np.intp]) -> NDArray:
        if len(self.classes_) == 2:
            return codes[:, np.newaxis].astype(self.dtype)
        return np.eye(len(self.classes_), dtype=self.dtype)[codes]

    def _final_weight(self, sample: Sample) -> NDArray[np.float64]:
        if self._is_multilabel:
            return sample.weight
        return class_weighted(self.class_weight, sample.codes, self.classes_, sample.weight)

    def _outputs(self) -> tuple[int, str]:
        if self._is_multilabel:
            return len(self.classes_), "sigmoid"
        return (1, "sigmoid") if len(self.classes_) == 2 else (len(self.classes_), "softmax")

    def _loss(self) -> Any:
        is_softmax = self._outputs()[1] == "softmax"
        if not isinstance(self.loss, str) or self.loss != "auto":
            self._check_loss_fits(is_softmax)
            return self.loss
        return "categorical_crossentropy" if is_softmax else "binary_crossentropy"

    def _check_loss_fits(self, is_softmax: bool) -> None:
        """Raise where Keras would train on a constant, or fail far from the cause."""
        needless = "categorical_crossentropy" if not is_softmax else None
        if isinstance(self.loss, str) and self.loss in (
            needless,
            "sparse_categorical_crossentropy",
        ):
            raise ValueError(
                f"loss={self.loss!r} does not fit: two classes and labels have sigmoid outputs, "
                'several classes have a softmax and one-hot targets. Use loss="auto".'
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class MLPRegressor(RegressorMixin, NetworkEstimator):
    """A dense network that regresses one or several targets.

    Targets should be of order one: scale them (`sklearn.compose.TransformedTargetRegressor`).

    Parameters
    ----------
    hidden_layer_sizes : int, sequence of int, or str, default=(32, 32, 32)
        Widths of the hidden layers; ``"32-32-32"`` is for search tools, which sample scalars.
    activation : str or callable, default="relu"
        Keras activation of the hidden layers.
    depth : int, default=1
        How often the hidden layers follow each other: ``hidden_layer_sizes=64, depth=3`` is
        64-64-64 in two scalars, as search tools like it.
    output_activation : {"linear", "softplus", "sigmoid", "tanh"}, default="linear"
        ``"softplus"`` predicts positive targets; ``"sigmoid"`` and ``"tanh"`` keep predictions
        within `target_range`.
    target_range : tuple of float or None, default=None
        Lowest and highest target under ``"sigmoid"`` and ``"tanh"``; None takes those of y.
    loss : str, keras.losses.Loss or callable, default="auto"
        ``"auto"`` is ``"squared_error"``; or ``"absolute_error"``, ``"huber"``, or any Keras loss.
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
        Share of the events held out under `early_stopping`, chosen at random.
    patience : int, default=10
        Epochs without improvement before stopping.
    huber_delta : float, default=1.0
        Under ``loss="huber"``, where the loss turns from a parabola into a line, in units of y.
    negative_weights : {"keep", "drop", "resample"}, default="keep"
        What training does with events of negative weight. The sum of weights stays
        what it is, and validation always keeps all events. ``"keep"`` is unbiased, but where they
        outweigh the others the loss has no lower bound: watch for overfitting. ``"drop"`` leaves
        them out and scales the others, which is biased wherever their share varies with the
        features. ``"resample"`` draws, where some weights are negative, as many events as there
        are, in proportion to ``|weight|``, and gives them one weight, signed: unbiased, with less
        spread of the weights for more noise.
    callbacks : keras.callbacks.Callback or list of these, default=None
        Called as by `keras.Model.fit`, but batch hooks cost one compiled call per batch.
    warm_start : bool, default=False
        Whether `fit` starts from the weights of the last fit; optimizer and schedule restart.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the network.
    verbose : int, default=0
        0 is silent, 1 shows Keras' progress bar, 2 a line per epoch.
    random_state : int, RandomState instance or None, default=None
        Determines initial weights, validation split, order of events and dropout.
        Equal integers give bit-equal networks on one machine.

    Attributes
    ----------
    n_outputs_ : int
        Number of targets.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X had names.
    weights_ : list of ndarray
        The trained weights, in Keras' order.
    model_ : keras.Model
        The trained network, built from ``weights_`` on first access.
    history_ : dict of list
        Keras' history: ``loss``, and ``val_loss`` under `early_stopping`, by epoch.
    n_iter_ : int
        Number of epochs.

    Examples
    --------
    >>> import numpy as np
    >>> from skpnn import MLPRegressor
    >>> X = np.linspace(-1, 1, 200)[:, np.newaxis]
    >>> y = np.sin(3 * X[:, 0])
    >>> model = MLPRegressor(16, "tanh", learning_rate=0.02, batch_size=20, random_state=0)
    >>> bool(model.fit(X, y).score(X, y) > 0.95)
    True
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (32, 32, 32),
        activation: Any = "relu",
        *,
        depth: int = 1,
        output_activation: str = "linear",
        target_range: tuple[float, float] | None = None,
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
        huber_delta: float = 1.0,
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
        self.output_activation = output_activation
        self.target_range = target_range
        self.huber_delta = huber_delta

    def partial_fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Train one pass over X and y, at a constant learning rate; the optimizer goes on.

        `callbacks` are not called, and no events are held out.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            The targets.
        sample_weight : array-like of shape (n_samples,), optional
            One weight per event.

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
        return self._partially_fitted(X, y, sample_weight)

    def predict(self, X: Any) -> NDArray:
        """Return the targets.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            In the units of the y that `fit` received.

        Raises
        ------
        ValueError
            If it is not fitted, or X holds NaN or infinity or has other columns than `fit` saw.
        """
        check_is_fitted(self, "weights_")
        outputs = self._raw_predict(self._read_features(X, reset=False))
        targets = self._scale.targets(outputs)
        return targets[:, 0] if self._is_single else targets

    def _read(
        self, X: Any, y: Any, weight: ArrayLike | None, *, classes: Any, first: bool
    ) -> Sample:
        check_choice("output_activation", self.output_activation, tuple(OUTPUT_INTERVALS))
        check_real("huber_delta", self.huber_delta, low=0, open_low=True)
        del classes
        X = self._read_features(X, reset=first)
        check_target_given(self, y)
        y = check_array(y, ensure_2d=False, dtype=self.dtype, input_name="y", estimator=self)
        check_consistent_length(X, y)
        weight = self._read_weight(weight, len(X))
        X, targets, weight = weighted_rows(weight, X, y.reshape(len(y), -1), weight)
        if first:
            self.n_outputs_ = targets.shape[1]
            self._is_single = y.ndim == 1 or self.n_outputs_ == 1
        if not hasattr(self, "_scale"):
            ends = _check_target_range(self.target_range)
            self._scale = TargetScale.of(targets, self.output_activation, ends)
        elif self._scale.activation != self.output_activation:
            raise ValueError(
                f"output_activation={self.output_activation!r}, but the fitted network has "
                f"{self._scale.activation!r}; undo the change, or fit a clone (warm_start=False)."
            )
        outputs = self._scale.outputs(targets).astype(self.dtype)
        alike = np.zeros(len(X), dtype=np.intp)
        return Sample(X, outputs, weight, alike, alike)

    def _outputs(self) -> tuple[int, str]:
        return self.n_outputs_, self.output_activation

    def _loss(self) -> Any:
        is_auto = isinstance(self.loss, str) and self.loss == "auto"
        return "squared_error" if is_auto else self.loss

    def _huber_delta(self) -> Any:
        # The network sees scaled targets, the user speaks of unscaled ones.
        delta = tuple((self.huber_delta / self._scale.width).tolist())
        return delta[0] if len(set(delta)) == 1 else delta

    def _keras_loss(self) -> Any:
        return resolve_loss(self._loss(), dtype=self.dtype, huber_delta=self._huber_delta())

    def _loss_key(self) -> Any:
        loss = super()._loss_key()
        return None if loss is None else (loss, self._huber_delta())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _check_target_range(target_range: Any) -> tuple[float, float] | None:
    if target_range is None:
        return None
    try:
        lowest, highest = (float(end) for end in target_range)
    except (TypeError, ValueError):
        lowest = highest = np.nan
    if not np.isfinite([lowest, highest]).all():
        raise ValueError(
            f"target_range={target_range!r} is not possible; expected None or two finite numbers, "
            "(lowest, highest)."
        )
    return lowest, highest
