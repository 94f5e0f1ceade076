"""All or nothing: an estimator that a failing call leaves as it was."""

from sklearn.dummy import DummyClassifier

from skpnn._atomic import scratch_copy, take_over


def fitted():
    return DummyClassifier(strategy="prior").fit([[0], [1]], ["b", "s"])


def test_scratch_copy_is_of_the_same_class():
    assert type(scratch_copy(fitted())) is DummyClassifier


def test_scratch_copy_has_all_attributes():
    estimator = fitted()
    assert vars(scratch_copy(estimator)) == vars(estimator)


def test_scratch_copy_copies_no_array():
    estimator = fitted()
    assert scratch_copy(estimator).classes_ is estimator.classes_


def test_changing_the_copy_leaves_the_estimator_alone():
    estimator = fitted()
    scratch = scratch_copy(estimator)
    scratch.set_params(strategy="uniform").fit([[0], [1]], [7, 8])
    del scratch.n_outputs_
    assert (estimator.strategy, estimator.classes_.tolist()) == ("prior", ["b", "s"])
    assert estimator.n_outputs_ == 1


def test_taking_over_returns_the_estimator():
    estimator = fitted()
    assert take_over(estimator, scratch_copy(estimator)) is estimator


def test_taking_over_brings_what_changed():
    estimator = fitted()
    taken = take_over(estimator, scratch_copy(estimator).fit([[0], [1]], [7, 8]))
    assert taken.classes_.tolist() == [7, 8]


def test_taking_over_drops_what_the_copy_dropped():
    estimator = fitted()
    scratch = scratch_copy(estimator)
    del scratch.classes_
    assert not hasattr(take_over(estimator, scratch), "classes_")


def test_taken_over_attributes_are_not_shared_by_name():
    estimator = fitted()
    scratch = scratch_copy(estimator)
    take_over(estimator, scratch)
    del scratch.classes_
    assert hasattr(estimator, "classes_")
