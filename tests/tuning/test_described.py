"""Descriptions of values: short, readable, and equal for equal values in every process."""

import json
import math
import os
import random
import re
import runpy
import subprocess
import sys
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import keras
import numpy as np
import optuna
import pandas as pd
import pytest
import skopt.space
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse, stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, get_scorer, make_scorer, roc_auc_score
from sklearn.model_selection import KFold, RandomizedSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler

from skpnn.model_selection import LeaveOneHypothesisOut, hypothesis_scorer
from skpnn.pnn import PNNClassifier
from skpnn.tuning._described import SHOWN, described, shortened

ARRAY = np.arange(6.0).reshape(2, 3)
FRAME = pd.DataFrame({"pt": [1.0, 2.0], "label": ["s", "b"]})


def threshold(x, at=0.5):
    return [value for value in x if value > at and value not in {"a", "b", "c"}]


def scaled_by(factor):
    return lambda x: factor * x


def recursive(n):
    def inner(k):
        return inner(k - 1) if k else n

    return inner


class Plain:
    def __init__(self, **attributes):
        vars(self).update(attributes)

    def rule(self):
        return 1


class Slotted:
    __slots__ = ("size",)

    def __init__(self, size):
        self.size = size


@dataclass
class Options:
    names: set


class Splitter:
    def __init__(self, folds):
        self.folds = folds

    def __repr__(self):
        return "Splitter()"

    def split(self, X, y=None, groups=None):
        return iter(self.folds)

    def get_n_splits(self, X=None, y=None, groups=None):
        return len(self.folds)


class Broken:
    def __repr__(self):
        raise RuntimeError("no")


class Sawtooth(stats.rv_continuous):
    def _pdf(self, x, slope):
        return slope * x


def drawn_from(rng):
    rng.random()
    return rng


