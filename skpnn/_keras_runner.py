"""A Keras model and its compiled programs: it runs in them where it can, in Keras' loops else."""

from collections.abc import Callable
from typing import Any

import keras
from numpy.typing import NDArray

from skpnn._keras_loop import KERAS_BATCH_SIZE, FitTask, are_arrays, fit_in_keras, needs_keras_fit
from skpnn._keras_state import own_objects, read_seeds, write_seeds
from skpnn.engine.events import Events
from skpnn.engine.inference import compiled_model, in_blocks
from skpnn.engine.loop import TrainingPlan, train
from skpnn.engine.programs import Program

__all__ = ["ModelRunner"]


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
        in_keras = needs_keras_fit(self.model, task)
        history = fit_in_keras(self.model, task) if in_keras else self._fit_compiled(task)
        if are_arrays(task.training.X):
            # Anew: training may change more of a model than its variables.
            self._forward = compiled_model(self.model, task.training.X)
        return history

    def predict(self, X: Any) -> Any:
        """Return the outputs for arrays X."""
        if self._forward is None:
            self._forward = compiled_model(self.model, X)
        return in_blocks(self._forward, X)

    def _fit_compiled(self, task: FitTask) -> dict[str, list[float]]:
        program = self._program_for(task.training)
        self.model.stop_training = False
        return train(program, task.training, _plan(task), rng=task.rng, validation=task.validation)

    def _program_for(self, events: Events) -> Program:
        program, optimizer = self._program or (None, None)
        # A model that its owner compiles anew has another optimizer.
        if program is None or optimizer is not self.model.optimizer:
            program = Program(self.model, events.example())
            self._program = program, self.model.optimizer
        return program

    def __reduce__(self) -> tuple[Callable, tuple[Any, ...]]:
        own = own_objects(self.model)
        return _runner, (own, self.model.__reduce__(), read_seeds(self.model))


def _runner(
    own: dict[str, Any], reduced: tuple[Callable, tuple[Any, ...]], seeds: list[NDArray]
) -> ModelRunner:
    build, arguments = reduced
    with keras.saving.custom_object_scope(own):
        model = build(*arguments)
    write_seeds(model, seeds)
    return ModelRunner(model)


def _plan(task: FitTask) -> TrainingPlan:
    given = task.arguments
    verbose = given.get("verbose", 1)
    return TrainingPlan(
        epochs=given["epochs"],
        batch_size=min(given.get("batch_size") or KERAS_BATCH_SIZE, len(task.training)),
        callbacks=[_MovingAverage(), *given["callbacks"]],
        verbose=1 if verbose == "auto" else int(verbose),
        initial_epoch=given["initial_epoch"],
        shuffle=bool(given.get("shuffle", True)),
    )


class _MovingAverage(keras.callbacks.Callback):
    """Puts an optimizer's moving average of the weights in place, before other callbacks' turn."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Do what Keras' fit does itself."""
        self.model.optimizer.finalize_variable_values(self.model.trainable_weights)
