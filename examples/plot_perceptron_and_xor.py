"""
Perceptron, threshold units and XOR
===================================

A single unit draws a straight line. That is enough to tell one iris from the others, and to compute
AND, OR and NOT. It is not enough for XOR: of the four rows of its truth table one unit gets at most
three right. A hidden layer bends the line, by weights set by hand or by learnt ones.
"""

# %%
# Iris petals
# -----------
# Rosenblatt's perceptron (1958) is one unit with a step at its output: it answers "yes" where
# :math:`w \cdot x + b > 0`. scikit-learn has it. A network of ours without a hidden layer,
# ``hidden_layer_sizes=()``, is one unit as well, but its output is a sigmoid, so that it is trained
# by gradients and answers with a probability. The question to both is which flowers are *Iris
# setosa*.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import Perceptron

import skpnn

iris = load_iris()
petals, is_setosa = iris.data[:, 2:], iris.target == 0

perceptron = Perceptron(random_state=0).fit(petals, is_setosa)
one_unit = skpnn.MLPClassifier(
    hidden_layer_sizes=(), learning_rate=0.1, batch_size=None, epochs=200, random_state=0
).fit(petals, is_setosa)

n_flowers = len(petals)
n_right_by_perceptron = int((perceptron.predict(petals) == is_setosa).sum())
n_right_by_one_unit = int((one_unit.predict(petals) == is_setosa).sum())
print(f"Perceptron: {n_right_by_perceptron} of {n_flowers} right")
print(f"one sigmoid unit: {n_right_by_one_unit} of {n_flowers} right")

# %%
# Both find a line that separates the flowers. The perceptron stops at the first one that makes no
# mistake, wherever it lies. The sigmoid unit goes on: its loss still falls where the line moves
# away from the flowers of both kinds.

BLUE, ORANGE = "#0072B2", "#D55E00"

figure, ax = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
ax.scatter(*petals[is_setosa].T, color=ORANGE, marker="o", s=25, label="Iris setosa")
ax.scatter(*petals[~is_setosa].T, color=BLUE, marker="s", s=20, label="other irises")
length = np.array([0.0, 7.5])
kernel, bias = one_unit.weights_
lines = {
    "Perceptron": (perceptron.coef_[0], perceptron.intercept_[0], "--"),
    "one sigmoid unit": (kernel[:, 0], bias[0], "-"),
}
for name, (w, b, style) in lines.items():
    ax.plot(length, -(b + w[0] * length) / w[1], color="black", linestyle=style, label=name)
ax.set(xlim=(0, 7.5), ylim=(0, 3), xlabel="petal length (cm)", ylabel="petal width (cm)")
ax.legend(loc="upper left")
plt.show()

# %%
# AND, OR, NOT
# ------------
# With inputs 0 and 1 the weights of these units can be read off: AND needs more than one input on,
# OR needs more than none. McCulloch and Pitts (1943) built logic from such units.


def threshold_unit(inputs, weights, bias):
    """Return 1 where the weighted sum of the inputs exceeds the threshold −bias, else 0."""
    return (np.asarray(inputs) @ np.asarray(weights) + bias > 0).astype(int)


pairs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
single = np.array([[0], [1]])

by_hand = {
    "AND": threshold_unit(pairs, [1, 1], -1.5),
    "OR": threshold_unit(pairs, [1, 1], -0.5),
    "NOT": threshold_unit(single, [-1], 0.5),
}
for name, table in by_hand.items():
    print(f"{name:<4}{table}")

# %%
# One sigmoid unit learns the same tables.

truth = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NOT": [1, 0], "XOR": [0, 1, 1, 0]}
settings = {"learning_rate": 0.2, "batch_size": None, "epochs": 200, "random_state": 0}
units = {
    name: skpnn.MLPClassifier(hidden_layer_sizes=(), **settings).fit(inputs, truth[name])
    for name, inputs in {"AND": pairs, "OR": pairs, "NOT": single}.items()
}
learnt = {name: unit.predict(single if name == "NOT" else pairs) for name, unit in units.items()}
for name, table in learnt.items():
    print(f"{name:<4}{table}")

# %%
# XOR is too much for one unit
# ----------------------------
# "Either, but not both" is true at two opposite corners of the square, and no straight line has
# these two on one side and the other two on the other. Three of four is the most: a line can cut
# off one corner. Ten thousand random threshold units agree.

