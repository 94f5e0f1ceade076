"""The gallery's PNN from a ROOT file: the AUC at each mass, and robust scaling."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

AUC = [0.677, 0.841, 0.921, 0.951, 0.963]


@pytest.fixture
def found(numbers):
    return numbers("plot_pnn_from_root")


def test_auc_at_each_mass_is_that_of_the_shipped_sample(found):
    auc = [found["auc"][mass] for mass in ("500", "750", "1000", "1250", "1500")]
    np.testing.assert_allclose(auc, AUC, atol=0.02)


def test_heavier_particles_are_easier_to_see(found):
    assert (np.diff(list(found["auc"].values())) > 0).all()


def test_rate_decays_with_the_step(found):
    assert found["n_steps"] == 3330
    # Keras reads the rate after the step is counted.
    assert found["learning_rates"][-1] == pytest.approx(0.05 / (1 + 1e-3 * 3330), rel=1e-3)


def test_verbose_prints_nothing_a_growing_bar_or_two_lines_per_epoch(found):
    assert found["lines_printed"]["0"] == 0
    assert found["lines_printed"]["2"] == 4
    assert found["lines_printed"]["1"] > 4


def test_outliers_move_the_bulk_under_standard_scaler_only(found):
    widths = found["interquartile_range"]
    assert widths["RobustScaler"] == pytest.approx(1)
    assert widths["StandardScaler"] < 0.2


def test_clipped_after_robust_scaler_outliers_cost_little(found):
    auc, without = found["mean_auc"], np.mean(list(found["auc"].values()))
    assert auc["RobustScaler, clipped"] > max(auc["StandardScaler"], auc["RobustScaler"])
    assert auc["RobustScaler, clipped"] == pytest.approx(without, abs=0.02)
