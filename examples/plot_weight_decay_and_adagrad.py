r"""
Weight decay, and a rate for every weight
=========================================

Two ways to treat weights one by one. *Weight decay* pulls each towards zero, so that a network too
large for its data stays smooth. *AdaGrad* divides the learning rate of each by the size of the
gradients that it has had, so that weights of rare features still learn. This page shows what
:math:`\lambda` from 1e-5 to 1e-2 does to the weights and to the errors, and reads AdaGrad's rates
out of a trained network.
"""

# %%
# What a penalty does to a step
# -----------------------------
# ``alpha`` adds :math:`\lambda \sum w^2` to the mean loss: over kernels, not over biases. Its
# gradient is :math:`2\lambda w`. So each step of gradient descent first shrinks every kernel weight
# by the factor :math:`1 - 2\eta\lambda`, whatever the data say. One step with and one without the
# penalty differ by exactly that.

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import make_moons
from sklearn.metrics import log_loss

from skpnn import MLPClassifier

X, y = make_moons(100, noise=0.35, random_state=0)
X_test, y_test = make_moons(2000, noise=0.35, random_state=1)

rng = np.random.default_rng(0)
ETA, LAMBDA = 0.1, 0.05
start = [rng.normal(size=(2, 8)), np.zeros(8), rng.normal(size=(8, 1)), np.zeros(1)]


def one_step(alpha):
    """Return the weights after one step of gradient descent."""
    network = MLPClassifier(
        8,
        "tanh",
        initial_weights=start,
        optimizer="sgd",
        momentum=0.0,
        learning_rate=ETA,
        learning_rate_schedule="constant",
        batch_size=None,
        epochs=1,
        alpha=alpha,
        dtype="float64",
        random_state=0,
    )
    return network.fit(X, y).weights_


differences = [
    decayed - plain for plain, decayed in zip(one_step(0.0), one_step(LAMBDA), strict=True)
]
kernel_deviation = max(
    float(np.abs(differences[i] + 2 * ETA * LAMBDA * start[i]).max()) for i in (0, 2)
)
bias_deviation = max(float(np.abs(differences[i]).max()) for i in (1, 3))
print(f"deviation from -2ηλw: {kernel_deviation:.0e} of kernels, {bias_deviation:.0e} of biases")

# %%
# From 1e-5 to 1e-2
# -----------------
# A hundred events of two overlapping half-moons, and two hidden layers of 64 units: without a
# penalty, the network bends to single events and is sure of it. The norm of its weights falls with
# :math:`\lambda`, and the cross-entropy of the events that it was trained on rises. That of new
# events falls first, and rises where :math:`\lambda` flattens what is true as well.


def decayed_network(alpha):
    """Return a large network, trained on few events."""
    network = MLPClassifier(
        (64, 64), alpha=alpha, learning_rate=0.01, batch_size=20, epochs=100, random_state=0
    )
    return network.fit(X, y)


def weight_norm(network):
    """Return the root of the sum of squares of all kernels."""
    return float(np.sqrt(sum((kernel**2).sum() for kernel in network.weights_[::2])))


ALPHAS = [0.0, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2]
networks = [decayed_network(alpha) for alpha in ALPHAS]
by_lambda = pd.DataFrame(
    {
        "λ": ALPHAS,
        "norm": [weight_norm(network) for network in networks],
        "training loss": [log_loss(y, network.predict_proba(X)) for network in networks],
        "test loss": [log_loss(y_test, network.predict_proba(X_test)) for network in networks],
    }
)
print(by_lambda.to_string(index=False, float_format="{:.5g}".format))

# %%

side = np.linspace(-2, 3, 150), np.linspace(-1.7, 2.2, 150)
plane = np.stack(np.meshgrid(*side), axis=-1)
figure, axes = plt.subplots(1, 3, figsize=(11.5, 3.8), layout="constrained")
figure.get_layout_engine().set(wspace=0.06)
for ax, number in zip(axes, [0, 4], strict=False):
    probability = networks[number].predict_proba(plane.reshape(-1, 2))[:, 1].reshape(150, 150)
    levels = ax.contourf(*side, probability, np.linspace(0, 1, 11), cmap="RdBu", alpha=0.7)
    for label, colour in [(0, "#8B1A1A"), (1, "#08306B")]:
        ax.plot(*X[y == label].T, "o", markersize=3, color=colour)
    ax.set(xlabel="first feature", ylabel="second feature", title=f"λ = {ALPHAS[number]:g}")