rng = np.random.default_rng(0)
random_weights, random_biases = rng.normal(size=(2, 10_000)), rng.normal(size=10_000)
tables = threshold_unit(pairs, random_weights, random_biases)
n_right_at_most = {
    name: int((tables == np.array(truth[name])[:, np.newaxis]).sum(axis=0).max())
    for name in ("AND", "OR", "XOR")
}
print("rows of four that the best random unit has right:", n_right_at_most)

# %%
# The sigmoid unit cannot even decide: whatever line it tries, the gradients of the four corners
# pull it back, and it ends at a probability of ½ everywhere.

unit = skpnn.MLPClassifier(hidden_layer_sizes=(), **settings).fit(pairs, truth["XOR"])
xor_probabilities_of_one_unit = unit.predict_proba(pairs)[:, 1]
n_xor_right_by_one_unit = int((unit.predict(pairs) == truth["XOR"]).sum())
print("P(XOR) by one unit:", xor_probabilities_of_one_unit.round(3))

# %%
# A hidden layer by hand
# ----------------------
# XOR is OR without AND. Two hidden units compute these two, a third puts them together.

xor_by_hand = threshold_unit(
    np.column_stack([by_hand["OR"], by_hand["AND"]]), weights=[1, -1], bias=-0.5
)
print("XOR ", xor_by_hand)

# %%
# A hidden layer that learns
# --------------------------
# Four hidden units find a way of their own.

hidden_layer = skpnn.MLPClassifier(4, "tanh", **settings).fit(pairs, truth["XOR"])
xor_by_hidden_layer = hidden_layer.predict(pairs)
print("XOR ", xor_by_hidden_layer)

# %%
# With only two hidden units some random starts end in a poor minimum. They need not start at
# random: ``initial_weights`` takes the arrays in Keras' order, kernel and bias of each layer. Here
# they are those of the units above. As sigmoids, OR and AND are so soft at first that no answer
# exceeds ½; training sharpens them.

or_and, their_biases = [[1, 1], [1, 1]], [-0.5, -1.5]
without, its_bias = [[1], [-1]], [-0.5]
start = [or_and, their_biases, without, its_bias]
from_by_hand = skpnn.MLPClassifier(2, "sigmoid", initial_weights=start, **settings)
from_by_hand.fit(pairs, truth["XOR"])

xor_from_by_hand = from_by_hand.predict(pairs)
losses_from_by_hand = from_by_hand.history_["loss"]
print("XOR ", xor_from_by_hand)
print(f"loss {losses_from_by_hand[0]:.3f} → {losses_from_by_hand[-1]:.3f}")

# %%
# The lines that they draw
# ------------------------
# White is where a network cannot decide, the black line where its probability is ½. The two lines
# of the hidden layer leave a band between them: there, one input is on and the other is off.

along = np.linspace(-0.5, 1.5, 101)
plane = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
shown = {
    "AND, one unit": (units["AND"], "AND"),
    "OR, one unit": (units["OR"], "OR"),
    "XOR, one unit": (unit, "XOR"),
    "XOR, two hidden units": (from_by_hand, "XOR"),
}
figure, axes = plt.subplots(1, 4, figsize=(11, 3.4), sharey=True, layout="constrained")
for ax, (title, (model, name)) in zip(axes, shown.items(), strict=True):
    probability = model.predict_proba(plane)[:, 1].reshape(len(along), -1)
    filled = ax.pcolormesh(along, along, probability, cmap="PuOr_r", vmin=0, vmax=1)
    if np.ptp(probability) > 0.1:
        ax.contour(along, along, probability, levels=[0.5], colors="black")
    is_true = np.array(truth[name]) == 1
    ax.scatter(*pairs[is_true].T, s=90, color="white", edgecolor="black", zorder=3, label="true")
    ax.scatter(*pairs[~is_true].T, s=90, color="black", edgecolor="white", zorder=3, label="false")
    ax.set(title=title, xlabel="first input", xticks=[0, 1], yticks=[0, 1], aspect="equal")
axes[0].set_ylabel("second input")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
figure.colorbar(filled, ax=axes, label="probability of true", shrink=0.8)
plt.show()
