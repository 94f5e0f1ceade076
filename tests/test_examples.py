"""The examples run, and say what they should."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.slow
def test_the_main_job_prints_every_mass_and_saves_the_figure(tmp_path):
    figure = tmp_path / "auc.png"
    script = str(EXAMPLES / "ttbar_resonance.py")
    command = [sys.executable, script, "--epochs", "1", "--figure", str(figure)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r"\nmass +500 +750 +1000 +1250 +1500\n", printed)
    assert re.search(r"\nPNN, without 1000 GeV( +0\.\d{3}){5}\n", printed)
    assert "━" in printed
    assert figure.read_bytes().startswith(b"\x89PNG")
