import numpy as np
import pandas as pd
import pytest

from skpnn.datasets import load_ttbar_resonance
from skpnn.datasets._make_ttbar_resonance import make_ttbar_resonance

MASSES = [500, 750, 1000, 1250, 1500]


@pytest.fixture(scope="module")
def sample():
    return make_ttbar_resonance(4000, random_state=0)


@pytest.fixture(scope="module")
def shipped():
    return load_ttbar_resonance()


def test_columns_and_types_are_those_of_the_shipped_sample(sample, shipped):
    pd.testing.assert_frame_equal(sample[0].head(0), shipped[0].head(0))
    pd.testing.assert_series_equal(sample[1].head(0), shipped[1].head(0))


def test_counts(sample):
    X, y = sample
    assert X.groupby("mass").size().to_dict() == dict.fromkeys(map(float, MASSES), 4000)
    assert (y == 0).sum() == (y == 1).sum() == 20_000


def test_counts_asked_for():
    X, y = make_ttbar_resonance(7, iter([600.5]), n_background=12_345, random_state=0)
    assert (X["mass"] == 600.5).sum() == (y == 1).sum() == 7
    assert (y == 0).sum() == 12_345


def test_no_background():
    _, y = make_ttbar_resonance(3, n_background=0, random_state=0)
    assert y.tolist() == [1] * 15


def test_mass_is_nan_on_background_alone(sample):
    X, y = sample
    np.testing.assert_array_equal(X["mass"].isna(), y == 0)


def test_rows_are_shuffled_and_numbered(sample):
    X, y = sample
    assert 0.4 < y.head(1000).mean() < 0.6
    assert X.index.equals(pd.RangeIndex(len(X)))
    assert y.index.equals(X.index)


def test_no_event_comes_twice(sample):
    assert not sample[0].duplicated().any()


@pytest.mark.parametrize("seed", [3, np.random.RandomState(3)], ids=["int", "RandomState"])
def test_same_seed_same_bits(seed):
    again = make_ttbar_resonance(50, random_state=seed)
    expected = make_ttbar_resonance(50, random_state=3)
    assert again[0].to_numpy().tobytes() == expected[0].to_numpy().tobytes()
    assert again[1].equals(expected[1])


def test_other_seed_other_events():
    first, second = (make_ttbar_resonance(50, random_state=seed)[0] for seed in (0, 1))
    assert not np.isin(first["met"], second["met"]).any()


def test_global_state_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    make_ttbar_resonance(5, random_state=0)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_selection(sample):
    X, _ = sample
    assert X["lepton_pt"].min() >= 20
    assert X["jet4_pt"].min() >= 25
    assert X.filter(regex="_eta$").abs().to_numpy().max() <= 2.5
    assert X["n_jets"].min() == 4
    is_tagged = X.filter(regex="_btag$")
    assert set(np.unique(is_tagged)) == {0, 1}
    assert (is_tagged.any(axis=1) | (X["n_jets"] > 4)).all()


def test_features_are_finite_and_jets_in_order(sample):
    X, _ = sample
    assert np.isfinite(X.drop(columns="mass").to_numpy()).all()
    assert (np.diff(X[[f"jet{i}_pt" for i in (1, 2, 3, 4)]], axis=1) <= 0).all()


def test_w_boson_of_the_lepton_has_its_mass_unless_no_neutrino_gives_it(sample):
    m_lv = sample[0]["m_lv"]
    assert m_lv.min() == pytest.approx(80.4, abs=1e-3)
    assert 0.7 < (m_lv < 80.401).mean() < 0.85


def test_four_jets_make_the_mass_of_all(sample):
    # Massless jets of the table make a little less than jets that have masses.
    X = sample[0].query("n_jets == 4").astype("float64")
    jets = sum(four_vector(X, f"jet{i}") for i in (1, 2, 3, 4))
    visible = jets + four_vector(X, "lepton")
    bound = np.sqrt(visible[0] ** 2 - (visible[1:] ** 2).sum(axis=0))
    assert (X["m_wwbb"] > 0.99 * bound).all()


def four_vector(X, name):
    pt, eta, phi = (X[f"{name}_{what}"] for what in ("pt", "eta", "phi"))
    return np.array([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])


def test_reconstructed_mass_follows_the_resonance(sample):
    median = sample[0].groupby("mass")["m_wwbb"].median()
    assert (median / median.index).between(0.85, 1).all()


def test_broad_resonance_is_broader():
    spread = [
        make_ttbar_resonance(2000, [1000], width=width, n_background=0, random_state=0)[0]["m_wwbb"]
        .quantile([0.3, 0.8])
        .diff()
        .iloc[1]
        for width in (0.01, 0.3)
    ]
    assert spread[1] > 1.5 * spread[0]


@pytest.mark.parametrize("mass", [345.01, 6999])
def test_masses_at_the_edges_are_simulated(mass):
    X, _ = make_ttbar_resonance(100, [mass], n_background=0, random_state=0)
    assert np.isfinite(X.to_numpy()).all()


MEDIANS = ["lepton_pt", "met", "jet1_pt", "jet2_pt", "jet3_pt", "jet4_pt"]
MEDIANS += ["m_jj", "m_jjj", "m_lv", "m_jlv", "m_wwbb"]


def assert_medians_agree(found, expected):
    found, expected = (one.fillna({"mass": 0}).groupby("mass") for one in (found, expected))
    np.testing.assert_allclose(found[MEDIANS].median(), expected[MEDIANS].median(), rtol=0.15)
    # The median of a few integers would jump.
    np.testing.assert_allclose(found["n_jets"].mean(), expected["n_jets"].mean(), rtol=0.15)


def test_medians_are_those_of_the_shipped_sample(sample, shipped):
    assert_medians_agree(sample[0], shipped[0])


def test_medians_are_those_of_the_full_sample(sample, shared_data):
    reference = pd.read_parquet(shared_data("ttbar_resonance/ttbar_resonance.parquet"))
    assert_medians_agree(sample[0], reference)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mass", "auc"), [(500, 0.717), (750, 0.884), (1000, 0.957), (1250, 0.979), (1500, 0.991)]
)
def test_trees_separate_signal_as_well_as_in_the_full_simulation(mass, auc):
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    X, y = make_ttbar_resonance(12_000, [mass], random_state=0)
    features = X.drop(columns="mass")
    trees = HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(features[::2], y[::2])
    found = roc_auc_score(y[1::2], trees.predict_proba(features[1::2])[:, 1])
    assert found == pytest.approx(auc, abs=0.03)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "n_samples=0 is not possible; expected an integer of at least 1"),
        ({"n_samples": 1.5}, "n_samples=1.5 is not possible"),
        ({"masses": []}, r"masses=\[\] is not possible; expected a list of masses in GeV"),
        ({"masses": [500, 345]}, r"masses=345 is not possible; expected a number in \(345, 7000\)"),
        ({"masses": [float("nan")]}, "masses=nan is not possible"),
        ({"masses": ["500"]}, "masses='500' is not possible"),
        ({"masses": [7000]}, "masses=7000 is not possible"),
        ({"masses": 500}, "masses=500 is not possible; expected a list of masses in GeV"),
        ({"width": 0}, r"width=0 is not possible; expected a number in \(0, 1\)"),
        ({"n_background": -1}, "n_background=-1 is not possible"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_ttbar_resonance(**{"n_samples": 1, **arguments})
