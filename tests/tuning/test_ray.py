"""A search in Ray's workers, where Ray is installed."""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

SCRIPT = """
import json, os
import joblib, ray, skpnn
import tensorflow as tf
from ray.util.joblib import register_ray
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from skpnn.tuning import fit_search, search_space


class Told(skpnn.PNNClassifier):
    # Says in which process it was fitted, and in how many threads TensorFlow computed there.
    def fit(self, X, y):
        super().fit(X, y)
        self.where_ = [os.getpid(), tf.config.threading.get_intra_op_parallelism_threads()]
        return self


def threads(model):
    return model.fit(X, y).where_


def searched():
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=2, random_state=0))
    space = search_space(model, hidden_layer_sizes=[4, 8], depth=[1])
    search = RandomizedSearchCV(model, space, n_iter=4, cv=2, random_state=0)
    fit_search(search, X, y, progress=False)
    scores = search.cv_results_["mean_test_score"].tolist()
    return {"best": repr(search.best_params_), "scores": scores}


if __name__ == "__main__":
    X, y = skpnn.datasets.BaldiToy().sample(100, random_state=0)
    register_ray()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    with joblib.parallel_config(backend="ray", n_jobs=-1):
        found = searched()
        where = joblib.Parallel()(joblib.delayed(threads)(Told(4, epochs=1)) for _ in range(2))
    result = {"found": found, "expected": searched(), "where": where, "main": os.getpid()}
    print(json.dumps(result))
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ray")
    script = folder / "search.py"
    script.write_text(SCRIPT)
    # Ray keeps a file in the home directory.
    printed = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"HOME": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    ).stdout
    return json.loads(printed.splitlines()[-1])


def test_the_search_ends_as_without_ray(result):
    assert result["found"] == result["expected"]


def test_its_workers_compute_in_one_thread_each(result):
    processes, threads = zip(*result["where"], strict=True)
    assert result["main"] not in processes
    assert set(threads) == {1}
