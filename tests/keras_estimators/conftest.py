"""Fitted estimators, not to be changed."""

import pytest

from tests.keras_estimators.shared import FRAME, TARGET, X, Y, learner, regressor


@pytest.fixture(scope="session")
def fitted():
    """Fitted on columns with names, some events held out."""
    return learner(metrics=["accuracy"], validation_split=0.25).fit(FRAME, Y)


@pytest.fixture(scope="session")
def fitted_regressor():
    return regressor(epochs=40, optimizer__learning_rate=0.05).fit(X, TARGET)
