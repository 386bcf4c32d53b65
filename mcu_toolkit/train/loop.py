"""The training loop of every stage: AdamW, learning rate schedule, moving average of the weights, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mcu_toolkit.errors import TrainError
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.checkpoint import Checkpoint, Saved, assign

#: Gradients are clipped to this norm, so that one bad batch does not undo an epoch.
_CLIP = 5.0
#: Epochs without a better validation loss after which `plateau` halves the rate.
_PATIENCE = 3


@dataclass(frozen=True)
class StageSettings:
    """Hyperparameters of one stage; see `recipe.Schedule` for the meaning of the fields."""

    epochs: int
    learning_rate: float
    decay: str = "cosine"
    warmup_epochs: float = 0.0
    weight_decay: float = 0.0
    average: float = 0.0
    early_stopping: int = 0


@dataclass(frozen=True)
class Outcome:
    """Result of a stage: epochs done, wall-clock seconds in this process, history with one entry per epoch."""

    epochs: int
    seconds: float
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Stage:
    """Model, data and loss of one stage.

    Attributes:
        name: for progress and history.
        model: the model whose weights are saved.
        loss: (batch tuple) → scalar; called with the gradient tape on, in training mode.
        batches: epoch → tf.data.Dataset.
        steps: batches per epoch.
        variables: variables that are trained; by default the model's trainable weights.
        validate: loss on the validation images, for `plateau` and early stopping; None where it is not needed.
    """

    name: str
    model: Any
    loss: Callable[..., Any]
    batches: Callable[[int], Any]
    steps: int
    variables: Sequence[Any] | None = None
    validate: Callable[[], float] | None = None


def rate_at(settings: StageSettings, epoch: float, halvings: int = 0) -> float:
    """Learning rate at a point of the schedule; `epoch` counts from 0 and may be a fraction."""
    if epoch < settings.warmup_epochs:
        return settings.learning_rate * (epoch + 1e-3) / settings.warmup_epochs
    if settings.decay == "plateau":
        return settings.learning_rate * float(0.5**halvings)
    if settings.decay == "constant":
        return settings.learning_rate
    length = max(settings.epochs - settings.warmup_epochs, 1e-9)
    return settings.learning_rate * (
        0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * (epoch - settings.warmup_epochs) / length))
    )


def fit(
    stage: Stage, settings: StageSettings, checkpoint: Checkpoint | None = None, progress: Progress = silent
) -> Outcome:
    """Train a stage to its end, from its checkpoint if there is one; the model then holds the averaged weights.

    Raises:
        TrainError: the loss became infinite.
        WorkspaceError: the checkpoint is damaged or cannot be written.
    """
    started = time.monotonic()
    runner = _Runner(stage, settings)
    if checkpoint is not None:
        runner.restore(checkpoint)
    progress(stage.name, runner.done, settings.epochs)
    while not runner.finished:
        runner.epoch()
        if checkpoint is not None:
            runner.save(checkpoint)
        progress(stage.name, runner.done, settings.epochs)
    runner.finish()
    return Outcome(runner.done, time.monotonic() - started, runner.history)


class _Runner:
    """State of a running stage."""

    def __init__(self, stage: Stage, settings: StageSettings) -> None:
        modules = backend()
        self.tf, self.stage, self.settings = modules.tf, stage, settings
        self.variables = list(stage.variables if stage.variables is not None else stage.model.trainable_variables)
        self.rate = self.tf.Variable(settings.learning_rate, trainable=False, dtype=self.tf.float32)
        # Weight decay applies to kernels only, not to biases, normalization parameters and clipping levels.
        self.optimizer = modules.keras.optimizers.AdamW(
            learning_rate=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.optimizer.exclude_from_weight_decay([v for v in self.variables if len(v.shape) < 2])
        self.optimizer.build(self.variables)
        self.average = [self.tf.Variable(w, trainable=False) for w in self._floats()] if settings.average > 0.0 else []
        self.done, self.halvings, self.stale, self.best = 0, 0, 0, math.inf
        self.history: list[dict[str, float]] = []
        self.steps_done = self.tf.Variable(0.0, trainable=False)
        self.step = self.tf.function(self._step, reduce_retracing=True)

    def _floats(self) -> list[Any]:
        return [w for w in self.stage.model.weights if w.dtype.is_floating]

    @property
    def finished(self) -> bool:
        """All epochs done, or stopped early."""
        patience = self.settings.early_stopping
        return self.done >= self.settings.epochs or (patience > 0 and self.stale >= patience)

    def _step(self, *batch: Any) -> Any:
        tf = self.tf
        with tf.GradientTape() as tape:
            loss = self.stage.loss(*batch)
        gradients = tape.gradient(loss, self.variables)
        gradients = [tf.zeros_like(v) if g is None else g for g, v in zip(gradients, self.variables, strict=True)]
        gradients, _ = tf.clip_by_global_norm(gradients, _CLIP)
        self.optimizer.apply_gradients(zip(gradients, self.variables, strict=True))
        self.steps_done.assign_add(1.0)
        # The decay is smaller at the start, so that the initial weights leave the average quickly.
        decay = tf.minimum(self.settings.average, (1.0 + self.steps_done) / (10.0 + self.steps_done))
        for mean, weight in zip(self.average, self._floats() if self.average else [], strict=True):
            mean.assign(decay * mean + (1.0 - decay) * weight)
        return loss

    def epoch(self) -> None:
        """One pass over the training images."""
        losses = []
        for number, batch in enumerate(self.stage.batches(self.done)):
            rate = rate_at(self.settings, self.done + number / max(self.stage.steps, 1), self.halvings)
            self.optimizer.learning_rate.assign(rate)
            losses.append(self.step(*batch))
        mean = float(np.mean([float(value) for value in losses])) if losses else 0.0
        if not math.isfinite(mean):
            raise TrainError(
                f"the loss of stage '{self.stage.name}' became infinite in epoch {self.done + 1}",
                hint="lower schedule.learning_rate (--set schedule.learning_rate=0.001)",
            )
        self.done += 1
        entry = {"epoch": float(self.done), "loss": mean}
        if self.stage.validate is not None and (self.settings.decay == "plateau" or self.settings.early_stopping):
            entry["validation_loss"] = self._watch()
        self.history.append(entry)

    def _watch(self) -> float:
        assert self.stage.validate is not None
        with self._averaged():
            loss = self.stage.validate()
        if loss < self.best - 1e-4:
            self.best, self.stale = loss, 0
        else:
            self.stale += 1
            if self.settings.decay == "plateau" and self.stale % _PATIENCE == 0:
                self.halvings += 1
        return loss

    def _averaged(self) -> _Swap:
        return _Swap(self._floats() if self.average else [], self.average)

    def finish(self) -> None:
        """Copy the averaged weights to the model."""
        for mean, weight in zip(self.average, self._floats() if self.average else [], strict=True):
            weight.assign(mean)

    def save(self, checkpoint: Checkpoint) -> None:
        """Write the state."""
        facts = {
            "done": self.done, "halvings": self.halvings, "stale": self.stale,
            "best": self.best if math.isfinite(self.best) else None,
            "steps": float(self.steps_done.numpy()), "history": self.history, "finished": self.finished,
        }  # fmt: skip
        checkpoint.save(
            Saved(
                [w.numpy() for w in self.stage.model.weights],
                [v.numpy() for v in self.optimizer.variables],
                [a.numpy() for a in self.average],
                facts,
            )
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Restore the state from the checkpoint, if there is one."""
        saved = checkpoint.load()
        if saved is None:
            return
        assign(self.stage.model.weights, saved.weights, checkpoint.path)
        assign(self.optimizer.variables, saved.optimizer, checkpoint.path)
        assign(self.average, saved.average, checkpoint.path)
        facts = saved.facts
        self.done, self.halvings, self.stale = int(facts["done"]), int(facts["halvings"]), int(facts["stale"])
        self.best = math.inf if facts["best"] is None else float(facts["best"])
        self.history = list(facts["history"])
        self.steps_done.assign(float(facts["steps"]))


class _Swap:
    """Uses the averaged weights in the model during a ``with`` block."""

    def __init__(self, weights: Sequence[Any], averages: Sequence[Any]) -> None:
        self.weights, self.averages = weights, averages
        self.own: list[Any] = []

    def __enter__(self) -> None:
        self.own = [w.numpy() for w in self.weights]
        for weight, mean in zip(self.weights, self.averages, strict=True):
            weight.assign(mean)

    def __exit__(self, *_: object) -> None:
        for weight, value in zip(self.weights, self.own, strict=True):
            weight.assign(value)
