"""Spaces for each estimator and kind of search: every candidate is one that can be fitted."""

from importlib.util import find_spec

import keras
import pytest
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid, ParameterSampler
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from skopt.space import Categorical, Real, Space

import skpnn
from skpnn._base import NetworkEstimator
from skpnn.networks import parse_hidden_layer_sizes
from skpnn.tuning._search_space import search_space

N_DRAWS = 200


def network(meta, width=4):
    inputs = keras.Input((meta["n_features_in_"],))
    hidden = keras.layers.Dense(width, "relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(hidden))


ESTIMATORS = {
    "PNNClassifier": skpnn.PNNClassifier(),
    "MLPClassifier": skpnn.MLPClassifier(),
    "MLPRegressor": skpnn.MLPRegressor(),
    "KerasClassifier": skpnn.KerasClassifier(network, loss="binary_crossentropy", verbose=0),
    "KerasRegressor": skpnn.KerasRegressor(network, loss="mse", verbose=0),
}
KERAS = ("KerasClassifier", "KerasRegressor")
every_estimator = pytest.mark.parametrize("name", ESTIMATORS)
every_network = pytest.mark.parametrize("name", [n for n in ESTIMATORS if n not in KERAS])
every_keras = pytest.mark.parametrize("name", KERAS)
needs_optuna = pytest.mark.skipif(find_spec("optuna") is None, reason="Optuna is not installed")
every_kind = pytest.mark.parametrize(
    "kind", ["random", "bayes", "grid", pytest.param("optuna", marks=needs_optuna)]
)


def candidates(space, kind):
    """Return what a search of that kind tries in a space."""
    if kind == "random":
        return list(ParameterSampler(space, N_DRAWS, random_state=0))
    if kind == "grid":
        return list(ParameterGrid(space))
    if kind == "bayes":
        points = Space(list(space.values())).rvs(N_DRAWS, random_state=0)
        return [dict(zip(space, point, strict=True)) for point in points]
    import optuna

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [study.ask(space).params for _ in range(N_DRAWS)]


# Candidates


@every_network
@every_kind
def test_every_candidate_of_a_network_is_accepted(name, kind):
    estimator = ESTIMATORS[name]
    for candidate in candidates(search_space(estimator, kind), kind):
        network = clone(estimator).set_params(**candidate)
        network._check_parameters()
        assert 1 <= len(parse_hidden_layer_sizes(network.hidden_layer_sizes) * network.depth) <= 4


@every_keras
@every_kind
def test_every_candidate_of_a_keras_estimator_is_accepted(name, kind):
    estimator = ESTIMATORS[name]
    for candidate in candidates(search_space(estimator, kind, model__width=[4, 8]), kind):
        clone(estimator).set_params(**candidate)
        assert 1e-4 <= candidate["optimizer__learning_rate"] <= 3e-2


@pytest.mark.parametrize("activation", ["relu", "silu"])
def test_activations_are_known_to_keras(activation):
    assert activation in search_space(ESTIMATORS["MLPClassifier"])["activation"]
    keras.activations.get(activation)


@pytest.mark.parametrize(("name", "n_points"), [("PNNClassifier", 36), ("KerasRegressor", 12)])
def test_grid_is_small(name, n_points):
    assert len(ParameterGrid(search_space(ESTIMATORS[name], "grid"))) == n_points


@every_kind
def test_a_space_has_few_architectures_and_batch_sizes(kind):
    space = search_space(ESTIMATORS["MLPClassifier"], kind)
    drawn = candidates(space, kind)
    for name in ("hidden_layer_sizes", "depth", "batch_size"):
        assert len({candidate.get(name) for candidate in drawn}) <= 4


# Where the network is


def wrapped():
    classifier = skpnn.PNNClassifier()
    pipeline = make_pipeline(RobustScaler(), classifier)
    return {
        "pnnclassifier__": pipeline,
        "estimator__": BaggingClassifier(classifier),
        "estimator__pnnclassifier__": CalibratedClassifierCV(pipeline),
        "pipeline__pnnclassifier__": make_pipeline(RobustScaler(), pipeline),
        "regressor__": TransformedTargetRegressor(skpnn.MLPRegressor()),
    }


@pytest.mark.parametrize("prefix", wrapped())
def test_names_lead_to_the_network(prefix):
    estimator = wrapped()[prefix]
    for candidate in candidates(search_space(estimator, "grid"), "grid"):
        parameters = clone(estimator).set_params(**candidate).get_params()
        inside = parameters[prefix.removesuffix("__")]
        assert isinstance(inside, NetworkEstimator)
        assert inside.depth == candidate[f"{prefix}depth"]


def test_network_calibrated_at_each_hypothesis_is_found():
    model = skpnn.HypothesisCalibratedClassifier(
        make_pipeline(RobustScaler(), ESTIMATORS["PNNClassifier"])
    )
    assert "estimator__pnnclassifier__alpha" in search_space(model)


@pytest.mark.parametrize(
    ("estimator", "found"),
    [
        (make_pipeline(RobustScaler(), LogisticRegression()), "no network, only.*LogisticRegr"),
        (FrozenEstimator(skpnn.MLPClassifier()), "no network, only.*that is not frozen"),
        (
            VotingClassifier([("a", skpnn.MLPClassifier()), ("b", skpnn.PNNClassifier())]),
            r"2 networks, \['a', 'b'\]; expected exactly one PNNClassifier",
        ),
    ],
)
def test_other_than_one_network_raises(estimator, found):
    with pytest.raises(ValueError, match=f"holds {found}"):
        search_space(estimator)


@pytest.mark.parametrize("estimator", [skpnn.MLPClassifier, 3])
def test_what_is_no_estimator_raises(estimator):
    with pytest.raises(ValueError, match="expected an instance of an estimator"):
        search_space(estimator)


def test_unknown_kind_raises():
    with pytest.raises(
        ValueError, match=r"kind='skopt' .* one of \['random', 'bayes', 'grid', 'op"
    ):
        search_space(skpnn.MLPClassifier(), "skopt")


# Optimizers


@every_estimator
@every_kind
def test_optimizer_instance_brings_its_own_rate(name, kind):
    estimator = clone(ESTIMATORS[name]).set_params(optimizer=keras.optimizers.SGD(0.1))
    space = search_space(estimator, kind)
    assert space
    assert not [entry for entry in space if "optimizer" in entry or "rate" in entry]


def test_optimizer_class_gets_its_rate():
    estimator = skpnn.MLPRegressor(optimizer=keras.optimizers.SGD)
    assert {"optimizer", "learning_rate"} <= search_space(estimator).keys()


# Replacements


@pytest.fixture
def pipeline():
    return make_pipeline(RobustScaler(), skpnn.PNNClassifier())


@pytest.mark.parametrize("name", ["depth", "pnnclassifier__depth"])
def test_short_and_full_names_replace_an_entry(pipeline, name):
    assert search_space(pipeline, **{name: [7]})["pnnclassifier__depth"] == [7]


def test_none_leaves_an_entry_out(pipeline):
    space = search_space(pipeline, dropout=None, momentum=None)
    assert space.keys() == search_space(pipeline).keys() - {"pnnclassifier__dropout"}


def test_other_steps_can_be_searched(pipeline):
    space = search_space(pipeline, robustscaler__quantile_range=[(5, 95), (25, 75)])
    assert space["robustscaler__quantile_range"] == [(5, 95), (25, 75)]


def test_replacements_leave_the_next_space_alone(pipeline):
    before = search_space(pipeline, "grid")
    search_space(pipeline, "grid", depth=[7])["pnnclassifier__alpha"].append(1)
    assert search_space(pipeline, "grid") == before


def test_replacements_are_in_the_form_of_the_search(pipeline):
    rates = loguniform(1e-3, 1e-2)
    assert search_space(pipeline, learning_rate=rates)["pnnclassifier__learning_rate"] is rates
    space = search_space(pipeline, "bayes", learning_rate=(1e-3, 1e-2), depth=[1, 4])
    assert space["pnnclassifier__learning_rate"] == (1e-3, 1e-2)
    assert space["pnnclassifier__depth"] == Categorical([1, 4])


def test_replacement_in_another_form_raises(pipeline):
    with pytest.raises(ValueError, match=r"pnnclassifier__alpha=Real.* for a search of kind 'rand"):
        search_space(pipeline, alpha=Real(0, 1))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lerning_rate", "learning_rate"),
        ("pnnclassifier__drop_out", "pnnclassifier__dropout"),
        ("robustscaler__with_centring", "robustscaler__with_centering"),
    ],
)
@pytest.mark.parametrize("value", [None, [1]])
def test_misspelt_name_raises(pipeline, name, meant, value):
    expected = f"{name!r} is no parameter of PNNClassifier .* did you mean {meant}"
    with pytest.raises(ValueError, match=expected):
        search_space(pipeline, **{name: value})


