"""A search for hyper-parameters on a Dask cluster: on this machine, or wherever its scheduler is.

Reads the sample that skpnn ships (X → tt̄ in lepton + jets at five masses against SM tt̄), and
searches for the learning rate, width, depth and so on of a parametrised network behind
RobustScaler, by the mean AUC over the masses. Every worker trains one candidate on one fold at a
time. Prints the candidates, the best first.

A cluster's workers need skpnn installed. With a checkpoint, which they see by the same path, it
does not matter if some of them die, or this script: start it again, and it goes on.
"""

import argparse
import time

import joblib
import pandas as pd
from dask.distributed import Client
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.model_selection import StratifiedHypothesisKFold, hypothesis_scorer
from skpnn.tuning import fit_search, search_space

SHOWN = ["hidden_layer_sizes", "depth", "learning_rate", "optimizer", "mean AUC"]


def connected(scheduler):
    """Return a client of the cluster at `scheduler`, or of one on this machine's cores."""
    return Client(dashboard_address=None) if scheduler is None else Client(scheduler)


def make_search(*, candidates, epochs):
    """Return the search: nothing in it knows of Dask."""
    model = make_pipeline(RobustScaler(), skpnn.PNNClassifier(epochs=epochs, random_state=0))
    return RandomizedSearchCV(
        model,
        search_space(model),
        n_iter=candidates,
        cv=StratifiedHypothesisKFold(2, shuffle=True, random_state=0),
        scoring=hypothesis_scorer("auc", reduce="mean"),
        random_state=0,
    )


def as_table(results):
    """Return the candidates of a search, the best first."""
    table = pd.DataFrame(list(results["params"]))
    table.columns = [name.partition("__")[2] for name in table.columns]
    table["mean AUC"] = results["mean_test_score"].round(4)
    return table.sort_values("mean AUC", ascending=False)[SHOWN]


def main():
    """Run the job."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scheduler", metavar="ADDRESS", help="tcp://host:8786; default: local")
    parser.add_argument("--candidates", type=int, default=12)
    parser.add_argument("--events", type=int, default=20_000, help="of 85,000")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--checkpoint", help="a file to go on from, should this be interrupted")
    arguments = parser.parse_args()

    started = time.perf_counter()
    X, y = skpnn.datasets.load_ttbar_resonance()
    X = X.sample(arguments.events, random_state=0)
    search = make_search(candidates=arguments.candidates, epochs=arguments.epochs)
    with connected(arguments.scheduler), joblib.parallel_config(backend="dask"):
        fit_search(search, X, y[X.index], checkpoint=arguments.checkpoint)
    print(f"\n{len(X):,} events, {search.n_splits_} folds")
    print(as_table(search.cv_results_).to_string(index=False))
    print(f"\nBest mean AUC: {search.best_score_:.4f}")
    print(f"{time.perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main()
