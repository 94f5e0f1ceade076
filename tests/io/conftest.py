"""Small ROOT files."""

import awkward as ak
import numpy as np
import pytest
import uproot


@pytest.fixture(scope="session")
def write():
    """Return a function that writes a TTree and returns the file's path."""

    def write(path, tree="events", **branches):
        with uproot.recreate(path) as file:
            file.mktree(tree, {name: _type_of(values) for name, values in branches.items()})
            file[tree].extend(branches)
        return str(path)

    return write


def _type_of(values):
    if isinstance(values, ak.Array):
        return ak.type(values).content
    return np.dtype((values.dtype, values.shape[1:]))


@pytest.fixture(scope="session")
def write_rntuple():
    """Return a function that writes an RNTuple and returns the file's path."""

    def write_rntuple(path, **fields):
        with uproot.recreate(path) as file:
            file.mkrntuple("events", fields)
        return str(path)

    return write_rntuple


@pytest.fixture(params=["write", "write_rntuple"])
def writer(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def flat(write, tmp_path):
    return write(
        tmp_path / "flat.root",
        pt=np.array([10, 20, 30, 40], dtype="float32"),
        n=np.array([0, 1, 2, 3], dtype="int32"),
        ok=np.array([True, False, True, True]),
        w=np.array([1.0, -0.5, 2.0, 0.25]),
    )


@pytest.fixture
def jagged(write, tmp_path):
    return write(
        tmp_path / "jagged.root",
        met=np.array([1.0, 2.0, 3.0]),
        jet_pt=ak.values_astype(ak.Array([[50, 40, 30], [], [20]]), "float32"),
        jet_id=ak.values_astype(ak.Array([[1, 2, 3], [], [4]]), "int32"),
    )


@pytest.fixture
def samples(write, tmp_path):
    for name, value in [("signal_500", 5), ("signal_750", 7), ("ttbar_1", 1), ("ttbar_2", 2)]:
        write(tmp_path / f"{name}.root", x=np.array([value, value + 0.5]), w=np.array([1.0, -1.0]))
    return tmp_path


@pytest.fixture
def two_trees(tmp_path):
    path = tmp_path / "two.root"
    with uproot.recreate(path) as file:
        for name, value in [("signal", 1), ("dir/control", 2)]:
            file.mktree(name, {"x": "float64"})
            file[name].extend({"x": np.array([value])})
    return str(path)
