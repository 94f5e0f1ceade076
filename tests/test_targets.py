"""The map between regression targets and network outputs."""

import numpy as np
import pytest

from skpnn._targets import OUTPUT_INTERVALS, TargetScale

TARGETS = np.array([[10.0, -1.0], [20.0, 3.0], [30.0, 0.0]])


@pytest.mark.parametrize(("activation", "ends"), [("sigmoid", (0, 1)), ("tanh", (-1, 1))])
def test_lowest_and_highest_target_reach_the_ends(activation, ends):
    outputs = TargetScale.of(TARGETS, activation).outputs(TARGETS)
    assert outputs.min(axis=0) == pytest.approx([ends[0]] * 2)
    assert outputs.max(axis=0) == pytest.approx([ends[1]] * 2)


@pytest.mark.parametrize("activation", list(OUTPUT_INTERVALS))
def test_targets_undo_outputs(activation):
    scale = TargetScale.of(np.abs(TARGETS), activation)
    assert scale.targets(scale.outputs(np.abs(TARGETS))) == pytest.approx(np.abs(TARGETS))


@pytest.mark.parametrize("activation", ["linear", "softplus"])
def test_unbounded_outputs_are_the_targets(activation):
    outputs = TargetScale.of(TARGETS[:2, :1], activation).outputs(TARGETS[:2, :1])
    assert outputs.tolist() == TARGETS[:2, :1].tolist()


def test_range_given_is_for_every_target():
    scale = TargetScale.of(TARGETS, "sigmoid", (-10, 40))
    assert scale.outputs(np.array([[-10.0, 40.0]])).tolist() == [[0, 1]]


def test_range_given_for_each_target():
    scale = TargetScale.of(TARGETS, "sigmoid", ([0, -5], [40, 5]))
    assert scale.outputs(np.array([[10.0, 0.0]])).tolist() == [[0.25, 0.5]]


@pytest.mark.parametrize("target_range", [(3, 3), (5, 1)])
def test_range_without_width(target_range):
    with pytest.raises(ValueError, match="has no width; under output_activation='tanh'"):
        TargetScale.of(TARGETS, "tanh", target_range)


def test_constant_target_has_no_width():
    with pytest.raises(ValueError, match="has no width"):
        TargetScale.of(np.ones((3, 1)), "sigmoid")


@pytest.mark.parametrize(
    ("activation", "target"), [("sigmoid", 5.0), ("sigmoid", 31.0), ("tanh", 5.0)]
)
def test_target_beyond_the_range(activation, target):
    scale = TargetScale.of(TARGETS[:, :1], activation)
    with pytest.raises(ValueError, match=f"beyond what output_activation='{activation}'"):
        scale.outputs(np.array([[target]]))


def test_negative_target_is_beyond_softplus():
    with pytest.raises(ValueError, match="y reaches from -1 to 3, beyond what"):
        TargetScale.of(TARGETS[:, 1:], "softplus").outputs(TARGETS[:, 1:])


def test_rounding_of_float32_is_not_beyond_the_range():
    scale = TargetScale.of(np.array([[0.1], [0.7]]), "sigmoid")
    scale.outputs(np.array([[0.1], [0.7]], dtype=np.float32))


def test_number_of_targets_may_not_change():
    with pytest.raises(ValueError, match="y has 1 targets, expected 2"):
        TargetScale.of(TARGETS, "linear").outputs(TARGETS[:, :1])
