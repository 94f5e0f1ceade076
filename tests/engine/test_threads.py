"""TensorFlow's threads in worker processes, and in no other process."""

import json
import os
import subprocess
import sys

import pytest

from skpnn.engine.threads import threads_assigned

WORKER = "LokyProcess-1"


@pytest.mark.parametrize(
    ("value", "n_threads"), [("1", 1), ("16", 16), (" 4 , 2", 4), ("", 0), ("0", 0), ("all", 0)]
)
def test_a_worker_has_as_many_threads_as_openmp(value, n_threads):
    assert threads_assigned({"OMP_NUM_THREADS": value}, WORKER) == n_threads


def test_a_worker_that_was_assigned_none_is_left_alone():
    assert threads_assigned({}, WORKER) == 0


def test_the_main_process_is_left_alone():
    assert threads_assigned({"OMP_NUM_THREADS": "1"}, "MainProcess") == 0


def test_ray_names_its_workers_by_a_variable():
    environment = {"OMP_NUM_THREADS": "1", "RAY_RAYLET_PID": "4711"}
    assert threads_assigned(environment, "MainProcess") == 1


def test_what_is_said_to_tensorflow_itself_holds():
    environment = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "8"}
    assert threads_assigned(environment, WORKER) == 0


# The optimizer makes variables when a worker unpickles it: TensorFlow starts before any fit.
SCRIPT = """
import json, os
import joblib, keras, numpy as np, skpnn, tensorflow as tf

def fitted(model):
    model.fit(np.eye(8), np.arange(8) % 2)
    return threads()

def threads():
    return tf.config.threading.get_intra_op_parallelism_threads()

model = skpnn.MLPClassifier(4, optimizer=keras.optimizers.Adam(), epochs=1)
with joblib.parallel_config("loky", n_jobs=2, inner_max_num_threads=3):
    workers = joblib.Parallel()(joblib.delayed(fitted)(model) for _ in range(2))
print(json.dumps({"workers": workers, "main": [threads(), fitted(model)]}))
"""


@pytest.mark.slow
def test_workers_of_joblib_compute_in_the_threads_that_it_assigns():
    # Of its own main module, whose functions are sent to the workers by value.
    command = [sys.executable, "-c", SCRIPT]
    environment = os.environ | {"OMP_NUM_THREADS": "5"}
    printed = subprocess.check_output(command, env=environment, text=True)
    assert json.loads(printed) == {"workers": [3, 3], "main": [0, 0]}
