"""
Half a sine, step by step
=========================

The smallest network that is worth a picture: one input, eight sigmoid units, one output, fitted to
40 noisy points of a sine. It is small enough to know every number in it. So it shows how a
learning rate for a *sum* of squares translates to the *mean* that Keras minimises, what Adam does
better than gradient descent, what happens beyond the largest stable learning rate, and why the
first layer waits for the second.
"""

# %%
# The data
# --------
# Half a period with noise of 0.05. Targets of mean 0 and variance 1 suit a network. A
# ``RandomState`` draws what ``np.random.seed`` would make NumPy's own functions draw.

import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np

from skpnn import MLPRegressor
from skpnn.exceptions import DivergenceWarning

rng = np.random.RandomState(1234)
x = np.linspace(0, 0.5, 40)
sine = np.sin(2 * np.pi * x) + rng.normal(0, 0.05, 40)
t = (sine - sine.mean()) / sine.std()
X = x[:, np.newaxis]

# %%
# The network
# -----------
# The network is :math:`y(x) = \sum_{j=1}^8 V_j\, \sigma(W_j x + b_j) + b_0`. All its weights start
# as draws from N(0, 1). ``initial_weights`` takes them in Keras' order: kernel and bias of the
# hidden layer, kernel and bias of the output.

rng = np.random.RandomState(1234)
W, V, b = rng.normal(size=(3, 8))
b0 = rng.normal(size=1)
initial_weights = [W[np.newaxis, :], b, V[:, np.newaxis], b0]

# %%
# From the sum to the mean
# ------------------------
# A textbook minimises the sum of squares, :math:`S = \sum_n (y(x_n) - t_n)^2`, with steps
# :math:`-\eta\,\nabla S`. ``MLPRegressor`` minimises the mean, :math:`S/N`, whose gradient is
# :math:`N` times smaller. Two rules translate:
#
# - gradient descent takes the same steps with :math:`\eta_\mathrm{mean} = N\,\eta_\mathrm{sum}`;
# - Adam divides the gradient by its own size, and so the factor drops out: :math:`\eta` stays.
#   Only :math:`\varepsilon`, which is added to that size, becomes
#   :math:`\varepsilon_\mathrm{mean} = \varepsilon_\mathrm{sum}/N`.
#
# With ``batch_size=None`` an epoch is one step on all events; a step with a rate of next to nothing
# leaves the network as it started.

N = len(x)
STEPS = 2000


def fit(optimizer, *, steps=STEPS, weights=initial_weights, **arguments):
    """Return a network after full-batch steps in double precision."""
    network = MLPRegressor(
        8,
        "sigmoid",
        initial_weights=weights,
        optimizer=optimizer,
        learning_rate_schedule="constant",
        batch_size=None,
        epochs=steps,
        dtype="float64",
        random_state=0,
        **arguments,
    )
    return network.fit(X, t)


def sums_of_squares(network):
    """Return S at the start and after each step but the last: the history holds means."""
    return N * np.array(network.history_["loss"])


def sum_of_squares(network):
    """Return S of a network as it is now."""
    return float(((network.predict(X) - t) ** 2).sum())


untrained = fit("sgd", momentum=0.0, learning_rate=1e-30, steps=1)
descent = fit("sgd", momentum=0.0, learning_rate=N * 0.01)
adam = fit(keras.optimizers.Adam(0.05, epsilon=1e-6 / N))

start = sum_of_squares(untrained)
after_descent = sum_of_squares(descent)
after_adam = sum_of_squares(adam)
print(f"sum of squares at the start          {start:.8f}")
print(f"after {STEPS} steps of gradient descent {after_descent:.6f}")
print(f"after {STEPS} steps of Adam             {after_adam:.6f}")

# %%
# The numbers are those of ten lines of NumPy, with the same weights and
# :math:`\eta_\mathrm{sum} = 0.01`. The one freedom left is where Adam's :math:`\varepsilon` stands:
# Keras adds it before the second moment is corrected for its start at zero, the textbook after.
# That moves the sum of squares by about two millionths. Keras keeps rates and the history of losses
# in single precision, which moves them by less than a ten-millionth.
#
# Gradient descent begins badly. Its rate is a little too large for the start, so that the loss
# rises thirtyfold before it falls. That leaves all eight units near the lower end of their
# sigmoids, where slopes are small, and the loss creeps.

first_losses = sums_of_squares(descent)[1:21].tolist()
print(np.array(first_losses).round(4))

# %%

colours = {"gradient descent": "#D55E00", "Adam": "#0072B2"}
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained")
left.plot(x, t, "o", color="0.6", label="data")
for name, network in [("gradient descent", descent), ("Adam", adam)]:
    left.plot(x, network.predict(X), color=colours[name], label=name)
    right.loglog(np.arange(1, STEPS), sums_of_squares(network)[1:], color=colours[name], label=name)
right.axhline(start, color="0.6", linestyle=":", label="at the start")
left.set(xlabel="$x$", ylabel="standardised target $t$", title="After 2,000 steps")
right.set(xlabel="step", ylabel="sum of squares", title="On the way")
left.legend()
right.legend()
plt.show()

# %%
# Ten times the learning rate
# ---------------------------
# At :math:`\eta_\mathrm{sum} = 0.1` the first steps throw all eight units into the flat part of
# their sigmoids, at zero. Only :math:`b_0` still moves. The loss is a parabola in it, of curvature
# :math:`2N = 80`, and a step multiplies its distance from the minimum by
# :math:`1 - 80 \cdot 0.1 = -7`. So the loss grows by :math:`7^2 = 49` at every step, until it
# overflows. Any rate above :math:`2/80 = 0.025` would do this to :math:`b_0`.
#
# skpnn then stops, keeps the last finite weights, and says so.

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", DivergenceWarning)
    diverged = fit("sgd", momentum=0.0, learning_rate=N * 0.1, steps=300)

losses = sums_of_squares(diverged)
steps_until_overflow = len(losses)
growth = float(losses[20] / losses[19])
n_divergence_warnings = len(caught)
predicts_finite = bool(np.isfinite(diverged.predict(X)).all())
print(f"growth per step {growth:.4f}, stopped in step {steps_until_overflow}")
print(caught[0].message)

# %%

figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
finite = losses[np.isfinite(losses)]
ax.semilogy(finite, color="#D55E00", label=r"$\eta_{\mathrm{sum}} = 0.1$")
calm = sums_of_squares(descent)[: len(finite)]
ax.semilogy(calm, color="#0072B2", label=r"$\eta_{\mathrm{sum}} = 0.01$")
ax.set(xlabel="step", ylabel="sum of squares", title="A learning rate too large")
ax.legend()
plt.show()

# %%
# The first layer waits for the second
# ------------------------------------
# The gradient of :math:`W_j` has a factor :math:`V_j`: errors reach the first layer through the
# second. Where :math:`V = 0`, the first step moves :math:`V` and :math:`b_0` alone, and leaves
# :math:`W` as it is, to the last bit. The second step, now that :math:`V` is not zero any more,
# moves :math:`W` too.

start_at_zero = [W[np.newaxis, :], b, np.zeros((8, 1)), b0]
moves = {}
for steps in (1, 2):
    moved = fit("sgd", momentum=0.0, learning_rate=N * 0.01, steps=steps, weights=start_at_zero)
    moves[f"W, step {steps}"] = float(np.abs(moved.weights_[0] - W).max())
    moves[f"V, step {steps}"] = float(np.abs(moved.weights_[2]).max())
print("largest move from the start:", moves)
