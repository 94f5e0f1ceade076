"""Curves whose parameters leave the function's domain."""

from types import SimpleNamespace

import numpy as np
import pytest
from keras import ops

from skpnn.engine.curves import CurveModel
from skpnn.engine.domain import StayInDomain
from skpnn.exceptions import DivergenceWarning

X = np.arange(1.0, 400.0)[:, np.newaxis]


def root(x, p):
    return ops.sqrt(p[0] - x[:, 0])


def end_of(path, losses=None):
    """Return where training ends that takes p along `path`."""
    model = CurveModel(root, 1, "float64")
    callback = StayInDomain(X)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, p in enumerate(path):
        model.set_weights([np.array([p])])
        callback.on_epoch_end(epoch, {"loss": losses[epoch] if losses else 1.0})
    callback.on_train_end()
    return SimpleNamespace(
        p=model.get_weights()[0][0], is_stopped=getattr(model, "stop_training", False)
    )


def test_end_within_the_domain_stays():
    assert end_of([500.0, 450.0]).p == 450


def test_every_event_counts():
    with pytest.warns(DivergenceWarning, match="left the function's domain"):
        assert end_of([500.0, 398.5]).p == 500


def test_last_parameters_within_are_found():
    with pytest.warns(DivergenceWarning, match="left the function's domain") as told:
        assert end_of([500.0, 450.0, 300.0, 200.0]).p == 450
    assert len(told) == 1


def test_loss_shows_it_an_epoch_late():
    with pytest.warns(DivergenceWarning, match="Training diverged in epoch 3") as told:
        end = end_of([500.0, 300.0, np.nan], [1.0, 1.0, np.nan])
    assert (end.p, end.is_stopped, len(told)) == (500, True, 1)


def test_large_parameters_are_like_others():
    assert end_of([1e9, 2e9]).p == 2e9
