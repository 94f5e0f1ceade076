"""Inference: one row, many rows, scans."""

from collections.abc import Iterator
from statistics import median

import numpy as np

import skpnn
from benchmarks import subjects
from benchmarks.measure import Row, alternately, times_faster

N = 200_000


def rows() -> Iterator[Row]:
    """Yield the rows of the table."""
    X, y = subjects.events(N)
    ours = subjects.ours(1, 1024).fit(X, y)
    scikeras = subjects.scikeras(1, 1024).fit(X, y)
    scikit_learns = subjects.scikit_learns(1, 1024).fit(X, y)
    one = X[:1]
    yield times_faster(
        "`predict_proba`, one row, over scikeras",
        lambda: ours.predict_proba(one),
        lambda: scikeras.predict_proba(one),
        asked="40",
        calls=20,
    )
    yield times_faster(
        "… over scikit-learn (1.5 times its time is 0.67)",
        lambda: ours.predict_proba(one),
        lambda: scikit_learns.predict_proba(one),
        asked="0.67",
        calls=500,
        repeats=9,
    )
    yield times_faster(
        "`predict_proba`, 200,000 rows, over scikeras",
        lambda: ours.predict_proba(X),
        lambda: scikeras.predict_proba(X),
        asked="8",
        repeats=3,
    )
    yield times_faster(
        "… over scikit-learn",
        lambda: ours.predict_proba(X),
        lambda: scikit_learns.predict_proba(X),
        asked="2",
        calls=5,
        repeats=9,
    )
    yield from _scans()


def _scans() -> Iterator[Row]:
    X, y = subjects.events_with_theta(100_000)
    masses = np.linspace(500, 1500, 100)
    ours = subjects.parametrised(1, 1024).fit(X, y)
    features = np.nan_to_num(X)
    scikeras = subjects.scikeras(1, 1024).fit(features, y)

    def one_by_one() -> None:
        for mass in masses:
            features[:, -1] = mass
            ours.predict_proba(features)

    what = "scan of 100 hypotheses × 100,000 events, over 100 calls of "
    yield times_faster(
        what + "`predict_proba`",
        lambda: skpnn.scan(ours, X, hypotheses=masses),
        one_by_one,
        asked="2",
        repeats=3,
    )
    scans, calls = alternately(
        lambda: skpnn.scan(ours, X, hypotheses=masses),
        lambda: scikeras.predict_proba(features),
        repeats=3,
    )
    ratios = [100 * call / scan for scan, call in zip(scans, calls, strict=True)]
    theirs = f"{100 * median(calls):.0f} s (100 × one call)"
    yield Row(what + "scikeras'", f"{1e3 * median(scans):.0f} ms", theirs, ratios, "20")
