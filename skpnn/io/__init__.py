"""Between ROOT files and labelled DataFrames; uproot does the reading and the writing."""

from skpnn.io._read_root import read_root
from skpnn.io._write_root import write_root

__all__ = ["read_root", "write_root"]
