"""When two models of a user's own share a program."""

import random
import threading

import keras
import numpy as np
import pytest

from skpnn._keras_twin import compiled_twin, copy_state, twin_key

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
OFFSET = 1.0


def model(*layers, optimizer="sgd", loss="mse", **compiled):
    one = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
    one.compile(optimizer, loss, **compiled)
    return one


def own_loss(y, predicted):
    return keras.ops.mean((y - predicted) ** 2, axis=-1)


def square(x):
    return x * x


def scale_class():
    """Return a layer's class, another one at each call, as a notebook's cell does."""

    class Scale(keras.layers.Layer):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor + OFFSET

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    return Scale


Scale = scale_class()
MODELS = {
    "dense": lambda: model(keras.layers.Dense(4, "relu")),
    "dropout": lambda: model(keras.layers.Dropout(0.5)),
    "normalised": lambda: model(keras.layers.BatchNormalization()),
    "L2": lambda: model(keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(0.1))),
    "metrics": lambda: model(metrics=["mae", keras.metrics.MeanSquaredError()]),
    "huber": lambda: model(loss=keras.losses.Huber(0.3)),
    "own loss": lambda: model(loss=own_loss),
    "own layer": lambda: model(Scale(3.0)),
    "own activation": lambda: model(keras.layers.Dense(4, activation=square)),
    "named": lambda: model(keras.layers.Dense(4, name="hidden")),
    "adam": lambda: model(optimizer=keras.optimizers.Adam(np.random.default_rng().uniform())),
    "nested": lambda: model(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_made_alike_have_one_key(name):
    one, other = MODELS[name](), MODELS[name]()
    assert twin_key(one) is not None
    assert twin_key(one) == twin_key(other)


@pytest.mark.parametrize("name", MODELS)
def test_twin_has_the_key(name):
    one = MODELS[name]()
    assert twin_key(compiled_twin(one, twin_key(one))) == twin_key(one)


def test_different_models_have_different_keys():
    different = [make() for make in MODELS.values()]
    different += [
        model(keras.layers.Dense(4, "tanh")),
        model(keras.layers.Dense(5, "relu")),
        model(keras.layers.Dropout(0.25)),
        model(loss=keras.losses.Huber(0.4)),
        model(Scale(4.0)),
        model(scale_class()(3.0)),
        model(keras.layers.Dense(4, "relu"), keras.layers.Activation("relu", name="tanh")),
        model(keras.layers.Dense(4, "relu"), keras.layers.Activation("tanh", name="relu")),
    ]
    keys = [twin_key(one) for one in different]
    assert len(set(keys)) == len(keys)


def test_layer_changed_after_it_was_made_is_another():
    one, other = model(Scale(3.0)), model(Scale(3.0))
    other.layers[0].factor = 5.0
    assert twin_key(one) != twin_key(other)


def test_number_that_a_layers_code_uses_is_in_the_key(monkeypatch):
    one = twin_key(model(Scale(3.0)))
    monkeypatch.setitem(globals(), "OFFSET", 7.0)
    assert twin_key(model(Scale(3.0))) != one


class Private(keras.layers.Layer):
    """A layer that hides its argument, and leaves it out of its configuration."""

    def __init__(self, factor=0.0, **kwargs):
        super().__init__(**kwargs)
        self._factor = factor

    def call(self, inputs):
        return inputs * self._factor

    def get_config(self):
        return keras.layers.Layer.get_config(self)


FACTORS = np.ones(3)


class Base(keras.layers.Layer):
    def call(self, inputs):
        return scaled(inputs)


def scaled(inputs):
    return inputs * FACTORS


class Derived(Base):
    pass


def test_attribute_of_a_layers_own_is_in_the_key():
    assert twin_key(model(Private(1.0))) != twin_key(model(Private(2.0)))
    one = model(Private(1.0))
    with pytest.raises(NotImplementedError, match="leaves out what it computes with"):
        compiled_twin(one, twin_key(one))


def test_array_that_inherited_code_uses_through_a_function_is_in_the_key(monkeypatch):
    one = twin_key(model(Derived()))
    assert one == twin_key(model(Derived()))
    monkeypatch.setitem(globals(), "FACTORS", np.zeros(3))
    assert twin_key(model(Derived())) != one


class Unpicklable(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.lock = threading.Lock()

    def call(self, inputs):
        return inputs


def test_layer_with_what_cannot_be_compared_has_no_key():
    assert twin_key(model(Unpicklable())) is None


class Own(keras.Model):
    def call(self, inputs):
        return inputs


def two_outputs():
    inputs = keras.Input((3,))
    one = keras.Model(inputs, [keras.layers.Dense(1)(inputs), keras.layers.Dense(1)(inputs)])
    one.compile("sgd", "mse")
    return one


def unbuilt():
    one = keras.Sequential([keras.layers.Dense(1)])
    one.compile("sgd", "mse")
    return one


def own_model():
    one = Own()
    one.compile("sgd", "mse")
    return one


UNKNOWN = {
    "lambda": lambda: model(keras.layers.Lambda(lambda x: x)),
    "own metric": lambda: model(metrics=[own_loss]),
    "own class": own_model,
    "several outputs": two_outputs,
    "unbuilt": unbuilt,
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_models_that_nothing_can_be_said_of_have_no_key(name):
    assert twin_key(UNKNOWN[name]()) is None


class Forgetful(keras.layers.Layer):
    """A layer whose configuration leaves out its argument."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return keras.layers.Layer.get_config(self)


def test_model_that_is_copied_with_something_left_out_has_no_twin():
    one = model(Forgetful(3.0))
    with pytest.raises(NotImplementedError, match="leaves out what it computes with"):
        compiled_twin(one, twin_key(one))


def test_copy_takes_weights_seeds_and_optimizer():
    one = model(keras.layers.Dropout(0.5), optimizer=keras.optimizers.Adam(0.2))
    one.fit(X, X[:, :1], epochs=2, verbose=0)
    twin = compiled_twin(one, twin_key(one))
    copy_state(one, twin)
    pairs = zip(
        [*one.weights, *one.optimizer.variables, one.layers[0].seed_generator.state],
        [*twin.weights, *twin.optimizer.variables, twin.layers[0].seed_generator.state],
        strict=True,
    )
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in pairs)


def test_random_numbers_of_others_are_left_alone():
    before = random.getstate()
    one = MODELS["dense"]()
    after = random.getstate()
    compiled_twin(one, twin_key(one))
    assert random.getstate() == after
    assert before != after
