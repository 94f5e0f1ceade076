"""
Network size and batch size
===========================

Three choices that come before any search. Is a network of given size better deep or wide? How wide
may it be, if training stops in time? And how large should a batch be, at the beginning of training
and at its end?
"""

# %%
# Deep or wide
# ------------
# Two particles of transverse momenta :math:`p_T`, pseudorapidities :math:`\eta` and azimuths
# :math:`\phi` have the invariant mass
#
# .. math:: m = \sqrt{2\, p_{T1}\, p_{T2}\, (\cosh(\eta_1 - \eta_2) - \cos(\phi_1 - \phi_2))}.
#
# A network should find this out from examples: six inputs, and log m as its target.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import make_moons
from sklearn.metrics import log_loss

import skpnn

rng = np.random.default_rng(0)
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"


def particle_pairs(n, rng):
    """Return log pT, η and φ of two particles, scaled to order one, and the logarithm of m."""
    transverse = 20 + rng.exponential(30, (n, 2))  # GeV
    eta = rng.uniform(-2, 2, (n, 2))
    phi = rng.uniform(-np.pi, np.pi, (n, 2))
    angles = np.cosh(eta[:, 0] - eta[:, 1]) - np.cos(phi[:, 0] - phi[:, 1])
    log_mass = 0.5 * np.log(2 * transverse.prod(axis=1) * angles / 80**2)
    return np.column_stack([np.log(transverse / 40), eta, phi]), log_mass


def error(model, X, y):
    """Return the standard deviation of predicted from true log m: the relative error of m."""
    return float(np.std(model.predict(X) - y))


X, y = particle_pairs(6000, rng)
X_test, y_test = particle_pairs(20_000, rng)

# %%
# Four networks of 5,000 weights, give or take three percent: the deeper, the narrower. Each is
# trained twice, as initial weights are random.

width_of_depth = {1: 625, 2: 66, 3: 47, 6: 30}
n_weights, errors_by_depth = {}, {}
for depth, width in width_of_depth.items():
    errors = []
    for seed in range(2):
        model = skpnn.MLPRegressor(
            width, depth=depth, learning_rate=5e-3, batch_size=64, epochs=10, random_state=seed
        )
        errors.append(error(model.fit(X, y), X_test, y_test))
    n_weights[depth] = model.model_.count_params()
    errors_by_depth[depth] = errors

print(
    pd.DataFrame(
        {
            "width": width_of_depth,
            "weights": n_weights,
            "error of m": {depth: np.mean(errors) for depth, errors in errors_by_depth.items()},
        }
    )
    .rename_axis("hidden layers")
    .round(3)
)

# %%
# One wide layer is the worst: it has to add up the product of six quantities from ridges. A second
# layer can combine what the first has found. After a few layers nothing is gained, and deep narrow
# networks become harder to train.

figure, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
names = [f"{depth} × {width}" for depth, width in width_of_depth.items()]
for place, errors in enumerate(errors_by_depth.values()):
    ax.plot([place] * len(errors), errors, "o", color=BLUE, alpha=0.5)
ax.plot(names, [np.mean(errors) for errors in errors_by_depth.values()], color=BLUE)
ax.set(xlabel="hidden layers × width", ylabel="relative error of m", ylim=(0, None))
plt.show()

# %%
# Stretch pants
# -------------
# Trousers that stretch need not be bought in the exact size. Nor need a network be of the exact
# size, if training stops when the loss of held-out events no longer falls
# (``early_stopping=True``): take it too wide. Few and noisy events show what happens otherwise.

X_moons, y_moons = make_moons(300, noise=0.35, random_state=0)
X_test_moons, y_test_moons = make_moons(20_000, noise=0.35, random_state=1)


def trained_on_moons(width, seed, *, early_stopping):
    """Return a network of two hidden layers, trained on the 300 events."""
    return skpnn.MLPClassifier(
        width,
        depth=2,
        learning_rate=0.01,
        learning_rate_schedule="constant",
        batch_size=32,
        epochs=90,
        early_stopping=early_stopping,
        validation_fraction=0.25,
        random_state=seed,
    ).fit(X_moons, y_moons)


