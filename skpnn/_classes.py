"""Class labels: their codes, and the weights that balance them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["class_codes", "class_weight_factors", "class_weighted"]


def class_codes(y: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp]:
    """Return each label's place in the sorted `classes`.

    Raises
    ------
    ValueError
        If a label is none of `classes`.
    """
    codes = np.searchsorted(classes, y)
    unknown = classes[np.minimum(codes, len(classes) - 1)] != y
    if unknown.any():
        raise ValueError(
            f"y contains {np.unique(y[unknown]).tolist()[:10]}, which the earlier call did not "
            f"know; its classes are {classes.tolist()}. Name all classes in the first partial_fit."
        )
    return codes


def class_weighted(
    class_weight: Any, codes: NDArray[np.intp], classes: NDArray[Any], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return `weight` times the factor of each event's class; `weight` itself where there is none.

    Examples
    --------
    >>> class_weighted({"s": 3.0}, np.array([0, 1]), np.array(["b", "s"]), np.ones(2))
    array([1., 3.])
    """
    if class_weight is None:
        return weight
    return weight * class_weight_factors(class_weight, codes, classes, weight)[codes]


def class_weight_factors(
    class_weight: Any, codes: NDArray[np.intp], classes: NDArray[Any], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the factor of each class, of shape (n_classes,).

    ``"balanced"`` makes the classes' sums of weights equal; scikit-learn's own balances their
    numbers of rows, which is not the same once events are weighted.

    Raises
    ------
    ValueError
        If `class_weight` is neither None, "balanced" nor a mapping of known classes.

    Examples
    --------
    >>> codes = np.array([0, 0, 0, 1])
    >>> class_weight_factors("balanced", codes, np.array(["b", "s"]), np.ones(4)).round(3)
    array([0.667, 2.   ])
    """
    if class_weight is None:
        return np.ones(len(classes))
    if isinstance(class_weight, str) and class_weight == "balanced":
        sums = np.bincount(codes, weights=weight, minlength=len(classes))
        # A class that one call of partial_fit does not see needs no factor.
        return np.divide(
            sums.sum() / np.sum(sums > 0), sums, out=np.ones_like(sums), where=sums > 0
        )
    if not isinstance(class_weight, dict) or not set(class_weight) <= set(classes.tolist()):
        raise ValueError(
            f"class_weight={class_weight!r} is not possible; expected None, 'balanced' or a dict "
            f"of factors for the classes {classes.tolist()}."
        )
    factors = np.array([float(class_weight.get(label, 1.0)) for label in classes.tolist()])
    if not ((factors > 0) & (factors < np.inf)).all():
        raise ValueError(
            f"class_weight={class_weight!r} is not possible; expected factors above 0."
        )
    return factors
