"""Data that are no toys: simulated tt̄, dimuons of CMS, and events of negative weight."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.metrics import weighted_auc
from skpnn.model_selection import interpolation_report

pytestmark = pytest.mark.slow

PNN = {"hidden_layer_sizes": (64, 64, 64), "alpha": 1e-4, "epochs": 10, "random_state": 0}


@pytest.fixture(scope="module")
def ttbar(shared_data):
    """Return the whole sample of tt̄ resonances, 100,000 events."""
    events = pd.read_parquet(shared_data("ttbar_resonance/ttbar_resonance.parquet"))
    return events.drop(columns="label"), events["label"]


@pytest.fixture(scope="module")
def ttbar_report(ttbar):
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(**PNN))
    return interpolation_report(model, *ttbar, n_bootstraps=20, random_state=0).set_index("mass")


def test_one_network_for_all_masses_is_as_good_as_one_for_each(ttbar_report):
    assert (ttbar_report["dedicated"] - ttbar_report["included"]).max() <= 0.005


def test_a_mass_left_out_is_interpolated(ttbar_report):
    at_1000 = ttbar_report.loc[1000]
    assert at_1000["dedicated"] - at_1000["left_out"] <= 0.01
    assert at_1000["cost"] <= 0.01


def test_trees_fall_apart_at_a_mass_left_out(ttbar):
    X, y = ttbar
    kept = (X["mass"] != 1000).to_numpy()
    train, test = train_test_split(np.arange(len(y)), stratify=X["mass"].fillna(0), random_state=0)
    aucs = []
    for rows in (train, train[kept[train]]):
        drawn = skpnn.inject(X.iloc[rows], y.iloc[rows], random_state=0)
        trees = HistGradientBoostingClassifier(random_state=0).fit(drawn, y.iloc[rows])
        table = skpnn.score_scan(trees, X.iloc[test], y.iloc[test], mass=[1000])
        aucs.append(table["auc"][0])
    assert aucs[0] - aucs[1] > 0.03


def test_a_network_without_theta_is_worse_where_masses_differ_most(ttbar, ttbar_report):
    X, y = ttbar
    train, test = train_test_split(np.arange(len(y)), stratify=X["mass"].fillna(0), random_state=0)
    without_mass = make_column_transformer(("drop", ["mass"]), remainder=RobustScaler())
    blind = make_pipeline(without_mass, skpnn.MLPClassifier(**PNN)).fit(
        X.iloc[train], y.iloc[train]
    )
    table = skpnn.score_scan(blind, X.iloc[test], y.iloc[test], mass=[500])
    assert ttbar_report.loc[500, "included"] - table["auc"][0] >= 0.1


# What each file's resonance weighs, in GeV.
RESONANCES = {
    "peakdata5": 0.782,
    "peakdata4": 1.0195,
    "peakdata6": 3.686,
    "peakdata3": 9.460,
    "Zmumu_Run2011A_masses": 91.19,
}
GRID = np.log(list(RESONANCES.values()))
EVENTS = 4000
NETWORK = {"hidden_layer_sizes": (64, 64, 64), "epochs": 40, "random_state": 0}


def muon_features(pairs):
    """Return what does not hold the mass itself; only θ says which mass is looked for."""
    phi = (pairs["phi1"] - pairs["phi2"] + np.pi) % (2 * np.pi) - np.pi
    return pd.DataFrame(
        {
            "log_pt1": np.log(pairs["pt1"]),
            "log_pt2": np.log(pairs["pt2"]),
            "eta1": pairs["eta1"],
            "eta2": pairs["eta2"],
            "delta_phi": np.abs(phi),
            "delta_eta": np.abs(pairs["eta1"] - pairs["eta2"]),
        }
    )


class Dimuons:
    """Every event once: as signal at its own log m0, or as background at another's."""

    def __init__(self, path):
        rng = np.random.default_rng(0)
        files = [pd.read_csv(path(f"cms_dimuon/{name}.csv")) for name in RESONANCES]
        parts = [muon_features(f.iloc[rng.permutation(len(f))[:EVENTS]]) for f in files]
        self.own = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        n = len(self.own)
        self.y = rng.integers(2, size=n)
        other = (self.own + rng.integers(1, len(GRID), size=n)) % len(GRID)
        self.asked = np.where(self.y == 1, self.own, other)
        self.X = pd.concat(parts, ignore_index=True).assign(log_m0=GRID[self.asked])
        self.is_test = rng.random(n) < 0.4

    def network(self, rows):
        model = skpnn.PNNClassifier(background_theta="given", **NETWORK)
        return make_pipeline(RobustScaler(), model).fit(self.X[rows], self.y[rows])

    def auc(self, model, rows, columns=slice(None)):
        scores = model.predict_proba(self.X.loc[rows, columns])[:, 1]
        y = self.y[rows]
        return weighted_auc(scores[y == 1], scores[y == 0])


