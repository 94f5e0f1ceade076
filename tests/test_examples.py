"""The examples that are scripts run, and say what they should."""

import re

import pytest


@pytest.mark.slow
def test_the_main_job_prints_every_mass_and_saves_the_figure(main_job):
    printed, folder = main_job
    assert re.search(r"\nmass +500 +750 +1000 +1250 +1500\n", printed)
    assert re.search(r"\nPNN, without 1000 GeV( +0\.\d{3}){5}\n", printed)
    assert "━" in printed
    assert (folder / "auc.png").read_bytes().startswith(b"\x89PNG")
