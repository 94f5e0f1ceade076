"""BayesSearchCV: every fault of scikit-optimize's that is cured, and that it stays a search."""

import pickle
import warnings

import numpy as np
import pytest
import sklearn
import skopt
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from skopt.space import Categorical, Real

from skpnn.tuning._bayes import BayesSearchCV

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
RANGE = {"C": (1e-3, 1e1, "log-uniform")}
MODEL = LogisticRegression(max_iter=1000)
# Trees instead of a Gaussian process, from the fourth candidate on.
QUICK = {"base_estimator": "ET", "n_initial_points": 3, "acq_optimizer": "sampling"}


class Failing(ClassifierMixin, BaseEstimator):
    """Fails in part of its space; the best is at the edge of that."""

    def __init__(self, x=0.0, fate="raise"):
        self.x = x
        self.fate = fate

    def fit(self, X, y):
        if self.x > 0.5 and self.fate == "raise":
            raise ValueError("too large")
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return np.nan if self.x > 0.5 else self.x - 3


def test_finds_what_scikit_optimize_finds():
    arguments = {"n_iter": 5, "cv": 3, "random_state": 0, "optimizer_kwargs": QUICK}
    ours = BayesSearchCV(MODEL, RANGE, **arguments).fit(X, Y)
    theirs = skopt.BayesSearchCV(MODEL, RANGE, **arguments).fit(X, Y)
    assert ours.cv_results_["params"] == theirs.cv_results_["params"]
    assert ours.best_params_ == theirs.best_params_
    assert np.array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.filterwarnings("ignore:.*non-finite:UserWarning")
@pytest.mark.filterwarnings("ignore:The objective has been evaluated:UserWarning")
@pytest.mark.parametrize("fate", ["raise", "score nan"])
def test_a_failed_candidate_scores_error_score_and_does_not_end_the_search(fate):
    search = BayesSearchCV(Failing(fate=fate), {"x": (0.0, 1.0)}, n_iter=8, cv=2, random_state=0)
    search.set_params(optimizer_kwargs=QUICK)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(X, Y)
    x, scores = (search.cv_results_[name] for name in ("param_x", "mean_test_score"))
    assert np.array_equal(np.isnan(scores), np.asarray(x, dtype=float) > 0.5)
    assert search.best_params_["x"] <= 0.5
    failures = [one for one in caught if one.category is FitFailedWarning]
    assert len(failures) == (fate == "raise")


@pytest.mark.filterwarnings("ignore:.*non-finite:UserWarning")
def test_failures_are_counted_with_their_cause():
    search = BayesSearchCV(Failing(), {"x": (0.0, 1.0)}, n_iter=4, cv=2, random_state=0)
    with pytest.warns(FitFailedWarning, match=r"(?s)of 8 fits failed.*error_score=nan.*too large"):
        search.fit(X, Y)


def test_a_failure_may_end_the_search():
    search = BayesSearchCV(Failing(x=1), {"x": (0.8, 0.9)}, n_iter=2, cv=2, error_score="raise")
    with pytest.raises(ValueError, match="too large"):
        search.fit(X, Y)
    assert not hasattr(search, "cv_results_")


