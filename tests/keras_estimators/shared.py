"""Events, Keras models and estimators that the tests share."""

import keras
import numpy as np
import pandas as pd

from skpnn.keras_estimators import KerasClassifier, KerasRegressor

RNG = np.random.default_rng(0)
# Background first, then signal, as physicists concatenate them.
Y = np.repeat([0, 1], 80)
X = (RNG.normal(size=(160, 3)) + 2 * Y[:, None]).astype("float32")
TARGET = (X @ [1.0, -2.0, 0.5]).astype("float32")
FRAME = pd.DataFrame(X, columns=["pt", "eta", "mass"])
THREE = np.repeat(["b", "c", "light"], [60, 50, 50])
PLANE = (RNG.normal(size=(160, 2)) + 4 * np.eye(3, 2)[np.repeat([0, 1, 2], [60, 50, 50])]).astype(
    "float32"
)


def initializer(seed=1):
    return keras.initializers.GlorotUniform(seed=seed)


def classifier_model(meta, width=4, dropout=0.0):
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dense(width, "relu", kernel_initializer=initializer())(inputs)
    hidden = keras.layers.Dropout(dropout)(hidden)
    output = keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(2))(hidden)
    return keras.Model(inputs, output)


def random_model(meta, dropout=0.0):
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dropout(dropout)(keras.layers.Dense(4, "relu")(inputs))
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(hidden))


def softmax_model(meta):
    inputs = keras.Input((meta["n_features_in_"],))
    outputs = keras.layers.Dense(meta["n_classes_"], "softmax")(inputs)
    return keras.Model(inputs, outputs)


def regressor_model(meta):
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dense(8, "relu", kernel_initializer=initializer())(inputs)
    output = keras.layers.Dense(meta["n_outputs_"], kernel_initializer=initializer(2))(hidden)
    return keras.Model(inputs, output)


def classifier(model=classifier_model, **arguments):
    defaults = {"loss": "binary_crossentropy", "verbose": 0, "random_state": 0}
    return KerasClassifier(model, **(defaults | arguments))


def learner(model=classifier_model, **arguments):
    """A classifier that learns to tell signal from background."""
    return classifier(
        model, **({"optimizer": "adam", "optimizer__learning_rate": 0.1, "epochs": 5} | arguments)
    )


def regressor(model=regressor_model, **arguments):
    defaults = {"loss": "mse", "verbose": 0, "random_state": 0, "optimizer": "adam"}
    return KerasRegressor(model, **(defaults | arguments))


def learning_rate(estimator):
    return float(estimator.model_.optimizer.learning_rate)


def steps(estimator):
    return int(estimator.model_.optimizer.iterations)


def assert_same_state(first, second):
    assert first.history_ == second.history_
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


class Unbuilt(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1, "sigmoid")

    def call(self, inputs):
        return self.dense(inputs)
