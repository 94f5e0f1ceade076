"""
LeNet reads digits, through scikit-learn
========================================

A convolutional network is no multilayer perceptron, so we write it in Keras, as a function, and
`KerasClassifier` makes a scikit-learn estimator of it. The network is a LeNet: two layers of 5 × 5
kernels, each followed by pooling, and a dense layer. We train it on 8,000 images, look at the
kernels that it learns, and at the digits that it misreads.
"""

# %%
# The images
# ----------
# `load_digit_images` reads MNIST's 10,000 test images from a folder, where there is one. Elsewhere
# it enlarges scikit-learn's 1,797 small digits. Convolutions want an axis of channels: grey has
# one.

import os

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split

from skpnn import KerasClassifier
from skpnn.datasets import load_digit_images
from skpnn.plotting import KernelDisplay

images, labels = load_digit_images(os.environ.get("MNIST_FOLDER"))
n_images = len(images)
X_train, X_test, y_train, y_test = train_test_split(
    images[..., np.newaxis], labels, test_size=0.2, stratify=labels, random_state=0
)
print(f"{len(X_train):,} images to train on, {len(X_test):,} held out")

# %%
# The network
# -----------
# The function is given ``meta``, what the estimator saw of the data. A kernel's 25 weights serve at
# every place of an image: this is why the first layer has 520 parameters only, and the dense layer
# of 500 units most of the 656,080.


def lenet(meta):
    return keras.Sequential(
        [
            keras.Input(meta["X_shape_"][1:]),
            keras.layers.Conv2D(20, 5, padding="same", activation="relu", name="first"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(50, 5, activation="relu", name="second"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(500, activation="relu"),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


# %%
# Training
# --------
# Three passes are enough, when the learning rate starts high and falls to zero along a cosine.

epochs, batch_size = 3, 64
steps = epochs * -(-len(X_train) // batch_size)
model = KerasClassifier(
    lenet,
    loss="sparse_categorical_crossentropy",
    optimizer="adam",
    optimizer__learning_rate=keras.optimizers.schedules.CosineDecay(3e-3, steps),
    batch_size=batch_size,
    epochs=epochs,
    verbose=0,
    random_state=0,
)
model.fit(X_train, y_train)

n_parameters = model.model_.count_params()
parameters = {layer.name: layer.count_params() for layer in model.model_.layers}
accuracy = model.score(X_test, y_test)
print(f"{n_parameters:,} parameters: {parameters}")
print(f"accuracy on the images held out: {accuracy:.4f}")

# %%
# With all 60,000 training images of MNIST, which are not read here, such a network reaches 0.9908.
#
# What the first layer looks for
# ------------------------------
# Red weights want ink, blue ones none. Some of the 20 kernels have become edges or strokes of a
# certain direction; nobody told them. After three passes much still shows the random start.

KernelDisplay.from_estimator(model, layer="first", name="20 kernels of the first layer")
plt.show()

# %%
# What the second layer looks for
# -------------------------------
# Each of its 50 kernels looks at all 20 maps that the first layer makes: the pictures show the mean
# over these. What a kernel combines hides in the mean; ``channel=3`` would show its weights on one
# map. The scale of colours is each picture's own here, as some means are small.

display = KernelDisplay.from_estimator(
    model,
    layer="second",
    name="50 kernels of the second layer, mean over 20 maps",
    shared_scale=False,
)
plt.show()

# %%
# What it misreads
# ----------------
# The mistakes that the network is surest of. Some of these digits would divide people, too.

probabilities = model.predict_proba(X_test)
predictions = model.classes_[probabilities.argmax(axis=1)]
wrong = np.flatnonzero(predictions != y_test)
n_wrong = len(wrong)
surest = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:12]

figure, axes = plt.subplots(2, 6, figsize=(7.5, 3.2), layout="constrained")
for ax in axes.flat:
    ax.set_axis_off()
for ax, event in zip(axes.flat, surest, strict=False):
    ax.imshow(X_test[event, :, :, 0], cmap="gray_r")
    ax.set_title(f"{y_test[event]} read as {predictions[event]}", fontsize="medium")
figure.suptitle(f"{len(surest)} of {n_wrong} mistakes in {len(X_test):,} images")
plt.show()
