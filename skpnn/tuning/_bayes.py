"""BayesSearchCV: scikit-optimize's, with what is broken in it cured in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import skopt
from sklearn.model_selection._search import BaseSearchCV
from skopt.utils import dimensions_aslist

from skpnn._parameters import check_integer
from skpnn.tuning._dimensions import decoded, encoded
from skpnn.tuning._scratch_ledger import scratch_ledger
from skpnn.tuning._threads import in_threads
from skpnn.tuning._through_trials import fit_through_trials
from skpnn.tuning._trial import Trial

__all__ = ["BayesSearchCV"]


class BayesSearchCV(skopt.BayesSearchCV):
    """Bayesian optimisation of parameters, scored by cross-validation.

    scikit-optimize's search [1]_, which is no longer maintained, with its faults cured:

    - a candidate that raises, diverges or scores NaN gets `error_score` in ``cv_results_`` instead
      of ending the search, and counts as the worst of all while that is NaN [2]_;
    - choices may be tuples, None, estimators, or of several types [3]_;
    - a list always holds choices, also two numbers; a range is a tuple or one of skopt's
      dimensions [4]_;
    - metadata routing works: groups are passed where there are some;
    - parameters are checked by `fit`; one core is used unless `n_jobs` or joblib's
      ``parallel_config`` say otherwise, and threads unless it names a backend.

    Parameters
    ----------
    estimator : estimator
        What is searched over.
    search_spaces : dict, list of dict or list of (dict, int)
        Parameter names, and for each a range ``(low, high)`` or ``(low, high, "log-uniform")``, a
        list of choices, or one of `skopt.space`; or several such spaces, with the number of
        candidates for each. `skpnn.tuning.search_space` makes one.
    optimizer_kwargs : dict, default=None
        Passed to `skopt.Optimizer`, e.g. ``{"base_estimator": "RF"}``.
    n_iter : int, default=50
        Candidates, the first ten of which are random.
    scoring : str, callable, list, dict or None, default=None
        As in scikit-learn; of several, `refit` names the one that is optimised.
    n_jobs : int or None, default=None
        Fits at the same time.
    n_points : int, default=1
        Candidates that are chosen at once, so that more fits than folds can run at the same time.
    refit : bool or str, default=True
        Whether to fit the best candidate on all data.
    cv : int, splitter, iterable or None, default=None
        The folds; None makes five.
    verbose : int, default=0
        As in scikit-learn.
    pre_dispatch : int or str, default="2*n_jobs"
        As in scikit-learn.
    random_state : int, RandomState instance or None, default=None
        Determines the candidates.
    error_score : float or "raise", default=nan
        The score of a candidate that failed, or to stop at it.
    return_train_score : bool, default=False
        Whether ``cv_results_`` has the scores on the training data, too.

    Attributes
    ----------
    cv_results_ : dict of arrays
        The candidates and their scores.
    best_estimator_ : estimator
        The best one, fitted on all data.
    best_params_ : dict
        Its parameters.
    best_score_ : float
        Its mean score.
    best_index_ : int
        Its place in ``cv_results_``.
    optimizer_results_ : list of OptimizeResult
        For `skopt.plots`, one per space; choices that scikit-optimize cannot hold are described.

    Raises
    ------
    ValueError
        If a dimension cannot be understood, or `refit` is a function.

    Warns
    -----
    FitFailedWarning
        If fits failed.

    References
    ----------
    .. [1] T. Head et al., scikit-optimize, https://github.com/holgern/scikit-optimize
    .. [2] scikit-optimize#964; all fits of one candidate failing are all fits of one step, which
       scikit-learn makes an error since scikit-learn#21026.
    .. [3] scikit-optimize#926, #950, and #952, never merged.
    .. [4] scikit-optimize#1064.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skpnn.tuning import BayesSearchCV
    >>> space = {"C": (1e-3, 1e3, "log-uniform"), "kernel": ["linear", "rbf"]}
    >>> search = BayesSearchCV(SVC(), space, n_iter=8, cv=3, random_state=0)
    >>> bool(search.fit(*load_iris(return_X_y=True)).best_score_ > 0.95)
    True
    """

    def __init__(
        self,
        estimator: Any,
        search_spaces: Any,
        *,
        optimizer_kwargs: dict[str, Any] | None = None,
        n_iter: int = 50,
        scoring: Any = None,
        n_jobs: int | None = None,
        n_points: int = 1,
        refit: bool | str = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: Any = None,
        error_score: float | str = np.nan,
        return_train_score: bool = False,
    ) -> None:
        # Not scikit-optimize's __init__, which checks, warns, and has arguments without effect.
        BaseSearchCV.__init__(
            self,
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.search_spaces = search_spaces
        self.optimizer_kwargs = optimizer_kwargs
        self.n_iter = n_iter
        self.n_points = n_points
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, callback: Any = None, **params: Any) -> Self:
        """Search, and fit the best candidate on all data.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The events.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), optional
            The classes or targets.
        callback : callable or list of callables, optional
            Called as ``callback(result)`` after each step with skopt's result; True ends the search
            in this space.
        **params : dict
            ``groups`` for `cv`, and what is passed to the estimator's ``fit``.

        Returns
        -------
        self
            The fitted search.

        Raises
        ------
        ValueError
            If an argument cannot be used, or every fit failed. The search is then as it was before.
        """

        def fit(search: Any) -> None:
            skopt.BayesSearchCV.fit(search, X, y, callback=callback, **params)

        check_integer("n_points", self.n_points, low=1)
        for space, n_iter in self._spaces():
            check_integer("n_iter", n_iter, low=1)
            if not space:
                raise ValueError(f"search_spaces={self.search_spaces!r} holds nothing to search.")
        self._check_search_space([encoded(space) for space, _ in self._spaces()])
        if isinstance(self.estimator, Trial):
            fit(self)
            return self
        with scratch_ledger() as ledger, in_threads():
            fit_through_trials(self, ledger, fit)
        return self

    @property
    def total_iterations(self) -> int:
        """The number of candidates in all spaces."""
        return sum(n_iter for _, n_iter in self._spaces())

    def _spaces(self) -> list[tuple[Mapping[str, Any], int]]:
        given = self.search_spaces
        spaces = [given] if isinstance(given, Mapping) else given
        return [space if isinstance(space, tuple) else (space, self.n_iter) for space in spaces]

    def _get_routed_params_for_fit(self, params: dict[str, Any]) -> Any:
        # scikit-optimize passes groups=None, which metadata routing refuses.
        given = {name: v for name, v in params.items() if name != "groups" or v is not None}
        return super()._get_routed_params_for_fit(given)

    def _run_search(
        self, evaluate_candidates: Callable[..., dict[str, Any]], *, callback_ctx: Any = None
    ) -> None:
        if callback_ctx is None:
            # Before scikit-learn 1.9.
            super()._run_search(evaluate_candidates)
            return
        n_steps = sum(-(-n_iter // self.n_points) for _, n_iter in self._spaces())
        context = callback_ctx.subcontext(task_name="search", max_subtasks=n_steps)
        context.call_on_fit_task_begin(estimator=self)

        def evaluate(candidates: list[dict[str, Any]]) -> dict[str, Any]:
            step = context.subcontext(
                task_name="step",
                max_subtasks=len(candidates) * self.n_splits_,
                sequential_subtasks=False,
            ).call_on_fit_task_begin(estimator=self)
            results = evaluate_candidates(candidates, callback_ctx=step)
            step.call_on_fit_task_end(estimator=self)
            return results

        super()._run_search(evaluate)
        context.call_on_fit_task_end(estimator=self)

    def _make_optimizer(self, params_space: Mapping[str, Any]) -> skopt.Optimizer:
        dimensions = encoded(params_space)
        optimizer = _FailureTolerantOptimizer(
            **{**self.optimizer_kwargs_, "dimensions": dimensions_aslist(dimensions)}
        )
        for name, dimension in zip(sorted(dimensions), optimizer.space.dimensions, strict=True):
            dimension.name = dimension.name or name
        return optimizer

    def _step(
        self,
        search_space: Mapping[str, Any],
        optimizer: skopt.Optimizer,
        score_name: str | None,
        evaluate_candidates: Callable[[list[dict[str, Any]]], dict[str, Any]],
        n_points: int = 1,
    ) -> Any:
        def evaluate(points: list[dict[str, Any]]) -> dict[str, Any]:
            return evaluate_candidates([decoded(search_space, point) for point in points])

        return super()._step(search_space, optimizer, score_name, evaluate, n_points)


class _FailureTolerantOptimizer(skopt.Optimizer):
    """Takes a NaN for a point that failed: as bad as the worst of the others, now and later."""

    yi: list[float]
    _failed: frozenset[int] = frozenset()

    def tell(self, x: list[Any], y: list[float], fit: bool = True) -> Any:
        """Record the objective `y` at the points `x`."""
        before = len(self.yi)
        objective = np.array([*self.yi, *y], dtype=float)
        self._failed |= {before + int(i) for i in np.flatnonzero(~np.isfinite(y))}
        failed = sorted(self._failed)
        others = np.delete(objective, failed)
        objective[failed] = others.max() if others.size else 0.0
        self.yi = objective[:before].tolist()
        return super().tell(x, objective[before:].tolist(), fit=fit)
