"""
On-line, mini-batch and full batch
==================================

The same 1,000 events can move a network 1,000 times per epoch, ten times, or once. This page counts
these updates, and compares the three ways by what they cost: one pass over the events, one update,
one second. Small batches learn most from a pass, large ones most calmly from an update.
"""

# %%
# Counting updates
# ----------------
# An epoch is a pass over all events, an update a step of the optimizer. Every Keras optimizer
# counts its steps, and a callback can look. It notes the time as well.

import time

import keras
import matplotlib.pyplot as plt
import numpy as np

from skpnn import MLPRegressor

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, size=(1000, 2))
target = np.sin(3 * X[:, 0]) * X[:, 1]
y = (target + rng.normal(0, 0.1, size=1000)) / target.std()


class Log(keras.callbacks.Callback):
    """Keeps the number of updates and the time at the end of each epoch."""

    def on_train_begin(self, _logs=None):
        """Begin with empty lists."""
        self.updates, self.times = [], []

    def on_epoch_end(self, _epoch, _logs=None):
        """Note where training has got to."""
        self.updates.append(int(self.model.optimizer.iterations))
        self.times.append(time.perf_counter())


def train(batch_size, epochs):
    """Return the fitted network and its log."""
    log = Log()
    network = MLPRegressor(
        16,
        "tanh",
        optimizer="sgd",
        momentum=0.0,
        learning_rate=0.05,
        learning_rate_schedule="constant",
        batch_size=batch_size,
        epochs=epochs,
        callbacks=log,
        random_state=0,
    )
    return network.fit(X, y), log


updates_per_epoch = {}
for name, batch_size in [("1", 1), ("100", 100), ("300", 300), ("all", None)]:
    _, log = train(batch_size, epochs=2)
    updates_per_epoch[name] = np.diff([0, *log.updates]).tolist()
print(updates_per_epoch)

# %%
# A thousand events make 1,000 updates one by one, 10 in batches of 100 and a single one all at
# once. Batches of 300 make four: the last one holds the 100 events that are left, and none is
# dropped.
#
# By passes, by updates, by the clock
# -----------------------------------
# Now the three ways run with one learning rate: 20 passes on-line, 400 in mini-batches, 1,000 with
# the full batch. The loss of an epoch is the mean over its updates, as Keras tells it.

runs = {
    "on-line (1)": train(1, epochs=20),
    "mini-batch (100)": train(100, epochs=400),
    "full batch (1,000)": train(None, epochs=1000),
}
losses = {name: network.history_["loss"] for name, (network, _) in runs.items()}
updates = {name: log.updates for name, (_, log) in runs.items()}
after_20_epochs = {name: loss[19] for name, loss in losses.items()}
after_1000_updates = {
    name: losses[name][updates[name].index(1000)]
    for name in ("mini-batch (100)", "full batch (1,000)")
}
print("mean squared error after 20 epochs:    ", after_20_epochs)
print("mean squared error after 1,000 updates:", after_1000_updates)

# %%
# The clock starts after the first epoch, which holds the compilation.

STYLES = {"color": ["#D55E00", "#009E73", "#0072B2"], "linestyle": ["-", "-", "--"]}
figure, axes = plt.subplots(1, 3, figsize=(10, 4), sharey=True, layout="constrained")
for number, (name, (_, log)) in enumerate(runs.items()):
    style = {key: values[number] for key, values in STYLES.items()}
    seconds = np.array(log.times) - log.times[0]
    axes[0].loglog(np.arange(1, len(losses[name]) + 1), losses[name], label=name, **style)
    axes[1].loglog(log.updates, losses[name], **style)
    axes[2].loglog(seconds[1:], losses[name][1:], **style)
axes[0].set(ylabel="mean squared error (variance of y: 1)")
for ax, label in zip(axes, ["epochs", "updates", "seconds"], strict=True):
    ax.set(xlabel=label)
figure.legend(loc="outside upper center", ncols=3)
plt.show()

# %%
# By passes, on-line learning is far ahead: it moves a thousand times where the full batch moves
# once. By updates, the mini-batch and the full batch run on one line: a hundred events say much
# the same of the slope as a thousand, at a tenth of the arithmetic. A single event does not: with
# a constant rate on-line steps never settle, and their loss stays above the one that mini-batches
# reach. The clock has the least to say, because it is the machine's: skpnn runs the updates of an
# epoch in one compiled call, so that on so few events the number of epochs is what costs time.

noise_floor = {name: float(np.mean(loss[-5:])) for name, loss in losses.items()}
print(noise_floor)
