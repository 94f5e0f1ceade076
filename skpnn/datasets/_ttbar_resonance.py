"""The sample that ships with the package: a heavy resonance decaying to a pair of top quarks."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

import pandas as pd

if TYPE_CHECKING:
    from sklearn.utils import Bunch

_DATA = Path(__file__).parent / "data"


def ttbar_resonance_path() -> Path:
    """Return where the shipped ROOT file lies.

    It has one TTree, ``events``, with the features, ``mass`` and ``label`` as branches.

    Returns
    -------
    Path
        Of the file, inside the installed package.

    Examples
    --------
    >>> ttbar_resonance_path().name
    'ttbar_resonance.root'
    """
    return _DATA / "ttbar_resonance.root"


@overload
def load_ttbar_resonance(*, return_X_y: Literal[True] = True) -> tuple[pd.DataFrame, pd.Series]: ...


@overload
def load_ttbar_resonance(*, return_X_y: Literal[False]) -> "Bunch": ...


def load_ttbar_resonance(*, return_X_y: bool = True) -> "tuple[pd.DataFrame, pd.Series] | Bunch":
    """Load a simulated search for Z' → tt̄, lepton + jets, in proton collisions at 8 TeV.

    Signal has five masses, 500, 750, 1000, 1250 and 1500 GeV, with 6,800 events each; background
    is tt̄ of the standard model, 51,000 events. The features are those of the HEPMASS sample, by
    which parametrised networks were first tried on physics [1]_. How the events were simulated,
    selected and rounded is told in ``DESCR``.

    Parameters
    ----------
    return_X_y : bool, default=True
        True returns ``(X, y)``, False a Bunch.

    Returns
    -------
    X : DataFrame of shape (85000, 28), float32
        27 features and, last, ``mass`` in GeV, NaN for background. Momenta, missing energy and
        invariant masses are in GeV, azimuths in radians. Rows are shuffled.
    y : Series of shape (85000,), int64
        1 for signal, 0 for background.
    bunch : Bunch, if `return_X_y` is False
        ``data`` (X), ``target`` (y), ``frame`` (both in one DataFrame), ``feature_names`` (the 27),
        ``target_names``, ``DESCR`` and ``filename``.

    References
    ----------
    .. [1] P. Baldi, K. Cranmer, T. Faucett, P. Sadowski and D. Whiteson, "Parameterized neural
       networks for high-energy physics", Eur. Phys. J. C 76, 235 (2016), arXiv:1601.07913.

    Examples
    --------
    >>> X, y = load_ttbar_resonance()
    >>> X.shape, X.columns[-1]
    ((85000, 28), 'mass')
    >>> X["mass"].isna().equals(y == 0)
    True
    """
    frame = _read_events()
    X = frame.drop(columns="label").astype("float32")
    y = frame["label"].astype("int64")
    return (X, y) if return_X_y else _bunch(X, y)


def _read_events() -> pd.DataFrame:
    # uproot loads with skpnn.io: only those who read the file pay for it.
    from skpnn.io import read_root

    return read_root(ttbar_resonance_path(), "events")


def _bunch(X: pd.DataFrame, y: pd.Series) -> "Bunch":
    # scikit-learn takes longer to import than all the rest of skpnn.datasets.
    from sklearn.utils import Bunch

    return Bunch(
        data=X,
        target=y,
        frame=X.assign(label=y),
        feature_names=list(X.columns[:-1]),
        target_names=["background", "signal"],
        DESCR=(_DATA / "README.md").read_text(encoding="utf-8"),
        filename=str(ttbar_resonance_path()),
    )
