"""MLPClassifier: its output layer, its labels, its weights and partial_fit."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from skpnn import MLPClassifier

QUICK = {"hidden_layer_sizes": 8, "epochs": 2, "batch_size": 32, "random_state": 0}
# One step so small that the loss reported is that of the initial network, which is the fitted one.
STILL = {**QUICK, "epochs": 1, "batch_size": None, "learning_rate": 1e-30}
# One batch of all events: their order and their number only show as rounding.
EXACT = {**QUICK, "batch_size": None, "dtype": "float64"}

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
BINARY = (X[:, 0] + X[:, 1] > 0).astype(int)
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
LABELS = np.column_stack([BINARY, X[:, 1] > 0.5, X[:, 2] > 0]).astype(int)
WEIGHT = RNG.uniform(0.5, 2, size=120)


def fitted(y, weight=None, rows=slice(None), **arguments):
    sample_weight = None if weight is None else weight[rows]
    return MLPClassifier(**{**QUICK, **arguments}).fit(X[rows], y[rows], sample_weight)


def assert_same_network(one, other):
    assert all(map(np.array_equal, one.weights_, other.weights_))


def assert_close_network(one, other):
    for mine, theirs in zip(one.weights_, other.weights_, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-9)


def is_close_network(one, other):
    return all(map(np.allclose, one.weights_, other.weights_))


# The output layer and the loss


@pytest.mark.parametrize(
    ("y", "units", "activation"),
    [(BINARY, 1, "sigmoid"), (THREE, 3, "softmax"), (LABELS, 3, "sigmoid")],
    ids=["binary", "multiclass", "multilabel"],
)
def test_output_layer_suits_the_target(y, units, activation):
    outputs = fitted(y).model_.layers[-1]
    assert (outputs.units, outputs.activation.__name__) == (units, activation)


@pytest.mark.parametrize("y", [BINARY, THREE], ids=["binary", "multiclass"])
def test_default_loss_is_cross_entropy(y):
    model = fitted(y, **STILL)
    assert model.history_["loss"] == pytest.approx([log_loss(y, model.predict_proba(X))], rel=1e-5)


def test_default_loss_of_labels_is_the_mean_of_their_cross_entropies():
    model = fitted(LABELS, **STILL)
    p = model.predict_proba(X)
    expected = -np.log(np.where(LABELS == 1, p, 1 - p)).mean()
    assert model.history_["loss"] == pytest.approx([expected], rel=1e-5)


def squared(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", lambda y, p: np.square(y - p).mean()),
        (squared, lambda y, p: np.square(y - p).mean()),
        (keras.losses.MeanAbsoluteError(), lambda y, p: np.abs(y - p).mean()),
        (
            keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=2.0),
            lambda y, p: -(y * (1 - p) ** 2 * np.log(p)).sum(axis=1).mean(),
        ),
    ],
    ids=["name", "function", "instance", "focal"],
)
def test_loss_given_is_the_loss_reported(loss, expected):
    model = fitted(THREE, loss=loss, **STILL)
    by_hand = expected(np.eye(3)[THREE], model.predict_proba(X))
    assert model.history_["loss"] == pytest.approx([by_hand], rel=1e-5)


# Labels


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (["background", "signal"], BINARY),
        ([-1, 1], BINARY),
        ([False, True], BINARY),
        ([0.0, 1.0], BINARY),
        (["b", "c", "light"], THREE),
    ],
)
def test_labels_of_any_kind_train_the_network_of_their_codes(names, codes):
    model = fitted(np.array(names)[codes])
    assert_same_network(model, fitted(codes))
    assert model.classes_.tolist() == names
    assert set(model.predict(X)) <= set(names)


@pytest.mark.parametrize("y", [BINARY, THREE], ids=["binary", "multiclass"])
def test_probabilities_sum_to_one(y):
    assert fitted(y).predict_proba(X).sum(axis=1) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("codes", [BINARY, THREE], ids=["binary", "multiclass"])
def test_probability_columns_follow_the_classes(codes):
    y = np.array(["z", "a", "m"])[codes]
    model = fitted(y, epochs=40, learning_rate=0.02)
    for column, label in zip(model.predict_proba(X).T, model.classes_, strict=True):
        assert column[y == label].mean() > column[y != label].mean() + 0.3


def test_class_predicted_is_the_most_probable():
    model = fitted(THREE)
    assert np.array_equal(model.predict(X), model.predict_proba(X).argmax(axis=1))


def test_labels_predicted_are_those_more_probable_than_not():
    model = fitted(LABELS)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == LABELS.shape
    assert np.array_equal(model.predict(X), (probabilities > 0.5).astype(int))


def test_classes_of_labels_are_their_numbers():
    assert fitted(LABELS).classes_.tolist() == [0, 1, 2]


def test_keras_model_predicts_the_same():
    model = fitted(THREE)
    keras_prediction = model.model_.predict(X.astype("float32"), verbose=0)
    assert model.predict_proba(X) == pytest.approx(keras_prediction, abs=1e-6)


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # scikit-learn's, of NaN
@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(120), r"y has one class only, \[0.0\]; expected two or more"),
        (X[:, 0], "Unknown label type: continuous"),
        (np.where(BINARY, np.nan, 0.0), "Input y contains NaN"),
        (BINARY[:-1], r"inconsistent numbers of samples: \[120, 119\]"),
        (None, "MLPClassifier requires y to be passed"),
    ],
    ids=["one class", "continuous", "NaN", "short", "None"],
)
def test_target_that_is_no_set_of_classes(y, message):
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**QUICK).fit(X, y)


# Weights of classes and events


def test_class_weight_multiplies_the_weights_of_its_class():
    weighted = fitted(BINARY, class_weight={1: 3.0})
    assert_same_network(weighted, fitted(BINARY, np.where(BINARY, 3.0, 1.0)))


def test_class_weight_multiplies_sample_weight():
    names = np.array(["b", "c", "light"])[THREE]
    weighted = fitted(names, WEIGHT, class_weight={"b": 0.5, "c": 4.0}, **EXACT)
    by_hand = fitted(names, WEIGHT * np.array([0.5, 4.0, 1.0])[THREE], **EXACT)
    assert_close_network(weighted, by_hand)


def test_balanced_makes_the_sums_of_weights_equal():
    sums = np.bincount(THREE, weights=WEIGHT)
    by_hand = fitted(THREE, WEIGHT / sums[THREE], **EXACT)
    assert_close_network(fitted(THREE, WEIGHT, class_weight="balanced", **EXACT), by_hand)


@pytest.mark.parametrize(
    "class_weight", [{2: 1.0}, {0: 1.0, "1": 2.0}, "balance", [1.0, 2.0]], ids=str
)
def test_class_weight_of_no_known_class(class_weight):
    with pytest.raises(ValueError, match=r"class_weight=.* a dict of factors for the classes"):
        fitted(BINARY, class_weight=class_weight)


def test_class_weight_of_labels_is_an_error():
    with pytest.raises(ValueError, match="class_weight='balanced' is not possible for multilabel"):
        fitted(LABELS, class_weight="balanced")


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.filterwarnings("ignore::skpnn.exceptions.DivergenceWarning")
@pytest.mark.parametrize(
    "factor",
    [0.0, -5.0, np.nan, np.inf],
)
def test_class_weight_that_is_no_weight(factor):
    with pytest.raises(ValueError, match=r"class_weight=.* expected factors above 0"):
        fitted(BINARY, class_weight={0: factor})


@given(scale=st.floats(1e-6, 1e6))
@settings(max_examples=10, deadline=None)
def test_scale_of_weights_does_not_matter(scale):
    assert_close_network(fitted(BINARY, WEIGHT, **EXACT), fitted(BINARY, scale * WEIGHT, **EXACT))


def test_equal_weights_are_no_weights():
    assert_same_network(fitted(BINARY), fitted(BINARY, np.full(120, 4.0)))


def test_event_of_zero_weight_counts_as_absent():
    weight = np.where(np.arange(120) % 3, WEIGHT, 0.0)
    assert_same_network(fitted(BINARY, weight), fitted(BINARY, weight, rows=weight > 0))


def test_event_of_zero_weight_is_not_held_out():
    weight = np.where(np.arange(120) % 3, WEIGHT, 0.0)
    stopping = {"early_stopping": True, "validation_fraction": 0.2}
    with_zeros = fitted(BINARY, weight, **stopping)
    assert_same_network(with_zeros, fitted(BINARY, weight, rows=weight > 0, **stopping))


def test_event_of_negative_weight_cancels_its_copy():
    rows = np.concatenate([np.arange(120), np.arange(10), np.arange(10)])
    weight = np.concatenate([np.ones(130), -np.ones(10)])
    cancelled = MLPClassifier(**EXACT).fit(X[rows], BINARY[rows], weight)
    assert_close_network(cancelled, fitted(BINARY, **EXACT))


def test_class_without_weight_is_named():
    weight = np.where(THREE == 1, 0.0, 1.0)
    with pytest.raises(ValueError, match=r"The weights of class .*1.* sum to 0; every class"):
        fitted(THREE, weight)


def test_class_of_negative_weight_is_named():
    names = np.array(["background", "signal"])[BINARY]
    with pytest.raises(ValueError, match=r"The weights of class .*'signal'.* sum to -"):
        fitted(names, np.where(BINARY, -1.0, 1.0))


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones(119), r"sample_weight.shape == \(119,\), expected \(120,\)"),
        (np.ones((120, 1)), r"sample_weight.shape == \(120, 1\), expected \(120,\)"),
        (np.zeros(120), "sample_weight is zero for every row"),
        (np.where(np.arange(120) == 7, np.nan, 1), "contains NaN or infinity, first in row 7"),
        (np.where(np.arange(120) == 7, np.inf, 1), "contains NaN or infinity, first in row 7"),
    ],
    ids=["short", "column", "zero", "NaN", "infinity"],
)
def test_weights_that_are_none(weight, message):
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**QUICK).fit(X, BINARY, weight)


def test_weights_of_labelled_events_need_a_positive_sum():
    with pytest.raises(ValueError, match="weights of 120 events sum to -120"):
        fitted(LABELS, -np.ones(120))


# partial_fit and warm_start


def test_partial_fit_calls_are_epochs_of_one_fit():
    model = MLPClassifier(**EXACT).partial_fit(X, BINARY).partial_fit(X, BINARY)
    assert_close_network(model, fitted(BINARY, learning_rate_schedule="constant", **EXACT))


def test_warm_start_restarts_the_optimizer():
    warm = {**EXACT, "epochs": 1, "learning_rate_schedule": "constant"}
    model = MLPClassifier(warm_start=True, **warm).fit(X, BINARY).fit(X, BINARY)
    assert not is_close_network(model, fitted(BINARY, **{**warm, "epochs": 2}))


def test_warm_start_goes_on_from_the_weights():
    model = fitted(BINARY, warm_start=True)
    before = model.weights_
    model.set_params(learning_rate=1e-30).fit(X, BINARY)
    assert all(map(np.array_equal, before, model.weights_))


def test_cold_start_forgets_the_weights():
    model = fitted(THREE).fit(X, BINARY)
    assert_same_network(model, fitted(BINARY))


def test_warm_start_of_another_architecture_is_an_error():
    model = fitted(BINARY, warm_start=True).set_params(hidden_layer_sizes=9)
    with pytest.raises(ValueError, match=r"fitted weights have shapes .* Undo the change"):
        model.fit(X, BINARY)


def test_partial_fit_goes_on_with_one_class_only():
    model = MLPClassifier(**QUICK).partial_fit(X, BINARY)
    before = model.predict_proba(X)[:, 1].mean()
    for _ in range(5):
        model.partial_fit(X[BINARY == 1], BINARY[BINARY == 1])
    assert model.predict_proba(X)[:, 1].mean() > before


def test_partial_fit_starts_with_one_class_where_all_are_named():
    model = MLPClassifier(**QUICK).partial_fit(X[THREE == 1], THREE[THREE == 1], classes=[2, 0, 1])
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.predict_proba(X).shape == (120, 3)


def test_partial_fit_with_one_class_unnamed_is_an_error():
    with pytest.raises(ValueError, match="y has one class only"):
        MLPClassifier(**QUICK).partial_fit(X[BINARY == 1], BINARY[BINARY == 1])


@pytest.mark.parametrize("label", [1, 7])
def test_label_that_the_first_call_did_not_know(label):
    model = MLPClassifier(**QUICK).partial_fit(X, BINARY * 2)
    with pytest.raises(ValueError, match=rf"y contains \[{label}\], which the earlier call did"):
        model.partial_fit(X, np.where(BINARY, label, 0))


def test_label_that_classes_does_not_name():
    with pytest.raises(ValueError, match=r"y contains \[2\].*its classes are \[0, 1\]"):
        MLPClassifier(**QUICK).partial_fit(X, THREE, classes=[0, 1])


def test_other_classes_in_a_later_call_are_an_error():
    model = MLPClassifier(**QUICK).partial_fit(X, BINARY)
    with pytest.raises(ValueError, match=r"classes=\[0, 1, 2\] are not those of the first call"):
        model.partial_fit(X, BINARY, classes=[0, 1, 2])


def test_classes_may_be_repeated_in_any_order():
    model = MLPClassifier(**QUICK).partial_fit(X, THREE, classes=[0, 1, 2])
    assert model.partial_fit(X, THREE, classes=[2, 1, 0]).classes_.tolist() == [0, 1, 2]


def test_partial_fit_of_labels():
    model = MLPClassifier(**EXACT).partial_fit(X, LABELS).partial_fit(X, LABELS)
    assert_close_network(model, fitted(LABELS, learning_rate_schedule="constant", **EXACT))


def test_partial_fit_of_another_number_of_labels_is_an_error():
    model = MLPClassifier(**QUICK).partial_fit(X, LABELS)
    with pytest.raises(ValueError, match="y has 2 labels, expected 3"):
        model.partial_fit(X, LABELS[:, :2])


def test_partial_fit_takes_a_new_learning_rate():
    model = MLPClassifier(**QUICK).partial_fit(X, BINARY)
    before = model.weights_
    model.set_params(learning_rate=1e-30).partial_fit(X, BINARY)
    assert all(map(np.array_equal, before, model.weights_))


def test_partial_fit_with_another_optimizer_names_it():
    model = MLPClassifier(**QUICK).partial_fit(X, BINARY).set_params(optimizer="sgd")
    with pytest.raises(ValueError, match="optimizer"):
        model.partial_fit(X, BINARY)


def test_partial_fit_needs_a_positive_sum_of_weights():
    model = MLPClassifier(**QUICK).partial_fit(X, BINARY)
    with pytest.raises(ValueError, match="weights of 120 events sum to -120"):
        model.partial_fit(X, BINARY, sample_weight=-np.ones(120))
