"""
An autoencoder learns from images without labels
================================================

Data come by the million, labels are dear. What can be learnt without them? An autoencoder is a
regression whose targets are its inputs: `KerasRegressor` fits it like any other. Here it must
restore images of which four fifths of the pixels are hidden. Its lower layer then serves a
`KerasClassifier` that has few labels, and beats one that starts from scratch.
"""

# %%
# The images
# ----------
# `load_digit_images` reads MNIST's 10,000 test images from a folder, where there is one. Elsewhere
# it enlarges scikit-learn's 1,797 small digits. We hold out a fifth, and forget the labels for now.

import os

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split

from skpnn import KerasClassifier, KerasRegressor
from skpnn.datasets import load_digit_images

images, labels = load_digit_images(os.environ.get("MNIST_FOLDER"))
n_images = len(images)
X, X_test, y, y_test = train_test_split(
    images.reshape(n_images, -1), labels, test_size=0.2, stratify=labels, random_state=0
)
print(f"{len(X):,} images without labels, {len(X_test):,} held out")

# %%
# Inputs as targets
# -----------------
# A wide layer could just copy its inputs, but dropout hides most of them in each step: it has to
# learn which pixels go together. The targets lie between 0 and 1, and cross-entropy suits them.

hidden_share, n_units = 0.8, 800


def autoencoder(meta):
    n_pixels = meta["n_features_in_"]
    return keras.Sequential(
        [
            keras.Input((n_pixels,)),
            keras.layers.Dropout(hidden_share),
            keras.layers.Dense(n_units, activation="relu", name="lower"),
            keras.layers.Dense(n_pixels, activation="sigmoid"),
        ]
    )


restorer = KerasRegressor(
    autoencoder,
    loss="binary_crossentropy",
    optimizer="adam",
    optimizer__learning_rate=2e-3,
    batch_size=128,
    epochs=5,
    verbose=0,
    random_state=0,
)
restorer.fit(X, X)

# %%
# What it restores
# ----------------
# Images held out, the pixels that the network is shown of them, and what it makes of these. Dropout
# scales what it leaves, so that the sum stays the same, and so do we.

is_shown = np.random.default_rng(0).random(X_test.shape) > hidden_share
restored = restorer.predict(X_test * is_shown / (1 - hidden_share))
hidden_error = float(np.mean((restored - X_test)[~is_shown] ** 2))
mean_image_error = float(np.mean((X.mean(axis=0) - X_test)[~is_shown] ** 2))
print(
    f"mean squared error of hidden pixels: {hidden_error:.4f}, {mean_image_error:.4f} by the mean"
)

figure, axes = plt.subplots(3, 10, figsize=(7.5, 2.6), layout="constrained")
rows = {"image": X_test, "shown": X_test * is_shown, "restored": restored}
for row, (name, pixels) in zip(axes, rows.items(), strict=True):
    row[0].set_ylabel(name)
    for ax, image in zip(row, pixels, strict=False):
        ax.imshow(image.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
plt.show()

# %%
# The lower layer serves a classifier
# -----------------------------------
# One model function makes both rivals: where it is given the weights of a lower layer, it takes
# them over and keeps them; else it starts from scratch and trains all layers.

lower_weights = restorer.model_.get_layer("lower").get_weights()


def reader(meta, lower=None):
    network = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(n_units, activation="relu", name="lower", trainable=lower is None),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )
    if lower is not None:
        network.get_layer("lower").set_weights(lower)
    return network


def accuracies(n_labels, lower):
    """Return the accuracy on the images held out, for three draws of the labelled images."""
    model = KerasClassifier(
        reader,
        lower=lower,
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=3e-3,
        batch_size=50,
        epochs=max(4000 // n_labels, 10),
        verbose=0,
        random_state=0,
    )
    draws = [
        train_test_split(X, y, train_size=n_labels, stratify=y, random_state=draw)[::2]
        for draw in range(3)
    ]
    return [model.fit(X_few, y_few).score(X_test, y_test) for X_few, y_few in draws]


numbers_of_labels = [50, 100, 300, 1000]
transferred = np.array([accuracies(n, lower_weights) for n in numbers_of_labels])
from_scratch = np.array([accuracies(n, None) for n in numbers_of_labels])
margins = (transferred - from_scratch).mean(axis=1)
for n, one, other in zip(numbers_of_labels, transferred, from_scratch, strict=True):
    print(f"{n:5} labels: {one.mean():.3f} transferred, {other.mean():.3f} from scratch")

# %%
# Fewer labels, more gain
# -----------------------
# The fewer the labels, the more the unlabelled images help. From a thousand labels a network learns
# nearly as good a layer without them. With scikit-learn's small digits there is nothing to gain:
# 1,437 images without labels are too few, and those digits are easy.

figure, ax = plt.subplots(layout="constrained")
for name, table, style in (
    ("lower layer of the autoencoder", transferred, {"color": "#0072B2", "marker": "o"}),
    ("from scratch", from_scratch, {"color": "#D55E00", "marker": "s"}),
):
    ax.plot(numbers_of_labels, table.mean(axis=1), label=name, **style)
    ax.fill_between(
        numbers_of_labels, table.min(axis=1), table.max(axis=1), color=style["color"], alpha=0.2
    )
ax.set(xscale="log", xlabel="images with labels", ylabel="accuracy on images held out")
ax.set_xticks(numbers_of_labels, map(str, numbers_of_labels))
ax.minorticks_off()
ax.set_title("Mean, and range, of three draws of the labelled images")
ax.legend(loc="lower right")
plt.show()
