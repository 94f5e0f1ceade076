"""
Regression networks: targets, outputs and losses
================================================

A regression network has one output unit per target. What else is chosen follows from the targets:
the activation of the output from the values that they can take, the loss from how they scatter.
Three small measurements show each choice: a damped oscillator with one and with three targets,
targets that cannot leave an interval, and a calibration with outliers.
"""

# %%
# One target
# ----------
# The position of a damped oscillator, measured with a resolution of 0.05. Nothing bounds a position
# and the scatter is Gaussian: a linear output and the mean squared error, which are the defaults.

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import skpnn

rng = np.random.default_rng(0)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#767676"

n_measured, resolution = 500, 0.05
damping, frequency = 0.5, 4.0
time = np.sort(rng.uniform(0, 4, n_measured))


def oscillator(time):
    """Return position, velocity and energy, each scaled to order one."""
    position = np.exp(-damping * time) * np.cos(frequency * time)
    momentum = -np.exp(-damping * time) * np.sin(frequency * time)
    velocity = momentum - damping / frequency * position
    return np.column_stack([position, velocity, position**2 + velocity**2])


truth = oscillator(time)
measured = truth + rng.normal(0, resolution, truth.shape)

settings = {"learning_rate": 0.01, "batch_size": 25, "epochs": 48, "random_state": 0}
X = time[:, np.newaxis] / 2 - 1  # networks want inputs around 0
one_target = skpnn.MLPRegressor(**settings).fit(X, measured[:, 0])

# %%
# Many targets
# ------------
# Position, velocity and energy of the same oscillator: three columns of y, three output units on
# shared hidden layers. Nothing else changes.

many_targets = skpnn.MLPRegressor(**settings).fit(X, measured)

rms_one_target = float(np.sqrt(np.mean((one_target.predict(X) - truth[:, 0]) ** 2)))
rms_many_targets = np.sqrt(np.mean((many_targets.predict(X) - truth) ** 2, axis=0))
print(f"resolution of the measurements: {resolution}")
print(f"network of one target, from the truth: {rms_one_target:.3f}")
print(f"network of three targets: {rms_many_targets.round(3)}")

# %%
# The networks lie closer to the truth than the measurements that they learnt from: neighbours in
# time are averaged.

figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), sharex=True, layout="constrained")
predicted = many_targets.predict(X)
for column, name in enumerate(["position", "velocity", "energy"]):
    ax = axes[column]
    ax.plot(time, measured[:, column], ".", color="0.75", markersize=4, label="measured")
    ax.plot(time, truth[:, column], color="black", linewidth=1, label="truth")
    ax.plot(time, predicted[:, column], color=ORANGE, label="network of three targets")
    ax.set(xlabel="time (s)", ylabel=f"{name} (relative)")
axes[0].plot(time, one_target.predict(X), "--", color=BLUE, label="network of one target")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
plt.show()

# %%
# Outputs that cannot leave an interval
# -------------------------------------
# A count is never negative, an efficiency lies within [0, 1], an asymmetry within [−1, 1]. The
# activation of the output can see to that:
#
# - ``"softplus"``, :math:`\log(1 + e^z)`, is positive;
# - ``"sigmoid"`` and ``"tanh"`` stay within ``target_range``.
#
# The measurements below are made of counts, and scatter as counts do. Each is learnt with its own
# output and with a linear one, up to x = 1, and predicted up to x = 1.5.

x = rng.uniform(0, 1, n_measured)
decays = rng.poisson(20 * np.exp(-6 * x)) / 20
efficiency = 1 / (1 + np.exp(-20 * (x - 0.4)))
passed = rng.binomial(20, efficiency) / 20
asymmetry = 2 * rng.binomial(20, (1 + np.cos(2 * np.pi * x)) / 2) / 20 - 1

bounded = {
    "decay rate": (decays, {"output_activation": "softplus"}),
    "efficiency": (passed, {"output_activation": "sigmoid", "target_range": (0, 1)}),
    "asymmetry": (asymmetry, {"output_activation": "tanh", "target_range": (-1, 1)}),
}
fits = {
    name: {
        "linear": skpnn.MLPRegressor(**settings).fit(x[:, np.newaxis], y),
        output["output_activation"]: skpnn.MLPRegressor(**settings, **output).fit(
            x[:, np.newaxis], y
        ),
    }
    for name, (y, output) in bounded.items()
}

beyond = np.linspace(0, 1.5, 301)
curves = {
    f"{name}, {activation}": model.predict(beyond[:, np.newaxis])
    for name, models in fits.items()
    for activation, model in models.items()
}
ranges = {name: [float(curve.min()), float(curve.max())] for name, curve in curves.items()}
print(pd.DataFrame(ranges, index=["lowest", "highest"]).T.round(3))

# %%
# Where there are events all agree. Beyond them the linear outputs go on straight, to negative rates
# and efficiencies above 1.

figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
limits = {"decay rate": [0], "efficiency": [0, 1], "asymmetry": [-1, 1]}
for ax, (name, models) in zip(axes, fits.items(), strict=True):
    ax.plot(x, bounded[name][0], ".", color="0.75", markersize=4)
    for limit in limits[name]:
        ax.axhline(limit, color=GREY, linewidth=1, linestyle=":")
    for activation, colour in zip(models, [BLUE, ORANGE], strict=True):
        ax.plot(beyond, curves[f"{name}, {activation}"], color=colour, label=activation)
    ax.axvspan(1, 1.5, color="0.95", zorder=0)
    ax.set(xlabel="x", ylabel=name, xlim=(0, 1.5))
    ax.legend(loc={"decay rate": "upper right", "efficiency": "center right"}.get(name, "best"))
plt.show()

# %%
# Relu at the output would do for positive targets as well, but where it is 0 so is its gradient: a
# network that starts there stays there. So ``MLPRegressor`` offers the soft one. Whoever wants relu
# builds the network with Keras and starts it above 0:


def network_with_relu_output():
    """Return a network with hidden layers as above, whose output starts near 1."""
    return keras.Sequential(
        [
            keras.layers.Input((1,)),
            *[keras.layers.Dense(32, activation="relu") for _ in range(3)],
            keras.layers.Dense(1, activation="relu", bias_initializer="ones"),
        ]
    )


relu = skpnn.KerasRegressor(
    network_with_relu_output,
    loss="mean_squared_error",
    optimizer="adam",
    optimizer__learning_rate=0.005,
    batch_size=25,
    epochs=48,
    verbose=0,
    random_state=0,
).fit(x[:, np.newaxis], decays)
lowest_of_relu = float(relu.predict(beyond[:, np.newaxis]).min())
print(f"lowest decay rate with a relu output: {lowest_of_relu:.3f}")

# %%
# Outliers
# --------
# A calorimeter is calibrated. One event in ten has energy of another collision on top: an outlier,
# always to one side. The squared error gives a deviation that is ten times as large a hundred times
# the loss, so the outliers pull the curve up. The absolute error gives it ten times the loss: the
# median, which does not care how far away an outlier is. Huber's loss is a parabola near 0, smooth
# as the first, and goes on as a line, robust as the second; ``huber_delta`` is where it changes.


class LossSeen(keras.callbacks.Callback):
    """Keeps the name of the loss that a network trains on."""

    def on_train_begin(self, logs=None):
        self.loss = self.model.loss.name


signal = rng.uniform(0, 1, n_measured)
is_outlier = rng.random(n_measured) < 0.1
pile_up = np.where(is_outlier, rng.exponential(2, n_measured), 0)


def energy(signal):
    """Return the true energy (in units of 100 GeV) of a calorimeter's signal."""
    return signal + 0.3 * signal**2


calibrated = energy(signal) + rng.normal(0, resolution, n_measured) + pile_up

seen, calibrations = {}, {}
for loss in ("squared_error", "absolute_error", "huber"):
    seen[loss] = LossSeen()
    network = skpnn.MLPRegressor(loss=loss, huber_delta=0.1, callbacks=seen[loss], **settings)
    calibrations[loss] = network.fit(signal[:, np.newaxis], calibrated)

grid = np.linspace(0, 1, 201)
rms_with_outliers = {
    loss: float(np.sqrt(np.mean((network.predict(grid[:, np.newaxis]) - energy(grid)) ** 2)))
    for loss, network in calibrations.items()
}
for loss, rms in rms_with_outliers.items():
    print(f"{loss:<15}{rms:.3f} from the truth")

# %%

figure, ax = plt.subplots(figsize=(6.8, 4.4), layout="constrained")
ax.plot(signal, calibrated, ".", color="0.75", markersize=4, label="measured")
ax.plot(grid, energy(grid), color="black", linewidth=1, label="truth")
styles = {"squared_error": (ORANGE, "-"), "absolute_error": (BLUE, "-"), "huber": (GREEN, "--")}
for loss, (colour, line) in styles.items():
    curve = calibrations[loss].predict(grid[:, np.newaxis])
    ax.plot(grid, curve, color=colour, linestyle=line, label=loss.replace("_", " "))
ax.set(xlabel="signal (V)", ylabel="energy (100 GeV)", ylim=(-0.2, 3), xlim=(0, 1))
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %%
# What was built
# --------------
# ``model_`` is the network as Keras has it, ``layers[-1]`` its output. The loss is known to the
# network in training, where the callback above looked it up.


def output_of(estimator):
    """Return number of units and activation of the output layer, as built."""
    output = estimator.model_.layers[-1]
    return {"units": output.units, "activation": output.activation.__name__}


built = {"one target": output_of(one_target), "three targets": output_of(many_targets)}
built |= {name: output_of(list(models.values())[1]) for name, models in fits.items()}
built["decay rate, Keras"] = output_of(relu)
losses_seen = {loss: callback.loss for loss, callback in seen.items()}
print(pd.DataFrame(built).T)
for asked, name in losses_seen.items():
    print(f"loss={asked!r} is Keras' {name}")
