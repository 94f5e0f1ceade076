"""Write the shipped ROOT file from the project's full simulation.

Usage: ``python make_ttbar_resonance_root.py FULL.parquet SHIPPED.root``. What is kept and how it is
rounded stands in the README beside this script.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SIGNAL_EVENTS_PER_MASS = 6800
BACKGROUND_PER_SIGNAL = 1.5
MANTISSA_BITS = 10
ANGLE_STEP = 2.0**-9
LZMA_LEVEL = 9


def first_of_each_kind(frame: pd.DataFrame, n_per_mass: int) -> pd.DataFrame:
    """Keep the first ``n_per_mass`` events of every mass, and background in proportion."""
    rank = frame.groupby("mass", dropna=False).cumcount()
    n_background = int(n_per_mass * frame["mass"].nunique() * BACKGROUND_PER_SIGNAL)
    return frame[rank < np.where(frame["label"] == 1, n_per_mass, n_background)]


def round_mantissa(values: NDArray[np.float32], bits: int = MANTISSA_BITS) -> NDArray[np.float32]:
    """Round to ``bits`` explicit bits of mantissa: to 2**-(bits + 1) of the value at worst."""
    mantissa, exponent = np.frexp(values.astype(np.float64))
    # frexp's mantissa lies in [0.5, 1): its first bit is the implicit one of IEEE 754.
    scale = 2.0 ** (bits + 1)
    return np.ldexp(np.round(mantissa * scale) / scale, exponent).astype(np.float32)


def round_angle(values: NDArray[np.float32], step: float = ANGLE_STEP) -> NDArray[np.float32]:
    """Round to a multiple of ``step``: to half a step at worst."""
    return (np.round(values / step) * step).astype(np.float32)


def shrunk(column: pd.Series) -> np.ndarray:
    """Return one column in the smallest type and precision that serve it."""
    name, values = str(column.name), column.to_numpy()
    if name.endswith("_btag"):
        return values.astype(np.bool_)
    if name in {"n_jets", "label"}:
        return values.astype(np.int8)
    if name == "mass":
        return values.astype(np.float32)
    return round_angle(values) if name.endswith(("_eta", "_phi")) else round_mantissa(values)


def write_tree(columns: dict[str, np.ndarray], path: str) -> None:
    """Write one TTree ``events``, a single basket per branch."""
    import uproot

    with uproot.recreate(path, compression=uproot.LZMA(LZMA_LEVEL)) as file:
        # An explicit TTree: assigning a dict would write an RNTuple, which older readers lack.
        tree = file.mktree("events", {name: values.dtype for name, values in columns.items()})
        tree.extend(columns)


def main(arguments: list[str] | None = None) -> None:
    """Read the parquet file, take the subset, round it and write the ROOT file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parquet", help="the full simulation")
    parser.add_argument("root", help="the file to write")
    parser.add_argument("--n-per-mass", type=int, default=SIGNAL_EVENTS_PER_MASS)
    options = parser.parse_args(arguments)
    subset = first_of_each_kind(pd.read_parquet(options.parquet), options.n_per_mass)
    write_tree({str(name): shrunk(subset[name]) for name in subset}, options.root)


if __name__ == "__main__":
    main()
