"""The order in which the gallery tells its story; what is not in it comes last, by name."""

from typing import Any

STORY = (
    "plot_pnn_from_root",
    "plot_perceptron_and_xor",
    "plot_activations_and_losses",
    "plot_sin_regression",
    "plot_batch_sizes",
    "plot_weight_decay_and_adagrad",
    "plot_whitening_and_initialization",
    "plot_regression_mlps",
    "plot_classification_mlps",
    "plot_digits_mlp",
    "plot_lenet",
    "plot_autoencoder",
    "plot_network_size_and_batch_size",
    "plot_searches",
    "plot_parametric_curve",
    "plot_radial_basis_functions",
)


class StoryOrder:
    """What sphinx-gallery sorts the names of files by."""

    def __init__(self, folder: Any) -> None:
        del folder

    def __call__(self, name: str) -> tuple[int, str]:
        """Return the place of a file in the story."""
        stem = name.removesuffix(".py")
        return (STORY.index(stem) if stem in STORY else len(STORY)), name

    def __repr__(self) -> str:
        """Return a text that stays the same from build to build."""
        return "StoryOrder"
