"""Print the table: ``python -m benchmarks [training] [inference] [resources] [tuning]``."""

import argparse
import importlib
import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measure import HEADER

PARTS = ("training", "inference", "resources", "tuning")
PACKAGES = (
    "skpnn",
    "tensorflow",
    "keras",
    "numpy",
    "scikit-learn",
    "scikeras",
    "skorch",
    "torch",
    "pnnplus",
)


def main() -> None:
    """Measure what is asked for, line by line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all by default")
    parts = parser.parse_args().parts or PARTS
    print(f"{date.today()}: {machine()}\n\n{HEADER}", flush=True)
    for part in parts:
        for row in importlib.import_module(f"benchmarks.{part}").rows():
            print(row, flush=True)


def machine() -> str:
    """Return what this is measured on."""
    installed = ", ".join(filter(None, map(_version, PACKAGES)))
    threads = os.environ.get("TF_NUM_INTRAOP_THREADS", "TensorFlow's default")
    return (
        f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {installed}; "
        f"intra-op threads: {threads}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


main()
