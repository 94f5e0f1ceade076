"""HEPMASS, the sample on which parametrised networks were first tried: fetched, cached and read."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skpnn._parameters import check_choice, check_integer
from skpnn.datasets._ttbar_columns import FEATURES

_BASE_URL = "https://archive.ics.uci.edu/ml/machine-learning-databases/00347/"

_FILES = {"train": "all_train.csv.gz", "test": "all_test.csv.gz"}

# The archive publishes no checksums. These are from uxlfoundation/scikit-learn_bench (GitHub),
# sklbench/datasets/loaders.py. VaclavMacha/DatasetProvider.jl has the XOR of both, and it agrees:
# becdb27c603c40ba3a746736a224535585b8c19f8d02db7da28d0fc78726c52b.
_SHA256 = {
    "all_train.csv.gz": "52061273edbe84cbfff6cc5432a04366d3401c39baf80da99d9baf91e0165498",
    "all_test.csv.gz": "eccba00f8d82c471c582ab629084103356f8dda637fad6d43f16a056673091b3",
}

_COLUMNS = ["label", *FEATURES, "mass"]
_MASSES = [500, 750, 1000, 1250, 1500]


def fetch_hepmass(
    *,
    data_home: str | PathLike[str] | None = None,
    subset: str = "train",
    n_rows: int | None = None,
    keep_background_mass: bool = False,
    download_if_missing: bool = True,
) -> tuple[pd.DataFrame, pd.Series]:
    """Load HEPMASS, a simulated search for X → tt̄ at five masses, downloading it at the first call.

    Its 7 million training and 3.5 million test events are the "all" sample of [1]_, on which [2]_
    first tried parametrised networks. Signal has the masses 500, 750, 1000, 1250 and 1500 GeV in
    equal parts; half of all events are background, tt̄ of the standard model.

    Parameters
    ----------
    data_home : path, default=None
        Where the files are kept, in a folder ``hepmass``; None stands for the user's cache, as
        ``pooch.os_cache("skpnn")`` has it. They take about 2 GB (train) and 1 GB (test).
    subset : {"train", "test"}, default="train"
        Which file.
    n_rows : int, default=None
        Read the first `n_rows` events only; None stands for all.
    keep_background_mass : bool, default=False
        True keeps the masses that the authors drew for background, for ``background_theta="given"``
        of `PNNClassifier`; False replaces them by NaN, as other samples have it.
    download_if_missing : bool, default=True
        False raises an OSError where the file is not in the cache already.

    Returns
    -------
    X : DataFrame of shape (n_rows, 28), float32
        27 features and, last, ``mass`` in GeV, NaN for background. Names and order are those of
        `load_ttbar_resonance`, but the authors *standardised* the features: they have no units, and
        a model trained on one sample says nothing of the other. Masses are rounded to whole GeV;
        the file has 499.99997 for 500.
    y : Series of shape (n_rows,), int64
        1 for signal, 0 for background.

    Raises
    ------
    ImportError
        If pooch is not installed: ``pip install "skpnn[hepmass]"``.
    OSError
        If the file cannot be downloaded, or must not be and is not there unharmed.
    ValueError
        If `subset` or `n_rows` is not understood, or the file that came is not the known one: what
        was downloaded is then deleted.

    Notes
    -----
    The file is verified at every call by its SHA-256; the authors publish none, but two others do,
    independently, and they agree. A download that is broken off leaves nothing behind. Reading the
    whole training file takes about a minute and, for a moment, twice the 0.8 GB of the result.

    References
    ----------
    .. [1] HEPMASS, UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset/347/hepmass
    .. [2] P. Baldi, K. Cranmer, T. Faucett, P. Sadowski and D. Whiteson, "Parameterized neural
       networks for high-energy physics", Eur. Phys. J. C 76, 235 (2016), arXiv:1601.07913.

    Examples
    --------
    >>> X, y = fetch_hepmass(n_rows=100_000)  # doctest: +SKIP
    >>> X.shape, X.columns[-1]  # doctest: +SKIP
    ((100000, 28), 'mass')
    """
    check_choice("subset", subset, tuple(_FILES))
    n_rows = None if n_rows is None else check_integer("n_rows", n_rows, low=1)
    path = cached_file(
        _FILES[subset],
        data_home=data_home,
        download_if_missing=download_if_missing,
        base_url=_BASE_URL,
        sha256=_SHA256,
    )
    return read_events(path, n_rows=n_rows, keep_background_mass=keep_background_mass)


def cached_file(
    name: str,
    *,
    data_home: str | PathLike[str] | None,
    download_if_missing: bool,
    base_url: str,
    sha256: Mapping[str, str],
) -> Path:
    """Return where the verified file `name` lies, downloaded if need be and allowed."""
    pooch = _imported_pooch()
    home = Path(pooch.os_cache("skpnn") if data_home is None else data_home) / "hepmass"
    registry = {one: f"sha256:{digest}" for one, digest in sha256.items()}
    store = pooch.create(path=home, base_url=base_url, registry=registry)
    path = Path(store.abspath) / name
    if not download_if_missing:
        found = pooch.file_hash(str(path)) if path.exists() else None
        _check_found(path, found, expected=sha256[name])
        return path
    try:
        return Path(store.fetch(name))
    except OSError as error:
        raise OSError(
            f"{name} could not be downloaded ({error}). Where there is no network, put the file "
            f"of {base_url} at {path} by hand."
        ) from error


def _imported_pooch() -> Any:
    try:
        import pooch
    except ImportError as error:
        raise ImportError(
            'fetch_hepmass needs pooch, which is not installed: pip install "skpnn[hepmass]"'
        ) from error
    return pooch


def _check_found(path: Path, found: str | None, *, expected: str) -> None:
    if found != expected:
        fault = "does not exist" if found is None else f"is damaged (its SHA-256 is {found})"
        raise OSError(f"{path} {fault}, and download_if_missing=False forbids to download it.")


def read_events(
    path: Path, *, n_rows: int | None = None, keep_background_mass: bool = False
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the features with the mass, and the labels, of one of the files."""
    frame = pd.read_csv(
        path,
        header=0,
        names=_COLUMNS,
        usecols=range(len(_COLUMNS)),
        index_col=False,
        dtype=np.float32,
        nrows=n_rows,
    )
    frame["mass"] = frame["mass"].round()
    if not (frame["label"].isin([0, 1]).all() and frame["mass"].isin(_MASSES).all()):
        raise ValueError(
            f"{path} is no file of HEPMASS: expected label, {len(FEATURES)} features and mass in "
            f"its columns, with labels 0 and 1 and masses {_MASSES} GeV."
        )
    y = frame.pop("label").astype(np.int64)
    if not keep_background_mass:
        frame["mass"] = frame["mass"].where(y == 1)
    return frame, y
