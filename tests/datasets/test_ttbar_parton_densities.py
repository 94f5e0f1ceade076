import numpy as np
import pytest
import scipy.integrate

from skpnn.datasets._ttbar_parton_densities import (
    _antiquarks,
    _gluons,
    _quarks,
    gluon_luminosity,
    quark_luminosity,
)

X1, X2 = np.array([0.03, 0.1, 0.5]), np.array([0.2, 0.1, 0.04])


def integral(density):
    return scipy.integrate.quad(density, 0, 1)[0]


def test_a_proton_has_three_valence_quarks():
    # All but what pairs of quark and antiquark there are, of two flavours.
    number = integral(lambda x: (_quarks(x) - 2 * _antiquarks(x)) / x)
    assert number == pytest.approx(3, rel=5e-3)


def test_partons_carry_no_more_than_the_momentum_of_the_proton():
    assert 0.7 < integral(lambda x: _quarks(x) + 2 * _antiquarks(x) + _gluons(x)) < 1


@pytest.mark.parametrize("luminosity", [quark_luminosity, gluon_luminosity])
def test_protons_are_alike(luminosity):
    np.testing.assert_allclose(luminosity(X1, X2), luminosity(X2, X1))
    assert (luminosity(X1, X2) > 0).all()
