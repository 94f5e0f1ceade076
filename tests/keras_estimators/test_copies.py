"""Copies and pickles are as the original; Keras is as it was."""

import copy
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.base import clone

from tests.keras_estimators.shared import (
    Unbuilt,
    X,
    Y,
    assert_same_state,
    classifier,
    random_model,
    steps,
)


def pickled(estimator):
    return pickle.loads(pickle.dumps(estimator))


@pytest.fixture(scope="module")
def trained_twice():
    """With momentum and dropout, so that what a copy forgets shows."""
    model = classifier(random_model, optimizer="adam", dropout=0.3, warm_start=True)
    return model.fit(X, Y).partial_fit(X, Y)


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
def test_copy_is_the_same(trained_twice, copied):
    assert_same_state(copied(trained_twice), trained_twice)


def test_joblib_file_is_the_same(trained_twice, tmp_path):
    joblib.dump(trained_twice, tmp_path / "model.joblib")
    assert_same_state(joblib.load(tmp_path / "model.joblib"), trained_twice)


@pytest.mark.parametrize("method", ["partial_fit", "fit"])
def test_copy_goes_on_like_the_original(trained_twice, method):
    first, second = pickled(trained_twice), pickled(trained_twice)
    getattr(first, method)(X, Y)
    getattr(second, method)(X, Y)
    assert steps(first) == 15
    assert_same_state(first, second)


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
def test_model_that_was_built_at_its_first_call_is_copied(copied):
    model = classifier(lambda: Unbuilt()).fit(X, Y)
    model.model = None
    assert_same_state(copied(model), model)


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
def test_the_model_of_a_copy_is_the_one_that_it_trains(trained_twice, copied):
    model = copied(trained_twice)
    before = model.model_.get_weights()[0]
    model.partial_fit(X, Y)
    assert not np.array_equal(model.model_.get_weights()[0], before)


def test_training_a_copy_leaves_the_original_alone(trained_twice):
    before = trained_twice.predict_proba(X)
    copy.deepcopy(trained_twice).partial_fit(X, Y)
    np.testing.assert_array_equal(trained_twice.predict_proba(X), before)


def test_clone_of_a_fitted_estimator_is_not_fitted(fitted):
    assert not clone(fitted).initialized_


IMPORT = """
import keras
classes = (keras.Model, keras.losses.Loss, keras.metrics.Metric, keras.optimizers.Optimizer)
state = lambda: [(vars(c).get("__reduce__"), vars(c).get("__deepcopy__")) for c in classes]
before = state()
import skpnn.keras_estimators
raise SystemExit(state() != before)
"""


def test_importing_leaves_keras_as_it_was():
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
