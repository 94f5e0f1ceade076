"""A trial: one candidate on one fold."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import check_scoring, get_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from sklearn.utils import get_tags

from skpnn._telling import tell
from skpnn.exceptions import DivergenceError, DivergenceWarning
from skpnn.tuning._ledger import Ledger
from skpnn.tuning._scratch_ledger import scratch_ledger
from skpnn.tuning._trial import Trial, TrialScorer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 2))
Y = (X[:, 0] > 0).astype(int)


class Counting(ClassifierMixin, BaseEstimator):
    """Counts its fits; fails or diverges where it is told to."""

    fits = 0

    def __init__(self, fate="well", shift=0):
        self.fate = fate
        self.shift = shift

    def fit(self, X, y):
        type(self).fits += 1
        if self.fate == "raise":
            raise MemoryError("no room")
        if self.fate == "diverge":
            tell("lost", DivergenceWarning, stacklevel=1)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return (X[:, 0] > self.shift).astype(int)


@pytest.fixture(autouse=True)
def _no_fits():
    Counting.fits = 0


@pytest.fixture
def ledger(tmp_path):
    return Ledger.open(tmp_path / "ledger", {})


def scorer(ledger, error_score=np.nan):
    inner = get_scorer("accuracy")
    return TrialScorer(inner, ledger, name="score", error_score=error_score)


def scored(ledger, **arguments):
    trial = Trial(Counting(), ledger).set_params(**arguments).fit(X[:60], Y[:60])
    return scorer(ledger)(trial, X[60:], Y[60:])


def test_score_is_the_estimators(ledger):
    assert scored(ledger) == Counting().fit(X, Y).score(X[60:], Y[60:])


def test_what_is_known_is_not_fitted_again(ledger):
    first = scored(ledger, shift=0.5)
    assert scored(ledger, shift=0.5) == first
    assert Counting.fits == 1


def test_other_parameters_are_another_trial(ledger):
    assert scored(ledger) != scored(ledger, shift=0.5)
    assert Counting.fits == 2


def test_other_events_are_another_trial(ledger):
    scored(ledger)
    Trial(Counting(), ledger).fit(X[1:], Y[1:])
    assert Counting.fits == 2


def test_train_and_test_scores_are_kept_apart(ledger):
    for _ in range(2):
        training = X[:60], np.zeros(60, dtype=int)
        trial = Trial(Counting(), ledger).fit(*training)
        found = [scorer(ledger)(trial, *events) for events in ((X[60:], Y[60:]), training)]
        assert found == [1.0, np.mean(X[:60, 0] <= 0)]
    assert Counting.fits == 1


def test_a_score_that_was_not_reached_is_computed_after_all(ledger):
    scored(ledger)
    trial = Trial(Counting(), ledger).fit(X[:60], Y[:60])
    other = TrialScorer(get_scorer("f1"), ledger, name="f1", error_score=np.nan)
    assert other(trial, X[60:], Y[60:]) == 1.0
    assert Counting.fits == 2


@pytest.mark.parametrize("fate", ["raise", "diverge"])
def test_a_failure_scores_error_score_now_and_later(ledger, fate):
    assert np.isnan(scored(ledger, fate=fate))
    assert np.isnan(scored(ledger, fate=fate))
    assert Counting.fits == 1


def test_a_failure_may_end_the_search(ledger):
    trial = Trial(Counting("raise"), ledger).fit(X, Y)
    with pytest.raises(MemoryError, match="no room"):
        scorer(ledger, "raise")(trial, X, Y)
    diverged = Trial(Counting("diverge"), ledger).fit(X, Y)
    with pytest.raises(DivergenceError, match="lost"):
        scorer(ledger, "raise")(diverged, X, Y)


def test_the_last_fit_raises_what_it_raised(ledger):
    with pytest.raises(MemoryError, match="no room"):
        Trial(Counting("raise"), ledger).fit(X, Y).refitted()


def test_the_last_fit_warns_where_it_diverged(ledger):
    with pytest.warns(DivergenceWarning, match="lost"):
        assert Trial(Counting("diverge"), ledger).fit(X, Y).refitted().classes_.tolist() == [0, 1]


def test_an_interrupt_is_no_failure(ledger):
    class Interrupted(Counting):
        def fit(self, X, y):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Trial(Interrupted(), ledger).fit(X, Y)


def test_it_looks_like_its_estimator(ledger):
    pipeline = make_pipeline(RobustScaler(), LogisticRegression())
    trial = Trial(pipeline, ledger)
    assert is_classifier(trial)
    assert get_tags(trial) == get_tags(pipeline)
    assert trial.get_params() == pipeline.get_params()
    assert repr(trial) == repr(pipeline)
    assert trial.fit(X, Y).predict_proba(X).shape == (80, 2)


def test_clone_and_pickle_keep_estimator_and_ledger_and_nothing_else(ledger):
    trial = Trial(LogisticRegression(C=3), ledger).fit(X, Y)
    for copied in (clone(trial), pickle.loads(pickle.dumps(trial))):
        assert copied.get_params() == trial.get_params()
        assert copied.ledger.path == ledger.path
    assert not hasattr(clone(trial), "coef_")


def test_unknown_attributes_are_unknown(ledger):
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = Trial(LogisticRegression(), ledger).nothing_like_it


@pytest.mark.parametrize("accepts", [True, False])
def test_weights_are_accepted_where_the_scorer_accepts_them(ledger, accepts):
    def function(estimator, X, y):
        return 0.0

    inner = check_scoring(LogisticRegression(), "accuracy") if accepts else function
    found = TrialScorer(inner, ledger, name="score", error_score=0)
    assert found._accept_sample_weight() is accepts


def test_a_failure_on_a_machine_without_the_scratch_file_ends_no_search():
    with scratch_ledger() as scratch:
        pass
    trial = Trial(Counting("raise"), scratch).fit(X, Y)
    assert np.isnan(scorer(scratch)(trial, X, Y))
