"""What is computed on TensorFlow and on JAX, and compared: `python both_backends.py` prints it.

A test module's name would have pytest collect it; Keras has one backend per process.
"""

import json
import sys

import keras
import numpy as np
from keras import ops
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn

N = 300
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 2))
TARGET = np.tanh(X[:, 0]) - X[:, 1] ** 2
WEIGHT = RNG.exponential(size=N) - 0.1
# 5,000 rows are too many for NumPy alone.
MANY = RNG.normal(size=(5000, 2))
START = [
    RNG.normal(size=(2, 8)),
    np.zeros(8),
    RNG.normal(size=(8, 8)) / 3,
    np.zeros(8),
    RNG.normal(size=(8, 1)) / 3,
    np.zeros(1),
]

TRAININGS = {
    "cosine": {},
    "constant": {"learning_rate_schedule": "constant"},
    "decay": {"learning_rate_schedule": "constant", "learning_rate_decay": 0.1},
    "no momentum": {"momentum": 0.0},
    "adam": {"optimizer": "adam"},
    "adamw": {"optimizer": "adamw"},
    "adagrad": {"optimizer": "adagrad"},
    "rmsprop": {"optimizer": "rmsprop"},
    "own optimizer": {"optimizer": keras.optimizers.Adam(0.01, epsilon=1e-3)},
    "penalty": {"alpha": 1e-2},
    "float32": {"dtype": "float32"},
    "normalised": {"batch_normalization": True, "epochs": 1},
    "stopped early": {"early_stopping": True, "epochs": 6, "patience": 1},
    "absolute error": {"loss": "absolute_error"},
}


def regressor(**arguments):
    # On JAX Keras computes a tanh in float32, whatever it is given; a sigmoid it does not.
    common = {"hidden_layer_sizes": (8, 8), "activation": "sigmoid", "initial_weights": START}
    training = {"optimizer": "sgd", "learning_rate": 0.02, "epochs": 4, "batch_size": 64}
    common |= {"dtype": "float64", "random_state": 0}
    return skpnn.MLPRegressor(**{**common, **training, **arguments})


def trained(name):
    """Return predictions after a training that draws nothing but the order of events."""
    arguments = TRAININGS[name]
    if name == "normalised":
        starts = [np.linspace(-1, 1, 16).reshape(2, 8), *np.ones((4, 8)), START[4], np.zeros(1)]
        arguments = {**arguments, "hidden_layer_sizes": 8, "initial_weights": starts}
    model = regressor(**arguments).fit(X, TARGET, sample_weight=WEIGHT)
    return model.predict(X).tolist()


def partially_fitted():
    """Return predictions after three calls, between which the optimizer's state is kept."""
    model = regressor()
    for _ in range(3):
        model.partial_fit(X, TARGET)
    return model.predict(X).tolist()


def many_rows():
    """Return predictions by the compiled network, and by the few rows that NumPy computes."""
    model = regressor().fit(X, TARGET)
    blocks = np.concatenate([model.predict(MANY[i : i + 1000]) for i in range(0, 5000, 1000)])
    classifier = skpnn.MLPClassifier(epochs=1, random_state=0).fit(X, np.arange(N) % 3)
    return {
        "at once": model.predict(MANY).tolist(),
        "in blocks": blocks.tolist(),
        "is writeable": classifier.predict_proba(MANY).flags.writeable,
    }


def search():
    """Return whether a fit in a program that others used is the fit in a new one, to the bit."""
    arguments = {"dropout": 0.2, "alpha": 1e-3, "initial_weights": None}
    first = regressor(**arguments).fit(X, TARGET)
    others = {"dropout": 0.4, "alpha": 1e-1, "learning_rate": 1e-4, "momentum": 0.5}
    other = regressor(**{**arguments, **others}).fit(X, TARGET)
    again = regressor(**arguments).fit(X, TARGET)
    return {
        "again": all(map(np.array_equal, first.weights_, again.weights_)),
        "other": not any(map(np.array_equal, first.weights_[::2], other.weights_[::2])),
    }


def parametrised():
    """Return the AUC at each mass of a network whose background is drawn anew every epoch."""
    problem = skpnn.datasets.ResonanceOnExponential()
    train, test = problem.sample(2000, random_state=0), problem.sample(2000, random_state=1)
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=8, random_state=0))
    return skpnn.score_scan(model.fit(*train), *test)["auc"].tolist()


def curve():
    """Return a curve's parameters and their covariance."""

    def falling(x, p):
        return p[0] * ops.exp(-p[1] * x) + p[2]

    x = np.linspace(0, 1, 30)[:, np.newaxis]
    noise = np.random.default_rng(1).normal(scale=0.1, size=30)
    model = skpnn.CurveRegressor(falling, [4.0, 1.0, 1.0], epochs=200)
    model.fit(x, falling(x, [5.0, 2.0, 1.5]).__array__()[:, 0] + noise)
    return {"p": model.p_.tolist(), "covariance": model.covariance_.tolist()}


def own_network():
    """Return the accuracy of the user's own Keras model."""

    def network():
        return keras.Sequential([keras.layers.Dense(8, "tanh"), keras.layers.Dense(1, "sigmoid")])

    labels = (X[:, 0] > 0).astype(int)
    arguments = {"loss": "binary_crossentropy", "optimizer": "adam", "epochs": 20}
    model = skpnn.KerasClassifier(network, **arguments, random_state=0)
    return model.fit(X, labels).score(X, labels)


def everything():
    """Return all of it, as JSON has it."""
    return {
        "parametrised": parametrised(),
        "is TensorFlow loaded": "tensorflow" in sys.modules,
        "trained": {name: trained(name) for name in TRAININGS},
        "partially fitted": partially_fitted(),
        "many rows": many_rows(),
        "search": search(),
        "curve": curve(),
        "own network": own_network(),
        "backend": keras.backend.backend(),
    }


if __name__ == "__main__":
    print(json.dumps(everything()))  # noqa: T201
