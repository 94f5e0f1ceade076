"""From a ROOT file to the AUC at every mass, one of which some of the models never saw.

Reads the sample that skpnn ships (X → tt̄ in lepton + jets at five masses against SM tt̄), and
trains a parametrised network behind RobustScaler and gradient-boosted trees, both with the mass as
a column, on all masses and again without m = 1000 GeV, and a network that is not told the mass.
Prints the AUC of each at each mass, on events that none was trained on, and saves the figure that
README shows.
"""

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.plotting import HypothesisScanDisplay

LEFT_OUT = 1000
FIGURE = Path("ttbar_resonance_auc.png")


def train_all(X, y, *, epochs, verbose):
    """Return the five trained models by name."""
    without = f", without {LEFT_OUT} GeV"
    kept = X["mass"] != LEFT_OUT
    options = {"epochs": epochs, "verbose": verbose, "random_state": 0}
    models = {}
    for name, rows in {"": kept | True, without: kept}.items():
        print(f"\nTraining on {rows.sum():,} events{name}")
        network = make_pipeline(RobustScaler(), skpnn.PNNClassifier(**options))
        models[f"PNN{name}"] = network.fit(X[rows], y[rows])
        # Trees would read NaN as "background": they need the mass injected.
        drawn = skpnn.inject(X[rows], y[rows], random_state=0)
        trees = HistGradientBoostingClassifier(random_state=0)
        models[f"boosted trees{name}"] = trees.fit(drawn, y[rows])
    print("\nTraining without the mass as an input")
    features = make_column_transformer(("drop", ["mass"]), remainder=RobustScaler())
    blind = make_pipeline(features, skpnn.MLPClassifier(**options))
    models["network without mass"] = blind.fit(X, y)
    return models


def save_figure(models, X, y, path):
    """Draw AUC against mass for every model."""
    figure, ax = plt.subplots(figsize=(6.8, 4.8), layout="constrained")
    styles = {
        "color": ["#0072B2", "#D55E00", "#0072B2", "#D55E00", "#4D4D4D"],
        "linestyle": ["-", "-", "--", "--", ":"],
        "marker": ["o", "s", "o", "s", "^"],
        "markersize": [8, 6, 8, 6, 6],
    }
    for number, (name, model) in enumerate(models.items()):
        style = {key: values[number] for key, values in styles.items()}
        HypothesisScanDisplay.from_estimator(
            model, X, y, unit="GeV", name=name, ax=ax, random_state=0, **style
        )
    ax.axvline(LEFT_OUT, color="0.9", linewidth=9, zorder=0)
    ax.set_title("X → tt̄ against SM tt̄, on events not trained on")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def main():
    """Run the job."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--verbose", type=int, default=1, help="Keras': 0 silent, 1 bar, 2 lines")
    parser.add_argument("--figure", type=Path, default=FIGURE)
    arguments = parser.parse_args()

    started = time.perf_counter()
    events = skpnn.io.read_root(skpnn.datasets.ttbar_resonance_path())
    X, y = events.drop(columns="label"), events["label"]
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.4, stratify=X["mass"].fillna(0), random_state=0
    )
    models = train_all(X_train, y_train, epochs=arguments.epochs, verbose=arguments.verbose)
    tables = {name: skpnn.score_scan(model, X_test, y_test) for name, model in models.items()}
    aucs = pd.DataFrame({name: table.set_index("mass")["auc"] for name, table in tables.items()})
    print(f"\nAUC at each mass (GeV), {len(X_test):,} test events\n{aucs.T.round(3).to_string()}")
    save_figure(models, X_test, y_test, arguments.figure)
    print(f"\nFigure: {arguments.figure}\n{time.perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main()
