"""
Classification networks: two classes, several labels, several classes
=====================================================================

The kind of question fixes the output of a classification network: how many units, which activation
and which loss. ``MLPClassifier`` chooses them from y. Here are the three kinds, on pions, kaons and
protons in a drift chamber and on triggers, each against the best that any classifier could reach,
and the textbook's table, read from the networks that were built.
"""

# %%
# Particles that lose energy
# --------------------------
# A charged particle of momentum p loses energy in gas about as :math:`1/\beta^2`, with
# :math:`\beta = p/\sqrt{p^2 + m^2}` (:math:`c = 1`). Momentum and energy loss together tell its
# mass: at 0.4 GeV three bands lie apart, at 1.2 GeV they merge. The loss is measured to 15 %.

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn

rng = np.random.default_rng(0)
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"

species = ["pion", "kaon", "proton"]
mass = np.array([0.140, 0.494, 0.938])  # GeV
resolution = 0.15


def mean_log_loss(momentum):
    """Return the logarithm of the mean energy loss, of shape (n_particles, n_species)."""
    return np.log(1 + (mass / momentum[:, np.newaxis]) ** 2)


def particles(n, rng):
    """Return momentum (GeV) and logarithm of the relative energy loss, and the species."""
    kind = rng.integers(len(species), size=n)
    momentum = rng.uniform(0.3, 1.5, size=n)
    log_loss = rng.normal(mean_log_loss(momentum)[np.arange(n), kind], resolution)
    return np.column_stack([momentum, log_loss]), kind


def posterior(X):
    """Return the true probability of each species."""
    density = norm.pdf(X[:, [1]], mean_log_loss(X[:, 0]), resolution)
    return density / density.sum(axis=1, keepdims=True)


X, kind = particles(3000, rng)
X_test, kind_test = particles(20_000, rng)

# %%
# Two classes
# -----------
# Is it a proton? One unit is enough: its sigmoid is the probability of "yes", and binary
# cross-entropy is the loss whose minimum is that probability. A callback keeps the loss that the
# network trains on, for the table below.


class LossSeen(keras.callbacks.Callback):
    """Keeps the name of the loss that a network trains on."""

    def on_train_begin(self, logs=None):
        self.name = self.model.loss.name


def classifier(seen):
    """Return a network behind a scaler."""
    network = skpnn.MLPClassifier(
        batch_size=64, epochs=20, learning_rate=0.01, callbacks=seen, random_state=0
    )
    return make_pipeline(RobustScaler(), network)


seen = {kind_of_task: LossSeen() for kind_of_task in ("binary", "multilabel binary", "multiclass")}

binary = classifier(seen["binary"]).fit(X, kind == 2)
accuracy_binary = binary.score(X_test, kind_test == 2)
best_binary = float(((posterior(X_test)[:, 2] > 0.5) == (kind_test == 2)).mean())
print(f"proton or not: accuracy {accuracy_binary:.4f}, best possible {best_binary:.4f}")

# %%
# Several classes
# ---------------
# Which of the three is it? One unit per class, and a softmax, so that the probabilities sum to 1.

multiclass = classifier(seen["multiclass"]).fit(X, kind)
accuracy_multiclass = multiclass.score(X_test, kind_test)
best_multiclass = float((posterior(X_test).argmax(axis=1) == kind_test).mean())
largest_error_of_sum = float(np.abs(multiclass.predict_proba(X_test).sum(axis=1) - 1).max())
print(f"which species: accuracy {accuracy_multiclass:.4f}, best possible {best_multiclass:.4f}")

# %%
# Several labels
# --------------
# Which triggers fire? A muon trigger looks at the muon's transverse momentum, a jet trigger at that
# of the jet; both may fire, or one, or none. So y has one column per label, the network one sigmoid
# per label, and the probabilities need not sum to anything. The loss is the mean of the labels'
# binary cross-entropies.

threshold, softness = np.array([25.0, 60.0]), np.array([2.0, 6.0])  # GeV


def firing_probability(momenta):
    """Return the turn-on curves of muon and jet trigger, of shape (n_events, 2)."""
    return norm.cdf((momenta - threshold) / softness)


