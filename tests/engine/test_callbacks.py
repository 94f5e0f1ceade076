"""The callbacks argument."""

import keras
import pytest

from skpnn.engine.callbacks import as_callbacks, check_rate_callbacks

PLATEAU = keras.callbacks.ReduceLROnPlateau("loss")
OTHER = keras.callbacks.Callback()


def test_one_none_or_several():
    assert as_callbacks(None) == []
    assert as_callbacks(OTHER) == [OTHER]
    assert as_callbacks((OTHER, PLATEAU)) == [OTHER, PLATEAU]


def test_what_is_no_callback():
    with pytest.raises(ValueError, match=r"callbacks=\[3\] is not possible"):
        as_callbacks([3])


@pytest.mark.parametrize(
    ("callbacks", "optimizer", "schedule", "decay"),
    [
        (PLATEAU, "adam", "constant", 0.0),
        (PLATEAU, keras.optimizers.Adam(0.1), "cosine", 0.1),
        (OTHER, "adam", "cosine", 0.1),
    ],
    ids=["no schedule", "its own rate", "sets no rate"],
)
def test_one_who_sets_the_rate(callbacks, optimizer, schedule, decay):
    check_rate_callbacks(callbacks, optimizer=optimizer, schedule=schedule, decay=decay)


@pytest.mark.parametrize(("schedule", "decay"), [("cosine", 0.0), ("constant", 0.1)])
def test_two_who_set_the_rate(schedule, decay):
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau sets the learning rate.*\"constant\""):
        check_rate_callbacks([OTHER, PLATEAU], optimizer="adam", schedule=schedule, decay=decay)
