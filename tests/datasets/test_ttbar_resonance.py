import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import uproot

from skpnn import datasets
from skpnn.datasets import load_ttbar_resonance, ttbar_resonance_path

FULL_SAMPLE = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "ttbar_resonance"
    / "ttbar_resonance.parquet"
)
needs_full_sample = pytest.mark.skipif(
    not FULL_SAMPLE.exists(), reason=f"{FULL_SAMPLE.name} is not beside the tree"
)
JET = ["pt", "eta", "phi", "btag"]
FEATURES = [
    *["lepton_pt", "lepton_eta", "lepton_phi", "met", "met_phi", "n_jets"],
    *[f"jet{i}_{one}" for i in (1, 2, 3, 4) for one in JET],
    *["m_jj", "m_jjj", "m_lv", "m_jlv", "m_wwbb"],
]
MASSES = [500.0, 750.0, 1000.0, 1250.0, 1500.0]


@pytest.fixture(scope="module")
def events():
    return load_ttbar_resonance()


@pytest.fixture(scope="module")
def full_sample():
    return pd.read_parquet(FULL_SAMPLE)


@pytest.fixture(scope="module")
def script():
    path = ttbar_resonance_path().with_name("make_ttbar_resonance_root.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_file_is_small():
    assert ttbar_resonance_path().stat().st_size < 3.3e6


def test_file_is_a_tree_that_uproot_reads_without_extras():
    with uproot.open(ttbar_resonance_path()) as file:
        assert isinstance(file.file.compression, uproot.LZMA)
        assert file["events"].classname == "TTree"


def test_columns_are_the_features_in_order_and_mass(events):
    assert list(events[0]) == [*FEATURES, "mass"]


def test_one_type_for_all_columns(events):
    assert set(events[0].dtypes) == {np.dtype("float32")}


def test_label_is_a_series_of_int(events):
    X, y = events
    assert y.dtype == np.int64
    assert y.name == "label"
    assert y.index.equals(X.index)


def test_features_are_finite(events):
    assert np.isfinite(events[0][FEATURES].to_numpy()).all()


def test_mass_is_nan_on_background_alone(events):
    X, y = events
    np.testing.assert_array_equal(X["mass"].isna(), y == 0)


def test_masses_have_equal_numbers_and_background_one_and_a_half_times_signal(events):
    X, y = events
    assert X.groupby("mass").size().to_dict() == dict.fromkeys(MASSES, 6800)
    assert (y == 0).sum() == 1.5 * (y == 1).sum() == 51_000


def test_rounding_respects_the_selection(events):
    X, _ = events
    assert X["lepton_pt"].min() >= 20
    assert X["jet4_pt"].min() >= 25
    assert X.filter(regex="_eta$").abs().to_numpy().max() <= 2.5
    assert X.filter(regex="_phi$").abs().to_numpy().max() <= np.pi
    assert X["n_jets"].min() == 4
    assert set(np.unique(X.filter(regex="_btag$"))) == {0, 1}


def test_bunch_holds_the_same(events):
    bunch = load_ttbar_resonance(return_X_y=False)
    pd.testing.assert_frame_equal(bunch.data, events[0])
    pd.testing.assert_series_equal(bunch.target, events[1])
    assert list(bunch.frame) == [*FEATURES, "mass", "label"]
    assert bunch.feature_names == FEATURES
    assert "CC0" in bunch.DESCR
    assert Path(bunch.filename) == datasets.ttbar_resonance_path()


@needs_full_sample
def test_rows_are_the_first_of_each_kind_in_their_order(events, full_sample):
    X, y = events
    for mass in MASSES:
        expected = full_sample.query("mass == @mass").head(6800)
        assert_equal_to_the_rounding(X[X["mass"] == mass], expected)
    assert_equal_to_the_rounding(X[y == 0], full_sample.query("label == 0").head(51_000))


def assert_equal_to_the_rounding(found, expected):
    for name in FEATURES:
        is_angle = name.endswith(("_eta", "_phi"))
        rtol, atol = (0, 2.0**-10) if is_angle else (2.0**-11, 0)
        np.testing.assert_allclose(found[name], expected[name], rtol=rtol * 1.0001, atol=atol)


@needs_full_sample
def test_kinds_are_interleaved_as_in_the_full_sample(events, full_sample):
    rank = full_sample.groupby("mass", dropna=False).cumcount()
    kept = full_sample[rank < np.where(full_sample["label"] == 1, 6800, 51_000)]
    np.testing.assert_array_equal(events[1], kept["label"])
    np.testing.assert_array_equal(events[0]["mass"], kept["mass"])


@needs_full_sample
def test_script_writes_the_first_rows_of_the_shipped_file(script, events, tmp_path):
    script.main([str(FULL_SAMPLE), str(tmp_path / "small.root"), "--n-per-mass", "20"])
    small = uproot.open(tmp_path / "small.root")["events"].arrays(library="pd")
    X, _ = events
    for mass in MASSES:
        found = small.loc[small["mass"] == mass, FEATURES].astype("float32")
        expected = X.loc[X["mass"] == mass, FEATURES].head(20)
        np.testing.assert_array_equal(found, expected)
    assert (small["label"] == 0).sum() == 150


def test_script_keeps_ten_explicit_bits(script):
    values = np.array([1 + 2.0**-10, 1 + 2.0**-12, -1 - 2.0**-12, 0.0, 80.4], dtype=np.float32)
    expected = [1 + 2.0**-10, 1, -1, 0, 80.375]
    np.testing.assert_array_equal(script.round_mantissa(values), expected)


def test_script_rounds_angles_to_a_grid(script):
    angles = np.array([0.0, 2.0**-9, 0.9 * 2.0**-9, -3.14159], dtype=np.float32)
    np.testing.assert_array_equal(script.round_angle(angles) * 512, [0, 1, 1, -1608])
