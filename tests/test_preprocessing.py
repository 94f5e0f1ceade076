"""on_features: transformers that leave θ alone."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler

import skpnn


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(30, 4)), columns=["a", "b", "c", "mass"])
    return X.assign(mass=np.where(np.arange(30) % 2, 750.0, np.nan))


@pytest.mark.parametrize("place", [0, 1, 3, -1])
def test_columns_keep_their_order(table, place):
    X = table.to_numpy()[:, [3, 0, 1, 2]] if place == 0 else table.to_numpy()
    X = table.to_numpy()[:, [0, 3, 1, 2]] if place == 1 else X
    transformed = skpnn.on_features(StandardScaler(), theta=place).fit_transform(X)
    assert np.array_equal(transformed[:, place], X[:, place], equal_nan=True)


def test_features_are_transformed_as_without_theta(table):
    transformed = skpnn.on_features(StandardScaler()).fit_transform(table)
    expected = StandardScaler().fit_transform(table[["a", "b", "c"]])
    assert np.array_equal(transformed[:, :3], expected)


def test_an_imputer_leaves_missing_theta_missing(table):
    X = table.assign(a=table["a"].where(table.index != 3))
    transformed = skpnn.on_features(SimpleImputer()).fit_transform(X)
    assert np.isfinite(transformed[:, :3]).all()
    assert np.array_equal(np.isnan(transformed[:, 3]), X["mass"].isna())


def test_theta_stays_last_where_columns_vanish(table):
    transformed = skpnn.on_features(PCA(2)).fit_transform(table)
    assert transformed.shape == (30, 3)
    assert np.array_equal(transformed[:, -1], table["mass"], equal_nan=True)


def test_theta_stays_first_where_columns_vanish(table):
    X = table[["mass", "a", "b", "c"]]
    transformed = skpnn.on_features(PCA(2), theta="mass").fit_transform(X)
    assert np.array_equal(transformed[:, 0], X["mass"], equal_nan=True)


def test_names_come_out_in_order(table):
    step = skpnn.on_features(PCA(2), theta="mass").set_output(transform="pandas")
    assert step.fit_transform(table).columns.tolist() == ["pca0", "pca1", "mass"]


def test_transform_equals_fit_transform(table):
    step = skpnn.on_features(StandardScaler())
    fitted = step.fit_transform(table)
    assert np.array_equal(step.transform(table), fitted, equal_nan=True)


def test_columns_in_another_order_are_an_error(table):
    step = skpnn.on_features(StandardScaler()).fit(table)
    with pytest.raises(ValueError, match="should match those that were passed during fit"):
        step.transform(table[["b", "a", "c", "mass"]])


def test_clones_with_its_transformer(table):
    step = clone(skpnn.on_features(PCA(2)))
    assert step.transformer.n_components == 2


def test_feeds_a_network_behind_a_scaler(masses):
    steps = (skpnn.on_features(PCA(1)), RobustScaler(), skpnn.PNNClassifier(epochs=1))
    model = make_pipeline(*steps).fit(*masses)
    assert skpnn.scan(model, masses[0], mass=[500, 750]).shape == (1500, 2)


class CrossFitting(StandardScaler):
    """Fits and transforms otherwise than it transforms, as a cross-fitting encoder does."""

    def fit_transform(self, X, y=None):
        return np.full(X.shape, -1.0 * self.fit(X).n_features_in_)


def test_fit_transform_is_the_transformers_own(table):
    assert (skpnn.on_features(CrossFitting()).fit_transform(table)[:, :3] == -3).all()


def test_theta_counted_from_the_end_stays_there():
    X = np.arange(12.0).reshape(4, 3)
    transformed = skpnn.on_features(PCA(1), theta=-2).fit_transform(X)
    assert transformed[:, -2].tolist() == X[:, -2].tolist()


def test_theta_without_a_place_is_an_error():
    X = np.random.default_rng(0).normal(size=(20, 10))
    with pytest.raises(ValueError, match="theta=4 has no place among the 3 columns"):
        skpnn.on_features(PCA(2), theta=4).fit_transform(X)
