"""
A parametric curve by gradient steps
====================================

A formula with three numbers in it needs no network: its parameters are the weights. Automatic
differentiation gives their gradients, and any Keras optimizer moves them. Eleven noisy points of an
exponential show both ends of that: a few epochs of large steps, one event at a time, that wander
about the minimum; and small steps on all events, that end in the minimum that ``scipy`` finds, with
the same errors.
"""

# %%
# The data
# --------
# The truth is :math:`f(x) = 5\,e^{-2x} + 3/2`, measured at :math:`x = 0, 0.1, \dots, 1` with a
# Gaussian error of 0.5.

import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from scipy.optimize import curve_fit

from skpnn import CurveRegressor

NOISE = 0.5
TRUTH = (5.0, 2.0, 1.5)

x = np.arange(11) / 10
y = TRUTH[0] * np.exp(-TRUTH[1] * x) + TRUTH[2] + np.random.RandomState(1234).normal(0, NOISE, 11)
X = x[:, np.newaxis]

# %%
# The curve
# ---------
# The model is :math:`g(x) = p_1\,e^{-p_2 x} + p_3`, written with ``keras.ops``, so that Keras can
# differentiate it.


def curve(x, p):
    """Return g at x."""
    return p[0] * ops.exp(-p[1] * x) + p[2]


# %%
# A callback notes the parameters after each epoch, as we want to see them move.


class Path(keras.callbacks.Callback):
    """Notes the parameters, epoch by epoch."""

    def __init__(self):
        super().__init__()
        self.points = []

    def on_epoch_end(self, _epoch, _logs=None):
        self.points.append(self.model.get_weights()[0])


# %%
# One event at a time
# -------------------
# Adam with a rate of 1, for 20 epochs: 220 steps, each down the gradient of one event's error. The
# steps get as far as the noise of single events lets them, and no further. The fit says so itself:
# it warns that it is a standard deviation away from the minimum, and leaves its errors infinite.
# Here that is what we came to see, so the warning is printed like any other result.

p0 = [1.0, 1.0, 1.0]
by_event_path = Path()
with warnings.catch_warnings(record=True, action="always") as told:
    by_event = CurveRegressor(
        curve,
        p0,
        optimizer="adam",
        learning_rate=1.0,
        learning_rate_schedule="constant",
        batch_size=1,
        epochs=20,
        callbacks=by_event_path,
        random_state=0,
    ).fit(X, y)

p_by_event = by_event.p_
n_steps_by_event = by_event.n_iter_ * len(x)
print(f"{n_steps_by_event} steps, p = {p_by_event.round(3)}")
print(*(warning.message for warning in told))

# %%
# To convergence
# --------------
# From there, all events in each step, and a rate that a cosine takes down to zero: nothing is left
# to make the parameters wander.

EPOCHS = 300
path = Path()
converged = CurveRegressor(curve, p_by_event, learning_rate=0.3, epochs=EPOCHS, callbacks=path).fit(
    X, y
)

p_converged = converged.p_
errors = converged.p_std_
for name, value, error, true in zip(("p1", "p2", "p3"), p_converged, errors, TRUTH, strict=True):
    print(f"{name} = {value:.3f} ± {error:.3f}, truth {true}")

# %%
# The same by SciPy
# -----------------
# ``scipy.optimize.curve_fit`` (Levenberg and Marquardt's algorithm) knows that the loss is a sum of
# squares. It arrives in a few steps, at the same parameters: the difference is far below an error.

p_scipy, covariance_scipy = curve_fit(lambda x, p1, p2, p3: p1 * np.exp(-p2 * x) + p3, x, y, p0=p0)
errors_scipy = np.sqrt(np.diag(covariance_scipy))
differences_in_errors = np.abs(p_converged - p_scipy) / errors_scipy
print(f"differences, in errors: {differences_in_errors}")

# %%
# ``covariance_`` comes from the Hessian of the sum of squares, by automatic differentiation, too.
# SciPy leaves out the curvature of :math:`g` itself, which hardly shows here.

ratios_of_errors = errors / errors_scipy
ratios_of_covariances = converged.covariance_ / covariance_scipy
print(f"errors over SciPy's: {ratios_of_errors.round(4)}")

# %%
# Both fits
# ---------
# The band is one standard deviation of the curve, :math:`\sigma_g^2 = \nabla_p g^\mathsf{T}\, V\,
# \nabla_p g`, with :math:`V` the covariance of the parameters. The truth stays within it for most
# of the way, as it should.

grid = np.linspace(0, 1, 201)
slopes = np.column_stack(
    [
        np.exp(-p_converged[1] * grid),
        -p_converged[0] * grid * np.exp(-p_converged[1] * grid),
        np.ones_like(grid),
    ]
)
sigma = np.sqrt(np.einsum("ni,ij,nj->n", slopes, converged.covariance_, slopes))
fit = converged.predict(grid[:, np.newaxis])

fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
ax.fill_between(grid, fit - sigma, fit + sigma, color="C0", alpha=0.2, label="one σ of the fit")
ax.plot(grid, TRUTH[0] * np.exp(-TRUTH[1] * grid) + TRUTH[2], "k--", label="truth")
ax.plot(grid, fit, "C0", label=f"all events, {EPOCHS} epochs")
ax.plot(grid, by_event.predict(grid[:, np.newaxis]), "C1", label="one event at a time, 20 epochs")
ax.errorbar(x, y, NOISE, fmt="ko", label="data")
ax.set(xlabel="x", ylabel="y", title="Eleven points of an exponential")
ax.legend()

# %%
# The way there
# -------------
# Event by event, the parameters leap about: :math:`p_2` shoots to 9 first. On all events they
# glide, and arrive.

fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
for ax, points, title in (
    (axes[0], [p0, *by_event_path.points], "One event at a time, rate 1"),
    (axes[1], [p_by_event, *path.points], "All events, decaying rate"),
):
    for number, values in enumerate(np.transpose(points)):
        ax.plot(values, f"C{number}", label=f"$p_{number + 1}$")
        ax.axhline(p_scipy[number], color=f"C{number}", linestyle=":")
    ax.set(xlabel="epoch", title=title)
axes[0].set(ylabel="parameter (dotted: SciPy)", xticks=range(0, 21, 5))
axes[1].legend(loc="upper right")
plt.show()
