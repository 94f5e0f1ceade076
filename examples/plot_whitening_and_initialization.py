r"""
Whitening, and where weights start
==================================

Three things that decide a training before its first step. Features that are correlated or of
unequal size make the loss a narrow valley; whitening makes it round. Weights too small or too large
silence a deep network or saturate it; the right variance passes signals on unchanged. And weights
that start equal stay equal for ever.
"""

# %%
# Whitening
# ---------
# Two features are nearly the same number, and the class is in their difference. A principal
# component analysis with ``whiten=True`` turns them into uncorrelated features of variance 1. (In
# front of a parametrised network, ``skpnn.on_features(PCA(whiten=True))`` keeps :math:`\theta` out
# of the rotation.) The condition number of the covariance, the ratio of its largest to its smallest
# eigenvalue, says how narrow the valley is: gradient descent needs steps in proportion to it.

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skpnn import MLPClassifier, MLPRegressor

rng = np.random.default_rng(0)
common, difference = rng.normal(size=(2, 2000))
X = np.column_stack([common + 0.05 * difference, common - 0.05 * difference])
y = (difference + 0.3 * rng.normal(size=2000) > 0).astype(int)

preparations = {"scaled": StandardScaler(), "whitened": PCA(whiten=True)}
condition = {
    name: float(np.linalg.cond(np.cov(preparation.fit_transform(X).T)))
    for name, preparation in preparations.items()
}
print("condition number of the covariance:", condition)


def trained_behind(preparation):
    """Return a pipeline, trained by gradient descent at a constant rate."""
    network = MLPClassifier(
        16,
        "tanh",
        optimizer="sgd",
        momentum=0.0,
        learning_rate=0.1,
        learning_rate_schedule="constant",
        batch_size=50,
        epochs=20,
        random_state=0,
    )
    return make_pipeline(preparation, network).fit(X, y)


pipelines = {name: trained_behind(preparation) for name, preparation in preparations.items()}
loss = {name: pipeline[-1].history_["loss"] for name, pipeline in pipelines.items()}
accuracy = {name: pipeline.score(X, y) for name, pipeline in pipelines.items()}
print("training accuracy after 20 epochs:", accuracy)

# %%

figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
for ax, (name, preparation) in zip(axes, preparations.items(), strict=False):
    shown = preparation.transform(X[:500])
    for label, colour in [(0, "#D55E00"), (1, "#0072B2")]:
        ax.plot(*shown[y[:500] == label].T, ".", markersize=4, color=colour, label=f"class {label}")
    ax.set(xlabel="first input", ylabel="second input", title=name.capitalize(), aspect="equal")
    ax.set(xlim=(-4, 4), ylim=(-4, 4))
axes[0].legend(loc="upper left")
for (name, values), style in zip(loss.items(), ["--", "-"], strict=True):
    axes[2].plot(np.arange(1, 21), values, style, color="#009E73", label=name)
axes[2].set(xlabel="epoch", ylabel="cross-entropy", title="Training", ylim=(0, None))
axes[2].legend()
plt.show()

# %%
# Signals through ten layers
# --------------------------
# A unit with :math:`M` inputs of variance 1 and weights of variance :math:`\sigma^2` has the sum
# :math:`u = \sum_i w_i x_i` of variance :math:`M\sigma^2`. To give :math:`u` the spread
# :math:`\sigma_u`, draw weights with :math:`\sigma = \sigma_u/\sqrt{M}`. With :math:`\sigma_u = 1`
# the sums stay where tanh is neither flat nor saturated. relu sets half of what it gets to zero,
# and halves the mean square; He's :math:`\sigma = \sqrt{2/M}` makes up for it.
#
# Ten hidden layers of 256 units show it. One step with a rate of next to nothing leaves the weights
# as they were drawn.

M = 256
noise = rng.normal(size=(500, M))


def variances(activation, sigma):
    """Return the variance of the sums u in each of ten hidden layers."""
    network = MLPRegressor(
        M,
        activation,
        depth=10,
        kernel_initializer=keras.initializers.RandomNormal(stddev=sigma),
        optimizer="sgd",
        momentum=0.0,
        learning_rate=1e-12,
        batch_size=None,
        epochs=1,
        random_state=0,
    )
    kernels = network.fit(noise, noise[:, 0]).weights_[:-2:2]
    found, signal = [], noise
    for kernel in kernels:
        sums = signal @ kernel
        found.append(float(sums.var()))
        signal = np.asarray(keras.activations.get(activation)(sums))
    return found


starts = {
    "tanh, σ = 0.01": ("tanh", 0.01),
    "tanh, σ = 1/√M": ("tanh", 1 / np.sqrt(M)),
    "tanh, σ = 1": ("tanh", 1.0),
    "relu, σ = 1/√M": ("relu", 1 / np.sqrt(M)),
    "relu, He: σ = √(2/M)": ("relu", np.sqrt(2 / M)),
}
variance_by_layer = {name: variances(*start) for name, start in starts.items()}
for name, found in variance_by_layer.items():
    print(f"{name:22} layer 1: {found[0]:9.3g}   layer 10: {found[-1]:9.3g}")

# %%

figure, ax = plt.subplots(figsize=(7.5, 4), layout="constrained")
styles = ["v--", "s--", "^--", "s-", "o-"]
for (name, found), style in zip(variance_by_layer.items(), styles, strict=True):
    colour = "#D55E00" if name.startswith("tanh") else "#0072B2"
    ax.semilogy(range(1, 11), found, style, color=colour, label=name)
ax.set(xlabel="hidden layer", ylabel="variance of the sums $u$")
ax.set_xticks(range(1, 11))
figure.legend(loc="outside right upper")
plt.show()

# %%
# Equal weights never separate
# ----------------------------
# Units that start with equal weights see equal inputs, put out equal values, receive equal errors
# and take equal steps. Eight of them, trained for 100 epochs, are one unit, however many weights
# they have. Random weights break the tie.

x = np.linspace(-1, 1, 200)[:, np.newaxis]
wave = np.sin(np.pi * x[:, 0])


def eight_units(initializer):
    """Return a network of eight hidden units after 100 epochs."""
    network = MLPRegressor(
        8,
        "tanh",
        kernel_initializer=initializer,
        learning_rate=0.02,
        batch_size=20,
        epochs=100,
        dtype="float64",
        random_state=0,
    )
    return network.fit(x, wave)


networks = {
    "equal": eight_units(keras.initializers.Constant(0.5)),
    "random": eight_units("glorot_uniform"),
}
spread_of_units = {name: float(np.ptp(one.weights_[0])) for name, one in networks.items()}
largest_move = float(np.abs(networks["equal"].weights_[0] - 0.5).max())
r2 = {name: one.score(x, wave) for name, one in networks.items()}
print("spread of the units' weights:", spread_of_units)
print("R²:", r2)

# %%

figure, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
ax.plot(x, wave, color="0.7", linewidth=4, label="target")
for (name, one), colour in zip(networks.items(), ["#D55E00", "#0072B2"], strict=True):
    ax.plot(x, one.predict(x), color=colour, label=f"{name} initial weights")
ax.set(xlabel="$x$", ylabel="$y$")
ax.legend()
plt.show()