# No two of these are equal; each is made anew by every call.
def values():
    names = {"muon", "electron", "tau", "jet", "photon"}
    return [
        None,
        True,
        False,
        0,
        1.5,
        math.nan,
        -0.0,
        2j,
        "adam",
        b"adam",
        ...,
        (),
        [],
        {},
        (1,),
        [1],
        {"a": 1, "b": [2]},
        names,
        frozenset({"muon", "electron", "tau"}),
        OrderedDict(a=1),
        np.longdouble(1),
        np.datetime64("2020-01-01"),
        ARRAY.copy(),
        ARRAY.astype(np.float32),
        ARRAY.T.copy(),
        ARRAY[:0],
        np.array(3.0),
        np.array(["a", "b"]),
        np.array(["a", None], dtype=object),
        np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
        np.ma.masked_array(ARRAY, ARRAY > 2),
        np.ma.masked_array(ARRAY, ARRAY > 3),
        FRAME.copy(),
        FRAME.rename(columns={"pt": "px"}),
        FRAME[::-1],
        FRAME["pt"],
        FRAME["label"].astype("category"),
        pd.Index([1, 2]),
        pd.MultiIndex.from_product([[1, 2], ["a"]]),
        pd.array([1, None], dtype="Int64"),
        sparse.csr_array(ARRAY),
        sparse.csr_array(2 * ARRAY),
        range(3),
        slice(3),
        re.compile("a"),
        threshold,
        lambda x: x + 1,
        lambda x: x + 2,
        lambda x: x - 1,
        lambda x, y=1: x + 1,
        lambda x, y=2: x + 1,
        lambda x: [n + 1 for n in x],
        lambda x: x.real,
        lambda x: x.imag,
        scaled_by(2),
        scaled_by(3),
        recursive(1),
        partial(threshold, at=1),
        partial(threshold, at=2),
        max,
        np.mean,
        np.log,
        np,
        accuracy_score,
        roc_auc_score,
        Plain,
        Plain(size=1),
        Plain(size=2),
        Plain(size=1).rule,
        Plain(size=2).rule,
        Slotted(1),
        Slotted(2),
        Options(names),
        np.random.RandomState(0),
        np.random.RandomState(1),
        np.random.default_rng(0),
        drawn_from(np.random.default_rng(0)),
        np.random.PCG64(0),
        np.random.SeedSequence(0),
        random.Random(0),
        random.Random(1),
        stats.loguniform(1e-6, 1),
        stats.loguniform(1e-5, 1),
        stats.norm(loc=1, scale=2),
        stats.randint(1, 5),
        stats.rv_histogram(([1, 2], [0, 1, 2])),
        stats.rv_histogram(([1, 3], [0, 1, 2])),
        stats.rv_discrete(values=([1, 2], [0.5, 0.5])),
        stats.multivariate_normal([0, 0]),
        stats.multivariate_normal([0, 1]),
        Sawtooth(name="sawtooth")(2),
        skopt.space.Real(1e-3, 1),
        skopt.space.Real(1e-3, 1, prior="log-uniform"),
        skopt.space.Integer(1, 4),
        skopt.space.Categorical(range(20)),
        skopt.space.Categorical([*range(10), 99, *range(11, 20)]),
        optuna.distributions.FloatDistribution(1e-3, 1),
        optuna.distributions.CategoricalDistribution(("a", None)),
        LogisticRegression(),
        LogisticRegression(C=0.5),
        LogisticRegression,
        make_pipeline(StandardScaler(), LogisticRegression()),
        make_pipeline(RobustScaler(), LogisticRegression()),
        StandardScaler().set_output(transform="pandas"),
        StandardScaler(),
        PNNClassifier(background_theta=stats.uniform(0, 1)),
        PNNClassifier(background_theta=stats.uniform(0, 2)),
        RandomizedSearchCV(LogisticRegression(), {"C": stats.uniform(0, 1)}),
        KFold(3),
        StratifiedKFold(3),
        KFold(3, shuffle=True, random_state=np.random.RandomState(0)),
        LeaveOneHypothesisOut(theta="mass"),
        Splitter([([0], [1])]),
        Splitter([([1], [0])]),
        get_scorer("roc_auc"),
        make_scorer(lambda y, predicted: 1),
        make_scorer(lambda y, predicted: 2),
        hypothesis_scorer("auc"),
        hypothesis_scorer(lambda y, score: 1),
        keras.optimizers.Adam(1e-3),
        keras.optimizers.Adam(1e-2),
        keras.losses.BinaryCrossentropy(),
        keras.callbacks.EarlyStopping(patience=3),
        keras.callbacks.EarlyStopping(patience=4),
        keras.initializers.GlorotUniform(),
    ]


def descriptions():
    return [described(value) for value in values()]


DESCRIBED_ELSEWHERE = """
import json, runpy, sys
print(json.dumps(runpy.run_path(sys.argv[1], run_name=sys.argv[2])["descriptions"]()))
"""


@pytest.mark.slow
def test_equal_values_are_described_alike_in_every_process():
    script = [sys.executable, "-c", DESCRIBED_ELSEWHERE, __file__, __name__]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    answer = subprocess.run(script, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == descriptions()


def test_different_values_are_described_differently():
    described_values = list(zip(descriptions(), values(), strict=True))
    for (text, value), (other_text, other) in combinations(described_values, 2):
        assert text != other_text, (value, other)


def test_no_description_has_an_address():
    assert [text for text in descriptions() if " at 0x" in text] == []


def test_no_description_is_much_longer_than_what_is_shown():
    assert max(map(len, descriptions())) < SHOWN + 20


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("relu", "'relu'"),
        (1e-3, "0.001"),
        (np.float64(0.1), "0.1"),
        (np.int64(3), "3"),
        (np.str_("relu"), "'relu'"),
        ((32, 32), "(32, 32)"),
        ({"b": 1, "a": None}, "{'a': None, 'b': 1}"),
        (stats.loguniform(1e-6, scale=3, b=0.1), "loguniform(1e-06, b=0.1, scale=3)"),
        (skopt.space.Real(1e-3, 1, "log-uniform"), "Real(0.001, 1, 'log-uniform', 10, 'identity')"),
        (KFold(3), "sklearn.KFold(n_splits=3, random_state=None, shuffle=False)"),
        (np.random, "numpy.random"),
        (LogisticRegression, "sklearn.linear_model._logistic.LogisticRegression"),
    ],
)
def test_description_can_be_read(value, text):
    assert described(value) == text


