"""The network 28-32-32-32-1 in every package, and events for it."""

import contextlib
import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_FEATURES = 28
HIDDEN = (32, 32, 32)
RATE = 1e-3
# Of one product of a matrix: 2 · (28·32 + 32·32 + 32·32 + 32·1), once forward and twice backward.
FLOP_PER_EVENT = 6 * (N_FEATURES * 32 + 32 * 32 + 32 * 32 + 32)


def events(n: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return features and classes."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, N_FEATURES), dtype=np.float32)
    return X, (X[:, 0] + rng.standard_normal(n, dtype=np.float32) > 0).astype(np.intp)


def events_with_theta(n: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return features and classes, the last feature a mass, missing on background."""
    X, y = events(n)
    masses = np.random.default_rng(1).choice(np.float32([500, 750, 1000, 1250, 1500]), n)
    X[:, -1] = np.where(y == 1, masses, np.nan)
    return X, y


def ours(epochs: int, batch_size: int, optimizer: str = "adam", **arguments: Any) -> Any:
    """Return skpnn's."""
    from skpnn import MLPClassifier

    return MLPClassifier(
        HIDDEN,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=RATE,
        random_state=0,
        **arguments,
    )


def parametrised(epochs: int, batch_size: int, **arguments: Any) -> Any:
    """Return skpnn's parametrised network."""
    from skpnn import PNNClassifier

    return PNNClassifier(HIDDEN, epochs=epochs, batch_size=batch_size, random_state=0, **arguments)


def scikit_learns(epochs: int, batch_size: int, optimizer: str = "adam") -> Any:
    """Return scikit-learn's."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier as Theirs

    warnings.simplefilter("ignore", ConvergenceWarning)
    return Theirs(
        HIDDEN,
        solver=optimizer,
        max_iter=epochs,
        batch_size=batch_size,
        learning_rate_init=RATE,
        alpha=0.0,
        n_iter_no_change=10**6,
        random_state=0,
    )


def keras_model(optimizer: str = "adam") -> Any:
    """Return a compiled Keras model."""
    import keras

    inputs = tensor = keras.Input((N_FEATURES,))
    for width in HIDDEN:
        tensor = keras.layers.Dense(width, "relu")(tensor)
    model = keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(tensor))
    given = {
        "sgd": keras.optimizers.SGD(RATE, momentum=0.9, nesterov=True),
        "adam": keras.optimizers.Adam(RATE),
    }
    model.compile(given[optimizer], "binary_crossentropy")
    return model


def scikeras(epochs: int, batch_size: int, optimizer: str = "adam") -> Any:
    """Return scikeras'."""
    from scikeras.wrappers import KerasClassifier

    return KerasClassifier(
        keras_model,
        model__optimizer=optimizer,
        loss="binary_crossentropy",
        epochs=epochs,
        batch_size=batch_size,
        verbose=0,
    )


def skorch(epochs: int, batch_size: int) -> Any:
    """Return skorch's, on CPU PyTorch."""
    import torch
    from skorch import NeuralNetBinaryClassifier

    widths = (N_FEATURES, *HIDDEN)
    layers = [
        layer
        for n_inputs, width in zip(widths, HIDDEN, strict=False)
        for layer in (torch.nn.Linear(n_inputs, width), torch.nn.ReLU())
    ]
    return NeuralNetBinaryClassifier(
        torch.nn.Sequential(*layers, torch.nn.Linear(HIDDEN[-1], 1), torch.nn.Flatten(0)),
        optimizer=torch.optim.Adam,
        lr=RATE,
        max_epochs=epochs,
        batch_size=batch_size,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
    )


def pnnplus(X: NDArray[np.float32], y: NDArray[np.intp]) -> Any:
    """Return a function of epochs and batch size that trains pnnplus', on events with masses."""
    import keras
    import pandas as pd
    from pnnplus import PNNplus

    names = [f"f{n}" for n in range(N_FEATURES - 1)]
    frame = pd.DataFrame(X, columns=[*names, "mass"]).assign(weight=1.0)
    signal, background = frame[y == 1], frame[y == 0].drop(columns="mass")
    # It prints statistics.
    with contextlib.redirect_stdout(io.StringIO()):
        package = PNNplus(features=names, mass_columns=["mass"], weight_column="weight")
        package.load_dataset(signal_df=signal, background_df=background, test_size=0.01)
        package.transform_dataset()

    def train(epochs: int, batch_size: int) -> None:
        inputs = keras.Input((N_FEATURES - 1,)), keras.Input((1,))
        network = keras_model()
        model = keras.Model(inputs, network(keras.layers.Concatenate()(inputs)))
        model.compile(keras.optimizers.Adam(RATE), "binary_crossentropy")
        package.train_model(
            model, epochs=epochs, batch_size=batch_size, validation_split=0.0, verbose=0
        )

    return train
