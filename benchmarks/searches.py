"""The same search, candidate by candidate, over the network of every package."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks import subjects

EPOCHS = 5
BATCH_SIZE = 256
ARCHITECTURES = (subjects.HIDDEN, (64, 64), (128, 64, 32))

# What each package calls what is searched over.
NAMES = {
    "skpnn": {},
    "scikeras": {"learning_rate": "model__learning_rate", "alpha": "model__alpha"}
    | {"hidden_layer_sizes": "model__hidden_layer_sizes"},
    "scikit-learn": {"learning_rate": "learning_rate_init"},
}


def candidates(n_candidates: int, n_architectures: int) -> list[dict[str, Any]]:
    """Return candidates drawn at random, the architectures in turn."""
    from scipy.stats import loguniform
    from sklearn.model_selection import ParameterSampler

    space = {
        "learning_rate": loguniform(1e-4, 1e-2),
        "alpha": loguniform(1e-6, 1e-3),
        "batch_size": [128, 256, 512],
    }
    drawn = ParameterSampler(space, n_candidates, random_state=0)
    return [
        {**one, "hidden_layer_sizes": ARCHITECTURES[number % n_architectures]}
        for number, one in enumerate(drawn)
    ]


def same_search(package: str, given: Iterable[Mapping[str, Any]]) -> Any:
    """Return `RandomizedSearchCV` over exactly these candidates, in three folds, by two jobs."""
    from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold

    names = NAMES[package]
    each = [{names.get(name, name): [value] for name, value in one.items()} for one in given]
    # scikeras does not say that it classifies; a number of folds would not be stratified.
    folds = StratifiedKFold(3)
    # Drawn without replacement from as many points as are asked for: each of them once.
    return RandomizedSearchCV(
        _estimator(package), each, n_iter=len(each), cv=folds, n_jobs=2, random_state=0
    )


def long_search(n_candidates: int, scoring: Callable[..., float]) -> Any:
    """Return a search over numbers alone: all candidates have one architecture."""
    from scipy.stats import loguniform, uniform
    from sklearn.model_selection import RandomizedSearchCV

    space = {
        "learning_rate": loguniform(1e-4, 1e-2),
        "alpha": loguniform(1e-6, 1e-3),
        "dropout": uniform(0, 0.5),
    }
    return RandomizedSearchCV(
        _estimator("skpnn"),
        space,
        n_iter=n_candidates,
        scoring=scoring,
        cv=3,
        n_jobs=2,
        random_state=0,
    )


def _estimator(package: str) -> Any:
    if package == "skpnn":
        # The others' learning rate is constant.
        return subjects.ours(EPOCHS, BATCH_SIZE, learning_rate_schedule="constant")
    if package == "scikit-learn":
        return subjects.scikit_learns(EPOCHS, BATCH_SIZE)
    from scikeras.wrappers import KerasClassifier

    return KerasClassifier(
        keras_model,
        model__learning_rate=subjects.RATE,
        model__alpha=0.0,
        model__hidden_layer_sizes=subjects.HIDDEN,
        loss="binary_crossentropy",
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        verbose=0,
    )


def keras_model(learning_rate: float, alpha: float, hidden_layer_sizes: tuple[int, ...]) -> Any:
    """Return a compiled Keras model for scikeras."""
    import keras

    inputs = tensor = keras.Input((subjects.N_FEATURES,))
    for width in hidden_layer_sizes:
        penalty = keras.regularizers.L2(alpha)
        tensor = keras.layers.Dense(width, "relu", kernel_regularizer=penalty)(tensor)
    penalty = keras.regularizers.L2(alpha)
    outputs = keras.layers.Dense(1, "sigmoid", kernel_regularizer=penalty)(tensor)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model
