"""Files of other experiments."""

import re
from functools import cache

import awkward as ak
import numpy as np
import pandas as pd
import pytest
import uproot

from skpnn.io import read_root

# uproot needs seconds for the header of a NanoAOD as RNTuple.
SLOW = "_nano.*rntuple|NANOAOD_RNTuple"


def slow_marked(case):
    return pytest.param(*case, marks=pytest.mark.slow if re.search(SLOW, case[0]) else [])


@pytest.fixture(scope="module")
def read_once(shared_data):
    """Return a function that reads a file with the options that let every file be read."""

    @cache
    def read_once(name, tree):
        return read_root(shared_data(f"root_reader/{name}"), tree, jagged=1, not_flat="skip")

    return read_once


JAGGED = "varying length: "

# None: the error without options; shapes: with jagged=1 and not_flat="skip".
FILES = [
    ("Run2012BC_DoubleMuParked_Muons_1000evts_rntuple_v1-0-0-0.root", None, (1000, 6), JAGGED),
    (
        "cmsopendata2015_ttbar_19980_NANOAOD_RNTupleImporter_rntuple_v1-0-0-1.root",
        None,
        (10, 947),
        JAGGED,
    ),
    ("coffea_nano_dy.root", "Events", (40, 1499), JAGGED),
    ("coffea_nano_dy.root", "Runs", (1, 8), JAGGED),
    ("coffea_nano_dy_rntuple.root", None, (40, 1499), JAGGED),
    ("coffea_nano_tt_v12.root", None, (200, 654), JAGGED),
    ("coffea_treemaker.root", None, (10, 391), JAGGED),
    ("nanoAOD_2015_CMS_Open_Data_ttbar.root", None, (200, 947), JAGGED),
    ("ntpl001_staff_rntuple_v1-0-1-0.root", None, (3354, 9), r"string.*\['Division', 'Nation'\]"),
    ("rntviewer-testfile-multiple-rntuples-v1-0-0-0.root", "A", (100, 1), None),
    ("rntviewer-testfile-multiple-rntuples-v1-0-0-0.root", "B", (100, 1), None),
    ("test_1jag_int_float_rntuple_v1-0-0-0.root", None, (100, 2), JAGGED),
    ("test_extension_columns_rntuple_v1-0-0-0.root", None, (600, 3), JAGGED),
    ("test_float_types_rntuple_v1-0-0-0.root", None, (4, 11), None),
    ("test_int_5e4_rntuple_v1-0-0-0.root", None, (50000, 1), None),
    ("test_int_float_rntuple_v1-0-0-0.root", None, (10, 2), None),
    ("test_split_3e4_rntuple_v1-0-0-0.root", None, (30000, 3), JAGGED),
    ("uproot-HZZ-lz4.root", None, (2421, 51), JAGGED),
    ("uproot-HZZ-lzma.root", None, (2421, 51), JAGGED),
    ("uproot-HZZ-objects.root", None, (2421, 11), r"object.*'jetp4'.*varying length.*'jetbtag'"),
    ("uproot-HZZ-uncompressed.root", None, (2421, 51), JAGGED),
    ("uproot-HZZ-zstd.root", None, (2421, 51), JAGGED),
    ("uproot-HZZ.root", None, (2421, 51), r"\['Jet_Px', 'Jet_Py', .*\] and 18 more"),
    ("uproot-Zmumu.root", None, (2304, 19), r"a string per event: \['Type'\]"),
    ("uproot-empty.root", None, (0, 2), r"a string per event: \['z'\]"),
    ("uproot-hepdata-example.root", None, (75000, 5), None),
    ("uproot-issue-1070.root", None, (1000, 101), None),
    ("uproot-issue-250.root", None, (1000, 4), None),
    ("uproot-issue-816.root", None, (100, 34), r"'mcEventWeights'.*list of lists.*NumTrkPt1000'"),
    ("uproot-issue243-new.root", "sig", (502, 54), None),
    ("uproot-issue243-new.root", "fullmassplane", (1572, 54), None),
    ("uproot-issue243-new.root", "control", (316, 54), None),
    ("uproot-issue243-new.root", "sideband", (336, 54), None),
    ("uproot-issue243-new.root", "triggerList", (10252, 4), r"\['triggerMap\.first'\]"),
    ("uproot-issue64.root", None, (500, 50), r"'pmthits'.*list of lists.*'type'"),
    ("uproot-leaflist.root", None, (5, 3), None),
    ("uproot-nesteddirs.root", "one/two/tree", (100, 73), r"\['Str'\].*'SliceInt32'"),
    ("uproot-nesteddirs.root", "one/tree", (4, 2), r"\['three'\]"),
    ("uproot-nesteddirs.root", "three/tree", (100, 108), r"'StdStr'.*'SliceI16'.*'StlVecStr'"),
    ("uproot-simple.root", None, (4, 2), r"\['three'\]"),
    ("uproot-small-flat-tree.root", None, (100, 73), r"\['Str'\].*'SliceInt32'"),
]
UNREADABLE = [
    ("coffea_nano_dy.parquet", r"Parquet file: read it with pandas\.read_parquet"),
    ("coffea_nano_dy.root", r"its trees are \['Events', 'Runs'\]; choose with tree='Events'"),
    ("rntviewer-testfile-multiple-rntuples-v1-0-0-0.root", r"its trees are \['A', 'B'\]"),
    ("uproot-foriter2.root", r"no column to read; the tree's branches are \['data'\]"),
    ("uproot-histograms.root", r"no tree or RNTuple, but objects of \['TH1F'\]"),
    ("uproot-issue243-new.root", r"its trees are \['sig', 'fullmassplane', .*'triggerList'\]"),
    ("uproot-nesteddirs.root", r"its trees are \['one/two/tree', 'one/tree', 'three/tree'\]"),
    ("uproot-vectorVectorDouble.root", r"no column to read; the tree's branches are \['x'\]"),
]


