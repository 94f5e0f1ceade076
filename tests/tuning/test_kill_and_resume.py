"""A search killed with SIGKILL goes on after its last finished fit, and ends alike."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skpnn.tuning._ledger import Ledger

pytestmark = pytest.mark.slow

# A process of its own, as a user would start it: python search.py CHECKPOINT LOG N_JOBS
SCRIPT = """
import json, sys, time, warnings
from pathlib import Path

import skpnn
from joblib import parallel_config
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from skpnn.tuning import fit_search, search_space

checkpoint, log, backend = sys.argv[1:]


class Logged(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        with open(log, "a") as file:
            file.write("fit\\n")
        time.sleep(0.1)
        return self

    def transform(self, X):
        return X


X, y = skpnn.datasets.BaldiToy().sample(100, random_state=0)
model = make_pipeline(Logged(), skpnn.PNNClassifier(8, epochs=2, random_state=0))
space = search_space(model, hidden_layer_sizes=[4, 8], depth=[1])
search = RandomizedSearchCV(model, space, n_iter=8, cv=2, n_jobs=2, random_state=0)
with parallel_config(backend=backend):
    fit_search(search, X, y, checkpoint=checkpoint or None, progress=False)
scores = search.cv_results_["mean_test_score"].tolist()
print(json.dumps({"best": repr(search.best_params_), "scores": scores}))
"""
N_FITS = 16


@pytest.fixture
def start(tmp_path):
    script = tmp_path / "search.py"
    script.write_text(SCRIPT)

    def begin(checkpoint, log, backend="threading"):
        command = [sys.executable, script, checkpoint, tmp_path / log, backend]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    return begin


def result(process):
    output, _ = process.communicate(timeout=180)
    assert process.returncode == 0
    return json.loads(output)


def recorded(checkpoint):
    return {tuple(row[:3]): row.value for row in Ledger(Path(checkpoint)).since()}


def wait_for_fits(process, checkpoint, n_fits):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        is_begun = Path(checkpoint).exists() and Path(checkpoint).stat().st_size
        if is_begun and len(recorded(checkpoint)) >= n_fits:
            return
        time.sleep(0.01)
    raise AssertionError(f"No {n_fits} fits were recorded; exit code {process.poll()}.")


def test_killed_twice_it_goes_on_and_ends_alike(start, tmp_path):
    checkpoint = str(tmp_path / "search.checkpoint")
    before = {}
    for n_fits in (3, 9):
        process = start(checkpoint, "log")
        wait_for_fits(process, checkpoint, n_fits)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        now = recorded(checkpoint)
        assert n_fits <= len(now) < N_FITS
        assert before.items() <= now.items()
        before = now
    found = result(start(checkpoint, "last"))
    assert before.items() <= recorded(checkpoint).items()
    # The last run fits what was missing, and the best candidate on all data.
    assert len((tmp_path / "last").read_text().split()) == N_FITS - len(before) + 1
    assert found == result(start("", "uninterrupted"))
