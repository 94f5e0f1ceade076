"""
From a ROOT file to the AUC at each mass
========================================

The whole way of a search for a resonance of unknown mass: a ROOT file, a table with the mass as its
last column, a pipeline of `RobustScaler` and a parametrised network, and its area under the ROC
curve at each mass. On the way we see what outliers do to a network, whatever the scaler, and what
`verbose` prints.
"""

# %%
# The events
# ----------
# `uproot` reads a tree into a DataFrame; `skpnn.io.read_root`, which stands on it, also labels
# files by their names, pads jagged branches and cuts. The file comes with skpnn: it holds
# :math:`X \to t\bar t` in lepton + jets at five masses, and the :math:`t\bar t` that looks like it.
# We keep five invariant masses, in GeV, and put the mass of :math:`X` last, where `PNNClassifier`
# looks for it. Background has no mass of :math:`X`: NaN.

import contextlib
import io
import re

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import uproot
from sklearn.base import clone
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, RobustScaler, StandardScaler

import skpnn

features = ["m_jj", "m_jjj", "m_lv", "m_jlv", "m_wwbb"]
with uproot.open(skpnn.datasets.ttbar_resonance_path()) as file:
    events = file["events"].arrays([*features, "mass", "label"], library="pd")
X, y = events[[*features, "mass"]], events["label"]
print(X.join(y).head())

# %%
# A file written one mass after the other must be shuffled before it is split; `train_test_split`
# does both. Each half gets its share of every mass and of background.

X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.5, stratify=X["mass"].fillna(0), random_state=0
)

# %%
# The network
# -----------
# Three hidden layers of 32 units, rectified, and one sigmoid: the probability of signal. It is
# trained by stochastic gradient descent with Nesterov's momentum :math:`\mu` on mini-batches of 128
# events, the binary cross-entropy as loss, and a rate that decays with the step :math:`t`,
# :math:`\eta_t = \eta_0 / (1 + \kappa t)`. The scaler sees the mass as one more column; it ignores
# NaN, and passes it on for the network to put a mass in its place, another one in each epoch.

network = skpnn.PNNClassifier(
    hidden_layer_sizes=(32, 32, 32),
    activation="relu",
    loss="binary_crossentropy",
    optimizer="sgd",
    learning_rate=0.05,
    learning_rate_schedule="constant",
    learning_rate_decay=1e-3,
    momentum=0.9,
    nesterov=True,
    batch_size=128,
    epochs=10,
    random_state=0,
)

# %%
# ``verbose`` is Keras': silent, a bar that grows, two plain lines per epoch. Callbacks are Keras',
# too: this one keeps the learning rate at the end of each epoch.


class RateHistory(keras.callbacks.Callback):
    """Keeps the learning rate that each epoch ends with."""

    def on_train_begin(self, logs=None):
        self.rates = []

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))


lines_printed = {}
for verbose in (0, 1, 2):
    short = make_pipeline(RobustScaler(), clone(network)).set_params(
        pnnclassifier__epochs=2, pnnclassifier__verbose=verbose
    )
    with contextlib.redirect_stdout(io.StringIO()) as output:
        short.fit(X_train, y_train)
    # The bar is redrawn in place, and coloured by codes that only a terminal understands.
    printed = re.sub(r"\x1b\[\d+m", "", output.getvalue()).replace("\r", "\n").splitlines()
    lines_printed[verbose] = len(printed)
    print(f"verbose={verbose}: {len(printed)} lines", *printed[-1:], sep="\n")

# %%
# The last batch of an epoch is smaller, and is a step like any other.

rates = RateHistory()
model = make_pipeline(RobustScaler(), clone(network)).set_params(pnnclassifier__callbacks=[rates])
model.fit(X_train, y_train)
learning_rates = rates.rates
n_steps = 10 * int(np.ceil(len(X_train) / 128))
print(f"rate after {n_steps} steps: {learning_rates[-1]:.5f}")

# %%
# The AUC at each mass
# --------------------
# At each mass :math:`m` the signal of that mass stands against all background, which is asked as if
# it had mass :math:`m`. The heavier :math:`X`, the easier it is to see.

auc = skpnn.score_scan(model, X_test, y_test).set_index("mass")["auc"]
print(auc.round(4))

skpnn.plotting.HypothesisScanDisplay.from_estimator(model, X_test, y_test, unit="GeV")
plt.show()

# %%
# The same network scores masses that nobody simulated: one column for each.

scores = skpnn.scan(model, X_test, mass=[550, 875, 1125])
print(scores.head().round(3))

# %%
# Outliers, and the scaler
# ------------------------
# Real samples hold events in which something went wrong. Let one value in 200 be a hundred times
# too large. The standard deviation grows with these few, and `StandardScaler` squeezes all others
# into a tiny interval. Median and quartiles hardly notice: `RobustScaler` leaves the bulk where the
# network sees it, and the outliers as far out as they are. There they rule the gradient, so what is
# to be robust must also be clipped.

rng = np.random.default_rng(0)


def with_outliers(X):
    broken = rng.random((len(X), len(features))) < 0.005
    return X.assign(**X[features].mask(broken, 100 * X[features]))


X_train_broken, X_test_broken = with_outliers(X_train), with_outliers(X_test)
clip = FunctionTransformer(np.clip, kw_args={"a_min": -5, "a_max": 5})
preprocessing = {
    "StandardScaler": StandardScaler(),
    "RobustScaler": RobustScaler(),
    "RobustScaler, clipped": make_pipeline(RobustScaler(), clip),
}

scaled_mass, interquartile_range, mean_auc = {}, {}, {}
for name, steps in preprocessing.items():
    pair = make_pipeline(steps, clone(network)).fit(X_train_broken, y_train)
    scaled = np.asarray(pair[0].transform(X_train_broken))[:, features.index("m_wwbb")]
    scaled_mass[name] = scaled
    interquartile_range[name] = float(np.subtract(*np.percentile(scaled, [75, 25])))
    mean_auc[name] = float(skpnn.score_scan(pair, X_test_broken, y_test)["auc"].mean())

comparison = pd.DataFrame({"IQR of m_wwbb": interquartile_range, "mean AUC": mean_auc})
print(f"mean AUC without outliers: {auc.mean():.4f}", comparison.round(4), sep="\n")

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 3.5), sharey=True, layout="constrained")
for ax, (name, scaled) in zip(axes, scaled_mass.items(), strict=True):
    for label, kind in enumerate(("background", "signal")):
        # What lies further out is counted in the last bin.
        kept = np.clip(scaled[y_train == label], -2, 6)
        ax.hist(kept, bins=np.linspace(-2, 6, 65), alpha=0.6, label=kind)
    ax.set_title(f"{name}\nmean AUC {mean_auc[name]:.3f}", fontsize="medium")
    ax.set_xlabel("$m_{WWbb}$, scaled")
    ax.set_yscale("log")
axes[0].set_ylabel("events")
axes[0].legend()
plt.show()