def test_no_public_file_is_left_out(shared_data):
    folder = shared_data("root_reader")
    tried = {name for name, *_ in [*FILES, *UNREADABLE]}
    assert tried == {path.name for path in folder.iterdir()} - {"PROVENANCE.md"}


@pytest.mark.parametrize(("name", "tree", "shape"), [slow_marked(case[:3]) for case in FILES])
def test_public_file_reads_with_options(read_once, name, tree, shape):
    df = read_once(name, tree)
    assert df.shape == shape
    assert all(dtype.kind in "biuf" for dtype in df.dtypes)


@pytest.mark.parametrize(
    ("name", "tree", "error"),
    [(name, tree, error) for name, tree, _, error in FILES if error and not re.search(SLOW, name)],
)
def test_public_file_needs_options(shared_data, name, tree, error):
    with pytest.raises(ValueError, match=error):
        read_root(shared_data(f"root_reader/{name}"), tree)


@pytest.mark.parametrize(("name", "tree"), [(n, t) for n, t, _, error in FILES if error is None])
def test_public_file_needs_no_options(shared_data, read_once, name, tree):
    path = shared_data(f"root_reader/{name}")
    pd.testing.assert_frame_equal(read_root(path, tree), read_once(name, tree))


@pytest.mark.parametrize(("name", "error"), UNREADABLE)
def test_public_file_cannot_be_read(shared_data, name, error):
    with pytest.raises(ValueError, match=error):
        read_root(shared_data(f"root_reader/{name}"), not_flat="skip")


def test_values_agree_with_those_of_uproot(shared_data):
    path = shared_data("root_reader/uproot-HZZ.root")
    df = read_root(path, columns=["MET_px", "Jet_Px"], jagged=3, cut="NMuon >= 2")
    with uproot.open(path) as file:
        arrays = file["events"].arrays(["MET_px", "Jet_Px"], cut="NMuon >= 2")
    np.testing.assert_array_equal(df["MET_px"], arrays["MET_px"])
    padded = ak.fill_none(ak.pad_none(arrays["Jet_Px"], 3, clip=True), np.nan)
    np.testing.assert_array_equal(df[["Jet_Px_0", "Jet_Px_1", "Jet_Px_2"]], ak.to_numpy(padded))


@pytest.mark.slow
def test_ttree_and_rntuple_of_one_sample_agree(read_once):
    old = read_once("coffea_nano_dy.root", "Events")
    new = read_once("coffea_nano_dy_rntuple.root", None)
    pd.testing.assert_frame_equal(old, new[old.columns], check_dtype=False)


def test_string_that_is_asked_for_is_read(shared_data):
    path = shared_data("root_reader/uproot-Zmumu.root")
    df = read_root(path, columns=["Type", "M"], cut="Type == 'GT'")
    assert set(df["Type"]) == {"GT"}
    assert 0 < len(df) < 2304


def test_object_that_is_asked_for_is_an_error_that_says_how_to_split_it(shared_data):
    path = shared_data("root_reader/uproot-HZZ-objects.root")
    match = r"an object .*\['MET'\] \(its type: TVector2\).*\"get\('MET'\)\.fY\""
    with pytest.raises(ValueError, match=match):
        read_root(path, columns=["MET"])


def test_members_of_objects(shared_data):
    path = shared_data("root_reader/uproot-HZZ-objects.root")
    columns = {"met_y": "get('MET').fY", "jet_E": "get('jetp4').fE"}
    df = read_root(path, columns=columns, jagged={"jet_E": 2})
    flat = {"met_y": "MET_py", "jet_E": "Jet_E"}
    expected = read_root(
        shared_data("root_reader/uproot-HZZ.root"), columns=flat, jagged={"jet_E": 2}
    )
    pd.testing.assert_frame_equal(df, expected, check_dtype=False)


def test_signed_weights_beside_objects_and_histograms(shared_data):
    path = shared_data("cms_bbh_mssm/Out_MSSM_bbH_mA150_tanb50_UL2016.root")
    tree = "signal_treeMSSM_bbH_mA150_tanb50_UL2016"
    df = read_root(path, tree, weight="PU_Weight", theta="*_mA{mass}_*", label=1, not_flat="skip")
    assert df.shape == (2678, 25)
    assert list(df)[-3:] == ["mass", "weight", "label"]
    assert (df["weight"] < 0).sum() == 505
    assert set(df["mass"]) == {150}
