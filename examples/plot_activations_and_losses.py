"""
Activations, vanishing gradients and losses
===========================================

A network is bent by its activations and driven by the slope of its loss. This page draws both,
with their derivatives, and measures on a network of ten hidden layers what the derivatives decide:
under sigmoids, next to nothing of the error reaches the first layer; under relu, most of it does.
"""

# %%
# Activations and their derivatives
# ---------------------------------
# TensorFlow differentiates what Keras computes. The sigmoid's slope is at most 1/4, at zero, and
# vanishes at both ends. That of tanh reaches 1, but vanishes at the ends as well. The slope of relu
# is 1 for every positive input, however large.

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.datasets import make_moons

from skpnn import MLPClassifier

COLOURS = {"sigmoid": "#D55E00", "tanh": "#009E73", "relu": "#0072B2"}


def with_derivative(function, x):
    """Return a Keras function's values at `x` and its derivatives there."""
    x = tf.constant(x, "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y.numpy(), tape.gradient(y, x).numpy()


z = np.linspace(-5, 5, 1001)
largest_slope = {}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True, layout="constrained")
for name, colour in COLOURS.items():
    values, slopes = with_derivative(keras.activations.get(name), z)
    largest_slope[name] = float(slopes.max())
    left.plot(z, values, color=colour, label=name)
    right.plot(z, slopes, color=colour, label=name)
left.set(xlabel="input $z$", ylabel="activation $f(z)$", ylim=(-1.2, 2.2), title="Activations")
right.set(xlabel="input $z$", ylabel="derivative $f'(z)$", title="Their derivatives")
left.legend(loc="upper left")
plt.show()
print(largest_slope)

# %%
# Why gradients vanish
# --------------------
# Back-propagation multiplies the error by one slope per layer on its way to the first. With
# sigmoids that is a factor of at most 1/4 ten times over, and the weights only partly make up for
# it. Here are ten hidden layers of 32 units on two half-moons, with He's initial weights for all
# three activations. One step with a learning rate of next to nothing leaves them as they started.

X, y = make_moons(500, noise=0.1, random_state=0)
X = (X - X.mean(axis=0)) / X.std(axis=0)


def deep_network(activation, **arguments):
    """Return a fitted network of ten hidden layers."""
    network = MLPClassifier(
        32,
        activation,
        depth=10,
        kernel_initializer="he_normal",
        random_state=0,
        **arguments,
    )
    return network.fit(X, y)


def gradient_sizes(model):
    """Return the mean absolute gradient of each layer's kernel, from the first to the last."""
    with tf.GradientTape() as tape:
        probabilities = model(X.astype("float32"))[:, 0]
        loss = tf.reduce_mean(keras.losses.binary_crossentropy(y.astype("float32"), probabilities))
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    return [float(abs(gradient.numpy()).mean()) for gradient in tape.gradient(loss, kernels)]


sizes = {
    name: gradient_sizes(deep_network(name, epochs=1, learning_rate=1e-12).model_)
    for name in COLOURS
}
first_to_last = {name: of[0] / of[-1] for name, of in sizes.items()}
print({name: float(f"{ratio:.2g}") for name, ratio in first_to_last.items()})

# %%

figure, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
for name, of in sizes.items():
    ax.semilogy(range(1, 12), of, "o-", color=COLOURS[name], label=name)
ax.set(xlabel="layer (11 is the output)", ylabel="mean |gradient| of its weights")
ax.set_xticks(range(1, 12))
ax.legend(title="before training")
plt.show()

# %%
# What comes of it
# ----------------
# Trained alike by gradient descent, the relu network separates the moons, and the sigmoid network
# guesses: its first layers do not hear of their errors, and its last layer hears nothing of the
# moons. Adam divides each gradient by its own size, and so gets some way in spite of it.

accuracy = {
    f"{name}, {optimizer}": deep_network(
        name, optimizer=optimizer, learning_rate=rate, batch_size=50, epochs=40
    ).score(X, y)
    for name, optimizer, rate in [
        ("sigmoid", "sgd", 0.03),
        ("relu", "sgd", 0.03),
        ("sigmoid", "adam", 0.003),
    ]
}
print(accuracy)

# %%
# Losses
# ------
# A regression sums a loss of each residual, and its slope is the pull that an event exerts. Squared
# error pulls in proportion to the residual: one outlier outweighs many events. Absolute error pulls
# with one strength, and has no slope that calms down at the minimum. Huber's loss is
# :math:`r^2/2` up to :math:`\delta` and :math:`\delta(|r| - \delta/2)` beyond: squared near by,
# absolute far off. In ``MLPRegressor`` they are ``loss="squared_error"``, ``"absolute_error"`` and
# ``"huber"`` with ``huber_delta``.

DELTA = 1.0
LOSSES = {
    "squared": keras.losses.MeanSquaredError(reduction=None),
    "absolute": keras.losses.MeanAbsoluteError(reduction=None),
    "Huber, δ = 1": keras.losses.Huber(DELTA, reduction=None),
}
residuals = np.linspace(-3, 3, 601)


def of_residuals(loss):
    """Return the function of residuals, shape (n,), that a Keras loss is."""
    return lambda r: loss(tf.zeros((len(r), 1)), r[:, tf.newaxis])


curves, pulls = {}, {}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True, layout="constrained")
for (name, loss), colour in zip(LOSSES.items(), COLOURS.values(), strict=True):
    curves[name], pulls[name] = with_derivative(of_residuals(loss), residuals)
    left.plot(residuals, curves[name], color=colour, label=name)
    right.plot(residuals, pulls[name], color=colour, label=name)
left.set(xlabel="residual $r$ (units of y)", ylabel="loss", ylim=(-0.1, 4), title="Losses")
right.set(xlabel="residual $r$ (units of y)", ylabel="slope", title="Their slopes")
left.legend(loc="upper center")
plt.show()
