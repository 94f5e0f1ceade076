"""How many quarks and gluons of a momentum fraction x a fast proton has: a rough parametrisation.

No fit to data: the powers of x and 1 - x have the size that such fits give at scales of some
hundred GeV, and those of the gluon and the sea were chosen for the full simulation's spectra of tt̄.
For tt̄ at 8 TeV, x from 0.02 to 0.3 matters.
"""

from skpnn.datasets._ttbar_four_vectors import Floats


def quark_luminosity(x1: Floats, x2: Floats) -> Floats:
    """Return x1 q(x1) · x2 q̄(x2) + x1 q̄(x1) · x2 q(x2), summed over u and d."""
    return _quarks(x1) * _antiquarks(x2) + _antiquarks(x1) * _quarks(x2)


def gluon_luminosity(x1: Floats, x2: Floats) -> Floats:
    """Return x1 g(x1) · x2 g(x2)."""
    return _gluons(x1) * _gluons(x2)


def _quarks(x: Floats) -> Floats:
    # The factors of the valence quarks follow from the sum rules: two u and one d.
    up = 3.44 * x**0.6 * (1 - x) ** 4
    down = 1.93 * x**0.6 * (1 - x) ** 5
    return up + down + 2 * _antiquarks(x)


def _antiquarks(x: Floats) -> Floats:
    # ū, and d̄ as many.
    return 0.1 * x**-0.4 * (1 - x) ** 7


def _gluons(x: Floats) -> Floats:
    # Near a tenth, where tt̄ is made, x g(x) falls about as 1 / x.
    return 0.65 * x**-0.5 * (1 - x) ** 5
