"""Bayesian against random search, as many evaluations each: the best mean AUC over masses.

``python -m benchmarks.bayes`` searches the whole of `search_space` on the shipped tt̄ sample.
"""

import argparse
from statistics import median
from typing import Any

import joblib
import numpy as np

# Two folds keep two threads busy.
FOLDS = 2
EPOCHS = 5
HEADER = "| seed | BayesSearchCV | RandomizedSearchCV | difference |\n| --- | --- | --- | --- |"


def main() -> None:
    """Print the best of both for each seed, and the median of the differences."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bayes", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--evaluations", type=int, default=24)
    given = parser.parse_args()
    print(HEADER)
    differences = []
    for seed in range(given.seeds):
        bayes, random = [best(kind, seed, given.evaluations) for kind in ("bayes", "random")]
        differences.append(bayes - random)
        print(f"| {seed} | {bayes:.4f} | {random:.4f} | {bayes - random:+.4f} |", flush=True)
    print(f"\nmedian of the differences: {median(differences):+.4f}; asked: at least -0.0020")


def best(kind: str, seed: int, n_evaluations: int, n_events: int | None = None) -> float:
    """Return the best mean AUC that a search finds; fewer events only show that it runs."""
    from skpnn.datasets import load_ttbar_resonance

    X, y = load_ttbar_resonance()
    with joblib.parallel_config("threading"):
        search = _search(kind, seed, n_evaluations).fit(X[:n_events], y[:n_events])
    return float(np.nanmax(search.cv_results_["mean_test_score"]))


def _search(kind: str, seed: int, n_evaluations: int) -> Any:
    from sklearn.model_selection import RandomizedSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import RobustScaler

    import skpnn
    from skpnn.model_selection import StratifiedHypothesisKFold, hypothesis_scorer
    from skpnn.tuning import BayesSearchCV, search_space

    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=EPOCHS, random_state=seed))
    kinds = {"bayes": BayesSearchCV, "random": RandomizedSearchCV}
    return kinds[kind](
        model,
        search_space(model, kind),
        n_iter=n_evaluations,
        scoring=hypothesis_scorer("auc"),
        cv=StratifiedHypothesisKFold(FOLDS),
        n_jobs=2,
        refit=False,
        random_state=seed,
    )


if __name__ == "__main__":
    main()
