"""Four-vectors as arrays of shape (4, …): energy, px, py, pz in GeV, any number of them at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating]

BEAM = np.array([[0.0], [0.0], [1.0]])


def from_collider(pt: ArrayLike, eta: ArrayLike, phi: ArrayLike) -> Floats:
    """Return massless four-vectors of shape (4, …)."""
    pt, eta, phi = np.broadcast_arrays(pt, eta, phi)
    return np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])


def transverse_momentum(p: Floats) -> Floats:
    """Return pT."""
    return np.sqrt(p[1] ** 2 + p[2] ** 2)


def pseudorapidity(p: Floats) -> Floats:
    """Return η; 0 without momentum."""
    pt = transverse_momentum(p)
    return np.arcsinh(np.divide(p[3], pt, out=np.zeros_like(pt), where=pt > 0))


def azimuth(p: Floats) -> Floats:
    """Return φ in [-π, π]."""
    return np.arctan2(p[2], p[1])


def invariant_mass(p: Floats) -> Floats:
    """Return √(E² - p²), and 0 where rounding makes the square negative."""
    return np.sqrt(np.maximum(p[0] ** 2 - p[1] ** 2 - p[2] ** 2 - p[3] ** 2, 0))


def boosted(p: Floats, frame: Floats) -> Floats:
    """Return `p`, given in the rest frame of the massive `frame`, as seen where `frame` moves."""
    mass = invariant_mass(frame)
    gamma, u = frame[0] / mass, frame[1:] / mass
    along = u[0] * p[1] + u[1] * p[2] + u[2] * p[3]
    momentum = p[1:] + u * (along / (gamma + 1) + p[0])
    return np.concatenate([(gamma * p[0] + along)[np.newaxis], momentum])


def direction(p: Floats) -> Floats:
    """Return the unit vector, of shape (3, …), along which `p` flies."""
    return p[1:] / np.sqrt(p[1] ** 2 + p[2] ** 2 + p[3] ** 2)


def seen_from(p: Floats, frame: Floats) -> Floats:
    """Return `p` in the rest frame of `frame`: the inverse of ``boosted``."""
    return boosted(p, np.concatenate([frame[:1], -frame[1:]]))


def two_body_decay(
    parent: Floats,
    masses: tuple[ArrayLike, ArrayLike],
    cosine: Floats,
    phi: Floats,
    axis: Floats = BEAM,
) -> tuple[Floats, Floats]:
    """Return the two products of a decay, whose four-vectors add up to that of `parent`.

    Parameters
    ----------
    parent : ndarray of shape (4, n)
        Massive, and heavier than the products.
    masses : tuple of two array-like of shape (n,) or ()
        Of the first and the second product.
    cosine, phi : ndarray of shape (n,)
        Polar and azimuthal angle of the first product in the rest frame of `parent`.
    axis : ndarray of shape (3, n) or (3, 1), default=BEAM
        The unit vector in the rest frame of `parent` that `cosine` is measured from.

    Returns
    -------
    first, second : ndarray of shape (4, n)
    """
    momentum = _break_up_momentum(invariant_mass(parent), *masses)
    energy = np.sqrt(momentum**2 + np.square(masses[0]))
    at_rest = np.concatenate([energy[np.newaxis], momentum * _around(axis, cosine, phi)])
    first = boosted(at_rest, parent)
    return first, parent - first


def _break_up_momentum(mass: Floats, first: ArrayLike, second: ArrayLike) -> Floats:
    # Källén's function, factorised, which is exact near the threshold.
    first, second = np.asarray(first), np.asarray(second)
    product = (mass - first - second) * (mass + first + second)
    product *= (mass - first + second) * (mass + first - second)
    return np.sqrt(np.maximum(product, 0)) / (2 * mass)


def _around(axis: Floats, cosine: Floats, phi: Floats) -> Floats:
    """Return the unit vectors at the angles `cosine` and `phi` about `axis`."""
    # The orthonormal basis of Duff et al., J. Comput. Graph. Tech. 6, 1 (2017), needs no branch.
    x, y, z = axis
    sign = np.copysign(1.0, z)
    a = -1 / (sign + z)
    b = x * y * a
    sine = np.sqrt(np.maximum(1 - cosine**2, 0))
    u, v = sine * np.cos(phi), sine * np.sin(phi)
    return np.stack(
        [
            cosine * x + u * (1 + sign * x * x * a) + v * b,
            cosine * y + u * sign * b + v * (sign + y * y * a),
            cosine * z - u * sign * x - v * y,
        ]
    )
