"""What functions compute: equal keys only where they compute the same."""

import functools
import math

import keras
import numpy as np
import pytest
from keras import ops
from keras.ops import exp

from skpnn.engine import identity
from skpnn.engine.identity import function_key, loss_identity

SCALE = 2.0
NUMBERS = {"a": [1.0, (2, "b")], "c": np.ones(2)}


class Settings:
    scale = 3.0


def plain(x, p, power=2, *, shift=0.0):
    return SCALE * ops.exp(x) ** power + shift + math.pi + NUMBERS["c"]


def by_a_name_of_keras(x, p):
    return exp(x)


def by_a_generator(x, p):
    return sum(p[i] * SCALE for i in range(3))


def by_a_lambda(x, p):
    return (lambda q: q * SCALE)(p)


def by_a_class(x, p):
    return Settings.scale * p


def by_a_neighbour(x, p):
    return plain(x, p)


def by_another_module(x, p):
    return x * identity.pickle.DEFAULT_PROTOCOL


def by_an_import(x, p):
    from skpnn.engine import hessian

    return hessian.np.pi


def by_objects(x, p, table=np.array([Settings], dtype=object)):  # noqa: B008
    return table


class Method:
    def __init__(self, scale):
        self.scale = scale

    def curve(self, x, p):
        return self.scale * p

    __call__ = curve


def closure(value):
    def curve(x, p):
        return value * p

    return curve


@pytest.mark.parametrize("function", [plain, by_a_name_of_keras, closure(3.0)])
def test_function_that_reads_numbers_has_a_key(function):
    assert function_key(function) is not None
    assert function_key(function) == function_key(function)
    hash(function_key(function))


@pytest.mark.parametrize(
    "function",
    [
        by_a_generator,
        by_a_lambda,
        by_a_class,
        by_a_neighbour,
        by_another_module,
        by_an_import,
        by_objects,
        closure(Settings()),
        closure(plain),
        closure([Settings]),
        closure(keras.Variable(1.0)),
        Method(1.0).curve,
        Method(1.0),
        functools.partial(plain, power=3),
        functools.lru_cache(plain),
        None,
    ],
)
def test_nothing_is_known_of_others(function):
    assert function_key(function) is None


def test_value_that_contains_itself():
    endless = []
    endless.append(endless)
    assert function_key(closure(endless)) is None


def test_cell_that_is_still_empty():
    def curve(x, p):
        return later * p

    assert function_key(curve) == function_key(curve)
    later = Settings()
    assert function_key(curve) is None


@pytest.mark.parametrize(("one", "other"), [(1, 2), (1, 1.0), ([1], (1,)), ({"a": 1}, {"b": 1})])
def test_values_tell_functions_apart(one, other):
    values = [one]

    def curve(x, p):
        return values * p

    before = function_key(curve)
    assert function_key(curve) == before
    values[0] = other
    assert function_key(curve) != before


def test_globals_are_looked_at(monkeypatch):
    before = function_key(plain)
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert function_key(plain) != before


def test_arrays_are_looked_into():
    array = np.ones(3)
    curve = closure(array)
    before = function_key(curve)
    array[1] = 7
    assert function_key(curve) != before


def test_defaults_and_code_are_looked_at():
    def curve(x, p, power=2, *, shift=0.0):
        return x

    keys = [function_key(curve)]
    curve.__defaults__ = (3,)
    keys.append(function_key(curve))
    curve.__kwdefaults__ = {"shift": 1.0}
    keys.append(function_key(curve))
    curve.__code__ = (lambda x, p, power=2, *, shift=0.0: p).__code__
    keys.append(function_key(curve))
    assert len(set(keys)) == 4


def test_key_does_not_hold_the_data():
    *_, digest = function_key(closure(np.zeros(100_000)))
    assert len(digest) == 64


# Losses


def own_loss(y_true, y_pred):
    return SCALE * ops.mean((y_true - y_pred) ** 2, axis=-1)


class OwnLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return own_loss(y_true, y_pred)


def test_losses_of_keras_are_known():
    for loss in ("huber", keras.losses.mean_squared_error):
        assert loss_identity(loss) == loss
    one, other = keras.losses.Huber(1.0), keras.losses.Huber(2.0)
    assert loss_identity(one) == loss_identity(keras.losses.Huber(1.0))
    assert loss_identity(one) != loss_identity(other)


def test_own_loss_is_known_by_what_it_reads(monkeypatch):
    before = loss_identity(own_loss)
    assert before == loss_identity(own_loss)
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert loss_identity(own_loss) != before


@pytest.mark.parametrize("loss", [OwnLoss(), OwnLoss().call, lambda y, f: OwnLoss()(y, f)])
def test_nothing_is_known_of_other_losses(loss):
    assert loss_identity(loss) is None


def test_loss_that_wraps_a_function_is_not_known_by_its_name():
    wrapper = type(keras.losses.MeanSquaredError()).__mro__[1]
    assert loss_identity(wrapper(own_loss)) is None