@pytest.mark.parametrize("name", ["alpha__x", "callbacks__x", "robustscaler__alpha"])
def test_name_inside_of_what_has_no_parameters_raises(pipeline, name):
    with pytest.raises(ValueError, match=f"{name!r} is no parameter of PNNClassifier"):
        search_space(pipeline, **{name: [1]})


@every_keras
def test_routed_arguments_are_searched(name):
    pipeline = make_pipeline(RobustScaler(), ESTIMATORS[name])
    space = search_space(pipeline, model__width=[4, 8], optimizer__beta_1=[0.8, 0.9])
    prefix = name.lower()
    assert space[f"{prefix}__model__width"] == [4, 8]
    assert space[f"{prefix}__optimizer__beta_1"] == [0.8, 0.9]
    full = {f"{prefix}__model__width": [2]}
    assert search_space(pipeline, **full)[f"{prefix}__model__width"] == [2]


@every_keras
def test_argument_of_the_model_function_needs_its_prefix(name):
    with pytest.raises(ValueError, match=r"'width' is no parameter of Keras.* are model__…"):
        search_space(ESTIMATORS[name], width=[4, 8])


def test_depth_goes_with_the_width_where_it_would_repeat_several_layers():
    several, one = skpnn.PNNClassifier((64, 32)), skpnn.PNNClassifier(64)
    assert "depth" not in search_space(several, hidden_layer_sizes=None)
    assert "depth" in search_space(one, hidden_layer_sizes=None)
    assert search_space(several, hidden_layer_sizes=None, depth=[2])["depth"] == [2]


@pytest.mark.parametrize("value", [(1e-4, 1e-2, "log"), (1e-2, 1e-4, "log-uniform"), (1, 1)])
def test_a_range_that_is_none_is_not_taken_for_choices(value):
    with pytest.raises(ValueError, match=r"learning_rate=.* is not understood; expected"):
        search_space(skpnn.PNNClassifier(), "bayes", learning_rate=value)


@pytest.mark.parametrize("kind", ["random", "grid", "optuna"])
def test_a_range_of_bayes_is_not_taken_for_two_choices_elsewhere(kind):
    with pytest.raises(ValueError, match="is not understood; expected, for a search of kind"):
        search_space(skpnn.PNNClassifier(), kind, learning_rate=(1e-4, 1e-2))
