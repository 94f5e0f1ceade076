"""Models of any origin and kind."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.preprocessing import FunctionTransformer

from skpnn.keras_estimators import KerasClassifier
from tests.keras_estimators.shared import (
    PLANE,
    THREE,
    Unbuilt,
    X,
    Y,
    classifier,
    classifier_model,
    learner,
)


def test_built_model_is_trained_itself():
    built = classifier_model({"n_features_in_": 3})
    assert classifier(built).fit(X, Y).model_ is built


def test_built_model_is_cloned_with_its_weights():
    built = classifier_model({"n_features_in_": 3})
    copied = clone(classifier(built)).model
    assert copied is not built
    np.testing.assert_array_equal(copied(X), built(X))


def test_loss_other_than_the_compiled_one_raises():
    def model(meta):
        built = classifier_model(meta)
        built.compile("sgd", "binary_crossentropy")
        return built

    with pytest.raises(ValueError, match="loss=mse but model compiled with binary_crossentropy"):
        classifier(model, loss="mse").fit(X, Y)


def test_missing_loss_raises():
    with pytest.raises(ValueError, match="You must provide a loss"):
        classifier(loss=None).fit(X, Y)


def test_build_fn_is_the_former_name_of_model():
    with pytest.warns(UserWarning, match="``build_fn`` will be renamed"):
        model = KerasClassifier(build_fn=classifier_model, width=3, loss="mse", verbose=0).fit(X, Y)
    assert model.model_.layers[1].units == 3


class Subclass(KerasClassifier):
    """As scikeras' documentation teaches it."""

    def __init__(self, width=5, optimizer="adam", optimizer__learning_rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.optimizer = optimizer
        self.optimizer__learning_rate = optimizer__learning_rate

    def _keras_build_fn(self, compile_kwargs):
        model = classifier_model({"n_features_in_": self.n_features_in_}, self.width)
        model.compile(loss="binary_crossentropy", optimizer=compile_kwargs["optimizer"])
        return model


def test_subclass_builds_its_own_model():
    model = clone(Subclass(width=6, verbose=0, epochs=5)).fit(X, Y)
    assert (model.model_.layers[1].units, model.score(X, Y) > 0.85) == (6, True)


def test_subclass_refuses_a_misspelt_argument():
    with pytest.raises(TypeError, match="Subclass got an unexpected argument 'widht'"):
        Subclass(widht=3)


class OwnSteps(keras.Model):
    """As Keras' guide writes it: two things per batch where no weights are given."""

    def train_step(self, data):
        x, y = data
        self.optimizer.apply_gradients(
            (tf.ones_like(weight), weight) for weight in self.trainable_weights
        )
        return {"loss": self.compute_loss(x, y, self(x, training=True))}

    def predict_step(self, data):
        return tf.fill((tf.shape(data)[0], 1), 0.25)


class OwnWeightedStep(keras.Model):
    def train_step(self, data):
        _, _, weight = data
        self.optimizer.apply_gradients(
            (tf.ones_like(w) * tf.reduce_max(weight), w) for w in self.trainable_weights
        )
        return {"loss": tf.reduce_max(weight)}


def own_model(kind):
    def model(meta):
        inputs = keras.Input((meta["n_features_in_"],))
        return kind(inputs, keras.layers.Dense(1, "sigmoid", kernel_initializer="ones")(inputs))

    return model


@pytest.fixture(scope="module")
def own_steps():
    return classifier(
        own_model(OwnSteps), optimizer=keras.optimizers.SGD(0.25), batch_size=80, epochs=2
    ).fit(X, Y)


def test_own_train_step_is_used(own_steps):
    np.testing.assert_allclose(own_steps.model_.get_weights()[0], np.zeros((3, 1)))


def test_own_predict_step_is_used(own_steps):
    np.testing.assert_allclose(own_steps.predict_proba(X), np.tile([0.75, 0.25], (160, 1)))


def test_own_train_step_receives_weights():
    model = classifier(own_model(OwnWeightedStep), optimizer=keras.optimizers.SGD(0.5))
    model.set_params(batch_size=-1).fit(X, Y, sample_weight=np.where(Y == 1, 3.0, 1.0))
    np.testing.assert_allclose(model.model_.get_weights()[0], np.full((3, 1), 0.25), rtol=1e-6)


@pytest.mark.parametrize(
    "build", [Unbuilt, lambda: keras.Sequential([keras.layers.Dense(1, "sigmoid")])]
)
def test_model_that_is_built_at_its_first_call_learns(build):
    assert learner(lambda: build()).fit(X, Y).score(X, Y) > 0.85


class Inputs(BaseEstimator, TransformerMixin):
    def fit(self, X):
        return self

    def transform(self, X):
        return self.of(X)

    def get_metadata(self):
        return {"n_inputs_": 2}


class ListOfInputs(KerasClassifier):
    @property
    def feature_encoder(self):
        encoder = Inputs()
        encoder.of = lambda X: [X[:, :1], X[:, 1:]]
        return encoder


class DictOfInputs(KerasClassifier):
    @property
    def feature_encoder(self):
        return FunctionTransformer(lambda X: {"a": X[:, :1], "b": X[:, 1:]})


def model_of_two_inputs():
    inputs = [keras.Input((1,), name="a"), keras.Input((2,), name="b")]
    merged = keras.layers.Concatenate()(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(merged))


@pytest.mark.parametrize("kind", [ListOfInputs, DictOfInputs])
@pytest.mark.parametrize("arguments", [{}, {"fit__validation_freq": 1, "validation_split": 0.2}])
def test_model_of_several_inputs_learns(kind, arguments):
    model = kind(
        model_of_two_inputs,
        loss="binary_crossentropy",
        optimizer=keras.optimizers.Adam(0.1),
        epochs=5,
        verbose=0,
        random_state=0,
        **arguments,
    )
    assert model.fit(X, Y).score(X, Y) > 0.85


class TensorInput(KerasClassifier):
    @property
    def feature_encoder(self):
        return FunctionTransformer(lambda X: tf.constant(X - 1))


def test_inputs_that_are_no_arrays_are_encoded_once():
    model = TensorInput(classifier_model, loss="binary_crossentropy", verbose=0).fit(X, Y)
    expected = np.asarray(model.model_(X - 1))
    np.testing.assert_allclose(model.predict_proba(X)[:, 1:], expected, rtol=1e-5)


class TwoOutputs(BaseEstimator, TransformerMixin):
    """A binary and a three-class target, as in scikeras' documentation."""

    def fit(self, y):
        self.n_outputs_, self.n_outputs_expected_, self.classes_ = 2, 2, [2, 3]
        return self

    def transform(self, y):
        return [y[:, 0], y[:, 1]]

    def inverse_transform(self, y, return_proba=False):
        if return_proba:
            return np.column_stack(y)
        return np.column_stack([np.round(y[0][:, 0]), y[1].argmax(axis=1)])

    def get_metadata(self):
        return {"n_outputs_": 2, "n_outputs_expected_": 2}


class MultiOutput(KerasClassifier):
    scorer = staticmethod(lambda y, p, **kwargs: np.mean(y == p))

    @property
    def target_encoder(self):
        return TwoOutputs()


@pytest.fixture(scope="module")
def multi_output():
    def model(meta):
        inputs = keras.Input((meta["n_features_in_"],))
        first = keras.layers.Dense(1, "sigmoid", name="one")(inputs)
        return keras.Model(inputs, [first, keras.layers.Dense(3, "softmax", name="two")(inputs)])

    return MultiOutput(
        model,
        loss=["binary_crossentropy", "sparse_categorical_crossentropy"],
        optimizer=keras.optimizers.Adam(0.1),
        epochs=10,
        verbose=0,
        random_state=0,
        validation_split=0.1,
    ).fit(PLANE, np.column_stack([THREE == "b", np.unique(THREE, return_inverse=True)[1]]))


def test_model_of_several_outputs_learns(multi_output):
    y = np.column_stack([THREE == "b", np.unique(THREE, return_inverse=True)[1]])
    assert multi_output.score(PLANE, y) > 0.8


def test_probabilities_are_those_of_an_encoder_of_ones_own(multi_output):
    assert multi_output.predict_proba(PLANE[:5]).shape == (5, 4)
