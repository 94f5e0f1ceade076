"""
Searching hyper-parameters
==========================

A range test finds the learning rates that are possible at all. Then four searches look for the best
learning rate and dropout: at random, at random once more where it was good, by a model of the
scores, and by evolution. The task is a resonance on a falling spectrum, whose best possible AUC is
known: so we see how far each search gets.
"""

# %%
# The task
# --------
# A parametrised network (`PNNClassifier`) on reconstructed masses, deliberately short of events and
# epochs, so that hyper-parameters matter and this page is quick. It is scored by the AUC at each of
# the five masses, then the mean.

import warnings

import matplotlib.pyplot as plt
import numpy as np
import optuna
from matplotlib.colors import Normalize
from optuna_integration import OptunaSearchCV
from scipy.stats import loguniform
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

import skpnn
from skpnn.model_selection import StratifiedHypothesisKFold, hypothesis_scorer
from skpnn.tuning import (
    BayesSearchCV,
    fit_search,
    learning_rate_range_test,
    search_space,
    zoom,
)

problem = skpnn.datasets.ResonanceOnExponential()
X, y = problem.sample(200, random_state=0)
network = skpnn.PNNClassifier((32, 32), batch_size=64, epochs=8, random_state=0)
model = make_pipeline(RobustScaler(), network)

scoring = {
    "cv": StratifiedHypothesisKFold(2, shuffle=True, random_state=0),
    "scoring": hypothesis_scorer("auc", reduce="mean"),
    "random_state": 0,
}
best_possible = float(np.mean([problem.optimal_auc(mass) for mass in problem.default_theta]))
print(f"{len(X)} events; best possible mean AUC {best_possible:.4f}")

# %%
# The learning rate first
# -----------------------
# `learning_rate_range_test` trains once, for 300 batches, while the rate grows from
# :math:`10^{-5}` to 10. The loss falls where the rate is large enough to learn and turns up where
# training is about to diverge. A tenth of the rate at the minimum is suggested.

rates = learning_rate_range_test(model, X, y)
suggested_rate = rates.suggestion
rates.plot()
plt.show()

# %%
# Random search
# -------------
# `search_space` knows sensible ranges for every argument of the network. Here only two are
# searched: the learning rate, around the suggestion, and dropout. None drops an entry. Architecture
# and batch size stay, so everything that follows shares one compiled program.

rest = dict.fromkeys(
    ["hidden_layer_sizes", "depth", "activation", "optimizer", "batch_size", "alpha"]
)
lowest, highest = suggested_rate / 10, suggested_rate * 10
space = search_space(model, **rest, learning_rate=loguniform(lowest, highest))

first = RandomizedSearchCV(model, space, n_iter=8, **scoring)
fit_search(first, X, y, progress=False)
best = {"random": first.best_score_}


def told(search):
    """Return score and place of a search's best candidate."""
    place = {
        key.split("__")[1]: round(float(value), 4) for key, value in search.best_params_.items()
    }
    return f"{search.best_score_:.4f} at {place}"


print("random search:", told(first))

# %%
# Zoom in
# -------
# `zoom` returns the space around the best candidate, a third as wide. A second random search there
# wastes no candidate on rates that are known to be poor.

closer = zoom(first)
ends = {
    "first": space["pnnclassifier__learning_rate"].support(),
    "zoomed": closer["pnnclassifier__learning_rate"].support(),
}
decades = {name: float(np.log10(high / low)) for name, (low, high) in ends.items()}
print("decades of learning rate:", decades)

second = RandomizedSearchCV(model, closer, n_iter=6, **scoring)
fit_search(second, X, y, progress=False)
best["zoomed"] = second.best_score_
print("zoomed:", told(second))

# %%
# Bayesian search
# ---------------
# `BayesSearchCV` describes the scores so far by a Gaussian process, and tries next where this
# expects an improvement. Four candidates at random begin. Each step takes about a second of its
# own, so this search is for networks that train for minutes.

bayes = BayesSearchCV(
    model,
    search_space(model, "bayes", **rest, learning_rate=(lowest, highest, "log-uniform")),
    n_iter=7,
    optimizer_kwargs={"n_initial_points": 4, "acq_func": "EI"},
    **scoring,
)
fit_search(bayes, X, y, progress=False)
best["Bayesian"] = bayes.best_score_
print("Bayesian search:", told(bayes))

# %%
# Evolution
# ---------
# Optuna brings genetic algorithms: NSGA-II keeps a population, and breeds the next generation from
# the fittest of the last, by crossing and mutation. `search_space` writes the space for Optuna,
# too. Optuna's search class is experimental, and says so in warnings that we hide.

distributions = search_space(
    model,
    "optuna",
    **rest,
    learning_rate=optuna.distributions.FloatDistribution(lowest, highest, log=True),
)
optuna.logging.set_verbosity(optuna.logging.WARNING)
n_generations, population = 3, 5
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    sampler = optuna.samplers.NSGAIISampler(population_size=population, seed=0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    evolution = OptunaSearchCV(
        model, distributions, n_trials=n_generations * population, study=study, **scoring
    )
    fit_search(evolution, X, y, progress=False)
best["evolutionary"] = evolution.best_score_

generations = np.reshape([trial.value for trial in study.trials], (n_generations, population))
mean_by_generation = generations.mean(axis=1)
print("evolutionary search:", told(evolution))
print("mean of each generation:", mean_by_generation.round(4))

# %%
# Where they looked
# -----------------
# Each point is a candidate, the star is the best of its search.

searches = {
    "random": first.cv_results_,
    "zoomed": second.cv_results_,
    "Bayesian": bayes.cv_results_,
    "evolutionary": {
        "params": [trial.params for trial in study.trials],
        "mean_test_score": np.array([trial.value for trial in study.trials]),
    },
}
mean_scores = {name: float(found["mean_test_score"].mean()) for name, found in searches.items()}

figure, axes = plt.subplots(1, 4, figsize=(11, 3.6), sharex=True, sharey=True, layout="constrained")
norm = Normalize(best_possible - 0.03, best_possible)
for ax, (name, found) in zip(axes, searches.items(), strict=True):
    rate, dropout = (
        np.array([candidate[f"pnnclassifier__{entry}"] for candidate in found["params"]])
        for entry in ("learning_rate", "dropout")
    )
    score = found["mean_test_score"]
    points = ax.scatter(rate, dropout, c=score, norm=norm, s=45, edgecolor="black", linewidth=0.5)
    at = score.argmax()
    ax.scatter(rate[at], dropout[at], marker="*", s=220, c="#D55E00", edgecolor="black", zorder=3)
    ax.set(title=f"{name}, {len(score)} candidates", xlabel="learning rate", xscale="log")
axes[0].set_ylabel("dropout")
figure.colorbar(points, ax=axes, label="mean AUC", extend="min")
plt.show()

print(f"best possible: {best_possible:.4f}")
for name, score in best.items():
    print(f"{name + ':':<14} best {score:.4f}, mean of the candidates {mean_scores[name]:.4f}")

# %%
# From a rate of about 0.01 on all is well, and all searches get there. What they differ in is how
# many candidates they waste: the zoomed search none, as the first one has paid for it.
