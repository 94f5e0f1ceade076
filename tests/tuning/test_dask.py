"""Searches on a real Dask cluster of two worker processes, one of which is killed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "search_on_dask.py"

# A process of its own, as a user would start it: python search.py FOLDER. What is imported at the
# top is imported by every new worker, too.
SCRIPT = """
import json, os, signal, sys
from pathlib import Path

from sklearn.base import BaseEstimator, TransformerMixin


class Mortal(TransformerMixin, BaseEstimator):
    # Passes X on, and logs which process does. One of them dies of it: the first that begins a
    # third fit.
    def __init__(self, folder=None):
        self.folder = folder

    def fit(self, X, y=None):
        if self.folder is None:
            return self
        log = self.folder / "log"
        with open(log, "a") as file:
            print(os.getpid(), file=file)
        if log.read_text().split().count(str(os.getpid())) == 3 and self.is_first_to_die():
            os.kill(os.getpid(), signal.SIGKILL)
        return self

    def is_first_to_die(self):
        try:
            with open(self.folder / "killed", "x") as file:
                print(os.getpid(), file=file)
        except FileExistsError:
            return False
        return True

    def transform(self, X):
        return X


def network(meta):
    inputs = keras.Input((meta["n_features_in_"],))
    start = keras.initializers.GlorotUniform(seed=0)
    outputs = keras.layers.Dense(1, "sigmoid", kernel_initializer=start)(inputs)
    return keras.Model(inputs, outputs)


def searched(folder=None):
    model = make_pipeline(Mortal(folder), skpnn.PNNClassifier(epochs=2, random_state=0))
    space = search_space(model, hidden_layer_sizes=[4, 8], depth=[1])
    # More folds than workers: each worker has rows that the other has not.
    search = RandomizedSearchCV(model, space, n_iter=4, cv=4, random_state=0)
    checkpoint = folder and folder / "checkpoint"
    fit_search(search, X, y, checkpoint=checkpoint, progress=False)
    scores = [search.cv_results_[f"split{fold}_test_score"].tolist() for fold in range(4)]
    return {"best": repr(search.best_params_), "scores": scores}


def scored():
    keras_model = skpnn.KerasClassifier(
        network, loss="binary_crossentropy", epochs=2, verbose=0, random_state=0
    )
    return cross_val_score(keras_model, X.fillna(0), y, cv=2, n_jobs=None).tolist()


if __name__ == "__main__":
    import joblib, keras, skpnn
    from dask.distributed import Client
    from sklearn.model_selection import RandomizedSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from skpnn.tuning import fit_search, search_space

    X, y = skpnn.datasets.BaldiToy().sample(100, random_state=0)
    cluster = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with Client(**cluster) as client, joblib.parallel_config(backend="dask"):
        workers = list(client.run(os.getpid).values())
        found, scores = searched(Path(sys.argv[1])), scored()
    result = {"found": found, "expected": searched(), "workers": workers}
    print(json.dumps(result | {"scores": scores, "expected_scores": scored()}))
"""
N_FITS = 16


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    script = folder / "search.py"
    script.write_text(SCRIPT)
    printed = run(script, folder, cwd=folder)
    logged, killed = ((folder / name).read_text().split() for name in ("log", "killed"))
    return json.loads(printed) | {"log": [int(pid) for pid in logged], "killed": int(*killed)}


def run(*command, cwd):
    command = [sys.executable, *command]
    return subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=True, timeout=300
    ).stdout


def test_one_of_two_workers_was_killed_in_mid_search(result):
    log, killed = result["log"], result["killed"]
    assert killed in result["workers"]
    # It had finished two fits and was at its third; there were others to come.
    assert log.count(killed) == 3
    assert len(log) - log[::-1].index(killed) < N_FITS
    # What it was at is done again, and the best candidate is fitted on all data.
    assert len(log) >= N_FITS + 2


def test_the_search_ends_as_without_dask(result):
    assert result["found"] == result["expected"]


def test_a_model_function_of_the_main_module_reaches_the_workers(result):
    assert result["scores"] == result["expected_scores"]


def test_the_example_prints_its_candidates(tmp_path):
    printed = run(EXAMPLE, "--candidates", "2", "--epochs", "1", "--events", "2000", cwd=tmp_path)
    assert re.search(r"\n2,000 events, 2 folds\n", printed)
    assert re.search(r"\nBest mean AUC: 0\.\d{4}\n", printed)
    assert len(re.findall(r"\n +\d+ +\d +0\.\d+ +\w+ +0\.\d+(?=\n)", printed)) == 2
