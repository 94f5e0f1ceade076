"""
Radial basis functions
======================

Gaussian bumps at fixed places, each with a weight: such a curve is linear in its weights, so that
their best values have a closed form. Here they are fitted to the eleven points of
:ref:`sphx_glr_gallery_plot_parametric_curve.py` in closed form and by gradient steps, which
agree. As many bumps as points fit the noise, unless a penalty holds them. A three-layer network,
whose bumps may move, is the comparison.
"""

# %%
# The data
# --------
# Eleven points of :math:`f(x) = 5\,e^{-2x} + 3/2`, with a Gaussian error of 0.5.

import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.preprocessing import StandardScaler

from skpnn import CurveRegressor, MLPRegressor

NOISE = 0.5

x = np.arange(11) / 10
y = 5 * np.exp(-2 * x) + 1.5 + np.random.RandomState(1234).normal(0, NOISE, 11)
X = x[:, np.newaxis]
grid = np.linspace(0, 1, 201)[:, np.newaxis]
truth = 5 * np.exp(-2 * grid[:, 0]) + 1.5


def distance_from_truth(predictions):
    """Return the root of the mean square distance of a curve on the grid from the truth."""
    return float(np.sqrt(np.mean((predictions - truth) ** 2)))


# %%
# In closed form
# --------------
# Four bumps :math:`\varphi_j(x) = \exp(-(x - c_j)^2 / 2s^2)` have their centres from 0 to 1 and a
# common width :math:`s`. The curve is :math:`g(x) = \sum_j w_j \varphi_j(x)`. The sum of squares is
# least at :math:`w = (\Phi^\mathsf{T}\Phi)^{-1}\Phi^\mathsf{T} y`, with
# :math:`\Phi_{ij} = \varphi_j(x_i)`. That is linear regression on the bumps.

WIDTH = 0.2
centres = np.linspace(0, 1, 4)


def bumps(X, centres=centres):
    """Return Φ, a row for each x and a column for each bump."""
    return np.exp(-((X - centres) ** 2) / (2 * WIDTH**2))


closed_form = LinearRegression(fit_intercept=False).fit(bumps(X), y)
w_closed_form = closed_form.coef_
print(f"closed form: w = {w_closed_form.round(4)}")

# %%
# By gradient steps
# -----------------
# The same curve, written with ``keras.ops``, for :class:`skpnn.CurveRegressor`: x of shape (n, 1)
# less the four centres has the shape (n, 4). The loss is a parabola in w. Full-batch Adam slides to
# its bottom, and finds the same weights, but for rounding.


def curve(x, p):
    """Return the sum of the bumps, p their weights."""
    return ops.sum(p * ops.exp(-((x - centres) ** 2) / (2 * WIDTH**2)), axis=1)


by_gradient = CurveRegressor(curve, np.zeros(4), learning_rate=0.3, epochs=700).fit(X, y)
w_by_gradient = by_gradient.p_
largest_difference = float(np.abs(w_by_gradient - w_closed_form).max())
print(f"by gradient: w = {w_by_gradient.round(4)}")
print(f"largest difference: {largest_difference:.1e}")

# %%
# Their errors agree as well: for a linear curve, the inverse Hessian is the textbook's
# :math:`s^2 (\Phi^\mathsf{T}\Phi)^{-1}`.

residuals = y - closed_form.predict(bumps(X))
errors_closed_form = np.sqrt(
    np.diag(np.linalg.inv(bumps(X).T @ bumps(X))) * (residuals @ residuals) / (len(x) - 4)
)
errors_by_gradient = by_gradient.p_std_
print(f"errors: {errors_closed_form.round(4)} and {errors_by_gradient.round(4)}")

# %%
# As many bumps as points
# -----------------------
# Eleven bumps go through all eleven points, and swing between them: the sum of squares is zero, and
# the weights are in the thousands. Ridge regression, :math:`w = (\Phi^\mathsf{T}\Phi +
# \lambda)^{-1}\Phi^\mathsf{T} y`, keeps them small, and the curve near the truth.

PENALTY = 0.1
one_each = LinearRegression(fit_intercept=False).fit(bumps(X, x), y)
ridge = Ridge(PENALTY, fit_intercept=False).fit(bumps(X, x), y)

largest_weights = {
    "eleven bumps": float(np.abs(one_each.coef_).max()),
    "eleven bumps, ridge": float(np.abs(ridge.coef_).max()),
}
print(largest_weights)

# %%
# A three-layer network
# ---------------------
# Inputs, four tanh units, an output. Its steps take the place of bumps, and training moves and
# widens them: 13 weights for the four of the bumps, and no closed form.

network = TransformedTargetRegressor(
    MLPRegressor(
        4,
        "tanh",
        learning_rate=0.03,
        batch_size=None,
        epochs=400,
        dtype="float64",
        random_state=0,
    ),
    transformer=StandardScaler(),
).fit(X, y)

# %%
# Side by side
# ------------
# All four curves on the data that they were fitted to, and on the truth that they never saw.

curves = {
    "four bumps, closed form": (
        closed_form.predict(bumps(X)),
        closed_form.predict(bumps(grid)),
    ),
    "four bumps, by gradient": (by_gradient.predict(X), by_gradient.predict(grid)),
    "eleven bumps": (one_each.predict(bumps(X, x)), one_each.predict(bumps(grid, x))),
    "eleven bumps, ridge": (ridge.predict(bumps(X, x)), ridge.predict(bumps(grid, x))),
    "network 1-4-1": (network.predict(X), network.predict(grid)),
}
sums_of_squares = {name: float(np.sum((at_x - y) ** 2)) for name, (at_x, _) in curves.items()}
distances = {name: distance_from_truth(on_grid) for name, (_, on_grid) in curves.items()}
n_network_weights = sum(w.size for w in network.regressor_.weights_)

print(f"{'':24}  sum of squares   distance from truth")
for name in curves:
    print(f"{name:24}  {sums_of_squares[name]:14.3f}   {distances[name]:19.3f}")

# %%
# The bumps, each times its weight, add up to the curve on the left. On the right, the curve through
# all points is the one farthest from the truth.

fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True, layout="constrained")
for ax in axes:
    ax.errorbar(x, y, NOISE, fmt="ko", markersize=4, label="data")
    ax.plot(grid, truth, "k--", label="truth")
    ax.set(xlabel="x")
axes[0].plot(grid, w_by_gradient * bumps(grid), color="C7", linewidth=0.8)
axes[0].plot(grid, curves["four bumps, closed form"][1], "C0", linewidth=4, alpha=0.4)
axes[0].plot(grid, curves["four bumps, by gradient"][1], "C1", linewidth=1.2)
labels = {"C0": "closed form", "C1": "by gradient", "C7": "the bumps"}
for colour, label in labels.items():
    axes[0].plot([], [], colour, label=label)
axes[0].set(ylabel="y", title="Four radial basis functions")
axes[0].legend(loc="upper right")
for number, name in enumerate(("eleven bumps", "eleven bumps, ridge", "network 1-4-1")):
    axes[1].plot(grid, curves[name][1], f"C{number + 2}", label=name)
axes[1].set(title="Eleven of them, and a network", ylim=(-0.5, 9))
axes[1].legend(loc="upper right")
plt.show()
