"""Between ROOT files and labelled DataFrames; uproot does the reading."""

from skpnn.io._read_root import read_root

__all__ = ["read_root"]
