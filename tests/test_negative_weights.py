"""Policies for events of negative weight: which events train, and what their weights sum to."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import skpnn
from skpnn._negative_weights import POLICIES, training_weights

events = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([-1.0, -0.25, 0.5, 1.0, 3.0])),
    min_size=1,
    max_size=60,
)


def arrays(pairs):
    return np.array([w for _, w in pairs]), np.array([s for s, _ in pairs])


def drawn(policy, weight, strata, seed=0):
    return training_weights(policy, weight, strata, np.random.default_rng(seed))


@pytest.mark.parametrize("policy", POLICIES)
@given(pairs=events)
def test_the_sum_of_every_stratum_stays(policy, pairs):
    weight, strata = arrays(pairs)
    sums = np.bincount(strata, weights=weight)
    assume((sums[np.unique(strata)] > 0).all())
    try:
        rows, kept = drawn(policy, weight, strata)
    except ValueError as error:
        # A draw from few events may be negative in sum.
        assume("of the draw" not in str(error))
        raise
    assert np.bincount(strata[rows], weights=kept, minlength=len(sums)) == pytest.approx(sums)


@given(pairs=events)
def test_keep_changes_nothing(pairs):
    weight, strata = arrays(pairs)
    rows, kept = drawn("keep", weight, strata)
    assert rows.tolist() == list(range(len(weight)))
    assert kept is weight


@pytest.mark.parametrize("policy", POLICIES)
def test_where_no_weight_is_negative_nothing_is_done(policy):
    weight = np.array([1.0, 2.0, 5.0, -1.0, 3.0, 3.0, 3.0])
    strata = np.array([0, 0, 0, 1, 1, 1, 1])
    rows, kept = drawn(policy, weight, strata)
    untouched = strata[rows] == 0
    assert rows[untouched].tolist() == [0, 1, 2]
    assert kept[untouched].tolist() == [1.0, 2.0, 5.0]


@pytest.mark.parametrize("policy", POLICIES)
def test_without_negative_weights_a_fit_does_not_ask(policy, signed):
    X, y, weight = signed
    settings = {"hidden_layer_sizes": 4, "epochs": 1, "random_state": 0}
    plain = skpnn.MLPClassifier(**settings).fit(X, y, sample_weight=np.abs(weight))
    model = skpnn.MLPClassifier(**settings, negative_weights=policy)
    model.fit(X, y, sample_weight=np.abs(weight))
    assert (model.predict_proba(X) == plain.predict_proba(X)).all()


def test_drop_leaves_no_negative_weight():
    rows, kept = drawn("drop", np.array([4.0, -2.0, 4.0]), np.zeros(3, int))
    assert (rows.tolist(), kept.tolist()) == ([0, 2], [3.0, 3.0])


def test_resample_gives_all_events_of_a_stratum_one_size_and_keeps_their_signs():
    weight = np.random.default_rng(0).choice([-0.5, 1.0, 2.0], 300)
    rows, kept = drawn("resample", weight, np.zeros(300, int))
    assert len(rows) == 300
    assert np.ptp(np.abs(kept)) == pytest.approx(0)
    assert (np.sign(kept) == np.sign(weight[rows])).all()


def test_resample_draws_each_event_in_proportion_to_its_size():
    rng = np.random.default_rng(0)
    weight = rng.choice([-1.0, 1.0], 200, p=[0.2, 0.8]) * rng.exponential(size=200)
    expected = 200 * np.abs(weight) / np.abs(weight).sum()
    counts = np.bincount(drawn("resample", weight, np.zeros(200, int))[0], minlength=200)
    assert (np.abs(counts - expected) < 1).all()


def test_resample_is_unbiased():
    weight, x = np.array([3.0, -1.0, 2.0, 1.0, -0.5]), np.array([0.1, 0.7, -0.4, 2.0, 1.0])
    means = []
    for seed in range(2000):
        rows, kept = drawn("resample", np.tile(weight, 4), np.zeros(20, int), seed)
        means.append(kept @ np.tile(x, 4)[rows])
    spread = np.std(means) / np.sqrt(len(means))
    assert np.mean(means) == pytest.approx(4 * weight @ x, abs=5 * spread)


def test_resample_depends_on_the_generator_only():
    weight = np.random.default_rng(0).choice([-1.0, 2.0], 50)
    one, other = (drawn("resample", weight, np.zeros(50, int), 3) for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("policy", ["drop", "resample"])
def test_a_stratum_without_a_positive_sum_is_an_error(policy):
    with pytest.raises(ValueError, match="needs weights with a positive sum in every class"):
        drawn(policy, np.array([1.0, 1.0, -2.0]), np.array([0, 1, 1]))


@pytest.fixture(scope="module")
def signed():
    """Return two Gaussians, a fifth of the weights negative wherever the event lies."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 1000)
    X = rng.normal(size=(2000, 3)) + y[:, np.newaxis]
    return X, y, rng.choice([-1.0, 1.0], 2000, p=[0.2, 0.8])


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_every_policy_trains(signed, policy, early_stopping):
    X, y, weight = signed
    model = skpnn.MLPClassifier(
        8, negative_weights=policy, early_stopping=early_stopping, epochs=15, random_state=0
    )
    assert model.fit(X, y, sample_weight=weight).score(X, y) > 0.75


def test_drop_trains_as_if_they_were_not_there(signed):
    X, y, weight = signed
    kept = weight > 0
    # As many of each class: the sums of the classes then stay in proportion.
    few = np.concatenate([np.flatnonzero(kept & (y == k))[:700] for k in (0, 1)])
    rows = np.sort(np.concatenate([few, *(np.flatnonzero(~kept & (y == k))[:90] for k in (0, 1))]))
    settings = {"hidden_layer_sizes": 8, "epochs": 2, "random_state": 0}
    policy = skpnn.MLPClassifier(**settings, negative_weights="drop")
    policy.fit(X[rows], y[rows], sample_weight=weight[rows])
    absent = skpnn.MLPClassifier(**settings).fit(X[np.sort(few)], y[np.sort(few)])
    assert policy.predict_proba(X) == pytest.approx(absent.predict_proba(X), abs=1e-5)


def test_the_draw_of_theta_uses_the_weights_after_the_policy(masses):
    X, y = masses
    weight = np.where((X["mass"] == 500) & (np.arange(len(X)) % 3 == 0), -0.5, 1.0)
    model = skpnn.PNNClassifier(epochs=1, negative_weights="drop", random_state=0)
    model.fit(X, y, sample_weight=weight)
    share = np.mean(model.theta_sample_ == 500)
    at = X["mass"] == 500
    expected = weight[at].sum() / weight[X["mass"].notna()].sum()
    assert share == pytest.approx(expected, abs=0.03)


def test_an_unknown_policy_is_an_error(signed):
    X, y, _ = signed
    with pytest.raises(ValueError, match="negative_weights='flip'"):
        skpnn.MLPClassifier(negative_weights="flip").fit(X, y)


def test_a_regressor_has_the_policy_too(signed):
    X, _, weight = signed
    model = skpnn.MLPRegressor(8, negative_weights="resample", epochs=30, random_state=0)
    assert model.fit(X, X[:, 0], sample_weight=weight).score(X, X[:, 0]) > 0.9
