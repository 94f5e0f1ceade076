"""Where θ acts in a network, and that a network conditioned in any way learns from it."""

import numpy as np
import pytest

import skpnn
from skpnn._conditioning import KINDS, PLACES, Conditioning
from skpnn.metrics import weighted_auc


def conditioning(kind, place, n_hidden=3):
    theta = np.array([2])
    return Conditioning.of(kind, place, n_hidden=n_hidden, theta=theta, n_inputs=3)


@pytest.mark.parametrize(
    ("kind", "place", "layers"),
    [
        ("affine", "auto", (0, 1, 2)),
        ("affine", "start", (0,)),
        ("scaling", "all", (0, 1, 2)),
        ("biasing", "end", (2,)),
        ("concat", "all", (0, 1, 2)),
        ("concat", "end", (2,)),
    ],
)
def test_places_are_hidden_layers(kind, place, layers):
    assert conditioning(kind, place).layers == layers


@pytest.mark.parametrize("place", ["auto", "start"])
def test_theta_as_an_input_is_no_conditioning(place):
    assert conditioning("concat", place) is None


@pytest.mark.parametrize("place", PLACES)
def test_concat_in_a_network_of_one_hidden_layer_is_an_input(place):
    assert conditioning("concat", place, n_hidden=1) is None


@pytest.mark.parametrize("kind", ["affine", "scaling", "biasing"])
def test_a_linear_model_has_no_layer_to_act_on(kind):
    with pytest.raises(ValueError, match=f"conditioning='{kind}' acts on hidden layers"):
        conditioning(kind, "all", n_hidden=0)


def test_features_are_the_other_inputs():
    assert Conditioning("affine", (0,), (3, 1), 5).features == (0, 2, 4)


@pytest.fixture(scope="module")
def toy():
    return skpnn.datasets.BaldiToy(), *skpnn.datasets.BaldiToy().sample(1500, random_state=0)


@pytest.mark.parametrize("place", ["start", "all", "end"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_learns_more_than_one_blind_to_theta(toy, kind, place):
    _, X, y = toy
    model = skpnn.PNNClassifier(
        conditioning=kind, conditioning_at=place, epochs=16, random_state=0
    ).fit(X, y)
    table = skpnn.score_scan(model, X, y)
    # θ² is out of reach at the end, and a shift there moves all scores alike.
    is_shift_at_the_end = (kind, place) == ("biasing", "end")
    assert (table["auc"].mean() > 0.85) != is_shift_at_the_end


@pytest.mark.parametrize("kind", ["affine", "scaling", "biasing", "concat"])
def test_any_unit_of_theta_trains_alike(toy, kind):
    _, X, y = toy
    X = X.head(4000).astype("float64")
    y = y.head(4000)
    scores = []
    for scale in (1.0, 1024.0):
        model = skpnn.PNNClassifier(
            conditioning=kind, conditioning_at="all", epochs=2, dtype="float64", random_state=0
        )
        model.fit(X.assign(theta=X["theta"] * scale), y)
        scores.append(model.predict_proba(X.assign(theta=0.5 * scale))[:, 1])
    np.testing.assert_allclose(*scores, rtol=1e-6)


@pytest.mark.parametrize("kind", ["affine", "scaling", "biasing"])
def test_warm_starts_and_partial_fits_go_on(toy, kind):
    _, X, y = toy
    model = skpnn.PNNClassifier(conditioning=kind, epochs=2, warm_start=True, random_state=0)
    assert model.fit(X, y).fit(X, y).partial_fit(X, y).history_["loss"][-1] < 0.7


@pytest.mark.parametrize("goes_on", ["fit", "partial_fit"])
def test_weights_do_not_change_their_meaning(toy, goes_on):
    _, X, y = toy
    model = skpnn.PNNClassifier(conditioning="scaling", epochs=1, warm_start=True).fit(X, y)
    model.set_params(conditioning="biasing")
    with pytest.raises(ValueError, match="Undo the change of conditioning"):
        getattr(model, goes_on)(X, y)


def test_the_model_predicts_as_the_estimator(toy):
    _, X, y = toy
    model = skpnn.PNNClassifier(conditioning="affine", epochs=1, random_state=0).fit(X, y)
    at = X.head(100).assign(theta=1.0)
    # The network sees θ mapped from [-2, 2] to [-1, 1].
    scaled = at.assign(theta=0.5).to_numpy(np.float32)
    expected = np.asarray(model.model_(scaled))[:, 0]
    np.testing.assert_allclose(model.predict_proba(at)[:, 1], expected, rtol=1e-5)


def test_mistaken_arguments_are_named(toy):
    _, X, y = toy
    with pytest.raises(ValueError, match="conditioning='film'"):
        skpnn.PNNClassifier(conditioning="film").fit(X, y)
    with pytest.raises(ValueError, match="conditioning_at='middle'"):
        skpnn.PNNClassifier(conditioning_at="middle").fit(X, y)


@pytest.mark.slow
def test_affine_conditioning_reaches_the_optimum_between_the_masses(toy):
    problem, *_ = toy
    X, y = problem.sample(20_000, random_state=1)
    model = skpnn.PNNClassifier(conditioning="affine", epochs=15, random_state=0).fit(X, y)
    X, y = problem.sample(50_000, theta=[0.5], random_state=2)
    signal, background = X[y == 1], X[y == 0]
    auc = weighted_auc(
        *(model.predict_proba(e.assign(theta=0.5))[:, 1] for e in (signal, background))
    )
    best = weighted_auc(*(problem.posterior(e, 0.5) for e in (signal, background)))
    assert best - auc < 0.003