@pytest.mark.filterwarnings("ignore:.*non-finite:UserWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_failures_count_as_the_worst_of_all_also_of_what_comes_later():
    search = BayesSearchCV(Failing(), {"x": (0.0, 1.0)}, n_iter=8, cv=2, random_state=0)
    search.set_params(optimizer_kwargs=QUICK).fit(X, Y)
    told = np.array(search.optimizers_[0].yi)
    failed = np.isnan(search.cv_results_["mean_test_score"])
    assert failed.any()
    worst = np.nanmin(search.cv_results_["mean_test_score"])
    # The last step is told with what is known then.
    assert told[failed] == pytest.approx(-worst)


def test_tuples_are_choices():
    space = {"hidden_layer_sizes": Categorical([(2,), (3, 2)])}
    model = MLPClassifier(solver="lbfgs", max_iter=200, tol=1e-2, random_state=0)
    search = BayesSearchCV(model, space, n_iter=4, cv=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(X, Y)
    tried = set(search.cv_results_["param_hidden_layer_sizes"])
    assert tried == {(2,), (3, 2)}
    assert search.best_params_["hidden_layer_sizes"] in tried


def test_estimators_and_none_are_choices():
    pipeline = make_pipeline(RobustScaler(), MODEL)
    space = {"robustscaler": [RobustScaler(), "passthrough", None], "logisticregression__C": (1, 5)}
    search = BayesSearchCV(pipeline, space, n_iter=9, cv=2, random_state=0).fit(X, Y)
    tried = {type(one) for one in search.cv_results_["param_robustscaler"]}
    assert tried == {RobustScaler, str, type(None)}
    assert search.predict(X).shape == Y.shape


def test_two_numbers_in_a_list_are_two_choices():
    search = BayesSearchCV(MODEL, {"C": [0.1, 10.0]}, n_iter=5, cv=2, random_state=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The objective has been evaluated")
        search.fit(X, Y)
    assert set(search.cv_results_["param_C"]) == {0.1, 10.0}


@pytest.mark.filterwarnings("ignore:The objective has been evaluated:UserWarning")
def test_several_spaces_with_numbers_of_candidates():
    spaces = [({"C": (0.1, 1.0)}, 3), {"solver": ["lbfgs", "newton-cg"]}]
    search = BayesSearchCV(MODEL, spaces, n_iter=2, cv=2, random_state=0)
    assert search.total_iterations == 5
    search.fit(X, Y)
    assert len(search.cv_results_["params"]) == 5
    assert len(search.optimizer_results_) == 2


def test_metadata_routing_without_groups():
    weight = np.ones(len(Y))
    with sklearn.config_context(enable_metadata_routing=True):
        model = LogisticRegression().set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        search = BayesSearchCV(model, RANGE, n_iter=2, cv=2, random_state=0)
        assert search.fit(X, Y, sample_weight=weight).best_score_ > 0.5


@pytest.mark.parametrize("routing", [False, True])
def test_groups_reach_the_splitter(routing):
    groups = np.arange(len(Y)) % 5
    with sklearn.config_context(enable_metadata_routing=routing):
        search = BayesSearchCV(MODEL, RANGE, n_iter=2, cv=GroupKFold(5))
        search.set_params(random_state=0).fit(X, Y, groups=groups)
    assert search.n_splits_ == 5


def test_several_metrics_train_scores_and_points():
    search = BayesSearchCV(
        MODEL,
        RANGE,
        n_iter=3,
        n_points=2,
        cv=2,
        scoring={"accuracy": "accuracy", "loss": "neg_log_loss"},
        refit="loss",
        return_train_score=True,
        random_state=0,
    ).fit(X, Y)
    assert {"mean_test_accuracy", "mean_test_loss", "mean_train_loss", "rank_train_loss"} <= set(
        search.cv_results_
    )
    assert search.best_score_ == search.cv_results_["mean_test_loss"].max()
    assert search.score(X, Y) == pytest.approx(-log_loss(Y, search.predict_proba(X)))


def test_clone_pickle_and_best_estimator():
    search = BayesSearchCV(MODEL, RANGE, n_iter=2, cv=2, random_state=0).fit(X, Y)
    assert type(search.best_estimator_) is LogisticRegression
    assert type(search.estimator) is LogisticRegression
    assert search.scoring is None
    again = pickle.loads(pickle.dumps(search))
    assert np.array_equal(again.predict(X), search.predict(X))
    assert clone(search).get_params(deep=False).keys() == search.get_params(deep=False).keys()


def test_a_callback_ends_the_search():
    search = BayesSearchCV(MODEL, RANGE, n_iter=9, cv=2, random_state=0)
    search.fit(X, Y, callback=lambda result: len(result.x_iters) == 3)
    assert len(search.cv_results_["params"]) == 3


def test_what_is_no_dimension_is_an_error_of_fit():
    search = BayesSearchCV(MODEL, {"C": 3})
    with pytest.raises(ValueError, match="3 is no dimension of a search space"):
        search.fit(X, Y)


@pytest.mark.skipif(not hasattr(RandomizedSearchCV, "set_callbacks"), reason="scikit-learn < 1.9")
def test_callbacks_are_told_of_every_fit():
    class Counter:
        leaves = 0

        def setup(self, estimator, context): ...
        def teardown(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context):
            self.leaves += context.task_name == "candidate-split-evaluation"

    counter = Counter()
    search = BayesSearchCV(MODEL, RANGE, n_iter=3, n_points=2, cv=2, random_state=0)
    search.set_callbacks(counter).fit(X, Y)
    assert counter.leaves == 6


def test_a_real_dimension_keeps_its_prior():
    space = {"C": Real(1e-3, 1e3, prior="log-uniform")}
    search = BayesSearchCV(MODEL, space, n_iter=8, cv=2, random_state=1).fit(X, Y)
    tried = np.log10(np.asarray(search.cv_results_["param_C"], dtype=float))
    assert (tried < 0).any()
    assert (np.abs(tried) <= 3).all()