widths = [8, 32, 128]
moons_losses = {"all epochs": [], "early stopping": []}
for width in widths:
    for way, losses in moons_losses.items():
        models = [
            trained_on_moons(width, seed, early_stopping=way == "early stopping")
            for seed in range(2)
        ]
        losses.append(
            float(np.mean([log_loss(y_test_moons, m.predict_proba(X_test_moons)) for m in models]))
        )
stopped = models[0]
n_epochs_of_stopped = stopped.n_iter_
print(pd.DataFrame({"width": widths, **moons_losses}).round(3).to_string(index=False))
print(f"The widest stopped after {n_epochs_of_stopped} of 90 epochs.")

# %%
# Wider networks learn the noise of the 300 events by heart, unless they are stopped. Stopped, all
# widths do nearly alike, though a quarter of the events was held out.

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for way, colour in (("all epochs", ORANGE), ("early stopping", BLUE)):
    left.plot(widths, moons_losses[way], "o-", color=colour, label=way)
left.set(xlabel="width of two hidden layers", ylabel="loss on other events", xscale="log")
left.set_xticks(widths, labels=map(str, widths))
left.minorticks_off()
left.legend()

right.plot(stopped.history_["loss"], color="0.6", label="training")
right.plot(stopped.history_["val_loss"], color=BLUE, label="held out")
best_epoch = int(np.argmin(stopped.history_["val_loss"]))
right.axvline(best_epoch, color="black", linestyle=":", label="weights kept")
right.set(xlabel="epoch", ylabel="loss", title=f"width {widths[-1]}, early stopping")
right.legend()
plt.show()

# %%
# A batch that grows
# ------------------
# Small batches make many steps per epoch, and learn fast at first; but each step is noisy, and at a
# constant learning rate the network is shaken to the end. Large batches are calm and slow. So begin
# small and grow: that calms training as a falling learning rate does, with fewer and fewer steps
# (`Smith et al. 2017 <https://arxiv.org/abs/1711.00489>`_). With ``warm_start=True`` every ``fit``
# goes on from the weights of the last.
#
# The same masses, now with momenta measured to 20 %, which no network can undo.


def measured(X, rng):
    """Return X with transverse momenta smeared by 20 %."""
    return X + np.column_stack([rng.normal(0, 0.2, (len(X), 2)), np.zeros((len(X), 4))])


X_measured, y_measured = particle_pairs(8192, rng)
X_measured, X_measured_test = measured(X_measured, rng), measured(X_test, rng)

batch_sizes = {
    "always 32": [32] * 12,
    "always 512": [512] * 12,
    "32, 128, 512": [32] * 4 + [128] * 4 + [512] * 4,
}
n_updates, errors_by_epoch = {}, {}
for plan, sizes in batch_sizes.items():
    model = skpnn.MLPRegressor(
        epochs=1,
        learning_rate=0.01,
        learning_rate_schedule="constant",
        warm_start=True,
        random_state=0,
    )
    errors_by_epoch[plan] = [
        error(
            model.set_params(batch_size=size).fit(X_measured, y_measured), X_measured_test, y_test
        )
        for size in sizes
    ]
    n_updates[plan] = sum(len(X_measured) // size for size in sizes)

last_errors = {plan: float(np.mean(errors[-3:])) for plan, errors in errors_by_epoch.items()}
for plan, count in n_updates.items():
    print(f"{plan:<13} {count:>5} updates, error {last_errors[plan]:.3f} over the last epochs")

# %%

figure, ax = plt.subplots(figsize=(6.8, 4), layout="constrained")
colours = [ORANGE, GREEN, BLUE]
for (plan, errors), colour, marker in zip(errors_by_epoch.items(), colours, "os^", strict=True):
    label = f"{plan}: {n_updates[plan]} updates"
    ax.plot(range(1, 13), errors, marker=marker, color=colour, label=label)
ax.set(xlabel="epoch", ylabel="relative error of m", ylim=(0.1, None))
ax.legend()
plt.show()
