"""Where and how θ acts inside a network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["KINDS", "PLACES", "Conditioning"]

KINDS = ("concat", "affine", "scaling", "biasing")
PLACES = ("auto", "start", "all", "end")


@dataclass(frozen=True)
class Conditioning:
    """How θ acts on the hidden layers of a network, where it is more than one of the inputs.

    Attributes
    ----------
    kind : {"concat", "affine", "scaling", "biasing"}
        Whether θ joins a hidden layer's inputs, or scales and shifts its outputs, or one of both.
    layers : tuple of int
        The hidden layers, counted from 0.
    theta : tuple of int
        The inputs that are θ.
    n_inputs : int
        Number of inputs, with θ.
    """

    kind: str
    layers: tuple[int, ...]
    theta: tuple[int, ...]
    n_inputs: int

    @classmethod
    def of(
        cls, kind: str, place: str, *, n_hidden: int, theta: NDArray[np.intp], n_inputs: int
    ) -> "Conditioning | None":
        """Return the conditioning of a network with `n_hidden` layers; None where θ is an input.

        Raises
        ------
        ValueError
            If there is no hidden layer to act on.
        """
        if not n_hidden and kind != "concat":
            raise ValueError(
                f"conditioning={kind!r} acts on hidden layers, and hidden_layer_sizes has none; "
                'give it one, or use conditioning="concat".'
            )
        if place == "auto":
            place = "start" if kind == "concat" else "all"
        numbers = range(n_hidden)
        layers = tuple({"start": numbers[:1], "all": numbers, "end": numbers[-1:]}[place])
        if kind == "concat" and set(layers) <= {0}:
            # Then θ is an input like the others.
            return None
        return cls(kind, layers, tuple(int(column) for column in theta), n_inputs)

    @property
    def n_theta(self) -> int:
        """Number of θ."""
        return len(self.theta)

    @property
    def features(self) -> tuple[int, ...]:
        """The inputs that are not θ."""
        return tuple(column for column in range(self.n_inputs) if column not in self.theta)

    def joins(self, layer: int) -> bool:
        """Whether θ is among the inputs of a hidden layer."""
        return self.kind == "concat" and layer in self.layers

    def scales(self, layer: int) -> bool:
        """Whether θ scales the outputs of a hidden layer."""
        return self.kind in ("affine", "scaling") and layer in self.layers

    def shifts(self, layer: int) -> bool:
        """Whether θ shifts the outputs of a hidden layer."""
        return self.kind in ("affine", "biasing") and layer in self.layers

    def first_inputs(self) -> tuple[int, ...]:
        """Return the inputs that the first hidden layer has."""
        return tuple(range(self.n_inputs)) if self.joins(0) else self.features