@pytest.fixture(scope="module")
def dimuons(shared_data):
    return Dimuons(shared_data)


@pytest.fixture(scope="module")
def included(dimuons):
    return dimuons.network(~dimuons.is_test)


def test_dimuons_are_told_by_the_mass_asked_for(dimuons, included):
    assert dimuons.auc(included, dimuons.is_test) >= 0.98


def test_dimuons_are_not_told_without_it(dimuons):
    features = [name for name in dimuons.X if name != "log_m0"]
    model = make_pipeline(RobustScaler(), skpnn.MLPClassifier(**NETWORK))
    model.fit(dimuons.X.loc[~dimuons.is_test, features], dimuons.y[~dimuons.is_test])
    assert dimuons.auc(model, dimuons.is_test, features) <= 0.55


# The lightest and the heaviest are extrapolated to.
@pytest.mark.parametrize(("left_out", "least"), list(enumerate([0.85, 0.80, 0.95, 0.97, 0.98])))
@pytest.mark.filterwarnings("ignore:θ = .* lies outside the range:UserWarning")
def test_a_resonance_left_out_is_found(dimuons, included, left_out, least):
    of_it = (dimuons.own == left_out) | (dimuons.asked == left_out)
    model = dimuons.network(~dimuons.is_test & ~of_it)
    at = dimuons.is_test & (dimuons.asked == left_out)
    assert least <= dimuons.auc(model, at) <= dimuons.auc(included, at)


class SignedEvents:
    """Z → ll at next-to-leading order, 18.5 % of negative weight, against leading order."""

    def __init__(self, path):
        table = pd.read_csv(path("lhe_negweights/z_lhe_flat.csv.gz"))
        table = table[table["sample"].isin(["fxfx", "mlm"])]
        self.y = (table["sample"] == "fxfx").to_numpy().astype(int)
        sums = table.groupby("sample")["weight"].transform("sum")
        self.weight = (table["weight"] / sums * len(table) / 2).to_numpy()
        self.X = table.drop(columns=["sample", "weight", "flav"])
        rows = np.arange(len(table))
        self.train, self.test = train_test_split(rows, stratify=self.y, random_state=0)

    def auc(self, model):
        scores = model.predict_proba(self.X.iloc[self.test])[:, 1]
        y, w = self.y[self.test], self.weight[self.test]
        signal = y == 1
        return weighted_auc(
            scores[signal],
            scores[~signal],
            signal_weight=w[signal],
            background_weight=w[~signal],
        )


@pytest.fixture(scope="module")
def signed_events(shared_data):
    return SignedEvents(shared_data)


@pytest.mark.parametrize("policy", ["keep", "drop", "resample"])
def test_every_policy_for_negative_weights_trains_without_divergence(signed_events, policy):
    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        RobustScaler(),
        skpnn.MLPClassifier(epochs=10, alpha=1e-4, negative_weights=policy, random_state=0),
    )
    rows = signed_events.train
    # DivergenceWarning would be an error here.
    model.fit(
        signed_events.X.iloc[rows],
        signed_events.y[rows],
        mlpclassifier__sample_weight=signed_events.weight[rows],
    )
    assert np.isfinite(model[-1].history_["loss"]).all()
    assert signed_events.auc(model) > 0.55