def test_scikit_learns_global_random_state_is_named():
    assert described(np.random.mtrand._rand) == "numpy.random"


@given(st.dictionaries(st.text(), st.floats() | st.lists(st.integers())))
def test_order_of_a_dict_does_not_matter(items):
    assert described(dict(reversed(items.items()))) == described(items)


@given(st.lists(st.floats(allow_nan=False)), st.lists(st.floats(allow_nan=False)))
def test_lists_are_described_alike_where_they_are_alike(one, other):
    assert (described(one) == described(other)) == (repr(one) == repr(other))


@pytest.mark.parametrize(
    "arranged", [np.asfortranarray, lambda array: np.repeat(array, 2, axis=0)[::2]]
)
def test_memory_of_an_array_does_not_matter(arranged):
    assert described(arranged(ARRAY)) == described(ARRAY)


def test_memory_of_a_frame_does_not_matter():
    one_by_one = pd.DataFrame(index=FRAME.index)
    for name in FRAME:
        one_by_one[name] = FRAME[name]
    assert described(one_by_one) == described(FRAME)


@pytest.mark.parametrize("kind", [sparse.csc_matrix, sparse.coo_array, sparse.dok_array])
def test_format_of_a_sparse_array_does_not_matter(kind):
    assert described(kind(ARRAY)) == described(sparse.csr_array(ARRAY))


def test_sparse_array_is_left_as_it_is():
    array = sparse.coo_array(([1.0, 2.0], ([0, 0], [0, 0])))
    described(array)
    assert array.nnz == 2


@pytest.mark.parametrize(
    "distribution",
    [
        stats.loguniform(1e-6, 1),
        stats.rv_histogram(([1, 2], [0, 1, 2])),
        stats.multivariate_normal([0, 0]),
        PNNClassifier(background_theta=stats.uniform(0, 1)),
        Plain(random_state=np.random.mtrand._rand),
    ],
)
def test_global_random_state_does_not_matter(distribution):
    before = described(distribution)
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    after = described(distribution)
    np.random.set_state(state)  # noqa: NPY002
    assert after == before


def test_function_is_the_same_after_many_calls():
    before = described(threshold)
    for _ in range(1000):
        threshold([1.0, 0.25])
    assert described(threshold) == before


def test_place_of_a_function_does_not_matter(tmp_path):
    script = tmp_path / "script.py"
    texts = []
    for begin in ("", "\n\n# moved\n"):
        script.write_text(f"{begin}f = lambda x: [n + 1 for n in x]\n")
        texts.append(described(runpy.run_path(script)["f"]))
    assert texts[0] == texts[1]


def test_function_that_is_not_yet_what_it_closes_over():
    def early():
        return later

    before = described(early)
    later = 1
    assert described(early) != before


def test_iterator_is_not_consumed():
    iterator = (n for n in [1, 2])
    described({"cv": iterator})
    assert list(iterator) == [1, 2]


@pytest.mark.parametrize("kind", [keras.optimizers.Adam, keras.losses.Hinge, keras.layers.Flatten])
def test_number_that_keras_gives_an_object_does_not_matter(kind):
    assert described(kind()) == described(kind())


def test_kind_of_a_keras_layer_matters_within_a_model():
    one, other = (keras.layers.Dense(1, dtype=dtype) for dtype in ("float32", "float64"))
    assert described(keras.Sequential([one])) != described(keras.Sequential([other]))


def test_object_that_holds_itself_has_a_description():
    plain = Plain(size=1)
    plain.itself = plain
    assert described(plain).startswith(f"{__name__.partition('.')[0]}.Plain(itself=")


def test_object_that_cannot_be_described_is_named():
    assert described([Broken()]) == f"[{__name__.partition('.')[0]}.Broken]"


def test_long_texts_that_begin_alike_differ():
    assert shortened("a" * 99 + "b") != shortened("a" * 99 + "c")


@pytest.mark.parametrize("length", [0, SHOWN])
def test_short_text_stays(length):
    assert shortened("a" * length) == "a" * length