def triggered(n, rng):
    """Return transverse momenta of muon and jet (GeV), and whether each trigger fired."""
    momenta = rng.uniform([5, 20], [50, 120], size=(n, 2))
    return momenta, (rng.random((n, 2)) < firing_probability(momenta)).astype(int)


momenta, fired = triggered(3000, rng)
momenta_test, fired_test = triggered(20_000, rng)

multilabel = classifier(seen["multilabel binary"]).fit(momenta, fired)
accuracy_by_label = (multilabel.predict(momenta_test) == fired_test).mean(axis=0)
best_by_label = ((firing_probability(momenta_test) > 0.5) == fired_test).mean(axis=0)
print(f"muon, jet trigger: accuracy {accuracy_by_label}, best possible {best_by_label}")

# %%
# The regions
# -----------
# Dashed: the borders of the best classifier.

momentum, log_loss = np.linspace(0.3, 1.5, 201), np.linspace(-0.5, 3, 201)
chamber = np.stack(np.meshgrid(momentum, log_loss), axis=-1)
muon, jet = np.linspace(5, 50, 201), np.linspace(20, 120, 201)
plane = np.stack(np.meshgrid(muon, jet), axis=-1)
on_chamber, on_plane = chamber.reshape(-1, 2), plane.reshape(-1, 2)


def show(ax, colours, names, points, codes):
    """Draw some events of each class."""
    for code, (name, colour) in enumerate(zip(names, colours, strict=True)):
        some = points[codes == code][:150]
        ax.plot(*some.T, ".", color=colour, markersize=4, label=name)


figure, axes = plt.subplots(1, 3, figsize=(11, 4.2), layout="constrained")
chance = binary.predict_proba(on_chamber)[:, 1].reshape(chamber.shape[:2])
best = posterior(on_chamber)[:, 2].reshape(chamber.shape[:2])
axes[0].contourf(momentum, log_loss, chance, levels=[0, 0.5, 1], colors=[BLUE, GREEN], alpha=0.25)
axes[0].contour(momentum, log_loss, best, levels=[0.5], colors="black", linestyles="--")
show(axes[0], [BLUE, GREEN], ["pion, kaon", "proton"], X, kind == 2)
axes[0].set_title("binary")

regions = multiclass.predict(on_chamber).reshape(chamber.shape[:2])
best = posterior(on_chamber).argmax(axis=1).reshape(chamber.shape[:2])
levels = [-0.5, 0.5, 1.5, 2.5]
axes[1].contourf(momentum, log_loss, regions, levels, colors=[BLUE, ORANGE, GREEN], alpha=0.25)
axes[1].contour(momentum, log_loss, best, [0.5, 1.5], colors="black", linestyles="--")
show(axes[1], [BLUE, ORANGE, GREEN], species, X, kind)
axes[1].set_title("multiclass")
for ax in axes[:2]:
    ax.set(xlabel="momentum (GeV)", ylabel="logarithm of the relative energy loss")

firing = multilabel.predict(on_plane) @ [1, 2]
colours = ["#767676", BLUE, ORANGE, GREEN]
axes[2].contourf(
    muon, jet, firing.reshape(plane.shape[:2]), [*levels, 3.5], colors=colours, alpha=0.25
)
axes[2].axvline(threshold[0], color="black", linestyle="--")
axes[2].axhline(threshold[1], color="black", linestyle="--")
show(axes[2], colours, ["none", "muon trigger", "jet trigger", "both"], momenta, fired @ [1, 2])
axes[2].set(title="multilabel binary", xlabel="muon $p_T$ (GeV)", ylabel="jet $p_T$ (GeV)")
for ax in axes:
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2, markerscale=2)
plt.show()

# %%
# The textbook's table
# --------------------
# Read from the networks as they were built: from ``model_``, the Keras network, its last layer, and
# from the callback its loss.

networks = {"binary": binary[-1], "multilabel binary": multilabel[-1], "multiclass": multiclass[-1]}
table = {
    name: {
        "classes or labels": len(network.classes_),
        "output units": network.model_.layers[-1].units,
        "output activation": network.model_.layers[-1].activation.__name__,
        "loss": seen[name].name,
    }
    for name, network in networks.items()
}
print(pd.DataFrame(table).T.to_string())
