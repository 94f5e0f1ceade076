"""Preprocessing of features that leaves θ alone."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_feature_names, _check_n_features, check_is_fitted

from skpnn._tables import as_table, columns_of, without_columns
from skpnn._theta_columns import (
    Theta,
    column_names,
    n_columns_of,
    requested_columns,
    theta_columns,
)

__all__ = ["FeatureTransformer", "on_features"]


def on_features(transformer: Any, theta: Theta = -1) -> "FeatureTransformer":
    """Return a transformer that applies `transformer` to every column but θ.

    An imputer would replace the NaN that mark background, and a PCA would mix θ with the
    features; both are at home in here.

    Parameters
    ----------
    transformer : transformer
        Any scikit-learn transformer, not yet fitted.
    theta : int, str or sequence of these, default=-1
        The θ column(s), by index or by name.

    Returns
    -------
    FeatureTransformer
        To be used as a step of a Pipeline.

    Raises
    ------
    ValueError
        When it is fitted, if a θ column is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.impute import SimpleImputer
    >>> from skpnn import on_features
    >>> X = np.array([[1.0, 500.0], [np.nan, np.nan], [3.0, 750.0]])
    >>> on_features(SimpleImputer()).fit_transform(X)
    array([[  1., 500.], [  2.,  nan], [  3., 750.]])
    """
    return FeatureTransformer(transformer, theta=theta)


def _has_feature_names_out(estimator: "FeatureTransformer") -> bool:
    fitted = getattr(estimator, "transformer_", estimator.transformer)
    return hasattr(fitted, "get_feature_names_out")


class FeatureTransformer(TransformerMixin, BaseEstimator):
    """Apply a transformer to every column but θ; θ stays where ``theta`` finds it.

    Where the number of features stays, the order of the columns stays. Where it changes, columns
    counted from the end (``theta=-1``) stay there, and so do columns counted from the start.

    Parameters
    ----------
    transformer : transformer
        Applied to a copy of the columns that are not θ.
    theta : int, str or sequence of these, default=-1
        The θ column(s), by index or by name.

    Attributes
    ----------
    transformer_ : transformer
        The fitted transformer.
    theta_columns_ : ndarray of shape (n_theta,)
        Indices of the θ columns in the input.
    n_features_in_ : int
        Number of columns of the input.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where it had names.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.decomposition import PCA
    >>> X = np.column_stack([np.random.default_rng(0).normal(size=(9, 4)), np.full(9, 750.0)])
    >>> FeatureTransformer(PCA(2)).fit_transform(X)[:, -1]
    array([750., 750., 750., 750., 750., 750., 750., 750., 750.])
    """

    def __init__(self, transformer: Any, *, theta: Theta = -1) -> None:
        self.transformer = transformer
        self.theta = theta

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit the transformer on the columns of X, (n_samples, n_features), that are not θ."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Fit, and return the transformed columns with θ among them."""
        X = as_table(X)
        names = column_names(X)
        columns = theta_columns(self.theta, n_columns=n_columns_of(X), names=names)
        transformer = clone(self.transformer)
        _check_feature_names(self, X, reset=True)
        _check_n_features(self, X, reset=True)
        # Not fit().transform(): encoders that cross-fit would show each row its own label.
        transformed = transformer.fit_transform(without_columns(X, columns), y)
        self.transformer_ = transformer
        self.theta_columns_ = columns
        return self._joined(X, transformed)

    def transform(self, X: Any) -> Any:
        """Return the transformed columns, θ among them, for X of shape (n_samples, n_features)."""
        check_is_fitted(self, "transformer_")
        X = as_table(X)
        _check_feature_names(self, X, reset=False)
        _check_n_features(self, X, reset=False)
        return self._joined(X, self.transformer_.transform(without_columns(X, self.theta_columns_)))

    @available_if(_has_feature_names_out)
    def get_feature_names_out(self, input_features: Any = None) -> NDArray:
        """Return the names of the columns of the output."""
        check_is_fitted(self, "transformer_")
        if input_features is None:
            default = [f"x{k}" for k in range(self.n_features_in_)]
            input_features = getattr(self, "feature_names_in_", default)
        given = np.asarray(input_features, dtype=object)
        kept = np.delete(given, self.theta_columns_)
        return self._inserted(
            np.asarray(self.transformer_.get_feature_names_out(kept), dtype=object),
            given[self.theta_columns_],
        )

    def _joined(self, X: Any, transformed: Any) -> NDArray:
        features = transformed.toarray() if hasattr(transformed, "toarray") else transformed
        theta = columns_of(X, self.theta_columns_)
        return self._inserted(np.asarray(features), np.asarray(theta))

    def _inserted(self, features: NDArray, theta: NDArray) -> NDArray:
        """Return `features` with `theta` put, along the last axis, where ``theta`` finds it."""
        n_columns = features.shape[-1] + theta.shape[-1]
        places = self._places(n_columns)
        joined = np.empty((*features.shape[:-1], n_columns), np.result_type(features, theta))
        rest = np.delete(np.arange(n_columns), places)
        joined[..., rest], joined[..., places] = features, theta
        return joined

    def _places(self, n_columns: int) -> NDArray[np.intp]:
        """Return where ``theta`` finds its columns among `n_columns`."""
        middle = self.n_features_in_ / 2
        asked = zip(requested_columns(self.theta), self.theta_columns_, strict=True)
        # A name finds its column anywhere: it stays at the end that it is nearer to.
        from_end = [c >= middle if isinstance(one, str) else one < 0 for one, c in asked]
        shift = n_columns - self.n_features_in_
        places = np.where(from_end, self.theta_columns_ + shift, self.theta_columns_)
        if not set(places.tolist()) <= set(range(n_columns)) or len(set(places)) < len(places):
            raise ValueError(
                f"theta={self.theta!r} has no place among the {n_columns} columns that are left; "
                "count it from the end, e.g. theta=-1."
            )
        return places

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
