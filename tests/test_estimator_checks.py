"""scikit-learn's own checks over every estimator."""

import keras
import pytest
from sklearn.utils.estimator_checks import check_estimator

import skpnn

# float32 mini-batches round differently when an event of weight 2 is split in two of weight 1.
ROUNDING = {"check_sample_weight_equivalence_on_dense_data"}
# The check reads the class body of scikeras' BaseWrapper, which defines `_more_tags`.
SCIKERAS_BODY = {"check_estimator_tags_renamed"}
STRICT = {
    "dtype": "float64",
    "batch_size": None,
    "epochs": 30,
    "learning_rate": 0.02,
    "learning_rate_schedule": "constant",
}
FLOAT64 = {"dtype": "float64"}


def small_classifier(meta):
    """Return a compiled network for what `meta` says of y."""
    n_classes, kind = meta["n_classes_"], meta["target_type_"]
    is_softmax = n_classes > 2 and kind == "multiclass"
    n_outputs = 1 if n_classes == 2 and kind == "binary" else n_classes
    losses = keras.losses
    loss = losses.SparseCategoricalCrossentropy if is_softmax else losses.BinaryCrossentropy
    return compiled(meta, n_outputs, "softmax" if is_softmax else "sigmoid", loss(**FLOAT64))


def small_regressor(meta):
    """Return a compiled network with as many outputs as y has targets."""
    return compiled(meta, meta["n_outputs_"], "linear", keras.losses.MeanSquaredError(**FLOAT64))


def compiled(meta, n_outputs, activation, loss):
    """Return a network of one hidden layer."""
    inputs = keras.Input((meta["n_features_in_"],), **FLOAT64)
    hidden = keras.layers.Dense(32, "relu", **FLOAT64)(inputs)
    outputs = keras.layers.Dense(n_outputs, activation, **FLOAT64)(hidden)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.01), loss)
    return model


KERAS = {"batch_size": -1, "verbose": 0, "random_state": 0}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("estimator", "accepted"),
    [
        pytest.param(skpnn.PNNClassifier(), ROUNDING, id="PNNClassifier"),
        pytest.param(skpnn.MLPClassifier(), ROUNDING, id="MLPClassifier"),
        pytest.param(skpnn.MLPRegressor(), ROUNDING, id="MLPRegressor"),
        pytest.param(
            skpnn.PNNClassifier(background_theta="given", **STRICT), set(), id="PNN-strict"
        ),
        pytest.param(skpnn.MLPClassifier(**STRICT), set(), id="MLPClassifier-strict"),
        pytest.param(skpnn.MLPRegressor(**STRICT), set(), id="MLPRegressor-strict"),
        pytest.param(
            skpnn.KerasClassifier(small_classifier, epochs=40, **KERAS),
            SCIKERAS_BODY,
            id="KerasClassifier",
        ),
        pytest.param(
            skpnn.KerasRegressor(small_regressor, epochs=60, **KERAS),
            SCIKERAS_BODY,
            id="KerasRegressor",
        ),
    ],
)
def test_fails_no_check_but_the_accepted_ones(estimator, accepted):
    results = check_estimator(estimator, on_fail=None)
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    assert failed.keys() <= accepted, failed
