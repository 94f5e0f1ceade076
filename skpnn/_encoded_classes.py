"""Encoded classes: their numbers in what a network is to return, and weights by class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_sample_weight

from skpnn._classes import class_weighted

__all__ = ["class_numbers", "factors_by_number", "weighted_by_label"]


def class_numbers(target: NDArray) -> NDArray[np.intp]:
    """Return the class numbers that an encoded target holds, one-hot or not.

    Examples
    --------
    >>> class_numbers(np.array([[0, 1, 0], [1, 0, 0]])), class_numbers(np.array([1.0, 0.0]))
    (array([1, 0]), array([1, 0]))
    """
    columns = target.reshape(len(target), -1)
    return columns.argmax(axis=1) if columns.shape[1] > 1 else columns[:, 0].astype(np.intp)


def factors_by_number(target: NDArray, class_weight: dict[int, float]) -> NDArray[np.float64]:
    """Return the factor of each event: what Keras' own class_weight, by class number, means.

    Examples
    --------
    >>> factors_by_number(np.array([1, 0]), {1: 7})
    array([7., 1.])
    """
    return np.array([class_weight.get(n, 1) for n in class_numbers(target).tolist()], dtype=float)


def weighted_by_label(
    class_weight: Any,
    labels: NDArray[Any],
    weight: NDArray[np.float64],
    known: NDArray[Any] | None = None,
) -> NDArray[np.float64]:
    """Return the weights times the factors of the labels' classes.

    Labels of several columns count in each; `known` are classes that `labels` need not hold.

    Examples
    --------
    >>> weighted_by_label({"s": 7}, np.array(["b", "s"]), np.array([1.0, 2.0]))
    array([ 1., 14.])
    """
    if labels.ndim > 1 and labels.shape[1] > 1:
        return weight * compute_sample_weight(class_weight, labels)
    classes = np.union1d(labels, labels[:0] if known is None else known)
    codes = np.searchsorted(classes, labels.ravel())
    return class_weighted(class_weight, codes, classes, weight)
