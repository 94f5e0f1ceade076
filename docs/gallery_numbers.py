"""Keeps the numbers that the gallery's examples arrive at, for the tests to check.

sphinx-gallery calls `keep` after each cell, as it calls what saves figures. So the build that makes
the pages is the run that is checked, and the examples hold no assertions.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# Training histories are kept, samples and images are not.
MOST_CHARACTERS = 200_000


def keep(_block: tuple, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Write the example's public numbers, texts and tables of them; show nothing on the page."""
    folder = Path(os.environ.get("SKPNN_NUMBERS", Path(gallery_conf["src_dir"]) / "_build/numbers"))
    folder.mkdir(parents=True, exist_ok=True)
    kept = dict(_kept(block_vars["example_globals"]))
    example = Path(block_vars["src_file"]).stem
    (folder / f"{example}.json").write_text(json.dumps(kept), encoding="utf-8")
    return ""


def _kept(names: dict[str, Any]) -> Any:
    for name, value in names.items():
        if name.startswith("_"):
            continue
        try:
            text = json.dumps(value, default=_plain)
        except (TypeError, ValueError):
            continue
        if len(text) <= MOST_CHARACTERS:
            yield name, json.loads(text)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist() if value.size <= MOST_CHARACTERS else None
    if isinstance(value, pd.Series):
        return {str(key): one for key, one in value.items()}
    if isinstance(value, pd.DataFrame):
        return {str(name): _plain(column) for name, column in value.items()}
    raise TypeError