figure.colorbar(levels, ax=axes[1], label="probability of class 1")
shown = by_lambda[1:]
axes[2].semilogx(shown["λ"], shown["training loss"], "o--", color="0.4", label="training")
axes[2].semilogx(shown["λ"], shown["test loss"], "s-", color="#0072B2", label="test")
axes[2].set(xlabel="λ", ylabel="cross-entropy", ylim=(0, 0.65), title="Losses")
axes[2].legend()
plt.show()

# %%
# AdaGrad
# -------
# Eight features are 0 or 1, each half as frequent as the one before, from 1/2 to 1/256, and all of
# them say the same of the class: a weight of 2. With one rate for all, the weight of a rare feature
# hardly moves, because few events ask for it. AdaGrad keeps :math:`G_i = \sum_t g_{i,t}^2` of each
# weight, and gives it the rate :math:`\eta/\sqrt{G_i}`. A callback reads the :math:`G_i` from the
# optimizer. Keras starts them at 0.1 and adds 1e-7; the textbook starts at 0, as here.

frequencies = 0.5 ** np.arange(1, 9)
features = (rng.random((20_000, 8)) < frequencies).astype(float)
is_signal = rng.random(20_000) < 1 / (1 + np.exp(-2 * (features.sum(axis=1) - 1)))
STEPS = 200


class Accumulators(keras.callbacks.Callback):
    """Keeps the sums of squared gradients of the first kernel, as training ends."""

    def on_train_end(self, _logs=None):
        """Read the optimizer's state."""
        state = [one for one in self.model.optimizer.variables if "accumulator" in one.path]
        self.of_first_kernel = np.asarray(state[0]).ravel()


def linear_unit(optimizer, callback=None):
    """Return one sigmoid unit after full-batch steps from zero."""
    unit = MLPClassifier(
        (),
        optimizer=optimizer,
        kernel_initializer="zeros",
        batch_size=None,
        epochs=STEPS,
        callbacks=callback,
        dtype="float64",
        random_state=0,
    )
    return unit.fit(features, is_signal)


ADAGRAD_ETA, SGD_ETA = 0.2, 1.0
accumulators = Accumulators()
adagrad = linear_unit(
    keras.optimizers.Adagrad(ADAGRAD_ETA, initial_accumulator_value=0.0, epsilon=1e-14),
    accumulators,
)
sgd = linear_unit(keras.optimizers.SGD(SGD_ETA))
rates = ADAGRAD_ETA / np.sqrt(accumulators.of_first_kernel)
learnt = pd.DataFrame(
    {
        "frequency": frequencies,
        "AdaGrad's rate": rates,
        "weight, AdaGrad": adagrad.weights_[0].ravel(),
        "weight, gradient descent": sgd.weights_[0].ravel(),
    }
)
print(learnt.round(4).to_string(index=False))

# %%
# The same in NumPy, for those who do not trust a callback:


def rates_by_hand():
    """Return AdaGrad's rates of all weights but the bias."""
    columns = np.column_stack([features, np.ones(len(features))])
    w, G = np.zeros(9), np.zeros(9)
    for _ in range(STEPS):
        gradient = columns.T @ (1 / (1 + np.exp(-columns @ w)) - is_signal) / len(columns)
        G += gradient**2
        w -= ADAGRAD_ETA * gradient / np.sqrt(G)
    return ADAGRAD_ETA / np.sqrt(G[:-1])


rates_in_numpy = rates_by_hand()
print(rates_in_numpy.round(4))

# %%

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), sharex=True, layout="constrained")
left.loglog(frequencies, rates, "o-", color="#0072B2", label="AdaGrad")
left.axhline(SGD_ETA, color="#D55E00", linestyle="--", label="gradient descent")
left.set(xlabel="frequency of the feature", ylabel="learning rate of its weight")
for name, style, colour in [("AdaGrad", "o-", "#0072B2"), ("gradient descent", "s--", "#D55E00")]:
    right.semilogx(frequencies, learnt[f"weight, {name}"], style, color=colour, label=name)
right.axhline(2, color="0.6", linestyle=":", label="truth")
right.set(xlabel="frequency of the feature", ylabel=f"weight after {STEPS} steps")
left.legend()
right.legend(loc="lower right")
plt.show()
