"""A Keras model and its compiled programs: it runs in them where it can, in Keras' loops else."""

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import keras
from numpy.typing import NDArray

from skpnn._keras_loop import KERAS_BATCH_SIZE, FitTask, are_arrays, fit_in_keras, needs_keras_fit
from skpnn._keras_state import own_objects, read_seeds, write_seeds
from skpnn._keras_twin import compiled_twin, copy_state, twin_key
from skpnn.engine.backends import is_tensorflow
from skpnn.engine.events import Events
from skpnn.engine.inference import in_blocks
from skpnn.engine.loop import TrainingPlan, train
from skpnn.engine.program import Program
from skpnn.engine.programs import leased_program, new_program

__all__ = ["ModelRunner"]

# Rows per compiled call: enough for its cost not to matter, few enough for images.
ROWS_PER_CALL = 8192


class ModelRunner:
    """Trains one model and predicts with it, compiled.

    Copies and pickles go without the programs, which are made anew when needed.

    Parameters
    ----------
    model : keras.Model
        Of any kind.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self._program: tuple[Program, keras.Optimizer] | None = None
        self._forward: Callable[[Any], Any] | None = None

    def fit(self, task: FitTask) -> dict[str, list[float]]:
        """Train the model, which is compiled by now; return Keras' history."""
        if needs_keras_fit(self.model, task):
            key, history = None, fit_in_keras(self.model, task)
        else:
            key = twin_key(self.model)
            history = self._fit_compiled(task, key)
        if are_arrays(task.training.X) and is_tensorflow():
            # Anew: training may change more of a model than its variables.
            self._forward = _compiled_model(self.model, task.training.X, key)
        return history

    def predict(self, X: Any) -> Any:
        """Return the outputs for arrays X."""
        if self._forward is None:
            self._forward = _compiled_model(self.model, X)
        return in_blocks(self._forward, X, ROWS_PER_CALL)

    def _fit_compiled(self, task: FitTask, key: Hashable) -> dict[str, list[float]]:
        with ExitStack() as stack:
            try:
                twin = stack.enter_context(self._leased_twin(task, key))
            except NotImplementedError:
                return self._fit_alone(task)
            twin.restart()
            copy_state(self.model, twin.model)
            history = _train(twin, task)
            copy_state(twin.model, self.model)
        for callback in task.arguments["callbacks"]:
            # A twin will train other models: a callback must not go on looking at it.
            # Set as the base class does: an override may expect a model in training.
            keras.callbacks.Callback.set_model(callback, self.model)
        return history

    def _leased_twin(self, task: FitTask, key: Hashable) -> AbstractContextManager[Program]:
        """Lend a program of a twin, that an earlier fit may have compiled."""
        if key is None:
            raise NotImplementedError("Nothing is known of other models like this one.")
        example = task.training.example()
        inputs = keras.tree.map_structure(lambda a: (a.dtype.str, a.shape[2:]), example)
        # Now: a program keeps what is made together with it.
        self.model.optimizer.build(self.model.trainable_variables)
        return leased_program((key, repr(inputs)), lambda: compiled_twin(self.model, key), example)

    def _fit_alone(self, task: FitTask) -> dict[str, list[float]]:
        program = self._program_for(task.training)
        self.model.stop_training = False
        return _train(program, task)

    def _program_for(self, events: Events) -> Program:
        program, optimizer = self._program or (None, None)
        # A model that its owner compiles anew has another optimizer.
        if program is None or optimizer is not self.model.optimizer:
            program = new_program(lambda: self.model, events.example())
            self._program = program, self.model.optimizer
        return program

    def __reduce__(self) -> tuple[Callable, tuple[Any, ...]]:
        own = own_objects(self.model)
        return _runner, (own, self.model.__reduce__(), read_seeds(self.model))


def _compiled_model(model: keras.Model, X: Any, key: Hashable = None) -> Callable[[Any], Any]:
    # On JAX models like these run in Keras' own loops (_keras_loop).
    from skpnn.engine.tensorflow_inference import compiled_model

    return compiled_model(model, X, key)


def _runner(
    own: dict[str, Any], reduced: tuple[Callable, tuple[Any, ...]], seeds: list[NDArray]
) -> ModelRunner:
    build, arguments = reduced
    with keras.saving.custom_object_scope(own):
        model = build(*arguments)
    write_seeds(model, seeds)
    return ModelRunner(model)


def _train(program: Program, task: FitTask) -> dict[str, list[float]]:
    plan = _plan(program.model, task)
    return train(program, task.training, plan, rng=task.rng, validation=task.validation)


def _plan(model: keras.Model, task: FitTask) -> TrainingPlan:
    given = task.arguments
    verbose = given.get("verbose", 1)
    return TrainingPlan(
        epochs=given["epochs"],
        batch_size=min(given.get("batch_size") or KERAS_BATCH_SIZE, len(task.training)),
        callbacks=[_MovingAverage(), *given["callbacks"]],
        verbose=1 if verbose == "auto" else int(verbose),
        initial_epoch=given["initial_epoch"],
        shuffle=bool(given.get("shuffle", True)),
        use_xla=_is_flat(model),
    )


def _is_flat(model: keras.Model) -> bool:
    """Whether no layer returns images or sequences: XLA is slow at these on a CPU.

    Measured on LeNet: 250 events/s compiled by XLA, 5,100 in graph mode.
    """
    try:
        outputs = keras.tree.flatten([layer.output for layer in model.layers])
    except (AttributeError, ValueError):
        # A layer without a fixed output, of a model that is built at its first call.
        return False
    return all(len(output.shape) <= 2 for output in outputs)


class _MovingAverage(keras.callbacks.Callback):
    """Puts an optimizer's moving average of the weights in place, before other callbacks' turn."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Do what Keras' fit does itself."""
        self.model.optimizer.finalize_variable_values(self.model.trainable_weights)
