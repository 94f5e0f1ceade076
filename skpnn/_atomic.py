"""All or nothing: an estimator that a failing call leaves as it was."""

from typing import TypeVar

__all__ = ["scratch_copy", "take_over"]

Estimator = TypeVar("Estimator")


def scratch_copy(estimator: Estimator) -> Estimator:
    """Return a copy that shares all attributes, to be changed in the estimator's stead.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> estimator = DummyClassifier()
    >>> scratch = scratch_copy(estimator).fit([[0], [1]], [0, 1])
    >>> hasattr(estimator, "classes_"), hasattr(take_over(estimator, scratch), "classes_")
    (False, True)
    """
    scratch = object.__new__(type(estimator))
    scratch.__dict__.update(estimator.__dict__)
    return scratch


def take_over(estimator: Estimator, scratch: Estimator) -> Estimator:
    """Give `estimator` the attributes of `scratch`, once nothing can fail any more."""
    estimator.__dict__.clear()
    estimator.__dict__.update(scratch.__dict__)
    return estimator
